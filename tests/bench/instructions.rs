//! Instructions of whole models on the emulated Cortex-M4, beside those of TensorFlow Lite Micro with CMSIS-NN.
//!
//! `cargo bench --bench instructions` runs the built-in model and, when it is beside the project, the conformance
//! corpus. QEMU counts with `-icount`; a count is a multiple of 40.

#[path = "../support/emulator.rs"]
#[allow(dead_code)]
mod emulator;

use std::path::{Path, PathBuf};
use std::time::Duration;

use micro_runtime::program::KernelSet;
use tinyml::audio::wav;
use tinyml::compile::{Options, compile};
use tinyml::host::builtin::KEYWORD_MODEL;
use tinyml::model::Model;

/// Folder in the corpus, and instructions of TFLM with CMSIS-NN as it ships (gcc -O2) for one invocation.
const MODELS: [(&str, u64); 6] = [
    ("micro_speech_quantized", 1_495_381),
    ("kws_ref_model", 7_699_891),
    ("vww_96_int8", 24_101_961),
    ("pretrainedResnet_quant", 29_863_351),
    ("ad01_int8", 582_943),
    ("person_detect", 22_928_448),
];

/// The numbers behind `name` that the program `count` wrote.
fn counted(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.trim().parse().unwrap()
}

/// Makes a Program of a model and writes it into a folder, which is to be kept as long as the file is needed.
fn program(model: &[u8], kernel_set: KernelSet) -> (tempfile::TempDir, PathBuf) {
    let model = Model::read(model).unwrap();
    let program = compile(&model, &Options { kernel_set, ..Options::default() }).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("program");
    std::fs::write(&path, &*program.bytes).unwrap();
    (folder, path)
}

fn output(qemu: &str, run: emulator::Run) -> String {
    let output = run.counted().output(qemu, Duration::from_secs(300));
    assert!(output.status.success(), "{}", emulator::text(&output));
    emulator::text(&output)
}

fn count(qemu: &str, model: &[u8], kernel_set: KernelSet) -> String {
    let (_folder, path) = program(model, kernel_set);
    output(qemu, emulator::Run::new("count").argument(path.display().to_string()))
}

/// Instructions of the keyword firmware from reset, less the board's own start, until the first samples are processed.
fn first_samples(qemu: &str, model: &[u8]) -> u64 {
    let (_folder, path) = program(model, KernelSet::Armv7em);
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wav/yes.wav");
    let run = emulator::Run::new("keyword").slot(&path).argument("--first").argument(sound.display().to_string());
    counted(&output(qemu, run), "first samples ")
}

/// Mean instructions of the front end for 20 ms of a recording.
fn slice(qemu: &str) -> u64 {
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wav/talk.wav");
    let samples = wav::read(&sound, wav::Options::default()).unwrap().samples;
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("samples");
    std::fs::write(&path, samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    counted(&output(qemu, emulator::Run::new("slice").argument(path.display().to_string())), "mean ")
}

fn main() {
    let Some(qemu) = emulator::find() else { return };
    let shared = std::env::var_os("TINYML_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let mut models = vec![("yes_no (built in)", KEYWORD_MODEL.to_vec(), None)];
    for (name, peer) in MODELS {
        if let Ok(bytes) = std::fs::read(shared.join("conformance/models").join(name).join("model.tflite")) {
            models.push((name, bytes, Some(peer)));
        }
    }
    let columns = ["MODEL", "GENERIC", "ARMV7EM", "TFLM CMSIS-NN", "SHARE", "STRUCTURE", "PARSE"];
    println!(
        "{:24}{:>12}{:>12}{:>15}{:>8}{:>11}{:>11}",
        columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]
    );
    for (name, bytes, peer) in &models {
        let (generic, twins) = (count(qemu, bytes, KernelSet::Generic), count(qemu, bytes, KernelSet::Armv7em));
        let invoke = counted(&twins, "invoke ");
        let (peer, share) = match peer {
            Some(peer) => (peer.to_string(), format!("{:.2}", invoke as f64 / *peer as f64)),
            None => ("-".to_string(), "-".to_string()),
        };
        let (generic, structure, parse) =
            (counted(&generic, "invoke "), counted(&twins, "structure "), counted(&twins, "parse "));
        println!("{name:24}{generic:>12}{invoke:>12}{peer:>15}{share:>8}{structure:>11}{parse:>11}");
    }
    println!(
        "\nInstructions for each invocation, for checking a Program's structure at boot, and for checking all of it."
    );
    println!("\nFront end, 20 ms of sound: {} instructions.", slice(qemu));
    for (name, bytes, _) in
        models.iter().take(2).filter(|(name, ..)| name.contains("yes_no") || name.contains("speech"))
    {
        println!("From reset to the first samples processed, {name}: {} instructions.", first_samples(qemu, bytes));
    }
}
