//! The audio front end: 16 kHz samples in, one row of 40 int8 features every 20 ms out.
//!
//! Features are byte for byte those of the int8 audio preprocessor of TFLM's micro_speech example, which is what
//! keyword models are trained on. Each stage is a file with plain functions over views, all parameters explicit;
//! the kernels of the Signal operators call the same functions. [`FrontEnd`] strings them together for a stream.
//!
//! No function fails or panics for any value of samples, tables or parameters: where the reference's arithmetic
//! wraps, ours wraps; what a table names outside of a buffer counts as 0.

pub mod auto_scale;
pub mod dsp;
pub mod energy;
pub mod fft;
pub mod filterbank;
pub mod log;
pub mod noise;
pub mod pcan;
pub mod scale;
pub mod tables;
pub mod window;

use bytemuck::{Pod, Zeroable};

use crate::arena::{Input, Output};
use crate::instructions::Native;

/// Samples a second that the front end is made for.
pub const SAMPLE_RATE: usize = 16_000;
/// Samples that one row of features is computed from: 30 ms.
pub const WINDOW_SAMPLES: usize = 480;
/// Samples from the start of one window to the start of the next: 20 ms.
pub const STRIDE_SAMPLES: usize = 320;
/// Features in a row.
pub const CHANNELS: usize = 40;
/// Samples that are transformed: a window and zeros behind it.
pub const FFT_SIZE: usize = 512;
/// Frequencies that a transform gives, from 0 to half the sample rate.
pub const BINS: usize = FFT_SIZE / 2 + 1;

/// A stream of samples becoming rows of features: [`Stream`] and [`Workspace`] in one, about 3 KB.
pub struct FrontEnd {
    stream: Stream,
    workspace: Workspace,
}

impl Default for FrontEnd {
    fn default() -> FrontEnd {
        FrontEnd::new()
    }
}

impl FrontEnd {
    /// A front end that has heard nothing.
    pub const fn new() -> FrontEnd {
        let workspace = Workspace { spectrum: [0; dsp::SPECTRUM], frame: [0; dsp::FRAME] };
        FrontEnd { stream: Stream::new(), workspace }
    }

    /// Forgets all samples and the noise estimate.
    pub fn reset(&mut self) {
        self.stream.reset();
    }

    /// How many more samples the next row needs, 1 to [`WINDOW_SAMPLES`].
    pub fn samples_needed(&self) -> usize {
        self.stream.samples_needed()
    }

    /// As [`Stream::push`].
    pub fn push(&mut self, samples: &mut &[i16]) -> Option<[i8; CHANNELS]> {
        self.stream.push(&mut self.workspace, samples)
    }
}

/// What a front end remembers: the samples that the next window shares with the last one, and the noise estimate.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Stream {
    noise: [u32; CHANNELS],
    samples: [i16; WINDOW_SAMPLES],
    filled: u32,
}

/// The memory that the stages work in. What it holds before and after a row is of no consequence.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Workspace {
    spectrum: [u32; dsp::SPECTRUM],
    frame: [u32; dsp::FRAME],
}

impl Default for Stream {
    fn default() -> Stream {
        Stream::new()
    }
}

impl Stream {
    /// One that has heard nothing.
    pub const fn new() -> Stream {
        Stream { samples: [0; WINDOW_SAMPLES], filled: 0, noise: [0; CHANNELS] }
    }

    /// Forgets all samples and the noise estimate.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.noise = [0; CHANNELS];
    }

    /// How many more samples the next row needs, 1 to [`WINDOW_SAMPLES`].
    pub fn samples_needed(&self) -> usize {
        WINDOW_SAMPLES - self.filled as usize
    }

    /// Takes samples off the front of `samples`: all of them, or as many as complete a window, whose row it returns.
    ///
    /// Call it until it returns `None`; then `samples` is empty. Row `i` covers the samples from
    /// `i * STRIDE_SAMPLES` to `i * STRIDE_SAMPLES + WINDOW_SAMPLES` since the start or the last
    /// [`reset`](Self::reset), however they were cut into slices.
    pub fn push(&mut self, workspace: &mut Workspace, samples: &mut &[i16]) -> Option<[i8; CHANNELS]> {
        let taken = samples.len().min(self.samples_needed());
        let (now, later) = samples.split_at(taken);
        self.samples[self.filled as usize..][..taken].copy_from_slice(now);
        self.filled += taken as u32;
        *samples = later;
        if self.samples_needed() > 0 {
            return None;
        }
        let row = self.row(workspace);
        self.samples.copy_within(STRIDE_SAMPLES.., 0);
        self.filled = (WINDOW_SAMPLES - STRIDE_SAMPLES) as u32;
        Some(row)
    }

    /// The features of the full window, all stages in order.
    fn row(&mut self, workspace: &mut Workspace) -> [i8; CHANNELS] {
        let noise = Output::from(&mut self.noise[..]);
        let Workspace { spectrum, frame } = workspace;
        let shift = dsp::windowed::<Native>(&self.samples, frame);
        dsp::energies::<Native>(frame, shift, spectrum);
        let mut levels = [0; CHANNELS];
        dsp::levels(spectrum, shift, &mut levels);
        let levels = Output::from(&mut levels[..]);
        let mut features = [0i16; CHANNELS];
        let features = Output::from(&mut features[..]);
        let mut row = [0; CHANNELS];
        noise::subtract_noise(&tables::NOISE, levels.as_input(), noise, levels);
        let gains = Input::from(&tables::GAINS[..]);
        pcan::apply_gain(gains, tables::GAIN_SHIFT, levels.as_input(), noise.as_input(), levels);
        log::logarithms(levels.as_input(), tables::LOG_SCALE, tables::LOG_CORRECTION_BITS, features);
        scale::features_to_int8(features.as_input(), Output::from(&mut row[..]));
        row
    }
}

/// The element at `index`, or 0 where there is none.
#[inline(always)]
fn element_or_zero<T: Copy + Default>(view: Input<'_, T>, index: usize) -> T {
    if index < view.len() { view.get(index) } else { T::default() }
}
