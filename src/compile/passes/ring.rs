//! Rings: more working memory for an op, so that its output can lie on its input.
//!
//! A window that slides over an image still needs rows far above the pixel that it writes. An output that waits in a
//! ring until these rows are read costs the ring's bytes while the op runs; without it, the whole output lies lower by
//! as much, and in a chain of such ops each lies lower than the one before.

use crate::compile::schedule::Scheduled;
use crate::compile::step::Operand;

/// The same ops with every ring in use; `None` when there is no ring.
pub fn with_rings(scheduled: &[Scheduled]) -> Option<Vec<Scheduled>> {
    if scheduled.iter().all(|op| op.step.ring.is_none()) {
        return None;
    }
    let mut with_rings = scheduled.to_vec();
    for op in &mut with_rings {
        let step = &mut op.step;
        let Some(ring) = step.ring.take() else { continue };
        let bytes = ring.elements * ring.element_type.size() as u32;
        step.scratch.push(Operand::Scratch { element_type: ring.element_type, bytes });
        for overlap in step.overlaps.iter_mut().filter(|overlap| (overlap.input, overlap.output) == (0, 0)) {
            overlap.distance = ring.distance;
        }
    }
    Some(with_rings)
}
