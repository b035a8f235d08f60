//! The map of the arena as a picture: time across, address down.

use std::fmt::{self, Write};

use super::{colour, escaped};
use crate::report::inspect::MemoryReport;
use crate::report::thousands;

/// The most rectangles that are drawn, the largest first.
const MOST: usize = 2000;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 90.0;
const BOTTOM: f64 = 40.0;

impl MemoryReport {
    pub(super) fn write_map(&self, out: &mut String) -> fmt::Result {
        if self.arena_bytes == 0 {
            return Ok(());
        }
        let (wide, high) = (WIDTH - LEFT, HEIGHT - BOTTOM);
        let step = wide / self.steps.len() as f64;
        let y = |address: u64| address as f64 / self.arena_bytes as f64 * high;
        writeln!(
            out,
            "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"map of the arena\">\
             <rect x=\"{LEFT}\" y=\"0\" width=\"{wide}\" height=\"{high}\" fill=\"#f5f7f9\" stroke=\"#667080\"/>"
        )?;
        let mut by_size: Vec<usize> = (0..self.buffers.len()).filter(|&index| self.buffers[index].bytes > 0).collect();
        by_size.sort_by_key(|&index| (std::cmp::Reverse(self.buffers[index].bytes), index));
        for &index in by_size.iter().take(MOST) {
            let buffer = &self.buffers[index];
            let title = escaped(&buffer.title());
            let (top, tall) = (y(buffer.offset), y(buffer.bytes));
            for &[first, last] in buffer.live.iter().take(MOST) {
                let (left, long) = (LEFT + f64::from(first) * step, f64::from(last - first + 1) * step);
                writeln!(
                    out,
                    "<rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{long:.2}\" height=\"{tall:.2}\" fill=\"{}\" \
                     fill-opacity=\"0.8\" stroke=\"#1d232b\" stroke-width=\"0.6\"><title>{title}: {} bytes at {}, \
                     steps {first} to {last}</title></rect>",
                    colour(index),
                    thousands(buffer.bytes),
                    thousands(buffer.offset),
                )?;
            }
        }
        // Over the first step of each, which nothing born later can cover.
        for &index in by_size.iter().take(MOST) {
            let buffer = &self.buffers[index];
            let label = buffer.tensor.map_or(buffer.kind.to_string(), |tensor| tensor.to_string());
            let Some(&[first, last]) = buffer.live.first() else { continue };
            let room = f64::from(last - first + 1) * step;
            if y(buffer.bytes) > 18.0 && room > label.len() as f64 * 11.0 {
                writeln!(
                    out,
                    "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"17\" text-anchor=\"middle\" \
                     dominant-baseline=\"central\">{label}</text>",
                    LEFT + f64::from(first) * step + (step / 2.0).max(label.len() as f64 * 5.0),
                    y(buffer.offset) + y(buffer.bytes) / 2.0,
                )?;
            }
        }
        if let Some(peak) = &self.peak {
            writeln!(
                out,
                "<rect x=\"{:.2}\" y=\"0\" width=\"{step:.2}\" height=\"{high}\" fill=\"none\" stroke=\"#b3261e\" \
                 stroke-width=\"2.5\" stroke-dasharray=\"7 4\"><title>the peak</title></rect>",
                LEFT + f64::from(peak.step) * step,
            )?;
        }
        self.write_axes(out, step, high)?;
        writeln!(
            out,
            "</svg>\n<p class=\"faint\">Numbers in the map are tensors; across: ops of the Program in order, between \
             writing the inputs (in) and reading the outputs (out); down: bytes of the arena. Dashed: the peak.</p>"
        )
    }

    fn write_axes(&self, out: &mut String, step: f64, high: f64) -> fmt::Result {
        for quarter in 0..=4 {
            let address = self.arena_bytes * quarter / 4;
            let at = (high * quarter as f64 / 4.0).clamp(8.0, high - 4.0);
            writeln!(
                out,
                "<text x=\"{}\" y=\"{at:.2}\" font-size=\"16\" text-anchor=\"end\" dominant-baseline=\"central\">{}</text>",
                LEFT - 8.0,
                thousands(address)
            )?;
        }
        let mut free = 0.0;
        for (number, op) in self.steps.iter().enumerate() {
            let text = match op {
                Some(op) => op.to_string(),
                None if number == 0 => "in".to_string(),
                None => "out".to_string(),
            };
            let half = text.len() as f64 * 5.0;
            let middle = LEFT + (number as f64 + 0.5) * step;
            if middle - half >= free {
                writeln!(
                    out,
                    "<text x=\"{middle:.2}\" y=\"{:.2}\" font-size=\"16\" text-anchor=\"middle\">{text}</text>",
                    high + 20.0
                )?;
                free = middle + half + 8.0;
            }
        }
        Ok(())
    }
}
