//! Damage on purpose: sound models and Programs with a few numbers changed are refused or survived, and so are inputs
//! that nobody would feed; never a panic. The models are of every operator and type.
//!
//! The changes follow from fixed seeds, so that a failure names the round that repeats it. `tests/fuzz` looks further.

mod support;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use micro_runtime::board::SPARKFUN_EDGE;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::record::{
    CHECKED_FROM, Header, InitialiserRecord, OpRecord, OperandRecord, Section, SubgraphRecord, TensorRecord,
};
use micro_runtime::program::{KernelSet, Program, crc32};
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::model::Model;
use tinyml::report::inspect::{Details, InspectReport, Inspected, Layout, html};

/// Damaged copies of each model, of each Program, and of a model to be looked at.
const MODEL_ROUNDS: usize = 40;
const PROGRAM_ROUNDS: usize = 32;
const REPORT_ROUNDS: usize = 8;

/// Invocations of each sound Program with hostile inputs.
const INPUT_ROUNDS: usize = 8;

/// Kernels that run while models as small as these are compiled, and leave constants in their Programs.
const FOLDED: [&str; 7] = [
    "copy::BYTES",
    "shape::INT32",
    "tflm_decode::LUT_INT64",
    "tflm_decode::LUT_INT8",
    "tflm_decode::PRUNE_BOOL",
    "tflm_decode::PRUNE_INT64",
    "zeros_like::BYTES",
];

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

/// Numbers of which code is easily afraid.
const EXTREMES: [u32; 11] =
    [0, 1, 2, u32::MAX, u32::MAX - 1, 0x7fff_ffff, 0x8000_0000, 0x7f80_0000, 0x7fc0_0000, 0xffff, 1 << 30];

/// Changes one to three places in some ranges of the bytes: a byte, or a word that becomes an extreme, or one more or less.
fn damage(bytes: &mut [u8], ranges: &[Range<usize>], random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let range = &ranges[random.below(ranges.len())];
        let position = range.start + random.below(range.len());
        let word = (position & !3).min(bytes.len().saturating_sub(4));
        match random.below(6) {
            _ if bytes.len() < 4 => bytes[position] = random.below(256) as u8,
            0 | 1 => bytes[position] = random.below(256) as u8,
            2 => {
                let value = u32::from_le_bytes(bytes[word..][..4].try_into().unwrap());
                let changed = value.wrapping_add(random.below(3) as u32).wrapping_sub(1);
                bytes[word..][..4].copy_from_slice(&changed.to_le_bytes());
            }
            _ => bytes[word..][..4].copy_from_slice(&EXTREMES[random.below(EXTREMES.len())].to_le_bytes()),
        }
    }
}

