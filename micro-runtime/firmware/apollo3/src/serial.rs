//! The first serial port: 115,200 baud, 8 bits, no parity, one stop bit.

use core::fmt;

use crate::pads::{self, Use};
use crate::power::{self, Block};
use crate::registers::{UART0_CR, UART0_DR, UART0_FBRD, UART0_FR, UART0_IBRD, UART0_IER, UART0_LCRH};

const SEND_PAD: u8 = 48;
const RECEIVE_PAD: u8 = 49;

/// Clock on, 24 MHz.
const CLOCK: u32 = 0x18;
/// Clock, port, sender and receiver on.
const ON: u32 = 0x319;
/// 24 MHz / (16 x (13 + 1/64)) = 115,246 baud.
const DIVIDER: (u32, u32) = (13, 1);
/// Eight bits, FIFOs on.
const FORMAT: u32 = 0x70;

const BUSY: u32 = 1 << 3;
const RECEIVED_NOTHING: u32 = 1 << 4;
const CANNOT_TAKE: u32 = 1 << 5;
/// Reads of the flags that take longer than 1.4 ms, the time of 16 characters.
const TRIES: u32 = 20_000;

/// The port. What is written to it waits until it has gone into the FIFO; when nothing moves, it is dropped.
#[derive(Debug)]
pub struct Serial {
    has_power: bool,
    is_stuck: bool,
}

impl Serial {
    /// Switches the port on.
    pub fn start() -> Serial {
        power::on(Block::Uart0);
        pads::set(SEND_PAD, Use::Uart0Send);
        pads::set(RECEIVE_PAD, Use::Uart0Receive);
        UART0_CR.write(CLOCK);
        UART0_IBRD.write(DIVIDER.0);
        UART0_FBRD.write(DIVIDER.1);
        UART0_LCRH.write(FORMAT);
        UART0_IER.write(0);
        UART0_CR.write(ON);
        Serial { has_power: true, is_stuck: false }
    }

    /// The port as [`Serial::start`] left it, for the last words of a firmware. Without power for it everything written
    /// is dropped.
    pub fn steal() -> Serial {
        Serial { has_power: power::is_on(Block::Uart0), is_stuck: false }
    }

    /// The next byte that somebody sent, if any.
    pub fn receive(&mut self) -> Option<u8> {
        (self.has_power && UART0_FR.read() & RECEIVED_NOTHING == 0).then(|| UART0_DR.read() as u8)
    }

    /// Waits until the last character is on the wire.
    pub fn finish(&mut self) {
        if self.has_power {
            UART0_FR.wait(BUSY, 0, 4 * TRIES);
        }
    }

    fn send(&mut self, byte: u8) {
        if !self.has_power {
            return;
        }
        // A port that did not move is not waited for again until it does.
        let tries = if self.is_stuck { 1 } else { TRIES };
        self.is_stuck = !UART0_FR.wait(CANNOT_TAKE, 0, tries);
        if !self.is_stuck {
            UART0_DR.write(u32::from(byte));
        }
    }
}

impl fmt::Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                self.send(b'\r');
            }
            self.send(byte);
        }
        Ok(())
    }
}
