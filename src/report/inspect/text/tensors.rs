//! Every tensor, and what the file carries besides.

use std::fmt;

use super::{Layout, real, shape, shortened, wrapped};
use crate::report::bytes;
use crate::report::inspect::{FullTensorReport, InspectReport};
use crate::report::table::{Cell, Style, Table, printable};

/// Columns of the table.
const COLUMNS: usize = 10;

/// The room that every name gets.
const SHORTEST_NAME: usize = 12;

impl InspectReport {
    pub(super) fn render_tensors(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let Some(tensors) = &self.tensors else { return Ok(()) };
        let has_subgraphs = tensors.iter().any(|tensor| tensor.subgraph > 0);
        let build = |columns: usize, name_room: usize| {
            let first = if has_subgraphs { "graph:tensor" } else { "tensor" };
            let header = [first, "name", "type", "shape", "bytes", "kind", "scale", "zero point", "written", "read"];
            let mut table = Table::new(header.into_iter().take(columns)).indent(2);
            for tensor in tensors {
                table.row(tensor.row(has_subgraphs, name_room).into_iter().take(columns));
            }
            table
        };
        // Names take what the other columns leave; who writes and reads them goes when that is too little.
        let left = |columns| layout.width.saturating_sub(build(columns, 0).width());
        let columns = if left(COLUMNS) >= SHORTEST_NAME { COLUMNS } else { COLUMNS - 2 };
        writeln!(out)?;
        build(columns, left(columns).max(SHORTEST_NAME)).render(out, paint)
    }

    pub(super) fn render_metadata(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let Some(metadata) = &self.metadata else { return Ok(()) };
        let room = layout.width.saturating_sub(4);
        writeln!(out, "\n  {}", paint(Style::Strong, "metadata"))?;
        if !self.model.description.is_empty() {
            writeln!(out, "  description: {}", shortened(&self.model.description, room))?;
        }
        for entry in metadata {
            writeln!(out, "  {}, {}", printable(&entry.name), bytes(entry.bytes))?;
            for line in entry.text.iter().flat_map(|text| text.lines()) {
                wrapped(&printable(line), room).iter().try_for_each(|line| writeln!(out, "    {line}"))?;
            }
        }
        for signature in self.signatures.iter().flatten() {
            let names = |tensors: &[(String, usize)]| {
                let name = |(name, tensor): &(String, usize)| format!("{} = tensor {tensor}", printable(name));
                tensors.iter().map(name).collect::<Vec<_>>().join(", ")
            };
            writeln!(
                out,
                "  signature {} of subgraph {}: {} -> {}",
                printable(&signature.key),
                signature.subgraph,
                names(&signature.inputs),
                names(&signature.outputs)
            )?;
        }
        Ok(())
    }
}

impl FullTensorReport {
    fn row(&self, has_subgraphs: bool, name_room: usize) -> [Cell; COLUMNS] {
        let tensor = &self.tensor;
        let scale = match (tensor.scale, self.scales.len()) {
            (Some(scale), _) => Cell::right(real(scale)),
            (None, 0) => Cell::right(""),
            (None, count) => Cell::right(format!("{count} on dim {}", self.channel_dimension.unwrap_or(0))),
        };
        let zero_point = match (tensor.zero_point, self.zero_points.as_slice()) {
            (Some(zero_point), _) => zero_point.to_string(),
            (None, []) => String::new(),
            (None, [first, others @ ..]) if others.iter().all(|other| other == first) => first.to_string(),
            (None, _) => "varies".to_string(),
        };
        let readers = match self.read_by.as_slice() {
            [] => String::new(),
            [first, others @ .., last] if others.len() > 1 => format!("{first}..{last}"),
            readers => readers.iter().map(usize::to_string).collect::<Vec<_>>().join(","),
        };
        [
            match has_subgraphs {
                true => Cell::right(format!("{}:{}", self.subgraph, tensor.tensor)),
                false => Cell::right(tensor.tensor.to_string()),
            },
            Cell::text(shortened(&tensor.name, name_room)),
            Cell::text(&tensor.element_type),
            Cell::text(shape(&tensor.shape)),
            self.bytes.map_or(Cell::right(""), Cell::number),
            Cell::text(self.kind),
            scale,
            Cell::right(zero_point),
            Cell::right(self.written_by.map_or(String::new(), |op| op.to_string())),
            Cell::right(readers),
        ]
    }
}
