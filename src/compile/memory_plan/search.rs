//! Tries many orders of placement and keeps the smallest arena.
//!
//! No single order is good for all graphs: large buffers first suits branching graphs, order of birth suits chains that
//! overlap, the busiest step first suits hourglasses. All are tried under several rules, then the best orders are
//! varied at random from a fixed seed, then small parts are searched exhaustively. The work is counted in neighbours
//! looked at, so that the result never depends on how fast the machine is.

use super::constraints::{Constraints, align_up};
use super::core;
use super::exact;
use super::place::{Placer, Rule};
use std::cmp::Reverse;

/// Work that may still be done, over all parts of a graph.
struct Budget {
    /// Neighbours looked at before no further order is begun.
    orders: usize,
    /// Neighbours looked at while varying orders.
    variations: usize,
    /// Live buffers looked at in exhaustive searches.
    exhaustive: usize,
}

const BUDGET: Budget = Budget { orders: 200_000_000, variations: 1_000_000, exhaustive: 3_000_000 };

/// Orders that are varied, at most.
const VARIED: usize = 3;

/// An order of which the budget allows fewer variations than this is not varied.
const MIN_VARIATIONS: usize = 20;

/// Any number but 0 will do; it only has to stay the same.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

pub(super) struct Found {
    pub offsets: Vec<i64>,
    pub strategy: &'static str,
    /// Nothing exists that is smaller by the smallest alignment.
    pub optimal: bool,
}

/// What decides who is placed first.
#[derive(Clone, Copy)]
enum Order {
    Largest,
    LargestLatest,
    Born,
    Died,
    Longest,
    Area,
    Busiest,
}

const STACKED: &str = "one buffer after another";

const STRATEGIES: &[(Order, Rule, &str)] = &[
    (Order::Died, Rule::Lowest, "last to die first, as low as possible"),
    (Order::Largest, Rule::LeastGrowth, "largest first, least growth"),
    (Order::Largest, Rule::Lowest, "largest first, as low as possible"),
    (Order::Busiest, Rule::Lowest, "busiest step first, as low as possible"),
    (Order::Busiest, Rule::LeastGrowth, "busiest step first, least growth"),
    (Order::Born, Rule::Highest, "first born first, as high as possible"),
    (Order::Born, Rule::LeastGrowth, "first born first, least growth"),
    (Order::LargestLatest, Rule::Lowest, "largest and latest first, as low as possible"),
    (Order::LargestLatest, Rule::LeastGrowth, "largest and latest first, least growth"),
    (Order::Largest, Rule::Highest, "largest first, as high as possible"),
    (Order::Longest, Rule::Lowest, "longest lived first, as low as possible"),
    (Order::Longest, Rule::LeastGrowth, "longest lived first, least growth"),
    (Order::Area, Rule::Lowest, "largest product of size and life first, as low as possible"),
    (Order::Area, Rule::LeastGrowth, "largest product of size and life first, least growth"),
    (Order::Born, Rule::Lowest, "first born first, as low as possible"),
    (Order::Died, Rule::LeastGrowth, "last to die first, least growth"),
    (Order::Busiest, Rule::Highest, "busiest step first, as high as possible"),
];

/// Finds a placement that is no larger than `fallback` and, if it can, no larger than `bound`.
pub(super) fn search(constraints: &Constraints, fallback: Vec<i64>, bound: i64) -> Found {
    let lowest_goal = align_up(bound, constraints.alignments().0);
    let mut budget = BUDGET;
    if !constraints.is_listed() {
        return search_part(constraints, fallback, lowest_goal, &mut budget);
    }
    let (core, aside) = core::set_aside(constraints, lowest_goal);
    let mut offsets = vec![None; constraints.len()];
    let mut strategy = "every buffer finds room in any order";
    // What one part needs at least is free for the others to use.
    let (mut goal, mut proven) = (lowest_goal, lowest_goal);
    for part in core::parts(constraints, &core) {
        let buffers = constraints.copies(&part);
        let within = constraints.part(&part, &buffers);
        let found = search_part(&within, super::stack(&within), goal, &mut budget);
        let arena = within.arena(&found.offsets);
        if arena > goal || goal == lowest_goal {
            strategy = found.strategy;
        }
        if found.optimal && arena > goal {
            proven = arena;
        }
        goal = goal.max(arena);
        for (&buffer, &offset) in part.iter().zip(&found.offsets) {
            offsets[buffer] = Some(offset);
        }
    }
    let offsets = Placer::new(constraints).complete(offsets, &aside);
    let arena = constraints.arena(&offsets);
    if constraints.arena(&fallback) < arena {
        return Found { optimal: false, offsets: fallback, strategy: STACKED };
    }
    Found { optimal: arena <= proven, offsets, strategy }
}

