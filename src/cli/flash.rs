//! `tinyml flash`: firmware and model onto a board.

mod emulated;
mod layout;
mod probe;
mod serial;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use micro_runtime::board::{self, Board, Loader};

pub use serial::port_failure;

use super::{Failure, Kind, interrupt, style};
use crate::flash::image::{FlashImage, ImageError};
use crate::report::flash::FlashReport;

/// Put firmware and model onto a board
#[derive(Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// The board; tinyml boards lists them
    #[arg(long, value_name = "NAME")]
    board: String,
    /// The firmware: ELF, Intel HEX, or a raw binary for the start of the application; the built-in one when left out
    #[arg(long, value_name = "FILE", help_heading = "Image")]
    firmware: Option<PathBuf>,
    /// The model: a .tflite file, or a Program made by `tinyml compile`; the built-in keyword model when left out
    #[arg(long, value_name = "FILE", help_heading = "Image")]
    model: Option<PathBuf>,
    /// Labels of the model: a file with one a line, or a list with commas
    #[arg(long, value_name = "LABELS", help_heading = "Image")]
    labels: Option<String>,
    /// Leave the firmware out: the one on the board stays
    #[arg(long, conflicts_with = "no_model", help_heading = "Image")]
    model_only: bool,
    /// Leave the model out
    #[arg(long, conflicts_with_all = ["model", "labels"], help_heading = "Image")]
    no_model: bool,
    /// Show what would be sent, and send nothing
    #[arg(long, help_heading = "Image")]
    dry_run: bool,
    /// Write the image to a file and send nothing: .bin, .hex or .uf2
    #[arg(short, long, value_name = "FILE", help_heading = "Image")]
    output: Option<PathBuf>,

    /// How the image gets onto the board; its usual way when left out
    #[arg(long, value_enum, help_heading = "Transfer")]
    via: Option<Via>,
    /// The serial port; the only one with a USB adapter when left out
    #[arg(long, value_name = "PORT", help_heading = "Transfer")]
    port: Option<String>,
    /// Bits a second; those that boards are known to have, one after the other, when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(300..=4_000_000), help_heading = "Transfer")]
    baud: Option<u32>,
    /// Leave the lines DTR and RTS of the port alone
    #[arg(long, help_heading = "Transfer")]
    no_dtr: bool,
    /// The debug probe, VENDOR:PRODUCT or VENDOR:PRODUCT:SERIAL; the only one when left out
    #[arg(long, value_name = "PROBE", help_heading = "Transfer")]
    probe: Option<String>,
    /// Seconds to wait for the bootloader: 60, or 15 with --no-input
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Transfer")]
    wait: Option<u64>,
    /// Never ask and never wait for a hand, for scripts
    #[arg(long, help_heading = "Transfer")]
    no_input: bool,

    /// What an emulated board listens to
    #[arg(long, value_name = "FILE", help_heading = "Emulated boards")]
    wav: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// A way onto a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Via {
    /// A serial bootloader
    Serial,
    /// A debug probe
    Swd,
    /// An emulator
    Qemu,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let board = find_board(&arguments.board)?;
    let (image, mut report) = layout::lay_out(&arguments, board)?;
    if let Some(output) = &arguments.output {
        write(&image, output)?;
        report.outcome = "written";
        report.output = Some(output.display().to_string());
    }
    if arguments.dry_run || arguments.output.is_some() {
        show(&arguments, &report)?;
        if arguments.output.is_none() {
            style::note("nothing was sent");
        }
        return Ok(());
    }
    let loader = loader(&arguments, board)?;
    if loader != Loader::Qemu && arguments.wav.is_some() {
        return Err(Failure::usage(
            format!("--wav: {} hears its microphone, not a file", board.name),
            "leave --wav out, or use --board mps2-an386",
        )
        .into());
    }
    if arguments.model_only && loader != Loader::Probe {
        return Err(Failure::usage(
            format!("--model-only: the way onto {} takes whole images only", board.name),
            "leave --model-only out: the firmware goes along, in a few seconds more",
        )
        .into());
    }
    interrupt::listen();
    match loader {
        Loader::AmbiqSecureBootloader | Loader::SparkfunVariableLoader => {
            report.transfer = Some(serial::install(&arguments, &image, loader)?);
            report.outcome = "installed";
        }
        Loader::Qemu => {
            report.heard = Some(emulated::run(&arguments, &image)?);
            report.outcome = "ran";
        }
        Loader::Uf2 => {
            return Err(Failure::usage(
                format!("{} takes files, not transfers", board.name),
                "write one with -o image.uf2, hold BOOTSEL while you plug the board in, and copy it to its drive",
            )
            .into());
        }
        Loader::Probe => {
            report.transfer = Some(probe::install(&arguments, &image)?);
            report.outcome = "installed";
        }
    }
    show(&arguments, &report)
}

/// The board of this name.
pub fn find_board(name: &str) -> Result<&'static Board, Failure> {
    board::find(name).ok_or_else(|| {
        let known: Vec<&str> = board::ALL.iter().map(|board| board.name).collect();
        Failure::usage(format!("--board {name}: there is no such board"), format!("boards are {}", known.join(", ")))
    })
}

/// How the image is to get onto the board.
fn loader(arguments: &Arguments, board: &Board) -> Result<Loader, Failure> {
    let is_wanted = |loader: &Loader| match arguments.via {
        None => true,
        Some(Via::Serial) => matches!(loader, Loader::AmbiqSecureBootloader | Loader::SparkfunVariableLoader),
        Some(Via::Swd) => *loader == Loader::Probe,
        Some(Via::Qemu) => *loader == Loader::Qemu,
    };
    board.loaders.iter().copied().find(is_wanted).ok_or_else(|| {
        let ways: Vec<&str> = board.loaders.iter().map(|loader| super::boards::way(*loader)).collect();
        Failure::usage(
            format!("--via: there is no such way onto {}", board.name),
            format!("{} takes images by {}", board.name, ways.join(", or ")),
        )
    })
}

/// Writes the image in the format that the name of the file asks for.
fn write(image: &FlashImage, output: &Path) -> Result<(), Failure> {
    let bytes = match output.extension().and_then(|ending| ending.to_str()) {
        Some("bin") => image.flat(),
        Some("hex") => image.hex().into_bytes(),
        Some("uf2") => image.uf2().map_err(|error| refused("-o", &error))?,
        _ => {
            return Err(Failure::usage(
                format!("-o {}: the name says no format", output.display()),
                "use a name that ends with .bin, .hex or .uf2",
            ));
        }
    };
    std::fs::write(output, bytes).map_err(|error| Failure::not_written(output, error))
}

/// An image that cannot be.
fn refused(what: &str, error: &ImageError) -> Failure {
    let kind = if error.is_misfit() { Kind::DoesNotFit } else { Kind::Unsupported };
    Failure::new(kind, format!("{what}: {error}")).help(error.help())
}

fn show(arguments: &Arguments, report: &FlashReport) -> anyhow::Result<()> {
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(report)? + "\n"));
    }
    let mut text = String::new();
    if report.transfer.is_none() && report.heard.is_none() {
        report.render(&mut text, style::paint)?;
    }
    report.render_outcome(&mut text, style::paint)?;
    style::print(&text)
}
