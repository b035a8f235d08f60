//! How long things take on this machine: one invocation of each model, the front end for 20 ms, a whole clip.
//!
//! `cargo bench` prints a table, `cargo bench -- --json` the same as JSON; further arguments are `.tflite` files. Times
//! are the median and the least of many runs on one thread.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use micro_runtime::detect::DetectorSettings;
use micro_runtime::frontend::{FrontEnd, STRIDE_SAMPLES};
use micro_runtime::interpreter::Interpreter;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::Options;
use tinyml::host::loaded::{Loaded, read_file};
use tinyml::host::sound::{Settings, listen};

/// How long each measurement goes on.
const BUDGET: Duration = Duration::from_millis(400);

struct Timing {
    name: String,
    median: Duration,
    least: Duration,
}

fn measure(name: impl Into<String>, mut run: impl FnMut()) -> Timing {
    run();
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < BUDGET || times.len() < 5 {
        let begin = Instant::now();
        run();
        times.push(begin.elapsed());
    }
    times.sort();
    Timing { name: name.into(), median: times[times.len() / 2], least: times[0] }
}

/// Bytes that look like data: the same on every run.
fn fill(bytes: &mut [u8]) {
    let mut state = 0x2545_F491u32;
    for byte in bytes {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *byte = state as u8 & 0x3f;
    }
}

fn invoke(path: &Path) -> Option<Timing> {
    let loaded = Loaded::load(&read_file(path).ok()?, &Options::default()).ok()?;
    let name = match path.file_stem()?.to_str()? {
        "model" => path.parent()?.file_name()?.to_string_lossy().into_owned(),
        stem => stem.to_string(),
    };
    let program = loaded.program();
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).ok()?;
    let mut inputs: Vec<Vec<u8>> = program.inputs().iter().map(|input| vec![0; input.operand.bytes as usize]).collect();
    inputs.iter_mut().for_each(|input| fill(input));
    Some(measure(format!("invoke {name}"), || {
        for (index, input) in inputs.iter().enumerate() {
            assert!(interpreter.set_input(index, input));
        }
        interpreter.invoke().expect("the model runs on this data");
    }))
}

fn samples() -> Vec<i16> {
    let mut bytes = vec![0u8; 32_000];
    fill(&mut bytes);
    bytes.as_chunks::<2>().0.iter().map(|&pair| i16::from_le_bytes(pair)).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let is_json = arguments.iter().any(|argument| argument == "--json");
    let mut models: Vec<PathBuf> = arguments.iter().filter(|a| !a.starts_with("--")).map(PathBuf::from).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let keyword_model = root.join("fixtures/models/yes_no.tflite");
    if models.is_empty() {
        models.push(keyword_model.clone());
        let shared = root.join("../shared/conformance/models");
        let folders = std::fs::read_dir(shared).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = folders.map(|folder| folder.path().join("model.tflite")).collect();
        found.sort();
        models.extend(found);
    }
    let mut timings: Vec<Timing> = models.iter().filter_map(|path| invoke(path)).collect();

    let samples = samples();
    let mut front_end = FrontEnd::new();
    timings.push(measure("front end, 20 ms", || {
        let mut slice = &samples[..STRIDE_SAMPLES];
        while std::hint::black_box(front_end.push(&mut slice)).is_some() {}
    }));
    if let Some(loaded) = read_file(&keyword_model).ok().and_then(|b| Loaded::load(&b, &Options::default()).ok()) {
        let settings = Settings { detector: DetectorSettings::default(), stride_ms: 20, tail_ms: 1000 };
        timings.push(measure("clip of 1 s and tail of 1 s", || {
            std::hint::black_box(listen(loaded.program(), &samples, &settings).expect("the model takes sound"));
        }));
    }
    if is_json {
        let entry = |timing: &Timing| {
            serde_json::json!({
                "name": timing.name,
                "median_ns": timing.median.as_nanos() as u64,
                "least_ns": timing.least.as_nanos() as u64,
            })
        };
        println!("{}", serde_json::json!(timings.iter().map(entry).collect::<Vec<_>>()));
        return;
    }
    for Timing { name, median, least } in timings {
        let text = |time: Duration| format!("{:.1} us", time.as_nanos() as f64 / 1000.0);
        println!("{name:40} median {:>12}  least {:>12}", text(median), text(least));
    }
}