/// Searches buffers that are not independent of each other; reaching `goal` ends it.
fn search_part(constraints: &Constraints, fallback: Vec<i64>, goal: i64, budget: &mut Budget) -> Found {
    let mut run = Run {
        constraints,
        placer: Placer::new(constraints),
        budget,
        goal,
        arena: constraints.arena(&fallback),
        scratch: vec![0; constraints.len()],
        offsets: fallback,
        strategy: STACKED,
        best_orders: Vec::new(),
    };
    run.try_orders();
    run.vary();
    let optimal = run.exhaust();
    Found { optimal, offsets: run.offsets, strategy: run.strategy }
}

struct Run<'a> {
    constraints: &'a Constraints<'a>,
    placer: Placer<'a>,
    budget: &'a mut Budget,
    /// Reaching this ends the search.
    goal: i64,
    /// The best so far, its size and where it came from.
    offsets: Vec<i64>,
    arena: i64,
    strategy: &'static str,
    scratch: Vec<i64>,
    /// Orders to vary, with their arena.
    best_orders: Vec<(i64, Rule, Vec<usize>)>,
}

impl Run<'_> {
    fn reached(&self) -> bool {
        self.arena <= self.goal
    }

    /// Places one order, keeps it if it is the best, and returns its arena if that is not above `limit`.
    fn attempt(&mut self, order: &[usize], rule: Rule, limit: i64, strategy: &'static str) -> Option<i64> {
        let arena = self.placer.place(order, rule, limit, &mut self.scratch)?;
        if arena < self.arena {
            self.arena = arena;
            self.strategy = strategy;
            self.offsets.copy_from_slice(&self.scratch);
        }
        Some(arena)
    }

    fn try_orders(&mut self) {
        let pressure = pressure(self.constraints);
        for &(order, rule, strategy) in STRATEGIES {
            if self.reached() || self.budget.orders == 0 {
                return;
            }
            let start = self.placer.visits;
            let order = sorted(self.constraints, order, &pressure);
            let Some(mut arena) = self.attempt(&order, rule, i64::MAX, strategy) else { continue };
            // Closing the holes from the bottom often gains a little.
            let mut upwards = order.clone();
            let offsets = &self.scratch;
            upwards.sort_by_key(|&buffer| (offsets[buffer], buffer));
            let mut best = (arena, rule, order);
            if let Some(settled) = self.attempt(&upwards, Rule::Lowest, i64::MAX, strategy)
                && settled < arena
            {
                arena = settled;
                best = (arena, Rule::Lowest, upwards);
            }
            self.best_orders.push(best);
            self.budget.orders = self.budget.orders.saturating_sub(self.placer.visits - start);
        }
        self.best_orders.sort_by_key(|&(arena, ..)| arena);
        self.best_orders.truncate(VARIED);
    }

    /// Moves single buffers of the best orders to random earlier or later places and keeps what is not worse.
    fn vary(&mut self) {
        let mut random = Random(SEED);
        let orders = std::mem::take(&mut self.best_orders);
        let share = self.budget.variations / orders.len().max(1);
        for (mut arena, rule, mut order) in orders {
            let start = self.placer.visits;
            let mut first = true;
            while !self.reached() && order.len() > 1 && self.placer.visits - start < share {
                let offsets = &self.offsets;
                let tops = |&&buffer: &&usize| offsets[buffer] + self.constraints.bytes(buffer) == self.arena;
                let from = match random.below(3) {
                    0 => order.iter().position(|buffer| tops(&buffer)).unwrap_or(0),
                    _ => random.below(order.len()),
                };
                let to = if random.below(4) == 0 { random.below(order.len()) } else { random.below(from + 1) };
                let moved = order.remove(from);
                order.insert(to, moved);
                let before = self.placer.visits;
                match self.attempt(&order, rule, arena, "a good order varied at random") {
                    Some(smaller) => arena = smaller,
                    None => {
                        let moved = order.remove(to);
                        order.insert(from, moved);
                    }
                }
                if std::mem::take(&mut first) && (self.placer.visits - before) * MIN_VARIATIONS > share {
                    break;
                }
            }
            self.budget.variations = self.budget.variations.saturating_sub(self.placer.visits - start);
        }
    }

    /// Searches all placements; whether the search came to its end.
    fn exhaust(&mut self) -> bool {
        if self.reached() {
            return true;
        }
        let found = exact::search(self.constraints, self.arena, self.goal, &mut self.budget.exhaustive);
        if let Some(offsets) = found.offsets {
            self.arena = self.constraints.arena(&offsets);
            self.offsets = offsets;
            self.strategy = "exhaustive search";
        }
        found.complete
    }
}

