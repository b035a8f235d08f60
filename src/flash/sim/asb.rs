//! A board with the Ambiq Secure Bootloader.
//!
//! Which status answers which fault is not documented; the choice here is one of many that a host must bear.

use std::time::Duration;

use super::apollo3::{self, Flash};
use super::{Answer, Device, Work};
use crate::flash::asb::blob::{BLOCK_HEAD_BYTES, IMAGE_HEAD_BYTES};
use crate::flash::asb::frame::{self, HEAD_BYTES, MAXIMUM_BYTES, kind};
use micro_runtime::program::crc32;

/// The largest block that it takes, as a real board says.
pub const MAXIMUM_BLOCK: u32 = 0x0004_FFA0;

/// A frame that does not go on for so long is dropped.
const FRAME_TIME: Duration = Duration::from_millis(100);
/// From a complete frame to its answer.
const ANSWER_TIME: Duration = Duration::from_micros(300);
/// From the reset to the loader's being ready.
const START_TIME: Duration = Duration::from_millis(20);

/// What the core runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// The bootloader, which listens.
    Loader,
    /// Whatever lies in the application's place.
    Application,
    /// Nothing, without a supply.
    Nothing,
}

/// A block that is being received.
struct Receiving {
    length: u32,
    checksum: u32,
    bytes: Vec<u8>,
}

/// What comes after the flash has been written.
enum After {
    /// The answer to the last piece.
    Acknowledge(u32),
    /// The start of the application.
    Start,
}

/// The board.
pub struct AsbBoard {
    /// Its flash.
    pub flash: Flash,
    /// What it runs.
    pub running: Running,
    /// Whether somebody holds button 14 down.
    pub button: bool,
    /// The rate of its loader.
    pub baud: u32,
    /// The largest block that it takes.
    pub maximum_block: u32,
    /// Whether asserting DTR resets it, and holds button 14 down while asserted.
    pub has_dtr: bool,
    asserted: bool,
    frame: Vec<u8>,
    last_byte: Duration,
    ready_at: Duration,
    descriptor: Option<u32>,
    receiving: Option<Receiving>,
    /// Where the block lies that starts an installation.
    staged: Option<u32>,
    work: Option<(Work, After)>,
    restart: bool,
}

impl AsbBoard {
    /// A board in its loader, with the button held.
    pub fn new(flash: Flash, baud: u32) -> AsbBoard {
        AsbBoard {
            flash,
            running: Running::Loader,
            button: true,
            baud,
            maximum_block: MAXIMUM_BLOCK,
            has_dtr: false,
            asserted: false,
            frame: Vec::new(),
            last_byte: Duration::ZERO,
            ready_at: Duration::ZERO,
            descriptor: None,
            receiving: None,
            staged: None,
            work: None,
            restart: false,
        }
    }

    /// The supply comes back.
    pub fn power_on(&mut self) {
        self.staged = None;
        self.last_byte = Duration::ZERO;
        self.start(Duration::ZERO);
    }

    fn forget(&mut self) {
        self.frame.clear();
        self.descriptor = None;
        self.receiving = None;
        self.work = None;
    }

    /// What follows a reset: an installation that is due, then the loader or the application.
    fn start(&mut self, at: Duration) {
        self.forget();
        self.ready_at = at + START_TIME;
        self.running = Running::Loader;
        if let Some(work) = self.staged.take().and_then(|address| self.installation(address, at)) {
            self.work = Some((work, After::Start));
        } else {
            self.enter();
        }
    }

    fn enter(&mut self) {
        let held = self.button || self.has_dtr && self.asserted;
        self.running = if held { Running::Loader } else { Running::Application };
    }

