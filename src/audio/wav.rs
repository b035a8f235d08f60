//! WAV files as the firmware would have heard them, or a refusal that says why.
//!
//! A file that already is 16 kHz, mono and 16 bits passes through unchanged, bit for bit. Everything else is
//! converted by these rules, in double precision with a single rounding at the end:
//!
//! 1. **Scale.** A sample counts in units of a 16-bit sample: 8 bits (unsigned in the file) times 256, 24 bits by
//!    256, 32 bits by 65,536, float times 32,768. Odd depths such as 12 or 20 bits fill their bytes from the top.
//! 2. **Down-mix.** A frame is the average of its channels, all with the same weight.
//! 3. **Rate.** A linear-phase low pass and resampling to 16,000 Hz, without delay: what was at 250 ms stays at
//!    250 ms. The clip gets `round(frames * 16000 / rate)` samples.
//! 4. **Depth.** Rounding to the nearest 16-bit value, halves away from zero, limited to the range.
//!
//! Whatever was converted or looks wrong is in [`Clip::notes`]. Errors do not name the file: the caller, who knows
//! what the user called it, puts that in front.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

pub use super::notes::{Levels, Note, SourceFormat};
use super::resample::{Resampler, resampled_len, to_sample};
use super::riff::{self, Header, RATES_HZ};
use super::{SAMPLE_RATE_HZ, grouped};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// The longest clip that is read, in seconds.
pub const MAX_CLIP_SECONDS: u64 = 2 * 60 * 60;
/// This many samples in a row at full scale count as clipping; fewer may be an honest peak.
pub const CLIPPING_RUN: u32 = 3;

/// A recording, ready for the front end.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// 16-bit samples of one channel at [`SAMPLE_RATE_HZ`].
    pub samples: Vec<i16>,
    /// What was converted, then what looks wrong.
    pub notes: Vec<Note>,
    /// How the file stores its samples.
    pub source: SourceFormat,
    /// The number of frames in the file.
    pub source_frames: u64,
    /// Levels of `samples`.
    pub levels: Levels,
}

impl Clip {
    /// The length in milliseconds, rounded to the nearest.
    pub fn duration_ms(&self) -> u64 {
        (self.samples.len() as u64 * 1000 + u64::from(SAMPLE_RATE_HZ / 2)) / u64::from(SAMPLE_RATE_HZ)
    }
}

/// What the reader of a clip wants to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The length in milliseconds of what the model looks at; a shorter clip gets a note.
    pub window_ms: Option<u32>,
}

/// Why a file gave no clip.
#[derive(Debug, Error)]
pub enum WavError {
    /// Nothing has this name.
    #[error("there is no such file")]
    NotFound,
    /// The operating system refused.
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
    /// The file is longer than [`MAX_FILE_BYTES`].
    #[error("the file is larger than {} bytes, the most that is read", grouped(MAX_FILE_BYTES))]
    TooLarge,
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file does not start like a WAV.
    #[error("not a WAV file{}", seems_text(.seems))]
    NotWav {
        /// What it looks like, if that is known.
        seems: Option<&'static str>,
    },
    /// A chunk reaches past the end of the file.
    #[error(
        "cut off: the \"{chunk}\" chunk promises {} bytes, found {}",
        grouped(*.promised), grouped(*.found)
    )]
    Truncated {
        /// The name of the chunk.
        chunk: String,
        /// The length in the header, in bytes.
        promised: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// A chunk that every WAV needs is not there, or not where it must be.
    #[error("there is no \"{chunk}\" chunk{}", if *.chunk == "fmt" { " before the samples" } else { "" })]
    MissingChunk {
        /// The name of the chunk.
        chunk: &'static str,
    },
    /// The format chunk ends early.
    #[error("the \"fmt\" chunk has {found} bytes, too few to describe the samples")]
    ShortFormat {
        /// The length of the chunk in bytes.
        found: u64,
    },
    /// The samples are stored in a way that is not read.
    #[error("the samples are encoded as {encoding}; PCM of 8 to 32 bits and 32-bit float can be read")]
    Unsupported {
        /// The encoding, in words.
        encoding: String,
    },
    /// The header says that there are no channels.
    #[error("the header claims 0 channels")]
    NoChannels,
    /// Nothing is recorded at such a rate.
    #[error(
        "the header claims {} samples per second; {} to {} can be read",
        grouped((*.found).into()), grouped((*RATES_HZ.start()).into()), grouped((*RATES_HZ.end()).into())
    )]
    Rate {
        /// The rate in the header, in hertz.
        found: u32,
    },
    /// Channels and bits do not fit the stated frame size.
    #[error(
        "the header contradicts itself: a frame of {} channels with {} bits takes {} bytes, but it claims {found}",
        .source_format.channels,
        .source_format.bits,
        u64::from(.source_format.channels) * u64::from(.source_format.bits.div_ceil(8)),
    )]
    FrameSize {
        /// What the header says about the samples.
        source_format: SourceFormat,
        /// The frame size in the header, in bytes.
        found: u16,
    },
    /// The data does not end with a frame.
    #[error("the \"data\" chunk has {} bytes, not a multiple of the {frame_bytes} bytes of a frame", grouped(*.bytes))]
    BrokenFrame {
        /// The length of the chunk in bytes.
        bytes: u64,
        /// The length of a frame in bytes.
        frame_bytes: u64,
    },
    /// The data chunk is empty, or too short for one sample at 16 kHz.
    #[error("the file holds no sound{}", left_text(*.left))]
    NoSamples {
        /// The bytes that follow in the file, in no chunk that counts.
        left: u64,
    },
    /// The clip is longer than [`MAX_CLIP_SECONDS`].
    #[error("the clip lasts {} s; at most {} s are read", grouped(*.seconds), grouped(MAX_CLIP_SECONDS))]
    TooLong {
        /// Its length in seconds.
        seconds: u64,
    },
    /// A float sample is not a number, or infinite.
    #[error("sample {} is {value}, which is not a sound", grouped(*.index))]
    NotFinite {
        /// Its position among all samples of the file, from 0.
        index: u64,
        /// Its value.
        value: f32,
    },
    /// The WAV or the resampling library refused what should be sound.
    #[error("the samples cannot be converted: {0}")]
    Decoder(String),
}

