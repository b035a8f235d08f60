//! `tinyml ports`: the serial ports of this machine; and the choice of one.

use std::io::{BufRead, IsTerminal};

use clap::Args;

use super::{Failure, Kind, style};
use crate::flash::ports::{FoundPort, list, only_plausible};
use crate::report::ports::PortsReport;

/// List the serial ports of this machine
#[derive(Args)]
pub struct Arguments {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let report = PortsReport::new(&found()?);
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

fn found() -> Result<Vec<FoundPort>, Failure> {
    list().map_err(|error| {
        Failure::new(Kind::Other, format!("the serial ports cannot be listed: {error}")).help("name one with --port")
    })
}

/// The port to use when none is named: the only one that a board may be behind, else the one that the user picks.
pub fn choose(no_input: bool) -> Result<String, Failure> {
    let ports = found()?;
    let several = match only_plausible(&ports) {
        Ok(port) => {
            style::note(&format!("using {} ({})", port.name, port.description));
            return Ok(port.name.clone());
        }
        Err(several) => several,
    };
    if several.is_empty() {
        let help = match ports.is_empty() {
            true => "plug the board in, with a cable for data; tinyml ports lists what is found".to_string(),
            false => {
                let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
                format!("plug the board in, or name a port with --port; there are {}, none by USB", names.join(", "))
            }
        };
        return Err(Failure::new(Kind::NotFound, "no serial port with a USB adapter was found").help(help));
    }
    if !no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        for (number, port) in (1..).zip(&several) {
            style::note(&format!("{number}  {} ({})", port.name, port.description));
        }
        style::note(&format!("which port? 1 to {}", several.len()));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        let picked = read.ok().and_then(|_| answer.trim().parse::<usize>().ok()?.checked_sub(1));
        if let Some(port) = picked.and_then(|index| several.get(index)) {
            return Ok(port.name.clone());
        }
    }
    let names: Vec<String> = several.iter().map(|port| format!("{} ({})", port.name, port.description)).collect();
    Err(Failure::usage(
        format!("{} serial ports may have the board: {}", several.len(), names.join(", ")),
        "name one with --port",
    ))
}
