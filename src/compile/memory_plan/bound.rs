//! What no placement can go below.
//!
//! **One step.** The buffers live at a step cover at least the sum of their sizes less the bytes that overlapping pairs
//! share. A pair that overlaps with distance `D` shares at most `min(I, O, O - D)` bytes, because the output ends at
//! most `O - D` above the input's start. Inputs are disjoint from each other and so are outputs, hence all pairs of one
//! output together share at most its size (less its smallest distance), all pairs of one input at most its size, and
//! the total is at most the smaller of the two sums over outputs and over inputs. For a single pair the bound is
//! `others + min(I + O, max(I, O, I + D))`.
//!
//! **A chain.** Along a chain of links `b0 -> b1 -> .. -> bk` either some link's pair is disjoint, and the arena holds
//! at least what that step needs without that link, or every pair overlaps. Then each buffer starts below its
//! predecessor by the distance at least, so that the chain covers, without a hole, `bytes(b0)` and the sum of its
//! distances. Buffers that live through all the links lie outside of that range and add to it. The smaller of the two
//! cases is a bound, for every stretch of every chain. Many ops in place, each with a small distance, are bounded by
//! this and by nothing else.
//!
//! **Alignment.** With `unit` the smallest alignment, every offset is a multiple of it. Sizes and distances may then be
//! rounded up, and the topmost buffer's padding is taken off again.

use super::Interval;
use super::constraints::{Constraints, Link, align_up};
use std::collections::{BTreeMap, BTreeSet};

/// Links of one stretch; longer chains are cut into pieces, each of which is a chain too.
const MAX_CHAIN: usize = 256;

/// Buffers living through a chain that are followed; leaving some out only weakens the bound.
const MAX_THROUGH: usize = 64;

pub(super) struct Bound {
    /// The best of all bounds.
    pub bytes: i64,
    /// The step with the greatest bound of one step.
    pub peak_step: u32,
    pub peak_step_bytes: i64,
}

/// Sizes at one step, exact and rounded up to the unit.
struct Step<'a> {
    exact: i64,
    padded: i64,
    /// The greatest difference of the two for one live buffer.
    slack: i64,
    /// The links at this step and the index of the first.
    links: &'a [Link],
    first_link: usize,
}

pub(super) fn lower_bound(constraints: &Constraints) -> Bound {
    let unit = constraints.alignments().0;
    let mut bound = Bound { bytes: 0, peak_step: 0, peak_step_bytes: 0 };
    let mut uncut = vec![0; constraints.links().len()];
    let mut live_at_link = BTreeMap::new();
    sweep(constraints, unit, |number, step, live| {
        let bytes = step.bytes(constraints, unit, None);
        if bytes > bound.peak_step_bytes {
            (bound.peak_step, bound.peak_step_bytes) = (number, bytes);
        }
        for position in 0..step.links.len() {
            uncut[step.first_link + position] = step.bytes(constraints, unit, Some(position));
        }
        if !step.links.is_empty() {
            live_at_link.insert(number, live.iter().copied().take(MAX_THROUGH).collect::<Vec<usize>>());
        }
    });
    // A buffer that is never live still lies in the arena.
    let largest = constraints.sized().map(|buffer| constraints.bytes(buffer)).max().unwrap_or(0);
    bound.bytes = bound.peak_step_bytes.max(largest);
    for chain in chains(constraints) {
        for piece in chain.chunks(MAX_CHAIN) {
            bound.bytes = bound.bytes.max(chain_bound(constraints, unit, piece, &uncut, &live_at_link));
        }
    }
    bound
}

/// Visits every step at which an interval begins. Between two of them buffers only die, and what a step needs counts
/// no input as shared that is live afterwards, so no other step needs more.
fn sweep(constraints: &Constraints, unit: i64, mut visit: impl FnMut(u32, &Step, &BTreeSet<usize>)) {
    let of =
        |buffer: usize| constraints.live(buffer).iter().map(move |&Interval { first, last }| (first, last, buffer));
    let mut starts: Vec<(u32, u32, usize)> = constraints.sized().flat_map(of).collect();
    starts.sort_unstable();
    let mut ends: Vec<(u32, usize)> = starts.iter().map(|&(_, last, buffer)| (last, buffer)).collect();
    ends.sort_unstable();
    let mut ends = ends.into_iter().peekable();
    let mut live = BTreeSet::new();
    let mut slacks: BTreeMap<i64, usize> = BTreeMap::new();
    let (mut exact, mut padded, mut first_link) = (0, 0, 0);
    for group in starts.chunk_by(|left, right| left.0 == right.0) {
        let number = group[0].0;
        while let Some((_, buffer)) = ends.next_if(|&(last, _)| last < number) {
            let bytes = constraints.bytes(buffer);
            exact -= bytes;
            padded -= align_up(bytes, unit);
            let slack = align_up(bytes, unit) - bytes;
            if let Some(count) = slacks.get_mut(&slack) {
                *count -= 1;
                if *count == 0 {
                    slacks.remove(&slack);
                }
            }
            live.remove(&buffer);
        }
        for &(_, _, buffer) in group {
            let bytes = constraints.bytes(buffer);
            exact += bytes;
            padded += align_up(bytes, unit);
            *slacks.entry(align_up(bytes, unit) - bytes).or_default() += 1;
            live.insert(buffer);
        }
        let here = constraints.links()[first_link..].iter().take_while(|link| link.step <= number).count();
        let links = &constraints.links()[first_link..first_link + here];
        let slack = slacks.last_key_value().map_or(0, |(&slack, _)| slack);
        visit(number, &Step { exact, padded, slack, links, first_link }, &live);
        first_link += here;
    }
}