/// For each buffer the most bytes that are live at a step at which it is live itself.
fn pressure(constraints: &Constraints) -> Vec<i64> {
    let mut changes: Vec<(u64, i64)> = Vec::new();
    for buffer in constraints.sized() {
        for live in constraints.live(buffer) {
            changes.push((u64::from(live.first), constraints.bytes(buffer)));
            changes.push((u64::from(live.last) + 1, -constraints.bytes(buffer)));
        }
    }
    changes.sort_unstable();
    let mut steps: Vec<(u64, i64)> = Vec::new();
    let mut sum = 0;
    for group in changes.chunk_by(|left, right| left.0 == right.0) {
        sum += group.iter().map(|change| change.1).sum::<i64>();
        steps.push((group[0].0, sum));
    }
    let maxima = RangeMaxima::new(steps.iter().map(|step| step.1).collect());
    let of = |buffer: usize| {
        let within = |step: u64| steps.partition_point(|&(other, _)| other < step);
        let live = constraints.live(buffer).iter();
        live.map(|live| maxima.of(within(u64::from(live.first)), within(u64::from(live.last) + 1))).max().unwrap_or(0)
    };
    (0..constraints.len()).map(of).collect()
}

/// Maxima of all ranges whose length is a power of two, so that any range is covered by two of them.
struct RangeMaxima(Vec<Vec<i64>>);

impl RangeMaxima {
    fn new(values: Vec<i64>) -> Self {
        let mut levels = vec![values];
        let mut width = 1;
        while let Some(last) = levels.last()
            && last.len() > width
        {
            let next = (0..last.len() - width).map(|index| last[index].max(last[index + width])).collect();
            levels.push(next);
            width *= 2;
        }
        Self(levels)
    }

    /// The greatest of the values `from..to`; 0 for none.
    fn of(&self, from: usize, to: usize) -> i64 {
        let Some(level) = to.saturating_sub(from).checked_ilog2() else { return 0 };
        let values = &self.0[level as usize];
        values[from].max(values[to - (1 << level)])
    }
}

fn sorted(constraints: &Constraints, order: Order, pressure: &[i64]) -> Vec<usize> {
    let bytes = |buffer: usize| constraints.bytes(buffer);
    let born = |buffer: usize| constraints.live(buffer).first().map_or(0, |live| live.first);
    let died = |buffer: usize| constraints.live(buffer).last().map_or(0, |live| live.last);
    let life = |buffer: usize| i64::from(died(buffer)) - i64::from(born(buffer)) + 1;
    let mut buffers: Vec<usize> = constraints.sized().collect();
    match order {
        Order::Largest => buffers.sort_by_key(|&b| (Reverse(bytes(b)), born(b), b)),
        Order::LargestLatest => buffers.sort_by_key(|&b| (Reverse(bytes(b)), Reverse(born(b)), b)),
        Order::Born => buffers.sort_by_key(|&b| (born(b), Reverse(bytes(b)), b)),
        Order::Died => buffers.sort_by_key(|&b| (Reverse(died(b)), Reverse(born(b)), b)),
        Order::Longest => buffers.sort_by_key(|&b| (Reverse(life(b)), Reverse(bytes(b)), b)),
        Order::Area => buffers.sort_by_key(|&b| (Reverse(i128::from(bytes(b)) * i128::from(life(b))), b)),
        Order::Busiest => buffers.sort_by_key(|&b| (Reverse(pressure[b]), Reverse(bytes(b)), born(b), b)),
    }
    buffers
}

/// Marsaglia's xorshift with 64 bits of state, which must not be 0.
pub(super) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: usize) -> usize {
        ((self.next() >> 32) as usize) % limit
    }
}
