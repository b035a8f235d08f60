//! The graph at a glance: operators from top to bottom in the order in which they run, a line for every tensor that
//! one hands to another. Lines to the next operator are straight, all others run beside the boxes.

use std::collections::HashMap;
use std::fmt::{self, Write};

use super::escaped;
use crate::report::inspect::text::{shape, shortened};
use crate::report::inspect::{InspectReport, OperatorReport};
use crate::report::{percent, thousands};

/// The most operators that are drawn.
const MOST: usize = 400;

/// Lines beside the boxes; further ones share the outermost.
const LANES: usize = 12;

const ROW: f64 = 46.0;
const BOX_HEIGHT: f64 = 32.0;
const BOX_WIDTH: f64 = 360.0;
const LANE: f64 = 14.0;

/// A tensor from one row to a later one that is not the next.
struct Skip {
    from: usize,
    to: usize,
    lane: usize,
}

impl InspectReport {
    pub(super) fn write_graph(&self, out: &mut String) -> fmt::Result {
        if self.operators.is_empty() {
            return Ok(());
        }
        let drawn = &self.operators[..self.operators.len().min(MOST)];
        let (straight, skips) = edges(drawn);
        let lanes = skips.iter().map(|skip| skip.lane + 1).max().unwrap_or(0);
        let wide = BOX_WIDTH + 24.0 + lanes as f64 * LANE;
        let high = drawn.len() as f64 * ROW + 8.0;
        writeln!(
            out,
            "<h2>Graph</h2>\n<svg class=\"graph\" viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"the graph\">"
        )?;
        let middle = |row: usize| row as f64 * ROW + 4.0 + BOX_HEIGHT / 2.0;
        for row in straight {
            let (from, to) = (middle(row) + BOX_HEIGHT / 2.0, middle(row + 1) - BOX_HEIGHT / 2.0);
            let x = BOX_WIDTH / 2.0;
            writeln!(
                out,
                "<line x1=\"{x}\" y1=\"{from}\" x2=\"{x}\" y2=\"{to}\" stroke=\"#667080\" stroke-width=\"2\"/>"
            )?;
        }
        for Skip { from, to, lane } in skips {
            let x = BOX_WIDTH + 12.0 + lane as f64 * LANE;
            writeln!(
                out,
                "<path d=\"M {BOX_WIDTH} {} H {x} V {} H {BOX_WIDTH}\" fill=\"none\" stroke=\"#2463a8\" \
                 stroke-width=\"2\"/>",
                middle(from) + 6.0,
                middle(to) - 6.0,
            )?;
        }
        for (row, operator) in drawn.iter().enumerate() {
            self.write_box(out, operator, row as f64 * ROW + 4.0)?;
        }
        writeln!(out, "</svg>")?;
        if self.operators.len() > MOST {
            let more = thousands((self.operators.len() - MOST) as u64);
            writeln!(out, "<p class=\"faint\">and {more} more operators</p>")?;
        }
        writeln!(out, "<p class=\"faint\">The darker part of a box is its share of the multiply-accumulates.</p>")
    }

    fn write_box(&self, out: &mut String, operator: &OperatorReport, top: f64) -> fmt::Result {
        let share = if self.totals.macs == 0 { 0.0 } else { operator.macs as f64 / self.totals.macs as f64 };
        let colour = if operator.reason.is_some() { "#f6c9c5" } else { "#e4ecf5" };
        writeln!(
            out,
            "<rect x=\"0.5\" y=\"{top}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"4\" fill=\"{colour}\" \
             stroke=\"#667080\"/><rect x=\"0.5\" y=\"{top}\" width=\"{:.2}\" height=\"{BOX_HEIGHT}\" rx=\"4\" \
             fill=\"#9fc0e4\"/>",
            share * BOX_WIDTH
        )?;
        let number = match operator.subgraph {
            0 => operator.index.to_string(),
            graph => format!("{graph}:{}", operator.index),
        };
        let output = operator.output.as_ref().map(|output| shape(&output.shape)).unwrap_or_default();
        let share = if operator.macs == 0 { String::new() } else { percent(operator.macs, self.totals.macs) };
        let text = top + BOX_HEIGHT / 2.0;
        writeln!(
            out,
            "<text x=\"8\" y=\"{text}\" font-size=\"13\" dominant-baseline=\"central\">{number} {}</text>\
             <text x=\"{}\" y=\"{text}\" font-size=\"12\" text-anchor=\"end\" dominant-baseline=\"central\">{} {share}\
             </text>",
            escaped(&shortened(&operator.name, 26)),
            BOX_WIDTH - 8.0,
            escaped(&shortened(&output, 22)),
        )
    }
}

/// The rows that hand something to the next row, and the tensors that go farther.
fn edges(operators: &[OperatorReport]) -> (Vec<usize>, Vec<Skip>) {
    let mut writer: HashMap<(usize, usize), usize> = HashMap::new();
    let mut straight = Vec::new();
    let mut far = Vec::new();
    for (row, operator) in operators.iter().enumerate() {
        for &tensor in operator.inputs.iter().flatten() {
            match writer.get(&(operator.subgraph, tensor)) {
                Some(&from) if from + 1 == row => straight.push(from),
                Some(&from) => far.push((from, row)),
                None => {}
            }
        }
        writer.extend(operator.outputs.iter().map(|&tensor| ((operator.subgraph, tensor), row)));
    }
    straight.dedup();
    far.sort_unstable();
    far.dedup();
    // Each line takes the innermost lane that is free over its whole length.
    let mut ends = [0usize; LANES];
    let skips = far.into_iter().map(|(from, to)| {
        let lane = ends.iter().position(|&end| end <= from).unwrap_or(LANES - 1);
        ends[lane] = ends[lane].max(to);
        Skip { from, to, lane }
    });
    (straight, skips.collect())
}
