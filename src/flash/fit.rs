//! Whether a Program can run in a firmware: what it needs against what the firmware has.

use micro_runtime::kernels;
use micro_runtime::program::{KernelSet, Program};
use thiserror::Error;

use super::firmware::Record;
use super::words::bytes;

/// Why a Program cannot run in a firmware.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Misfit {
    /// The format of the Program is another.
    #[error("the Program has format {found}, the firmware reads format {needed}")]
    Format {
        /// The Program's.
        found: u32,
        /// The firmware's.
        needed: u32,
    },
    /// The kernel set is another.
    #[error("the Program was compiled for {found} kernels, the firmware has {needed} kernels")]
    KernelSet {
        /// The Program's.
        found: KernelSet,
        /// The firmware's.
        needed: KernelSet,
    },
    /// The Program is too long.
    #[error("the Program takes {} of flash, {} available", bytes(*needed), bytes(*available))]
    Length {
        /// The Program's length.
        needed: u64,
        /// The firmware's room.
        available: u64,
    },
    /// The arena is too large.
    #[error("the Program needs an arena of {}, {} available in the firmware", bytes(*needed), bytes(*available))]
    Arena {
        /// The Program's arena.
        needed: u32,
        /// The firmware's.
        available: u32,
    },
    /// Kernels are not linked.
    #[error("the firmware does not have the kernels that the model needs: {}", names.join(", "))]
    Kernels {
        /// Their names.
        names: Vec<String>,
    },
    /// There are too many labels.
    #[error("the model has {found} labels, {available} at most in the firmware")]
    Labels {
        /// The Program's.
        found: u32,
        /// The firmware's.
        available: u32,
    },
    /// The input is too long.
    #[error("the model listens to {} of feature rows, {} at most in the firmware", bytes(*found), bytes(*available))]
    Rows {
        /// The Program's.
        found: u32,
        /// The firmware's.
        available: u32,
    },
}

impl Misfit {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Misfit::Format { .. } => "compile the model with the tinyml that the firmware came with".to_string(),
            Misfit::KernelSet { needed, .. } => {
                format!("give the .tflite file, or compile it with --kernel-set {needed}")
            }
            Misfit::Length { .. } | Misfit::Arena { .. } => {
                "use a smaller model, or a firmware or board with more memory; tinyml inspect MODEL tells where it goes"
                    .to_string()
            }
            Misfit::Kernels { .. } => {
                "build the firmware with these kernels in its list, or change the model".to_string()
            }
            Misfit::Labels { .. } | Misfit::Rows { .. } => {
                "use a model with fewer of them, or a firmware of your own with --firmware".to_string()
            }
        }
    }
}

/// Whether the firmware can run the Program.
pub fn check(record: &Record, program: &Program<'_>) -> Result<(), Misfit> {
    let (facts, header) = (&record.facts, program.header());
    if header.format != facts.program_format {
        return Err(Misfit::Format { found: header.format, needed: facts.program_format });
    }
    let (found, needed) = (program.kernel_set(), facts.kernel_set().unwrap_or_default());
    if found != needed {
        return Err(Misfit::KernelSet { found, needed });
    }
    if header.length > facts.program_bytes {
        return Err(Misfit::Length { needed: header.length.into(), available: facts.program_bytes.into() });
    }
    if header.arena_bytes > facts.arena_bytes {
        return Err(Misfit::Arena { needed: header.arena_bytes, available: facts.arena_bytes });
    }
    let names = lacking(record, program);
    if !names.is_empty() {
        return Err(Misfit::Kernels { names });
    }
    let labels = program.labels().count() as u32;
    if labels > facts.labels {
        return Err(Misfit::Labels { found: labels, available: facts.labels });
    }
    // A firmware that takes no sound says 0.
    let rows = program.inputs().iter().map(|input| input.operand.bytes).max().unwrap_or(0);
    if facts.row_bytes > 0 && rows > facts.row_bytes {
        return Err(Misfit::Rows { found: rows, available: facts.row_bytes });
    }
    Ok(())
}

/// The kernels that the Program needs and the firmware does not have.
pub fn lacking(record: &Record, program: &Program<'_>) -> Vec<String> {
    let mut missing: Vec<u32> = program.ops().iter().map(|op| op.kernel).collect();
    missing.retain(|code| !record.kernels.contains(code));
    missing.sort_unstable();
    missing.dedup();
    let name = |code: &u32| kernels::all(*code).map_or(format!("{code:#x}"), |kernel| kernel.name.to_string());
    missing.iter().map(name).collect()
}
