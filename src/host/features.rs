//! Feature rows for many clips in one go: what a training recipe asks for.
//!
//! Training wants the features of tens of thousands of clips, computed by the very front end that will run on the
//! chip. A process for each clip would cost more than the features, so [`stream`] reads clips from a pipe and
//! answers each with its rows.
//!
//! # The two streams
//!
//! All numbers are little-endian. A clip is a `u32`, the number of its samples, and then the samples, `int16`, mono,
//! 16 kHz. Its answer is a `u32`, the number of feature rows, and then the rows of 40 `int8` each. The
//! front end starts anew with every clip; row `i` covers the samples from 320 i to 320 i + 480, so a clip
//! shorter than 480 samples has no rows. The stream ends where a clip could begin. The answer of one clip is
//! written out before the next clip is read, so a caller may wait for it.

use std::io::{self, ErrorKind, Read, Write};

use micro_runtime::frontend::{FrontEnd, STRIDE_SAMPLES, WINDOW_SAMPLES};
use thiserror::Error;

/// Samples that are read at a time; a clip is never held as a whole, whatever length it claims.
const BLOCK_SAMPLES: usize = 8192;

/// Why a stream of clips ended early.
#[derive(Debug, Error)]
pub enum FeaturesError {
    /// The stream ended inside a clip.
    #[error("the input ends inside clip {clip} (counted from 0)")]
    Truncated {
        /// Which clip.
        clip: u64,
    },
    /// The clips cannot be read.
    #[error("the clips cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The rows cannot be written.
    #[error("the rows cannot be written: {0}")]
    Write(#[source] io::Error),
}

/// The feature rows of a clip of this many samples.
pub fn row_count(samples: u32) -> u32 {
    let (window, stride) = (WINDOW_SAMPLES as u32, STRIDE_SAMPLES as u32);
    samples.checked_sub(window).map_or(0, |rest| rest / stride + 1)
}

/// Reads clips until the stream ends, writes the rows of each, and returns the number of clips.
///
/// # Errors
/// [`FeaturesError`]. What was answered before stays valid; an answer may break off inside its rows.
pub fn stream(mut clips: impl Read, mut rows: impl Write) -> Result<u64, FeaturesError> {
    let mut front_end = FrontEnd::new();
    let mut bytes = vec![0u8; BLOCK_SAMPLES * 2];
    let mut samples = Vec::with_capacity(BLOCK_SAMPLES);
    let mut clip = 0;
    while let Some(length) = next_length(&mut clips, clip)? {
        rows.write_all(&row_count(length).to_le_bytes()).map_err(FeaturesError::Write)?;
        front_end.reset();
        let mut left = length as usize;
        while left > 0 {
            let block = &mut bytes[..left.min(BLOCK_SAMPLES) * 2];
            left -= block.len() / 2;
            clips.read_exact(block).map_err(|error| read_error(error, clip))?;
            samples.clear();
            samples.extend(block.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
            let mut rest = samples.as_slice();
            while let Some(row) = front_end.push(&mut rest) {
                rows.write_all(bytemuck::cast_slice(&row)).map_err(FeaturesError::Write)?;
            }
        }
        rows.flush().map_err(FeaturesError::Write)?;
        clip += 1;
    }
    Ok(clip)
}

/// The length of the next clip, or `None` where the stream ends properly.
fn next_length(clips: &mut impl Read, clip: u64) -> Result<Option<u32>, FeaturesError> {
    let mut length = [0u8; 4];
    let mut filled = 0;
    while filled < length.len() {
        match clips.read(&mut length[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(FeaturesError::Truncated { clip }),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(FeaturesError::Read(error)),
        }
    }
    Ok(Some(u32::from_le_bytes(length)))
}

fn read_error(error: io::Error, clip: u64) -> FeaturesError {
    match error.kind() {
        ErrorKind::UnexpectedEof => FeaturesError::Truncated { clip },
        _ => FeaturesError::Read(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(samples: &[i16]) -> Vec<u8> {
        let mut bytes = (samples.len() as u32).to_le_bytes().to_vec();
        samples.iter().for_each(|sample| bytes.extend(sample.to_le_bytes()));
        bytes
    }

    fn answer(bytes: &[u8]) -> Vec<u8> {
        let mut rows = Vec::new();
        stream(bytes, &mut rows).unwrap();
        rows
    }

    fn loud(length: usize) -> Vec<i16> {
        (0..length).map(|index| ((index * index * 7919) % 20_011) as i16 - 10_000).collect()
    }

    #[test]
    fn a_clip_has_the_rows_of_the_front_end() {
        let samples = loud(BLOCK_SAMPLES * 2 + 1234);
        let mut front_end = FrontEnd::new();
        let mut expected = row_count(samples.len() as u32).to_le_bytes().to_vec();
        let mut rest = samples.as_slice();
        while let Some(row) = front_end.push(&mut rest) {
            expected.extend(row.map(|value| value as u8));
        }
        assert_eq!(answer(&frame(&samples)), expected);
    }

    #[test]
    fn each_clip_starts_anew() {
        let (one, other) = (frame(&loud(16_000)), frame(&[300; 5_000]));
        let both = answer(&[one.clone(), other.clone()].concat());
        assert_eq!(both, [answer(&one), answer(&other)].concat());
    }

    #[test]
    fn rows_are_counted_as_windows_fit() {
        let counts = [0, 479, 480, 799, 800, 16_000].map(row_count);
        assert_eq!(counts, [0, 0, 1, 1, 2, 49]);
        assert_eq!(answer(&frame(&[1; 479])), [0u8; 4]);
        assert!(answer(&[]).is_empty());
    }

    #[test]
    fn a_stream_that_breaks_off_is_an_error() {
        let bytes = [frame(&loud(1000)), frame(&loud(1000))].concat();
        for end in [2, 5, 2003, 2006, bytes.len() - 1] {
            let result = stream(&bytes[..end], io::sink());
            assert!(matches!(result, Err(FeaturesError::Truncated { clip }) if clip == u64::from(end > 2004)), "{end}");
        }
        // The claimed length is believed only as far as samples come.
        assert!(matches!(stream(&[255u8; 100][..], io::sink()), Err(FeaturesError::Truncated { clip: 0 })));
    }
}
