//! A debug probe: erases, programs and reads back over serial wire debug, through probe-rs.
//!
//! Only pages that hold a byte of the image are erased. What was programmed is always read back and compared, whatever
//! the flash algorithm said about it.

mod apollo3;
mod probes;

use std::error::Error as _;
use std::time::{Duration, Instant};

use probe_rs::config::Registry;
use probe_rs::flashing::{DownloadOptions, FlashProgress, ProgressEvent, ProgressOperation};
use probe_rs::probe::Probe;
use probe_rs::{Core, MemoryInterface, Permissions, Session};

pub use probes::{Found, ProbeFault, find, open};

use super::image::FlashImage;
use super::transport::{BoardState, Event, Failed, Installed, Stage, TransportError, Watch};

/// Bytes that are read back at a time.
const READ_BYTES: usize = 4096;

/// How long the core may take to stop.
const HALT: Duration = Duration::from_secs(3);

/// The chips that probe-rs knows, and those that we describe.
pub fn registry() -> Result<Registry, ProbeFault> {
    let mut registry = Registry::from_builtin_families();
    let added = registry.add_target_family_from_yaml(apollo3::DESCRIPTION);
    added.map_err(|error| ProbeFault::Chip(format!("the description of the Apollo3 is unsound: {error}")))?;
    apollo3::register();
    Ok(registry)
}

/// Puts an image onto the board that a probe is attached to, and starts it.
///
/// The probe is not asked to stop in the middle: an interruption is noticed before the first erasure, and after the
/// comparison.
pub fn install(image: &FlashImage, probe: Probe, watch: &mut dyn Watch) -> Result<Installed, Failed> {
    let start = Instant::now();
    let untouched = |error| Failed { error, state: BoardState::Untouched };
    watch.event(Event::Start { stage: Stage::Connect, bytes: 0 });
    let mut session = attach(image, probe).map_err(|fault| untouched(fault.into()))?;
    watch.event(Event::Connected { loader: format!("debug probe, {}", session.target().name), baud: 0 });
    watch.event(Event::End { stage: Stage::Connect });
    if watch.stopped() {
        return Err(untouched(TransportError::Interrupted));
    }
    let incomplete = |fault: ProbeFault| Failed { error: fault.into(), state: BoardState::Incomplete };
    program(image, &mut session, watch).map_err(incomplete)?;
    let mut core = session.core(0).map_err(|error| incomplete(ProbeFault::link(&error)))?;
    verify(image, &mut core, watch).map_err(|error| Failed { error, state: BoardState::Incomplete })?;
    watch.event(Event::Start { stage: Stage::Install, bytes: 0 });
    let unconfirmed = |fault: ProbeFault| Failed { error: fault.into(), state: BoardState::Unconfirmed };
    core.reset().map_err(|error| unconfirmed(ProbeFault::link(&error)))?;
    watch.event(Event::End { stage: Stage::Install });
    let bytes_sent = image.segments.iter().map(|segment| segment.chunk.bytes.len() as u64).sum();
    Ok(Installed { baud: 0, bytes_sent, repeated: 0, sessions: 1, time: start.elapsed() })
}

fn attach(image: &FlashImage, probe: Probe) -> Result<Session, ProbeFault> {
    let registry = registry()?;
    let chip = image.board.chip;
    probe.attach_with_registry(chip, Permissions::default(), &registry).map_err(|error| ProbeFault::link(&error))
}

/// Erases the pages of the image and programs them.
fn program(image: &FlashImage, session: &mut Session, watch: &mut dyn Watch) -> Result<(), ProbeFault> {
    let mut loader = session.target().flash_loader();
    for segment in &image.segments {
        let added = loader.add_data(segment.chunk.address.into(), &segment.chunk.bytes);
        added.map_err(|error| ProbeFault::flash(&error))?;
    }
    let mut done = [0u64; 2];
    let mut options = DownloadOptions::default();
    options.progress = FlashProgress::new(|event| {
        let stage = |operation: &ProgressOperation| match operation {
            ProgressOperation::Erase => Some((Stage::Erase, 0)),
            ProgressOperation::Program => Some((Stage::Write, 1)),
            _ => None,
        };
        match event {
            ProgressEvent::AddProgressBar { operation, total } => {
                if let Some((stage, _)) = stage(&operation) {
                    watch.event(Event::Start { stage, bytes: total.unwrap_or(0) });
                }
            }
            ProgressEvent::Progress { operation, size, .. } => {
                if let Some((stage, index)) = stage(&operation) {
                    done[index] += size;
                    watch.event(Event::Progress { stage, bytes: done[index] });
                }
            }
            ProgressEvent::Finished(operation) => {
                if let Some((stage, _)) = stage(&operation) {
                    watch.event(Event::End { stage });
                }
            }
            ProgressEvent::DiagnosticMessage { message } => watch.event(Event::Trouble(message)),
            _ => {}
        }
    });
    loader.commit(session, options).map_err(|error| ProbeFault::flash(&error))
}

/// Reads every byte of the image back.
fn verify(image: &FlashImage, core: &mut Core<'_>, watch: &mut dyn Watch) -> Result<(), TransportError> {
    let link = |error: probe_rs::Error| TransportError::from(ProbeFault::link(&error));
    let bytes = image.segments.iter().map(|segment| segment.chunk.bytes.len() as u64).sum();
    watch.event(Event::Start { stage: Stage::Verify, bytes });
    core.halt(HALT).map_err(link)?;
    let mut done = 0;
    let mut buffer = [0; READ_BYTES];
    for segment in &image.segments {
        let mut address = segment.chunk.address;
        for expected in segment.chunk.bytes.chunks(READ_BYTES) {
            let found = &mut buffer[..expected.len()];
            core.read(address.into(), found).map_err(link)?;
            if let Some(index) = found.iter().zip(expected).position(|(found, expected)| found != expected) {
                return Err(TransportError::Mismatch {
                    at: address + index as u32,
                    found: found[index],
                    expected: expected[index],
                });
            }
            address += expected.len() as u32;
            done += expected.len() as u64;
            watch.event(Event::Progress { stage: Stage::Verify, bytes: done });
        }
    }
    watch.event(Event::End { stage: Stage::Verify });
    Ok(())
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string().trim_end_matches('.').to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        let cause_text = cause_text.trim_end_matches('.');
        if !text.ends_with(cause_text) {
            text.push_str(": ");
            text.push_str(cause_text);
        }
        next = cause.source();
    }
    text
}

impl ProbeFault {
    fn link(error: &probe_rs::Error) -> ProbeFault {
        match error {
            probe_rs::Error::Timeout => ProbeFault::TimeOut(chain(error)),
            _ => ProbeFault::Link(chain(error)),
        }
    }

    fn flash(error: &probe_rs::flashing::FlashError) -> ProbeFault {
        let mut next = error.source();
        while let Some(cause) = next {
            if matches!(cause.downcast_ref(), Some(probe_rs::Error::Timeout)) {
                return ProbeFault::TimeOut(chain(error));
            }
            next = cause.source();
        }
        ProbeFault::Flash(chain(error))
    }
}