/// Where a Program says what is done: its records and the parameters of its ops, without the constants.
fn records(program: &Program<'_>) -> Vec<Range<usize>> {
    let header = program.header();
    let section = |section: &Section, bytes: usize| {
        let start = section.offset as usize;
        start..start + section.count as usize * bytes
    };
    let mut ranges = vec![
        0..size_of::<Header>(),
        section(&header.subgraphs, size_of::<SubgraphRecord>()),
        section(&header.ops, size_of::<OpRecord>()),
        section(&header.operands, size_of::<OperandRecord>()),
        section(&header.inputs, size_of::<TensorRecord>()),
        section(&header.outputs, size_of::<TensorRecord>()),
        section(&header.extents, size_of::<u32>()),
        section(&header.initialisers, size_of::<InitialiserRecord>()),
    ];
    let parameters = |op: &OpRecord| op.parameters as usize..op.parameters as usize + op.parameter_bytes as usize;
    ranges.extend(program.ops().iter().map(parameters));
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// A model and its Programs for each kernel set, the arena shared and not.
struct Victim {
    name: String,
    model: Vec<u8>,
    programs: Vec<Vec<u8>>,
}

impl Victim {
    fn new(name: &str, model: Vec<u8>) -> Victim {
        let read = Model::read(&model).unwrap();
        let program = |options| compile(&read, &options).unwrap().bytes.to_vec();
        let programs = support::all_options().map(program).into();
        Victim { name: name.to_string(), programs, model }
    }

    fn kernels(&self) -> BTreeSet<u32> {
        let kernels = |bytes: &Vec<u8>| {
            let bytes = AlignedBytes::from(bytes.as_slice());
            Program::parse(&bytes, kernels::all).unwrap().ops().iter().map(|op| op.kernel).collect::<Vec<_>>()
        };
        self.programs.iter().flat_map(kernels).collect()
    }
}

/// The models of the fixtures, and of their cases and those of the conformance corpus, where that is at hand, the first of
/// each operator and variant and what has kernels that those have not.
fn victims() -> &'static [Victim] {
    static VICTIMS: OnceLock<Vec<Victim>> = OnceLock::new();
    VICTIMS.get_or_init(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let files = std::fs::read_dir(fixtures.join("models")).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "tflite"));
        let mut victims: Vec<Victim> =
            files.map(|path| Victim::new(&path.display().to_string(), std::fs::read(path).unwrap())).collect();
        assert!(!victims.is_empty());
        victims.sort_by(|one, other| one.name.cmp(&other.name));
        let (mut variants, mut kernels) = (BTreeSet::new(), BTreeSet::new());
        for folder in [Some(fixtures.join("ops")), support::shared("conformance/ops")].into_iter().flatten() {
            for case in support::cases::load(&folder) {
                let variant = case.name.rsplit_once('/').map_or("", |(variant, _)| variant).to_string();
                let victim = Victim::new(&case.name, case.model());
                let has_new_kernel = !victim.kernels().is_subset(&kernels);
                if variants.insert(variant) || has_new_kernel {
                    kernels.extend(victim.kernels());
                    victims.push(victim);
                }
            }
        }
        victims
    })
}

fn models() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    victims().iter().map(|victim| (victim.name.as_str(), victim.model.as_slice()))
}

fn programs() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let of = |victim: &'static Victim| victim.programs.iter().map(|program| (victim.name.as_str(), program.as_slice()));
    victims().iter().flat_map(of)
}

fn run(program: Program<'_>, random: &mut Random) {
    if program.arena_bytes() > MAXIMUM_ARENA_BYTES {
        return;
    }
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
    invoke(&mut interpreter, random);
}

/// Invokes with inputs that are noise, or one extreme throughout, or mostly.
fn invoke(interpreter: &mut Interpreter<'_>, random: &mut Random) {
    for index in 0..interpreter.program().inputs().len() {
        let record = &interpreter.program().inputs()[index];
        let length = record.operand.bytes as usize;
        let extreme = EXTREMES[random.below(EXTREMES.len())].to_le_bytes();
        let kind = random.below(4);
        let bytes: Vec<u8> = (0..length)
            .map(|position| match kind {
                0 => random.below(256) as u8,
                1 => extreme[position % 4],
                2 => 0,
                _ if random.below(8) == 0 => random.below(256) as u8,
                _ => extreme[position % 4],
            })
            .collect();
        assert!(interpreter.set_input(index, &bytes));
    }
    let outcome = interpreter.invoke();
    for index in 0..interpreter.program().outputs().len() {
        assert!(interpreter.output_bytes(index).is_some());
    }
    if let Err(fault) = outcome {
        assert!(!fault.what.is_empty());
    }
}

