//! The serial port: a FIFO of 32 characters that leave at the speed of the wire.

use std::collections::VecDeque;

use super::{SECOND, Time};

const ON: u32 = 1 | 1 << 8;
const FIFO: usize = 32;

pub struct Uart {
    is_instant: bool,
    control: u32,
    divider: (u32, u32),
    format: u32,
    /// When each character in the FIFO will have left.
    leaving: VecDeque<Time>,
    received: VecDeque<u8>,
    /// What came out, with the time of each line's first character.
    pub log: Vec<u8>,
}

impl Uart {
    pub fn new(is_instant: bool) -> Uart {
        Uart {
            is_instant,
            control: 0,
            divider: (0, 0),
            format: 0,
            leaving: VecDeque::new(),
            received: VecDeque::new(),
            log: Vec::new(),
        }
    }

    /// The time of one character on the wire.
    fn character(&self) -> Time {
        let sixteenths = u64::from(self.divider.0 * 64 + self.divider.1).max(1);
        10 * SECOND * 16 * sixteenths / 64 / 24_000_000
    }

    /// Baud, by the divider and a clock of 24 MHz.
    pub fn baud(&self) -> f64 {
        24e6 / 16.0 / (f64::from(self.divider.0) + f64::from(self.divider.1) / 64.0)
    }

    pub fn receive(&mut self, byte: u8) {
        if self.received.len() < FIFO {
            self.received.push_back(byte);
        }
    }

    pub fn load(&mut self, offset: u32, now: Time) -> u32 {
        self.leaving.retain(|&time| time > now);
        match offset {
            0x00 => self.received.pop_front().unwrap_or(0).into(),
            0x18 => {
                let nothing_received = u32::from(self.received.is_empty()) << 4;
                let (full, empty) = (self.leaving.len() >= FIFO, self.leaving.is_empty());
                nothing_received | u32::from(full) << 5 | u32::from(empty) << 7 | u32::from(!empty) << 3
            }
            0x24 => self.divider.0,
            0x28 => self.divider.1,
            0x2C => self.format,
            0x30 => self.control,
            _ => 0,
        }
    }

    pub fn store(&mut self, offset: u32, value: u32, now: Time) -> Option<String> {
        self.leaving.retain(|&time| time > now);
        match offset {
            0x00 => {
                if self.control & ON != ON {
                    return Some("UART0: a character while the port is off".to_string());
                }
                if self.format != 0x70 || self.control >> 3 & 0b1111 != 0b0011 {
                    return Some("UART0: neither 8N1 nor 24 MHz".to_string());
                }
                if self.leaving.len() >= FIFO {
                    return Some("UART0: a character too many".to_string());
                }
                if !self.is_instant {
                    let start = self.leaving.back().copied().unwrap_or(now).max(now);
                    self.leaving.push_back(start + self.character());
                }
                self.log.push(value as u8);
            }
            0x24 => self.divider.0 = value & 0xFFFF,
            0x28 => self.divider.1 = value & 0x3F,
            0x2C => self.format = value,
            0x30 => self.control = value,
            _ => {}
        }
        None
    }
}
