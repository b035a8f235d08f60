//! The report for people: its sections in order, and how they write shapes, numbers and names.

mod map;
mod memory;
mod operators;
mod runtime;
mod summary;
mod tensors;
mod tflm;

use std::fmt;

pub(super) use summary::BUT_NOT_BUILT_IN;

use super::InspectReport;
use crate::report::table::{Style, printable};

/// How the text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to draw the map of the arena.
    pub map: bool,
    /// Whether to show the arena in TensorFlow Lite Micro by class.
    pub tflm: bool,
    /// Whether every finding is shown, or of many alike a few.
    pub all_findings: bool,
}

impl InspectReport {
    /// The report as text, as wide as the layout says.
    pub fn render(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        self.render_summary(out, layout, &paint)?;
        self.render_operators(out, layout, &paint)?;
        if let Some(memory) = &self.memory {
            memory.render(out, layout, self.board.as_ref(), &paint)?;
            if layout.map {
                memory.render_map(out, layout, &paint)?;
            }
            if layout.tflm {
                memory.tflm.render(out, layout, &paint)?;
            }
        }
        if let (Some(flash), Some(board)) = (&self.flash, &self.board) {
            flash.render_runtime(out, layout, board, &paint)?;
        }
        self.render_findings(out, layout, &paint)?;
        self.render_tensors(out, layout, &paint)?;
        self.render_metadata(out, layout, &paint)
    }
}

/// `[1, 49, 40, 8]`, `[]` for a scalar. A damaged file can have thousands of extents.
pub(super) fn shape(extents: &[usize]) -> String {
    const MOST: usize = 8;
    match extents.get(..MOST) {
        Some(start) if extents.len() > MOST => format!("{start:?} and {} more", extents.len() - MOST),
        _ => format!("{extents:?}"),
    }
}

/// A scale in as few digits as tell it apart.
pub(super) fn real(value: f32) -> String {
    let is_plain = value == 0.0 || !value.is_finite() || (1e-4..1e7).contains(&value.abs());
    if is_plain { value.to_string() } else { format!("{value:e}") }
}

/// `text` in at most `width` columns, visibly cut when it is longer.
pub(super) fn shortened(text: &str, width: usize) -> String {
    let text = printable(text);
    if text.chars().count() <= width {
        return text;
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// `text` broken between words into lines of at most `width` columns; longer words stay whole.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_keep_every_digit_that_tells_them_apart() {
        let texts = [0.101715684, 1.0 / 256.0, 2.5e-10, 0.0, 3e38, -1.5].map(real);
        assert_eq!(texts, ["0.101715684", "0.00390625", "2.5e-10", "0", "3e38", "-1.5"]);
        assert_eq!([f32::NAN, f32::INFINITY].map(real), ["NaN", "inf"]);
    }

    #[test]
    fn long_names_are_cut_and_foreign_ones_made_visible() {
        assert_eq!(shortened("model/conv", 10), "model/conv");
        assert_eq!(shortened("model/conv/bias", 10), "model/con…");
        assert_eq!(shortened("a\nb", 10), "a\\nb");
    }

    #[test]
    fn words_are_wrapped_and_none_is_lost() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("averyveryverylongword it", 8), ["averyveryverylongword", "it"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    #[test]
    fn shapes_of_many_dimensions_are_counted() {
        assert_eq!(shape(&[]), "[]");
        assert_eq!(shape(&[1, 2]), "[1, 2]");
        assert_eq!(shape(&[1; 10]), "[1, 1, 1, 1, 1, 1, 1, 1] and 2 more");
    }
}
