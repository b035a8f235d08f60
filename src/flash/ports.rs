//! The serial ports of this machine, and which of them a board may be behind.

use serialport::SerialPortType;

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPort {
    /// What opens it.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Vendor and product, where it is a USB adapter.
    pub usb: Option<(u16, u16)>,
    /// The serial number of the adapter.
    pub serial_number: Option<String>,
}

impl FoundPort {
    /// Whether a board may be behind it: the ports of the machine itself are none that boards come with.
    pub fn is_plausible(&self) -> bool {
        self.usb.is_some()
    }
}

/// Adapters that boards come with, by their USB ids.
const ADAPTERS: [(u16, u16, &str); 7] = [
    (0x0403, 0x6001, "FTDI FT232R"),
    (0x0403, 0x6015, "FTDI FT231X"),
    (0x10C4, 0xEA60, "Silicon Labs CP210x"),
    (0x1A86, 0x7522, "WCH CH340"),
    (0x1A86, 0x7523, "WCH CH340"),
    (0x1A86, 0x55D4, "WCH CH9102"),
    (0x067B, 0x2303, "Prolific PL2303"),
];

/// The ports of this machine, by name. Those of which the system only thinks that they might exist come too.
pub fn list() -> Result<Vec<FoundPort>, String> {
    // The library wants this folder, which containers may lack.
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Ok(Vec::new());
    }
    let mut ports: Vec<FoundPort> =
        serialport::available_ports().map_err(|error| error.to_string())?.into_iter().map(found).collect();
    ports.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(ports)
}

fn found(port: serialport::SerialPortInfo) -> FoundPort {
    let (description, usb, serial_number) = match port.port_type {
        SerialPortType::UsbPort(usb) => {
            let ids = (usb.vid, usb.pid);
            let known = ADAPTERS.iter().find(|(vendor, product, _)| (*vendor, *product) == ids);
            let told = [usb.manufacturer, usb.product].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let name = known.map_or(told.clone(), |(.., name)| (*name).to_string());
            (if name.is_empty() { "USB adapter".to_string() } else { name }, Some(ids), usb.serial_number)
        }
        SerialPortType::BluetoothPort => ("Bluetooth".to_string(), None, None),
        SerialPortType::PciPort => ("of the machine itself".to_string(), None, None),
        SerialPortType::Unknown => ("of unknown kind".to_string(), None, None),
    };
    FoundPort { name: port.port_name, description, usb, serial_number }
}

/// The only port that a board may be behind; else all of those.
pub fn only_plausible(ports: &[FoundPort]) -> Result<&FoundPort, Vec<&FoundPort>> {
    let plausible: Vec<&FoundPort> = ports.iter().filter(|port| port.is_plausible()).collect();
    match plausible.as_slice() {
        [one] => Ok(one),
        _ => Err(plausible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, usb: Option<(u16, u16)>) -> FoundPort {
        FoundPort { name: name.to_string(), description: String::new(), usb, serial_number: None }
    }

    #[test]
    fn the_only_adapter_is_taken_and_several_are_not() {
        let own = port("/dev/ttyS0", None);
        let one = port("/dev/ttyUSB0", Some((0x1A86, 0x7523)));
        let other = port("/dev/ttyACM0", Some((0x2341, 0x005A)));
        assert_eq!(only_plausible(&[own.clone(), one.clone()]), Ok(&one));
        assert_eq!(only_plausible(std::slice::from_ref(&own)), Err(vec![]));
        assert_eq!(only_plausible(&[other.clone(), one.clone(), own]), Err(vec![&other, &one]));
    }

    #[test]
    fn listing_does_not_fail_where_there_are_no_ports() {
        assert!(list().is_ok());
    }
}
