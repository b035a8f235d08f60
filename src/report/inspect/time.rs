//! Time and energy of an invocation: estimates, each with its interval and its method.

use micro_runtime::board::{Board, Core};
use serde::Serialize;

use crate::compile::Compiled;
use crate::estimate::instructions::{Instructions, instructions};
use crate::estimate::power::{self, Bounds, CYCLES_PER_INSTRUCTION, Listening};
use crate::model::Model;
use crate::report::thousands;

/// How the instructions were estimated.
const METHOD: &str = "a sum for each kernel, fitted to instructions counted on an emulated Cortex-M4; the interval is \
                      the worst error for models that were left out of the fit";

/// What an invocation takes. All of it is estimated.
#[derive(Clone, Debug, Serialize)]
pub struct TimeReport {
    /// How.
    pub method: &'static str,
    /// Instructions.
    pub instructions: IntervalReport,
    /// Instructions of each op of the Program; none where its kernel was never counted.
    pub ops: Vec<Option<u64>>,
    /// Kernels that were never counted. What they take is missing.
    pub unknown_kernels: Vec<&'static str>,
    /// On the board that was asked about.
    pub board: Option<BoardTimeReport>,
}

/// A number between two others.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IntervalReport {
    /// The least.
    pub low: u64,
    /// The estimate.
    pub estimate: u64,
    /// The most.
    pub high: u64,
}

/// Time and energy on a board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardTimeReport {
    /// The clock that the firmware sets.
    pub clock_hz: u32,
    /// The least and the most cycles that an instruction is taken to need.
    pub cycles_per_instruction: [f64; 2],
    /// Milliseconds of an invocation, least and most.
    pub milliseconds: [f64; 2],
    /// Microjoules of an invocation, least and most; none where the board's currents are not known.
    pub microjoules: Option<[f64; 2]>,
    /// Where the currents come from.
    pub currents: Option<&'static str>,
    /// The keyword pipeline, for models that hear one second of features.
    pub keyword: Option<KeywordReport>,
}

/// A keyword pipeline that listens all the time.
#[derive(Clone, Debug, Serialize)]
pub struct KeywordReport {
    /// Whether there is a stride at which the average power stays below 1 mW.
    pub below_one_milliwatt: bool,
    /// The shortest such stride between invocations.
    pub stride_ms: Option<u32>,
    /// The share of the time in which the core runs then, least and most.
    pub duty: Option<[f64; 2]>,
    /// Average power then, least and most.
    pub microwatts: Option<[f64; 2]>,
}

impl TimeReport {
    /// The estimate for a Program, unless it has subgraphs, which run as often as the data says.
    pub(super) fn new(model: &Model<'_>, compiled: &Compiled, board: Option<&Board>) -> Option<TimeReport> {
        let found = instructions(model, compiled)?;
        if found.ops.iter().all(Option::is_none) {
            return None;
        }
        let round = |value: f64| value.round() as u64;
        Some(TimeReport {
            method: METHOD,
            instructions: IntervalReport {
                low: round(found.total.low),
                estimate: round(found.total.estimate),
                high: round(found.total.high),
            },
            ops: found.ops.iter().map(|op| op.map(round)).collect(),
            // Nothing was counted on other cores, and a sum with a part missing is no sum.
            board: board
                .filter(|board| board.core == Core::CortexM4F && found.unknown.is_empty())
                .map(|board| BoardTimeReport::new(model, &found, board)),
            unknown_kernels: found.unknown,
        })
    }
}

impl BoardTimeReport {
    fn new(model: &Model<'_>, found: &Instructions, board: &Board) -> BoardTimeReport {
        let cycles = power::cycles(found.total);
        let keyword = board
            .power
            .filter(|_| power::hears_a_second(model))
            .map(|power| KeywordReport::new(power::listening(found.total, board, &power)));
        BoardTimeReport {
            clock_hz: board.clock_hz,
            cycles_per_instruction: CYCLES_PER_INSTRUCTION,
            milliseconds: both(power::milliseconds(cycles, board)),
            microjoules: board.power.map(|power| both(power::microjoules(cycles, &power))),
            currents: board.power.map(|power| power.source),
            keyword,
        }
    }
}

impl KeywordReport {
    fn new(listening: Option<Listening>) -> KeywordReport {
        KeywordReport {
            below_one_milliwatt: listening.is_some(),
            stride_ms: listening.map(|listening| listening.stride_ms),
            duty: listening.map(|listening| both(listening.duty)),
            microwatts: listening.map(|listening| both(listening.microwatts)),
        }
    }
}

/// Rounded to four digits behind the point, which is more than is known.
fn both(bounds: Bounds) -> [f64; 2] {
    [bounds.low, bounds.high].map(|value| (value * 1e4).round() / 1e4)
}

impl TimeReport {
    /// `about 1,170,000 instructions, 1,100,000 to 1,250,000; 23 to 52 ms at 48 MHz, ...`.
    pub(super) fn text(&self) -> String {
        let IntervalReport { low, estimate, high } = self.instructions;
        let [low, estimate, high] = [low, estimate, high].map(rounded);
        let mut text = format!("about {estimate} instructions ({low} to {high}, from counts on a Cortex-M4)");
        if !self.unknown_kernels.is_empty() {
            text.push_str(&format!(" without those of {}", self.unknown_kernels.join(", ")));
        }
        if let Some(board) = &self.board {
            let [fast, slow] = board.milliseconds;
            let [least, most] = board.cycles_per_instruction;
            let clock = board.clock_hz / 1_000_000;
            text.push_str(&format!(
                "; {fast:.1} to {slow:.1} ms at {clock} MHz with {least} to {most} cycles for each"
            ));
            if let Some([least, most]) = board.microjoules {
                text.push_str(&format!(", {least:.1} to {most:.1} uJ with the datasheet's current"));
            }
        }
        text
    }

    /// The verdict on a keyword pipeline, when the model is one and the board's currents are known.
    pub(super) fn power_text(&self) -> Option<String> {
        let keyword = self.board.as_ref()?.keyword.as_ref()?;
        let (Some(stride), Some([idle, busy]), Some([least, most])) =
            (keyword.stride_ms, keyword.duty, keyword.microwatts)
        else {
            return Some("the keyword pipeline stays above 1 mW however seldom it is invoked".to_string());
        };
        Some(format!(
            "the keyword pipeline stays below 1 mW when invoked every {stride} ms or less often: then {:.0} to {:.0} uW, \
             {:.1}% to {:.1}% of the time awake, microphone not included",
            least,
            most,
            idle * 100.0,
            busy * 100.0
        ))
    }
}

/// Three digits are more than is known.
fn rounded(value: u64) -> String {
    let unit = 10u64.pow(value.checked_ilog10().unwrap_or(0).saturating_sub(2));
    thousands((value + unit / 2) / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_show_three_digits() {
        assert_eq!(
            [0, 7, 999, 1_234, 1_999_500, 12_345_678].map(rounded),
            ["0", "7", "999", "1,230", "2,000,000", "12,300,000"]
        );
    }
}
