//! A serial port: the trait that protocols are written against, and the only place that opens a device.

use std::time::{Duration, Instant};

use serialport::{ClearBuffer, ErrorKind, SerialPort};
use thiserror::Error;

use super::holder;

/// Why a port cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortError {
    /// There is no such device.
    #[error("{port}: there is no such port")]
    NotFound {
        /// Its name.
        port: String,
    },
    /// Another program has it.
    #[error("{port}: in use by {}", holder.as_deref().unwrap_or("another program"))]
    Busy {
        /// Its name.
        port: String,
        /// Who has it, where the system tells.
        holder: Option<String>,
    },
    /// The user may not open it.
    #[error("{port}: you may not open it{}", group.as_ref().map_or(String::new(), |group| format!("; it belongs to the group {group}")))]
    Permission {
        /// Its name.
        port: String,
        /// The group that may.
        group: Option<String>,
    },
    /// It is no serial port.
    #[error("{port}: not a serial port")]
    NotSerial {
        /// Its name.
        port: String,
    },
    /// It went away.
    #[error("{port}: the port went away: {reason}")]
    Gone {
        /// Its name.
        port: String,
        /// What the system says.
        reason: String,
    },
    /// It takes no bytes.
    #[error("{port}: takes no more bytes")]
    Stalled {
        /// Its name.
        port: String,
    },
    /// It cannot be set so.
    #[error("{port}: cannot be set to {baud} baud: {reason}")]
    Baud {
        /// Its name.
        port: String,
        /// Bits a second.
        baud: u32,
        /// What the system says.
        reason: String,
    },
}

/// Bytes to a board and back, in real or simulated time.
pub trait Port {
    /// What people call it.
    fn name(&self) -> &str;

    /// Waits for bytes, no longer than `time_out`, and gives how many came.
    fn read(&mut self, into: &mut [u8], time_out: Duration) -> Result<usize, PortError>;

    /// Sends all of `bytes`, and returns when they are on the wire or will be in less than a millisecond.
    fn write(&mut self, bytes: &[u8]) -> Result<(), PortError>;

    /// Changes the rate in both directions.
    fn set_baud(&mut self, baud: u32) -> Result<(), PortError>;

    /// Asserts or releases DTR and RTS. `false` when the port has no such lines.
    fn set_lines(&mut self, asserted: bool) -> Result<bool, PortError>;

    /// Closes the port and opens it again, which resets many boards.
    fn reopen(&mut self) -> Result<(), PortError>;

    /// Forgets the bytes that have arrived.
    fn discard(&mut self) -> Result<(), PortError>;

    /// Time since some moment in the past.
    fn now(&self) -> Duration;

    /// Lets time pass.
    fn sleep(&mut self, time: Duration);
}

/// How much longer than twice its time on the wire a write may take before it fails.
pub const WRITE_TIME: Duration = Duration::from_secs(5);

/// The time that `bytes` bytes take at `baud`, with a start and a stop bit each.
pub fn wire_time(bytes: usize, baud: u32) -> Duration {
    Duration::from_nanos(bytes as u64 * 10_000_000_000 / u64::from(baud.max(1)))
}

/// A port of this machine.
pub struct SystemPort {
    name: String,
    baud: u32,
    open: Option<Box<dyn SerialPort>>,
    started: Instant,
}

impl SystemPort {
    /// Opens the port of this name, 8 bits, no parity, one stop bit, no flow control.
    pub fn open(name: &str, baud: u32) -> Result<SystemPort, PortError> {
        let open = Some(open(name, baud)?);
        Ok(SystemPort { name: name.to_string(), baud, open, started: Instant::now() })
    }

    fn port(&mut self) -> Result<&mut Box<dyn SerialPort>, PortError> {
        let gone = || PortError::Gone { port: self.name.clone(), reason: "it is closed".to_string() };
        self.open.as_mut().ok_or_else(gone)
    }

    fn gone(&self, error: impl ToString) -> PortError {
        PortError::Gone { port: self.name.clone(), reason: error.to_string() }
    }
}