fn use_model(bytes: &[u8], random: &mut Random) {
    let model = match Model::read(bytes) {
        Ok(model) => model,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for kernel_set in [KernelSet::Generic, KernelSet::Armv7em] {
        match compile(&model, &Options { kernel_set, ..Options::default() }) {
            Ok(compiled) => run(compiled.program(), random),
            Err(error) => {
                assert!(!error.help().contains("fault of tinyml"), "{error}");
            }
        }
    }
}

fn inspect_model(bytes: &[u8], _: &mut Random) {
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

fn use_program(bytes: &[u8], random: &mut Random) {
    match Program::parse(bytes, kernels::all) {
        Ok(program) => run(program, random),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Gives an op another kernel than the one its parameters and operands are for.
fn exchange_kernel(bytes: &mut [u8], random: &mut Random) {
    let header: Header = bytemuck::pod_read_unaligned(&bytes[..size_of::<Header>()]);
    let op = random.below(header.ops.count.max(1) as usize);
    let position = header.ops.offset as usize + op * size_of::<OpRecord>();
    if let Some(kernel) = bytes.get_mut(position..).and_then(|rest| rest.get_mut(..4)) {
        kernel.copy_from_slice(&kernels::PATHS[random.below(kernels::PATHS.len())].0.to_le_bytes());
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

/// Calls `use_it` on damaged copies of each original and names the rounds that panic or take too long.
fn survive(
    rounds: usize,
    originals: impl Iterator<Item = (&'static str, &'static [u8])>,
    ranges_of: impl Fn(&[u8], usize) -> Vec<Range<usize>>,
    finish: impl Fn(&mut [u8], &mut Random),
    use_it: fn(&[u8], &mut Random),
) {
    let mut problems = Vec::new();
    for (number, (name, original)) in originals.enumerate() {
        for round in 0..rounds {
            let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ ((number * rounds + round) as u64 + 1));
            let mut bytes = AlignedBytes::from(original);
            let ranges = ranges_of(&bytes, round);
            damage(&mut bytes, &ranges, &mut random);
            finish(&mut bytes, &mut random);
            let started = Instant::now();
            if catch_unwind(AssertUnwindSafe(|| use_it(&bytes, &mut random))).is_err() {
                problems.push(format!("round {round} of {name}: panicked"));
            }
            if started.elapsed() > TIME {
                problems.push(format!("round {round} of {name}: took {:?}", started.elapsed()));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn anywhere(bytes: &[u8], _: usize) -> Vec<Range<usize>> {
    std::iter::once(0..bytes.len()).collect()
}

#[test]
fn damaged_models_are_refused_or_survived() {
    survive(MODEL_ROUNDS, models(), anywhere, |_, _| {}, use_model);
}

#[test]
fn damaged_models_can_be_looked_at() {
    survive(REPORT_ROUNDS, models(), anywhere, |_, _| {}, inspect_model);
}

#[test]
fn damaged_programs_are_refused_or_survived() {
    // Every fourth time anywhere, else where a wrong number leads furthest.
    let ranges = |bytes: &[u8], round: usize| match round % 4 {
        0 => anywhere(bytes, round),
        _ => records(&Program::parse(bytes, kernels::all).unwrap()),
    };
    let finish = |bytes: &mut [u8], random: &mut Random| {
        if random.below(8) == 0 {
            exchange_kernel(bytes, random);
        }
        seal(bytes);
    };
    survive(PROGRAM_ROUNDS, programs(), ranges, finish, use_program);
}

#[test]
fn hostile_inputs_are_refused_or_survived() {
    let mut problems = Vec::new();
    for (number, (name, bytes)) in programs().enumerate() {
        let bytes = AlignedBytes::from(bytes);
        let program = Program::parse(&bytes, kernels::all).unwrap();
        let mut arena = AlignedBytes::zeroed(program.arena_bytes());
        let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
        let mut random = Random(0x2545_f491_4f6c_dd1d ^ (number as u64 + 1));
        // The state of one invocation is what the next one starts from.
        let mut invoke_often = || (0..INPUT_ROUNDS).for_each(|_| invoke(&mut interpreter, &mut random));
        if catch_unwind(AssertUnwindSafe(&mut invoke_often)).is_err() {
            problems.push(name);
        }
    }
    assert!(problems.is_empty(), "{} panicked:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_kernel_is_among_the_victims() {
    if support::shared("conformance/ops").is_none() {
        return;
    }
    let used: BTreeSet<u32> = victims().iter().flat_map(Victim::kernels).collect();
    let missing: Vec<&str> =
        kernels::PATHS.iter().filter(|(code, _)| !used.contains(code)).map(|(_, path)| *path).collect();
    let missing: Vec<_> = missing.into_iter().filter(|path| !FOLDED.contains(path)).collect();
    assert!(missing.is_empty(), "no model uses {missing:?}");
}
