//! Where TFLM puts what it needs only for a while: its greedy planner, as its documentation describes it.
//!
//! Buffers with a place given in the file come first, in the order of the file. The others follow from the largest to
//! the smallest; of those of equal size, the later one in the list goes first. Each goes into the lowest gap that is
//! large enough between buffers that are alive at the same time, or behind the last of them.

/// A buffer to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buffer {
    /// Bytes, already rounded up to the alignment.
    pub bytes: u64,
    /// The first moment at which it is alive; -1 when it is never created.
    pub first: i64,
    /// The last moment at which it is alive; -1 when it is never used.
    pub last: i64,
    /// The place that the file asks for.
    pub offset: Option<u64>,
}

/// The bytes that all buffers take together: the end of the one that lies highest.
pub(super) fn planned_bytes(buffers: &[Buffer]) -> u64 {
    let mut order: Vec<&Buffer> = buffers.iter().filter(|buffer| buffer.offset.is_some()).collect();
    let fixed = order.len();
    order.extend(buffers.iter().rev().filter(|buffer| buffer.offset.is_none()));
    order[fixed..].sort_by_key(|buffer| std::cmp::Reverse(buffer.bytes));
    // Offset and buffer, by offset; of equal offsets, what was placed first stays first.
    let mut placed: Vec<(u64, &Buffer)> = Vec::with_capacity(order.len());
    for buffer in order {
        let offset = buffer.offset.unwrap_or_else(|| lowest_gap(&placed, buffer));
        let position = placed.partition_point(|&(other, _)| other <= offset);
        placed.insert(position, (offset, buffer));
    }
    placed.iter().map(|(offset, buffer)| offset + buffer.bytes).max().unwrap_or(0)
}

/// The end of the buffers alive at the same time before the first gap that `buffer` fits into.
fn lowest_gap(placed: &[(u64, &Buffer)], buffer: &Buffer) -> u64 {
    let mut offset = 0;
    for (start, other) in placed {
        if other.first > buffer.last || buffer.first > other.last {
            continue;
        }
        if *start >= offset + buffer.bytes {
            break;
        }
        offset = offset.max(start + other.bytes);
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(bytes: u64, first: i64, last: i64) -> Buffer {
        Buffer { bytes, first, last, offset: None }
    }

    #[test]
    fn nothing_takes_nothing() {
        assert_eq!(planned_bytes(&[]), 0);
    }

    #[test]
    fn what_is_never_alive_together_shares_bytes() {
        assert_eq!(planned_bytes(&[buffer(64, 0, 1), buffer(48, 2, 3)]), 64);
        assert_eq!(planned_bytes(&[buffer(64, 0, 2), buffer(48, 2, 3)]), 112);
    }

    #[test]
    fn a_gap_between_two_that_are_alive_is_filled() {
        // 64 lies at 0, 48 above it, 32 above both; 16 fits where 64 was, since that is gone by then.
        let buffers = [buffer(64, 0, 1), buffer(48, 1, 3), buffer(32, 1, 3), buffer(16, 2, 3)];
        assert_eq!(planned_bytes(&buffers), 144);
    }

    #[test]
    fn greed_can_cost_bytes_and_the_later_of_two_equals_goes_first() {
        // 64 and 48 lie at 0. The later one of 32 meets both and goes to 64; the other then finds 16 bytes below it, too
        // few, and goes to 96. In the other order 112 bytes do.
        let buffers = [buffer(64, 2, 3), buffer(48, 0, 1), buffer(32, 0, 1), buffer(32, 1, 2)];
        assert_eq!(planned_bytes(&buffers), 128);
        let buffers = [buffer(64, 2, 3), buffer(48, 0, 1), buffer(32, 1, 2), buffer(32, 0, 1)];
        assert_eq!(planned_bytes(&buffers), 112);
    }

    #[test]
    fn a_place_from_the_file_is_kept() {
        let fixed = Buffer { offset: Some(160), ..buffer(16, 0, 9) };
        assert_eq!(planned_bytes(&[buffer(32, 0, 9), fixed]), 176);
        // A gap below a fixed buffer is only used when it is large enough.
        let fixed = Buffer { offset: Some(16), ..fixed };
        assert_eq!(planned_bytes(&[buffer(32, 0, 9), fixed]), 64);
    }
}
