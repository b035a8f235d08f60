//! The sections of the page in their order.

use std::fmt::{self, Write};

use super::{colour, escaped};
use crate::report::inspect::text::{BUT_NOT_BUILT_IN, real, shape, shortened};
use crate::report::inspect::{
    BoardReport, Fate, FlashReport, InspectReport, InterfaceReport, MemoryReport, OperatorReport,
};
use crate::report::{bytes, percent, thousands};

/// The characters of a name that a table shows.
const LONGEST_NAME: usize = 64;

impl InspectReport {
    pub(super) fn write_sections(&self, out: &mut String) -> fmt::Result {
        self.write_head(out)?;
        self.write_interface(out)?;
        self.write_findings(out)?;
        self.write_operators(out)?;
        if let Some(memory) = &self.memory {
            memory.write(out, self.board.as_ref())?;
        }
        if let Some(flash) = &self.flash {
            flash.write(out, self.board.as_ref())?;
        }
        self.write_graph(out)?;
        self.write_tensors(out)?;
        self.write_metadata(out)
    }

    fn write_head(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "<h1>{}</h1>", escaped(&self.model.name))?;
        let (class, verdict) = match (self.verdict.runs, self.verdict.is_unsupported, &self.board) {
            (true, _, Some(BoardReport { fits: Some(false), .. })) => ("bad", "runs, but does not fit the board"),
            (true, _, Some(BoardReport { firmware_runs: Some(false), .. })) => ("warn", BUT_NOT_BUILT_IN),
            (true, _, Some(BoardReport { fits: Some(true), .. })) => ("good", "runs and fits"),
            (true, _, _) => ("good", "runs"),
            (false, true, _) => ("bad", "cannot run: sound, but not supported"),
            (false, false, _) => ("bad", "cannot run: the model contradicts itself"),
        };
        writeln!(out, "<p><span class=\"verdict {class}\">{verdict}</span></p>")?;
        let runtime = self.flash.as_ref().and_then(|flash| flash.runtime.as_ref());
        let misfit = runtime.iter().flat_map(|runtime| [&runtime.misfit, &runtime.help]).flatten();
        for text in self.verdict.reason.iter().chain(&self.verdict.help).chain(misfit) {
            writeln!(out, "<p>{}</p>", escaped(text))?;
        }
        writeln!(out, "<div class=\"cards\">")?;
        let mut card =
            |number: String, what: &str| writeln!(out, "<div class=\"card\"><b>{number}</b><span>{what}</span></div>");
        if let Some(memory) = &self.memory {
            card(thousands(memory.arena_bytes), "bytes of arena")?;
        }
        if let Some(flash) = &self.flash {
            card(thousands(flash.program_bytes), "bytes of Program in flash")?;
        }
        card(thousands(self.totals.macs), "multiply-accumulates")?;
        card(thousands(self.totals.parameters), "parameters")?;
        card(thousands(self.totals.operators), "operators")?;
        card(thousands(self.model.bytes), "bytes of .tflite")?;
        writeln!(out, "</div>")?;
        if let Some(board) = &self.board {
            writeln!(out, "<p>{}</p>", escaped(&self.board_text(board)))?;
        }
        if let Some(time) = &self.time {
            for text in [time.text()].into_iter().chain(time.power_text()) {
                writeln!(out, "<p>{}</p>", escaped(&text))?;
            }
        }
        let runtime = self.model.min_runtime_version.as_ref();
        let runtime = runtime.map(|version| format!(", for TensorFlow Lite {}", escaped(version)));
        writeln!(
            out,
            "<p class=\"faint digest\">{} kernels; layout {}{}; SHA-256 {}</p>",
            self.kernel_set,
            self.model.layout_version,
            runtime.unwrap_or_default(),
            self.model.sha256
        )
    }

    fn write_interface(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "<h2>Inputs and outputs</h2>\n<div class=\"scroll\"><table><thead><tr><th></th><th>name</th><th>type</th><th>shape</th><th class=\"number\">scale</th><th class=\"number\">zero point</th></tr></thead><tbody>"
        )?;
        for (role, tensors) in [("input", &self.inputs), ("output", &self.outputs)] {
            for InterfaceReport { tensor, .. } in tensors {
                writeln!(
                    out,
                    "<tr><td>{role}</td><td class=\"name\">{}</td><td>{}</td><td class=\"keep\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                    escaped(&tensor.name),
                    escaped(&tensor.element_type),
                    shape(&tensor.shape),
                    tensor.scale.map(real).unwrap_or_default(),
                    tensor.zero_point.map(|zero_point| zero_point.to_string()).unwrap_or_default(),
                )?;
            }
        }
        writeln!(out, "</tbody></table></div>")
    }

    fn write_findings(&self, out: &mut String) -> fmt::Result {
        if self.findings.is_empty() {
            return Ok(());
        }
        writeln!(out, "<h2>Findings</h2>")?;
        for finding in &self.findings {
            let place = match finding.place() {
                place if place.is_empty() => place,
                place => format!("{}: ", escaped(&place)),
            };
            let severity = finding.severity.name();
            writeln!(
                out,
                "<div class=\"finding\"><span class=\"verdict {severity}\">{severity}</span> <b>{}</b><br>{place}{}<br><span class=\"faint\">{}</span></div>",
                finding.rule,
                escaped(&finding.message),
                escaped(&finding.help),
            )?;
        }
        Ok(())
    }

    fn write_operators(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "<h2>Operators</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"number\">op</th><th>operator</th><th class=\"number wide\">version</th><th>output</th><th class=\"wide\">type</th><th class=\"number wide\">parameters</th><th class=\"number\">MACs</th><th class=\"number\">share</th><th class=\"number\">live bytes</th><th>kernel</th></tr></thead><tbody>"
        )?;
        let peak = self.memory.as_ref().and_then(|memory| memory.peak.as_ref());
        for operator in &self.operators {
            let is_peak = peak
                .is_some_and(|peak| (peak.subgraph, peak.operator) == (Some(operator.subgraph), Some(operator.index)));
            let number = match operator.subgraph {
                0 => operator.index.to_string(),
                graph => format!("{graph}:{}", operator.index),
            };
            let output = operator.output.as_ref();
            writeln!(
                out,
                "<tr{}><td class=\"number\">{number}</td><td>{}</td><td class=\"number wide\">{}</td><td class=\"keep\">{}</td><td class=\"wide\">{}</td><td class=\"number wide\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"kernel\">{}</td></tr>",
                if is_peak { " class=\"peak\"" } else { "" },
                escaped(&operator.name),
                operator.version,
                output.map(|output| shape(&output.shape)).unwrap_or_default(),
                output.map(|output| escaped(&output.element_type)).unwrap_or_default(),
                number_or_nothing(operator.parameters),
                number_or_nothing(operator.macs),
                if operator.macs == 0 { String::new() } else { percent(operator.macs, self.totals.macs) },
                operator.live_bytes.map(thousands).unwrap_or_default(),
                operator.kernel_text(),
            )?;
        }
        writeln!(
            out,
            "</tbody><tfoot><tr><td></td><td>total</td><td class=\"wide\"></td><td></td><td class=\"wide\"></td><td class=\"number wide\">{}</td><td class=\"number\">{}</td><td></td><td></td><td></td></tr></tfoot></table></div>",
            thousands(self.totals.parameters),
            thousands(self.totals.macs),
        )
    }

    fn write_tensors(&self, out: &mut String) -> fmt::Result {
        let Some(tensors) = &self.tensors else { return Ok(()) };
        writeln!(
            out,
            "<h2>Tensors</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"number\">tensor</th><th>name</th><th>kind</th><th>type</th><th>shape</th><th class=\"number\">bytes</th><th class=\"number\">scale</th><th class=\"number\">zero point</th></tr></thead><tbody>"
        )?;
        for tensor in tensors {
            let number = match tensor.subgraph {
                0 => tensor.tensor.tensor.to_string(),
                graph => format!("{graph}:{}", tensor.tensor.tensor),
            };
            let scale = match (tensor.tensor.scale, tensor.scales.len()) {
                (Some(scale), _) => real(scale),
                (None, 0) => String::new(),
                (None, count) => format!("{count} channels"),
            };
            writeln!(
                out,
                "<tr><td class=\"number\">{number}</td><td class=\"name\">{}</td><td>{}</td><td>{}</td><td class=\"keep\">{}</td><td class=\"number\">{}</td><td class=\"number\">{scale}</td><td class=\"number\">{}</td></tr>",
                escaped(&tensor.tensor.name),
                tensor.kind,
                escaped(&tensor.tensor.element_type),
                shape(&tensor.tensor.shape),
                tensor.bytes.map(thousands).unwrap_or_default(),
                tensor.tensor.zero_point.map(|zero_point| zero_point.to_string()).unwrap_or_default(),
            )?;
        }
        writeln!(out, "</tbody></table></div>")
    }

    fn write_metadata(&self, out: &mut String) -> fmt::Result {
        let Some(metadata) = &self.metadata else { return Ok(()) };
        writeln!(out, "<h2>Metadata</h2>")?;
        for entry in metadata {
            let text = entry.text.as_deref().unwrap_or_default();
            let lines: Vec<String> = text.lines().map(escaped).collect();
            writeln!(out, "<p><b>{}</b>, {}<br>{}</p>", escaped(&entry.name), bytes(entry.bytes), lines.join("<br>"))?;
        }
        Ok(())
    }
}

