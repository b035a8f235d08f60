//! Recordings of every kind through the front door: what passes unchanged, what is converted and how well, what is
//! said about it, and what is refused.

use std::f64::consts::TAU;
use std::fs;
use std::path::PathBuf;

use tinyml::audio::wav::{self, Clip, Note, Options, SourceFormat, WavError};

/// A WAV file with a header that tests can bend.
#[derive(Clone)]
struct Wav {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
    frame_bytes: Option<u16>,
    data: Vec<u8>,
    data_length: Option<u32>,
    chunks_before: Vec<u8>,
    extensible: Option<[u8; 16]>,
}

impl Wav {
    fn new(rate: u32, channels: u16, bits: u16) -> Wav {
        Wav {
            tag: 1,
            channels,
            rate,
            bits,
            frame_bytes: None,
            data: Vec::new(),
            data_length: None,
            chunks_before: Vec::new(),
            extensible: None,
        }
    }

    fn float(rate: u32, channels: u16) -> Wav {
        Wav { tag: 3, ..Wav::new(rate, channels, 32) }
    }

    /// Samples from -1 to 1, interleaved, rounded to the depth of the file.
    fn with(mut self, samples: impl IntoIterator<Item = f64>) -> Wav {
        for sample in samples {
            let top = f64::from(self.bits - 1).exp2();
            let value = (sample * top).round().clamp(-top, top - 1.0) as i64;
            match (self.tag, self.bits) {
                (3, _) => self.data.extend((sample as f32).to_le_bytes()),
                (_, 8) => self.data.push((value + 128) as u8),
                (_, bits) => self.data.extend(&value.to_le_bytes()[..usize::from(bits / 8)]),
            }
        }
        self
    }

    fn i16s(mut self, samples: &[i16]) -> Wav {
        self.data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let frame_bytes = self.frame_bytes.unwrap_or(self.channels.wrapping_mul(self.bits.div_ceil(8)));
        let mut format = Vec::new();
        format.extend((if self.extensible.is_some() { 0xFFFE } else { self.tag }).to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate.to_le_bytes());
        format.extend(self.rate.wrapping_mul(frame_bytes.into()).to_le_bytes());
        format.extend(frame_bytes.to_le_bytes());
        format.extend(self.bits.to_le_bytes());
        if let Some(identifier) = self.extensible {
            format.extend(22u16.to_le_bytes());
            format.extend(self.bits.to_le_bytes());
            format.extend(0u32.to_le_bytes());
            format.extend(identifier);
        }
        let mut body = b"WAVEfmt ".to_vec();
        body.extend((format.len() as u32).to_le_bytes());
        body.extend(format);
        body.extend(&self.chunks_before);
        body.extend(b"data");
        body.extend(self.data_length.unwrap_or(self.data.len() as u32).to_le_bytes());
        body.extend(&self.data);
        [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
    }

    fn decode(&self) -> Clip {
        wav::decode(&self.bytes(), Options::default()).expect("this file is sound")
    }

    fn refusal(&self) -> WavError {
        wav::decode(&self.bytes(), Options::default()).expect_err("this file is not sound")
    }
}

/// An identifier of the extensible format for a plain tag.
fn identifier(tag: u16) -> [u8; 16] {
    let mut bytes = *b"\0\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71";
    bytes[..2].copy_from_slice(&tag.to_le_bytes());
    bytes
}

fn texts(clip: &Clip) -> Vec<String> {
    clip.notes.iter().map(Note::to_string).collect()
}

/// Small pseudo-random numbers; the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

#[test]
fn native_samples_pass_bit_for_bit() {
    let mut random = Random(7);
    let mut samples: Vec<i16> = (0..20_000).map(|_| random.below(65_536) as u16 as i16).collect();
    samples.extend([i16::MIN, i16::MAX, 0, -1, 1]);
    let clip = Wav::new(16_000, 1, 16).i16s(&samples).decode();
    assert_eq!(clip.samples, samples);
    assert_eq!(clip.source, SourceFormat::NATIVE);
    assert_eq!(clip.notes, []);
    assert_eq!(clip.duration_ms(), 1_250);
}

#[test]
fn a_file_that_hound_wrote_is_read_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stereo.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for index in 0..44_100 {
        let value = ((f64::from(index) * TAU * 500.0 / 44_100.0).sin() * 4_000_000.0) as i32;
        writer.write_sample(value).unwrap();
        writer.write_sample(value).unwrap();
    }
    writer.finalize().unwrap();
    let clip = wav::read(&path, Options { window_ms: Some(1_000) }).unwrap();
    assert_eq!(clip.samples.len(), 16_000);
    assert_eq!(texts(&clip), ["converted from 44,100 Hz stereo 24-bit to 16,000 Hz mono 16-bit"]);
    assert_eq!(clip.source_frames, 44_100);
}

