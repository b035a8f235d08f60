//! A field of pixels to draw rectangles and text on, and its PNG.

use std::io::{self, Write};

use super::font;

/// Red, green and blue.
pub(super) type Color = [u8; 3];

const BACKGROUND: Color = [250, 250, 247];
const TEXT_SCALE: usize = 2;
const TEXT_ADVANCE: usize = font::ADVANCE * TEXT_SCALE;
/// Pixels from the top of a line of text to below its descenders.
pub(super) const TEXT_HEIGHT: usize = font::HEIGHT * TEXT_SCALE;

/// The pixels that `text` takes from left to right.
pub(super) fn text_width(text: &str) -> usize {
    text.chars().count() * TEXT_ADVANCE
}

/// Pixels. What does not fit is cut off.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, pixels: vec![BACKGROUND; width * height] }
    }

    pub(super) fn rectangle(&mut self, left: usize, top: usize, width: usize, height: usize, color: Color) {
        let (start, end) = (left.min(self.width), left.saturating_add(width).min(self.width));
        for y in top..top.saturating_add(height).min(self.height) {
            self.pixels[y * self.width..][start..end].fill(color);
        }
    }

    /// A line of a width in pixels from one point to another, both its middle.
    pub(super) fn line(&mut self, from: (usize, usize), to: (usize, usize), width: usize, color: Color) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1));
        let between = |from: usize, to: usize, step: usize| match steps {
            0 => from,
            // Both ends are pixels of a picture, so the products are far from the limits.
            _ => (from * (steps - step) + to * step + steps / 2) / steps,
        };
        for step in 0..=steps {
            let (x, y) = (between(from.0, to.0, step), between(from.1, to.1, step));
            self.rectangle(x.saturating_sub(width / 2), y.saturating_sub(width / 2), width, width, color);
        }
    }

    pub(super) fn text(&mut self, left: usize, top: usize, text: &str, color: Color) {
        for (index, character) in text.chars().enumerate() {
            let start = left + index * TEXT_ADVANCE;
            for (column, row) in font::dots(character) {
                let (x, y) = (start + column * TEXT_SCALE, top + row * TEXT_SCALE);
                self.rectangle(x, y, TEXT_SCALE, TEXT_SCALE, color);
            }
        }
    }

    pub(super) fn text_left_of(&mut self, right: usize, top: usize, text: &str, color: Color) {
        self.text(right.saturating_sub(text_width(text)), top, text, color);
    }

    pub(super) fn text_centered(&mut self, middle: usize, top: usize, text: &str, color: Color) {
        self.text(middle.saturating_sub(text_width(text) / 2), top, text, color);
    }

    pub(super) fn encode(&self, output: impl Write) -> io::Result<()> {
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