impl OperatorReport {
    fn kernel_text(&self) -> String {
        match self.fate {
            Fate::Kernels => escaped(&self.kernels.join(", ")),
            Fate::Alias => "<span class=\"faint\">none, same bytes</span>".to_string(),
            Fate::Folded => "<span class=\"faint\">none, constant</span>".to_string(),
            Fate::Nothing => "<span class=\"faint\">none</span>".to_string(),
            Fate::Refused => {
                let reason = self.reason.as_deref().unwrap_or_default();
                format!("<b>not supported</b>: {}", escaped(reason))
            }
            Fate::Unknown => "?".to_string(),
        }
    }
}

impl MemoryReport {
    fn write(&self, out: &mut String, board: Option<&BoardReport>) -> fmt::Result {
        writeln!(out, "<h2>Arena</h2>")?;
        let share = board.map(|board| {
            format!(
                ", {} of the {} that {} has for it",
                percent(self.arena_bytes, board.arena_area_bytes),
                bytes(board.arena_area_bytes),
                board.title
            )
        });
        writeln!(
            out,
            "<p>{}{}; no placement takes less than {}. Sharing bytes saves {} of {}.</p>",
            bytes(self.arena_bytes),
            share.unwrap_or_default(),
            thousands(self.lower_bound_bytes),
            thousands(self.unshared_bytes.saturating_sub(self.arena_bytes)),
            thousands(self.unshared_bytes),
        )?;
        self.write_map(out)?;
        if let Some(peak) = &self.peak {
            let when = match (&peak.name, peak.operator) {
                (Some(name), Some(operator)) => format!("op {operator} {}", escaped(name)),
                _ => "the caller's step".to_string(),
            };
            writeln!(
                out,
                "<h2>Alive at the peak: {when}</h2>\n<div class=\"scroll\"><table><thead><tr><th>what</th><th class=\"number\">bytes</th></tr></thead><tbody>"
            )?;
            for &index in &peak.alive {
                let buffer = &self.buffers[index];
                writeln!(
                    out,
                    "<tr><td class=\"name\"><span class=\"swatch\" style=\"background:{}\"></span> {}</td><td class=\"number\">{}</td></tr>",
                    colour(index),
                    name(&buffer.title()),
                    thousands(buffer.bytes)
                )?;
            }
            if peak.overlap_bytes > 0 {
                writeln!(
                    out,
                    "<tr><td>output over input, as the op allows</td><td class=\"number\">-{}</td></tr>",
                    thousands(peak.overlap_bytes)
                )?;
            }
            if self.arena_bytes > peak.live_bytes {
                writeln!(
                    out,
                    "<tr><td>unused now: taken at other times, or alignment</td><td class=\"number\">{}</td></tr>",
                    thousands(self.arena_bytes - peak.live_bytes)
                )?;
            }
            writeln!(
                out,
                "</tbody><tfoot><tr><td>arena</td><td class=\"number\">{}</td></tr></tfoot></table></div>",
                thousands(self.arena_bytes)
            )?;
        }
        if self.what_if.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "<h2>What would make the arena smaller</h2>\n<p class=\"faint\">Each change was planned anew.</p>\n<div class=\"scroll\"><table><thead><tr><th>change</th><th class=\"number\">arena</th><th class=\"number\">saves</th><th class=\"number\">share</th></tr></thead><tbody>"
        )?;
        for what_if in &self.what_if {
            writeln!(
                out,
                "<tr><td class=\"name\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                name(&what_if.change),
                thousands(what_if.arena_bytes),
                thousands(what_if.saved_bytes),
                percent(what_if.saved_bytes, self.arena_bytes),
            )?;
        }
        writeln!(out, "</tbody></table></div>")
    }
}

