//! What a person should know about a clip before trusting a result that came from it.
//!
//! A wrong answer from a keyword model is often a wrong recording: too loud, too quiet, cut off, or turned into
//! 16 kHz from something that never held the upper half of the band. Nothing here changes a sample; it only
//! measures and says.

use std::fmt;

use super::{SAMPLE_RATE_HZ, grouped};

/// How a recording stores its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFormat {
    /// Frames per second.
    pub sample_rate: u32,
    /// Samples per frame, one for each channel.
    pub channels: u16,
    /// Bits of one sample.
    pub bits: u16,
    /// Whether samples are floating point numbers with full scale at 1.0, not integers.
    pub float: bool,
}

impl SourceFormat {
    /// What the front end takes: 16,000 Hz, mono, 16-bit integers.
    pub const NATIVE: SourceFormat = SourceFormat { sample_rate: SAMPLE_RATE_HZ, channels: 1, bits: 16, float: false };

    fn rate_text(&self) -> String {
        format!("{} Hz", grouped(self.sample_rate.into()))
    }

    fn channels_text(&self) -> String {
        match self.channels {
            1 => "mono".into(),
            2 => "stereo".into(),
            count => format!("{count}-channel"),
        }
    }

    fn depth_text(&self) -> String {
        format!("{}-bit{}", self.bits, if self.float { " float" } else { "" })
    }
}

impl fmt::Display for SourceFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.rate_text(), self.channels_text(), self.depth_text())
    }
}

/// Something worth saying about a clip. `Display` gives a phrase without a full stop.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The samples are not those of the file: rate, channels or depth were converted.
    Converted {
        /// What the file held.
        from: SourceFormat,
    },
    /// The file's rate is below 16,000 Hz, so its upper band is empty.
    Bandlimited {
        /// The highest frequency that the file can hold, in hertz.
        highest_hz: u32,
    },
    /// The recording was too loud for its format: samples stand at full scale, three or more in a row.
    Clipping {
        /// The share of such samples among all samples of the file, 0 to 1.
        share: f64,
    },
    /// Conversion led beyond 16 bits; these samples were set to the nearest value in range.
    Saturated {
        /// The number of samples of the clip.
        samples: u64,
    },
    /// The mean of the samples is not near zero.
    DcOffset {
        /// The mean, in percent of full scale.
        percent: f64,
    },
    /// Every sample has the same value.
    Silent,
    /// There is hardly any sound, measured around the mean.
    NearSilence {
        /// The highest sample, in decibels below full scale.
        peak_dbfs: f64,
        /// The root of the mean square, in decibels below full scale.
        rms_dbfs: f64,
    },
    /// The clip ends before the model has heard one whole window.
    TooShort {
        /// The length of the clip in milliseconds.
        found_ms: u64,
        /// The length of the window in milliseconds.
        needed_ms: u32,
    },
}

impl Note {
    /// Whether the result may suffer; conversions alone are not a reason to worry.
    pub fn is_warning(&self) -> bool {
        !matches!(self, Note::Converted { .. })
    }

    /// What to do about it, if something can be done.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Note::Converted { .. } => None,
            Note::Bandlimited { .. } => Some("record at 16,000 Hz or more"),
            Note::Clipping { .. } => Some("record again with less gain or farther from the microphone"),
            Note::Saturated { .. } => Some("lower the volume of the file a little before converting"),
            Note::DcOffset { .. } => Some("remove the offset with a high-pass filter at about 20 Hz"),
            Note::Silent | Note::NearSilence { .. } => Some("check the microphone and its gain"),
            Note::TooShort { .. } => Some("use a longer recording, or add silence at its end"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Converted { from } => {
                let to = SourceFormat::NATIVE;
                let mut changes = Vec::new();
                if from.sample_rate != to.sample_rate {
                    changes.push((from.rate_text(), to.rate_text()));
                }
                if from.channels != to.channels {
                    changes.push((from.channels_text(), to.channels_text()));
                }
                if (from.bits, from.float) != (to.bits, to.float) {
                    changes.push((from.depth_text(), to.depth_text()));
                }
                let (before, after): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
                write!(f, "converted from {} to {}", before.join(" "), after.join(" "))
            }
            Note::Bandlimited { highest_hz } => write!(
                f,
                "holds nothing above {} Hz, where the front end listens up to {} Hz",
                grouped((*highest_hz).into()),
                grouped((SAMPLE_RATE_HZ / 2).into()),
            ),
            Note::Clipping { share } if *share < 0.0001 => {
                write!(f, "clipping: less than 0.01 % of the samples stand at full scale")
            }
            Note::Clipping { share } => {
                write!(f, "clipping: {:.2} % of the samples stand at full scale", share * 100.0)
            }
            Note::Saturated { samples: 1 } => {
                write!(f, "1 sample went beyond full scale in conversion and was limited")
            }
            Note::Saturated { samples } => {
                write!(f, "{} samples went beyond full scale in conversion and were limited", grouped(*samples))
            }
            Note::DcOffset { percent } => write!(f, "DC offset: the mean is {percent:+.1} % of full scale"),
            Note::Silent => write!(f, "silent: every sample has the same value"),
            Note::NearSilence { peak_dbfs, rms_dbfs } => {
                write!(f, "nearly silent: peak {peak_dbfs:.1} dBFS, RMS {rms_dbfs:.1} dBFS")
            }
            Note::TooShort { found_ms, needed_ms } => write!(
                f,
                "too short: {} ms, while one window of the model takes {} ms",
                grouped(*found_ms),
                grouped((*needed_ms).into()),
            ),
        }
    }
}

