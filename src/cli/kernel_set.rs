//! The `--kernel-set` option, which several commands have.

use clap::ValueEnum;
use micro_runtime::program::KernelSet;

/// The kernels that a model is compiled for.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum KernelSetArgument {
    /// The plain kernels, for any machine
    #[default]
    Generic,
    /// The twins for Cortex-M4 and M7 where there are any; other machines emulate their instructions
    Armv7em,
}

impl From<KernelSetArgument> for KernelSet {
    fn from(argument: KernelSetArgument) -> KernelSet {
        match argument {
            KernelSetArgument::Generic => KernelSet::Generic,
            KernelSetArgument::Armv7em => KernelSet::Armv7em,
        }
    }
}
