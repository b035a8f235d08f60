//! Searches all placements of a few buffers, as far as a budget reaches.
//!
//! A smallest placement can be pressed down until every buffer rests on 0 or on a neighbour below it. Read in ascending
//! order of offsets it is a sequence in which each buffer takes the least offset above the neighbours before it. The
//! search extends such sequences and gives up a branch when
//! - a buffer left over would have fitted wholly below what is placed next, because then it could be moved there,
//! - two unrelated buffers at the same offset come in the wrong order of their indices,
//! - the bytes still to be placed at some step do not fit below the best placement known.
//!
//! Reading in ascending order supposes that no separation is negative. Otherwise a result is still valid, but nothing
//! is claimed about smaller ones.

use super::Interval;
use super::constraints::{Constraints, align_up, common_step};
use std::cmp::Reverse;

/// More buffers are not begun: the search would only scratch the surface.
const MAX_BUFFERS: usize = 160;

pub(super) struct Exhausted {
    /// A placement smaller than the one known.
    pub offsets: Option<Vec<i64>>,
    /// Nothing smaller than the best of both placements exists, or `goal` was reached.
    pub complete: bool,
}

/// Looks for a placement that ends below `known`, and for none better than `goal`. `budget` counts live buffers looked
/// at and is reduced by what was used.
pub(super) fn search(constraints: &Constraints, known: i64, goal: i64, budget: &mut usize) -> Exhausted {
    if constraints.len() > MAX_BUFFERS || constraints.sized().count() < constraints.len() {
        return Exhausted { offsets: None, complete: false };
    }
    let mut search = Search::new(constraints, goal, known, *budget);
    search.extend(None, 0);
    *budget = search.budget;
    Exhausted { complete: search.budget > 0 && search.ascending, offsets: search.found }
}

/// Buffers live at the same time.
struct LiveSet {
    live: Vec<usize>,
    /// Pairs of an input and an output, with the most bytes they can share.
    shared: Vec<(usize, usize, i64)>,
}

struct Search {
    bytes: Vec<i64>,
    alignments: Vec<i64>,
    /// For each buffer its neighbours and how far above it they have to start.
    neighbours: Vec<Vec<(usize, i64)>>,
    steps: Vec<LiveSet>,
    /// No separation is negative.
    ascending: bool,
    goal: i64,
    /// Ends of a sequence must lie below this.
    best: i64,
    found: Option<Vec<i64>>,
    budget: usize,
    placed: Vec<bool>,
    offsets: Vec<i64>,
    /// The least offset above all neighbours placed, for each buffer that is not placed itself.
    least: Vec<i64>,
}

impl Search {
    fn new(constraints: &Constraints, goal: i64, best: i64, budget: usize) -> Self {
        let count = constraints.len();
        let mut neighbours = vec![Vec::new(); count];
        let mut ascending = true;
        for (buffer, neighbours) in neighbours.iter_mut().enumerate() {
            constraints.each_separation(buffer, |separation| {
                ascending &= separation.above >= 0 && separation.below >= 0;
                neighbours.push((separation.other, separation.below));
            });
        }
        Self {
            bytes: (0..count).map(|buffer| constraints.bytes(buffer)).collect(),
            alignments: (0..count).map(|buffer| constraints.alignment(buffer)).collect(),
            neighbours,
            steps: live_sets(constraints),
            ascending,
            goal,
            best,
            found: None,
            budget,
            placed: vec![false; count],
            offsets: vec![0; count],
            least: vec![0; count],
        }
    }

    /// Extends the sequence that ends with buffer `last` and reaches up to `end` by all that may come next.
    fn extend(&mut self, last: Option<usize>, end: i64) {
        let floor = last.map_or(0, |last| self.offsets[last]);
        let mut next: Vec<usize> = (0..self.bytes.len()).filter(|&buffer| !self.placed[buffer]).collect();
        let Some(roof) = next.iter().map(|&buffer| self.least[buffer] + self.bytes[buffer]).min() else {
            self.best = end;
            self.found = Some(self.offsets.clone());
            return;
        };
        if floor >= roof || !self.fits(floor) {
            return;
        }
        next.retain(|&buffer| (floor..roof).contains(&self.least[buffer]));
        next.sort_by_key(|&buffer| (self.least[buffer], Reverse(self.bytes[buffer]), buffer));
        for buffer in next {
            let offset = self.least[buffer];
            let unordered = |last: usize| {
                let related = self.neighbours[last].iter().any(|&(other, _)| other == buffer);
                offset == floor && buffer < last && !related
            };
            if last.is_some_and(unordered) || offset + self.bytes[buffer] >= self.best {
                continue;
            }
            let before = self.least.clone();
            self.placed[buffer] = true;
            self.offsets[buffer] = offset;
            for &(other, below) in &self.neighbours[buffer] {
                self.least[other] = self.least[other].max(align_up(offset + below, self.alignments[other]));
            }
            self.extend(Some(buffer), end.max(offset + self.bytes[buffer]));
            self.placed[buffer] = false;
            self.least = before;
            if self.budget == 0 || self.best <= self.goal {
                return;
            }
        }
    }

    /// Whether what is left can still end below the best placement, as far as single steps tell.
    fn fits(&mut self, floor: i64) -> bool {
        for LiveSet { live, shared } in &self.steps {
            self.budget = self.budget.saturating_sub(live.len() + 1);
            let (mut lowest, mut sum) = (i64::MAX, 0);
            for &buffer in live.iter().filter(|&&buffer| !self.placed[buffer]) {
                let least = self.least[buffer].max(floor);
                if least + self.bytes[buffer] >= self.best {
                    return false;
                }
                lowest = lowest.min(least);
                sum += self.bytes[buffer];
            }
            for &(input, output, bytes) in shared {
                if !self.placed[input] && !self.placed[output] {
                    sum -= bytes;
                }
            }
            if lowest != i64::MAX && lowest + sum >= self.best {
                return false;
            }
        }
        self.budget > 0
    }
}

/// The sets of buffers live at the beginning of some interval, each with its links and the bytes they can share.
fn live_sets(constraints: &Constraints) -> Vec<LiveSet> {
    let buffers = 0..constraints.len();
    let starts = |buffer: usize| constraints.live(buffer).iter().map(|live| live.first);
    let mut numbers: Vec<u32> = buffers.clone().flat_map(starts).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let set = |number: u32| {
        let here = [Interval { first: number, last: number }];
        let is_live = |&buffer: &usize| common_step(constraints.live(buffer), &here).is_some();
        let from = constraints.links().partition_point(|link| link.step < number);
        let links = constraints.links()[from..].iter().take_while(|link| link.step == number);
        let shared = links.map(|link| {
            let (input, output) = (constraints.bytes(link.input), constraints.bytes(link.output));
            (link.input, link.output, input.min(output).min(output - link.distance).max(0))
        });
        LiveSet { shared: shared.collect(), live: buffers.clone().filter(is_live).collect() }
    };
    numbers.into_iter().map(set).collect()
}