fn seems_text(seems: &Option<&'static str>) -> String {
    seems.map(|name| format!(": it seems to be {name}")).unwrap_or_default()
}

fn left_text(left: u64) -> String {
    if left == 0 {
        return String::new();
    }
    format!(": its \"data\" chunk claims 0 bytes, though {} bytes follow", grouped(left))
}

impl WavError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        const CONVERT: &str = "convert it: ffmpeg -i INPUT -ar 16000 -ac 1 -c:a pcm_s16le OUTPUT.wav";
        match self {
            WavError::NotFound => "check the spelling and the folder",
            WavError::Io(_) => "check that it is a file and that you may read it",
            WavError::TooLarge | WavError::TooLong { .. } => {
                "cut out the part of interest: ffmpeg -ss START -t SECONDS -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
            }
            WavError::Empty => "record again; the recorder may have been stopped before it wrote anything",
            WavError::NotWav { seems: Some("a TensorFlow Lite model") } => {
                "models and recordings may have changed places on the command line"
            }
            WavError::NotWav { .. } | WavError::Unsupported { .. } => CONVERT,
            WavError::Truncated { .. } | WavError::NoSamples { left: 1.. } => {
                "copy it again; if a recorder was interrupted or wrote to a pipe, mend the header: \
                 ffmpeg -i INPUT -c copy OUTPUT.wav"
            }
            WavError::NoSamples { .. } => "record again, with at least some milliseconds of sound",
            WavError::MissingChunk { .. }
            | WavError::ShortFormat { .. }
            | WavError::NoChannels
            | WavError::Rate { .. }
            | WavError::FrameSize { .. }
            | WavError::BrokenFrame { .. } => "the header is damaged: export the sound again as 16 kHz mono 16-bit WAV",
            WavError::NotFinite { .. } => "export the sound again, preferably as 16-bit PCM",
            WavError::Decoder(_) => CONVERT,
        }
    }
}

/// Reads the WAV file at `path`.
pub fn read(path: &Path, options: Options) -> Result<Clip, WavError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => WavError::NotFound,
        _ => WavError::Io(error),
    };
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(WavError::TooLarge);
    }
    decode(&bytes, options)
}

/// Reads a WAV file that is in memory. Whatever the bytes are, memory use stays in proportion to them.
pub fn decode(file: &[u8], options: Options) -> Result<Clip, WavError> {
    let header = riff::parse(file)?;
    let source = header.source;
    let frames = header.frames();
    let seconds = frames.div_ceil(source.sample_rate.into());
    if seconds > MAX_CLIP_SECONDS {
        return Err(WavError::TooLong { seconds });
    }
    if resampled_len(frames, source.sample_rate) == 0 {
        return Err(WavError::NoSamples { left: 0 });
    }

    let mut mixer = Mixer::new(&source);
    let mut sink = Sink::new(source.sample_rate, frames)?;
    decode_samples(&header, file, |sample, at_full_scale| match mixer.push(sample, at_full_scale) {
        Some(frame) => sink.push(frame),
        None => Ok(()),
    })?;
    let (samples, saturated) = sink.finish()?;

    let mut notes = Vec::new();
    if source != SourceFormat::NATIVE {
        notes.push(Note::Converted { from: source });
    }
    if source.sample_rate < SAMPLE_RATE_HZ {
        notes.push(Note::Bandlimited { highest_hz: source.sample_rate / 2 });
    }
    if mixer.clipped > 0 {
        notes.push(Note::Clipping { share: mixer.clipped as f64 / (frames * u64::from(source.channels)) as f64 });
    }
    if saturated > 0 {
        notes.push(Note::Saturated { samples: saturated });
    }
    let levels = Levels::of(&samples);
    levels.add_notes(&mut notes);
    let mut clip = Clip { samples, notes, source, source_frames: frames, levels };
    if let Some(needed_ms) = options.window_ms
        && (clip.samples.len() as u64) * 1000 < u64::from(needed_ms) * u64::from(SAMPLE_RATE_HZ)
    {
        clip.notes.push(Note::TooShort { found_ms: clip.duration_ms(), needed_ms });
    }
    Ok(clip)
}

