//! The map of the arena in characters: time across, address down.

use std::fmt;

use super::{Layout, shortened};
use crate::report::inspect::{BufferReport, MemoryReport};
use crate::report::table::{Cell, Style, Table};
use crate::report::{bytes, thousands};

/// Lines of the map.
const ROWS: u64 = 24;

/// What buffers are drawn with, the largest first.
const MARKS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// What all others are drawn with.
const OTHER: char = '#';

/// Columns before the map.
const MARGIN: usize = 12;

impl MemoryReport {
    pub(super) fn render_map(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        if self.arena_bytes == 0 {
            return Ok(());
        }
        let marks = self.marks();
        let steps = self.steps.len();
        let room = layout.width.saturating_sub(MARGIN).max(20);
        // Each step gets as many columns as there is room for, or several steps share one.
        let wide = (room / steps).clamp(1, 4);
        let together = steps.div_ceil(room);
        let columns = steps.div_ceil(together);
        let row_bytes = self.arena_bytes.div_ceil(ROWS).next_multiple_of(4);
        let rows = self.arena_bytes.div_ceil(row_bytes);
        let across = match (together, wide) {
            (1, 1) => "a column is a step of time".to_string(),
            (1, _) => format!("{wide} columns are a step of time"),
            _ => format!("a column is {together} steps of time"),
        };
        writeln!(out, "\n  {}: a row is {}, {across}", paint(Style::Strong, "arena map"), bytes(row_bytes))?;
        for row in 0..rows {
            let range = row * row_bytes..((row + 1) * row_bytes).min(self.arena_bytes);
            let mut line = String::new();
            for column in 0..columns {
                let during = (column * together) as u32..((column + 1) * together).min(steps) as u32;
                let mark = self.largest_in(&range, &during).map_or('·', |buffer| marks[buffer]);
                line.extend(std::iter::repeat_n(mark, wide));
            }
            writeln!(out, "  {:>8}  {line}", thousands(range.start))?;
        }
        writeln!(out, "  {:>8}  {}", "op", self.axis(columns, together, wide))?;
        self.legend(&marks, layout).render(out, paint)
    }

    /// The character of each buffer.
    fn marks(&self) -> Vec<char> {
        let mut by_size: Vec<usize> = (0..self.buffers.len()).collect();
        by_size.sort_by_key(|&buffer| (std::cmp::Reverse(self.buffers[buffer].bytes), buffer));
        let mut marks = vec![OTHER; self.buffers.len()];
        by_size.iter().zip(MARKS.chars()).for_each(|(&buffer, mark)| marks[buffer] = mark);
        marks
    }

    /// The buffer that fills most of these addresses at these steps; of equals the one that was born last.
    fn largest_in(&self, range: &std::ops::Range<u64>, during: &std::ops::Range<u32>) -> Option<usize> {
        let filled = |buffer: &BufferReport| {
            let is_alive = buffer.live.iter().any(|&[first, last]| first < during.end && last >= during.start);
            let end = (buffer.offset + buffer.bytes).min(range.end);
            if is_alive { end.saturating_sub(buffer.offset.max(range.start)) } else { 0 }
        };
        let born = |buffer: &BufferReport| buffer.live.first().map_or(0, |live| live[0]);
        let buffers = self.buffers.iter().enumerate().filter(|(_, buffer)| filled(buffer) > 0);
        buffers.max_by_key(|(_, buffer)| (filled(buffer), born(buffer))).map(|(index, _)| index)
    }

    /// The numbers of the ops below the columns, as many as there is room for; `i` where inputs are written, `o` where
    /// outputs are read.
    fn axis(&self, columns: usize, together: usize, wide: usize) -> String {
        let mut axis = vec![' '; columns * wide];
        let mut free = 0;
        for column in 0..columns {
            let step = column * together;
            let text = match self.steps[step] {
                Some(op) => op.to_string(),
                None if step == 0 => "i".to_string(),
                None => "o".to_string(),
            };
            let start = column * wide;
            if start >= free && start + text.len() <= axis.len() {
                axis.splice(start..start + text.len(), text.chars());
                free = start + text.len() + 1;
            }
        }
        axis.into_iter().collect::<String>().trim_end().to_string()
    }

    fn legend(&self, marks: &[char], layout: Layout) -> Table {
        let room = layout.width.saturating_sub(44).max(24);
        let mut table = Table::new(["", "what", "bytes", "address", "steps"]).indent(2);
        let mut listed: Vec<usize> = (0..self.buffers.len()).filter(|&buffer| self.buffers[buffer].bytes > 0).collect();
        listed.sort_by_key(|&buffer| (std::cmp::Reverse(self.buffers[buffer].bytes), buffer));
        for &index in listed.iter().take(MARKS.len()) {
            let buffer = &self.buffers[index];
            let live: Vec<String> = buffer.live.iter().take(3).map(|[first, last]| format!("{first}-{last}")).collect();
            let more = if buffer.live.len() > 3 { ", ..." } else { "" };
            table.row([
                Cell::text(marks[index].to_string()),
                Cell::text(shortened(&buffer.title(), room)),
                Cell::number(buffer.bytes),
                Cell::number(buffer.offset),
                Cell::right(live.join(", ") + more),
            ]);
        }
        if listed.len() > MARKS.len() {
            let rest = &listed[MARKS.len()..];
            table.row([
                Cell::text(OTHER.to_string()),
                Cell::text(format!("{} more", thousands(rest.len() as u64))),
                Cell::number(rest.iter().map(|&buffer| self.buffers[buffer].bytes).sum()),
            ]);
        }
        table
    }
}
