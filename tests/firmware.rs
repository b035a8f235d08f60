//! The prebuilt firmware in `fixtures/firmware`: built again and compared byte for byte, with the data on what each byte
//! is there for. `UPDATE_FIRMWARE=1 cargo test --test firmware` writes them anew.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use micro_runtime::board::firmware::{FirmwareRecord, MAGIC, RECORD_VECTOR};
use micro_runtime::board::{Board, MPS2_AN386, SPARKFUN_EDGE, SPARKFUN_EDGE2};
use micro_runtime::pipeline::memory_bytes;
use micro_runtime::program::KernelSet;
use serde::Serialize;
use sha2::{Digest, Sha256};
use support::emulator::{self, Run, build, text};
use support::image::{Linked, Part};
use tempfile::TempDir;
use tinyml::compile::{Compiled, Options, compile};
use tinyml::host::builtin;
use tinyml::host::loaded::hexadecimal;
use tinyml::model::Model;

/// A prebuilt image.
struct Prebuilt {
    board: &'static Board,
    /// The program in the firmware's workspace.
    program: &'static str,
    /// Variables that hold sound on its way to the application, by the ends of their names.
    sound_buffers: &'static [&'static str],
    /// Stack for exceptions, which the emulated board has none of.
    exception_bytes: u32,
}

/// A frame with floating-point registers, and what the handler of the microphone pushes.
const EXCEPTION_BYTES: u32 = 104 + 8;

const IMAGES: [Prebuilt; 3] = [
    Prebuilt { board: &MPS2_AN386, program: "keyword", sound_buffers: &["SAMPLES"], exception_bytes: 0 },
    Prebuilt {
        board: &SPARKFUN_EDGE,
        program: "sparkfun-edge",
        sound_buffers: &["RING"],
        exception_bytes: EXCEPTION_BYTES,
    },
    Prebuilt {
        board: &SPARKFUN_EDGE2,
        program: "sparkfun-edge2",
        sound_buffers: &["RING"],
        exception_bytes: EXCEPTION_BYTES,
    },
];