#[test]
fn every_depth_gives_the_rounded_sample() {
    let values = [0.0, 0.25, -0.25, 0.5, -1.0, 0.123_456_789, -0.987_654_321, 0.000_01];
    let expect = |wav: Wav, quantum: f64| {
        let clip = wav.clone().with(values).decode();
        for (&sample, value) in clip.samples.iter().zip(values) {
            let stored = (value / quantum).round() * quantum;
            assert_eq!(f64::from(sample), (stored * 32_768.0).round(), "{value} at {} bits", wav.bits);
        }
    };
    expect(Wav::new(16_000, 1, 8), (-7f64).exp2());
    expect(Wav::new(16_000, 1, 16), (-15f64).exp2());
    expect(Wav::new(16_000, 1, 24), (-23f64).exp2());
    expect(Wav::new(16_000, 1, 32), (-31f64).exp2());
    let floats = Wav::float(16_000, 1).with(values).decode();
    let wanted: Vec<i16> = values.iter().map(|value| (f64::from(*value as f32) * 32_768.0).round() as i16).collect();
    assert_eq!(floats.samples, wanted);
    assert_eq!(texts(&floats)[0], "converted from 32-bit float to 16-bit");
}

#[test]
fn twelve_bits_fill_their_bytes_from_the_top() {
    let wav = Wav { bits: 12, ..Wav::new(16_000, 1, 16).i16s(&[0x7FF0, -0x8000, 0x0010]) };
    assert_eq!(wav.decode().samples, [0x7FF0, -0x8000, 0x0010]);
}

#[test]
fn depth_reduction_rounds_halves_away_from_zero() {
    // 24-bit values in units of 1/256 of a 16-bit step.
    let data = [128i32, -128, 127, -127, 384, 8_388_607, -8_388_608];
    let mut wav = Wav::new(16_000, 1, 24);
    wav.data = data.iter().flat_map(|value| value.to_le_bytes()[..3].to_vec()).collect();
    let clip = wav.decode();
    assert_eq!(clip.samples, [1, -1, 0, 0, 2, 32_767, -32_768]);
    assert!(clip.notes.contains(&Note::Saturated { samples: 1 }), "{:?}", clip.notes);
}

#[test]
fn channels_are_averaged_with_one_rounding() {
    let stereo = Wav::new(16_000, 2, 16).i16s(&[100, 101, -100, -101, i16::MAX, i16::MAX, i16::MIN, i16::MAX]);
    assert_eq!(stereo.decode().samples, [101, -101, 32_767, -1]);
    let five = Wav::new(16_000, 5, 16).i16s(&[10, 20, 30, 40, 52]);
    assert_eq!(five.decode().samples, [30]);
    assert_eq!(texts(&five.decode())[0], "converted from 5-channel to mono");
}

