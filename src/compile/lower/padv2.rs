//! PADV2: PAD with the fill value in a third input.

use super::{Lowering, pad};

pub(super) const LOWERING: Lowering = Lowering { name: "PADV2", ..pad::LOWERING };
