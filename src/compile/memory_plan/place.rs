//! Places buffers one by one in a given order, each where a rule prefers it among all offsets that are free.
//!
//! Seen from a buffer, every neighbour already placed forbids one open range of offsets. What is left between the
//! merged ranges is free. Offsets may be negative meanwhile: a chain of overlaps grows downwards, and only at the end
//! is everything moved up to start at 0.

use super::constraints::{Constraints, align_down, align_up};

/// Beyond any offset that occurs, small enough that adding to it never wraps.
const FAR: i64 = 1 << 60;

/// Where a buffer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// As low as possible, but not below 0.
    Lowest,
    /// As high as possible below a fixed ceiling.
    Highest,
    /// Where the extent of everything placed so far grows least, up or down; among equals into the narrowest gap.
    LeastGrowth,
}

/// A placement machine with reusable memory.
pub(super) struct Placer<'a> {
    constraints: &'a Constraints<'a>,
    /// The offset of each buffer placed in the current round.
    offsets: Vec<Option<i64>>,
    forbidden: Vec<(i64, i64)>,
    greatest_alignment: i64,
    /// Neighbours looked at since the machine was made: the measure of work.
    pub visits: usize,
}

impl<'a> Placer<'a> {
    pub fn new(constraints: &'a Constraints<'a>) -> Self {
        let offsets = vec![None; constraints.len()];
        let greatest_alignment = constraints.alignments().1;
        Self { constraints, offsets, forbidden: Vec::new(), greatest_alignment, visits: 0 }
    }

    /// Places the buffers of `order` and writes their offsets, all at least 0, into `result`. Returns the end of the
    /// highest, or `None` once it is certain to lie above `limit`; `result` then means nothing.
    pub fn place(&mut self, order: &[usize], rule: Rule, limit: i64, result: &mut [i64]) -> Option<i64> {
        self.offsets.fill(None);
        let (mut low, mut high) = (0, 0);
        for (position, &buffer) in order.iter().enumerate() {
            let bytes = self.constraints.bytes(buffer);
            self.gather(buffer);
            let offset = match rule {
                Rule::Lowest => self.lowest(buffer),
                Rule::Highest => self.highest(buffer),
                Rule::LeastGrowth => self.least_growth(buffer, (position > 0).then_some((low, high))),
            };
            self.offsets[buffer] = Some(offset);
            if position == 0 {
                (low, high) = (offset, offset + bytes);
            } else {
                (low, high) = (low.min(offset), high.max(offset + bytes));
            }
            if high - low > limit {
                return None;
            }
        }
        let base = if rule == Rule::Lowest { 0 } else { align_down(low, self.greatest_alignment) };
        for &buffer in order {
            result[buffer] = self.offsets[buffer].map_or(0, |offset| offset - base);
        }
        Some(high - base).filter(|&arena| arena <= limit)
    }

    /// Adds the buffers of `order`, each as low as possible, to those that have an offset. The others get 0.
    pub fn complete(&mut self, offsets: Vec<Option<i64>>, order: &[usize]) -> Vec<i64> {
        self.offsets = offsets;
        for &buffer in order {
            self.gather(buffer);
            self.offsets[buffer] = Some(self.lowest(buffer));
        }
        self.offsets.iter().map(|offset| offset.unwrap_or(0)).collect()
    }

    /// Collects what placed neighbours forbid, as open ranges in ascending order.
    fn gather(&mut self, buffer: usize) {
        let Self { constraints, offsets, forbidden, .. } = self;
        forbidden.clear();
        self.visits += 1 + constraints.each_separation(buffer, |separation| {
            if let Some(other) = offsets[separation.other] {
                forbidden.push((other - separation.below, other + separation.above));
            }
        });
        forbidden.sort_unstable();
    }

    fn lowest(&self, buffer: usize) -> i64 {
        let alignment = self.constraints.alignment(buffer);
        let mut offset = 0;
        for &(from, to) in &self.forbidden {
            if from >= offset {
                break;
            }
            if to > offset {
                offset = align_up(to, alignment);
            }
        }
        offset
    }

    fn highest(&self, buffer: usize) -> i64 {
        let alignment = self.constraints.alignment(buffer);
        let ceiling = align_down(-self.constraints.bytes(buffer), alignment);
        let mut best = None;
        self.each_gap(|from, to| {
            let offset = align_down(to.min(ceiling), alignment);
            if offset >= from {
                best = Some(offset);
            }
        });
        // The gap below everything is endless, so there always is one.
        best.unwrap_or(ceiling)
    }

    fn least_growth(&self, buffer: usize, extent: Option<(i64, i64)>) -> i64 {
        let Some((low, high)) = extent else { return 0 };
        let bytes = self.constraints.bytes(buffer);
        let alignment = self.constraints.alignment(buffer);
        let mut best = (i64::MAX, i64::MAX, 0);
        self.each_gap(|from, to| {
            let candidates = [
                align_up(from, alignment),
                align_down(to, alignment),
                align_up(low, alignment),
                align_down(high - bytes, alignment),
            ];
            for offset in candidates.into_iter().filter(|offset| (from..=to).contains(offset)) {
                let growth = (low - offset).max(0) + (offset + bytes - high).max(0);
                best = best.min((growth, to - from, offset));
            }
        });
        best.2
    }

    /// Visits all ranges of free offsets, both ends included, in ascending order.
    fn each_gap(&self, mut visit: impl FnMut(i64, i64)) {
        let mut free_from = -FAR;
        for &(from, to) in &self.forbidden {
            if from >= free_from {
                visit(free_from, from);
            }
            free_from = free_from.max(to);
        }
        visit(free_from, FAR);
    }
}
