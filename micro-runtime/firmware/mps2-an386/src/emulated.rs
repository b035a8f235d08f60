//! The board as the application sees it: a WAV for a microphone, a console for a log, lines for lights.

use core::fmt;
use core::ptr::addr_of_mut;

use app::{Board, Light};
use micro_runtime::board::MPS2_AN386;
use micro_runtime::frontend::SAMPLE_RATE;
use micro_runtime::log::{Event, write};

use crate::counter::Moment;
use crate::semihosting::{File, print};
use crate::wav;

/// Samples that are handed over at once: 20 ms.
const SLICE: usize = SAMPLE_RATE / 50;
/// Samples of silence behind the end of the file, in which the last word can still be recognised.
const SILENCE: usize = SAMPLE_RATE;

/// The emulated board.
pub struct Emulated {
    console: File,
    wav: File,
    samples: &'static mut [i16],
    bytes_left: u32,
    silence_left: usize,
    commands: &'static [u8],
    /// From where to count until the first samples are processed, and the same while they are.
    started: Option<Moment>,
    processing: Option<Moment>,
}

impl Emulated {
    /// Listens to the WAV at `path`, and has received `commands` from the start. Says what is wrong with the file. There
    /// can be one only.
    pub fn new(path: &str, commands: &'static [u8]) -> Result<Emulated, &'static str> {
        static mut SAMPLES: [i16; SLICE] = [0; SLICE];
        let console = File::console().ok_or("has no console to report to")?;
        let mut wav = File::read_from(path).ok_or("cannot be read")?;
        let bytes_left = wav::start(&mut wav)?;
        // SAFETY: nothing else refers to the samples, as there is one board only.
        let samples: &mut [i16; SLICE] = unsafe { &mut *addr_of_mut!(SAMPLES) };
        Ok(Emulated {
            console,
            wav,
            samples,
            bytes_left,
            silence_left: SILENCE,
            commands,
            started: None,
            processing: None,
        })
    }

    /// Says how many instructions it was from `start` until the first samples are processed, without what is written after
    /// them.
    pub fn count_from(&mut self, start: Moment) {
        self.started = Some(start);
    }

    fn say_count(&mut self) {
        if let Some(start) = self.processing.take() {
            print(format_args!("first samples {}\n", start.elapsed()));
        }
    }

    /// Fills the buffer; the number of samples, 0 at the end.
    fn fill(&mut self) -> usize {
        let wanted = self.bytes_left.min(SLICE as u32 * 2) as usize;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.samples[..]);
        let found = self.wav.read(&mut bytes[..wanted]);
        // A file that ends early ends here.
        self.bytes_left = if found < wanted { 0 } else { self.bytes_left - wanted as u32 };
        if found >= 2 {
            return found / 2;
        }
        let silent = self.silence_left.min(SLICE);
        self.silence_left -= silent;
        self.samples[..silent].fill(0);
        silent
    }
}

impl fmt::Write for Emulated {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.say_count();
        self.console.write_str(text)
    }
}

impl Board for Emulated {
    const FACTS: &'static micro_runtime::board::Board = &MPS2_AN386;

    fn listen(&mut self, mut hear: impl FnMut(&mut Self, &[i16])) -> bool {
        let count = self.fill();
        let samples = core::mem::take(&mut self.samples);
        self.processing = self.started.take();
        hear(self, &samples[..count]);
        self.say_count();
        self.samples = samples;
        count > 0
    }

    fn lost_samples(&mut self) -> u32 {
        0
    }

    fn light(&mut self, light: Light, is_on: bool) {
        let colour = match light {
            Light::Yes => "yellow",
            Light::No => "red",
            // Once a second is too often to be read.
            Light::Heartbeat => return,
        };
        // The console takes text, or nobody is there to miss it.
        let _ = write(self, &Event::Light { colour, on: is_on.into() });
    }

    fn feed_watchdog(&mut self) {}

    fn command(&mut self) -> Option<u8> {
        let (&command, rest) = self.commands.split_first()?;
        self.commands = rest;
        Some(command)
    }

    fn wait(&mut self, _milliseconds: u32) -> bool {
        false
    }
}
