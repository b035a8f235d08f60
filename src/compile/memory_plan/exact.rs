//! Searches all placements of the buffers that matter, as far as a budget reaches.
//!
//! **The core.** A buffer whose neighbours cannot forbid every offset below the goal, wherever they lie, finds room
//! after everything else. Such buffers are set aside, again and again, and what is left falls into independent parts.
//!
//! **The search.** A smallest placement can be pressed down until every buffer rests on 0 or on a neighbour below it.
//! Read in ascending order of offsets it is a sequence in which each buffer takes the least offset above the neighbours
//! before it. The search extends such sequences and gives up a branch when
//! - a buffer left over would have fitted wholly below what is placed next, because then it could be moved there,
//! - two unrelated buffers at the same offset come in the wrong order of their indices,
//! - the bytes still to be placed at some step do not fit below the best placement known.
//!
//! Reading in ascending order supposes that no separation is negative. Otherwise a result is still valid, but nothing
//! is claimed about smaller ones.

use super::constraints::{Constraints, align_up, common_step};
use super::place::Placer;
use std::cmp::Reverse;

/// Buffers and live buffers per step looked at, over all parts.
const BUDGET: usize = 6_000_000;

/// A part beyond this size is not begun: its search would only scratch the surface.
const MAX_PART: usize = 160;

pub(super) struct Exhausted {
    /// All offsets of a placement smaller than the one known.
    pub offsets: Option<Vec<i64>>,
    /// Nothing smaller than the best of both placements exists.
    pub complete: bool,
}

/// Looks for a placement smaller than `known`; `goal` is no more than rounding above a lower bound.
pub(super) fn search(constraints: &Constraints, known: &[i64], goal: i64) -> Exhausted {
    if !constraints.is_listed() {
        return Exhausted { offsets: None, complete: false };
    }
    let (core, aside) = set_aside(constraints, goal);
    let mut offsets: Vec<Option<i64>> = vec![None; constraints.len()];
    let (mut budget, mut proven) = (BUDGET, 0);
    for part in parts(constraints, &core) {
        let ends = part.iter().map(|&buffer| known[buffer] + constraints.bytes(buffer));
        let mut best = ends.max().unwrap_or(0);
        let mut keep: Vec<i64> = part.iter().map(|&buffer| known[buffer]).collect();
        if best > goal && part.len() <= MAX_PART {
            let mut search = Search::new(constraints, &part, goal, best, budget);
            search.extend(None, 0);
            budget = search.budget;
            if let Some(smaller) = search.found {
                (best, keep) = (search.best, smaller);
            }
            if budget > 0 && search.ascending {
                proven = proven.max(best);
            }
        }
        for (&buffer, &offset) in part.iter().zip(&keep) {
            offsets[buffer] = Some(offset);
        }
    }
    let offsets = Placer::new(constraints).complete(offsets, &aside);
    let arena = constraints.arena(&offsets);
    let known = constraints.arena(known);
    Exhausted { complete: arena.min(known) <= proven, offsets: (arena < known).then_some(offsets) }
}

/// The buffers that have to be searched, ascending, and the others in an order in which each finds room below `goal`.
fn set_aside(constraints: &Constraints, goal: i64) -> (Vec<usize>, Vec<usize>) {
    // For each buffer, how many of its offsets are left when the neighbours that remain forbid as many as they can.
    let mut left = vec![0; constraints.len()];
    for buffer in constraints.sized() {
        left[buffer] = (goal - constraints.bytes(buffer)).div_euclid(constraints.alignment(buffer)) + 1;
        let mut forbidden = 0;
        constraints.each_separation(buffer, |separation| {
            forbidden += most_forbidden(constraints, buffer, separation.other, separation.above + separation.below);
        });
        left[buffer] -= forbidden;
    }
    let mut remains: Vec<bool> = vec![true; constraints.len()];
    let mut ready: Vec<usize> = constraints.sized().filter(|&buffer| left[buffer] > 0).collect();
    let mut aside = Vec::new();
    while let Some(buffer) = ready.pop() {
        remains[buffer] = false;
        aside.push(buffer);
        constraints.each_separation(buffer, |separation| {
            let other = separation.other;
            if remains[other] && left[other] <= 0 {
                left[other] += most_forbidden(constraints, other, buffer, separation.above + separation.below);
                if left[other] > 0 {
                    ready.push(other);
                }
            }
        });
    }
    aside.reverse();
    (constraints.sized().filter(|&buffer| remains[buffer]).collect(), aside)
}