impl Step<'_> {
    /// Bytes this step needs, optionally without leave for one of its links to overlap.
    fn bytes(&self, constraints: &Constraints, unit: i64, without: Option<usize>) -> i64 {
        let exact = self.exact - shared(constraints, 1, self.links, without);
        let padded = self.padded - shared(constraints, unit, self.links, without);
        exact.max(padded - self.slack)
    }
}

/// The most bytes that pairs at one step can share, in sizes rounded up to `unit`.
fn shared(constraints: &Constraints, unit: i64, links: &[Link], without: Option<usize>) -> i64 {
    let mut by_input: BTreeMap<usize, i64> = BTreeMap::new();
    let mut by_output: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
    for (position, link) in links.iter().enumerate() {
        if Some(position) == without {
            continue;
        }
        let input = align_up(constraints.bytes(link.input), unit);
        let output = align_up(constraints.bytes(link.output), unit);
        let window = output - align_up(link.distance, unit);
        let pair = input.min(output).min(window).max(0);
        *by_input.entry(link.input).or_default() += pair;
        let (sum, widest) = by_output.entry(link.output).or_default();
        *sum += pair;
        *widest = (*widest).max(window.min(output));
    }
    // A buffer that is born and dies at this step may be both; then pairs of one output need not be disjoint.
    if by_output.keys().any(|output| by_input.contains_key(output)) {
        return by_input.values().sum();
    }
    let inputs = by_input.iter().map(|(&input, &sum)| sum.min(align_up(constraints.bytes(input), unit)));
    let outputs = by_output.values().map(|&(sum, widest)| sum.min(widest));
    inputs.sum::<i64>().min(outputs.sum())
}

/// Chains without common buffers, as indices into the links. A buffer with several links on one side continues over the
/// one with the greatest distance.
fn chains(constraints: &Constraints) -> Vec<Vec<usize>> {
    let links = constraints.links();
    let mut into: Vec<Option<usize>> = vec![None; constraints.len()];
    let mut out_of = into.clone();
    let farther = |old: Option<usize>, new: usize| old.is_none_or(|old| links[new].distance > links[old].distance);
    for (index, link) in links.iter().enumerate() {
        if farther(into[link.output], index) {
            into[link.output] = Some(index);
        }
        if farther(out_of[link.input], index) {
            out_of[link.input] = Some(index);
        }
    }
    let chosen = |index: usize| into[links[index].output] == Some(index) && out_of[links[index].input] == Some(index);
    let next = |index: usize| out_of[links[index].output].filter(|&index| chosen(index));
    let is_head = |&index: &usize| chosen(index) && into[links[index].input].is_none_or(|index| !chosen(index));
    let follow = |head| std::iter::successors(Some(head), |&index| next(index)).collect();
    (0..links.len()).filter(is_head).map(follow).collect()
}

/// The bound of every stretch of a chain, the greatest of them.
fn chain_bound(
    constraints: &Constraints,
    unit: i64,
    chain: &[usize],
    uncut: &[i64],
    live_at_link: &BTreeMap<u32, Vec<usize>>,
) -> i64 {
    let links: Vec<Link> = chain.iter().map(|&index| constraints.links()[index]).collect();
    let padded = |buffer: usize| align_up(constraints.bytes(buffer), unit);
    let slack = |buffer: usize| padded(buffer) - constraints.bytes(buffer);
    let mut best = 0;
    for start in 0..links.len() {
        let mut through: Vec<usize> = live_at_link.get(&links[start].step).cloned().unwrap_or_default();
        through.retain(|&buffer| buffer != links[start].input);
        let mut topmost = through.iter().map(|&buffer| slack(buffer)).fold(slack(links[start].input), i64::max);
        let mut cheapest_cut = i64::MAX;
        let mut distances = 0;
        for end in start..links.len() {
            let link = links[end];
            cheapest_cut = cheapest_cut.min(uncut[chain[end]]);
            distances += align_up(link.distance, unit);
            topmost = topmost.max(slack(link.output));
            // One that may itself overlap with a buffer of the chain need not lie outside of it.
            let tied = |buffer: usize| {
                let of_chain = |other: usize| {
                    other == links[start].input || links[start..=end].iter().any(|link| link.output == other)
                };
                constraints.links_of(buffer).any(|link| of_chain(link.input) || of_chain(link.output))
            };
            through.retain(|&buffer| buffer != link.output && is_live(constraints.live(buffer), link.step));
            // At a single step two of the others may overlap each other; the bound of one step covers that case.
            if link.step == links[start].step {
                continue;
            }
            let outside: i64 = through.iter().filter(|&&buffer| !tied(buffer)).map(|&buffer| padded(buffer)).sum();
            let span = padded(links[start].input) + distances + outside - topmost;
            best = best.max(span.min(cheapest_cut));
            if cheapest_cut <= best {
                break;
            }
        }
    }
    best
}

fn is_live(live: &[Interval], step: u32) -> bool {
    let after = live.partition_point(|interval| interval.first <= step);
    after > 0 && live[after - 1].last >= step
}
