//! The arena in TensorFlow Lite Micro: a line of the summary, and a table by class.

use std::fmt;

use super::{Layout, wrapped};
use crate::report::inspect::{TflmArena, TflmReport, TflmScratch};
use crate::report::table::{Cell, Style, Table, printable};
use crate::report::{bytes, counted, percent, thousands};

/// A row: its title, and where its number is.
type Row = (&'static str, fn(&TflmArena) -> u64);

const HEAD: Row = ("tensors and scratch, sharing bytes (head)", |arena| arena.head);

/// The classes of the tail, in the order of the arena.
const TAIL: [Row; 9] = [
    ("allocator", |arena| arena.tail_by_class.allocator),
    ("records of tensors", |arena| arena.tail_by_class.eval_tensors),
    ("records of operators", |arena| arena.tail_by_class.nodes),
    ("options of operators", |arena| arena.tail_by_class.parameters),
    ("data of kernels", |arena| arena.tail_by_class.op_data),
    ("channel tables and sums of kernels", |arena| arena.tail_by_class.prepared_data),
    ("list of scratch buffers", |arena| arena.tail_by_class.scratch_handles),
    ("variables", |arena| arena.tail_by_class.variables),
    ("records of inputs and outputs", |arena| arena.tail_by_class.inputs_and_outputs),
];

impl TflmReport {
    /// The line of the summary.
    pub(super) fn line(&self) -> String {
        let reason = printable(self.reason.as_deref().unwrap_or_default());
        match (self.reference_bytes, self.cmsis_nn_bytes) {
            (Some(reference), Some(cmsis_nn)) => format!(
                "arena {} with its reference kernels, {} with CMSIS-NN (Cortex-M4)",
                bytes(reference),
                bytes(cmsis_nn)
            ),
            (Some(reference), None) => {
                format!(
                    "arena {} with its reference kernels (Cortex-M4), none with CMSIS-NN: {reason}",
                    bytes(reference)
                )
            }
            _ => format!("cannot run: {reason}"),
        }
    }

    /// The classes as a table.
    pub(super) fn render(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let columns = [self.reference, self.cmsis_nn];
        if columns.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut table = Table::new(["arena in TFLM on a Cortex-M4, bytes", "reference", "CMSIS-NN"]).indent(2);
        let cell = |value: Option<u64>| value.map_or(Cell::right("-"), Cell::number);
        for (title, value) in [HEAD].into_iter().chain(TAIL) {
            let mut row = vec![Cell::text(title)];
            row.extend(columns.map(|arena| cell(arena.map(|arena| value(&arena)))));
            table.row(row);
        }
        table.total([Cell::text("arena_used_bytes()"), cell(self.reference_bytes), cell(self.cmsis_nn_bytes)]);
        writeln!(out)?;
        table.render(out, paint)?;
        for (name, arena) in [("reference kernels", self.reference), ("CMSIS-NN", self.cmsis_nn)] {
            let Some(arena) = arena else { continue };
            for line in wrapped(&arena.conclusion(name), layout.width.saturating_sub(2)) {
                writeln!(out, "  {line}")?;
            }
        }
        Ok(())
    }
}

impl TflmArena {
    /// What is to be said beside the numbers.
    fn conclusion(&self, kernels: &str) -> String {
        let (largest, title) =
            TAIL.iter().map(|(title, value)| (value(self), *title)).max_by_key(|&(bytes, _)| bytes).unwrap_or_default();
        let mut text = format!(
            "{kernels}: the tail stays, {} ({}); its largest part is {title} ({})",
            bytes(self.tail),
            percent(self.tail, self.head + self.tail),
            percent(largest, self.tail)
        );
        let TflmScratch { buffers, bytes: sum, largest } = self.scratch;
        if buffers > 0 {
            text.push_str(&format!(
                "; scratch of {} in {}, the largest {}",
                bytes(sum),
                counted(buffers, "buffer"),
                thousands(largest)
            ));
        }
        text
    }
}
