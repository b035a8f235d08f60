//! FLOOR. The rule is in [`micro_runtime::kernels::floor`].

use micro_runtime::kernels::floor as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "FLOOR", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
