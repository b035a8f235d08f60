//! `tinyml monitor`: what a board says, with detections decoded.

use std::time::{Duration, Instant};

use clap::Args;

use super::flash::port_failure;
use super::{interrupt, ports, style};
use crate::flash::log_lines::Lines;
use crate::flash::port::{Port, PortError, SystemPort};
use crate::report::monitor::LineReport;
use crate::report::table::Style;

/// Follow what a board says, and what it hears
#[derive(Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// The serial port; the only one with a USB adapter when left out
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Bits a second
    #[arg(long, value_name = "N", default_value_t = 115_200, value_parser = clap::value_parser!(u32).range(300..=4_000_000))]
    baud: u32,
    /// Ask the board for the scores of every result
    #[arg(long)]
    scores: bool,
    /// End after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// End when the port goes away, instead of waiting for it to come back
    #[arg(long)]
    once: bool,
    /// Never ask which port, for scripts
    #[arg(long)]
    no_input: bool,
    /// Print a JSON object for each line
    #[arg(long)]
    json: bool,
}

/// Between two attempts to open a port that went away.
const REOPEN_TIME: Duration = Duration::from_millis(500);
/// The command byte that switches the verbose mode of the firmware on.
const VERBOSE: &[u8] = b"v";

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let name = match &arguments.port {
        Some(name) => name.clone(),
        None => ports::choose(arguments.no_input)?,
    };
    interrupt::listen();
    let started = Instant::now();
    let is_over =
        || interrupt::is_asked() || arguments.seconds.is_some_and(|seconds| started.elapsed().as_secs() >= seconds);
    let mut port = open(&name, &arguments).map_err(|error| port_failure(&error))?;
    style::note(&format!("{name} at {} baud; Ctrl-C ends it", arguments.baud));
    let mut lines = Lines::default();
    let mut bytes = [0; 1024];
    let mut result = Ok(());
    while !is_over() {
        let mut show = |line: &str| {
            if result.is_ok() {
                result = print(&arguments, started.elapsed(), line);
            }
        };
        match port.read(&mut bytes, Duration::from_millis(100)) {
            Ok(count) => lines.push(&bytes[..count], &mut show),
            Err(error) if arguments.once => {
                lines.finish(&mut show);
                result?;
                return Err(port_failure(&error).into());
            }
            Err(error) => {
                lines.finish(&mut show);
                style::warning(&format!("{error}; waiting for it to come back"));
                drop(port);
                match reopened(&name, &arguments, &is_over)? {
                    Some(again) => port = again,
                    None => break,
                }
                style::note(&format!("{name} is back"));
            }
        }
        result?;
        result = Ok(());
    }
    lines.finish(&mut |line| result = print(&arguments, started.elapsed(), line));
    result?;
    // Ctrl-C is how it is meant to be ended.
    Ok(())
}

fn open(name: &str, arguments: &Arguments) -> Result<SystemPort, PortError> {
    let mut port = SystemPort::open(name, arguments.baud)?;
    if arguments.scores {
        port.write(VERBOSE)?;
    }
    Ok(port)
}

/// The port once it is back; nothing when that is no longer waited for.
fn reopened(name: &str, arguments: &Arguments, is_over: &dyn Fn() -> bool) -> anyhow::Result<Option<SystemPort>> {
    while !is_over() {
        std::thread::sleep(REOPEN_TIME);
        match open(name, arguments) {
            Ok(port) => return Ok(Some(port)),
            Err(PortError::NotFound { .. } | PortError::Gone { .. } | PortError::Busy { .. }) => {}
            Err(error) => return Err(port_failure(&error).into()),
        }
    }
    Ok(None)
}

fn print(arguments: &Arguments, time: Duration, line: &str) -> anyhow::Result<()> {
    let report = LineReport::new(time, line);
    if arguments.json {
        return style::print(&(serde_json::to_string(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, |style: Style, text: &str| style::paint(style, text))?;
    style::print(&text)
}
