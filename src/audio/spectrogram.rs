//! What the model saw, as a picture: feature rows over time, with the detections where they happened.
//!
//! Time runs to the right, the lowest channel is at the bottom, and brightness follows the feature value over the
//! whole range of 8 bits, so two pictures can be compared by eye. The same input gives the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use thiserror::Error;

use super::{font, grouped};

/// The most feature rows in one picture; at 20 ms a row, five and a half minutes.
pub const MAX_FRAMES: usize = 16_384;
/// The most channels in one row.
pub const MAX_CHANNELS: usize = 512;

/// A moment worth showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Milliseconds from the start of the clip.
    pub time_ms: u64,
    /// What happened, in a word; ASCII looks best.
    pub label: &'a str,
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Picture<'a> {
    /// Feature rows `[frames, channels]`, the earliest first, the lowest channel first in each.
    pub rows: &'a [i8],
    /// Features in a row, 1 to [`MAX_CHANNELS`].
    pub channels: usize,
    /// The middle frequency of each channel in hertz; empty when not known, and then channel numbers are shown.
    pub channel_hz: &'a [u32],
    /// Milliseconds from the start of one row's window to the start of the next, at least 1.
    pub stride_ms: u32,
    /// Milliseconds of sound behind one row.
    pub window_ms: u32,
    /// Detections, in any order, none after the end of the last window. Labels that find no room are left out;
    /// their lines are always there.
    pub marks: &'a [Mark<'a>],
    /// The line above the picture; may be empty.
    pub title: &'a str,
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum SpectrogramError {
    /// There are no feature rows.
    #[error("there is nothing to draw: the clip gave no feature row")]
    NoRows,
    /// More rows than [`MAX_FRAMES`].
    #[error("{} feature rows are too many for one picture; at most {} fit", grouped(*.found as u64), grouped(MAX_FRAMES as u64))]
    TooManyRows {
        /// The number of rows.
        found: usize,
    },
    /// No channels, or more than [`MAX_CHANNELS`].
    #[error("{found} channels cannot be drawn; 1 to {MAX_CHANNELS} can")]
    Channels {
        /// The number of channels.
        found: usize,
    },
    /// The features do not make whole rows.
    #[error("{features} features do not make rows of {channels} channels")]
    BrokenRow {
        /// The number of features.
        features: usize,
        /// The length of a row.
        channels: usize,
    },
    /// The list of frequencies is not as long as a row.
    #[error("{found} frequencies are given for {channels} channels")]
    Frequencies {
        /// The number of frequencies.
        found: usize,
        /// The length of a row.
        channels: usize,
    },
    /// The rows do not advance in time.
    #[error("the stride between feature rows is 0 ms; it must be at least 1 ms")]
    NoStride,
    /// A mark lies after the end of the clip.
    #[error("the mark \"{label}\" at {time_ms} ms lies outside the clip, which ends at {end_ms} ms")]
    MarkOutside {
        /// The label of the mark.
        label: String,
        /// Its time.
        time_ms: u64,
        /// The end of the last window.
        end_ms: u64,
    },
    /// The file could not be made or written.
    #[error("the picture cannot be written: {0}")]
    Io(io::Error),
}

impl SpectrogramError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            SpectrogramError::NoRows => "the clip must be at least as long as one analysis window, usually 30 ms",
            SpectrogramError::TooManyRows { .. } => "cut the clip into parts and draw each",
            SpectrogramError::Io(_) => "check that the folder exists, is writable and has room",
            SpectrogramError::Channels { .. }
            | SpectrogramError::BrokenRow { .. }
            | SpectrogramError::Frequencies { .. }
            | SpectrogramError::NoStride => "check the front end settings that the model was compiled with",
            SpectrogramError::MarkOutside { .. } => "features and detections must come from the same clip",
        }
    }
}

type Color = [u8; 3];

const BACKGROUND: Color = [250, 250, 247];
const INK: Color = [38, 38, 44];
const FAINT_INK: Color = [120, 120, 128];
const MARK: Color = [0, 214, 222];
const MARK_INK: Color = [0, 104, 112];

/// Colours at equal steps from the lowest value to the highest; their lightness rises evenly.
const ANCHORS: [Color; 6] =
    [[9, 10, 34], [50, 26, 104], [128, 38, 118], [208, 68, 84], [246, 148, 60], [252, 246, 190]];

