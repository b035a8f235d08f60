//! Instructions of whole models on the emulated Cortex-M4, beside those of TensorFlow Lite Micro with CMSIS-NN, of the front
//! end, and from reset to the first samples.
//!
//! `cargo bench --bench instructions` runs the built-in model and, when it is beside the project, the conformance
//! corpus. QEMU counts with `-icount`; a count is a multiple of 40.

#[path = "../support/mod.rs"]
mod support;

use micro_runtime::program::KernelSet;
use support::counting::{MODELS, count, first_samples, slice};
use support::{emulator, shared};
use tinyml::host::builtin::KEYWORD_MODEL;

fn main() {
    let Some(qemu) = emulator::find() else { return };
    let mut models = vec![("yes_no (built in)", KEYWORD_MODEL.to_vec(), None)];
    if let Some(folder) = shared("conformance/models") {
        for known in &MODELS {
            if let Ok(bytes) = std::fs::read(folder.join(known.name).join("model.tflite")) {
                models.push((known.name, bytes, Some(known.peer)));
            }
        }
    }
    let columns = ["MODEL", "GENERIC", "ARMV7EM", "TFLM CMSIS-NN", "SHARE", "STRUCTURE", "PARSE"];
    println!(
        "{:24}{:>12}{:>12}{:>15}{:>8}{:>11}{:>11}",
        columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]
    );
    for (name, bytes, peer) in &models {
        let (generic, twins) = (count(qemu, bytes, KernelSet::Generic), count(qemu, bytes, KernelSet::Armv7em));
        let invoke = twins.of("invoke");
        let (peer, share) = match peer {
            Some(peer) => (peer.to_string(), format!("{:.2}", invoke as f64 / *peer as f64)),
            None => ("-".to_string(), "-".to_string()),
        };
        let (generic, structure, parse) = (generic.of("invoke"), twins.of("structure"), twins.of("parse"));
        println!("{name:24}{generic:>12}{invoke:>12}{peer:>15}{share:>8}{structure:>11}{parse:>11}");
    }
    println!(
        "\nInstructions for each invocation, for checking a Program's structure at boot, and for checking all of it."
    );
    println!("\nFront end, 20 ms of sound: {} instructions.", slice(qemu));
    for (name, bytes, _) in models.iter().filter(|(name, ..)| ["yes_no (built in)", MODELS[0].name].contains(name)) {
        println!("From reset to the first samples processed, {name}: {} instructions.", first_samples(qemu, bytes));
    }
}
