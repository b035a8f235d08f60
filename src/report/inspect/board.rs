//! Whether a model fits a board.

use micro_runtime::board::Board;
use serde::Serialize;

use super::FlashReport;
use crate::compile::Compiled;
use crate::flash::firmware::prebuilt;

/// The model on a board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardReport {
    /// What `--board` takes.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The chip.
    pub chip: &'static str,
    /// The clock.
    pub clock_hz: u32,
    /// All of the memory. The firmware needs some of it too.
    pub ram_bytes: u64,
    /// The part of the memory that is for the arena: what the firmware can lend, where there is one.
    pub arena_area_bytes: u64,
    /// All of the flash.
    pub flash_bytes: u64,
    /// The part of the flash that is for the Program.
    pub program_area_bytes: u64,
    /// Whether the project has a firmware for it.
    pub has_firmware: bool,
    /// Whether arena and Program fit; absent when there is no Program.
    pub fits: Option<bool>,
    /// Whether that firmware can run the Program; absent when there is no firmware or no Program.
    pub firmware_runs: Option<bool>,
}

impl BoardReport {
    pub(super) fn new(board: &Board, compiled: Option<&Compiled>, flash: Option<&FlashReport>) -> BoardReport {
        let runtime = flash.and_then(|flash| flash.runtime.as_ref());
        let arena_area_bytes = runtime.map_or(board.ram.bytes.into(), |runtime| runtime.ram.arena_bytes);
        let fits = |compiled: &Compiled| {
            u64::from(compiled.arena_bytes) <= arena_area_bytes
                && compiled.bytes.len() as u64 <= board.program.bytes.into()
        };
        BoardReport {
            name: board.name,
            title: board.title,
            chip: board.chip,
            clock_hz: board.clock_hz,
            ram_bytes: board.ram.bytes.into(),
            arena_area_bytes,
            flash_bytes: board.flash.bytes.into(),
            program_area_bytes: board.program.bytes.into(),
            has_firmware: prebuilt(board).is_some(),
            fits: compiled.map(fits),
            firmware_runs: runtime.map(|runtime| runtime.misfit.is_none()),
        }
    }
}
