//! The runtime: the flash and the memory that the board's prebuilt firmware takes, by what they are for.

use micro_runtime::board::Board;
use serde::Serialize;

use crate::compile::Compiled;
use crate::flash::contents::{Contents, KERNEL};
use crate::flash::firmware::{Firmware, Record, prebuilt, prebuilt_contents};
use crate::flash::fit;

/// The prebuilt firmware of a board, with a model.
#[derive(Clone, Debug, Serialize)]
pub struct RuntimeReport {
    /// The compiler that the bytes are from.
    pub toolchain: String,
    /// Bytes of flash.
    pub bytes: u64,
    /// The same by what they are for; they add up to `bytes`.
    pub parts: Vec<PartReport>,
    /// The code of kernels, which is a part; what kernels share has no one kernel.
    pub kernels: Vec<KernelReport>,
    /// What kernels take that this model does not need: a firmware with the others alone is smaller by it.
    pub unneeded_kernel_bytes: u64,
    /// Firmware and Program together.
    pub total_bytes: u64,
    /// The kernels that the model needs and the firmware does not have.
    pub lacking_kernels: Vec<String>,
    /// Why the firmware cannot run the Program.
    pub misfit: Option<String>,
    /// What to do about that.
    pub help: Option<String>,
    /// The memory.
    pub ram: RamReport,
}

/// Bytes with one purpose.
#[derive(Clone, Debug, Serialize)]
pub struct PartReport {
    /// What they are for.
    pub part: String,
    /// How many.
    pub bytes: u64,
}

/// The code of the kernels of an operator.
#[derive(Clone, Debug, Serialize)]
pub struct KernelReport {
    /// The operator, or what is shared.
    pub name: String,
    /// How many bytes.
    pub bytes: u64,
    /// Whether the model needs it.
    pub is_needed: bool,
}

/// The memory of the firmware: figures from the data of its image.
#[derive(Clone, Debug, Serialize)]
pub struct RamReport {
    /// Variables, sound not among them.
    pub static_bytes: u64,
    /// Sound on its way to the application.
    pub sound_buffer_bytes: u64,
    /// What is kept for the stack.
    pub stack_bytes: u64,
    /// What the stack was seen to take.
    pub stack_used_bytes: u64,
    /// How that was seen.
    pub stack_measured: String,
    /// The greatest arena that it can lend.
    pub arena_bytes: u64,
}

impl RuntimeReport {
    /// The firmware of the board; none where the project has none for it.
    pub(super) fn new(board: &'static Board, compiled: &Compiled) -> Option<RuntimeReport> {
        let contents = prebuilt_contents(board)?;
        let record = Firmware::read(prebuilt(board)?, board).ok()?.record?;
        Some(RuntimeReport::of(&contents, &record, compiled))
    }

    fn of(contents: &Contents, record: &Record, compiled: &Compiled) -> RuntimeReport {
        let program = compiled.program();
        let misfit = fit::check(record, &program).err();
        let kernels = kernels(contents, compiled);
        let unneeded = kernels.iter().filter(|kernel| !kernel.is_needed);
        let ram = &contents.ram;
        RuntimeReport {
            bytes: contents.flash_bytes.into(),
            parts: parts(contents),
            unneeded_kernel_bytes: unneeded.map(|kernel| kernel.bytes).sum(),
            kernels,
            total_bytes: u64::from(contents.flash_bytes) + compiled.bytes.len() as u64,
            lacking_kernels: fit::lacking(record, &program),
            help: misfit.as_ref().map(fit::Misfit::help),
            misfit: misfit.map(|misfit| misfit.to_string()),
            ram: RamReport {
                static_bytes: ram.static_bytes.into(),
                sound_buffer_bytes: ram.sound_buffer_bytes.into(),
                stack_bytes: ram.stack_bytes.into(),
                stack_used_bytes: ram.stack_used_bytes.into(),
                stack_measured: ram.stack_measured.clone(),
                arena_bytes: ram.arena_bytes.into(),
            },
            toolchain: contents.toolchain.clone(),
        }
    }
}

