//! Errors as people see them: one line of what and where, one line of help, an exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use clap::CommandFactory;

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
    /// The image does not fit the board, or its firmware.
    DoesNotFit = 5,
    /// No device was found.
    NotFound = 6,
    /// The device is busy, or may not be used.
    Busy = 7,
    /// The transfer failed.
    Transfer = 8,
    /// What is on the board is not what was sent.
    Mismatch = 9,
    /// The device did not answer in time.
    TimeOut = 10,
    /// The model's own data made it fail while running.
    Data = 11,
    /// Interrupted.
    Interrupted = 130,
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

    /// Bytes that stdout did not take.
    pub fn not_printed(error: impl fmt::Display) -> Failure {
        Failure::new(Kind::Other, format!("stdout: cannot be written: {error}"))
            .help("check where the output is redirected to, and that there is room")
    }

    /// Says what went wrong and what to do about it on stderr.
    pub fn print(&self) {
        super::style::error(&self.message);
        self.help.iter().for_each(|help| super::style::help(help));
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

/// Prints what clap says about the arguments: `--help` and `--version` as they are, errors like all others.
pub fn arguments(error: &clap::Error) -> ExitCode {
    // Without a message of its own, it is help that was asked for, or that stands in for arguments.
    let text = error.render().to_string();
    let Some((message, rest)) = text.strip_prefix("error: ").and_then(|text| text.split_once("\n\n")) else {
        let _ = error.print();
        return ExitCode::from(error.exit_code() as u8);
    };
    super::style::error(&message.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    let tips = rest.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    tips.for_each(super::style::help);
    let command = std::env::args().nth(1).filter(|name| super::Cli::command().find_subcommand(name).is_some());
    let command = command.map_or(String::new(), |name| format!("{name} "));
    super::style::help(&format!("tinyml {command}--help lists what can be given"));
    ExitCode::from(Kind::Usage as u8)
}

/// What is left to say after [`Failure::print`]: the exit code.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("failed as said before")]
pub struct Said(pub Kind);

/// Prints an error to stderr and gives its exit code. A reader that went away (`| head`) is no error.
pub fn report(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    if let Some(Said(kind)) = error.downcast_ref() {
        return ExitCode::from(*kind as u8);
    }
    match error.downcast_ref::<Failure>() {
        Some(failure) => {
            failure.print();
            ExitCode::from(failure.kind as u8)
        }
        None => {
            super::style::error(&format!("{error:#}"));
            ExitCode::from(Kind::Other as u8)
        }
    }
}