/// The data beside an image.
#[derive(Serialize)]
struct Data {
    schema_version: u32,
    board: &'static str,
    toolchain: String,
    image: Image,
    flash_bytes: u32,
    ram: Ram,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Image {
    file: String,
    bytes: u32,
    sha256: String,
}

#[derive(Serialize)]
struct Ram {
    /// Variables, without those of `sound_buffer_bytes`.
    static_bytes: u32,
    sound_buffer_bytes: u32,
    /// Kept for the stack.
    stack_bytes: u32,
    stack_used_bytes: u32,
    stack_measured: &'static str,
    /// The greatest arena that a Program may have.
    arena_bytes: u32,
    /// What the built-in keyword model takes of the memory for Programs: arena, feature rows and front end.
    keyword_memory_bytes: u32,
    /// All that is used with the built-in keyword model, without sound buffers.
    keyword_used_bytes: u32,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware")
}

fn keyword_model() -> Compiled {
    let options = Options { kernel_set: KernelSet::Armv7em, ..builtin::chip_options() };
    compile(&Model::read(builtin::KEYWORD_MODEL).unwrap(), &options).unwrap()
}

/// The stack that the application uses on the emulated board while it listens to half a minute of speech.
fn stack_used(qemu: &str) -> u32 {
    let folder = TempDir::new().unwrap();
    let slot = folder.path().join("program");
    std::fs::write(&slot, &*keyword_model().bytes).unwrap();
    let talk = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wav/talk.wav");
    let run = Run::new("keyword").slot(&slot).argument("--verbose").argument("--stack");
    let output = run.argument(talk.display().to_string()).output(qemu, Duration::from_secs(120));
    assert!(output.status.success(), "{}", text(&output));
    let text = text(&output);
    let line = text.lines().find_map(|line| line.strip_prefix("stack ")).expect("the program says it");
    line.trim().parse().unwrap()
}

/// The version of the compiler, which decides the bytes.
fn toolchain() -> String {
    let output = Command::new("rustc").arg("-vV").current_dir(emulator::workspace()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().next().unwrap().to_string()
}

fn made(prebuilt: &Prebuilt, qemu: &str) -> (Vec<u8>, Data) {
    let Prebuilt { board, program, .. } = *prebuilt;
    let elf = std::fs::read(build().join(program)).unwrap();
    let linked = Linked::new(&elf, board.application.start);
    let image = linked.image();
    let sound_buffer_bytes = prebuilt.sound_buffers.iter().map(|name| linked.variable_bytes(name)).sum();
    let static_bytes = linked.static_bytes() - sound_buffer_bytes;
    let stack_used_bytes = stack_used(qemu) + prebuilt.exception_bytes;
    let keyword_memory_bytes = memory_bytes(&keyword_model().program()) as u32;
    let symbol = |name| linked.symbol(name).unwrap_or_else(|| panic!("{program} has no symbol {name}"));
    let data = Data {
        schema_version: 1,
        board: board.name,
        toolchain: toolchain(),
        image: Image {
            file: format!("{}.bin", board.name),
            bytes: image.len() as u32,
            sha256: hexadecimal(&Sha256::digest(&image)),
        },
        flash_bytes: image.len() as u32,
        ram: Ram {
            static_bytes,
            sound_buffer_bytes,
            stack_bytes: symbol("__stack_top") - symbol("__stack_end"),
            stack_used_bytes,
            stack_measured: "painted, on the emulated Cortex-M4, listening to fixtures/wav/talk.wav",
            arena_bytes: symbol("__arena_bytes"),
            keyword_memory_bytes,
            keyword_used_bytes: static_bytes + stack_used_bytes + keyword_memory_bytes,
        },
        parts: linked.parts(),
    };
    (image, data)
}

#[test]
fn prebuilt_images_are_those_of_this_tree() {
    let Some(qemu) = emulator::find() else { return };
    let is_update = std::env::var_os("UPDATE_FIRMWARE").is_some();
    std::fs::create_dir_all(folder()).unwrap();
    for prebuilt in &IMAGES {
        let name = prebuilt.board.name;
        let (image, data) = made(prebuilt, qemu);
        assert_eq!(data.parts.iter().map(|part| part.bytes).sum::<u32>(), image.len() as u32, "{name}");
        assert!(image.len() as u32 <= prebuilt.board.firmware().bytes, "{name}: reaches into the Program");
        let text = serde_json::to_string_pretty(&data).unwrap() + "\n";
        let (image_file, data_file) = (folder().join(&data.image.file), folder().join(format!("{name}.json")));
        if is_update {
            std::fs::write(&image_file, &image).unwrap();
            std::fs::write(&data_file, &text).unwrap();
            continue;
        }
        let advice = "UPDATE_FIRMWARE=1 cargo test --test firmware builds it anew";
        let kept = std::fs::read(&image_file).unwrap_or_default();
        assert!(kept == image, "{} is not what this tree gives: {advice}", image_file.display());
        let kept = std::fs::read_to_string(&data_file).unwrap_or_default();
        assert_eq!(kept, text, "{}: {advice}", data_file.display());
    }
}

/// The record that an image points to.
fn record(image: &[u8], board: &Board) -> FirmwareRecord {
    let vector = &image[RECORD_VECTOR * 4..][..4];
    let place = u32::from_le_bytes(vector.try_into().unwrap()) - board.application.start;
    bytemuck::pod_read_unaligned(&image[place as usize..][..size_of::<FirmwareRecord>()])
}

#[test]
fn the_record_in_an_image_tells_what_the_host_must_know() {
    for prebuilt in &IMAGES {
        let board = prebuilt.board;
        let elf = std::fs::read(build().join(prebuilt.program)).unwrap();
        let linked = Linked::new(&elf, board.application.start);
        let image = linked.image();
        let record = record(&image, board);
        assert_eq!((record.magic, record.board()), (MAGIC, Some(board.name)));
        assert_eq!((record.program_start, record.program_bytes), (board.program.start, board.program.bytes));
        assert_eq!(record.kernel_set(), Some(KernelSet::Armv7em));
        assert_eq!(Some(record.arena_bytes), linked.symbol("__arena_bytes"));
        assert!(record.arena_bytes + record.row_bytes < board.ram.bytes && record.arena_bytes > 64 * 1024);
        let codes = (record.kernels - board.application.start) as usize;
        let codes: Vec<u32> = image[codes..][..record.kernel_count as usize * 4]
            .chunks(4)
            .map(|code| u32::from_le_bytes(code.try_into().unwrap()))
            .collect();
        assert_eq!(codes, app::kernels::CODES);
        let needed: BTreeSet<u32> = keyword_model().program().ops().iter().map(|op| op.kernel).collect();
        assert!(needed.iter().all(|code| codes.contains(code)), "the built-in model runs on it");
    }
}

/// The kernels of a linked program, by the names of their files.
fn kernels(parts: &[Part]) -> BTreeSet<&str> {
    parts.iter().filter(|part| part.part == "kernel").map(|part| part.name.as_str()).collect()
}

#[test]
fn a_firmware_holds_the_kernels_that_it_links_and_no_others() {
    let elf = std::fs::read(build().join("minimal")).unwrap();
    let parts = Linked::new(&elf, 0).parts();
    let bytes = |wanted: &[&str]| -> u32 {
        parts.iter().filter(|part| wanted.contains(&part.part)).map(|part| part.bytes).sum()
    };
    if std::env::var_os("SHOW_PARTS").is_some() {
        parts.iter().for_each(|part| eprintln!("{:6}  {:14} {}", part.bytes, part.part, part.name));
    }
    let listed: BTreeSet<&str> =
        ["CONV_2D (armv7em)", "FULLY_CONNECTED (armv7em)", "SOFTMAX", "shared", "shared by twins"].into();
    // A twin checks its parameters as its plain kernel does.
    let checks: BTreeSet<&str> = ["CONV_2D", "FULLY_CONNECTED"].into();
    let others: Vec<_> =
        kernels(&parts).into_iter().filter(|name| !listed.contains(name) && !checks.contains(name)).collect();
    assert!(others.is_empty(), "{others:?}");
    let interpreter_and_kernels = bytes(&["interpreter", "kernel"]);
    let with_sound = interpreter_and_kernels + bytes(&["front end", "detector", "pipeline"]);
    eprintln!("interpreter and kernels {interpreter_and_kernels}, with front end, pipeline and detector {with_sound}");
    assert!(interpreter_and_kernels <= 10 * 1024, "{interpreter_and_kernels} bytes of interpreter and kernels");
    assert!(with_sound <= 16 * 1024, "{with_sound} bytes with front end and detector");
}

#[test]
fn the_keyword_application_takes_twelve_kilobytes_of_memory() {
    let Some(qemu) = emulator::find() else { return };
    for prebuilt in &IMAGES {
        let (_, data) = made(prebuilt, qemu);
        assert!(data.ram.keyword_used_bytes <= 12 * 1024, "{}: {} bytes", data.board, data.ram.keyword_used_bytes);
    }
}
