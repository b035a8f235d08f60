//! The placement problem as separations between pairs.
//!
//! Lifetimes and overlap permissions are checked once and turned into numbers: for a pair that meets at some step, how
//! far apart the two have to start if one lies above the other, and how far if it lies below. Sizes, offsets and
//! separations are `i64`, so that a search may use offsets below 0 and nothing can wrap.

use super::{Buffer, Interval, Overlap, PlanError};

/// Beyond this many entries neighbours are recomputed on each visit: time is then quadratic in the number of buffers
/// anyway, and memory stays linear.
const MAX_LISTED: usize = 1 << 21;

/// How far apart a buffer and a neighbour have to start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separation {
    /// The neighbour.
    pub other: usize,
    /// Least `offset(self) - offset(other)` when `self` is the upper one.
    pub above: i64,
    /// Least `offset(other) - offset(self)` when `self` is the lower one.
    pub below: i64,
}

/// An overlap between two buffers that both have bytes, without duplicates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub input: usize,
    pub output: usize,
    /// Clamped to `-bytes(input) ..= bytes(output)`: no placement can tell the difference.
    pub distance: i64,
    /// The op at which the two meet.
    pub step: u32,
}

/// Everything a placement has to respect.
pub(super) struct Constraints<'a> {
    buffers: &'a [Buffer],
    /// Sorted by step, then input, then output.
    links: Vec<Link>,
    /// For each buffer the indices into `links` that name it.
    links_of: Vec<Vec<usize>>,
    /// Separations of all buffers one after another, and where each buffer's begin; `None` if there are too many.
    listed: Option<(Vec<usize>, Vec<Separation>)>,
}

impl<'a> Constraints<'a> {
    /// Checks the contracts of buffers and overlaps and finds all pairs that meet.
    pub fn new(buffers: &'a [Buffer], overlaps: &[Overlap]) -> Result<Self, PlanError> {
        for (index, buffer) in buffers.iter().enumerate() {
            check_buffer(index, buffer)?;
        }
        Ok(Self::checked(buffers, links(buffers, overlaps)?))
    }

    /// The constraints among some of the buffers, `part[i]` becoming buffer `i` of `buffers`. `part` is ascending.
    pub fn part<'b>(&self, part: &[usize], buffers: &'b [Buffer]) -> Constraints<'b> {
        let within = |buffer: usize| part.binary_search(&buffer).ok();
        let renumber = |&link: &Link| Some(Link { input: within(link.input)?, output: within(link.output)?, ..link });
        let mut indices: Vec<usize> = part.iter().flat_map(|&buffer| self.links_of[buffer].clone()).collect();
        indices.sort_unstable();
        indices.dedup();
        Constraints::checked(buffers, indices.iter().filter_map(|&index| renumber(&self.links[index])).collect())
    }

    /// Copies of some of the buffers.
    pub fn copies(&self, part: &[usize]) -> Vec<Buffer> {
        part.iter().map(|&buffer| self.buffers[buffer].clone()).collect()
    }

    fn checked(buffers: &'a [Buffer], links: Vec<Link>) -> Self {
        let mut links_of = vec![Vec::new(); buffers.len()];
        for (index, link) in links.iter().enumerate() {
            links_of[link.input].push(index);
            links_of[link.output].push(index);
        }
        let mut constraints = Self { buffers, links, links_of, listed: None };
        constraints.listed = constraints.list();
        constraints
    }

    pub fn len(&self) -> usize {
        self.buffers.len()
    }

    pub fn bytes(&self, buffer: usize) -> i64 {
        i64::from(self.buffers[buffer].bytes)
    }

    pub fn alignment(&self, buffer: usize) -> i64 {
        i64::from(self.buffers[buffer].alignment)
    }

    pub fn live(&self, buffer: usize) -> &'a [Interval] {
        &self.buffers[buffer].live
    }

    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The links that name `buffer` on either side.
    pub fn links_of(&self, buffer: usize) -> impl Iterator<Item = &Link> {
        self.links_of[buffer].iter().map(|&index| &self.links[index])
    }

    /// The buffers that take room, in ascending order.
    pub fn sized(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|&buffer| self.buffers[buffer].bytes > 0)
    }

    /// The least and the greatest alignment of all buffers that take room; `(1, 1)` without any.
    pub fn alignments(&self) -> (i64, i64) {
        let least = self.sized().map(|buffer| self.alignment(buffer)).min().unwrap_or(1);
        (least, self.sized().map(|buffer| self.alignment(buffer)).max().unwrap_or(1))
    }

    /// End of the highest buffer.
    pub fn arena(&self, offsets: &[i64]) -> i64 {
        self.sized().map(|buffer| offsets[buffer] + self.bytes(buffer)).max().unwrap_or(0)
    }

    /// Whether visiting separations costs no more than their number.
    pub fn is_listed(&self) -> bool {
        self.listed.is_some()
    }

    /// Calls `visit` for each buffer that `buffer` must keep a separation from; returns how many were looked at.
    pub fn each_separation(&self, buffer: usize, mut visit: impl FnMut(Separation)) -> usize {
        if let Some((starts, separations)) = &self.listed {
            let own = &separations[starts[buffer]..starts[buffer + 1]];
            own.iter().for_each(|&separation| visit(separation));
            return own.len();
        }
        let meets = |&other: &usize| other != buffer && common_step(self.live(buffer), self.live(other)).is_some();
        self.sized().filter(meets).filter_map(|other| self.separation(buffer, other)).for_each(visit);
        self.len()
    }

    /// The separation of two buffers that meet at some step; `None` if they may lie anywhere.
    fn separation(&self, buffer: usize, other: usize) -> Option<Separation> {
        // Both offsets are multiples of the smaller alignment, so their difference is too.
        let unit = self.alignment(buffer).min(self.alignment(other));
        let mut above = self.bytes(other);
        let mut below = self.bytes(buffer);
        for &index in &self.links_of[buffer] {
            let link = &self.links[index];
            if link.input == buffer && link.output == other {
                above = above.min(link.distance);
            } else if link.output == buffer && link.input == other {
                below = below.min(link.distance);
            }
        }
        let separation = Separation { other, above: align_up(above, unit), below: align_up(below, unit) };
        // Differences come in whole units; without one strictly between the two limits nothing is forbidden.
        (separation.above + separation.below > unit).then_some(separation)
    }

    /// All separations in the order of buffers, or `None` if there are more than [`MAX_LISTED`].
    fn list(&self) -> Option<(Vec<usize>, Vec<Separation>)> {
        let mut intervals: Vec<(Interval, usize)> =
            self.sized().flat_map(|buffer| self.live(buffer).iter().map(move |&live| (live, buffer))).collect();
        intervals.sort_unstable();
        let mut others = vec![Vec::new(); self.len()];
        let mut active: Vec<(Interval, usize)> = Vec::new();
        let mut listed = 0;
        for (interval, buffer) in intervals {
            active.retain(|(earlier, _)| earlier.last >= interval.first);
            for &(_, other) in active.iter().filter(|&&(_, other)| other != buffer) {
                others[buffer].push(other);
                others[other].push(buffer);
                listed += 2;
            }
            if listed > MAX_LISTED {
                return None;
            }
            active.push((interval, buffer));
        }
        let mut starts = vec![0];
        let mut separations = Vec::new();
        for (buffer, others) in others.iter_mut().enumerate() {
            others.sort_unstable();
            others.dedup();
            separations.extend(others.iter().filter_map(|&other| self.separation(buffer, other)));
            starts.push(separations.len());
        }
        Some((starts, separations))
    }
}

