//! SQRT. The rule is in [`micro_runtime::kernels::sqrt`].

use micro_runtime::kernels::sqrt as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "SQRT", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
