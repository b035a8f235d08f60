//! The outside of a WAV file: which chunks there are, and whether what they claim can be true.
//!
//! Recorders, editors and streams write headers in many dialects and some untruths. This walk over the chunks
//! finds the sample data, believes no number that the bytes at hand do not bear out, and names what a file is
//! when it is not a WAV. What follows gets a format that is known to be sound.

use std::ops::Range;

use super::notes::SourceFormat;
use super::wav::WavError;

/// Rates that are believed, in hertz: from below telephone quality to the fastest studio converters.
pub(super) const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// A WAV file whose header can be true.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) source: SourceFormat,
    /// The bytes that one sample of one channel takes: 1 to 4. Fewer bits sit at the top of them.
    pub(super) container_bytes: u16,
    /// Where the samples are in the file: whole frames, at least one.
    pub(super) data: Range<usize>,
}

impl Header {
    /// The number of frames.
    pub(super) fn frames(&self) -> u64 {
        self.data.len() as u64 / (u64::from(self.source.channels) * u64::from(self.container_bytes))
    }

    /// The shortest header that says the same, with samples that fill their container.
    pub(super) fn plain(&self) -> [u8; 44] {
        let channels = self.source.channels;
        let frame_bytes = channels.saturating_mul(self.container_bytes);
        let data_bytes = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        let tag = if self.source.float { FORMAT_FLOAT } else { FORMAT_PCM };
        let mut header = [0; 44];
        let mut end = 0;
        let mut put = |bytes: &[u8]| {
            header[end..end + bytes.len()].copy_from_slice(bytes);
            end += bytes.len();
        };
        put(b"RIFF");
        put(&data_bytes.saturating_add(36).to_le_bytes());
        put(b"WAVEfmt ");
        put(&16u32.to_le_bytes());
        put(&tag.to_le_bytes());
        put(&channels.to_le_bytes());
        put(&self.source.sample_rate.to_le_bytes());
        put(&self.source.sample_rate.saturating_mul(frame_bytes.into()).to_le_bytes());
        put(&frame_bytes.to_le_bytes());
        put(&(self.container_bytes * 8).to_le_bytes());
        put(b"data");
        put(&data_bytes.to_le_bytes());
        header
    }
}

const FORMAT_PCM: u16 = 1;
const FORMAT_FLOAT: u16 = 3;
const FORMAT_EXTENSIBLE: u16 = 0xFFFE;
/// The last 14 bytes of the identifier of an extensible format whose first two are a plain format tag.
const EXTENSIBLE_TAIL: [u8; 14] = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// Finds format and samples, or says why there are none to be had.
pub(super) fn parse(file: &[u8]) -> Result<Header, WavError> {
    if file.is_empty() {
        return Err(WavError::Empty);
    }
    if !(file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE")) {
        return Err(WavError::NotWav { seems: seems_to_be(file) });
    }
    let mut format = None;
    let mut position = 12;
    while let Some(chunk) = file.get(position..position + 8) {
        let name = [chunk[0], chunk[1], chunk[2], chunk[3]];
        let promised = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let start = position + 8;
        let found = file.len() - start;
        let length = promised as usize;
        if length > found {
            return Err(WavError::Truncated {
                chunk: name.escape_ascii().to_string(),
                promised: promised.into(),
                found: found as u64,
            });
        }
        match &name {
            b"fmt " => format = Some(read_format(&file[start..start + length])?),
            b"data" => {
                let (source, container_bytes) = format.ok_or(WavError::MissingChunk { chunk: "fmt" })?;
                let frame_bytes = usize::from(source.channels) * usize::from(container_bytes);
                if length == 0 {
                    return Err(WavError::NoSamples { left: found as u64 });
                }
                if !length.is_multiple_of(frame_bytes) {
                    return Err(WavError::BrokenFrame { bytes: promised.into(), frame_bytes: frame_bytes as u64 });
                }
                return Ok(Header { source, container_bytes, data: start..start + length });
            }
            _ => {}
        }
        position = start + length;
        // A chunk of odd length has a pad byte after it, but not every writer knows.
        let unpadded_chunk = matches!(file.get(position..position + 4), Some(b"fmt " | b"data"));
        if !length.is_multiple_of(2) && !unpadded_chunk {
            position += 1;
        }
    }
    Err(WavError::MissingChunk { chunk: if format.is_none() { "fmt" } else { "data" } })
}

