//! Time and energy of a board, from instructions and from what its datasheet says.
//!
//! Two numbers bound the cycles that an instruction takes. One is the least that a Cortex-M4 can do. Two is what is
//! assumed as the most on average, for loads and taken branches take 2 to 4, and flash may make fetches wait; it is
//! not measured.

use micro_runtime::board::{Board, Power};
use micro_runtime::frontend::CHANNELS;
use micro_runtime::pipeline::ROW_MS;

use super::instructions::Interval;
use crate::model::{Model, TensorType};

/// The least and the most cycles that an instruction takes on average.
pub const CYCLES_PER_INSTRUCTION: [f64; 2] = [1.0, 2.0];

/// Instructions that the front end takes for 20 ms of sound, counted on the emulated Cortex-M4 with the program
/// `slice` of the firmware.
pub const FRONT_END_INSTRUCTIONS: f64 = 50_200.0;

/// Slices of sound a second.
const SLICES_PER_SECOND: f64 = 1000.0 / ROW_MS as f64;

/// The feature rows of one second of sound.
const ROWS: usize = 49;

/// The average power in microwatt that a keyword pipeline is to stay below.
pub const BUDGET_MICROWATTS: f64 = 1000.0;

/// Between two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Bounds {
    fn map(self, change: impl Fn(f64) -> f64) -> Bounds {
        Bounds { low: change(self.low), high: change(self.high) }
    }
}

/// The cycles that so many instructions take.
pub fn cycles(instructions: Interval) -> Bounds {
    let [least, most] = CYCLES_PER_INSTRUCTION;
    Bounds { low: instructions.low * least, high: instructions.high * most }
}

/// Milliseconds at the clock of the board.
pub fn milliseconds(cycles: Bounds, board: &Board) -> Bounds {
    cycles.map(|cycles| cycles / f64::from(board.clock_hz) * 1e3)
}

/// Microjoules of the running core.
pub fn microjoules(cycles: Bounds, power: &Power) -> Bounds {
    cycles.map(|cycles| cycles * joules_per_cycle(power) * 1e6)
}

fn joules_per_cycle(power: &Power) -> f64 {
    f64::from(power.supply_volts) * f64::from(power.active_microamperes_per_megahertz) * 1e-12
}

/// Whether a model takes what the front end makes of one second of sound.
pub fn hears_a_second(model: &Model<'_>) -> bool {
    let main = &model.subgraphs[0];
    let is_row = |tensor: &usize| {
        let tensor = &main.tensors[*tensor];
        tensor.tensor_type == TensorType::INT8 && tensor.elements() == ROWS * CHANNELS
    };
    matches!(main.inputs.as_slice(), [only] if is_row(only))
}

/// A keyword pipeline that listens all the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listening {
    /// Milliseconds between invocations.
    pub stride_ms: u32,
    /// The share of the time in which the core runs.
    pub duty: Bounds,
    /// Average power.
    pub microwatts: Bounds,
}

/// The pipeline at the shortest stride at which it keeps up and stays below the budget even at the most cycles; none
/// when no stride up to a second does.
pub fn listening(invocation: Interval, board: &Board, power: &Power) -> Option<Listening> {
    let front_end = FRONT_END_INSTRUCTIONS * SLICES_PER_SECOND;
    let at = |stride_ms: u32| {
        let often = 1000.0 / f64::from(stride_ms);
        let each_second = cycles(Interval {
            low: front_end + invocation.low * often,
            estimate: front_end + invocation.estimate * often,
            high: front_end + invocation.high * often,
        });
        let duty = each_second.map(|cycles| cycles / f64::from(board.clock_hz));
        let asleep = f64::from(power.supply_volts) * f64::from(power.sleep_microamperes);
        let awake = joules_per_cycle(power) * f64::from(board.clock_hz) * 1e6;
        Listening { stride_ms, duty, microwatts: duty.map(|duty| awake * duty + asleep * (1.0 - duty)) }
    };
    let mut strides = (1..=1000 / ROW_MS).map(|rows| at(rows * ROW_MS));
    strides.find(|listening| listening.duty.high <= 1.0 && listening.microwatts.high <= BUDGET_MICROWATTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use micro_runtime::board::SPARKFUN_EDGE;

    const POWER: Power = Power {
        supply_volts: 3.0,
        active_microamperes_per_megahertz: 10.0,
        sleep_microamperes: 50.0,
        source: "made up",
    };

    fn exactly(instructions: f64) -> Interval {
        Interval { low: instructions, estimate: instructions, high: instructions }
    }

    #[test]
    fn time_and_energy_follow_from_the_clock_and_the_current() {
        // 48 MHz: 480,000 cycles are 10 ms. 3 V x 10 uA/MHz are 30 pJ a cycle.
        let cycles = cycles(exactly(480_000.0));
        let milliseconds = milliseconds(cycles, &SPARKFUN_EDGE);
        assert!((milliseconds.low - 10.0).abs() < 1e-9 && (milliseconds.high - 20.0).abs() < 1e-9);
        let microjoules = microjoules(cycles, &POWER);
        assert!((microjoules.low - 14.4).abs() < 1e-6 && (microjoules.high - 28.8).abs() < 1e-6);
    }

    #[test]
    fn the_stride_is_the_shortest_that_keeps_the_budget() {
        let power = |instructions| listening(exactly(instructions), &SPARKFUN_EDGE, &POWER);
        let found = power(1e6).unwrap();
        assert!(found.microwatts.high <= BUDGET_MICROWATTS && found.stride_ms.is_multiple_of(20));
        // Asleep takes 150 uW; what is left is for cycles of 30 pJ, less what sleeping would have taken meanwhile.
        let (budget, each) = ((1000.0 - 150.0) / (1440.0 - 150.0) * 48e6, FRONT_END_INSTRUCTIONS * 100.0);
        let least = 2e6 / (budget - each) * 1e3;
        assert!(f64::from(found.stride_ms) >= least && f64::from(found.stride_ms) < least + 20.0, "{least}");
        assert_eq!(power(1e9), None);
    }
}