/// The colour of a feature.
fn color_of(feature: i8) -> Color {
    let position = (i32::from(feature) + 128) as usize * (ANCHORS.len() - 1);
    let (segment, part) = ((position / 255).min(ANCHORS.len() - 2), position as i32);
    let part = part - segment as i32 * 255;
    let (from, to) = (ANCHORS[segment], ANCHORS[segment + 1]);
    std::array::from_fn(|index| {
        let (from, to) = (i32::from(from[index]), i32::from(to[index]));
        ((from * (255 - part) + to * part + 127) / 255) as u8
    })
}

impl Picture<'_> {
    /// Writes the picture as a PNG file at `path`, replacing what was there.
    pub fn write_png_file(&self, path: &Path) -> Result<(), SpectrogramError> {
        let canvas = self.draw()?;
        let file = File::create(path).map_err(SpectrogramError::Io)?;
        canvas.encode(BufWriter::new(file)).map_err(SpectrogramError::Io)
    }

    /// Writes the picture as PNG.
    pub fn write_png(&self, output: impl Write) -> Result<(), SpectrogramError> {
        self.draw()?.encode(output).map_err(SpectrogramError::Io)
    }

    fn check(&self) -> Result<(), SpectrogramError> {
        if !(1..=MAX_CHANNELS).contains(&self.channels) {
            return Err(SpectrogramError::Channels { found: self.channels });
        }
        if self.rows.is_empty() {
            return Err(SpectrogramError::NoRows);
        }
        if !self.rows.len().is_multiple_of(self.channels) {
            return Err(SpectrogramError::BrokenRow { features: self.rows.len(), channels: self.channels });
        }
        if self.frames() > MAX_FRAMES {
            return Err(SpectrogramError::TooManyRows { found: self.frames() });
        }
        if !self.channel_hz.is_empty() && self.channel_hz.len() != self.channels {
            return Err(SpectrogramError::Frequencies { found: self.channel_hz.len(), channels: self.channels });
        }
        if self.stride_ms == 0 {
            return Err(SpectrogramError::NoStride);
        }
        let end_ms = self.end_ms();
        match self.marks.iter().find(|mark| mark.time_ms > end_ms) {
            Some(mark) => {
                Err(SpectrogramError::MarkOutside { label: mark.label.into(), time_ms: mark.time_ms, end_ms })
            }
            None => Ok(()),
        }
    }

    fn frames(&self) -> usize {
        self.rows.len() / self.channels
    }

    /// The end of the last window.
    fn end_ms(&self) -> u64 {
        let last_start = (self.frames() as u64 - 1) * u64::from(self.stride_ms);
        last_start + u64::from(self.window_ms.max(self.stride_ms))
    }

    fn draw(&self) -> Result<Canvas, SpectrogramError> {
        self.check()?;
        let layout = Layout::of(self);
        let mut canvas = Canvas::new(layout.width, layout.height);
        canvas.text(layout.left, PADDING, self.title, INK);
        self.draw_features(&layout, &mut canvas);
        self.draw_channel_axis(&layout, &mut canvas);
        self.draw_time_axis(&layout, &mut canvas);
        self.draw_scale(&layout, &mut canvas);
        self.draw_marks(&layout, &mut canvas);
        Ok(canvas)
    }

    fn draw_features(&self, layout: &Layout, canvas: &mut Canvas) {
        canvas.rectangle(layout.left - 1, layout.top - 1, layout.plot_width + 2, layout.plot_height + 2, FAINT_INK);
        for (frame, row) in self.rows.chunks_exact(self.channels).enumerate() {
            let x = layout.left + frame * layout.frame_width;
            for (channel, &feature) in row.iter().enumerate() {
                let y = layout.channel_top(channel);
                canvas.rectangle(x, y, layout.frame_width, layout.channel_height, color_of(feature));
            }
        }
    }

    fn draw_channel_axis(&self, layout: &Layout, canvas: &mut Canvas) {
        for (channel, label) in self.channel_labels() {
            let y = layout.channel_top(channel) + layout.channel_height / 2;
            canvas.rectangle(layout.left - TICK, y, TICK - 1, 1, INK);
            canvas.text_left_of(layout.left - TICK - 4, y.saturating_sub(TEXT_HEIGHT / 2 - 2), &label, INK);
        }
    }

    /// Which channels get a label: the outermost two and up to three between.
    fn channel_labels(&self) -> Vec<(usize, String)> {
        let last = self.channels - 1;
        let steps = if last >= 4 { 4 } else { last.max(1) };
        let mut channels: Vec<usize> = (0..=steps).map(|step| last * step / steps).collect();
        channels.dedup();
        let label = |channel: usize| match self.channel_hz.get(channel) {
            Some(&hertz) if hertz < 1_000 => format!("{hertz} Hz"),
            Some(&hertz) => format!("{}.{} kHz", (hertz + 50) / 1_000, (hertz + 50) % 1_000 / 100),
            None if channel == last => format!("channel {channel}"),
            None => channel.to_string(),
        };
        channels.into_iter().map(|channel| (channel, label(channel))).collect()
    }

    fn draw_time_axis(&self, layout: &Layout, canvas: &mut Canvas) {
        let axis = TimeAxis::of(self, layout);
        let baseline = layout.top + layout.plot_height;
        let mut time_ms = 0;
        while time_ms <= self.frames() as u64 * u64::from(self.stride_ms) {
            let x = layout.x_of(time_ms);
            let is_labelled = time_ms.is_multiple_of(axis.label_step_ms);
            canvas.rectangle(x, baseline + 1, 1, if is_labelled { TICK } else { TICK / 2 }, INK);
            if is_labelled {
                canvas.text_centered(x, baseline + TICK + 5, &axis.text(time_ms), INK);
            }
            time_ms += axis.tick_step_ms;
        }
        let unit = format!("time in {}", if axis.in_seconds { "seconds" } else { "milliseconds" });
        canvas.text(layout.left, baseline + TICK + 8 + TEXT_HEIGHT, &unit, FAINT_INK);
    }

    /// The key on the right: which colour is which value.
    fn draw_scale(&self, layout: &Layout, canvas: &mut Canvas) {
        let x = layout.scale_left;
        canvas.rectangle(x - 1, layout.top - 1, SCALE_WIDTH + 2, layout.plot_height + 2, FAINT_INK);
        let last = layout.plot_height - 1;
        for row in 0..=last {
            let feature = 127 - (row * 255 / last.max(1)) as i32;
            canvas.rectangle(x, layout.top + row, SCALE_WIDTH, 1, color_of(feature as i8));
        }
        for (y, text) in [(0, "127"), (last / 2, "0"), (last, "-128")] {
            let y = layout.top + y;
            canvas.rectangle(x + SCALE_WIDTH + 1, y, TICK - 1, 1, INK);
            let text_top = y.saturating_sub(TEXT_HEIGHT / 2 - 2);
            canvas.text(x + SCALE_WIDTH + TICK + 4, text_top, text, INK);
        }
    }

    fn draw_marks(&self, layout: &Layout, canvas: &mut Canvas) {
        for placed in &layout.marks {
            let lane_top = layout.lanes_top + placed.lane.unwrap_or(layout.lanes.saturating_sub(1)) * LANE_HEIGHT;
            let line_top = lane_top + LANE_HEIGHT / 2;
            let bottom = layout.top + layout.plot_height;
            canvas.rectangle(placed.x, line_top, 2, layout.top - line_top, MARK_INK);
            for y in (layout.top..bottom).step_by(8) {
                canvas.rectangle(placed.x, y, 2, 5.min(bottom - y), MARK);
            }
            if placed.lane.is_some() {
                canvas.rectangle(placed.x, lane_top + 2, 2, TEXT_HEIGHT, MARK_INK);
                canvas.text(placed.text_left, lane_top + 1, &placed.text, MARK_INK);
            }
        }
    }
}

