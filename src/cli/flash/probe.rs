//! An image through a debug probe: which probe, and what errors mean.

use super::Arguments;
use crate::cli::progress::Progress;
use crate::cli::{Failure, Kind};
use crate::flash::image::FlashImage;
use crate::flash::swd::{self, ProbeFault};
use crate::flash::transport::TransportError;
use crate::report::flash::TransferReport;

/// Programs the image.
pub fn install(arguments: &Arguments, image: &FlashImage) -> Result<TransferReport, Failure> {
    let wanted = arguments.probe.as_deref();
    let probe = swd::open(wanted).map_err(|fault| Failure::new(kind(&fault), &fault).help(fault.help()))?;
    let name = probe.get_name();
    let installed = swd::install(image, probe, &mut Progress::new(None)).map_err(|failed| {
        let (kind, help) = match &failed.error {
            TransportError::Probe(fault) => (kind(fault), fault.help()),
            TransportError::Mismatch { .. } => (Kind::Mismatch, failed.state.recovery().to_string()),
            TransportError::Interrupted => (Kind::Interrupted, failed.state.recovery().to_string()),
            _ => (Kind::Transfer, failed.state.recovery().to_string()),
        };
        Failure::new(kind, format!("{name}: {}; {}", failed.error, failed.state.sentence())).help(help)
    })?;
    Ok(TransferReport::new("debug probe", &name, &installed))
}

fn kind(fault: &ProbeFault) -> Kind {
    match fault {
        ProbeFault::NotFound { .. } | ProbeFault::Several { .. } => Kind::NotFound,
        ProbeFault::Denied { .. } | ProbeFault::Busy { .. } => Kind::Busy,
        ProbeFault::Chip(_) => Kind::Unsupported,
        ProbeFault::Link(_) | ProbeFault::Flash(_) => Kind::Transfer,
        ProbeFault::TimeOut(_) => Kind::TimeOut,
    }
}
