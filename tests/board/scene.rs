//! What the board is given: an image, a Program, and something to hear.

use std::path::{Path, PathBuf};

use micro_runtime::board::{Board, SPARKFUN_EDGE, SPARKFUN_EDGE2};
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

/// A board whose firmware is tried.
pub struct Device {
    pub facts: &'static Board,
    /// The pad of the light for "yes".
    pub yes: u32,
    /// The pad of the light for "no".
    pub no: u32,
    /// How its microphone hears by default.
    pub hearing: Hearing,
    /// From what the microphone gives to the codes that the firmware levels.
    code: fn(u16) -> u16,
    /// What the microphone can give.
    range: (f64, f64),
}

/// 14-bit codes of the converter; the microphone rests somewhere in the middle.
pub const EDGE: Device = Device {
    facts: &SPARKFUN_EDGE,
    yes: 47,
    no: 46,
    hearing: Hearing { resting: 6000.0, drift: 0.0, gain: 0.1, noise: 0.0 },
    code: |code| code,
    range: (0.0, 16_383.0),
};

/// Samples of a digital microphone, which the chip amplifies by 12 dB.
pub const EDGE2: Device = Device {
    facts: &SPARKFUN_EDGE2,
    yes: 37,
    no: 19,
    hearing: Hearing { resting: 0.0, drift: 0.0, gain: 0.05, noise: 0.0 },
    code: |sample| {
        let amplified = (f64::from(sample as i16) * 10f64.powf(0.6)).round().clamp(-32_768.0, 32_767.0);
        (amplified as i32 + 32_768) as u16 >> 1
    },
    range: (-32_768.0, 32_767.0),
};

impl Device {
    /// The firmware as it ships, or that of `TINYML_EDGE_IMAGE`.
    fn image(&self) -> Vec<u8> {
        let path = std::env::var_os("TINYML_EDGE_IMAGE").map(PathBuf::from);
        let path = path.unwrap_or_else(|| root().join("fixtures/firmware").join(self.facts.name).with_extension("bin"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The flash: a boot loader that nobody reads, the firmware, the Program.
    fn flash(&self, program: &[u8]) -> Vec<u8> {
        let mut flash = vec![0xFF; FLASH_BYTES];
        for (start, bytes) in [(self.facts.application.start, &self.image()[..]), (self.facts.program.start, program)] {
            flash[start as usize..][..bytes.len()].copy_from_slice(bytes);
        }
        flash
    }

    /// What the microphone gives for these samples.
    fn sound(&self, hearing: Hearing, samples: &[i16]) -> Sound {
        let mut state = 12_345u32;
        let mut level = |index: usize, sample: i16| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = hearing.noise * (f64::from(state >> 8) / f64::from(1 << 23) - 1.0);
            let level = hearing.resting + hearing.drift * index as f64 / SAMPLE_RATE as f64;
            let level = level + noise + f64::from(sample) * hearing.gain;
            level.trunc().clamp(self.range.0, self.range.1) as i32 as u16
        };
        let codes: Vec<u16> = samples.iter().enumerate().map(|(index, &sample)| level(index, sample)).collect();
        let rest = level(samples.len(), 0);
        Sound { codes, rest }
    }

    /// Runs the shipped firmware with this Program on a board that hears a script.
    pub fn run(
        &self,
        library: &Path,
        setup: Setup,
        from: HandOver,
        program: &[u8],
        hearing: Hearing,
        script: &Script,
    ) -> Ran {
        let sound = self.sound(hearing, &script.samples);
        let application = self.facts.application.start;
        Machine::new(library, setup, self.flash(program), sound, application, from).run(script.seconds())
    }

    /// What the host hears in the same sound, with the same Program.
    pub fn words_on_the_host(&self, program: &[u8], hearing: Hearing, script: &Script) -> Vec<Word> {
        const BUFFER: usize = 1024;
        let program = Program::parse(program, kernels::all).unwrap();
        let mut memory = AlignedBytes::zeroed(memory_bytes(&program));
        let listening = Listening::of(&program).unwrap();
        let mut pipeline: Pipeline<'_, 32, 16> = Pipeline::new(program, listening, &mut memory).unwrap();
        let mut leveller = Leveller::new();
        let mut words = Vec::new();
        let codes: Vec<u16> =
            self.sound(hearing, &script.samples).codes.into_iter().map(|level| (self.code)(level)).collect();
        for codes in codes.chunks_exact(BUFFER) {
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

/// How a sound reaches the microphone.
#[derive(Clone, Copy, Debug)]
pub struct Hearing {
    /// The level of silence.
    pub resting: f64,
    /// Its change in steps a second.
    pub drift: f64,
    /// Steps for each of a sample.
    pub gain: f64,
    /// The greatest noise in steps, either way.
    pub noise: f64,
}

/// A word of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub index: u32,
    pub score: u32,
    pub time_ms: u32,
}
