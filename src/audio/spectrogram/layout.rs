//! Where everything in a picture goes, in pixels, before anything is drawn.

use super::super::canvas::{TEXT_HEIGHT, text_width};
use super::{Mark, Picture};

pub(super) const PADDING: usize = 14;
pub(super) const TICK: usize = 8;
pub(super) const LANE_HEIGHT: usize = TEXT_HEIGHT + 4;
pub(super) const MAX_LANES: usize = 6;
/// From the line of a mark to its label.
pub(super) const LABEL_GAP: usize = 6;
/// The most characters of a label.
const MAX_LABEL: usize = 24;
pub(super) const SCALE_WIDTH: usize = 16;
/// The width that frames share, unless there are more frames than pixels.
const USUAL_PLOT_WIDTH: usize = 1_200;
const USUAL_PLOT_HEIGHT: usize = 320;

/// Where everything goes, in pixels.
pub(super) struct Layout {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) lanes_top: usize,
    pub(super) lanes: usize,
    pub(super) plot_width: usize,
    pub(super) plot_height: usize,
    pub(super) frame_width: usize,
    pub(super) channel_height: usize,
    pub(super) scale_left: usize,
    stride_ms: u32,
    pub(super) marks: Vec<PlacedMark>,
}

/// A mark with its column and its label.
pub(super) struct PlacedMark {
    pub(super) x: usize,
    pub(super) text: String,
    /// The lane above the plot that holds the label, from the top; `None` when no lane has room.
    pub(super) lane: Option<usize>,
}

impl Layout {
    pub(super) fn of(picture: &Picture<'_>) -> Layout {
        let frame_width = (USUAL_PLOT_WIDTH / picture.frames()).clamp(1, 12);
        let channel_height = (USUAL_PLOT_HEIGHT / picture.channels).clamp(1, 16);
        let labels = picture.channel_labels();
        let label_width = labels.iter().map(|(_, label)| text_width(label)).max().unwrap_or(0);
        let left = PADDING + label_width + 4 + TICK;
        let plot_width = picture.frames() * frame_width;
        let scale_left = left + plot_width + 2 * PADDING;
        let right_end = scale_left + SCALE_WIDTH + TICK + 4 + text_width("-128");
        let needed_for_text = left + text_width(picture.title).max(text_width("time in milliseconds"));
        let width = right_end.max(needed_for_text.min(right_end + 800)) + PADDING;

        let mut layout = Layout {
            width,
            height: 0,
            left,
            top: 0,
            lanes_top: PADDING + if picture.title.is_empty() { 0 } else { TEXT_HEIGHT + 10 },
            lanes: 0,
            plot_width,
            plot_height: picture.channels * channel_height,
            frame_width,
            channel_height,
            scale_left,
            stride_ms: picture.stride_ms,
            marks: Vec::new(),
        };
        layout.place_marks(picture.marks);
        layout.top = layout.lanes_top + layout.lanes * LANE_HEIGHT + if layout.lanes > 0 { 8 } else { 0 };
        layout.height = layout.top + layout.plot_height + TICK + 10 + 2 * TEXT_HEIGHT + PADDING;
        layout
    }

    /// Stacks labels so that no line runs through one: where labels would overlap, the earlier is higher.
    fn place_marks(&mut self, marks: &[Mark<'_>]) {
        let mut marks: Vec<&Mark<'_>> = marks.iter().collect();
        marks.sort_by_key(|mark| mark.time_ms);
        // Levels count upwards from the plot here, so that a lonely label is close to it.
        let mut placed: Vec<(PlacedMark, Option<usize>)> = Vec::new();
        for mark in marks.into_iter().rev() {
            let x = self.x_of(mark.time_ms).min(self.left + self.plot_width - 2);
            let label: String = mark.label.chars().take(MAX_LABEL).collect();
            let text = format!("{label} {}.{:02} s", mark.time_ms / 1_000, mark.time_ms % 1_000 / 10);
            let end = x + LABEL_GAP + text_width(&text);
            let below = placed.iter().filter(|(later, _)| later.x <= end).filter_map(|(_, level)| *level).max();
            let level = Some(below.map_or(0, |level| level + 1)).filter(|level| *level < MAX_LANES);
            if level.is_some() {
                self.width = self.width.max(end + PADDING);
            }
            placed.push((PlacedMark { x, text, lane: None }, level));
        }
        self.lanes = placed.iter().filter_map(|(_, level)| level.map(|level| level + 1)).max().unwrap_or(0);
        let lane_of = |level: usize| self.lanes - 1 - level;
        self.marks = placed.into_iter().map(|(mark, level)| PlacedMark { lane: level.map(lane_of), ..mark }).collect();
    }

    pub(super) fn channel_top(&self, channel: usize) -> usize {
        self.top + self.plot_height - (channel + 1) * self.channel_height
    }

    pub(super) fn x_of(&self, time_ms: u64) -> usize {
        self.left + (time_ms * self.frame_width as u64 / u64::from(self.stride_ms)) as usize
    }
}

/// Steps of 1, 2 or 5 times a power of ten that leave room for the labels.
pub(super) struct TimeAxis {
    pub(super) label_step_ms: u64,
    pub(super) tick_step_ms: u64,
    pub(super) in_seconds: bool,
}

impl TimeAxis {
    pub(super) fn of(picture: &Picture<'_>, layout: &Layout) -> TimeAxis {
        let total_ms = picture.frames() as u64 * u64::from(picture.stride_ms);
        let least_ms = 72 * u64::from(picture.stride_ms) / layout.frame_width as u64;
        let mut power = 1;
        let label_step_ms = loop {
            match [1, 2, 5].map(|digit| digit * power).into_iter().find(|&step| step >= least_ms) {
                Some(step) => break step,
                None => power *= 10,
            }
        };
        let divisions = if label_step_ms / power == 2 { 4 } else { 5 };
        let tick_step_ms =
            if label_step_ms.is_multiple_of(divisions) { label_step_ms / divisions } else { label_step_ms };
        TimeAxis { label_step_ms, tick_step_ms, in_seconds: total_ms >= 2_000 }
    }

    pub(super) fn text(&self, time_ms: u64) -> String {
        if !self.in_seconds {
            return time_ms.to_string();
        }
        let (seconds, rest) = (time_ms / 1_000, time_ms % 1_000);
        if self.label_step_ms.is_multiple_of(1_000) {
            seconds.to_string()
        } else if self.label_step_ms.is_multiple_of(100) {
            format!("{seconds}.{}", rest / 100)
        } else if self.label_step_ms.is_multiple_of(10) {
            format!("{seconds}.{:02}", rest / 10)
        } else {
            format!("{seconds}.{rest:03}")
        }
    }
}
