//! What the model saw, as a picture: feature rows over time, with the detections where they happened.
//!
//! Time runs to the right, the lowest channel is at the bottom, and brightness follows the feature value over the
//! whole range of 8 bits, so two pictures can be compared by eye. The same input gives the same bytes.

mod layout;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use thiserror::Error;

use super::canvas::{Canvas, Color, TEXT_HEIGHT};
use super::grouped;
use layout::{LABEL_GAP, LANE_HEIGHT, Layout, PADDING, SCALE_WIDTH, TICK, TimeAxis};

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
    /// Detections, in any order, none after the end of the last window. Labels are cut after 24
    /// characters and left out where they find no room; their lines are always there.
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
        canvas.text(layout.left, baseline + TICK + 10 + TEXT_HEIGHT, &unit, FAINT_INK);
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
            let bottom = layout.top + layout.plot_height;
            for y in (layout.top..bottom).step_by(8) {
                canvas.rectangle(placed.x, y, 2, 5.min(bottom - y), MARK);
            }
            if let Some(lane) = placed.lane {
                let lane_top = layout.lanes_top + lane * LANE_HEIGHT;
                canvas.rectangle(placed.x, lane_top + 2, 2, layout.top - lane_top - 2, MARK_INK);
                canvas.text(placed.x + LABEL_GAP, lane_top + 1, &placed.text, MARK_INK);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::text_width;
    use super::layout::{MAX_LANES, PlacedMark};
    use super::*;

    fn picture<'a>(rows: &'a [i8], marks: &'a [Mark<'a>]) -> Picture<'a> {
        Picture { rows, channels: 4, channel_hz: &[], stride_ms: 20, window_ms: 30, marks, title: "" }
    }

    fn decoded(picture: &Picture<'_>) -> (usize, usize, Vec<Color>) {
        let mut file = Vec::new();
        picture.write_png(&mut file).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        (info.width as usize, info.height as usize, bytes.as_chunks::<3>().0.to_vec())
    }

    #[test]
    fn lightness_rises_with_the_feature() {
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        let lightness =
            |[red, green, blue]: Color| (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)).cbrt();
        let all: Vec<f64> = (i8::MIN..=i8::MAX).map(|feature| lightness(color_of(feature))).collect();
        assert!(all.windows(2).all(|pair| pair[1] > pair[0] - 0.002), "{all:?}");
        let steps: Vec<f64> = all.iter().step_by(51).copied().collect();
        assert!(steps.windows(2).all(|pair| (0.08..0.24).contains(&(pair[1] - pair[0]))), "{steps:?}");
        assert_eq!((color_of(i8::MIN), color_of(i8::MAX)), (ANCHORS[0], ANCHORS[5]));
    }

    #[test]
    fn pixels_show_features_with_the_lowest_channel_at_the_bottom() {
        let rows = [-128, -100, 0, 127, 5, 6, 7, 8, 9, 10, 11, 12];
        let picture = picture(&rows, &[]);
        let layout = Layout::of(&picture);
        let (width, height, pixels) = decoded(&picture);
        assert_eq!((width, height), (layout.width, layout.height));
        for (index, &feature) in rows.iter().enumerate() {
            let (frame, channel) = (index / 4, index % 4);
            let x = layout.left + frame * layout.frame_width + layout.frame_width / 2;
            let y = layout.top + layout.plot_height - channel * layout.channel_height - layout.channel_height / 2;
            assert_eq!(pixels[y * width + x], color_of(feature), "frame {frame} channel {channel}");
        }
    }

    #[test]
    fn a_mark_is_a_line_at_its_time_with_its_label_above() {
        let rows = [0; 4 * 100];
        let marks = [Mark { time_ms: 1_000, label: "yes" }];
        let marked = picture(&rows, &marks);
        let layout = Layout::of(&marked);
        let (width, _, pixels) = decoded(&marked);
        let x = layout.left + 50 * layout.frame_width;
        assert_eq!(pixels[layout.top * width + x], MARK);
        assert_eq!(layout.marks[0].text, "yes 1.00 s");
        assert_eq!((layout.marks[0].x, layout.lanes), (x, 1));
    }

    #[test]
    fn labels_do_not_overlap_and_give_way_when_there_are_too_many() {
        let rows = [0; 4 * 100];
        let marks: Vec<Mark<'_>> = (0..100).map(|index| Mark { time_ms: index * 20, label: "silence" }).collect();
        let picture = picture(&rows, &marks);
        let layout = Layout::of(&picture);
        assert_eq!((layout.lanes, layout.marks.len()), (MAX_LANES, 100));
        for lane in 0..MAX_LANES {
            let mut spans: Vec<(usize, usize)> = layout
                .marks
                .iter()
                .filter(|placed| placed.lane == Some(lane))
                .map(|placed| (placed.x, placed.x + LABEL_GAP + text_width(&placed.text)))
                .collect();
            spans.sort_unstable();
            assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0) && !spans.is_empty(), "{spans:?}");
            assert!(spans.iter().all(|span| span.1 <= layout.width));
            // The lines of lower lanes start below; those of higher ones must not cross these labels.
            let crosses = |placed: &PlacedMark| {
                placed.lane.is_some_and(|other| other < lane)
                    && spans.iter().any(|span| (span.0 + 1..=span.1).contains(&placed.x))
            };
            assert!(!layout.marks.iter().any(crosses), "lane {lane}");
        }
    }

    #[test]
    fn long_clips_stay_narrow_and_the_limit_is_kept() {
        let width = |frames: usize| Layout::of(&picture(&vec![0; 4 * frames], &[])).plot_width;
        assert_eq!((width(1), width(49), width(1_000), width(1_200)), (12, 588, 1_000, 1_200));
        assert_eq!(width(MAX_FRAMES), MAX_FRAMES);
        let rows = vec![0; 4 * (MAX_FRAMES + 1)];
        let error = picture(&rows, &[]).write_png(io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "16,385 feature rows are too many for one picture; at most 16,384 fit");
    }

    #[test]
    fn time_labels_have_room_at_every_length() {
        for stride_ms in [1, 10, 20, 1_000] {
            for frames in [1, 2, 49, 100, 101, 1_000, MAX_FRAMES] {
                let rows = vec![0; 4 * frames];
                let picture = Picture { stride_ms, ..picture(&rows, &[]) };
                let layout = Layout::of(&picture);
                let axis = TimeAxis::of(&picture, &layout);
                let last = frames as u64 * u64::from(stride_ms) / axis.label_step_ms * axis.label_step_ms;
                let room = layout.x_of(axis.label_step_ms) - layout.x_of(0);
                assert!(room >= text_width(&axis.text(last)) || last == 0, "{frames} frames of {stride_ms} ms");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let says = |picture: Picture<'_>, text: &str| {
            let error = picture.write_png(io::sink()).unwrap_err();
            assert_eq!(error.to_string(), text);
            assert!(!error.help().is_empty());
        };
        let rows = [0i8; 8];
        let good = picture(&rows, &[]);
        says(Picture { rows: &[], ..good }, "there is nothing to draw: the clip gave no feature row");
        says(Picture { rows: &rows[..7], ..good }, "7 features do not make rows of 4 channels");
        says(Picture { channels: 0, ..good }, "0 channels cannot be drawn; 1 to 512 can");
        says(Picture { channel_hz: &[1, 2], ..good }, "2 frequencies are given for 4 channels");
        says(Picture { stride_ms: 0, ..good }, "the stride between feature rows is 0 ms; it must be at least 1 ms");
        let late = [Mark { time_ms: 51, label: "no" }];
        says(Picture { marks: &late, ..good }, "the mark \"no\" at 51 ms lies outside the clip, which ends at 50 ms");
        let missing_folder = std::env::temp_dir().join("no such folder of tinyml/picture.png");
        assert!(good.write_png_file(&missing_folder).unwrap_err().to_string().contains("cannot be written"));
    }

    #[test]
    fn extreme_values_do_not_overflow() {
        let rows = [0i8; 8];
        let end = u64::from(u32::MAX) * 2;
        let marks = [Mark { time_ms: end, label: "ü\u{1F600}\n" }];
        let picture = Picture { stride_ms: u32::MAX, window_ms: u32::MAX, ..picture(&rows, &marks) };
        assert!(picture.write_png(io::sink()).is_ok());
    }
}
