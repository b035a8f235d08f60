//! Samples become lines and lights.

use micro_runtime::detect::{Detection, DetectorSettings, background_labels};
use micro_runtime::frontend::SAMPLE_RATE;
use micro_runtime::log::{Event, Values};
use micro_runtime::pipeline::{Listening, Pipeline, ROW_MS, Row, label_count, memory_bytes};
use micro_runtime::program::{Checksum, Program};

use crate::lights::{Lights, light_of};
use crate::problem::{Refused, is_erased};
use crate::report::Report;
use crate::{Board, Firmware, say};

/// The most labels that a model may have.
pub const MAXIMUM_LABELS: usize = 32;
/// The most results that the detector averages.
const RESULTS: usize = 12;
/// Feature rows from one invocation to the next when the Program does not say.
const STRIDE_ROWS: u32 = 5;

const SAMPLES_IN_MS: u32 = (SAMPLE_RATE / 1000) as u32;

/// The application at work.
pub struct Listener<'a> {
    program: Program<'a>,
    pipeline: Pipeline<'a, MAXIMUM_LABELS, RESULTS>,
    /// What is left of the Program's checksum; nothing runs before it is right.
    checksum: Option<Checksum<'a>>,
    report: Report<'a>,
    /// The next line of the report.
    line: Option<u32>,
    lights: Lights,
    is_verbose: bool,
    peak: u16,
    /// Samples since the last whole millisecond.
    samples: u32,
    now_ms: u32,
}

impl<'a> Listener<'a> {
    pub fn new(firmware: &Firmware, slot: &'a [u8], memory: &'a mut [u8]) -> Result<Listener<'a>, Refused> {
        if is_erased(slot) {
            return Err(Refused::Missing);
        }
        let (program, checksum) = Program::parse_before_checksum(slot, firmware.find)?;
        let listening = listening(&program);
        let room_bytes = memory.len();
        let pipeline = Pipeline::new(program, listening, memory)?;
        let window_rows = pipeline.window_rows();
        Ok(Listener {
            program,
            pipeline,
            checksum: Some(checksum),
            report: Report { firmware: *firmware, program, listening, window_rows, room_bytes },
            line: Some(0),
            lights: Lights::default(),
            is_verbose: false,
            peak: 0,
            samples: 0,
            now_ms: 0,
        })
    }

    /// Bytes of the memory that are in use.
    pub fn memory_bytes(&self) -> usize {
        memory_bytes(&self.program)
    }

    /// Takes the next samples. Fails when the Program turns out to be damaged.
    pub fn hear<B: Board>(&mut self, board: &mut B, samples: &[i16]) -> Result<(), Refused> {
        board.feed_watchdog();
        self.samples += samples.len() as u32;
        self.now_ms = self.now_ms.wrapping_add(self.samples / SAMPLES_IN_MS);
        self.samples %= SAMPLES_IN_MS;
        if self.is_verbose {
            self.peak = samples.iter().map(|sample| sample.unsigned_abs()).fold(self.peak, u16::max);
        }
        let mut rest = samples;
        loop {
            self.check_on()?;
            match self.pipeline.push(&mut rest) {
                None => break,
                Some(Ok(row)) => self.heard(board, &row),
                Some(Err(fault)) => say(board, &Event::Failed { time_ms: self.now_ms, message: fault.what }),
            }
        }
        self.lights.pass(board, self.now_ms);
        while let Some(command) = board.command() {
            self.obey(command);
        }
        let lost = board.lost_samples();
        if lost > 0 {
            say(board, &Event::Lost { samples: lost });
        }
        self.line = self.line.filter(|&line| self.report.line(board, line)).map(|line| line + 1);
        Ok(())
    }

    /// Goes on with the checksum: a part before each row, so that it is done when the window is full.
    fn check_on(&mut self) -> Result<(), Refused> {
        let Some(checksum) = &mut self.checksum else { return Ok(()) };
        let rows_left = self.pipeline.rows_until_full();
        let part = self.program.bytes().len().div_ceil(self.report.window_rows as usize);
        if checksum.advance(if rows_left <= 1 { usize::MAX } else { part })? {
            self.checksum = None;
        }
        Ok(())
    }

    fn heard(&mut self, board: &mut impl Board, row: &Row<MAXIMUM_LABELS>) {
        let Some(result) = &row.result else { return };
        if let Some(detection) = result.detection {
            self.detected(board, detection);
        }
        if self.is_verbose {
            let now = result.scores.map(|score| score.wrapping_sub(i8::MIN) as u8);
            let smoothed = self.pipeline.detector().smoothed();
            let event = Event::Scores {
                time_ms: result.time_ms,
                peak: self.peak.into(),
                now: Values::Numbers(&now[..self.pipeline.labels()]),
                average: Values::Numbers(smoothed.map_or(&[], |smoothed| smoothed.averages)),
            };
            say(board, &event);
            self.peak = 0;
        }
    }

    fn detected(&mut self, board: &mut impl Board, detection: Detection) {
        let index = detection.label.into();
        let number = [b'0' + detection.label / 10, b'0' + detection.label % 10];
        let number = core::str::from_utf8(&number).unwrap_or_default();
        let number = if detection.label < 10 { &number[1..] } else { number };
        let label = self.program.labels().nth(index as usize).unwrap_or(number);
        self.lights.word(board, light_of(self.program.labels(), index), self.now_ms);
        say(board, &Event::Heard { label, index, score: detection.score.into(), time_ms: detection.time_ms });
    }

    /// `v` switches the verbose mode on and `q` off, `r` repeats the report; other bytes mean nothing.
    fn obey(&mut self, command: u8) {
        match command {
            b'v' => self.is_verbose = true,
            b'q' => self.is_verbose = false,
            b'r' => self.line = Some(0),
            _ => {}
        }
    }
}

/// How to listen: as the Program says, or else as suits most models. Never so often that the detector has not room for
/// the results of its window.
fn listening(program: &Program<'_>) -> Listening {
    let mut listening = Listening::of(program).unwrap_or_else(|| {
        let labels = label_count(program).clamp(1, MAXIMUM_LABELS);
        let all = u32::MAX >> (MAXIMUM_LABELS - labels);
        let ignored_labels = background_labels(program.labels()) & all;
        Listening { stride_rows: STRIDE_ROWS, detector: DetectorSettings { ignored_labels, ..Default::default() } }
    });
    let least = listening.detector.average_window_ms.div_ceil(ROW_MS * (RESULTS as u32 - 1));
    listening.stride_rows = listening.stride_rows.max(least);
    listening
}
