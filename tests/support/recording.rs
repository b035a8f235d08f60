//! WAV files with headers that tests can bend.
#![allow(dead_code)]

use tinyml::audio::wav::{self, Clip, Note, Options, WavError};

/// A WAV file with a header that tests can bend.
#[derive(Clone)]
pub struct Wav {
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub bits: u16,
    pub frame_bytes: Option<u16>,
    pub data: Vec<u8>,
    pub data_length: Option<u32>,
    pub chunks_before: Vec<u8>,
    pub extensible: Option<[u8; 16]>,
}

impl Wav {
    pub fn new(rate: u32, channels: u16, bits: u16) -> Wav {
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

    pub fn float(rate: u32, channels: u16) -> Wav {
        Wav { tag: 3, ..Wav::new(rate, channels, 32) }
    }

    /// Samples from -1 to 1, interleaved, rounded to the depth of the file.
    pub fn with(mut self, samples: impl IntoIterator<Item = f64>) -> Wav {
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

    pub fn i16s(mut self, samples: &[i16]) -> Wav {
        self.data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
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

    pub fn decode(&self) -> Clip {
        wav::decode(&self.bytes(), Options::default()).expect("this file is sound")
    }

    pub fn refusal(&self) -> WavError {
        wav::decode(&self.bytes(), Options::default()).expect_err("this file is not sound")
    }
}

/// An identifier of the extensible format for a plain tag.
pub fn identifier(tag: u16) -> [u8; 16] {
    let mut bytes = *b"\0\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71";
    bytes[..2].copy_from_slice(&tag.to_le_bytes());
    bytes
}

pub fn texts(clip: &Clip) -> Vec<String> {
    clip.notes.iter().map(Note::to_string).collect()
}

/// Small pseudo-random numbers; the same on every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
