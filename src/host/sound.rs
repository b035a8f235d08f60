//! Clips through the pipeline, streaming exactly as the firmware does.

use micro_runtime::detect::{Detection, DetectorSettings};
use micro_runtime::frontend::{CHANNELS, SAMPLE_RATE};
use micro_runtime::interpreter::DataFault;
use micro_runtime::pipeline::{Listening, Pipeline, PipelineError, ROW_MS, Row, memory_bytes};
use micro_runtime::program::Program;
use ndarray::{Array2, ArrayView2};
use thiserror::Error;

use crate::aligned::AlignedBytes;

/// The most labels that a model may have.
pub const MAX_LABELS: usize = 32;

/// The most results that the detector averages over.
pub const MAX_RESULTS: usize = 512;

/// How clips are listened to.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How detections are made.
    pub detector: DetectorSettings,
    /// Milliseconds between invocations, a multiple of [`ROW_MS`].
    pub stride_ms: u32,
    /// Milliseconds of silence fed after the clip, in which a word that has just ended can still be detected.
    pub tail_ms: u32,
}

/// Why a clip could not be listened to.
#[derive(Clone, Debug, Error)]
pub enum ListenError {
    /// The model does not take sound.
    #[error("{0}")]
    Pipeline(PipelineError),
    /// An invocation failed because of its data.
    #[error("the model cannot run on this sound: {0}")]
    Data(DataFault),
}

/// The result of one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Number of its last feature row.
    pub last_row: u32,
    /// Its end in milliseconds.
    pub time_ms: u32,
    /// The score of each label, -128 to 127.
    pub scores: Vec<i8>,
    /// The bytes of the model's first output.
    pub output: Vec<u8>,
    /// The averaged score of each label, 0 to 255; empty until the detector has heard enough.
    pub averages: Vec<u8>,
}

/// Everything that was heard in a clip.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The feature rows of the clip, without the tail.
    pub rows: Vec<[i8; CHANNELS]>,
    /// The feature rows of the tail, which follow those of the clip.
    pub tail_rows: Vec<[i8; CHANNELS]>,
    /// Every window, those of the tail included.
    pub windows: Vec<Window>,
    /// How many of the windows end inside the clip.
    pub windows_in_clip: usize,
    /// The words.
    pub detections: Vec<Detection>,
    /// The rows that the model's window has.
    pub window_rows: u32,
}

impl Heard {
    /// The feature rows of the clip, `[frames, 40]`.
    pub fn features(&self) -> ArrayView2<'_, i8> {
        ArrayView2::from(self.rows.as_slice())
    }

    /// The bytes of the model's first output for each window that ends inside the clip, `[windows, bytes]`.
    pub fn outputs(&self) -> Array2<u8> {
        let windows = &self.windows[..self.windows_in_clip];
        let bytes = windows.first().map_or(0, |window| window.output.len());
        Array2::from_shape_fn((windows.len(), bytes), |(window, byte)| windows[window].output[byte])
    }

    /// The score of each label in each window that ends inside the clip, `[windows, labels]`.
    pub fn scores(&self) -> Array2<i8> {
        let windows = &self.windows[..self.windows_in_clip];
        let labels = windows.first().map_or(0, |window| window.scores.len());
        Array2::from_shape_fn((windows.len(), labels), |(window, label)| windows[window].scores[label])
    }

    /// The window that covers exactly the clip, when the clip is exactly one window long.
    pub fn exact_window(&self) -> Option<&Window> {
        self.windows.first().filter(|_| self.rows.len() == self.window_rows as usize)
    }

    /// The label that the clip is, and its greatest score: that of the window that covers exactly the clip; else of
    /// the detection with the highest score; else the label that wins the most windows. `None` without a window.
    pub fn top(&self) -> Option<(usize, i8)> {
        if let Some(window) = self.exact_window() {
            return best(&window.scores);
        }
        let strongest = self.detections.iter().rev().max_by_key(|detection| detection.score);
        let label = match strongest {
            Some(detection) => detection.label as usize,
            None => {
                let winners = self.windows.iter().filter_map(|window| best(&window.scores));
                let mut wins = [0u32; MAX_LABELS];
                winners.for_each(|(label, _)| wins[label] += 1);
                let most = *wins.iter().max()?;
                wins.iter().position(|&count| count == most)?
            }
        };
        self.windows.iter().map(|window| window.scores[label]).max().map(|score| (label, score))
    }
}

/// The first label with the highest score, and that score.
fn best(scores: &[i8]) -> Option<(usize, i8)> {
    let score = *scores.iter().max()?;
    scores.iter().position(|&other| other == score).map(|label| (label, score))
}

/// Feeds a clip and a tail of silence, in slices of a few milliseconds, and notes everything.
///
/// `samples` are mono at 16 kHz. The same Program, samples and settings give the same result, everywhere.
pub fn listen(program: Program<'_>, samples: &[i16], settings: &Settings) -> Result<Heard, ListenError> {
    let mut memory = AlignedBytes::zeroed(memory_bytes(&program));
    let listening = Listening { stride_rows: settings.stride_ms / ROW_MS, detector: settings.detector };
    let mut pipeline: Pipeline<'_, MAX_LABELS, MAX_RESULTS> =
        Pipeline::new(program, listening, &mut memory).map_err(ListenError::Pipeline)?;
    let mut heard = Heard { window_rows: pipeline.window_rows(), ..Heard::default() };
    let mut rest = samples;
    while let Some(row) = pipeline.push(&mut rest) {
        let row = row.map_err(ListenError::Data)?;
        heard.rows.push(row.features);
        note(&mut heard, &mut pipeline, &row);
    }
    heard.windows_in_clip = heard.windows.len();
    let tail = vec![0i16; settings.tail_ms as usize * SAMPLE_RATE / 1000];
    let mut rest = tail.as_slice();
    while let Some(row) = pipeline.push(&mut rest) {
        let row = row.map_err(ListenError::Data)?;
        heard.tail_rows.push(row.features);
        note(&mut heard, &mut pipeline, &row);
    }
    Ok(heard)
}

fn note(heard: &mut Heard, pipeline: &mut Pipeline<'_, MAX_LABELS, MAX_RESULTS>, row: &Row<MAX_LABELS>) {
    let Some(result) = &row.result else { return };
    heard.windows.push(Window {
        last_row: row.index,
        time_ms: result.time_ms,
        scores: result.scores[..pipeline.labels()].to_vec(),
        output: pipeline.interpreter().output_bytes(0).map(|bytes| bytes.iter().collect()).unwrap_or_default(),
        averages: pipeline.detector().smoothed().map(|smoothed| smoothed.averages.to_vec()).unwrap_or_default(),
    });
    heard.detections.extend(result.detection);
}
