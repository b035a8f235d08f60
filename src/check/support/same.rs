//! Requires tensors to be quantised alike where an operator passes codes on as they are.

use crate::check::Findings;
use crate::check::context::{Op, Value};

/// How far the scales may be apart, relative to the greater.
const TOLERANCE: f64 = 1e-6;

/// Whether two tensors stand for reals in the same way, as far as both are quantised.
fn is_same(one: &Value<'_>, other: &Value<'_>) -> bool {
    if !(one.is_quantised() && other.is_quantised()) || one.tensor_type != other.tensor_type {
        return true;
    }
    let (a, b) = (one.scales()[0] as f64, other.scales()[0] as f64);
    // Written such that NaN, which another rule reports, is no difference.
    let differs = (a - b).abs() > TOLERANCE * a.abs().max(b.abs());
    !differs && one.zero_point() == other.zero_point()
}

/// Reports each of `inputs` that is quantised differently from the first output.
pub fn require_same<'m>(op: &Op<'m>, inputs: impl IntoIterator<Item = Value<'m>>, findings: &mut Findings) {
    let Some(output) = op.output(0) else { return };
    for input in inputs.into_iter().filter(|input| !is_same(input, &output)) {
        let expected = format!("{} as the output \"{}\"", output.quantisation(), output.name);
        findings.add(op.place_of(&input), format!("input has {}", input.quantisation()), expected);
    }
}