#[test]
fn a_sine_keeps_amplitude_and_phase_at_every_rate() {
    for rate in
        [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000, 15_999]
    {
        for hertz in [100.0, 1_000.0, 3_400.0] {
            let frames = rate;
            let sine = |time: f64| 0.5 * (TAU * hertz * time + 0.3).sin();
            let wav = Wav::float(rate, 1).with((0..frames).map(|frame| sine(f64::from(frame) / f64::from(rate))));
            let clip = wav.decode();
            assert_eq!(clip.samples.len(), 16_000, "{rate} Hz");
            // At both ends the sound begins and stops, which no filter can follow.
            let worst = (1_600..14_400)
                .map(|index| (f64::from(clip.samples[index]) - 32_768.0 * sine(index as f64 / 16_000.0)).abs())
                .fold(0.0, f64::max);
            // A rate without a common divisor needs a filter of two seconds, which still hears the ends.
            let tolerance = if rate == 15_999 { 1.0 } else { 0.6 };
            assert!(worst <= tolerance, "{hertz} Hz at {rate} Hz is off by {worst:.3} of a 16-bit step");
        }
    }
}

#[test]
fn what_16_khz_cannot_hold_is_filtered_out() {
    for hertz in [8_200.0, 9_000.0, 12_000.0, 20_000.0] {
        let wav = Wav::float(48_000, 1)
            .with((0..48_000).map(|frame| 0.9 * (TAU * hertz * f64::from(frame) / 48_000.0).sin()));
        let clip = wav.decode();
        let peak = clip.samples[1_600..14_400].iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!(peak <= 1, "{hertz} Hz leaves {peak}");
    }
}

#[test]
fn the_length_is_the_rounded_duration() {
    for (rate, frames) in [(44_100, 44_100), (44_100, 1_000), (48_000, 2), (8_000, 1), (384_000, 13), (22_050, 100_001)]
    {
        let clip = Wav::new(rate, 1, 16).i16s(&vec![1_000; frames]).decode();
        let wanted = (frames as f64 * 16_000.0 / f64::from(rate)).round() as usize;
        assert_eq!(clip.samples.len(), wanted, "{frames} frames at {rate} Hz");
    }
}

#[test]
fn a_short_clip_at_a_high_rate_is_no_sound() {
    let error = Wav::new(48_000, 1, 16).i16s(&[5]).refusal();
    assert!(matches!(error, WavError::NoSamples { left: 0 }), "{error}");
}

#[test]
fn conversion_is_repeatable() {
    let mut random = Random(99);
    let samples: Vec<i16> = (0..88_200).map(|_| random.below(65_536) as u16 as i16).collect();
    let wav = Wav::new(44_100, 2, 16).i16s(&samples);
    assert_eq!(wav.decode(), wav.decode());
}

#[test]
fn clipping_is_runs_at_full_scale_and_not_a_single_peak() {
    let mut samples = vec![0i16; 1_000];
    samples[10] = i16::MAX;
    samples[20] = i16::MIN;
    samples[21] = i16::MIN;
    assert!(Wav::new(16_000, 1, 16).i16s(&samples).decode().notes.is_empty());
    samples[100..150].fill(i16::MAX);
    assert_eq!(
        texts(&Wav::new(16_000, 1, 16).i16s(&samples).decode())[0],
        "clipping: 5.00 % of the samples stand at full scale"
    );
    // One channel of two: half the share, though the average never comes near full scale.
    let stereo: Vec<i16> = samples.iter().flat_map(|&sample| [sample, 0]).collect();
    let clip = Wav::new(16_000, 2, 16).i16s(&stereo).decode();
    assert!(clip.notes.contains(&Note::Clipping { share: 0.025 }), "{:?}", clip.notes);
    let loud = Wav::float(16_000, 1).with((0..100).map(|index| if index < 50 { 1.5 } else { -0.5 })).decode();
    assert!(loud.notes.contains(&Note::Clipping { share: 0.5 }), "{:?}", loud.notes);
    assert!(loud.notes.contains(&Note::Saturated { samples: 50 }), "{:?}", loud.notes);
}