fn open(name: &str, baud: u32) -> Result<Box<dyn SerialPort>, PortError> {
    let port = name.to_string();
    let opened = serialport::new(name, baud).timeout(Duration::from_millis(100)).open();
    opened.map_err(|error| match error.kind {
        ErrorKind::NoDevice if std::path::Path::new(name).exists() => {
            PortError::Busy { holder: holder::holders(name).into_iter().next(), port }
        }
        ErrorKind::NoDevice | ErrorKind::Io(std::io::ErrorKind::NotFound) => PortError::NotFound { port },
        ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => {
            PortError::Permission { group: holder::group(name), port }
        }
        _ if holder::is_no_terminal(name) => PortError::NotSerial { port },
        _ => PortError::Gone { port, reason: error.description },
    })
}

impl Port for SystemPort {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&mut self, into: &mut [u8], time_out: Duration) -> Result<usize, PortError> {
        let port = self.port()?;
        let read = port.set_timeout(time_out).map_err(std::io::Error::from).and_then(|()| port.read(into));
        match read {
            Ok(0) => Err(self.gone("end of data")),
            Ok(count) => Ok(count),
            Err(error) => match error.kind() {
                std::io::ErrorKind::TimedOut | std::io::ErrorKind::Interrupted | std::io::ErrorKind::WouldBlock => {
                    Ok(0)
                }
                _ => Err(self.gone(error)),
            },
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        let limit = Instant::now() + WRITE_TIME + wire_time(bytes.len(), self.baud) * 2;
        let name = self.name.clone();
        let port = self.port()?;
        port.set_timeout(Duration::from_millis(200))
            .map_err(|error| PortError::Gone { port: name.clone(), reason: error.description })?;
        let mut rest = bytes;
        while !rest.is_empty() {
            match port.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) => match error.kind() {
                    std::io::ErrorKind::TimedOut | std::io::ErrorKind::Interrupted | std::io::ErrorKind::WouldBlock => {
                    }
                    _ => return Err(PortError::Gone { port: name, reason: error.to_string() }),
                },
            }
            if Instant::now() > limit {
                return Err(PortError::Stalled { port: name });
            }
        }
        // Waiting with the system's own call could wait for ever.
        while port.bytes_to_write().is_ok_and(|left| left > 0) {
            if Instant::now() > limit {
                return Err(PortError::Stalled { port: name });
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(())
    }

    fn set_baud(&mut self, baud: u32) -> Result<(), PortError> {
        let name = self.name.clone();
        let set = self.port()?.set_baud_rate(baud);
        set.map_err(|error| PortError::Baud { port: name, baud, reason: error.description })?;
        self.baud = baud;
        Ok(())
    }

    fn set_lines(&mut self, asserted: bool) -> Result<bool, PortError> {
        // A pseudo-terminal, or an adapter with two wires, says "not a typewriter": it has no such lines.
        let port = self.port()?;
        let dtr = port.write_data_terminal_ready(asserted).is_ok();
        let rts = port.write_request_to_send(asserted).is_ok();
        Ok(dtr || rts)
    }

    fn reopen(&mut self) -> Result<(), PortError> {
        self.open = None;
        std::thread::sleep(Duration::from_millis(20));
        self.open = Some(open(&self.name, self.baud)?);
        Ok(())
    }

    fn discard(&mut self) -> Result<(), PortError> {
        let cleared = self.port()?.clear(ClearBuffer::Input);
        cleared.map_err(|error| self.gone(error.description))
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_takes_ten_bits() {
        assert_eq!(wire_time(11_520, 115_200), Duration::from_secs(1));
        assert_eq!(wire_time(0, 115_200), Duration::ZERO);
    }

    #[test]
    fn what_is_missing_and_what_is_no_port_are_told_apart() {
        let missing = SystemPort::open("/nowhere/tty", 115_200).err();
        assert_eq!(missing, Some(PortError::NotFound { port: "/nowhere/tty".to_string() }));
        let file = tempfile::NamedTempFile::new().unwrap();
        let name = file.path().to_str().unwrap().to_string();
        assert_eq!(SystemPort::open(&name, 115_200).err(), Some(PortError::NotSerial { port: name }));
    }
}
