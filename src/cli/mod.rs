//! The command line: arguments, calls, printing. One file per command.
//!
//! stdout is the answer, stderr the story. The only home of clap, anyhow and indicatif.

mod compile;
mod failure;
mod features;
mod inspect;
mod kernel_set;
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
  5  the model's own data made it fail while running";

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
        Command::Features(arguments) => features::execute(arguments),
        Command::Resolver(arguments) => resolver::execute(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
