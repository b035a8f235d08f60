//! Simulated boards: what the loaders are tried on, in simulated time.
//!
//! [`line::Line`] is a [`Port`](super::port::Port) with a [`Device`] at its far end and a clock of its own, so that a
//! session of minutes takes microseconds. [`faults::Faults`] spoils what passes over it, the same way for the same
//! seed. The boards keep the rules of the real flash, see [`apollo3`].

pub mod apollo3;
pub mod asb;
pub mod faults;
pub mod line;
pub mod svl;

use std::time::Duration;

/// Something with a serial port.
pub trait Device {
    /// A byte arrives, sent at `baud`.
    fn receive(&mut self, byte: u8, baud: u32, at: Duration, answers: &mut Vec<Answer>);

    /// When it will do something of its own accord.
    fn next_event(&self) -> Option<Duration>;

    /// It is that time.
    fn event(&mut self, at: Duration, answers: &mut Vec<Answer>);

    /// The host asserts or releases DTR and RTS.
    fn lines(&mut self, asserted: bool, at: Duration);

    /// Its reset line is pulsed.
    fn reset(&mut self, at: Duration);

    /// Its supply goes away, in the midst of whatever it does.
    fn power_off(&mut self, at: Duration);
}

/// Bytes that a device sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it starts to.
    pub at: Duration,
    /// Bits a second.
    pub baud: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The bytes that `text`, hexadecimal digits, stands for. What is no digit ends it.
pub fn bytes_of(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// A flash page at work.
#[derive(Clone, Debug)]
struct Work {
    /// Pages to be erased and programmed, with what goes there.
    pages: std::collections::VecDeque<(u32, Vec<u8>)>,
    /// When the first of them is done.
    done_at: Duration,
}

/// What it takes to erase and program a page.
const PAGE_TIME: Duration = Duration::from_millis(100);

impl Work {
    /// Work that starts now: `bytes` from `address` on.
    fn new(address: u32, bytes: &[u8], now: Duration) -> Work {
        let pages = bytes.chunks(apollo3::PAGE_BYTES as usize).enumerate();
        let pages = pages.map(|(index, page)| (address + apollo3::PAGE_BYTES * index as u32, page.to_vec())).collect();
        Work { pages, done_at: now + PAGE_TIME }
    }

    /// Does the page that is due.
    fn step(&mut self, flash: &mut apollo3::Flash) {
        if let Some((address, bytes)) = self.pages.pop_front() {
            flash.replace_page(address, &bytes);
            self.done_at += PAGE_TIME;
        }
    }

    /// The supply goes away while the first page is under way.
    fn tear(&mut self, flash: &mut apollo3::Flash) {
        if let Some((address, bytes)) = self.pages.front() {
            flash.tear_page(*address, bytes);
        }
    }
}