const TEXT_SCALE: usize = 2;
const TEXT_ADVANCE: usize = font::ADVANCE * TEXT_SCALE;
const TEXT_HEIGHT: usize = font::HEIGHT * TEXT_SCALE;
const PADDING: usize = 14;
const TICK: usize = 8;
const LANE_HEIGHT: usize = TEXT_HEIGHT + 4;
const MAX_LANES: usize = 6;
const SCALE_WIDTH: usize = 16;
/// The width that frames share, unless there are more frames than pixels.
const USUAL_PLOT_WIDTH: usize = 1_200;
const USUAL_PLOT_HEIGHT: usize = 320;

fn text_width(text: &str) -> usize {
    text.chars().count() * TEXT_ADVANCE
}

/// Where everything goes, in pixels.
struct Layout {
    width: usize,
    height: usize,
    left: usize,
    top: usize,
    lanes_top: usize,
    lanes: usize,
    plot_width: usize,
    plot_height: usize,
    frame_width: usize,
    channel_height: usize,
    scale_left: usize,
    stride_ms: u32,
    marks: Vec<PlacedMark>,
}

struct PlacedMark {
    x: usize,
    text: String,
    text_left: usize,
    /// The lane above the plot that holds the label, from the top; `None` when no lane has room.
    lane: Option<usize>,
}

