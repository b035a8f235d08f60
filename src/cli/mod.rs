//! The command line: arguments, calls, printing. One file per command.
//!
//! stdout is the answer, stderr the story. The only home of clap, anyhow and indicatif.

mod boards;
mod compile;
mod failure;
mod features;
mod flash;
mod inspect;
mod interrupt;
mod kernel_set;
mod monitor;
mod ports;
mod progress;
mod resolver;
mod run;
mod style;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::{Failure, Kind};

/// What `--help` says about exit codes; README has the same table.
const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  something else went wrong: a file could not be written, for instance; or a check failed
    2  the arguments make no sense
    3  a file is unreadable, damaged, or not what it should be
    4  the model is sound but asks for what tinyml does not support
    5  the image does not fit the board, or its firmware
    6  no device was found
    7  the device is busy, or you may not use it
    8  the transfer failed
    9  what is on the board is not what was sent
   10  the device did not answer in time
   11  the model's own data made it fail while running
  130  interrupted";

/// From a .tflite file to a word recognised on a microcontroller.
#[derive(Parser)]
#[command(name = "tinyml", version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inspect(inspect::Arguments),
    Run(Box<run::Arguments>),
    Compile(compile::Arguments),
    Flash(Box<flash::Arguments>),
    Monitor(monitor::Arguments),
    Boards(boards::Arguments),
    Ports(ports::Arguments),
    Features(features::Arguments),
    Resolver(resolver::Arguments),
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::arguments(&error),
    };
    let result = match cli.command {
        Command::Inspect(arguments) => inspect::execute(arguments),
        Command::Run(arguments) => run::execute(*arguments),
        Command::Compile(arguments) => compile::execute(arguments),
        Command::Flash(arguments) => flash::execute(*arguments),
        Command::Monitor(arguments) => monitor::execute(arguments),
        Command::Boards(arguments) => boards::execute(arguments),
        Command::Ports(arguments) => ports::execute(arguments),
        Command::Features(arguments) => features::execute(arguments),
        Command::Resolver(arguments) => resolver::execute(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
