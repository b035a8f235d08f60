//! TFLite_Detection_PostProcess: from box encodings and class scores to the best boxes that do not overlap.
//!
//! Inputs: encodings `[boxes, at least 4]` (y, x, height, width), scores `[boxes, label offset + classes]`, anchors
//! `[boxes, 4]` (y, x, height, width). Outputs: boxes `[slots, 4]` (top, left, bottom, right), classes `[slots]`, scores
//! `[slots]`, and the number of slots that count `[1]`; the others are 0, where TFLM's fast suppression leaves what its
//! memory held before. All `float32`.
//!
//! A box is decoded in double precision and rounded, as TFLM's kernel does. Fast suppression looks at the best score of
//! each box; regular suppression at each class by itself, and keeps the best over all classes. Of equal scores the one
//! that comes first is better. A box whose sides do not have positive lengths ends the invocation.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Input, Output};

/// Parameters. Scratch: decoded boxes `[boxes, 4]` and scores `[boxes]`, both `float32`, and flags `[boxes]`, `uint8`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of boxes.
    pub boxes: u32,
    /// Values of an encoding, of which the first four count.
    pub encoding_values: u32,
    /// The number of classes, at least 1.
    pub classes: u32,
    /// Scores of a box that stand before those of the classes: 1 with a background class, else 0.
    pub label_offset: u32,
    /// Entries in the outputs.
    pub slots: u32,
    /// The most boxes that are kept, no more than `slots`.
    pub maximum_detections: u32,
    /// Fast suppression: classes that are reported of a kept box, `1..=classes`.
    pub classes_per_detection: u32,
    /// Regular suppression: the most boxes that are kept of a class.
    pub detections_per_class: u32,
    /// 1 for regular suppression, 0 for fast.
    pub is_regular: u32,
    /// The least score that counts.
    pub score_threshold: f32,
    /// Boxes with a greater ratio of intersection to union overlap.
    pub overlap_threshold: f32,
    /// What encoded y, x, height and width are divided by.
    pub scales: [f32; 4],
}

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::TFLITE_DETECTION_POSTPROCESS, 0),
    name: "TFLite_Detection_PostProcess float32",
    check,
    invoke,
};

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 4, 3)?;
    if p.encoding_values < 4
        || p.classes == 0
        || p.label_offset > 1
        || p.maximum_detections > p.slots
        || !(1..=p.classes).contains(&p.classes_per_detection)
    {
        return Err(Fault::new("a parameter is out of range"));
    }
    let scores = p.classes.checked_add(p.label_offset).ok_or(Fault::new("its extents are too large"))?;
    op.input::<f32>(0, volume(&[p.boxes, p.encoding_values])?)?;
    op.input::<f32>(1, volume(&[p.boxes, scores])?)?;
    op.input::<f32>(2, volume(&[p.boxes, 4])?)?;
    op.output::<f32>(0, volume(&[p.slots, 4])?)?;
    op.output::<f32>(1, p.slots as usize)?;
    op.output::<f32>(2, p.slots as usize)?;
    op.output::<f32>(3, 1)?;
    op.scratch_elements::<f32>(0, volume(&[p.boxes, 4])?)?;
    op.scratch_elements::<f32>(1, p.boxes as usize)?;
    op.scratch_elements::<u8>(2, p.boxes as usize)
}

/// Top, left, bottom, right.
type Corners = [f32; 4];

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let candidates = Candidates { p, corners: call.scratch(0), scores: call.scratch(1), active: call.scratch(2) };
    if !candidates.decode(call.input(0), call.input(2)) {
        return call.fail("a decoded box has no area");
    }
    let found = Detections { boxes: call.output(0), classes: call.output(1), scores: call.output(2) };
    found.boxes.fill(0.0);
    found.classes.fill(0.0);
    found.scores.fill(0.0);
    let all_scores = Scores { p, values: call.input(1) };
    let count = if p.is_regular != 0 {
        regular(p, &candidates, all_scores, &found)
    } else {
        fast(p, &candidates, all_scores, &found)
    };
    call.output::<f32>(3).set(0, count as f32);
}

/// Returns the number of detections.
fn fast(p: &Parameters, candidates: &Candidates<'_>, scores: Scores<'_>, found: &Detections<'_>) -> usize {
    candidates.start(|index| scores.next_best(index, None).map_or(f32::NAN, |(_, score)| score));
    let per_detection = p.classes_per_detection as usize;
    let mut count = 0;
    for _ in 0..p.maximum_detections {
        let Some(index) = candidates.take_best() else { break };
        let mut best = None;
        for position in 0..per_detection {
            best = scores.next_best(index, best);
            let Some((class, score)) = best else { break };
            // The reference spaces several classes of one box like this; what it writes behind its outputs is dropped.
            let slot = per_detection * count + position;
            if slot < p.slots as usize {
                found.set(slot, candidates.corners_of(index), class, score);
            }
            count += 1;
        }
    }
    count
}

/// Returns the number of detections.
fn regular(p: &Parameters, candidates: &Candidates<'_>, scores: Scores<'_>, found: &Detections<'_>) -> usize {
    let mut count = 0;
    for class in 0..p.classes as usize {
        candidates.start(|index| scores.of(index, class));
        for _ in 0..p.detections_per_class {
            let Some(index) = candidates.take_best() else { break };
            let score = scores.of(index, class);
            let slot = (0..count).find(|&slot| score > found.scores.get(slot)).unwrap_or(count);
            if slot < p.maximum_detections as usize {
                count = (count + 1).min(p.maximum_detections as usize);
                found.insert(slot, count, candidates.corners_of(index), class, score);
            }
        }
    }
    count
}

