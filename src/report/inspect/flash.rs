//! The flash: the Program by what its bytes are for, and the runtime on a board.

use micro_runtime::board::Board;
use serde::Serialize;

use super::RuntimeReport;
use crate::compile::Compiled;

/// What the model takes of the flash.
#[derive(Clone, Debug, Serialize)]
pub struct FlashReport {
    /// The Program.
    pub program_bytes: u64,
    /// The same by what the bytes are for.
    pub classes: Vec<ClassReport>,
    /// What the model would take as the file that it is.
    pub tflite_bytes: u64,
    /// The firmware that comes for the board that was asked about; none where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<RuntimeReport>,
}

/// Bytes of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct ClassReport {
    /// What they are for.
    pub class: &'static str,
    /// How many they are.
    pub bytes: u64,
}

impl FlashReport {
    pub(super) fn new(model_bytes: u64, compiled: &Compiled, board: Option<&'static Board>) -> FlashReport {
        let sizes = &compiled.sizes;
        let classes = [
            ("weights", sizes.weights),
            ("multipliers", sizes.multipliers),
            ("op stream", sizes.op_stream),
            ("parameters", sizes.parameters),
            ("initial state", sizes.initial_state),
            ("inputs and outputs", sizes.interface),
            ("labels", sizes.labels),
            ("header", sizes.header),
            ("padding", sizes.padding),
        ];
        let class = |(class, bytes): (&'static str, u32)| ClassReport { class, bytes: bytes.into() };
        FlashReport {
            program_bytes: compiled.bytes.len() as u64,
            classes: classes.into_iter().map(class).filter(|class| class.bytes > 0).collect(),
            tflite_bytes: model_bytes,
            runtime: board.and_then(|board| RuntimeReport::new(board, compiled)),
        }
    }
}