/// Calls `take` with each sample in units of a 16-bit sample, and whether it stands at full scale.
fn decode_samples(
    header: &Header,
    file: &[u8],
    mut take: impl FnMut(f64, bool) -> Result<(), WavError>,
) -> Result<(), WavError> {
    let plain = header.plain();
    let bytes = io::Cursor::new(&plain[..]).chain(&file[header.data.clone()]);
    let refused = |error: hound::Error| WavError::Decoder(error.to_string());
    let mut reader = hound::WavReader::new(bytes).map_err(refused)?;
    if header.source.float {
        for (index, sample) in reader.samples::<f32>().enumerate() {
            let value = sample.map_err(refused)?;
            if !value.is_finite() {
                return Err(WavError::NotFinite { index: index as u64, value });
            }
            take(f64::from(value) * 32_768.0, value.abs() >= 1.0)?;
        }
    } else {
        let unit = f64::from(header.container_bytes * 8 - 1).exp2() / 32_768.0;
        // Depths between whole bytes leave the low bits of the container zero, so their highest value is lower.
        let spare_bits = header.container_bytes * 8 - header.source.bits;
        let lowest = -(1i64 << (header.container_bytes * 8 - 1));
        let highest = -lowest - (1i64 << spare_bits);
        for sample in reader.samples::<i32>() {
            let value = sample.map_err(refused)?;
            let at_full_scale = i64::from(value) == lowest || i64::from(value) >= highest;
            take(f64::from(value) / unit, at_full_scale)?;
        }
    }
    Ok(())
}

/// Averages the channels of each frame, and counts clipped samples channel by channel.
struct Mixer {
    runs: Vec<u32>,
    channel: usize,
    sum: f64,
    clipped: u64,
}

impl Mixer {
    fn new(source: &SourceFormat) -> Mixer {
        Mixer { runs: vec![0; usize::from(source.channels)], channel: 0, sum: 0.0, clipped: 0 }
    }

    /// Takes the next sample; returns the frame that it completes.
    fn push(&mut self, sample: f64, at_full_scale: bool) -> Option<f64> {
        let run = &mut self.runs[self.channel];
        *run = if at_full_scale { run.saturating_add(1) } else { 0 };
        self.clipped += match *run {
            0..CLIPPING_RUN => 0,
            CLIPPING_RUN => u64::from(CLIPPING_RUN),
            _ => 1,
        };
        self.sum += sample;
        self.channel += 1;
        if self.channel < self.runs.len() {
            return None;
        }
        let frame = self.sum / self.runs.len() as f64;
        (self.channel, self.sum) = (0, 0.0);
        Some(frame)
    }
}

/// Where frames become samples: directly, or through the resampler.
enum Sink {
    Direct { samples: Vec<i16>, saturated: u64 },
    Resampled(Box<Resampler>),
}

impl Sink {
    fn new(rate: u32, frames: u64) -> Result<Sink, WavError> {
        if rate == SAMPLE_RATE_HZ {
            return Ok(Sink::Direct { samples: Vec::new(), saturated: 0 });
        }
        Ok(Sink::Resampled(Box::new(Resampler::new(rate, frames).map_err(WavError::Decoder)?)))
    }

    fn push(&mut self, frame: f64) -> Result<(), WavError> {
        match self {
            Sink::Direct { samples, saturated } => {
                let (sample, out_of_range) = to_sample(frame);
                samples.push(sample);
                *saturated += u64::from(out_of_range);
                Ok(())
            }
            Sink::Resampled(resampler) => resampler.push(frame).map_err(WavError::Decoder),
        }
    }

    fn finish(self) -> Result<(Vec<i16>, u64), WavError> {
        match self {
            Sink::Direct { samples, saturated } => Ok((samples, saturated)),
            Sink::Resampled(resampler) => resampler.finish().map_err(WavError::Decoder),
        }
    }
}
