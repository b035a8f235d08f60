//! A board for the application that notes what it does: the firmware's own code, on this machine.

use std::fmt;

use app::{Board, End, Firmware, Light, kernels};
use micro_runtime::board::MPS2_AN386;
use micro_runtime::frontend::SAMPLE_RATE;
use micro_runtime::log::{Event, write};
use tinyml::aligned::AlignedBytes;

/// The version that firmware of this tree has.
pub const VERSION: &str = "0.1.0";

/// What happened on the board.
#[derive(Default)]
pub struct Noted {
    /// The log, with a line for each light but the heartbeat that was switched.
    pub log: String,
    /// Samples heard when a light was switched.
    pub lights: Vec<(usize, Light, bool)>,
    heard: usize,
    rest: Vec<i16>,
    slice: usize,
    commands: Vec<u8>,
    commands_after: usize,
    lost: u32,
    waits: u32,
}

impl fmt::Write for Noted {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.log.push_str(text);
        Ok(())
    }
}

impl Board for Noted {
    const FACTS: &'static micro_runtime::board::Board = &MPS2_AN386;

    fn listen(&mut self, mut hear: impl FnMut(&mut Self, &[i16])) -> bool {
        let now: Vec<i16> = self.rest.drain(..self.slice.min(self.rest.len())).collect();
        self.heard += now.len();
        hear(self, &now);
        !now.is_empty()
    }

    fn lost_samples(&mut self) -> u32 {
        std::mem::take(&mut self.lost)
    }

    fn light(&mut self, light: Light, is_on: bool) {
        self.lights.push((self.heard, light, is_on));
        let colour = match light {
            Light::Yes => "yellow",
            Light::No => "red",
            Light::Heartbeat => return,
        };
        write(self, &Event::Light { colour, on: is_on.into() }).unwrap();
    }

    fn feed_watchdog(&mut self) {}

    fn command(&mut self) -> Option<u8> {
        (self.heard >= self.commands_after && !self.commands.is_empty()).then(|| self.commands.remove(0))
    }

    fn wait(&mut self, _milliseconds: u32) -> bool {
        self.waits += 1;
        self.waits < 100
    }
}

/// What the board hears and is told.
#[derive(Clone, Copy)]
pub struct Play<'a> {
    /// The sound; a second of silence follows.
    pub samples: &'a [i16],
    /// Samples that come at once.
    pub slice: usize,
    /// Bytes sent to it.
    pub commands: &'a [u8],
    /// Samples after which these arrive.
    pub commands_after: usize,
    /// Samples that it has lost at the start.
    pub lost: u32,
    /// Bytes of memory for the application.
    pub memory: usize,
}

impl<'a> Play<'a> {
    /// As the emulated board plays it.
    pub fn new(samples: &'a [i16]) -> Play<'a> {
        Play { samples, slice: SAMPLE_RATE / 50, commands: b"", commands_after: 0, lost: 0, memory: 1 << 20 }
    }

    /// Runs the application with what is in the slot for the Program.
    pub fn run(&self, slot: &[u8]) -> (Noted, End) {
        let firmware = Firmware { version: VERSION, find: kernels::find, kernels: kernels::CODES };
        let rest = [self.samples, &[0; SAMPLE_RATE]].concat();
        let (slice, commands) = (self.slice, self.commands.to_vec());
        let mut board =
            Noted { rest, slice, commands, commands_after: self.commands_after, lost: self.lost, ..Noted::default() };
        let mut memory = AlignedBytes::zeroed(self.memory);
        let end = app::run(&mut board, &firmware, &AlignedBytes::from(slot), &mut memory);
        (board, end)
    }
}

impl Noted {
    /// The events of the log, all of whose lines are events.
    pub fn events(&self) -> Vec<Event<'_>> {
        self.log.lines().map(|line| Event::read(line).unwrap_or_else(|| panic!("no event: {line}"))).collect()
    }

    /// The words that were heard: label, score and time.
    pub fn heard(&self) -> Vec<(&str, u32, u32)> {
        let word = |event| match event {
            Event::Heard { label, score, time_ms, .. } => Some((label, score, time_ms)),
            _ => None,
        };
        self.events().into_iter().filter_map(word).collect()
    }
}