/// The scores of all boxes and classes.
#[derive(Clone, Copy)]
struct Scores<'a> {
    p: &'a Parameters,
    values: Input<'a, f32>,
}

impl Scores<'_> {
    fn of(&self, index: usize, class: usize) -> f32 {
        let (classes, offset) = (self.p.classes as usize, self.p.label_offset as usize);
        self.values.get(index * (classes + offset) + offset + class)
    }

    /// The best class of box `index`, with its score; after `previous`, the next best.
    fn next_best(&self, index: usize, previous: Option<(usize, f32)>) -> Option<(usize, f32)> {
        let is_left = |&(class, score): &(usize, f32)| {
            previous.is_none_or(|(before, better)| score < better || (score == better && class > before))
        };
        let scores = (0..self.p.classes as usize).map(|class| (class, self.of(index, class)));
        scores.filter(is_left).reduce(|best, other| if other.1 > best.1 { other } else { best })
    }
}

/// The boxes that compete in one suppression.
struct Candidates<'a> {
    p: &'a Parameters,
    corners: Output<'a, f32>,
    scores: Output<'a, f32>,
    active: Output<'a, u8>,
}

impl Candidates<'_> {
    /// Decodes all boxes. False when one has no area.
    fn decode(&self, encodings: Input<'_, f32>, anchors: Input<'_, f32>) -> bool {
        let [y_scale, x_scale, height_scale, width_scale] = self.p.scales.map(f64::from);
        (0..self.p.boxes as usize).all(|index| {
            let encoding = encodings.range(index * self.p.encoding_values as usize, 4).array().map(f64::from);
            let anchor = anchors.range(index * 4, 4).array().map(f64::from);
            let ([y, x, height, width], [anchor_y, anchor_x, anchor_height, anchor_width]) = (encoding, anchor);
            let centre_y = (y / y_scale * anchor_height + anchor_y) as f32;
            let centre_x = (x / x_scale * anchor_width + anchor_x) as f32;
            let half_height = (0.5 * libm::exp(height / height_scale) * anchor_height) as f32;
            let half_width = (0.5 * libm::exp(width / width_scale) * anchor_width) as f32;
            let [top, left, bottom, right] =
                [centre_y - half_height, centre_x - half_width, centre_y + half_height, centre_x + half_width];
            [top, left, bottom, right].into_iter().enumerate().for_each(|(i, v)| self.corners.set(index * 4 + i, v));
            // Like the reference, let boxes through that are not numbers.
            !(top >= bottom || left >= right)
        })
    }

    fn corners_of(&self, index: usize) -> Corners {
        self.corners.range(index * 4, 4).as_input().array()
    }

    /// Starts a suppression with these scores.
    fn start(&self, score: impl Fn(usize) -> f32) {
        for index in 0..self.p.boxes as usize {
            let score = score(index);
            self.scores.set(index, score);
            self.active.set(index, (score >= self.p.score_threshold) as u8);
        }
    }

    /// Takes the best active box out, with all that overlap it.
    fn take_best(&self) -> Option<usize> {
        let active = || (0..self.p.boxes as usize).filter(|&index| self.active.get(index) != 0);
        let best =
            active().reduce(|best, other| if self.scores.get(other) > self.scores.get(best) { other } else { best })?;
        self.active.set(best, 0);
        let corners = self.corners_of(best);
        for index in active() {
            if intersection_over_union(corners, self.corners_of(index)) > self.p.overlap_threshold {
                self.active.set(index, 0);
            }
        }
        Some(best)
    }
}

fn intersection_over_union(a: Corners, b: Corners) -> f32 {
    let area = |[top, left, bottom, right]: Corners| (bottom - top) * (right - left);
    let (area_a, area_b) = (area(a), area(b));
    if area_a <= 0.0 || area_b <= 0.0 {
        return 0.0;
    }
    let greater = |a: f32, b: f32| if a < b { b } else { a };
    let lesser = |a: f32, b: f32| if b < a { b } else { a };
    let height = greater(lesser(a[2], b[2]) - greater(a[0], b[0]), 0.0);
    let width = greater(lesser(a[3], b[3]) - greater(a[1], b[1]), 0.0);
    let intersection = height * width;
    intersection / (area_a + area_b - intersection)
}

/// The outputs.
struct Detections<'a> {
    boxes: Output<'a, f32>,
    classes: Output<'a, f32>,
    scores: Output<'a, f32>,
}

impl Detections<'_> {
    fn set(&self, slot: usize, corners: Corners, class: usize, score: f32) {
        corners.into_iter().enumerate().for_each(|(side, value)| self.boxes.set(slot * 4 + side, value));
        self.classes.set(slot, class as f32);
        self.scores.set(slot, score);
    }

    /// Sets `slot` after moving it and the ones behind it up by one; `count` are in use afterwards.
    fn insert(&self, slot: usize, count: usize, corners: Corners, class: usize, score: f32) {
        for (values, size) in [(self.boxes, 4), (self.classes, 1), (self.scores, 1)] {
            let moved = (count - 1 - slot) * size;
            values.range((slot + 1) * size, moved).copy_from(values.range(slot * size, moved).as_input());
        }
        self.set(slot, corners, class, score);
    }
}
