//! COS. The rule is in [`micro_runtime::kernels::cos`].

use micro_runtime::kernels::cos as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "COS", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
