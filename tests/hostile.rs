//! Damage on purpose: sound models and Programs with a few numbers changed are refused or survived, never a panic.
//!
//! The changes follow from fixed seeds, so that a failure names the round that repeats it. `tests/fuzz` looks further.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use micro_runtime::board::SPARKFUN_EDGE;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::record::CHECKED_FROM;
use micro_runtime::program::{KernelSet, Program, crc32};
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::model::Model;
use tinyml::report::inspect::{Details, InspectReport, Inspected, Layout, html};

/// Damaged copies of each kind: of models, and of Programs.
const ROUNDS: usize = 3000;

/// What asks for a larger arena is compiled but not run.
const MAXIMUM_ARENA_BYTES: usize = 1 << 20;

/// How long a round may take in a debug build on a busy machine.
const TIME: Duration = Duration::from_secs(3);

/// A small generator of numbers (xorshift), the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

/// Changes one to three places: a byte, or a word that becomes a number of which code is easily afraid.
fn damage(bytes: &mut [u8], random: &mut Random) {
    const EXTREMES: [u32; 8] = [0, 1, u32::MAX, 0x7fff_ffff, 0x8000_0000, 0x7f80_0000, 0xffff, 1 << 30];
    for _ in 0..1 + random.below(3) {
        let position = random.below(bytes.len());
        if random.below(3) == 0 || bytes.len() < 8 {
            bytes[position] = random.below(256) as u8;
        } else {
            let position = (position & !3).min(bytes.len() - 4);
            let value = EXTREMES[random.below(EXTREMES.len())];
            bytes[position..][..4].copy_from_slice(&value.to_le_bytes());
        }
    }
}

/// The fixtures, and one small model of each op in the corpus where that is at hand.
fn models() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    let mut models: Vec<_> = files.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    assert!(!models.is_empty());
    if let Some(folder) = support::shared("conformance/ops") {
        let mut cases = support::cases::load(&folder);
        cases.dedup_by(|next, kept| next.op == kept.op);
        models.extend(cases.iter().map(|case| (case.name.clone(), case.model())));
    }
    models.sort();
    models
}

fn run(program: Program<'_>) {
    if program.arena_bytes() > MAXIMUM_ARENA_BYTES {
        return;
    }
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
    let outcome = interpreter.invoke();
    for index in 0..interpreter.program().outputs().len() {
        assert!(interpreter.output_bytes(index).is_some());
    }
    if let Err(fault) = outcome {
        assert!(!fault.what.is_empty());
    }
}

fn use_model(bytes: &[u8]) {
    let model = match Model::read(bytes) {
        Ok(model) => model,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for kernel_set in [KernelSet::Generic, KernelSet::Armv7em] {
        match compile(&model, &Options { kernel_set, ..Options::default() }) {
            Ok(compiled) => run(compiled.program()),
            Err(error) => {
                assert!(!error.help().contains("fault of tinyml"), "{error}");
            }
        }
    }
}

fn inspect_model(bytes: &[u8]) {
    let Ok(model) = Model::read(bytes) else { return };
    let kernel_set = KernelSet::Armv7em;
    let compiled = compile(&model, &Options { kernel_set, ..Options::default() });
    let details = Details { tensors: true, metadata: true };
    let (name, board, compiled) = ("damaged", Some(&SPARKFUN_EDGE), compiled.as_ref());
    let report = InspectReport::new(&Inspected {
        name,
        model: &model,
        compiled,
        damages: &[],
        labels: &[],
        takes_sound: true,
        usage: &[],
        board,
        kernel_set,
        details,
    });
    assert!(!serde_json::to_string(&report).unwrap().is_empty());
    for width in [60, 200] {
        let mut text = String::new();
        report
            .render(&mut text, Layout { width, map: true, tflm: true, all_findings: true }, |_, text| text.to_string())
            .unwrap();
        assert!(text.starts_with("damaged"));
    }
    assert!(html::page(&[report]).ends_with("</html>\n"));
}

fn use_program(bytes: &[u8]) {
    match Program::parse(bytes, kernels::all) {
        Ok(program) => run(program),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Makes the checksum right, so that the checks behind it are reached.
fn seal(bytes: &mut [u8]) {
    let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
    if let Some(covered) = bytes.get(CHECKED_FROM..length) {
        let checksum = crc32(covered);
        bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Calls `use_it` on damaged copies of `originals`, in turn, and names the rounds that panic or take too long.
fn survive(rounds: usize, originals: &[(String, Vec<u8>)], is_program: bool, use_it: fn(&[u8])) {
    let mut problems = Vec::new();
    for round in 0..rounds {
        let (name, original) = &originals[round % originals.len()];
        let mut bytes = AlignedBytes::from(original.as_slice());
        damage(&mut bytes, &mut Random(0x9e37_79b9_7f4a_7c15 ^ (round as u64 + 1)));
        if is_program {
            seal(&mut bytes);
        }
        let started = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| use_it(&bytes))).is_err() {
            problems.push(format!("round {round} ({name}): panicked"));
        }
        if started.elapsed() > TIME {
            problems.push(format!("round {round} ({name}): took {:?}", started.elapsed()));
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn damaged_models_are_refused_or_survived() {
    survive(ROUNDS, &models(), false, use_model);
}

#[test]
fn damaged_models_can_be_looked_at() {
    survive(ROUNDS / 3, &models(), false, inspect_model);
}

#[test]
fn damaged_programs_are_refused_or_survived() {
    let programs: Vec<_> = models()
        .into_iter()
        .flat_map(|(name, bytes)| {
            [KernelSet::Generic, KernelSet::Armv7em].map(|kernel_set| {
                let model = Model::read(&bytes).ok()?;
                let options = Options { kernel_set, ..Options::default() };
                Some((format!("{name}, {kernel_set}"), compile(&model, &options).ok()?.bytes.to_vec()))
            })
        })
        .flatten()
        .collect();
    assert!(!programs.is_empty());
    survive(ROUNDS, &programs, true, use_program);
}
