//! The board as the application sees it.

use core::fmt;

use apollo3::microphone::{self, Channel, Filled, Microphone};
use apollo3::pads::{self, Use};
use apollo3::serial::Serial;
use apollo3::{power, watchdog};
use app::{Board, Light};
use micro_runtime::board::{self, SPARKFUN_EDGE};
use micro_runtime::microphone::Leveller;

const FACTS: &board::Board = &SPARKFUN_EDGE;
const _: () = assert!(FACTS.clock_hz == apollo3::clock::CORE_HZ);

const YELLOW: u8 = 47;
/// The red light.
pub const RED: u8 = 46;
const GREEN: u8 = 44;
const BLUE: u8 = 37;

const BUFFER_MS: u32 = microphone::BUFFER_WORDS as u32 * 1000 / microphone::SAMPLE_RATE;
/// Samples that are levelled together: 16 ms.
const CHUNK: usize = 256;
/// Bytes that the serial port can have received during a buffer that are looked at.
const COMMANDS: u32 = 32;

/// The board.
pub struct Edge {
    serial: Serial,
    microphone: Option<Microphone>,
    leveller: Leveller,
    memory_start: u32,
    commands_left: u32,
}

impl Edge {
    /// Starts all but the microphone. The memory that the application is lent begins at `memory_start`.
    pub fn start(memory_start: u32) -> Edge {
        apollo3::start();
        for pad in [YELLOW, RED, GREEN, BLUE] {
            pads::set(pad, Use::Light);
        }
        let serial = Serial::start();
        Edge { serial, microphone: None, leveller: Leveller::new(), memory_start, commands_left: 0 }
    }

    /// The microphone. The first call starts it, and the watchdog with it: from then on there is a clock to feed it by.
    fn microphone(&mut self) -> &mut Microphone {
        self.microphone.get_or_insert_with(|| {
            watchdog::start();
            Microphone::start(Channel::Se1)
        })
    }

    /// Sleeps until the microphone has filled a buffer.
    fn next_buffer(&mut self) -> Filled {
        let microphone = self.microphone();
        loop {
            if let Some(buffer) = microphone.take() {
                return buffer;
            }
            apollo3::processor::sleep_unless(|| microphone.is_ready());
        }
    }
}

impl fmt::Write for Edge {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.serial.write_str(text)
    }
}

impl Board for Edge {
    const FACTS: &'static board::Board = FACTS;

    fn listen(&mut self, mut hear: impl FnMut(&mut Self, &[i16])) -> bool {
        let buffer = self.next_buffer();
        self.commands_left = COMMANDS;
        self.leveller.look_at(buffer.iter().filter_map(|&word| microphone::code(word)));
        for words in buffer.chunks(CHUNK) {
            let mut samples = [0; CHUNK];
            let mut count = 0;
            let codes = words.iter().filter_map(|&word| microphone::code(word));
            for (sample, code) in samples.iter_mut().zip(codes) {
                *sample = self.leveller.sample(code);
                count += 1;
            }
            hear(self, &samples[..count]);
        }
        self.microphone().give_back(buffer);
        true
    }

    fn lost_samples(&mut self) -> u32 {
        let buffers = self.microphone().lost();
        buffers.saturating_mul(microphone::BUFFER_WORDS as u32)
    }

    fn light(&mut self, light: Light, is_on: bool) {
        let pad = match light {
            Light::Yes => YELLOW,
            Light::No => RED,
            Light::Heartbeat => BLUE,
        };
        pads::drive(pad, is_on);
    }

    fn feed_watchdog(&mut self) {
        watchdog::feed();
    }

    fn command(&mut self) -> Option<u8> {
        self.commands_left = self.commands_left.checked_sub(1)?;
        self.serial.receive()
    }

    /// The microphone is the clock: it wakes the processor after each buffer.
    fn wait(&mut self, milliseconds: u32) -> bool {
        for _ in 0..milliseconds.div_ceil(BUFFER_MS) {
            let buffer = self.next_buffer();
            self.microphone().give_back(buffer);
            watchdog::feed();
        }
        true
    }

    fn uses_memory(&mut self, bytes: usize) {
        let end = self.memory_start + bytes as u32;
        power::keep_in_sleep(end - FACTS.ram.start);
    }
}
