//! SQUARE. The rule is in [`micro_runtime::kernels::square`].

use micro_runtime::kernels::square as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "SQUARE", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
