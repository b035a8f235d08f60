//! What of a graph is worth searching: the buffers that may not find room, in groups that do not touch each other.
//!
//! A buffer whose neighbours cannot forbid every offset below the goal, wherever they lie, finds room after everything
//! else. Such buffers are set aside, again and again; of real networks little is left.

use super::constraints::Constraints;

/// The buffers that have to be searched, ascending, and the others in an order in which each, placed as low as possible
/// after all before it, ends at or below `goal`.
pub(super) fn set_aside(constraints: &Constraints, goal: i64) -> (Vec<usize>, Vec<usize>) {
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

/// Groups of the buffers in `core` without separations between them, each ascending.
pub(super) fn parts(constraints: &Constraints, core: &[usize]) -> Vec<Vec<usize>> {
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
