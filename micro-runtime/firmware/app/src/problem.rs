//! What can be wrong with the Program that is found at boot.

use core::fmt;

use micro_runtime::detect::DetectorError;
use micro_runtime::pipeline::PipelineError;
use micro_runtime::program::ProgramError;

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

/// A problem with its particulars.
pub enum Refused {
    /// The slot of the Program is erased.
    Missing,
    /// There is no sound Program.
    Program(ProgramError),
    /// It cannot be listened with.
    Pipeline(PipelineError),
}

/// Whether `slot` starts as erased flash does, or as memory that nothing was written to.
pub fn is_erased(slot: &[u8]) -> bool {
    slot.iter().take(16).all(|&byte| byte == 0xff) || slot.iter().take(16).all(|&byte| byte == 0)
}

impl Refused {
    /// The kind of problem.
    pub fn problem(&self) -> Problem {
        match self {
            Refused::Missing => Problem::Missing,
            Refused::Program(ProgramError::NotAProgram { .. } | ProgramError::Format { .. }) => Problem::Format,
            Refused::Program(ProgramError::Kernel { .. } | ProgramError::KernelSet { .. }) => Problem::Kernels,
            Refused::Program(_) => Problem::Damaged,
            Refused::Pipeline(PipelineError::Memory { .. }) => Problem::Memory,
            Refused::Pipeline(_) => Problem::NotForSound,
        }
    }
}

/// What is wrong, for people.
///
/// The texts that the host has for a [`PipelineError`] would say more, and take a tenth of a small flash.
impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Missing => formatter.write_str("there is no Program; send one to the board with a model"),
            Refused::Program(error) => error.fmt(formatter),
            Refused::Pipeline(PipelineError::Memory { found, needed }) => {
                write!(formatter, "the Program needs {needed} bytes of memory, there are {found}")
            }
            Refused::Pipeline(PipelineError::Detector(DetectorError::LabelCount { found, room })) => {
                write!(formatter, "the model has {found} labels, 1 to {room} needed")
            }
            Refused::Pipeline(PipelineError::Detector(_) | PipelineError::Stride) => {
                formatter.write_str("the Program's settings for listening make no sense")
            }
            Refused::Pipeline(_) => formatter.write_str(
                "not a model for sound: one int8 input of feature rows, 40 features every 20 ms, and scores needed",
            ),
        }
    }
}

impl From<ProgramError> for Refused {
    fn from(error: ProgramError) -> Refused {
        Refused::Program(error)
    }
}

impl From<PipelineError> for Refused {
    fn from(error: PipelineError) -> Refused {
        Refused::Pipeline(error)
    }
}
