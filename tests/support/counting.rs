//! Instructions on the emulated Cortex-M4, counted by QEMU (`-icount`) in steps of 40.

use std::path::{Path, PathBuf};
use std::time::Duration;

use micro_runtime::program::KernelSet;
use tempfile::TempDir;
use tinyml::audio::wav;
use tinyml::compile::{Options, compile};
use tinyml::model::Model;

use super::emulator::{Run, text};

/// A model of the conformance corpus.
pub struct Known {
    /// Its folder.
    pub name: &'static str,
    /// Instructions of TFLM with CMSIS-NN as it ships (gcc -O2) for one invocation.
    pub peer: u64,
    /// The most that one invocation with the twins may take.
    pub limit: u64,
}

/// The models whose invocations are counted.
pub const MODELS: [Known; 6] = [
    Known { name: "micro_speech_quantized", peer: 1_495_381, limit: 600_000 },
    Known { name: "kws_ref_model", peer: 7_699_891, limit: 4_600_000 },
    Known { name: "vww_96_int8", peer: 24_101_961, limit: 14_400_000 },
    Known { name: "pretrainedResnet_quant", peer: 29_863_351, limit: 17_900_000 },
    Known { name: "ad01_int8", peer: 582_943, limit: 380_000 },
    Known { name: "person_detect", peer: 22_928_448, limit: 13_700_000 },
];

/// The most that the front end may take for 20 ms of sound.
pub const SLICE_LIMIT: u64 = 60_000;

/// The most from reset, less the board's own start, until the first samples are processed.
pub const FIRST_SAMPLES_LIMIT: u64 = 20_000;

/// What the program `count` says of a model: the numbers for `parse`, `structure`, `reset` and `invoke`.
pub struct Counts(String);

impl Counts {
    /// The number behind `name`.
    pub fn of(&self, name: &str) -> u64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.0)).trim().parse().unwrap()
    }
}

/// Counts the invocation of a model, and what comes before it.
pub fn count(qemu: &str, model: &[u8], kernel_set: KernelSet) -> Counts {
    let (_folder, path) = program(model, kernel_set);
    output(qemu, Run::new("count").argument(path.display().to_string()))
}

/// Counts the keyword firmware from reset, less the board's own start, until the first samples are processed.
pub fn first_samples(qemu: &str, model: &[u8]) -> u64 {
    let (_folder, path) = program(model, KernelSet::Armv7em);
    let run = Run::new("keyword").slot(&path).argument("--first");
    output(qemu, run.argument(recording("yes").display().to_string())).of("first samples")
}

/// Counts the front end for 20 ms of a recording, on average.
pub fn slice(qemu: &str) -> u64 {
    let samples = wav::read(&recording("talk"), wav::Options::default()).unwrap().samples;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("samples");
    std::fs::write(&path, samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    output(qemu, Run::new("slice").argument(path.display().to_string())).of("mean")
}

fn recording(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/wav/{name}.wav"))
}

/// Makes a Program of a model and writes it into a folder, which is to be kept as long as the file is needed.
fn program(model: &[u8], kernel_set: KernelSet) -> (TempDir, PathBuf) {
    let model = Model::read(model).unwrap();
    let program = compile(&model, &Options { kernel_set, ..Options::default() }).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("program");
    std::fs::write(&path, &*program.bytes).unwrap();
    (folder, path)
}

fn output(qemu: &str, run: Run) -> Counts {
    let output = run.counted().output(qemu, Duration::from_secs(300));
    assert!(output.status.success(), "{}", text(&output));
    Counts(text(&output))
}
