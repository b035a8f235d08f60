//! What the board is given: an image, a Program, and something to hear.

use std::path::{Path, PathBuf};

use micro_runtime::board::SPARKFUN_EDGE;
use micro_runtime::frontend::tables;
use micro_runtime::kernels;
use micro_runtime::microphone::Leveller;
use micro_runtime::pipeline::{Listening, Pipeline, memory_bytes};
use micro_runtime::program::Program;
use tinyml::aligned::AlignedBytes;

use crate::chip::{Setup, Sound};
use crate::engine;
use crate::machine::{HandOver, Machine, Ran};

pub const SAMPLE_RATE: usize = 16_000;
const FLASH_BYTES: usize = 0x10_0000;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The engine's library. `None`, said why, when it is not installed; with `CI=true` that is a failure.
pub fn library() -> Option<PathBuf> {
    let folder = root().join("target/board");
    let library = engine::find_library(&folder);
    if library.is_none() {
        let message = format!("unicorn is not in {}; tests/run.sh installs it", folder.display());
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
        println!("skipped: {message}");
    }
    library
}

/// The firmware as it ships, or that of `TINYML_EDGE_IMAGE`.
pub fn image() -> Vec<u8> {
    let path = std::env::var_os("TINYML_EDGE_IMAGE").map(PathBuf::from);
    let path = path.unwrap_or_else(|| root().join("fixtures/firmware/sparkfun-edge.bin"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The flash of a board: a boot loader that nobody reads, the firmware, the Program.
pub fn flash(image: &[u8], program: &[u8]) -> Vec<u8> {
    let mut flash = vec![0xFF; FLASH_BYTES];
    for (start, bytes) in [(SPARKFUN_EDGE.application.start, image), (SPARKFUN_EDGE.program.start, program)] {
        flash[start as usize..][..bytes.len()].copy_from_slice(bytes);
    }
    flash
}

/// A clip, 16 kHz mono.
pub fn clip(path: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!((reader.spec().sample_rate, reader.spec().channels), (16_000, 1), "{}", path.display());
    reader.samples::<i16>().map(Result::unwrap).collect()
}

/// One of our own clips.
pub fn fixture(name: &str) -> Vec<i16> {
    clip(&root().join("fixtures/wav").join(name).with_extension("wav"))
}

/// Clips and silence one after another, and where the words are.
#[derive(Clone, Default)]
pub struct Script {
    pub samples: Vec<i16>,
    /// Start and end of each "yes", in seconds.
    pub yes: Vec<(f64, f64)>,
    /// Start and end of each "no", in seconds.
    pub no: Vec<(f64, f64)>,
}

impl Script {
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / SAMPLE_RATE as f64
    }

    pub fn silence(mut self, seconds: f64) -> Script {
        self.samples.resize(self.samples.len() + (seconds * SAMPLE_RATE as f64) as usize, 0);
        self
    }

    pub fn sound(mut self, samples: &[i16]) -> Script {
        self.samples.extend(samples);
        self
    }

    pub fn yes(mut self, samples: &[i16]) -> Script {
        let start = self.seconds();
        self = self.sound(samples);
        self.yes.push((start, self.seconds()));
        self
    }

    pub fn no(mut self, samples: &[i16]) -> Script {
        let start = self.seconds();
        self = self.sound(samples);
        self.no.push((start, self.seconds()));
        self
    }
}

/// How a sound reaches the converter.
#[derive(Clone, Copy, Debug)]
pub struct Hearing {
    /// The code of silence.
    pub resting: f64,
    /// Its change in codes a second.
    pub drift: f64,
    /// Codes for each step of a sample.
    pub gain: f64,
    /// The greatest noise in codes, either way.
    pub noise: f64,
}

impl Default for Hearing {
    fn default() -> Hearing {
        Hearing { resting: 6000.0, drift: 0.0, gain: 0.1, noise: 0.0 }
    }
}

impl Hearing {
    pub fn sound(&self, samples: &[i16]) -> Sound {
        let mut state = 12_345u32;
        let mut code = |index: usize, sample: i16| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = self.noise * (f64::from(state >> 8) / f64::from(1 << 23) - 1.0);
            let level = self.resting + self.drift * index as f64 / SAMPLE_RATE as f64;
            (level + noise + f64::from(sample) * self.gain).trunc().clamp(0.0, 16_383.0) as u16
        };
        let codes: Vec<u16> = samples.iter().enumerate().map(|(index, &sample)| code(index, sample)).collect();
        let rest = code(samples.len(), 0);
        Sound { codes, rest }
    }
}

/// Runs the shipped firmware with this Program on a board that hears a script.
pub fn run(library: &Path, setup: Setup, from: HandOver, program: &[u8], hearing: Hearing, script: &Script) -> Ran {
    let sound = hearing.sound(&script.samples);
    let application = SPARKFUN_EDGE.application.start;
    Machine::new(library, setup, flash(&image(), program), sound, application, from).run(script.seconds())
}

/// A word of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub index: u32,
    pub score: u32,
    pub time_ms: u32,
}

/// What the host hears in the same codes, with the same Program.
pub fn words_on_the_host(program: &[u8], hearing: Hearing, script: &Script) -> Vec<Word> {
    const BUFFER: usize = 1024;
    let program = Program::parse(program, kernels::all).unwrap();
    let mut memory = AlignedBytes::zeroed(memory_bytes(&program));
    let listening = Listening::of(&program).unwrap();
    let mut pipeline: Pipeline<'_, 32, 16> = Pipeline::new(program, &tables::DEFAULT, listening, &mut memory).unwrap();
    let mut leveller = Leveller::new();
    let mut words = Vec::new();
    for codes in hearing.sound(&script.samples).codes.chunks_exact(BUFFER) {
        leveller.look_at(codes.iter().copied());
        let samples: Vec<i16> = codes.iter().map(|&code| leveller.sample(code)).collect();
        let mut rest = &samples[..];
        while let Some(row) = pipeline.push(&mut rest) {
            let detection = row.unwrap().result.and_then(|result| result.detection);
            words.extend(detection.map(|detection| Word {
                index: detection.label.into(),
                score: detection.score.into(),
                time_ms: detection.time_ms,
            }));
        }
    }
    words
}
