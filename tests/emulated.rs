//! Host and chip agree on every byte: QEMU's Cortex-M4F runs what this machine runs, and the results are compared.
//!
//! The fixtures always; when the conformance corpus is beside the project, all of its models, sounds and operators too.

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use micro_runtime::frontend::FrontEnd;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::program::KernelSet;
use support::board::Play;
use support::cases::load;
use support::emulator::{self, Run, text};
use tempfile::TempDir;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::host::builtin;
use tinyml::model::Model;

/// What is left of the board's memory for one case, with its Program twice and its arena.
const ROOM: usize = 0x3c_0000;
/// How long one file of cases may take.
const LIMIT: Duration = Duration::from_secs(300);

fn fixtures(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(part)
}

fn sounds(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "wav")).collect();
    files.sort();
    files
}

fn samples(path: &Path) -> Vec<i16> {
    hound::WavReader::open(path).unwrap().samples::<i16>().map(Result::unwrap).collect()
}

/// One result that both machines must give.
struct Expected {
    name: String,
    bytes: Vec<u8>,
    /// Whether the bytes are elements of which any two that are no numbers count as equal.
    is_float: bool,
}

/// Cases as the program `cases` reads them, and what this machine gives for them.
#[derive(Default)]
struct Batch {
    cases: Vec<u8>,
    expected: Vec<Expected>,
    count: usize,
    left_out: usize,
}

impl Batch {
    fn expect(&mut self, name: &str, bytes: Vec<u8>, is_float: bool) {
        self.expected.push(Expected { name: name.to_string(), bytes, is_float });
    }

    fn push(&mut self, kind: u32, body: &[u8]) {
        self.cases.extend(kind.to_le_bytes());
        self.cases.extend((body.len() as u32).to_le_bytes());
        self.cases.extend(body);
        self.count += 1;
    }

    fn model(&mut self, name: &str, bytes: &[u8], script: &[Option<Vec<Vec<u8>>>], kernel_set: KernelSet) {
        let Ok(model) = Model::read(bytes) else { return };
        let Ok(compiled) = compile(&model, &Options { kernel_set, ..Options::default() }) else { return };
        let program = compiled.program();
        let mut body = (program.bytes().len() as u32).to_le_bytes().to_vec();
        body.extend(program.bytes());
        for step in script {
            body.extend(u32::from(step.is_some()).to_le_bytes());
            step.iter().flatten().for_each(|input| body.extend(input));
        }
        if body.len() + program.bytes().len() + program.arena_bytes() > ROOM {
            self.left_out += 1;
            return;
        }
        self.push(0, &body);
        let mut arena = AlignedBytes::zeroed(program.arena_bytes());
        let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
        for (number, step) in script.iter().enumerate() {
            let Some(inputs) = step else {
                interpreter.reset();
                continue;
            };
            for (index, input) in inputs.iter().enumerate() {
                assert!(interpreter.set_input(index, input), "{name}: input {index}");
            }
            let place = format!("{name} {kernel_set}, step {number}");
            if interpreter.invoke().is_err() {
                self.expect(&place, 1u32.to_le_bytes().to_vec(), false);
                continue;
            }
            self.expect(&place, 0u32.to_le_bytes().to_vec(), false);
            for (index, output) in program.outputs().iter().enumerate() {
                let is_float = output.operand.element_type == micro_runtime::arena::ElementType::Float32 as u8;
                let found = interpreter.output_bytes(index).unwrap().iter().collect();
                self.expect(&format!("{place}, output {index}"), found, is_float);
            }
        }
    }

    /// All cases of the indices in a folder, for both kernel sets.
    fn folder(&mut self, folder: &Path) {
        for case in load(folder) {
            let (model, script) = (case.model(), case.script());
            for kernel_set in [KernelSet::Generic, KernelSet::Armv7em] {
                self.model(&case.name, &model, &script, kernel_set);
            }
        }
    }

    fn sound(&mut self, path: &Path) {
        let samples = samples(path);
        self.push(1, bytemuck::cast_slice(&samples));
        let name = path.display().to_string();
        let mut front_end = FrontEnd::new();
        let mut rest = samples.as_slice();
        let mut rows = Vec::new();
        while let Some(row) = front_end.push(&mut rest) {
            rows.extend(1u32.to_le_bytes());
            rows.extend(row.map(|feature| feature as u8));
        }
        rows.extend(0u32.to_le_bytes());
        self.expect(&name, rows, false);
    }

    /// Has the emulated board run it, and compares.
    fn check(&self, qemu: &str) {
        let folder = TempDir::new().unwrap();
        let (cases, results) = (folder.path().join("cases"), folder.path().join("results"));
        std::fs::write(&cases, &self.cases).unwrap();
        let run = Run::new("cases").argument(cases.display().to_string()).argument(results.display().to_string());
        let output = run.output(qemu, LIMIT);
        assert!(output.status.success(), "{}: {}", output.status, text(&output));
        let found = std::fs::read(&results).unwrap();
        let mut rest = found.as_slice();
        for Expected { name, bytes, is_float } in &self.expected {
            let (now, later) = rest.split_at_checked(bytes.len()).unwrap_or_else(|| panic!("{name}: no result"));
            rest = later;
            if let Some(index) = first_difference(now, bytes, *is_float) {
                panic!("{name}: byte {index} is {} on the chip, {} here", now[index], bytes[index]);
            }
        }
        assert!(rest.is_empty(), "{} bytes behind the last result", rest.len());
        let bytes: usize = self.expected.iter().map(|expected| expected.bytes.len()).sum();
        eprintln!("{} cases, {} bytes equal; {} too large for the board", self.count, bytes, self.left_out);
    }
}