#[test]
fn levels_that_look_wrong_are_said() {
    let tone = |amplitude: f64, offset: f64| {
        let wave = (0..16_000).map(move |index| offset + amplitude * (TAU * 440.0 * f64::from(index) / 16_000.0).sin());
        texts(&Wav::new(16_000, 1, 16).with(wave).decode())
    };
    assert_eq!(tone(0.1, 0.0), [""; 0]);
    assert_eq!(tone(0.1, -0.05), ["DC offset: the mean is -5.0 % of full scale"]);
    assert_eq!(tone(0.001, 0.0), ["nearly silent: peak -59.9 dBFS, RMS -63.0 dBFS"]);
    assert_eq!(tone(0.0, 0.0), ["silent: every sample has the same value"]);
}

#[test]
fn a_clip_shorter_than_the_window_gets_a_note() {
    let wav = Wav::new(16_000, 1, 16).with((0..6_400).map(|index| (f64::from(index) * 0.1).sin() * 0.5));
    let notes = |window_ms| wav::decode(&wav.bytes(), Options { window_ms }).unwrap().notes;
    assert_eq!(notes(None), []);
    assert_eq!(notes(Some(400)), []);
    let short = notes(Some(1_000));
    assert_eq!(short, [Note::TooShort { found_ms: 400, needed_ms: 1_000 }]);
    assert_eq!(short[0].to_string(), "too short: 400 ms, while one window of the model takes 1,000 ms");
    assert!(short[0].is_warning() && short[0].help().is_some());
}

#[test]
fn a_low_rate_is_said_to_miss_the_upper_band() {
    let wav = Wav::new(8_000, 1, 16).with((0..8_000).map(|index| (f64::from(index) * 0.1).sin() * 0.5));
    assert_eq!(
        texts(&wav.decode()),
        [
            "converted from 8,000 Hz to 16,000 Hz",
            "holds nothing above 4,000 Hz, where the front end listens up to 8,000 Hz"
        ]
    );
}

#[test]
fn chunks_around_the_sound_do_not_matter() {
    let plain = Wav::new(16_000, 1, 16).i16s(&[1, -2, 3]);
    let odd_padded = [&b"LIST\x05\0\0\0abcde\0"[..], b"fact\x04\0\0\0\x03\0\0\0"].concat();
    let odd_unpadded = b"note\x03\0\0\0abc".to_vec();
    for chunks_before in [odd_padded, odd_unpadded] {
        assert_eq!(Wav { chunks_before, ..plain.clone() }.decode().samples, [1, -2, 3]);
    }
    let mut with_trailer = plain.bytes();
    with_trailer.extend(b"LIST\xFF\xFF\0\0half a chunk");
    assert_eq!(wav::decode(&with_trailer, Options::default()).unwrap().samples, [1, -2, 3]);
    let extensible = Wav { extensible: Some(identifier(1)), ..plain.clone() };
    assert_eq!(extensible.decode().samples, [1, -2, 3]);
    let float = Wav { extensible: Some(identifier(3)), ..Wav::float(16_000, 1) }.with([0.5, -0.5]);
    assert_eq!(float.decode().samples, [16_384, -16_384]);
}

#[test]
fn a_cut_off_file_says_what_was_promised_and_found() {
    let whole = Wav::new(16_000, 1, 16).i16s(&[5; 1_000]).bytes();
    let error = wav::decode(&whole[..1_044], Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "cut off: the \"data\" chunk promises 2,000 bytes, found 1,000");
    assert!(error.help().contains("ffmpeg"));
    let streamed = Wav { data_length: Some(u32::MAX), ..Wav::new(16_000, 1, 16).i16s(&[5; 10]) };
    assert_eq!(streamed.refusal().to_string(), "cut off: the \"data\" chunk promises 4,294,967,295 bytes, found 20");
    let unfinished = Wav { data_length: Some(0), ..Wav::new(16_000, 1, 16).i16s(&[5; 10]) };
    assert_eq!(
        unfinished.refusal().to_string(),
        "the file holds no sound: its \"data\" chunk claims 0 bytes, though 20 bytes follow"
    );
    for length in 0..whole.len() {
        assert!(wav::decode(&whole[..length], Options::default()).is_err(), "{length} bytes");
    }
}