impl Layout {
    fn of(picture: &Picture<'_>) -> Layout {
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
        layout.top = layout.lanes_top + layout.lanes * LANE_HEIGHT + if layout.lanes > 0 { 4 } else { 0 };
        layout.height = layout.top + layout.plot_height + TICK + 8 + 2 * TEXT_HEIGHT + PADDING;
        layout
    }

    /// Gives each label the lowest lane where it overlaps no other, earliest mark first.
    fn place_marks(&mut self, marks: &[Mark<'_>]) {
        let mut marks: Vec<&Mark<'_>> = marks.iter().collect();
        marks.sort_by_key(|mark| mark.time_ms);
        let mut lane_ends: Vec<usize> = Vec::new();
        for mark in marks {
            let x = self.x_of(mark.time_ms).min(self.left + self.plot_width - 2);
            let text = format!("{} {}.{:02} s", mark.label, mark.time_ms / 1_000, mark.time_ms % 1_000 / 10);
            let text_left = if x + 6 + text_width(&text) <= self.width {
                x + 6
            } else {
                (x + 2).saturating_sub(6 + text_width(&text))
            };
            let needed = x.min(text_left);
            let free = lane_ends.iter().position(|&end| end < needed);
            let lane = match free {
                Some(lane) => Some(lane),
                None if lane_ends.len() < MAX_LANES => {
                    lane_ends.push(0);
                    Some(lane_ends.len() - 1)
                }
                None => None,
            };
            if let Some(lane) = lane {
                lane_ends[lane] = (x + 2).max(text_left + text_width(&text));
            }
            self.marks.push(PlacedMark { x, text, text_left, lane });
        }
        self.lanes = lane_ends.len();
        // Lanes were counted from the plot upwards, so that a lonely label is close to it.
        for placed in &mut self.marks {
            placed.lane = placed.lane.map(|lane| self.lanes - 1 - lane);
        }
    }

    fn channel_top(&self, channel: usize) -> usize {
        self.top + self.plot_height - (channel + 1) * self.channel_height
    }

    fn x_of(&self, time_ms: u64) -> usize {
        self.left + (time_ms * self.frame_width as u64 / u64::from(self.stride_ms)) as usize
    }
}

/// Steps of 1, 2 or 5 times a power of ten that leave room for the labels.
struct TimeAxis {
    label_step_ms: u64,
    tick_step_ms: u64,
    in_seconds: bool,
}

impl TimeAxis {
    fn of(picture: &Picture<'_>, layout: &Layout) -> TimeAxis {
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

    fn text(&self, time_ms: u64) -> String {
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

/// Pixels. What does not fit is cut off.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, pixels: vec![BACKGROUND; width * height] }
    }

    fn rectangle(&mut self, left: usize, top: usize, width: usize, height: usize, color: Color) {
        let (start, end) = (left.min(self.width), left.saturating_add(width).min(self.width));
        for y in top..top.saturating_add(height).min(self.height) {
            self.pixels[y * self.width..][start..end].fill(color);
        }
    }

    fn text(&mut self, left: usize, top: usize, text: &str, color: Color) {
        for (index, character) in text.chars().enumerate() {
            let start = left + index * TEXT_ADVANCE;
            for (column, row) in font::dots(character) {
                let (x, y) = (start + column * TEXT_SCALE, top + row * TEXT_SCALE);
                self.rectangle(x, y, TEXT_SCALE, TEXT_SCALE, color);
            }
        }
    }

    fn text_left_of(&mut self, right: usize, top: usize, text: &str, color: Color) {
        self.text(right.saturating_sub(text_width(text)), top, text, color);
    }

    fn text_centered(&mut self, middle: usize, top: usize, text: &str, color: Color) {
        self.text(middle.saturating_sub(text_width(text) / 2), top, text, color);
    }

    fn encode(&self, output: impl Write) -> io::Result<()> {
        let mut output = output;
        let mut encoder = png::Encoder::new(&mut output, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(io::Error::from)?;
        writer.write_image_data(self.pixels.as_flattened()).map_err(io::Error::from)?;
        writer.finish().map_err(io::Error::from)?;
        output.flush()
    }
}
