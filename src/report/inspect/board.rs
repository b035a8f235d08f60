//! Whether a model fits a board.

use micro_runtime::board::Board;
use serde::Serialize;

use crate::compile::Compiled;

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
    /// All of the flash.
    pub flash_bytes: u64,
    /// The part of the flash that is for the Program.
    pub program_area_bytes: u64,
    /// Whether arena and Program fit; absent when there is no Program.
    pub fits: Option<bool>,
}

impl BoardReport {
    pub(super) fn new(board: &Board, compiled: Option<&Compiled>) -> BoardReport {
        let fits = |compiled: &Compiled| {
            compiled.arena_bytes <= board.ram.bytes && compiled.bytes.len() as u64 <= board.program.bytes.into()
        };
        BoardReport {
            name: board.name,
            title: board.title,
            chip: board.chip,
            clock_hz: board.clock_hz,
            ram_bytes: board.ram.bytes.into(),
            flash_bytes: board.flash.bytes.into(),
            program_area_bytes: board.program.bytes.into(),
            fits: compiled.map(fits),
        }
    }
}