/// Full scale of a 16-bit sample; 0 dBFS is this value, for peak and RMS alike.
const FULL_SCALE: f64 = 32_768.0;

/// A mean of this share of full scale or more is worth a note, in percent.
pub const DC_OFFSET_PERCENT: f64 = 1.0;
/// A peak below this is near silence, in decibels below full scale.
pub const QUIET_PEAK_DBFS: f64 = -50.0;
/// An RMS below this is near silence, in decibels below full scale.
pub const QUIET_RMS_DBFS: f64 = -65.0;

/// The levels of a clip of 16-bit samples. Peak and RMS are taken around the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The mean, in percent of full scale.
    pub mean_percent: f64,
    /// The largest distance from the mean, in decibels below full scale; minus infinity when there is none.
    pub peak_dbfs: f64,
    /// The root mean square of the distance from the mean, in decibels below full scale; may be minus infinity.
    pub rms_dbfs: f64,
}

impl Levels {
    /// Measures `samples`. Nothing at all counts as silence.
    pub fn of(samples: &[i16]) -> Levels {
        if samples.is_empty() {
            return Levels { mean_percent: 0.0, peak_dbfs: f64::NEG_INFINITY, rms_dbfs: f64::NEG_INFINITY };
        }
        let count = samples.len() as f64;
        let mean = samples.iter().map(|&sample| i64::from(sample)).sum::<i64>() as f64 / count;
        let distance = |sample: &i16| f64::from(*sample) - mean;
        let peak = samples.iter().map(|sample| distance(sample).abs()).fold(0.0, f64::max);
        let mean_square = samples.iter().map(|sample| distance(sample).powi(2)).sum::<f64>() / count;
        let dbfs = |level: f64| 20.0 * (level / FULL_SCALE).log10();
        Levels { mean_percent: 100.0 * mean / FULL_SCALE, peak_dbfs: dbfs(peak), rms_dbfs: dbfs(mean_square.sqrt()) }
    }

    pub(super) fn add_notes(&self, notes: &mut Vec<Note>) {
        if self.mean_percent.abs() >= DC_OFFSET_PERCENT {
            notes.push(Note::DcOffset { percent: self.mean_percent });
        }
        if self.peak_dbfs == f64::NEG_INFINITY {
            notes.push(Note::Silent);
        } else if self.peak_dbfs < QUIET_PEAK_DBFS || self.rms_dbfs < QUIET_RMS_DBFS {
            notes.push(Note::NearSilence { peak_dbfs: self.peak_dbfs, rms_dbfs: self.rms_dbfs });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_names_only_what_changed() {
        let text = |sample_rate, channels, bits, float| {
            Note::Converted { from: SourceFormat { sample_rate, channels, bits, float } }.to_string()
        };
        assert_eq!(text(44_100, 2, 16, false), "converted from 44,100 Hz stereo to 16,000 Hz mono");
        assert_eq!(text(16_000, 6, 16, false), "converted from 6-channel to mono");
        assert_eq!(text(16_000, 1, 32, true), "converted from 32-bit float to 16-bit");
        assert_eq!(text(8_000, 1, 8, false), "converted from 8,000 Hz 8-bit to 16,000 Hz 16-bit");
    }

    #[test]
    fn levels_of_a_square_wave_are_peak_and_rms_alike() {
        let samples: Vec<i16> = (0..1000).map(|index| if index % 2 == 0 { 16_384 } else { -16_384 }).collect();
        let levels = Levels::of(&samples);
        assert_eq!(levels.mean_percent, 0.0);
        assert!((levels.peak_dbfs + 6.0206).abs() < 1e-4 && (levels.rms_dbfs + 6.0206).abs() < 1e-4);
    }

    #[test]
    fn a_constant_is_an_offset_and_silence() {
        let mut notes = Vec::new();
        Levels::of(&[-3_277; 100]).add_notes(&mut notes);
        let texts: Vec<String> = notes.iter().map(Note::to_string).collect();
        assert_eq!(texts, ["DC offset: the mean is -10.0 % of full scale", "silent: every sample has the same value"]);
    }
}
