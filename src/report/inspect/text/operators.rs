//! The table of operators, and why some cannot run.

use std::fmt;

use super::{Layout, shape};
use crate::report::inspect::{Fate, InspectReport, OperatorReport};
use crate::report::percent;
use crate::report::table::{Cell, Style, Table};

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Number,
    Name,
    Version,
    Output,
    Type,
    Parameters,
    Macs,
    Share,
    LiveBytes,
    Kernel,
}

const COLUMNS: [Column; 10] = [
    Column::Number,
    Column::Name,
    Column::Version,
    Column::Output,
    Column::Type,
    Column::Parameters,
    Column::Macs,
    Column::Share,
    Column::LiveBytes,
    Column::Kernel,
];

/// The columns that a narrow terminal does without, the first to go first.
const DISPENSABLE: [Column; 4] = [Column::Version, Column::Type, Column::Share, Column::Parameters];

impl InspectReport {
    pub(super) fn render_operators(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        if self.operators.is_empty() {
            return Ok(());
        }
        let mut columns = COLUMNS.to_vec();
        let mut dispensable = DISPENSABLE.iter();
        let table = loop {
            let table = self.operator_table(&columns);
            match dispensable.next() {
                Some(column) if table.width() > layout.width => columns.retain(|other| other != column),
                _ => break table,
            }
        };
        writeln!(out)?;
        table.render(out, paint)
    }

    fn operator_table(&self, columns: &[Column]) -> Table {
        let has_subgraphs = self.operators.iter().any(|operator| operator.subgraph > 0);
        let mut table = Table::new(columns.iter().map(|column| column.title(has_subgraphs))).indent(2);
        for operator in &self.operators {
            table.row(columns.iter().map(|column| self.cell(operator, *column, has_subgraphs)));
        }
        table.total(columns.iter().map(|column| match column {
            Column::Name => Cell::text("total"),
            Column::Parameters => Cell::number(self.totals.parameters),
            Column::Macs => Cell::number(self.totals.macs),
            _ => Cell::empty(),
        }));
        table
    }

    fn cell(&self, operator: &OperatorReport, column: Column, has_subgraphs: bool) -> Cell {
        let output = operator.output.as_ref();
        match column {
            Column::Number if has_subgraphs => Cell::right(format!("{}:{}", operator.subgraph, operator.index)),
            Column::Number => Cell::right(operator.index.to_string()),
            Column::Name => Cell::text(&operator.name),
            Column::Version => Cell::right(operator.version.to_string()),
            Column::Output => Cell::text(output.map_or(String::new(), |output| shape(&output.shape))),
            Column::Type => Cell::text(output.map_or("", |output| output.element_type.as_str())),
            Column::Parameters => number_or_nothing(operator.parameters),
            Column::Macs => number_or_nothing(operator.macs),
            Column::Share if operator.macs == 0 => Cell::right(""),
            Column::Share => Cell::right(percent(operator.macs, self.totals.macs)),
            Column::LiveBytes => match operator.live_bytes {
                Some(bytes) if self.is_peak(operator) => Cell::number(bytes).style(Style::Strong),
                Some(bytes) => Cell::number(bytes),
                None => Cell::right(""),
            },
            Column::Kernel => operator.kernel_cell(),
        }
    }

    fn is_peak(&self, operator: &OperatorReport) -> bool {
        let peak = self.memory.as_ref().and_then(|memory| memory.peak.as_ref());
        peak.is_some_and(|peak| (peak.subgraph, peak.operator) == (Some(operator.subgraph), Some(operator.index)))
    }
}

impl Column {
    fn title(self, has_subgraphs: bool) -> &'static str {
        match self {
            Column::Number if has_subgraphs => "graph:op",
            Column::Number => "op",
            Column::Name => "operator",
            Column::Version => "v",
            Column::Output => "output",
            Column::Type => "type",
            Column::Parameters => "parameters",
            Column::Macs => "MACs",
            Column::Share => "share",
            Column::LiveBytes => "live bytes",
            Column::Kernel => "kernel",
        }
    }
}

impl OperatorReport {
    /// The kernels without what the operator's name says already.
    fn kernel_cell(&self) -> Cell {
        let brief = |kernel: &&'static str| kernel.strip_prefix(&self.name).map_or(*kernel, str::trim_start);
        match self.fate {
            Fate::Kernels => {
                let mut kernels: Vec<&str> = self.kernels.iter().map(brief).collect();
                kernels.iter_mut().filter(|kernel| kernel.is_empty()).for_each(|kernel| *kernel = "yes");
                kernels.dedup();
                Cell::text(kernels.join(", "))
            }
            Fate::Alias => Cell::text("none, same bytes").style(Style::Faint),
            Fate::Folded => Cell::text("none, constant").style(Style::Faint),
            Fate::Nothing => Cell::text("none").style(Style::Faint),
            Fate::Refused => Cell::text("not supported").style(Style::Bad),
            Fate::Unknown => Cell::text("?").style(Style::Warning),
        }
    }
}

fn number_or_nothing(value: u64) -> Cell {
    if value == 0 { Cell::right("") } else { Cell::number(value) }
}
