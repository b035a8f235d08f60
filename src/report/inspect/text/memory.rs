//! What the arena is full of at the peak, and what would make it smaller.

use std::fmt;

use super::{Layout, shortened};
use crate::report::inspect::{BoardReport, MemoryReport, WhatIfReport};
use crate::report::table::{Cell, Style, Table};
use crate::report::{bytes, percent, thousands};

/// Rows of what is alive; what is more is added up.
const MOST_ALIVE: usize = 8;

/// Lines of changes.
const MOST_CHANGES: usize = 4;

impl MemoryReport {
    pub(super) fn render(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        board: Option<&BoardReport>,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let Some(peak) = &self.peak else { return Ok(()) };
        let room = layout.width.saturating_sub(30).max(24);
        let when = match (&peak.name, peak.operator) {
            (Some(name), Some(operator)) => format!("arena at its peak, op {operator} {name}"),
            _ if peak.step == 0 => "arena at its peak, when inputs are written".to_string(),
            _ => "arena at its peak, when outputs are read".to_string(),
        };
        let mut table = Table::new([shortened(&when, room), "bytes".to_string()]).indent(2);
        for &index in peak.alive.iter().take(MOST_ALIVE) {
            let buffer = &self.buffers[index];
            table.row([Cell::text(shortened(&buffer.title(), room)), Cell::number(buffer.bytes)]);
        }
        let others: u64 = peak.alive.iter().skip(MOST_ALIVE).map(|&index| self.buffers[index].bytes).sum();
        if others > 0 {
            let count = thousands((peak.alive.len() - MOST_ALIVE) as u64);
            table.row([Cell::text(format!("{count} more")), Cell::number(others)]);
        }
        if peak.overlap_bytes > 0 {
            let saved = format!("-{}", thousands(peak.overlap_bytes));
            table.row([Cell::text("output over input, as the op allows"), Cell::right(saved)]);
        }
        let gaps = self.arena_bytes - peak.live_bytes;
        if gaps > 0 {
            table.row([Cell::text("unused now: taken at other times, or alignment"), Cell::number(gaps)]);
        }
        let mut total = vec![Cell::text("arena"), Cell::number(self.arena_bytes)];
        if let Some(board) = board {
            total.push(Cell::text(format!(
                "{} of {}",
                percent(self.arena_bytes, board.arena_area_bytes),
                thousands(board.arena_area_bytes)
            )));
        }
        table.total(total);
        writeln!(out)?;
        table.render(out, paint)?;
        let saved = self.unshared_bytes.saturating_sub(self.arena_bytes);
        writeln!(
            out,
            "  sharing bytes saves {} of {}; {}",
            thousands(saved),
            bytes(self.unshared_bytes),
            if self.is_optimal { "no placement takes less" } else { "the best placement found" },
        )?;
        self.render_changes(out, layout, paint)
    }

    fn render_changes(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let worth_it = |what_if: &&WhatIfReport| what_if.saved_bytes * 100 >= self.arena_bytes;
        if !self.what_if.iter().any(|what_if| worth_it(&what_if)) {
            let why = match self.peak.as_ref().map_or(0, |peak| peak.equal_steps) {
                0 => String::new(),
                count => format!(": {} as much", if count == 1 { "another op needs" } else { "other ops need" }),
            };
            return writeln!(out, "  no single change makes it smaller by 1%{why}");
        }
        let room = layout.width.saturating_sub(30).max(24);
        let mut table = Table::new(["a smaller arena with", "arena", "saves", "share"]).indent(2);
        for what_if in self.what_if.iter().filter(worth_it).take(MOST_CHANGES) {
            table.row([
                Cell::text(shortened(&what_if.change, room)),
                Cell::number(what_if.arena_bytes),
                Cell::number(what_if.saved_bytes),
                Cell::right(percent(what_if.saved_bytes, self.arena_bytes)),
            ]);
        }
        writeln!(out)?;
        table.render(out, paint)
    }
}
