//! Recordings of every kind through the front door: what passes unchanged, what is converted and how well, and what is
//! said about it.

#[path = "support/recording.rs"]
mod recording;

use std::f64::consts::TAU;
use std::fs;
use std::path::PathBuf;

use recording::{Random, Wav, identifier, texts};
use tinyml::audio::wav::{self, Note, Options, SourceFormat, WavError};

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
