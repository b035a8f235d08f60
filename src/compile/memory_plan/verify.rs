//! A second opinion on a placement, from the definition and without any of the planner's machinery.

use super::{Buffer, Interval, Overlap};

/// Checks that `offsets` keeps every promise of a plan: alignment, the reach of 32 bits, and for every two buffers with
/// a common step that they are disjoint or that an [`Overlap`] permits how they lie.
///
/// # Errors
///
/// A sentence that names the buffers, what was found and what was needed.
pub fn verify(buffers: &[Buffer], overlaps: &[Overlap], offsets: &[u32]) -> Result<(), String> {
    if offsets.len() != buffers.len() {
        return Err(format!("found {} offsets for {} buffers, needed one for each", offsets.len(), buffers.len()));
    }
    for (index, (buffer, &offset)) in buffers.iter().zip(offsets).enumerate() {
        let Buffer { bytes, alignment, .. } = buffer;
        if *bytes == 0 {
            continue;
        }
        if alignment.checked_rem(*alignment) != Some(0) || !offset.is_multiple_of(*alignment) {
            return Err(format!("buffer {index} lies at offset {offset}, needed is a multiple of {alignment} bytes"));
        }
        if offset.checked_add(*bytes).is_none() {
            return Err(format!("buffer {index} of {bytes} bytes at offset {offset} ends above {} bytes", u32::MAX));
        }
    }
    let mut permits: Vec<(usize, usize, i64)> =
        overlaps.iter().map(|overlap| (overlap.input, overlap.output, overlap.distance)).collect();
    permits.sort_unstable();
    for right in 0..buffers.len() {
        for left in 0..right {
            check_pair(buffers, &permits, offsets, left, right)?;
        }
    }
    Ok(())
}

fn check_pair(
    buffers: &[Buffer],
    permits: &[(usize, usize, i64)],
    offsets: &[u32],
    left: usize,
    right: usize,
) -> Result<(), String> {
    let range = |index: usize| (u64::from(offsets[index]), u64::from(offsets[index]) + u64::from(buffers[index].bytes));
    let ((left_start, left_end), (right_start, right_end)) = (range(left), range(right));
    if left_start == left_end || right_start == right_end || left_end <= right_start || right_end <= left_start {
        return Ok(());
    }
    let Some(meeting) = meeting(&buffers[left].live, &buffers[right].live) else { return Ok(()) };
    let refuse = |why: String| {
        Err(format!(
            "buffers {left} (bytes {left_start}..{left_end}) and {right} (bytes {right_start}..{right_end}) \
             share bytes at op {}: {why}",
            meeting.first
        ))
    };
    for (input, output) in [(left, right), (right, left)] {
        let own = permits.partition_point(|&(i, o, _)| (i, o) < (input, output));
        let own: Vec<i64> =
            permits[own..].iter().take_while(|p| (p.0, p.1) == (input, output)).map(|permit| permit.2).collect();
        // The sorted list ends with the greatest distance, which implies the others.
        let Some(&needed) = own.last() else { continue };
        let dies = buffers[input].live.last().map(|live| live.last);
        let born = buffers[output].live.first().map(|live| live.first);
        if meeting.first != meeting.last || dies != Some(meeting.first) || born != Some(meeting.first) {
            return refuse(format!(
                "an overlap needs that {input} dies at the op that produces {output}, found ops {} to {} in common",
                meeting.first, meeting.last
            ));
        }
        let found = i64::from(offsets[input]) - i64::from(offsets[output]);
        if found < needed {
            return refuse(format!("{output} starts {found} bytes below {input}, needed are {needed} or more"));
        }
        return Ok(());
    }
    refuse("no overlap permits it".to_owned())
}

/// The first and the last step two buffers have in common.
fn meeting(left: &[Interval], right: &[Interval]) -> Option<Interval> {
    let mut found: Option<Interval> = None;
    for a in left {
        let after = right.partition_point(|b| b.last < a.first);
        for b in right[after..].iter().take_while(|b| b.first <= a.last) {
            let (first, last) = (a.first.max(b.first), a.last.min(b.last));
            found = Some(found.map_or(Interval { first, last }, |found| Interval { first: found.first, last }));
        }
    }
    found
}
