//! The flash of a board with the model and its runtime.

use std::fmt::{self, Write};

use super::escaped;
use crate::report::inspect::{BoardReport, FlashReport};
use crate::report::{percent, thousands};

impl FlashReport {
    pub(super) fn write_runtime(&self, out: &mut String, board: &BoardReport) -> fmt::Result {
        let Some(runtime) = &self.runtime else {
            return writeln!(out, "<p>No firmware comes for {}.</p>", escaped(board.title));
        };
        writeln!(
            out,
            "<h2>Flash of {}</h2>\n<p class=\"faint\">The built-in firmware, as {} linked it, with this model.</p>\n<div class=\"scroll\"><table><thead><tr><th>what</th><th class=\"number\">bytes</th><th class=\"number\">of them</th><th class=\"number\">share</th></tr></thead><tbody>",
            escaped(board.title),
            escaped(runtime.toolchain_text()),
        )?;
        for (what, bytes, is_of_row_before) in self.runtime_rows(runtime) {
            let (what, bytes, share) = (escaped(&what), thousands(bytes), percent(bytes, board.flash_bytes));
            match is_of_row_before {
                false => writeln!(
                    out,
                    "<tr><td>{what}</td><td class=\"number\">{bytes}</td><td></td><td class=\"number\">{share}</td></tr>"
                )?,
                true => writeln!(
                    out,
                    "<tr><td class=\"inner\">{what}</td><td></td><td class=\"number\">{bytes}</td><td></td></tr>"
                )?,
            }
        }
        writeln!(
            out,
            "</tbody><tfoot><tr><td>total</td><td class=\"number\">{}</td><td></td><td class=\"number\">{}</td></tr></tfoot></table></div>",
            thousands(runtime.total_bytes),
            percent(runtime.total_bytes, board.flash_bytes),
        )?;
        for text in [runtime.unneeded_text(), runtime.ram_text(board)] {
            writeln!(out, "<p>{}.</p>", escaped(&text))?;
        }
        Ok(())
    }
}
