//! A serial line between the host and a simulated device, with a clock of its own.

use std::collections::VecDeque;
use std::time::Duration;

use super::faults::{Fate, Faults};
use super::{Answer, Device};
use crate::flash::port::{Port, PortError, WRITE_TIME, wire_time};

/// A port with a device at its far end.
pub struct Line<'d, D> {
    device: &'d mut D,
    faults: Faults,
    now: Duration,
    baud: u32,
    /// What is under way to the host: when it arrives, at which rate, and what.
    to_host: VecDeque<(Duration, u32, u8)>,
    /// When the line to the host is free.
    free_at: Duration,
    answers: Vec<Answer>,
    passed: u64,
    /// Bytes that the host sent.
    pub sent: u64,
}

impl<'d, D: Device> Line<'d, D> {
    /// A line to `device` with this weather.
    pub fn new(device: &'d mut D, faults: Faults) -> Line<'d, D> {
        Line {
            device,
            faults,
            now: Duration::ZERO,
            baud: 115_200,
            to_host: VecDeque::new(),
            free_at: Duration::ZERO,
            answers: Vec::new(),
            passed: 0,
            sent: 0,
        }
    }

    /// Lets the device do what is due by now.
    fn run_device(&mut self) {
        while let Some(at) = self.device.next_event().filter(|&at| at <= self.now) {
            self.device.event(at, &mut self.answers);
            self.take_answers();
        }
    }

    fn take_answers(&mut self) {
        for mut answer in std::mem::take(&mut self.answers) {
            if self.faults.spoils_answer()
                && let Some(last) = answer.bytes.last_mut()
            {
                *last ^= 0x5A;
            }
            self.free_at = self.free_at.max(answer.at);
            for byte in answer.bytes {
                if self.passes() {
                    break;
                }
                let (byte, times) = match self.faults.fate() {
                    Fate::Arrives => (byte, 1),
                    Fate::Lost => (byte, 0),
                    Fate::Turned(bits) => (byte ^ bits, 1),
                    Fate::Twice => (byte, 2),
                    Fate::Late(time) => {
                        self.free_at += time;
                        (byte, 1)
                    }
                    Fate::Joined(before) => {
                        self.free_at += wire_time(1, answer.baud);
                        self.to_host.push_back((self.free_at, answer.baud, before));
                        (byte, 1)
                    }
                };
                for _ in 0..times {
                    self.free_at += wire_time(1, answer.baud);
                    self.to_host.push_back((self.free_at, answer.baud, byte));
                }
            }
        }
    }

    /// Counts a byte, at which the supply may go away or the board be reset: then the byte and what was to follow it
    /// are lost.
    fn passes(&mut self) -> bool {
        self.passed += 1;
        let off = self.faults.power_off_after == Some(self.passed);
        let reset = self.faults.reset_after == Some(self.passed);
        if off {
            self.device.power_off(self.now);
        }
        if reset {
            self.device.reset(self.now);
        }
        off || reset
    }

    fn deliver(&mut self, byte: u8) {
        if !self.faults.silent_bauds.contains(&self.baud) {
            self.device.receive(byte, self.baud, self.now, &mut self.answers);
            self.take_answers();
        }
    }
}

impl<D: Device> Port for Line<'_, D> {
    fn name(&self) -> &str {
        "simulated"
    }

    fn read(&mut self, into: &mut [u8], time_out: Duration) -> Result<usize, PortError> {
        let deadline = self.now + time_out;
        loop {
            self.run_device();
            let mut count = 0;
            while count < into.len()
                && let Some(&(at, baud, byte)) = self.to_host.front()
                && at <= self.now
            {
                self.to_host.pop_front();
                // At another rate it reads as something else.
                into[count] = if baud == self.baud { byte } else { byte.rotate_left(3) ^ 0x80 };
                count += 1;
            }
            if count > 0 || self.now >= deadline {
                return Ok(count);
            }
            let arrival = self.to_host.front().map(|&(at, ..)| at);
            let next = [arrival, self.device.next_event()].into_iter().flatten().min().unwrap_or(deadline);
            self.now = next.clamp(self.now, deadline);
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        let limit = self.now + WRITE_TIME + wire_time(bytes.len(), self.baud) * 2;
        for &byte in bytes {
            self.now += wire_time(1, self.baud);
            self.sent += 1;
            self.run_device();
            if self.now > limit {
                return Err(PortError::Stalled { port: self.name().to_string() });
            }
            if self.passes() {
                continue;
            }
            match self.faults.fate() {
                Fate::Arrives => self.deliver(byte),
                Fate::Lost => {}
                Fate::Turned(bits) => self.deliver(byte ^ bits),
                Fate::Twice => {
                    self.deliver(byte);
                    self.deliver(byte);
                }
                Fate::Late(time) => {
                    self.now += time;
                    self.run_device();
                    self.deliver(byte);
                }
                Fate::Joined(before) => {
                    self.deliver(before);
                    self.deliver(byte);
                }
            }
        }
        Ok(())
    }

    fn set_baud(&mut self, baud: u32) -> Result<(), PortError> {
        self.baud = baud;
        Ok(())
    }

    fn set_lines(&mut self, asserted: bool) -> Result<bool, PortError> {
        self.run_device();
        self.device.lines(asserted, self.now);
        Ok(true)
    }

    fn reopen(&mut self) -> Result<(), PortError> {
        self.run_device();
        self.device.reset(self.now);
        // What is in the buffers of a closed port is lost.
        self.to_host.clear();
        self.free_at = self.now;
        self.sleep(Duration::from_millis(20));
        Ok(())
    }

    fn discard(&mut self) -> Result<(), PortError> {
        let now = self.now;
        self.run_device();
        self.to_host.retain(|&(at, ..)| at > now);
        Ok(())
    }

    fn now(&self) -> Duration {
        self.now
    }

    fn sleep(&mut self, time: Duration) {
        self.now += time;
        self.run_device();
    }
}
