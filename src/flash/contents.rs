//! What the bytes of a prebuilt firmware are there for, as the file beside its image has it.

use serde::Deserialize;

/// What the name of the code of a twin ends in, and that of its kernel too.
const TWIN: &str = " (armv7em)";

/// The part that kernels are.
pub const KERNEL: &str = "kernel";

/// An image by what its bytes are there for, and the memory that it takes.
#[derive(Clone, Debug, Deserialize)]
pub struct Contents {
    /// The compiler that made the image.
    pub toolchain: String,
    /// Bytes of flash.
    pub flash_bytes: u32,
    /// Bytes of memory.
    pub ram: Ram,
    /// The bytes of flash; they add up to `flash_bytes`.
    pub parts: Vec<Part>,
}

/// The memory of a firmware.
#[derive(Clone, Debug, Deserialize)]
pub struct Ram {
    /// Variables, sound not among them.
    pub static_bytes: u32,
    /// Sound on its way to the application.
    pub sound_buffer_bytes: u32,
    /// What is kept for the stack.
    pub stack_bytes: u32,
    /// What the stack was seen to take.
    pub stack_used_bytes: u32,
    /// How that was seen.
    pub stack_measured: String,
    /// The greatest arena that it can lend.
    pub arena_bytes: u32,
}

/// Bytes of flash with one purpose.
#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    /// `interpreter`, [`KERNEL`], `front end` and others.
    pub part: String,
    /// What of it: the operator of a kernel, the module of a library.
    pub name: String,
    /// How many.
    pub bytes: u32,
}

impl Contents {
    /// The place in `parts` of the code that runs a kernel: `CONV_2D (armv7em)` for `CONV_2D int8 (armv7em)`. None when it
    /// is not linked, or has no code of its own.
    pub fn code_of(&self, kernel: &str) -> Option<usize> {
        let (kernel, is_twin) = plain(kernel);
        let runs = |part: &Part| {
            let (name, is_of_twin) = plain(&part.name);
            let rest = kernel.strip_prefix(name).filter(|_| part.part == KERNEL && is_of_twin == is_twin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.parts.iter().position(runs)
    }
}

/// The name without the mark of a twin, and whether it had one.
fn plain(name: &str) -> (&str, bool) {
    name.strip_suffix(TWIN).map_or((name, false), |name| (name, true))
}

#[cfg(test)]
mod tests {
    use micro_runtime::{board, kernels};

    use crate::flash::firmware::{Firmware, prebuilt, prebuilt_boards, prebuilt_contents};

    /// The data beside an image is that of the image.
    #[test]
    fn prebuilt_images_are_accounted_for_to_the_byte() {
        assert!(prebuilt_boards().count() >= 2);
        for name in prebuilt_boards() {
            let board = board::find(name).unwrap();
            let contents = prebuilt_contents(board).unwrap();
            let firmware = Firmware::read(prebuilt(board).unwrap(), board).unwrap();
            assert_eq!(contents.parts.iter().map(|part| part.bytes).sum::<u32>(), contents.flash_bytes, "{name}");
            assert_eq!(firmware.bytes(), u64::from(contents.flash_bytes), "{name}");
            let record = firmware.record.unwrap();
            assert_eq!(record.facts.arena_bytes, contents.ram.arena_bytes, "{name}");
            // All that these run is shared, or folded into code like it.
            let names = record.kernels.iter().map(|&code| kernels::all(code).unwrap().name);
            let without: Vec<&str> = names.filter(|name| contents.code_of(name).is_none()).collect();
            let expected = ["ASSIGN_VARIABLE", "HARD_SWISH int8", "LOGISTIC int8", "RELU int8", "TANH int8"];
            assert_eq!(without, expected, "{name}");
        }
    }

    #[test]
    fn twins_and_longer_names_are_told_apart() {
        let contents = prebuilt_contents(&board::SPARKFUN_EDGE).unwrap();
        let name = |kernel| contents.code_of(kernel).map(|place| contents.parts[place].name.as_str());
        assert_eq!(name("CONV_2D int8"), Some("CONV_2D"));
        assert_eq!(name("CONV_2D int8 (armv7em)"), Some("CONV_2D (armv7em)"));
        assert_eq!(name("COPY"), Some("COPY"));
        assert_eq!(name("STRIDED_COPY"), Some("STRIDED_COPY"));
        assert_eq!(name("CONV int8"), None);
        assert_eq!(name("COSINE float32"), None);
    }
}
