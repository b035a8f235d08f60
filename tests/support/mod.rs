//! What the tests share: where the conformance corpus is, and how its cases are run.
#![allow(dead_code)]

pub mod board;
pub mod cases;
pub mod counting;
pub mod emulator;
pub mod image;

use std::path::PathBuf;

use micro_runtime::program::KernelSet;
use tinyml::compile::Options;

/// The folder `shared` beside the project, or the one that `TINYML_SHARED` names.
pub fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TINYML_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = root.join(part);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: {} is not there", path.display());
        None
    }
}

/// Every way of compiling that leaves the outputs as they are: each kernel set, the arena shared and not.
pub fn all_options() -> [Options; 4] {
    let ways = [
        (KernelSet::Generic, false),
        (KernelSet::Generic, true),
        (KernelSet::Armv7em, false),
        (KernelSet::Armv7em, true),
    ];
    ways.map(|(kernel_set, keep_all_tensors)| Options { kernel_set, keep_all_tensors, ..Options::default() })
}
