//! The flash of a board with the model and its runtime, as a table.

use std::fmt;

use super::{Layout, wrapped};
use crate::report::inspect::{BoardReport, FlashReport, RuntimeReport};
use crate::report::table::{Cell, Style, Table};
use crate::report::{bytes, percent, thousands};

impl RuntimeReport {
    /// `rustc 1.95.0`: the compiler without its day.
    pub(in crate::report::inspect) fn toolchain_text(&self) -> &str {
        self.toolchain.split(" (").next().unwrap_or_default()
    }

    /// What the other kernels cost.
    pub(in crate::report::inspect) fn unneeded_text(&self) -> String {
        format!(
            "a firmware without the kernels that this model does not need is smaller by {}",
            bytes(self.unneeded_kernel_bytes)
        )
    }

    /// Where the memory of the board is.
    pub(in crate::report::inspect) fn ram_text(&self, board: &BoardReport) -> String {
        let ram = &self.ram;
        format!(
            "of {} RAM the firmware lends {} for arenas and keeps {} for the stack ({} used: {}), {} for sound, {} for \
             variables",
            bytes(board.ram_bytes),
            thousands(ram.arena_bytes),
            thousands(ram.stack_bytes),
            thousands(ram.stack_used_bytes),
            ram.stack_measured,
            thousands(ram.sound_buffer_bytes),
            thousands(ram.static_bytes),
        )
    }
}

impl FlashReport {
    /// The rows of the table: what, bytes, and whether it belongs to the row before.
    pub(in crate::report::inspect) fn runtime_rows(&self, runtime: &RuntimeReport) -> Vec<(String, u64, bool)> {
        let mut rows = vec![("Program".to_string(), self.program_bytes, false)];
        for part in &runtime.parts {
            rows.push((part.part.clone(), part.bytes, false));
            if part.part == "kernels" {
                let needed = runtime.kernels.iter().filter(|kernel| kernel.is_needed);
                rows.extend(needed.map(|kernel| (kernel.name.clone(), kernel.bytes, true)));
                rows.push(("not needed by this model".to_string(), runtime.unneeded_kernel_bytes, true));
            }
        }
        rows
    }

    pub(super) fn render_runtime(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        board: &BoardReport,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let share = |bytes| Cell::right(percent(bytes, board.flash_bytes));
        let head = format!("flash of {}, {}", board.title, runtime.toolchain_text());
        let mut table = Table::new([head.as_str(), "bytes", "of them", "share"]).indent(2);
        for (what, bytes, is_of_row_before) in self.runtime_rows(runtime) {
            table.row(match is_of_row_before {
                false => vec![Cell::text(what), Cell::number(bytes), Cell::empty(), share(bytes)],
                true => vec![Cell::text(format!("  {what}")), Cell::empty(), Cell::number(bytes)],
            });
        }
        let total = runtime.total_bytes;
        table.total([Cell::text("total"), Cell::number(total), Cell::empty(), share(total)]);
        writeln!(out)?;
        table.render(out, paint)?;
        for text in [runtime.unneeded_text(), runtime.ram_text(board)] {
            for line in wrapped(&text, layout.width.saturating_sub(2)) {
                writeln!(out, "  {line}")?;
            }
        }
        Ok(())
    }
}