impl FlashReport {
    fn write(&self, out: &mut String, board: Option<&BoardReport>) -> fmt::Result {
        writeln!(
            out,
            "<h2>Flash</h2>\n<div class=\"scroll\"><table><thead><tr><th>Program</th><th class=\"number\">bytes</th><th class=\"number\">share</th></tr></thead><tbody>"
        )?;
        for class in &self.classes {
            writeln!(
                out,
                "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                class.class,
                thousands(class.bytes),
                percent(class.bytes, self.program_bytes)
            )?;
        }
        writeln!(
            out,
            "</tbody><tfoot><tr><td>total</td><td class=\"number\">{}</td><td></td></tr></tfoot></table></div>",
            thousands(self.program_bytes)
        )?;
        if let Some(board) = board {
            let area = bytes(board.program_area_bytes);
            writeln!(
                out,
                "<p>{} of {area} that {} has for it.</p>",
                percent(self.program_bytes, board.program_area_bytes),
                board.title
            )?;
        }
        writeln!(out, "<p>The same model as a .tflite file: {}.</p>", bytes(self.tflite_bytes))?;
        board.map_or(Ok(()), |board| self.write_runtime(out, board))
    }
}

/// A name in at most [`LONGEST_NAME`] characters; the whole of it appears under the pointer.
fn name(text: &str) -> String {
    let short = shortened(text, LONGEST_NAME);
    format!("<span title=\"{}\">{}</span>", escaped(text), escaped(&short))
}

fn number_or_nothing(value: u64) -> String {
    if value == 0 { String::new() } else { thousands(value) }
}
