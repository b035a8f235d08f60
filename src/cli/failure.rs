//! Errors as people see them: one line of what and where, one line of help, an exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::host::loaded::LoadError;

/// What kind of failure it is; the value is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// None of the others.
    Other = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// A file is unreadable, damaged, or not what it should be.
    Unreadable = 3,
    /// Sound, but not supported.
    Unsupported = 4,
    /// The model's own data made it fail while running.
    Data = 5,
}

/// An error with a place and advice.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exit code.
    pub kind: Kind,
    /// What went wrong, and where.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Failure {
        Failure { kind, message: message.to_string(), help: None }
    }

    /// Arguments that make no sense.
    pub fn usage(message: impl fmt::Display, help: impl Into<String>) -> Failure {
        Failure::new(Kind::Usage, message).help(help)
    }

    /// Adds the next step.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// A file that could not be written.
    pub fn not_written(path: &std::path::Path, error: impl fmt::Display) -> Failure {
        Failure::new(Kind::Other, format!("{}: cannot be written: {error}", path.display()))
            .help("check that the folder exists and that you may write there")
    }

    /// A model that could not be loaded from `name`.
    pub fn load(name: &str, error: &LoadError) -> Failure {
        let kind = if error.is_unsupported() { Kind::Unsupported } else { Kind::Unreadable };
        Failure { kind, message: format!("{name}: {error}"), help: error.help() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Prints an error to stderr and gives its exit code. A reader that went away (`| head`) is no error.
pub fn report(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    match error.downcast_ref::<Failure>() {
        Some(failure) => {
            super::style::error(&failure.message);
            if let Some(help) = &failure.help {
                super::style::help(help);
            }
            ExitCode::from(failure.kind as u8)
        }
        None => {
            super::style::error(&format!("{error:#}"));
            ExitCode::from(Kind::Other as u8)
        }
    }
}
