//! Plans of hand-made graphs, and of thousands of random ones against a brute force of its own.

use super::*;

fn buffer(bytes: u32, first: u32, last: u32) -> Buffer {
    Buffer { bytes, alignment: 4, live: vec![Interval { first, last }] }
}

fn checked(buffers: &[Buffer], overlaps: &[Overlap]) -> Plan {
    let plan = plan(buffers, overlaps, Sharing::On).unwrap();
    verify(buffers, overlaps, &plan.offsets).unwrap();
    plan
}

/// Depthwise-separable keyword spotting: 49x10x1 -> 25x5x64, then depthwise and pointwise in turn.
fn keyword_spotting() -> (Vec<Buffer>, Vec<Overlap>) {
    let mut buffers = vec![buffer(490, 0, 0)];
    let mut overlaps = vec![];
    for op in 0..9u32 {
        buffers.push(buffer(8000, op, op + 1));
        if op > 0 {
            let distance = if op % 2 == 1 { (5 + 1) * 64 } else { 63 };
            overlaps.push(Overlap { input: op as usize, output: op as usize + 1, distance });
        }
    }
    buffers.push(buffer(64, 9, 10));
    buffers.push(buffer(12, 10, 11));
    (buffers, overlaps)
}

#[test]
fn a_chain_of_overlaps_costs_the_sum_of_its_distances() {
    let (buffers, overlaps) = keyword_spotting();
    let plan = checked(&buffers, &overlaps);
    println!("{plan:?}");
    assert_eq!(plan.arena_bytes, 8000 + 4 * (384 + 64));
    assert_eq!(plan.arena_bytes, plan.lower_bound_bytes);
    assert!(plan.optimal);
}