/// The first byte that differs. Which of the values that are no numbers an operation gives is not the same on all
/// processors.
fn first_difference(found: &[u8], wanted: &[u8], is_float: bool) -> Option<usize> {
    if found == wanted {
        return None;
    }
    if !is_float {
        return found.iter().zip(wanted).position(|(found, wanted)| found != wanted);
    }
    let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
    let differs =
        |(found, wanted): (&[u8], &[u8])| found != wanted && !(value(found).is_nan() && value(wanted).is_nan());
    found.chunks(4).zip(wanted.chunks(4)).position(differs).map(|index| index * 4)
}

#[test]
fn every_fixture_gives_the_same_bytes() {
    let Some(qemu) = emulator::find() else { return };
    let mut batch = Batch::default();
    batch.folder(&fixtures("ops"));
    batch.folder(&fixtures("golden"));
    sounds(&fixtures("wav")).iter().for_each(|path| batch.sound(path));
    assert!(batch.count > 200 && batch.left_out == 0, "{} cases, {} left out", batch.count, batch.left_out);
    batch.check(qemu);
}

#[test]
fn the_whole_corpus_gives_the_same_bytes() {
    let Some(qemu) = emulator::find() else { return };
    let Some(corpus) = support::shared("conformance") else { return };
    let mut batch = Batch::default();
    batch.folder(&corpus.join("ops"));
    batch.folder(&corpus.join("signal"));
    let mut models: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("models")).unwrap().map(|entry| entry.unwrap().path()).collect();
    models.sort();
    models.iter().filter(|path| path.is_dir()).for_each(|path| batch.folder(path));
    sounds(&corpus.join("signal/wav")).iter().for_each(|path| batch.sound(path));
    batch.check(qemu);
}

/// The log of the emulated board and that of this machine, which differ in the memory that there is.
fn logs(qemu: &str, wav: &Path, program: &[u8], verbose: bool) -> (String, String) {
    let folder = TempDir::new().unwrap();
    let slot = folder.path().join("program");
    std::fs::write(&slot, program).unwrap();
    let mut run = Run::new("keyword").slot(&slot);
    if verbose {
        run = run.argument("--verbose");
    }
    let output = run.argument(wav.display().to_string()).output(qemu, LIMIT);
    assert!(output.status.success(), "{}: {}", output.status, text(&output));
    let samples = samples(wav);
    let (board, _) = Play { commands: if verbose { b"v" } else { b"" }, ..Play::new(&samples) }.run(program);
    let without_room = |log: &str| {
        let line = |line: &str| line.split(" room=").next().unwrap().to_string() + "\n";
        log.lines().map(line).collect::<String>()
    };
    (without_room(&text(&output)), without_room(&board.log))
}

fn program(kernel_set: KernelSet) -> Vec<u8> {
    let options = Options { kernel_set, ..builtin::chip_options() };
    compile(&Model::read(builtin::KEYWORD_MODEL).unwrap(), &options).unwrap().bytes.to_vec()
}

#[test]
fn the_keyword_firmware_writes_the_log_of_this_machine() {
    let Some(qemu) = emulator::find() else { return };
    for wav in sounds(&fixtures("wav")) {
        for kernel_set in [KernelSet::Generic, KernelSet::Armv7em] {
            let (chip, host) = logs(qemu, &wav, &program(kernel_set), kernel_set == KernelSet::Armv7em);
            assert_eq!(chip, host, "{}", wav.display());
        }
    }
    let (talk, _) = logs(qemu, &fixtures("wav/talk.wav"), &program(KernelSet::Armv7em), false);
    assert!(talk.lines().filter(|line| line.starts_with("heard ")).count() >= 4, "{talk}");
}

#[test]
fn the_keyword_firmware_ends_with_the_code_of_the_problem() {
    let Some(qemu) = emulator::find() else { return };
    let yes = fixtures("wav/yes.wav");
    let output = Run::new("keyword").argument(yes.display().to_string()).output(qemu, LIMIT);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("refused code=1 message=\"there is no Program"), "{}", text(&output));

    let folder = TempDir::new().unwrap();
    let slot = folder.path().join("damaged");
    let mut damaged = program(KernelSet::Armv7em);
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&slot, &damaged).unwrap();
    let output = Run::new("keyword").slot(&slot).argument(yes.display().to_string()).output(qemu, LIMIT);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(!text(&output).contains("heard "), "{}", text(&output));

    for (name, needed) in [("no_such.wav", "cannot be read"), ("models/yes_no.tflite", "no WAV")] {
        let output = Run::new("keyword").argument(fixtures(name).display().to_string()).output(qemu, LIMIT);
        assert_eq!(output.status.code(), Some(64));
        assert!(text(&output).contains(needed), "{}", text(&output));
    }
}
