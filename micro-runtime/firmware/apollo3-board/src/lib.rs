//! A board with an Apollo3, as the application sees it. What is a board's own is its [`Wiring`].

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod firmware;
mod last_words;
mod vectors;

use core::fmt;
use core::marker::PhantomData;

use apollo3::microphone::{BUFFER_WORDS, Filled, Microphone};
use apollo3::pads::{self, Use};
use apollo3::serial::Serial;
use apollo3::{power, watchdog};
use app::{Firmware, Light, kernels};
use micro_runtime::board::Board;
use micro_runtime::microphone::Leveller;

pub use last_words::finish;
pub use vectors::{VECTORS, record, vectors};

/// What is wired to which pad.
pub trait Wiring {
    /// The board. Its clock is the chip's.
    const FACTS: &'static Board;
    /// The light for "yes".
    const YES: u8;
    /// The light for "no", which also shows what is wrong.
    const NO: u8;
    /// The light that shows that the firmware is alive.
    const HEARTBEAT: u8;
    /// Lights that stay dark.
    const DARK: &'static [u8];

    /// Starts the microphone.
    fn listen() -> Microphone;

    /// The code in one of the microphone's words, if it is the microphone's: at most 15 bits.
    fn code(word: u32) -> Option<u16>;
}

/// The sound in a buffer, within a thousandth.
const BUFFER_MS: u32 = BUFFER_WORDS as u32 * 1000 / 16_000;
/// Samples that are levelled together: 16 ms.
const CHUNK: usize = 256;
/// Bytes that the serial port can have received during a buffer that are looked at.
const COMMANDS: u32 = 32;

/// The board.
struct Listening<W> {
    serial: Serial,
    microphone: Option<Microphone>,
    leveller: Leveller,
    memory_start: u32,
    commands_left: u32,
    wiring: PhantomData<W>,
}

impl<W: Wiring> Listening<W> {
    /// Starts all but the microphone. The memory that the application is lent begins at `memory_start`.
    fn start(memory_start: u32) -> Listening<W> {
        const { assert!(W::FACTS.clock_hz == apollo3::clock::CORE_HZ) };
        apollo3::start();
        for pad in [W::YES, W::NO, W::HEARTBEAT].iter().chain(W::DARK) {
            pads::set(*pad, Use::Light);
        }
        let serial = Serial::start();
        let leveller = Leveller::new();
        Listening { serial, microphone: None, leveller, memory_start, commands_left: 0, wiring: PhantomData }
    }

    /// The microphone. The first call starts it, and the watchdog with it: from then on there is a clock to feed it by.
    fn microphone(&mut self) -> &mut Microphone {
        self.microphone.get_or_insert_with(|| {
            watchdog::start();
            W::listen()
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

impl<W> fmt::Write for Listening<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.serial.write_str(text)
    }
}

impl<W: Wiring> app::Board for Listening<W> {
    const FACTS: &'static Board = W::FACTS;

    fn listen(&mut self, mut hear: impl FnMut(&mut Self, &[i16])) -> bool {
        let buffer = self.next_buffer();
        self.commands_left = COMMANDS;
        self.leveller.look_at(buffer.iter().filter_map(|&word| W::code(word)));
        for words in buffer.chunks(CHUNK) {
            let mut samples = [0; CHUNK];
            let mut count = 0;
            let codes = words.iter().filter_map(|&word| W::code(word));
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
        buffers.saturating_mul(BUFFER_WORDS as u32)
    }

    fn light(&mut self, light: Light, is_on: bool) {
        let pad = match light {
            Light::Yes => W::YES,
            Light::No => W::NO,
            Light::Heartbeat => W::HEARTBEAT,
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
        power::keep_in_sleep(end - W::FACTS.ram.start);
    }
}

/// Runs the application; it has no end.
pub fn run<W: Wiring>() -> ! {
    let firmware = Firmware { version: env!("CARGO_PKG_VERSION"), find: kernels::find, kernels: kernels::CODES };
    let memory = startup::memory().unwrap_or_default();
    let mut board = Listening::<W>::start(memory.as_ptr() as u32);
    app::run(&mut board, &firmware, startup::program_slot(), memory);
    apollo3::processor::reset()
}
