//! What `tinyml boards` says.

use std::fmt;

use micro_runtime::board::{ALL, Board, Loader, Support};
use serde::Serialize;

use super::table::{Cell, Style, Table};
use crate::flash::firmware::prebuilt;

/// The boards.
#[derive(Clone, Debug, Serialize)]
pub struct BoardsReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// One after the other, by name.
    pub boards: Vec<BoardReport>,
}

/// A board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardReport {
    /// What `--board` takes.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The chip.
    pub chip: &'static str,
    /// `microphone`, `emulated` or `layout`.
    pub support: &'static str,
    /// Whether there is a firmware that need not be built.
    pub has_firmware: bool,
    /// Ways onto it: `serial`, `swd`, `uf2` or `qemu`; the first is the usual one.
    pub ways: Vec<&'static str>,
    /// What an image may occupy.
    pub application_bytes: u32,
    /// Where that starts.
    pub application_start: u32,
    /// The memory.
    pub ram_bytes: u32,
    /// The sound source.
    pub sound: &'static str,
    /// How detections show.
    pub lights: &'static str,
}

/// A way onto a board, in words.
pub fn way(loader: Loader) -> &'static str {
    match loader {
        Loader::AmbiqSecureBootloader => "serial (Ambiq Secure Bootloader)",
        Loader::SparkfunVariableLoader => "serial (SparkFun Variable Loader)",
        Loader::Probe => "a debug probe",
        Loader::Uf2 => "a UF2 file",
        Loader::Qemu => "QEMU",
    }
}

impl BoardReport {
    fn new(board: &Board) -> BoardReport {
        let ways = board.loaders.iter().map(|loader| match loader {
            Loader::AmbiqSecureBootloader | Loader::SparkfunVariableLoader => "serial",
            Loader::Probe => "swd",
            Loader::Uf2 => "uf2",
            Loader::Qemu => "qemu",
        });
        BoardReport {
            name: board.name,
            title: board.title,
            chip: board.chip,
            support: match board.support {
                Support::Microphone => "microphone",
                Support::Emulated => "emulated",
                Support::LayoutOnly => "layout",
            },
            has_firmware: prebuilt(board).is_some(),
            ways: ways.collect(),
            application_bytes: board.application.bytes,
            application_start: board.application.start,
            ram_bytes: board.ram.bytes,
            sound: board.sound,
            lights: board.lights,
        }
    }

    /// What there is for it, in words.
    fn provided(&self) -> &'static str {
        match (self.support, self.has_firmware) {
            ("microphone", true) => "firmware that listens to its microphone",
            ("microphone", false) => "firmware that listens, to be built",
            ("emulated", true) => "firmware that is fed a WAV file",
            ("emulated", false) => "firmware that is fed a WAV file, to be built",
            _ => "image layout, for a firmware of your own",
        }
    }
}

impl BoardsReport {
    /// The report on all boards.
    pub fn new() -> BoardsReport {
        BoardsReport { schema_version: 1, boards: ALL.into_iter().map(BoardReport::new).collect() }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let mut table = Table::new(["board", "flash, KB", "RAM, KB", "by", "what there is"]);
        for board in &self.boards {
            let ready = board.has_firmware;
            table.row([
                Cell::text(board.name).style(if ready { Style::Strong } else { Style::Plain }),
                Cell::number((board.application_bytes / 1024).into()),
                Cell::number((board.ram_bytes / 1024).into()),
                Cell::text(board.ways.join(", ")),
                Cell::text(board.provided()).style(if ready { Style::Good } else { Style::Plain }),
            ]);
        }
        table.render(out, &paint)?;
        let ready: Vec<&str> = self.boards.iter().filter(|board| board.has_firmware).map(|board| board.name).collect();
        writeln!(out)?;
        match ready.as_slice() {
            [] => writeln!(out, "no firmware is built in; every board takes one with tinyml flash --firmware FILE"),
            ready => writeln!(
                out,
                "ready to run: {}; every board takes a firmware of your own: tinyml flash --board NAME --firmware FILE",
                ready.join(", ")
            ),
        }
    }
}

impl Default for BoardsReport {
    fn default() -> BoardsReport {
        BoardsReport::new()
    }
}