/// The format and the bytes of one stored sample.
fn read_format(chunk: &[u8]) -> Result<(SourceFormat, u16), WavError> {
    let Some(plain) = chunk.first_chunk::<16>() else {
        return Err(WavError::ShortFormat { found: chunk.len() as u64 });
    };
    let u16_at = |at: usize| u16::from_le_bytes([plain[at], plain[at + 1]]);
    let mut tag = u16_at(0);
    if tag == FORMAT_EXTENSIBLE {
        let Some(identifier) = chunk.get(24..40) else {
            return Err(WavError::ShortFormat { found: chunk.len() as u64 });
        };
        if identifier[2..] != EXTENSIBLE_TAIL {
            return Err(WavError::Unsupported { encoding: "an extensible format other than PCM and float".into() });
        }
        tag = u16::from_le_bytes([identifier[0], identifier[1]]);
    }
    if tag != FORMAT_PCM && tag != FORMAT_FLOAT {
        return Err(WavError::Unsupported { encoding: encoding_name(tag) });
    }
    let source = SourceFormat {
        channels: u16_at(2),
        sample_rate: u32::from_le_bytes([plain[4], plain[5], plain[6], plain[7]]),
        bits: u16_at(14),
        float: tag == FORMAT_FLOAT,
    };
    let frame_bytes = u16_at(12);
    if source.channels == 0 {
        return Err(WavError::NoChannels);
    }
    if !RATES_HZ.contains(&source.sample_rate) {
        return Err(WavError::Rate { found: source.sample_rate });
    }
    if !(if source.float { 32..=32 } else { 1..=32 }).contains(&source.bits) {
        return Err(WavError::Unsupported {
            encoding: format!("{} samples of {} bits", if source.float { "float" } else { "PCM" }, source.bits),
        });
    }
    let container_bytes = source.bits.div_ceil(8);
    if u32::from(container_bytes) * u32::from(source.channels) != u32::from(frame_bytes) {
        return Err(WavError::FrameSize { source_format: source, found: frame_bytes });
    }
    Ok((source, container_bytes))
}

fn encoding_name(tag: u16) -> String {
    let name = match tag {
        0x0002 => "Microsoft ADPCM",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0010 | 0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0040 | 0x0045 | 0x0064 | 0x0065 => "G.72x ADPCM",
        0x0050 => "MPEG layer 1 or 2",
        0x0055 => "MP3",
        0x0161..=0x0163 => "Windows Media Audio",
        0x00FF | 0x1600 | 0x1610 => "AAC",
        0x2000 => "AC-3",
        0x566F => "Vorbis",
        0xF1AC => "FLAC",
        _ => return format!("the encoding with tag 0x{tag:04X}"),
    };
    name.into()
}

/// A guess from the first bytes at what a file is that is not a WAV.
fn seems_to_be(file: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, magic: &[u8]| file.get(offset..offset + magic.len()) == Some(magic);
    let known = [
        (0, &b"ID3"[..], "MP3 sound"),
        (0, b"fLaC", "FLAC sound"),
        (0, b"OggS", "Ogg sound (Vorbis or Opus)"),
        (8, b"AIFF", "AIFF sound"),
        (8, b"AIFC", "AIFF-C sound"),
        (4, b"ftyp", "MPEG-4 sound or video (M4A, MP4)"),
        (0, b"caff", "Apple Core Audio sound (CAF)"),
        (0, b".snd", "Sun/NeXT sound (AU)"),
        (0, b"#!AMR", "AMR sound"),
        (0, b"wvpk", "WavPack sound"),
        (0, b"\x1A\x45\xDF\xA3", "WebM or Matroska sound or video"),
        (0, b"RF64", "RF64, the WAV variant for more than 4 GiB"),
        (0, b"BW64", "BW64, the WAV variant for more than 4 GiB"),
        (0, b"RIFX", "RIFX, the big-endian WAV variant"),
        (8, b"AVI ", "AVI video"),
        (0, b"RIFF", "a RIFF file that does not hold sound"),
        (4, b"TFL3", "a TensorFlow Lite model"),
        (0, b"\x93NUMPY", "a NumPy array"),
        (0, b"PK\x03\x04", "a ZIP archive"),
        (0, b"\x1F\x8B", "a gzip archive"),
        (0, b"\x89PNG", "a PNG picture"),
        (0, b"%PDF", "a PDF document"),
    ];
    if let Some((_, _, name)) = known.iter().find(|(offset, magic, _)| at(*offset, magic)) {
        return Some(name);
    }
    // An MPEG audio frame without tags: eleven set bits, then a layer that exists.
    if let [0xFF, second, ..] = file
        && second & 0xE0 == 0xE0
    {
        return match second & 0x06 {
            0x00 => Some("AAC sound"),
            _ => Some("MP3 sound"),
        };
    }
    let start = &file[..file.len().min(512)];
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    start.iter().all(is_text).then_some("text")
}
