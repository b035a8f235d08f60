//! Where every buffer lies in the arena.
//!
//! A microcontroller's RAM is the scarcest thing a model uses, and the chip has no planner: the offsets chosen here are
//! written into the Program. [`plan`] promises a placement in which buffers that are needed at the same time never
//! harm each other, that is the same on every run and every machine, and that never takes more than one buffer after
//! another would. It names a proven lower bound beside the result, so that a reader sees how much could be left to
//! gain.
//!
//! Two buffers with a common step are disjoint. The exception is an op whose access order allows its output to be
//! written over its dying input ([`Overlap`]): there the output may start `distance` bytes below the input.
//! Both cases are one kind of constraint, "the upper of the two starts at least so many bytes above the lower", with a
//! number for either order of the pair. All placement code knows only these numbers.

mod bound;
mod constraints;
mod core;
mod exact;
mod place;
mod search;
mod verify;

#[cfg(test)]
mod tests;

pub use verify::verify;

use constraints::{Constraints, align_up};

/// A range of op indices, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// The first op at which the buffer holds something.
    pub first: u32,
    /// The last op at which it is still read or written; never before `first`.
    pub last: u32,
}

/// Bytes to be placed in the arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Size in bytes. A buffer of 0 bytes lies at offset 0 and conflicts with nothing.
    pub bytes: u32,
    /// The offset is a multiple of this power of two.
    pub alignment: u32,
    /// When the bytes are needed: ascending, without common steps; usually one interval. Empty means never.
    pub live: Vec<Interval>,
}

/// Leave for an output to lie over an input that dies at the op which produces the output.
///
/// The only common step of the two is the one at which the input's last interval ends and the output's first begins.
/// There they may share bytes if `offset(input) - offset(output) >= distance`: the op's access order guarantees that
/// it then never writes an output byte where input is still to be read. When a pair is named twice (an op that reads
/// one tensor as both operands), both distances hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Index of the dying buffer.
    pub input: usize,
    /// Index of the buffer being born.
    pub output: usize,
    /// Bytes by which the output has to start below the input; negative if it may even start above.
    pub distance: i64,
}

/// Whether buffers may reuse each other's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Bytes are reused once nobody needs what they hold.
    On,
    /// Every buffer has its own bytes, so that each can be looked at after the last op.
    Off,
}

/// A finished placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bytes from the start of the arena, one per buffer and in the same order.
    pub offsets: Vec<u32>,
    /// End of the highest buffer. Not rounded up.
    pub arena_bytes: u32,
    /// No placement that shares bytes is smaller. Alignment and chains of overlaps are accounted for, so this can be
    /// more than the bytes live at any one step.
    pub lower_bound_bytes: u32,
    /// The step that needs the most bytes, the earliest of equals; 0 without buffers.
    pub peak_step: u32,
    /// Bytes needed at `peak_step` alone. At most `lower_bound_bytes`.
    pub peak_step_bytes: u32,
    /// What one buffer after another takes: the arena without any sharing, capped at `u32::MAX`.
    pub unshared_bytes: u32,
    /// Whether no placement is smaller by the smallest alignment or more: the bound was reached up to rounding, or an
    /// exhaustive search found nothing better. Never set without sharing.
    pub optimal: bool,
    /// The method that found the placement, in words.
    pub strategy: &'static str,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The smallest placement found ends above what 32-bit offsets reach.
    #[error(
        "the arena needs {needed} bytes, but offsets are 32 bits wide and reach {limit} bytes. \
         Shrink the largest tensors, for example with a smaller input or fewer channels",
        limit = u32::MAX
    )]
    TooLarge {
        /// End of the highest buffer in bytes.
        needed: u64,
    },
    /// An alignment is not a power of two.
    #[error(
        "buffer {buffer} asks for an alignment of {alignment} bytes, needed is a power of two. \
         Use the element size, or 1 for bytes"
    )]
    Alignment {
        /// Index of the buffer.
        buffer: usize,
        /// What it asked for.
        alignment: u32,
    },
    /// Intervals run backwards, touch each other's steps or are out of order.
    #[error(
        "buffer {buffer} is live in intervals that are not ascending and separate (see its interval {interval}). \
         Sort the intervals and merge those with common steps"
    )]
    Intervals {
        /// Index of the buffer.
        buffer: usize,
        /// Index of the first interval that breaks the rule.
        interval: usize,
    },
    /// An overlap names a pair that does not meet in exactly one step.
    #[error(
        "overlap {overlap} pairs input buffer {input} with output buffer {output}: {reason}. \
         Only an input that dies at the very op that produces the output can be overlapped; leave out the others"
    )]
    Overlap {
        /// Index of the overlap.
        overlap: usize,
        /// Index of the input buffer as given.
        input: usize,
        /// Index of the output buffer as given.
        output: usize,
        /// What is wrong with the pair.
        reason: &'static str,
    },
}

/// Places all buffers; the same arguments always give the same plan.
///
/// With [`Sharing::On`] the smallest placement that a bounded search finds is returned; the amount of work depends on
/// the arguments only, never on a clock. With [`Sharing::Off`] buffers follow one another in order of their index and
/// `overlaps` are checked but not used.
///
/// # Errors
///
/// [`PlanError`] if a buffer or overlap breaks its contract, or if the arena would end above `u32::MAX` bytes.
pub fn plan(buffers: &[Buffer], overlaps: &[Overlap], sharing: Sharing) -> Result<Plan, PlanError> {
    let constraints = Constraints::new(buffers, overlaps)?;
    let bound = bound::lower_bound(&constraints);
    let stacked = stack(&constraints);
    let unshared = constraints.arena(&stacked);
    let (offsets, strategy, optimal) = match sharing {
        Sharing::Off => (stacked, "every buffer its own bytes", false),
        Sharing::On => {
            let found = search::search(&constraints, stacked, bound.bytes);
            (found.offsets, found.strategy, found.optimal)
        }
    };
    let arena = constraints.arena(&offsets);
    let too_large = |_| PlanError::TooLarge { needed: arena as u64 };
    let arena_bytes = u32::try_from(arena).map_err(too_large)?;
    let offsets = offsets.into_iter().map(u32::try_from).collect::<Result<Vec<u32>, _>>().map_err(too_large)?;
    debug_assert_eq!(verify(buffers, overlaps, &offsets), Ok(()));
    Ok(Plan {
        offsets,
        arena_bytes,
        lower_bound_bytes: u32::try_from(bound.bytes).map_err(too_large)?,
        peak_step: bound.peak_step,
        peak_step_bytes: u32::try_from(bound.peak_step_bytes).map_err(too_large)?,
        unshared_bytes: u32::try_from(unshared).unwrap_or(u32::MAX),
        optimal,
        strategy,
    })
}

/// One buffer after another in order of their index.
fn stack(constraints: &Constraints) -> Vec<i64> {
    let mut end = 0;
    let place = |buffer: usize| {
        if constraints.bytes(buffer) == 0 {
            return 0;
        }
        let offset = align_up(end, constraints.alignment(buffer));
        end = offset + constraints.bytes(buffer);
        offset
    };
    (0..constraints.len()).map(place).collect()
}
