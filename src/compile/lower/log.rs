//! LOG. The rule is in [`micro_runtime::kernels::log`].

use micro_runtime::kernels::log as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "LOG", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
