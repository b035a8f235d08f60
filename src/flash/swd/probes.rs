//! Debug probes: which there are, and the one to use.

use probe_rs::probe::list::{Accessibility, Lister};
use probe_rs::probe::{DebugProbeSelector, Probe};
use thiserror::Error;

/// A probe that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it calls itself.
    pub name: String,
    /// What `--probe` takes: vendor, product and, where there is one, serial number.
    pub selector: String,
    /// Whether this user may open it.
    pub is_accessible: bool,
}

/// Why a probe did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProbeFault {
    /// None is plugged in, or none that was asked for.
    #[error("{}", not_found(wanted.as_deref()))]
    NotFound {
        /// What was asked for.
        wanted: Option<String>,
        /// What there is.
        found: Vec<Found>,
    },
    /// More than one is plugged in.
    #[error("{} debug probes are plugged in", found.len())]
    Several {
        /// What there is.
        found: Vec<Found>,
    },
    /// It may not be opened.
    #[error("the debug probe {} may not be opened by this user", probe.name)]
    Denied {
        /// The probe.
        probe: Found,
    },
    /// It cannot be opened.
    #[error("the debug probe {} cannot be opened: {reason}", probe.name)]
    Busy {
        /// The probe.
        probe: Found,
        /// What it says.
        reason: String,
    },
    /// The chip is not described.
    #[error("{0}")]
    Chip(String),
    /// The chip does not answer as it should.
    #[error("the chip does not answer as it should: {0}")]
    Link(String),
    /// Erasing or programming failed.
    #[error("the flash was not programmed: {0}")]
    Flash(String),
    /// Something took too long.
    #[error("the chip did not answer in time: {0}")]
    TimeOut(String),
}

fn not_found(wanted: Option<&str>) -> String {
    match wanted {
        None => "no debug probe is plugged in".to_string(),
        Some(wanted) => format!("no debug probe {wanted} is plugged in"),
    }
}

impl ProbeFault {
    /// The next step.
    pub fn help(&self) -> String {
        let list = |found: &[Found]| {
            let names = found.iter().map(|probe| format!("{} ({})", probe.selector, probe.name));
            names.collect::<Vec<_>>().join(", ")
        };
        match self {
            ProbeFault::NotFound { found, .. } if found.is_empty() => {
                "plug the probe in, and look for it with lsusb".to_string()
            }
            ProbeFault::NotFound { found, .. } | ProbeFault::Several { found } => {
                format!("name one with --probe: {}", list(found))
            }
            ProbeFault::Denied { probe } => {
                let mut ids = probe.selector.split(':');
                let (vendor, product) = (ids.next().unwrap_or_default(), ids.next().unwrap_or_default());
                format!(
                    "put SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{vendor}\", ATTR{{idProduct}}==\"{product}\", \
                     TAG+=\"uaccess\" into /etc/udev/rules.d/70-debug-probe.rules, and plug it in again"
                )
            }
            ProbeFault::Busy { .. } => "close the debugger or other program that uses it".to_string(),
            ProbeFault::Chip(_) => "use another way onto the board, with --via".to_string(),
            ProbeFault::Link(_) => "check the wires SWDIO, SWCLK and GND, and that the board has power".to_string(),
            ProbeFault::Flash(_) | ProbeFault::TimeOut(_) => {
                "run the same command again; the bootloader of the board is untouched".to_string()
            }
        }
    }
}

/// The probes that are plugged in.
pub fn find() -> Vec<Found> {
    let probes = Lister::new().list_all_with_access();
    let found = probes.into_iter().map(|item| {
        let info = &item.info;
        let serial = info.serial_number.as_deref().map_or(String::new(), |serial| format!(":{serial}"));
        Found {
            name: info.identifier.clone(),
            selector: format!("{:04x}:{:04x}{serial}", info.vendor_id, info.product_id),
            is_accessible: item.accessibility == Accessibility::Accessible,
        }
    });
    found.collect()
}

/// Opens the probe that was asked for, or the only one.
pub fn open(wanted: Option<&str>) -> Result<Probe, ProbeFault> {
    let found = find();
    let fits = |probe: &&Found| wanted.is_none_or(|wanted| probe.selector.starts_with(&wanted.to_lowercase()));
    let fitting: Vec<Found> = found.iter().filter(fits).cloned().collect();
    let probe = match <[Found; 1]>::try_from(fitting) {
        Ok([probe]) => probe,
        Err(none) if none.is_empty() => {
            return Err(ProbeFault::NotFound { wanted: wanted.map(str::to_string), found });
        }
        Err(several) => return Err(ProbeFault::Several { found: several }),
    };
    if !probe.is_accessible {
        return Err(ProbeFault::Denied { probe });
    }
    let selector = probe.selector.parse::<DebugProbeSelector>();
    let opened = selector
        .map_err(|error| error.to_string())
        .and_then(|selector| Lister::new().open(selector).map_err(|error| super::chain(&error)));
    opened.map_err(|reason| ProbeFault::Busy { probe, reason })
}
