//! The summary: what the model is, takes and gives, and whether it runs and fits.

use std::fmt;

use super::{Layout, real, shape, shortened, wrapped};
use crate::report::inspect::{BoardReport, FlashReport, InspectReport, InterfaceReport, TensorReport};
use crate::report::table::{Style, printable};
use crate::report::{bytes, counted, percent, thousands};

/// The verdict on a model that needs another firmware than the one that comes for the board.
pub(in crate::report::inspect) const BUT_NOT_BUILT_IN: &str = "runs and fits, but not in the built-in firmware";

/// Columns before the text of a line of the summary.
const INDENT: usize = 11;

impl InspectReport {
    pub(super) fn render_summary(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let totals = &self.totals;
        let room = layout.width.saturating_sub(INDENT);
        writeln!(out, "{}", paint(Style::Strong, &printable(&self.model.name)))?;
        let runtime = self.model.min_runtime_version.as_ref();
        let runtime = runtime.map(|version| format!(", for TensorFlow Lite {}", shortened(version, 16)));
        let (size, layout_version, digest) = (bytes(self.model.bytes), self.model.layout_version, &self.model.sha256);
        line(out, "file", &format!("{size}, layout {layout_version}{}", runtime.unwrap_or_default()))?;
        line(out, "sha256", digest)?;
        for (role, tensors) in [("input", &self.inputs), ("output", &self.outputs)] {
            for tensor in tensors {
                line(out, role, &tensor.line(room))?;
            }
        }
        let counts = format!(
            "{}, {}, {}, {} MACs",
            counted(totals.operators, "operator"),
            counted(totals.tensors, "tensor"),
            counted(totals.parameters, "parameter"),
            thousands(totals.macs),
        );
        line(out, "model", &counts)?;
        if let Some(memory) = &self.memory {
            let arena = bytes(memory.arena_bytes);
            line(out, "arena", &format!("{arena} (no placement takes less than {})", bytes(memory.lower_bound_bytes)))?;
        }
        if let Some(memory) = &self.memory {
            lines(out, "in TFLM", &wrapped(&memory.tflm.line(), room))?;
        }
        if let Some(flash) = &self.flash {
            lines(out, "flash", &wrapped(&flash.text(), room))?;
        }
        if let Some(time) = &self.time {
            lines(out, "time", &wrapped(&time.text(), room))?;
            if let Some(power) = time.power_text() {
                lines(out, "power", &wrapped(&power, room))?;
            }
        }
        if let Some(board) = &self.board {
            lines(out, "board", &wrapped(&self.board_text(board), room))?;
        }
        self.render_verdict(out, room, paint)
    }

    fn render_verdict(
        &self,
        out: &mut impl fmt::Write,
        room: usize,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        let (style, verdict) = match (self.verdict.runs, self.verdict.is_unsupported, &self.board) {
            (true, _, Some(BoardReport { fits: Some(false), .. })) => (Style::Bad, "runs, but does not fit the board"),
            (true, _, Some(BoardReport { firmware_runs: Some(false), .. })) => (Style::Warning, BUT_NOT_BUILT_IN),
            (true, _, Some(BoardReport { fits: Some(true), .. })) => (Style::Good, "runs and fits"),
            (true, _, _) => (Style::Good, "runs"),
            (false, true, _) => (Style::Bad, "cannot run: sound, but not supported"),
            (false, false, _) => (Style::Bad, "cannot run: the model contradicts itself"),
        };
        let kernels = match self.verdict.runs {
            true => format!(", {} kernels", self.kernel_set),
            false => String::new(),
        };
        line(out, "verdict", &(paint(style, verdict) + &kernels))?;
        if let Some(reason) = &self.verdict.reason {
            lines(out, "", &wrapped(&printable(reason), room))?;
        }
        let runtime = self.flash.as_ref().and_then(|flash| flash.runtime.as_ref());
        if let Some((misfit, help)) = runtime.and_then(|runtime| runtime.misfit.as_ref().zip(runtime.help.as_ref())) {
            lines(out, "", &wrapped(&printable(misfit), room))?;
            lines(out, "", &wrapped(&printable(&format!("help: {help}")), room))?;
        }
        Ok(())
    }

    pub(in crate::report::inspect) fn board_text(&self, board: &BoardReport) -> String {
        let title = format!("{} ({}, {} MHz)", board.title, board.chip, board.clock_hz / 1_000_000);
        let (Some(memory), Some(flash)) = (&self.memory, &self.flash) else { return title };
        format!(
            "{title}: arena {} of {} RAM{}, Program {} of {} flash for it; {}",
            percent(memory.arena_bytes, board.arena_area_bytes),
            bytes(board.arena_area_bytes),
            if board.has_firmware { " that the firmware lends" } else { "" },
            percent(flash.program_bytes, board.program_area_bytes),
            bytes(board.program_area_bytes),
            match &flash.runtime {
                Some(runtime) => format!("the firmware takes {} more", bytes(runtime.bytes)),
                None => "no firmware comes for this board".to_string(),
            }
        )
    }
}

fn line(out: &mut impl fmt::Write, tag: &str, text: &str) -> fmt::Result {
    writeln!(out, "  {tag:<7}  {text}")
}

fn lines(out: &mut impl fmt::Write, tag: &str, texts: &[String]) -> fmt::Result {
    let tags = [tag].into_iter().chain(std::iter::repeat(""));
    tags.zip(texts).try_for_each(|(tag, text)| line(out, tag, text))
}

impl FlashReport {
    /// `13,756 bytes: weights 12,600, ...; 15,912 as .tflite`.
    fn text(&self) -> String {
        let classes: Vec<String> =
            self.classes.iter().map(|class| format!("{} {}", class.class, thousands(class.bytes))).collect();
        format!(
            "{} for the Program ({}); {} as .tflite",
            bytes(self.program_bytes),
            classes.join(", "),
            thousands(self.tflite_bytes)
        )
    }
}

impl InterfaceReport {
    /// `"name" int8 [1, 4], scale 0.5, zero point -3`.
    fn line(&self, room: usize) -> String {
        let TensorReport { name, element_type, shape: extents, scale, zero_point, .. } = &self.tensor;
        let mut line = format!("{element_type} {}", shape(extents));
        if self.shape_signature.as_ref().is_some_and(|signature| signature.contains(&-1)) {
            line.push_str(&format!(" from {:?}", self.shape_signature.as_deref().unwrap_or_default()));
        }
        line.extend(scale.iter().map(|scale| format!(", scale {}", real(*scale))));
        line.extend(zero_point.iter().map(|zero_point| format!(", zero point {zero_point}")));
        if name.is_empty() {
            return line;
        }
        let used = line.chars().count() + 3;
        format!("\"{}\" {line}", shortened(name, room.saturating_sub(used).max(12)))
    }
}
