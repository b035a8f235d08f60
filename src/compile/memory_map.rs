//! What lies where in the arena, and when: the memory plan of a compiled model for people to look at.

use super::graph::TensorId;
use super::memory_plan::{Buffer, Interval, Overlap, Plan};
use super::schedule::{Place, Schedule, Scheduled};
use super::step::Operand;

/// The arena over the time of one invocation.
///
/// Time is counted in steps: the caller writes the inputs at step 0, then each op of the Program has a step (an op that
/// runs subgraphs has two for each), and at the last step the caller reads the outputs.
#[derive(Clone, Debug)]
pub struct MemoryMap {
    /// Everything in the arena.
    pub buffers: Vec<PlacedBuffer>,
    /// Which of them may share bytes although both are alive.
    pub overlaps: Vec<Overlap>,
    /// The op of the Program that runs at each step; none for the caller's steps.
    pub steps: Vec<Option<u32>>,
    /// What one buffer after another would take.
    pub unshared_bytes: u32,
    /// Whether it is proven that no placement takes less.
    pub is_optimal: bool,
}

/// Some bytes of the arena.
#[derive(Clone, Debug)]
pub struct PlacedBuffer {
    /// Whose they are.
    pub owner: Owner,
    /// Where they start.
    pub offset: u32,
    /// How many they are.
    pub bytes: u32,
    /// What the start is a multiple of.
    pub alignment: u32,
    /// When they hold something, both ends included.
    pub live: Vec<Interval>,
    /// The steps at which ops or the caller touch them, ascending.
    pub touches: Vec<u32>,
}

/// Whose bytes they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A tensor's, and those of all that are other names of it.
    Tensor(TensorId),
    /// Working memory of an op of the Program.
    Scratch(u32),
    /// What an op of the Program keeps from invocation to invocation.
    State(u32),
    /// A resource variable's.
    Resource(String),
}

impl MemoryMap {
    pub(super) fn new(schedule: &Schedule, plan: &Plan, scheduled: &[Scheduled], order: &[usize]) -> MemoryMap {
        let mut position = vec![0; scheduled.len()];
        for (number, &op) in order.iter().enumerate() {
            position[op] = number as u32;
        }
        let owner = |place: &Place| match place {
            Place::Tensor(tensor) => Owner::Tensor(*tensor),
            Place::Resource(name) => Owner::Resource(name.clone()),
            Place::Scratch(op, index) => match scheduled[*op].step.scratch[*index] {
                Operand::State { .. } => Owner::State(position[*op]),
                _ => Owner::Scratch(position[*op]),
            },
        };
        let placed = |index: usize| {
            let Buffer { bytes, alignment, ref live } = schedule.buffers[index];
            PlacedBuffer {
                owner: owner(&schedule.places[index]),
                offset: plan.offsets[index],
                bytes,
                alignment,
                live: live.clone(),
                touches: schedule.touches[index].clone(),
            }
        };
        MemoryMap {
            buffers: (0..schedule.buffers.len()).map(placed).collect(),
            overlaps: schedule.overlaps.clone(),
            steps: schedule.timeline.iter().map(|op| op.map(|op| position[op])).collect(),
            unshared_bytes: plan.unshared_bytes,
            is_optimal: plan.optimal,
        }
    }

    /// What the memory plan was made for.
    pub fn unplaced(&self) -> Vec<Buffer> {
        let buffer = |placed: &PlacedBuffer| Buffer {
            bytes: placed.bytes,
            alignment: placed.alignment,
            live: placed.live.clone(),
        };
        self.buffers.iter().map(buffer).collect()
    }

    /// The bytes of the arena that hold something at each step: shared bytes count once.
    pub fn live_bytes(&self) -> Vec<u32> {
        let mut at_step: Vec<Vec<(u32, u32)>> = vec![Vec::new(); self.steps.len()];
        for buffer in self.buffers.iter().filter(|buffer| buffer.bytes > 0) {
            for step in buffer.live.iter().flat_map(|interval| interval.first..=interval.last) {
                if let Some(ranges) = at_step.get_mut(step as usize) {
                    ranges.push((buffer.offset, buffer.offset + buffer.bytes));
                }
            }
        }
        at_step.into_iter().map(covered).collect()
    }

    /// The step at which most bytes hold something, the earliest of equals, and how many they are.
    pub fn peak(&self) -> Option<(u32, u32)> {
        let live = self.live_bytes();
        let (step, bytes) = live.iter().enumerate().rev().max_by_key(|&(_, bytes)| *bytes)?;
        Some((step as u32, *bytes))
    }

    /// The buffers that hold something at a step, as indices.
    pub fn alive(&self, step: u32) -> impl Iterator<Item = usize> {
        let is_alive = move |buffer: &PlacedBuffer| {
            buffer.bytes > 0 && buffer.live.iter().any(|interval| (interval.first..=interval.last).contains(&step))
        };
        self.buffers.iter().enumerate().filter(move |(_, buffer)| is_alive(buffer)).map(|(index, _)| index)
    }
}

/// The length of the union of ranges.
fn covered(mut ranges: Vec<(u32, u32)>) -> u32 {
    ranges.sort_unstable();
    let (mut total, mut reached) = (0, 0);
    for (start, end) in ranges {
        total += end.max(reached) - start.max(reached);
        reached = reached.max(end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(offset: u32, bytes: u32, first: u32, last: u32) -> PlacedBuffer {
        let live = vec![Interval { first, last }];
        PlacedBuffer { owner: Owner::Scratch(0), offset, bytes, alignment: 1, live, touches: vec![first, last] }
    }

    #[test]
    fn bytes_that_two_buffers_share_count_once() {
        let buffers = vec![buffer(40, 60, 0, 1), buffer(0, 50, 1, 2), buffer(200, 7, 2, 2), buffer(5, 0, 0, 3)];
        let map = MemoryMap {
            buffers,
            overlaps: Vec::new(),
            steps: vec![None, Some(0), Some(1), None],
            unshared_bytes: 117,
            is_optimal: true,
        };
        assert_eq!(map.live_bytes(), [60, 100, 57, 0]);
        assert_eq!(map.peak(), Some((1, 100)));
        assert_eq!(map.alive(1).collect::<Vec<_>>(), [0, 1]);
    }
}
