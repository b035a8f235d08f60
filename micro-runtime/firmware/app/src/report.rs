//! What the firmware says about itself and its Program after it has started.

use micro_runtime::log::Event;
use micro_runtime::pipeline::{Listening, ROW_MS, WINDOW_MS, memory_bytes};
use micro_runtime::program::Program;

use crate::{Board, Firmware, KERNEL_SET, say};

/// The first line.
pub fn boot<B: Board>(board: &mut B, firmware: &Firmware) {
    let event = Event::Boot {
        version: firmware.version,
        board: B::FACTS.name,
        clock_hz: B::FACTS.clock_hz,
        kernel_set: KERNEL_SET.name(),
        kernels: firmware.kernels.len() as u32,
    };
    say(board, &event);
}

/// What the lines say.
pub struct Report<'p> {
    pub firmware: Firmware,
    pub program: Program<'p>,
    pub listening: Listening,
    pub window_rows: u32,
    pub room_bytes: usize,
}

impl Report<'_> {
    /// Writes line `number`, from 0. False when there is no such line.
    ///
    /// A line at a time, so that a slow wire does not keep samples waiting.
    pub fn line<B: Board>(&self, board: &mut B, number: u32) -> bool {
        let labels = self.program.labels().count() as u32;
        match number {
            0 => boot(board, &self.firmware),
            1 => self.program(board),
            number if number - 2 < labels => {
                let index = number - 2;
                let name = self.program.labels().nth(index as usize).unwrap_or_default();
                say(board, &Event::Label { index, name });
            }
            number if number - 2 == labels => self.listening(board),
            _ => return false,
        }
        true
    }

    fn program(&self, board: &mut impl Board) {
        let header = self.program.header();
        let mut model = [0; 8];
        model.copy_from_slice(&header.source_digest[..8]);
        let event = Event::Program {
            model: u64::from_be_bytes(model),
            checksum: header.checksum,
            bytes: header.length,
            kernel_set: self.program.kernel_set().name(),
            arena_bytes: header.arena_bytes,
            memory_bytes: memory_bytes(&self.program) as u32,
            room_bytes: self.room_bytes as u32,
        };
        say(board, &event);
    }

    fn listening(&self, board: &mut impl Board) {
        let event = Event::Listening {
            window_ms: (self.window_rows - 1) * ROW_MS + WINDOW_MS,
            stride_ms: self.listening.stride_rows * ROW_MS,
            average_ms: self.listening.detector.average_window_ms,
            threshold: self.listening.detector.threshold.into(),
        };
        say(board, &event);
    }
}
