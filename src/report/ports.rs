//! What `tinyml ports` says.

use std::fmt;

use serde::Serialize;

use super::counted;
use super::table::{Cell, Style, Table};
use crate::flash::ports::FoundPort;

/// The serial ports of this machine.
#[derive(Clone, Debug, Serialize)]
pub struct PortsReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// One after the other, by name.
    pub ports: Vec<PortReport>,
}

/// A serial port.
#[derive(Clone, Debug, Serialize)]
pub struct PortReport {
    /// What `--port` takes.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Vendor id and product id of a USB adapter, in hexadecimal.
    pub usb: Option<String>,
    /// The serial number of the adapter.
    pub serial_number: Option<String>,
    /// Whether a board may be behind it.
    pub is_plausible: bool,
}

impl PortsReport {
    /// The report on these ports.
    pub fn new(ports: &[FoundPort]) -> PortsReport {
        let port = |port: &FoundPort| PortReport {
            name: port.name.clone(),
            description: port.description.clone(),
            usb: port.usb.map(|(vendor, product)| format!("{vendor:04x}:{product:04x}")),
            serial_number: port.serial_number.clone(),
            is_plausible: port.is_plausible(),
        };
        PortsReport { schema_version: 1, ports: ports.iter().map(port).collect() }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        if self.ports.is_empty() {
            return writeln!(out, "no serial ports; plug the board in, with a cable for data");
        }
        let mut table = Table::new(["port", "USB", "what it is"]);
        for port in &self.ports {
            let style = if port.is_plausible { Style::Good } else { Style::Faint };
            table.row([
                Cell::text(&port.name).style(style),
                Cell::text(port.usb.as_deref().unwrap_or("-")),
                Cell::text(&port.description),
            ]);
        }
        table.render(out, &paint)?;
        writeln!(out)?;
        let plausible: Vec<&str> =
            self.ports.iter().filter(|port| port.is_plausible).map(|port| port.name.as_str()).collect();
        match plausible.as_slice() {
            [] => writeln!(out, "none is a USB adapter: the board is not plugged in, or its cable is not for data"),
            [one] => writeln!(out, "tinyml flash and tinyml monitor use {one} when no --port is given"),
            several => writeln!(out, "{} may have a board: choose with --port", counted(several.len() as u64, "port")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, usb: Option<(u16, u16)>) -> FoundPort {
        let description = if usb.is_some() { "WCH CH340" } else { "of the machine itself" }.to_string();
        FoundPort { name: name.to_string(), description, usb, serial_number: None }
    }

    fn text(ports: &[FoundPort]) -> String {
        let mut text = String::new();
        PortsReport::new(ports).render(&mut text, |_, text| text.to_string()).unwrap();
        text
    }

    #[test]
    fn the_table_ends_in_what_to_do() {
        let ports = [port("/dev/ttyS0", None), port("/dev/ttyUSB0", Some((0x1A86, 0x7523)))];
        let expected = "\
port          USB        what it is
────────────  ─────────  ─────────────────────
/dev/ttyS0    -          of the machine itself
/dev/ttyUSB0  1a86:7523  WCH CH340

tinyml flash and tinyml monitor use /dev/ttyUSB0 when no --port is given
";
        assert_eq!(text(&ports), expected);
        assert!(
            text(&ports[..1])
                .ends_with("none is a USB adapter: the board is not plugged in, or its cable is not for data\n")
        );
        assert_eq!(text(&[]), "no serial ports; plug the board in, with a cable for data\n");
    }
}
