//! Tables of functions for [`micro_runtime::kernels::support::interpolation`].

use micro_runtime::kernels::support::interpolation::POINTS;

/// A function over `inputs.0 ..= inputs.1`, which the 65536 values of `i16` span, with outputs of which 65535 steps make
/// `output_span`, as supporting points.
///
/// All arithmetic is in single precision, as in TFLite: each point is shifted by half of the error that the
/// straight line to the next one has in the middle.
pub fn table(inputs: (f32, f32), output_span: (f32, f32), function: impl Fn(f32) -> f32) -> Vec<i16> {
    let segments = (POINTS - 1) as f32;
    let (first, last) = inputs;
    let step = (last - first) / segments;
    let scale = 65536.0 / (output_span.1 - output_span.0);
    let saturated = |value: f32| value.clamp(i16::MIN as f32, i16::MAX as f32) as i16;
    let mut points: Vec<i16> = (0..POINTS - 1)
        .map(|index| {
            let start = first + index as f32 * step;
            let sample = (function(start) * scale).round();
            let next = function(first + (index + 1) as f32 * step) * scale;
            let line = ((next + sample) / 2.0).round();
            let middle = (function(start + step / 2.0) * scale).round();
            saturated(sample - ((line - middle) / 2.0).round())
        })
        .collect();
    points.push(saturated((function(last) * scale).round()));
    points
}
