//! An image over a serial port: which port, what to tell the user, and what errors mean.

use std::time::Duration;

use micro_runtime::board::Loader;

use super::Arguments;
use crate::cli::progress::Progress;
use crate::cli::{Failure, Kind, ports, style};
use crate::flash::image::FlashImage;
use crate::flash::port::{PortError, SystemPort};
use crate::flash::rates::Rates;
use crate::flash::transport::{Failed, TransportError};
use crate::flash::{asb, holder, svl};
use crate::report::flash::TransferReport;

/// Without anybody to press a button.
const WAIT_ALONE: u64 = 15;
/// With somebody.
const WAIT: u64 = 60;

/// Sends the image.
pub fn install(arguments: &Arguments, image: &FlashImage, loader: Loader) -> Result<TransferReport, Failure> {
    let name = match &arguments.port {
        Some(name) => name.clone(),
        None => ports::choose(arguments.no_input)?,
    };
    let known: &[u32] = if loader == Loader::AmbiqSecureBootloader { &asb::BAUDS } else { &svl::BAUDS };
    let rates = Rates::of_user();
    let bauds = arguments.baud.map_or_else(|| rates.ladder(&name, known), |baud| vec![baud]);
    let mut port = SystemPort::open(&name, bauds[0]).map_err(|error| port_failure(&error))?;
    let wait = Duration::from_secs(arguments.wait.unwrap_or(if arguments.no_input { WAIT_ALONE } else { WAIT }));
    let lines = !arguments.no_dtr;
    let (address, bytes) = (image.start(), image.flat());
    let (title, installed) = if loader == Loader::AmbiqSecureBootloader {
        let mut let_go = None;
        if !arguments.no_input {
            style::note("hold button 14 down, press and let go RST, and keep 14 down until it says otherwise");
            let_go = Some("you may let go of button 14");
        }
        let settings = asb::Settings { bauds, lines, wait, ..asb::Settings::default() };
        let mut progress = Progress::new(let_go);
        ("Ambiq Secure Bootloader", asb::install(&mut port, address, &bytes, &settings, &mut progress))
    } else {
        let settings = svl::Settings { bauds, lines, wait };
        let mut progress = Progress::new(None);
        ("SparkFun Variable Loader", svl::install(&mut port, &bytes, &settings, &mut progress))
    };
    let installed = installed.map_err(|failed| failure(&name, loader, &failed))?;
    rates.remember(&name, installed.baud);
    Ok(TransferReport::new(title, &name, &installed))
}

/// A port that cannot be used.
pub fn port_failure(error: &PortError) -> Failure {
    let (kind, help) = match error {
        PortError::NotFound { .. } => (
            Kind::NotFound,
            "tinyml ports lists the ports; is the board plugged in, and its cable one for data?".into(),
        ),
        PortError::Busy { .. } => (Kind::Busy, "close the other program: a terminal, a monitor, another tinyml".into()),
        PortError::Permission { group, .. } => (
            Kind::Busy,
            match group {
                Some(group) => format!("sudo usermod -aG {group} $USER, then log out and in again"),
                None => "add a udev rule: SUBSYSTEM==\"tty\", MODE=\"0666\", and plug the board in again".to_string(),
            },
        ),
        PortError::NotSerial { .. } => (Kind::Usage, "tinyml ports lists the serial ports".into()),
        PortError::Gone { .. } => (Kind::Transfer, "check the cable, and run the same command again".into()),
        PortError::Stalled { .. } => {
            (Kind::Transfer, "check the cable and the board's supply, and run the same command again".into())
        }
        PortError::Baud { .. } => (Kind::Usage, "use another --baud: 115200 works everywhere".into()),
    };
    Failure::new(kind, error).help(help)
}

fn failure(port: &str, loader: Loader, failed: &Failed) -> Failure {
    let kind = match &failed.error {
        TransportError::Port(error) => {
            let failure = port_failure(error);
            let message = format!("{}; {}", failure.message, failed.state.sentence());
            return Failure { message, ..failure };
        }
        TransportError::NoAnswer { .. } | TransportError::Silent { .. } | TransportError::Limit { .. } => Kind::TimeOut,
        TransportError::Refused { .. } | TransportError::Damaged { .. } | TransportError::Probe(_) => Kind::Transfer,
        TransportError::TooLarge { .. } => Kind::DoesNotFit,
        TransportError::Mismatch { .. } => Kind::Mismatch,
        TransportError::Interrupted => Kind::Interrupted,
    };
    let help = match (&failed.error, loader) {
        (TransportError::NoAnswer { .. }, _) if !holder::holders(port).is_empty() => {
            format!("{} has the port open too, and may take what the board says", holder::holders(port).join(", "))
        }
        (TransportError::NoAnswer { .. }, Loader::AmbiqSecureBootloader) => {
            "hold button 14 down while you press and let go RST, and run the command then; is it the right port?".into()
        }
        (TransportError::NoAnswer { .. }, _) => {
            "press RST when the command runs; is it the right port, and does the board have this loader?".into()
        }
        (TransportError::TooLarge { .. }, _) => "use a smaller model, or a debug probe".to_string(),
        _ => failed.state.recovery().to_string(),
    };
    Failure::new(kind, format!("{port}: {}; {}", failed.error, failed.state.sentence())).help(help)
}