    /// The image that was collected at `address`, if it is sound, on its way to its place.
    fn installation(&self, address: u32, at: Duration) -> Option<Work> {
        let head = self.flash.read(address, IMAGE_HEAD_BYTES);
        let word = |offset: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| head[offset + byte]));
        let length = (word(0) & 0xF_FFFF) as usize;
        let load_address = word(112);
        let fits = load_address >= apollo3::BOOTLOADER_END
            && (load_address as usize).saturating_add(length) <= apollo3::END as usize + IMAGE_HEAD_BYTES;
        if word(0) >> 24 != 0xCB || length < IMAGE_HEAD_BYTES || !fits {
            return None;
        }
        let image = self.flash.read(address, length);
        (crc32(&image[8..]) == word(4)).then(|| Work::new(load_address, &image[IMAGE_HEAD_BYTES..], at))
    }

    fn answer(&self, at: Duration, of: u16, status: u32, answers: &mut Vec<Answer>) {
        let sequence = self.receiving.as_ref().map_or(0, |receiving| receiving.bytes.len() as u32);
        let bytes = frame::ack(of, status, sequence);
        answers.push(Answer { at: at + ANSWER_TIME, baud: self.baud, bytes });
    }

    /// A whole frame is here.
    fn take_frame(&mut self, at: Duration, answers: &mut Vec<Answer>) {
        let frame = std::mem::take(&mut self.frame);
        let of = u16::from_le_bytes([frame[4], frame[5]]);
        if crc32(&frame[4..]).to_le_bytes() != frame[..4] {
            return self.answer(at, of, 3, answers);
        }
        let word = |index: usize| {
            let bytes = frame.get(HEAD_BYTES + 4 * index..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes))
        };
        let status = match of {
            kind::HELLO => {
                self.descriptor = None;
                self.receiving = None;
                let mut payload = Vec::new();
                for value in [3, self.maximum_block, 2, 7].into_iter().chain([u32::MAX; 16]) {
                    payload.extend(value.to_le_bytes());
                }
                let bytes = frame::frame(kind::STATUS, &payload);
                return answers.push(Answer { at: at + ANSWER_TIME, baud: self.baud, bytes });
            }
            kind::OTA_DESCRIPTOR => match word(0) {
                Some(address) => {
                    self.descriptor = Some(address);
                    0
                }
                None => 9,
            },
            kind::ABORT => {
                self.receiving = None;
                0
            }
            kind::UPDATE => match (self.descriptor, word(0), word(1)) {
                (None, ..) => 8,
                (_, Some(length), _) if length > self.maximum_block => 5,
                (_, Some(length), Some(checksum)) if length as usize > BLOCK_HEAD_BYTES => {
                    self.receiving = Some(Receiving { length, checksum, bytes: Vec::new() });
                    // The sequence of other answers than to DATA is 0, which an empty block gives.
                    0
                }
                _ => 9,
            },
            kind::DATA => match self.take_data(&frame, at) {
                Some(status) => status,
                None => return,
            },
            kind::RESET => {
                self.answer(at, of, 0, answers);
                self.restart = true;
                // Once the answer has left.
                self.ready_at = at + Duration::from_millis(5);
                return;
            }
            _ => 6,
        };
        self.answer(at, of, status, answers);
    }

    /// Takes a piece; gives the status of the answer, or nothing when the flash comes first.
    fn take_data(&mut self, frame: &[u8], at: Duration) -> Option<u32> {
        let Some(receiving) = &mut self.receiving else { return Some(8) };
        let Some((sequence, piece)) = frame[HEAD_BYTES..].split_first_chunk() else { return Some(9) };
        if u32::from_le_bytes(*sequence) as usize != receiving.bytes.len() {
            return Some(10);
        }
        if receiving.bytes.len() + piece.len() > receiving.length as usize {
            return Some(11);
        }
        receiving.bytes.extend(piece);
        if receiving.bytes.len() < receiving.length as usize {
            return Some(0);
        }
        let receiving = self.receiving.take()?;
        if crc32(&receiving.bytes) != receiving.checksum {
            return Some(3);
        }
        let word = |offset: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| receiving.bytes[offset + byte]));
        let (key, address, length) = (word(84), word(88), word(92) as usize);
        let payload = &receiving.bytes[BLOCK_HEAD_BYTES..];
        if key != apollo3::KEY || receiving.bytes[80] != 6 || length != payload.len() {
            return Some(9);
        }
        let end = (address as usize).saturating_add(length);
        if address < apollo3::BOOTLOADER_END
            || !address.is_multiple_of(apollo3::PAGE_BYTES)
            || end > apollo3::END as usize
        {
            return Some(7);
        }
        if receiving.bytes[81] & 1 == 1 {
            self.staged = Some(address);
        }
        self.work = Some((Work::new(address, payload, at), After::Acknowledge(receiving.length)));
        None
    }
}

impl Device for AsbBoard {
    fn receive(&mut self, byte: u8, baud: u32, at: Duration, answers: &mut Vec<Answer>) {
        // While it writes its flash it does not listen.
        if self.running != Running::Loader || self.work.is_some() || self.restart || at < self.ready_at {
            return;
        }
        if at.saturating_sub(self.last_byte) > FRAME_TIME {
            self.frame.clear();
        }
        self.last_byte = at;
        self.frame.push(if baud == self.baud { byte } else { byte.rotate_left(3) ^ 0x80 });
        if self.frame.len() < HEAD_BYTES {
            return;
        }
        let length = usize::from(u16::from_le_bytes([self.frame[6], self.frame[7]]));
        if !(HEAD_BYTES..=MAXIMUM_BYTES).contains(&length) {
            let of = u16::from_le_bytes([self.frame[4], self.frame[5]]);
            self.frame.clear();
            return self.answer(at, of, 3, answers);
        }
        if self.frame.len() == length {
            self.take_frame(at, answers);
        }
    }

    fn next_event(&self) -> Option<Duration> {
        let restart = self.restart.then_some(self.ready_at);
        self.work.as_ref().map(|(work, _)| work.done_at).or(restart)
    }

    fn event(&mut self, at: Duration, answers: &mut Vec<Answer>) {
        if let Some((mut work, after)) = self.work.take() {
            work.step(&mut self.flash);
            match after {
                _ if !work.pages.is_empty() => self.work = Some((work, after)),
                After::Acknowledge(sequence) => {
                    let bytes = frame::ack(kind::DATA, 0, sequence);
                    answers.push(Answer { at: at + ANSWER_TIME, baud: self.baud, bytes });
                }
                After::Start => self.enter(),
            }
        } else if std::mem::take(&mut self.restart) {
            self.start(at);
        }
    }

    fn lines(&mut self, asserted: bool, at: Duration) {
        let falls = asserted && !self.asserted;
        self.asserted = asserted;
        if self.has_dtr && falls {
            self.reset(at);
        }
    }

    fn reset(&mut self, at: Duration) {
        if self.running != Running::Nothing {
            if let Some((work, _)) = &mut self.work {
                work.tear(&mut self.flash);
            }
            // The pointer to the update is set by the RESET message only.
            if !self.restart {
                self.staged = None;
            }
            self.restart = false;
            self.start(at);
        }
    }

    fn power_off(&mut self, _: Duration) {
        if let Some((work, _)) = &mut self.work {
            work.tear(&mut self.flash);
        }
        self.forget();
        self.staged = None;
        self.restart = false;
        self.running = Running::Nothing;
    }
}