/// Kernels first, then the others, the largest first.
fn parts(contents: &Contents) -> Vec<PartReport> {
    let mut parts: Vec<PartReport> = Vec::new();
    for part in &contents.parts {
        let name = if part.part == KERNEL { "kernels" } else { &part.part };
        match parts.iter_mut().find(|known| known.part == name) {
            Some(known) => known.bytes += u64::from(part.bytes),
            None => parts.push(PartReport { part: name.to_string(), bytes: part.bytes.into() }),
        }
    }
    parts.sort_by_key(|part| (part.part != "kernels", std::cmp::Reverse(part.bytes)));
    parts
}

/// Those that are needed first, the largest first; what they share is needed by all.
fn kernels(contents: &Contents, compiled: &Compiled) -> Vec<KernelReport> {
    let needed: Vec<usize> = compiled.ops.iter().filter_map(|op| contents.code_of(op.kernel)).collect();
    let is_shared = |name: &str| name.starts_with("shared");
    let places = contents.parts.iter().enumerate().filter(|(_, part)| part.part == KERNEL);
    let report = |(place, part): (usize, &crate::flash::contents::Part)| KernelReport {
        name: part.name.clone(),
        bytes: part.bytes.into(),
        is_needed: needed.contains(&place) || is_shared(&part.name),
    };
    let mut kernels: Vec<KernelReport> = places.map(report).collect();
    kernels.sort_by_key(|kernel| (!kernel.is_needed, is_shared(&kernel.name), std::cmp::Reverse(kernel.bytes)));
    kernels
}

#[cfg(test)]
mod tests {
    use micro_runtime::board::{ARTEMIS, MPS2_AN386, SPARKFUN_EDGE};
    use micro_runtime::program::KernelSet;

    use super::*;
    use crate::compile::{Options, compile};
    use crate::model::Model;

    const MODEL: &[u8] = include_bytes!("../../../fixtures/models/yes_no.tflite");

    fn compiled(kernel_set: KernelSet) -> Compiled {
        compile(&Model::read(MODEL).unwrap(), &Options { kernel_set, ..Options::default() }).unwrap()
    }

    #[test]
    fn every_byte_is_in_one_part_and_kernels_are_told_apart() {
        let compiled = compiled(KernelSet::Armv7em);
        for board in [&SPARKFUN_EDGE, &MPS2_AN386] {
            let report = RuntimeReport::new(board, &compiled).unwrap();
            assert_eq!(report.parts.iter().map(|part| part.bytes).sum::<u64>(), report.bytes);
            assert_eq!(report.parts[0].part, "kernels");
            assert_eq!(report.kernels.iter().map(|kernel| kernel.bytes).sum::<u64>(), report.parts[0].bytes);
            let needed = |name: &str| report.kernels.iter().find(|kernel| kernel.name == name).unwrap().is_needed;
            assert!(["CONV_2D (armv7em)", "SOFTMAX", "shared"].into_iter().all(needed));
            assert!(!["CONV_2D", "SVDF", "ADD (armv7em)"].into_iter().any(needed));
            assert!(report.unneeded_kernel_bytes > 0 && report.unneeded_kernel_bytes < report.parts[0].bytes);
            assert_eq!((&report.misfit, report.lacking_kernels.len()), (&None, 0));
        }
        assert!(RuntimeReport::new(&ARTEMIS, &compiled).is_none());
    }

    #[test]
    fn what_the_firmware_has_no_room_or_no_kernel_for_is_said() {
        let contents = prebuilt_contents(&SPARKFUN_EDGE).unwrap();
        let firmware = Firmware::read(prebuilt(&SPARKFUN_EDGE).unwrap(), &SPARKFUN_EDGE).unwrap();
        let compiled = compiled(KernelSet::Armv7em);
        let mut record = firmware.record.unwrap();
        record.facts.arena_bytes = compiled.arena_bytes - 1;
        let misfit = RuntimeReport::of(&contents, &record, &compiled).misfit.unwrap();
        assert!(misfit.starts_with("the Program needs an arena of"), "{misfit}");
        record.kernels.clear();
        assert!(RuntimeReport::of(&contents, &record, &compiled).lacking_kernels.contains(&"SOFTMAX int8".to_string()));
    }
}