/// The least multiple of `unit` (a power of two) that is not below `value`.
pub(super) fn align_up(value: i64, unit: i64) -> i64 {
    (value + unit - 1) & !(unit - 1)
}

/// The greatest multiple of `unit` (a power of two) that is not above `value`.
pub(super) fn align_down(value: i64, unit: i64) -> i64 {
    value & !(unit - 1)
}

/// The first step that lies in both lists of ascending intervals.
pub(super) fn common_step(left: &[Interval], right: &[Interval]) -> Option<u32> {
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        let first = a.first.max(b.first);
        if first <= a.last.min(b.last) {
            return Some(first);
        }
        if a.last < b.last {
            i += 1;
        } else {
            j += 1;
        }
    }
    None
}

fn check_buffer(index: usize, buffer: &Buffer) -> Result<(), PlanError> {
    if !buffer.alignment.is_power_of_two() {
        return Err(PlanError::Alignment { buffer: index, alignment: buffer.alignment });
    }
    let mut previous: Option<u32> = None;
    for (position, interval) in buffer.live.iter().enumerate() {
        if interval.last < interval.first || previous.is_some_and(|last| interval.first <= last) {
            return Err(PlanError::Intervals { buffer: index, interval: position });
        }
        previous = Some(interval.last);
    }
    Ok(())
}

fn links(buffers: &[Buffer], overlaps: &[Overlap]) -> Result<Vec<Link>, PlanError> {
    let mut links = Vec::with_capacity(overlaps.len());
    for (index, overlap) in overlaps.iter().enumerate() {
        let &Overlap { input, output, distance } = overlap;
        let refuse = |reason| PlanError::Overlap { overlap: index, input, output, reason };
        let (Some(dying), Some(born)) = (buffers.get(input), buffers.get(output)) else {
            return Err(refuse("one of them does not exist"));
        };
        if input == output {
            return Err(refuse("they are the same buffer"));
        }
        if dying.bytes == 0 || born.bytes == 0 {
            continue;
        }
        // Nothing of the input comes later and nothing of the output earlier, so this is their only common step.
        let step = match (dying.live.last(), born.live.first()) {
            (Some(end), Some(start)) if end.last == start.first => start.first,
            _ => return Err(refuse("the input's last step is not the output's first")),
        };
        let distance = distance.clamp(-i64::from(dying.bytes), i64::from(born.bytes));
        links.push(Link { input, output, distance, step });
    }
    // Of a pair named twice the strictest distance comes last and is kept.
    links.sort_unstable_by_key(|link| (link.step, link.input, link.output, std::cmp::Reverse(link.distance)));
    links.dedup_by_key(|link| (link.input, link.output));
    Ok(links)
}