/// How many offsets of `buffer` an open range of `length` around a neighbour can hold.
fn most_forbidden(constraints: &Constraints, buffer: usize, neighbour: usize, length: i64) -> i64 {
    let alignment = constraints.alignment(buffer);
    if constraints.alignment(neighbour) >= alignment {
        // Both ends are multiples of the alignment themselves.
        return length / alignment - 1;
    }
    (length + alignment - 2) / alignment
}

/// Groups of buffers without separations between them, each ascending.
fn parts(constraints: &Constraints, core: &[usize]) -> Vec<Vec<usize>> {
    let mut waiting = vec![false; constraints.len()];
    core.iter().for_each(|&buffer| waiting[buffer] = true);
    let mut parts = Vec::new();
    for &buffer in core {
        if !std::mem::take(&mut waiting[buffer]) {
            continue;
        }
        let mut part = vec![buffer];
        let mut next = 0;
        while let Some(&buffer) = part.get(next) {
            constraints.each_separation(buffer, |separation| {
                if std::mem::take(&mut waiting[separation.other]) {
                    part.push(separation.other);
                }
            });
            next += 1;
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts
}

/// Buffers live at the same time.
struct LiveSet {
    live: Vec<usize>,
    /// Pairs of an input and an output, with the most bytes they can share.
    shared: Vec<(usize, usize, i64)>,
}

/// One part; buffers are numbered from 0 within it.
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
    fn new(constraints: &Constraints, part: &[usize], goal: i64, best: i64, budget: usize) -> Self {
        let local = |buffer: usize| part.binary_search(&buffer).ok();
        let mut neighbours = vec![Vec::new(); part.len()];
        let mut ascending = true;
        for (index, &buffer) in part.iter().enumerate() {
            constraints.each_separation(buffer, |separation| {
                ascending &= separation.above >= 0 && separation.below >= 0;
                if let Some(other) = local(separation.other) {
                    neighbours[index].push((other, separation.below));
                }
            });
        }
        Self {
            bytes: part.iter().map(|&buffer| constraints.bytes(buffer)).collect(),
            alignments: part.iter().map(|&buffer| constraints.alignment(buffer)).collect(),
            neighbours,
            steps: live_sets(constraints, part),
            ascending,
            goal,
            best,
            found: None,
            budget,
            placed: vec![false; part.len()],
            offsets: vec![0; part.len()],
            least: vec![0; part.len()],
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
fn live_sets(constraints: &Constraints, part: &[usize]) -> Vec<LiveSet> {
    let mut numbers: Vec<u32> =
        part.iter().flat_map(|&buffer| constraints.live(buffer).iter().map(|live| live.first)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut sets = Vec::new();
    for number in numbers {
        let here = [super::Interval { first: number, last: number }];
        let is_live = |&index: &usize| common_step(constraints.live(part[index]), &here).is_some();
        let live: Vec<usize> = (0..part.len()).filter(is_live).collect();
        let mut shared = Vec::new();
        let from = constraints.links().partition_point(|link| link.step < number);
        for link in constraints.links()[from..].iter().take_while(|link| link.step == number) {
            if let (Ok(input), Ok(output)) = (part.binary_search(&link.input), part.binary_search(&link.output)) {
                let window = constraints.bytes(link.output) - link.distance;
                let bytes = window.min(constraints.bytes(link.input)).min(constraints.bytes(link.output));
                shared.push((input, output, bytes.max(0)));
            }
        }
        sets.push(LiveSet { live, shared });
    }
    sets
}