#[test]
fn headers_that_cannot_be_true_are_refused() {
    let plain = Wav::new(16_000, 1, 16).i16s(&[5; 12]);
    let says = |wav: Wav, text: &str| {
        let error = wav.refusal();
        assert_eq!(error.to_string(), text);
        assert!(!error.help().is_empty());
    };
    says(Wav { channels: 0, ..plain.clone() }, "the header claims 0 channels");
    for (rate, text) in [(0, "0"), (3_999, "3,999"), (u32::MAX, "4,294,967,295")] {
        let text = format!("the header claims {text} samples per second; 4,000 to 384,000 can be read");
        says(Wav { rate, ..plain.clone() }, &text);
    }
    says(
        Wav { frame_bytes: Some(3), ..plain.clone() },
        "the header contradicts itself: a frame of 1 channels with 16 bits takes 2 bytes, but it claims 3",
    );
    says(
        Wav { channels: 65_535, frame_bytes: Some(0), ..plain.clone() },
        "the header contradicts itself: a frame of 65535 channels with 16 bits takes 131070 bytes, but it claims 0",
    );
    says(
        Wav { data: vec![0; 7], ..plain.clone() },
        "the \"data\" chunk has 7 bytes, not a multiple of the 2 bytes of a frame",
    );
    says(Wav { data: vec![], ..plain.clone() }, "the file holds no sound");
    let encodings = "PCM of 8 to 32 bits and 32-bit float can be read";
    for (tag, bits, name) in [
        (6, 8, "A-law"),
        (7, 8, "mu-law"),
        (2, 4, "Microsoft ADPCM"),
        (0x55, 0, "MP3"),
        (0xABCD, 8, "the encoding with tag 0xABCD"),
        (3, 64, "float samples of 64 bits"),
        (1, 64, "PCM samples of 64 bits"),
        (1, 0, "PCM samples of 0 bits"),
    ] {
        says(Wav { tag, bits, ..plain.clone() }, &format!("the samples are encoded as {name}; {encodings}"));
    }
    says(
        Wav { extensible: Some([9; 16]), ..plain.clone() },
        &format!("the samples are encoded as an extensible format other than PCM and float; {encodings}"),
    );
    says(Wav::float(16_000, 1).with([0.0, 0.5, f64::NAN]), "sample 2 is NaN, which is not a sound");
    says(Wav::float(44_100, 1).with([f64::INFINITY; 9]), "sample 0 is inf, which is not a sound");
    let data_first = [&b"RIFF\x10\0\0\0WAVEdata\x02\0\0\0\x01\0"[..]].concat();
    let error = wav::decode(&data_first, Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "there is no \"fmt\" chunk before the samples");
    let no_data = &plain.bytes()[..36];
    assert_eq!(wav::decode(no_data, Options::default()).unwrap_err().to_string(), "there is no \"data\" chunk");
}

#[test]
fn a_clip_of_many_hours_is_refused_before_conversion() {
    let wav = Wav::new(4_000, 1, 8);
    let wav = Wav { data: vec![128; 4_000 * 7_201], ..wav };
    assert_eq!(wav.refusal().to_string(), "the clip lasts 7,201 s; at most 7,200 s are read");
}

