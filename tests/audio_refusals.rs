//! Recordings that are damaged, of no kind that is known, or not there: what is said of each.

#[path = "support/recording.rs"]
mod recording;

use std::fs;

use recording::{Random, Wav, identifier};
use tinyml::audio::wav::{self, Options, WavError};

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
