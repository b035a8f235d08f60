//! What can be wrong with the Program that is found at boot.

use micro_runtime::detect::DetectorError;
use micro_runtime::pipeline::PipelineError;
use micro_runtime::program::ProgramError;

use crate::Refused;
use crate::text::Text;

/// A kind of problem. The red light blinks as often as its code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The flash is erased where the Program should be.
    Missing,
    /// The bytes are not those that the host wrote.
    Damaged,
    /// Not a Program, or one in another format.
    Format,
    /// It needs kernels that this firmware does not link.
    Kernels,
    /// It needs more memory than there is.
    Memory,
    /// It does not take sound, or not as this firmware hears it.
    NotForSound,
}

impl Problem {
    /// Every problem, in the order of the codes.
    pub const ALL: [Problem; 6] =
        [Problem::Missing, Problem::Damaged, Problem::Format, Problem::Kernels, Problem::Memory, Problem::NotForSound];

    /// Its code, from 1.
    pub const fn code(self) -> u32 {
        self as u32 + 1
    }
}

/// Whether `slot` starts as erased flash does, or as memory that nothing was written to.
pub fn is_erased(slot: &[u8]) -> bool {
    slot.iter().take(16).all(|&byte| byte == 0xff) || slot.iter().take(16).all(|&byte| byte == 0)
}

impl Refused {
    pub fn missing() -> Refused {
        let message = Text::of("there is no Program; send one to the board with a model");
        Refused { problem: Problem::Missing, message }
    }
}

impl From<ProgramError> for Refused {
    fn from(error: ProgramError) -> Refused {
        let problem = match error {
            ProgramError::NotAProgram { .. } | ProgramError::Format { .. } => Problem::Format,
            ProgramError::Kernel { .. } | ProgramError::KernelSet { .. } => Problem::Kernels,
            _ => Problem::Damaged,
        };
        Refused { problem, message: Text::of(error) }
    }
}

impl From<PipelineError> for Refused {
    fn from(error: PipelineError) -> Refused {
        let problem = match error {
            PipelineError::Memory { .. } => Problem::Memory,
            _ => Problem::NotForSound,
        };
        Refused { problem, message: Text::of(error) }
    }
}

impl From<DetectorError> for Refused {
    fn from(error: DetectorError) -> Refused {
        Refused { problem: Problem::NotForSound, message: Text::of(error) }
    }
}
