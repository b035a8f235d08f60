//! A board with the SparkFun Variable Loader, with the times that were measured on the real one.

use std::time::Duration;

use super::apollo3::{self, Flash};
use super::{Answer, Device};
use crate::flash::svl::packet::{self, MAXIMUM_FRAME, RATE_PROBE, command, crc16};

/// Where its application starts.
pub const APPLICATION: u32 = 0x0001_0000;

/// How long it listens after a reset.
const LISTEN_TIME: Duration = Duration::from_millis(200);
/// How long it waits for a packet.
const PACKET_TIME: Duration = Duration::from_millis(500);
/// From a damaged packet to the wish for it.
const RETRY_TIME: Duration = Duration::from_millis(177);
/// From a whole frame to the next wish, without the flash.
const ANSWER_TIME: Duration = Duration::from_micros(2700);
/// What it takes to erase a page.
const ERASE_TIME: Duration = Duration::from_millis(30);

/// What the core runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// The loader, which waits for the byte that tells the rate.
    Listening,
    /// The loader, which waits for the host's wish to load.
    Greeting,
    /// The loader, which takes frames.
    Loading,
    /// Whatever lies in the application's place.
    Application,
    /// Nothing, without a supply.
    Nothing,
}

/// The board.
pub struct SvlBoard {
    /// Its flash.
    pub flash: Flash,
    /// What it runs.
    pub running: Running,
    /// The rates that it does not understand.
    pub deaf_bauds: Vec<u32>,
    /// Whether a glitch of its transmitter reads as a byte before its first packet.
    pub has_junk: bool,
    asserted: bool,
    baud: u32,
    packet: Vec<u8>,
    /// When the state that it is in ends of its own accord.
    until: Duration,
    /// Until when it does not listen: it writes its flash, or waits for the line to become quiet.
    deaf_until: Duration,
    /// A packet was damaged, or did not come: it will be asked for when deafness is over.
    wants_retry: bool,
    address: u32,
    erase_pending: Option<Vec<u8>>,
}

impl SvlBoard {
    /// A board that runs its application.
    pub fn new(flash: Flash) -> SvlBoard {
        SvlBoard {
            flash,
            running: Running::Application,
            deaf_bauds: Vec::new(),
            has_junk: true,
            asserted: false,
            baud: 0,
            packet: Vec::new(),
            until: Duration::ZERO,
            deaf_until: Duration::ZERO,
            wants_retry: false,
            address: APPLICATION,
            erase_pending: None,
        }
    }

    /// The supply comes back.
    pub fn power_on(&mut self) {
        self.running = Running::Application;
    }

    fn send(&self, at: Duration, command: u8, payload: &[u8], answers: &mut Vec<Answer>) {
        answers.push(Answer { at, baud: self.baud, bytes: packet::packet(command, payload) });
    }

    fn fail(&mut self, at: Duration) {
        self.packet.clear();
        self.wants_retry = true;
        self.deaf_until = at + RETRY_TIME;
        self.until = self.deaf_until;
    }

    fn take_packet(&mut self, at: Duration, answers: &mut Vec<Answer>) {
        let packet = std::mem::take(&mut self.packet);
        let body = &packet[2..];
        if crc16(body) != 0 {
            return self.fail(at);
        }
        let payload = &body[1..body.len() - 2];
        match (self.running, body[0]) {
            // Any whole packet is taken for the wish to load.
            (Running::Greeting, _) => {
                self.running = Running::Loading;
                self.address = APPLICATION;
                self.send(at + ANSWER_TIME, command::NEXT, &[], answers);
                self.until = at + ANSWER_TIME + PACKET_TIME;
            }
            (_, command::FRAME) if payload.len().is_multiple_of(4) && !payload.is_empty() => {
                let time = if self.address.is_multiple_of(apollo3::PAGE_BYTES) { ERASE_TIME } else { Duration::ZERO };
                self.erase_pending = Some(payload.to_vec());
                self.deaf_until = at + ANSWER_TIME + time;
                self.until = self.deaf_until;
            }
            (_, command::DONE) => self.reset(at),
            _ => self.fail(at),
        }
    }

    /// Puts a frame into the flash; a page is erased when its first frame comes.
    fn write(&mut self, payload: &[u8]) {
        let mut rest = payload;
        while !rest.is_empty() {
            if self.address.is_multiple_of(apollo3::PAGE_BYTES) {
                self.flash.erase_at(self.address);
            }
            let room = apollo3::PAGE_BYTES - self.address % apollo3::PAGE_BYTES;
            let (now, later) = rest.split_at(rest.len().min(room as usize));
            self.flash.program_bytes(self.address, now);
            self.address += now.len() as u32;
            rest = later;
        }
    }
}

impl Device for SvlBoard {
    fn receive(&mut self, byte: u8, baud: u32, at: Duration, answers: &mut Vec<Answer>) {
        match self.running {
            Running::Application | Running::Nothing => {}
            Running::Listening => {
                // 5 ms after the reset it starts to count edges.
                if byte == RATE_PROBE && !self.deaf_bauds.contains(&baud) && at >= self.deaf_until {
                    self.baud = baud;
                    self.running = Running::Greeting;
                    self.packet.clear();
                    if self.has_junk {
                        answers.push(Answer { at, baud, bytes: vec![0] });
                    }
                    self.send(at + Duration::from_micros(200), command::VERSION, &[6], answers);
                    self.until = at + PACKET_TIME;
                }
            }
            Running::Greeting | Running::Loading => {
                if at < self.deaf_until {
                    return;
                }
                self.packet.push(if baud == self.baud { byte } else { byte.rotate_left(3) ^ 0x80 });
                if self.packet.len() < 2 {
                    return;
                }
                let length = usize::from(u16::from_be_bytes([self.packet[0], self.packet[1]]));
                if !(3..=MAXIMUM_FRAME + 3).contains(&length) {
                    self.fail(at);
                } else if self.packet.len() == length + 2 {
                    self.take_packet(at, answers);
                }
            }
        }
    }

    fn next_event(&self) -> Option<Duration> {
        (!matches!(self.running, Running::Application | Running::Nothing)).then_some(self.until)
    }

    fn event(&mut self, at: Duration, answers: &mut Vec<Answer>) {
        match self.running {
            Running::Application | Running::Nothing => {}
            Running::Listening | Running::Greeting if !self.wants_retry => self.running = Running::Application,
            _ => {
                if let Some(payload) = self.erase_pending.take() {
                    self.write(&payload);
                    self.send(at, command::NEXT, &[], answers);
                    self.until = at + PACKET_TIME;
                } else if std::mem::take(&mut self.wants_retry) {
                    self.packet.clear();
                    self.send(at, command::RETRY, &[], answers);
                    self.until = at + PACKET_TIME;
                } else {
                    self.fail(at);
                }
            }
        }
    }

    fn lines(&mut self, asserted: bool, at: Duration) {
        if asserted && !self.asserted {
            self.reset(at);
        }
        self.asserted = asserted;
    }

    fn reset(&mut self, at: Duration) {
        if self.running == Running::Nothing {
            return;
        }
        self.erase_pending = None;
        self.wants_retry = false;
        self.packet.clear();
        self.running = Running::Listening;
        self.deaf_until = at + Duration::from_millis(5);
        self.until = at + LISTEN_TIME;
    }

    fn power_off(&mut self, _: Duration) {
        if let Some(payload) = self.erase_pending.take() {
            // Half of it.
            self.write(&payload[..payload.len() / 8 * 4]);
        }
        self.running = Running::Nothing;
    }
}