#[test]
fn other_files_are_named() {
    for (bytes, name) in [
        (&b"ID3\x04\0\0\0\0\0\0"[..], "MP3 sound"),
        (b"\xFF\xFB\x90\x64\0\0", "MP3 sound"),
        (b"\xFF\xF1\x50\x80\0\0", "AAC sound"),
        (b"fLaC\0\0\0\x22", "FLAC sound"),
        (b"OggS\0\x02", "Ogg sound (Vorbis or Opus)"),
        (b"FORM\0\0\0\0AIFFCOMM", "AIFF sound"),
        (b"\0\0\0\x20ftypM4A ", "MPEG-4 sound or video (M4A, MP4)"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI video"),
        (b"RF64\xFF\xFF\xFF\xFFWAVE", "RF64, the WAV variant for more than 4 GiB"),
        (b"\x1C\0\0\0TFL3", "a TensorFlow Lite model"),
        (b"hello, this is no sound\n", "text"),
    ] {
        let error = wav::decode(bytes, Options::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("not a WAV file: it seems to be {name}"));
        assert!(!error.help().is_empty());
    }
    assert_eq!(wav::decode(&[0, 1, 2, 3], Options::default()).unwrap_err().to_string(), "not a WAV file");
    assert_eq!(wav::decode(&[], Options::default()).unwrap_err().to_string(), "the file is empty");
}

#[test]
fn missing_files_and_folders_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let error = wav::read(&folder.path().join("none.wav"), Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "there is no such file");
    let error = wav::read(folder.path(), Options::default()).unwrap_err();
    assert!(error.to_string().starts_with("the file cannot be read: "), "{error}");
    fs::write(folder.path().join("empty.wav"), []).unwrap();
    let error = wav::read(&folder.path().join("empty.wav"), Options::default()).unwrap_err();
    assert!(matches!(error, WavError::Empty));
}

#[test]
fn mutated_files_give_a_clip_or_an_error_and_never_a_panic() {
    let seeds = [
        Wav::new(16_000, 1, 16).i16s(&[100; 64]).bytes(),
        Wav::new(44_100, 2, 24).with([0.1; 128]).bytes(),
        Wav::float(48_000, 1).with([0.1; 128]).bytes(),
        Wav { extensible: Some(identifier(1)), ..Wav::new(8_000, 4, 32) }.with([0.1; 64]).bytes(),
        Wav { chunks_before: b"LIST\x05\0\0\0abcde\0".to_vec(), ..Wav::new(22_050, 1, 8) }.with([0.1; 64]).bytes(),
    ];
    let extremes = [0u8, 1, 2, 3, 0x7F, 0x80, 0xFE, 0xFF];
    let mut random = Random(0x5EED);
    let (mut clips, mut refusals) = (0, 0);
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        // Rates that survive may need large filters, so the rate field is hit in one round of sixteen only.
        let header = bytes.len().min(80);
        for _ in 0..1 + random.below(4) {
            let at = random.below(header);
            if (24..28).contains(&at) && round % 16 != 0 {
                continue;
            }
            match random.below(4) {
                0 => bytes[at] = extremes[random.below(extremes.len())],
                1 => bytes[at] ^= 1 << random.below(8),
                2 => bytes.truncate(header.max(random.below(bytes.len()) + 1)),
                _ => {
                    let from = random.below(header - 4);
                    let to = random.below(header - 4);
                    bytes.copy_within(from..from + 4, to);
                }
            }
        }
        match wav::decode(&bytes, Options { window_ms: Some(1_000) }) {
            Ok(clip) => {
                assert!(!clip.samples.is_empty());
                clips += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.help().is_empty());
                refusals += 1;
            }
        }
    }
    assert!(clips > 1_000 && refusals > 1_000, "{clips} clips, {refusals} refusals");
}

#[test]
fn recordings_of_the_conformance_corpus_pass_unchanged() {
    let shared = std::env::var_os("TINYML_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("conformance/signal/wav");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let mut seen = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "wav") {
            continue;
        }
        let clip = wav::read(&path, Options::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let wanted: Vec<i16> =
            hound::WavReader::open(&path).unwrap().samples::<i16>().collect::<Result<_, _>>().unwrap();
        assert_eq!(clip.samples, wanted, "{}", path.display());
        assert_eq!(clip.source, SourceFormat::NATIVE);
        println!("{}: {:?} {:?}", path.display(), clip.levels, texts(&clip));
        seen += 1;
    }
    assert!(seen > 0);
}
