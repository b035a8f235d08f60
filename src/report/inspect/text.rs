//! The report for people.

use std::fmt;

use super::{Fate, InspectReport, InterfaceReport, OperatorReport, TensorReport};
use crate::report::table::{Cell, Style, Table, printable};
use crate::report::{bytes, counted, percent, thousands};

/// How the text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether every finding is shown, or of many alike a few.
    pub all_findings: bool,
}

impl InspectReport {
    /// The report as text, within the width of the layout where names allow it.
    pub fn render(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        self.render_summary(out, &paint)?;
        writeln!(out)?;
        self.operator_table().render(out, &paint)?;
        self.render_findings(out, layout, &paint)
    }

    fn render_summary(&self, out: &mut impl fmt::Write, paint: &impl Fn(Style, &str) -> String) -> fmt::Result {
        let totals = &self.totals;
        writeln!(out, "{}", paint(Style::Strong, &printable(&self.model.name)))?;
        let runtime = self.model.min_runtime_version.as_ref().map(|version| format!(", for TensorFlow Lite {version}"));
        writeln!(
            out,
            "  file     {}, layout {}{}, sha256 {}",
            bytes(self.model.bytes),
            self.model.layout_version,
            printable(&runtime.unwrap_or_default()),
            &self.model.sha256[..16],
        )?;
        for (role, tensors) in [("input", &self.inputs), ("output", &self.outputs)] {
            for tensor in tensors {
                writeln!(out, "  {role:<7}  {}", tensor.line())?;
            }
        }
        writeln!(
            out,
            "  model    {}, {}, {}, {} MACs",
            counted(totals.operators, "operator"),
            counted(totals.tensors, "tensor"),
            counted(totals.parameters, "parameter"),
            thousands(totals.macs),
        )?;
        if let Some(memory) = &self.memory {
            writeln!(
                out,
                "  arena    {} (no placement takes less than {})",
                bytes(memory.arena_bytes),
                bytes(memory.lower_bound_bytes)
            )?;
        }
        if let Some(flash) = &self.flash {
            writeln!(out, "  flash    {} for the Program", bytes(flash.program_bytes))?;
        }
        match (&self.verdict.reason, self.verdict.is_unsupported) {
            (None, _) => writeln!(out, "  verdict  {}", paint(Style::Good, "runs")),
            (Some(reason), true) => writeln!(
                out,
                "  verdict  {}: {}",
                paint(Style::Bad, "cannot run, sound but not supported"),
                printable(reason)
            ),
            (Some(reason), false) => {
                writeln!(out, "  verdict  {}: {}", paint(Style::Bad, "cannot run, not sound"), printable(reason))
            }
        }
    }

    fn operator_table(&self) -> Table {
        let has_subgraphs = self.operators.iter().any(|operator| operator.subgraph > 0);
        let first = if has_subgraphs { "graph:op" } else { "op" };
        let mut table = Table::new([
            first,
            "operator",
            "v",
            "output",
            "type",
            "parameters",
            "MACs",
            "share",
            "live bytes",
            "kernel",
        ])
        .indent(2);
        for operator in &self.operators {
            let number = match has_subgraphs {
                true => format!("{}:{}", operator.subgraph, operator.index),
                false => operator.index.to_string(),
            };
            let output = operator.output.as_ref();
            table.row([
                Cell::right(number),
                Cell::text(&operator.name),
                Cell::right(operator.version.to_string()),
                Cell::text(output.map_or(String::new(), |output| shape(&output.shape))),
                Cell::text(output.map_or(String::new(), |output| output.element_type.clone())),
                quiet_zero(operator.parameters),
                quiet_zero(operator.macs),
                match operator.macs {
                    0 => Cell::right(""),
                    macs => Cell::right(percent(macs, self.totals.macs)),
                },
                operator.live_bytes.map_or(Cell::right(""), Cell::number),
                operator.kernel_cell(),
            ]);
        }
        table.total([
            Cell::empty(),
            Cell::text("total"),
            Cell::empty(),
            Cell::empty(),
            Cell::empty(),
            Cell::number(self.totals.parameters),
            Cell::number(self.totals.macs),
        ]);
        table
    }
}

impl InterfaceReport {
    /// `"name" int8 [1, 4], scale 0.5, zero point -3`.
    fn line(&self) -> String {
        let TensorReport { name, element_type, shape: extents, scale, zero_point, .. } = &self.tensor;
        let mut line = format!("\"{}\" {element_type} {}", printable(name), shape(extents));
        if let Some(scale) = scale {
            line.push_str(&format!(", scale {}", real(*scale)));
        }
        if let Some(zero_point) = zero_point {
            line.push_str(&format!(", zero point {zero_point}"));
        }
        line
    }
}

impl OperatorReport {
    fn kernel_cell(&self) -> Cell {
        match self.fate {
            Fate::Kernels => Cell::text(self.kernels.join(", ")),
            Fate::Alias => Cell::text("none: same bytes").style(Style::Faint),
            Fate::Folded => Cell::text("none: constant").style(Style::Faint),
            Fate::Nothing => Cell::text("none").style(Style::Faint),
            Fate::Refused => Cell::text("not supported").style(Style::Bad),
            Fate::Unknown => Cell::text("?").style(Style::Warning),
        }
    }
}

fn quiet_zero(value: u64) -> Cell {
    if value == 0 { Cell::right("") } else { Cell::number(value) }
}

/// `[1, 49, 40, 8]`, `[]` for a scalar. A damaged file can have thousands of extents.
fn shape(extents: &[usize]) -> String {
    const MOST: usize = 8;
    match extents.get(..MOST) {
        Some(start) if extents.len() > MOST => format!("{start:?} and {} more", extents.len() - MOST),
        _ => format!("{extents:?}"),
    }
}

/// A scale in as few digits as tell it apart.
fn real(value: f32) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-4..1e7).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}
