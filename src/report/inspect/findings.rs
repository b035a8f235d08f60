//! What is wrong with a model or could be better: from the checks to the report, and as text.

use std::fmt;

use micro_runtime::program::KernelSet;
use serde::Serialize;

use super::text::{shortened, wrapped};
use super::{Fate, InspectReport, Inspected, Layout, OperatorReport};
use crate::check::{Context, Facts, Finding, KernelFact, OperatorFact, RefusalFact, Severity, check, dead_channels};
use crate::compile::lower::dsp::TWINS;
use crate::compile::{self, Options, lower};
use crate::report::counted;
use crate::report::table::{Style, printable};

/// One thing that is wrong, or that could be better.
#[derive(Clone, Debug, Serialize)]
pub struct FindingReport {
    /// The rule that found it.
    pub rule: &'static str,
    /// `error`, `warning` or `note`.
    pub severity: Severity,
    /// The subgraph.
    pub subgraph: usize,
    /// The operator, as an index in its subgraph.
    pub op: Option<usize>,
    /// Its name.
    pub op_name: Option<String>,
    /// The tensor, as an index in its subgraph.
    pub tensor: Option<usize>,
    /// Its name.
    pub tensor_name: Option<String>,
    /// What was found and what was expected, in one sentence.
    pub message: String,
    /// What was found.
    pub found: String,
    /// What was expected; empty where there is nothing to say.
    pub expected: String,
    /// What to do about it.
    pub help: String,
}

impl From<Finding> for FindingReport {
    fn from(finding: Finding) -> FindingReport {
        let split = |named: Option<crate::check::Named>| named.map(|named| (named.index, named.name)).unzip();
        let (op, op_name) = split(finding.op);
        let (tensor, tensor_name) = split(finding.tensor);
        FindingReport {
            rule: finding.rule,
            severity: finding.severity,
            subgraph: finding.subgraph,
            op,
            op_name,
            tensor,
            tensor_name,
            message: finding.message,
            found: finding.found,
            expected: finding.expected,
            help: finding.help,
        }
    }
}

impl FindingReport {
    /// `op 3 CONV_2D, tensor 5 "weights"`, with the first of the names that converters join with semicolons; empty when it is about the model as a whole.
    pub fn place(&self) -> String {
        let mut parts = Vec::new();
        if self.subgraph > 0 {
            parts.push(format!("subgraph {}", self.subgraph));
        }
        if let (Some(op), Some(name)) = (self.op, &self.op_name) {
            parts.push(format!("op {op} {}", printable(name)));
        }
        if let (Some(tensor), Some(name)) = (self.tensor, &self.tensor_name) {
            parts.push(format!("tensor {tensor} \"{}\"", shortened(name.split(';').next().unwrap_or_default(), 60)));
        }
        parts.join(", ")
    }
}

/// Runs the checks, and notes dead channels in the reports on their operators. Returns the findings and the number of
/// dead channels.
pub(super) fn look(inspected: &Inspected<'_>, operators: &mut [OperatorReport]) -> (Vec<FindingReport>, u64) {
    let facts = facts(inspected, operators);
    let context = Context::new(inspected.model, &facts);
    let dead = dead_channels(&context);
    for op in &dead.ops {
        let place = (op.subgraph, op.op.index);
        // Reports are in the order of subgraphs and operators.
        if let Ok(found) = operators.binary_search_by_key(&place, |report| (report.subgraph, report.index)) {
            operators[found].dead_channels = Some(op.dead);
        }
    }
    (check(&context).into_iter().map(FindingReport::from).collect(), dead.total)
}

/// What the compiler and the caller know.
fn facts(inspected: &Inspected<'_>, operators: &[OperatorReport]) -> Facts {
    let supported = lower::ALL.iter().map(|lowering| (lowering.name, lowering.types));
    let refused = |operator: &&OperatorReport| operator.fate == Fate::Refused;
    let mut refusals: Vec<RefusalFact> = operators
        .iter()
        .filter(refused)
        .map(|operator| RefusalFact {
            operator: Some((operator.subgraph, operator.index)),
            problem: operator.reason.clone().unwrap_or_default(),
            help: operator.help.clone().unwrap_or_default(),
        })
        .collect();
    // What no operator is to blame for; damaged data is a case of its own.
    if let Err(error) = inspected.compiled
        && refusals.is_empty()
        && inspected.damages.is_empty()
    {
        refusals.push(RefusalFact { operator: None, problem: error.to_string(), help: error.help().to_string() });
    }
    let slow = without_twin(inspected, operators);
    let kernels = operators.iter().flat_map(|operator| {
        operator.kernels.iter().map(|kernel| KernelFact {
            operator: (operator.subgraph, operator.index),
            name: kernel.to_string(),
            misses_twin: slow.binary_search(&(operator.subgraph, operator.index)).is_ok(),
        })
    });
    Facts {
        operators: supported.map(|(name, types)| OperatorFact { name: name.into(), types: types.into() }).collect(),
        refusals,
        kernels: kernels.collect(),
        damages: inspected.damages.to_vec(),
        labels: inspected.labels.to_vec(),
        takes_sound: inspected.takes_sound,
        usage: inspected.usage.to_vec(),
    }
}

/// Operators that multiply by weights, but of whose kind no kernel has a twin.
const PLAIN_LAYERS: [&str; 4] = ["BATCH_MATMUL", "SVDF", "TRANSPOSE_CONV", "UNIDIRECTIONAL_SEQUENCE_LSTM"];

/// The operators that no twin runs even where the kernels for Cortex-M4 are asked for, of the kinds that have twins and
/// of those that multiply much; in their order.
fn without_twin(inspected: &Inspected<'_>, operators: &[OperatorReport]) -> Vec<(usize, usize)> {
    let concerned = |operator: &OperatorReport| {
        let name = operator.name.as_str();
        PLAIN_LAYERS.contains(&name) || TWINS.iter().any(|(twin, _)| *twin == name)
    };
    if inspected.compiled.is_err() || !operators.iter().any(concerned) {
        return Vec::new();
    }
    let options = Options { kernel_set: KernelSet::Armv7em, ..Options::default() };
    let Ok(survey) = compile::survey(inspected.model, &options) else { return Vec::new() };
    let is_plain = |operator: &&OperatorReport| {
        let fate = &survey[operator.subgraph][operator.index];
        matches!(fate, Ok(compile::Fate::Kernels(kernels)) if !kernels.iter().any(|kernel| kernel.ends_with("(armv7em)")))
    };
    let plain = operators.iter().filter(|operator| concerned(operator)).filter(is_plain);
    plain.map(|operator| (operator.subgraph, operator.index)).collect()
}

/// Columns before the sentences about findings.
const INDENT: usize = 11;

/// How a severity looks.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Bad,
        Severity::Warning => Style::Warning,
        Severity::Note => Style::Plain,
    }
}

/// Writes a sentence in lines, those after the first a little further in.
pub(super) fn paragraph(out: &mut impl fmt::Write, text: &str, width: usize) -> fmt::Result {
    for (number, line) in wrapped(text, width.saturating_sub(INDENT + 2)).iter().enumerate() {
        let indent = if number == 0 { INDENT } else { INDENT + 2 };
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}

/// How many findings of a rule are shown before the others are only counted.
const SHOWN: usize = 3;

impl InspectReport {
    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// `2 errors, 1 warning, 3 notes`, none left out.
    pub fn counts(&self) -> String {
        let counts = [Severity::Error, Severity::Warning, Severity::Note]
            .map(|severity| counted(self.count(severity) as u64, severity.name()));
        counts.join(", ")
    }

    pub(super) fn render_findings(
        &self,
        out: &mut impl fmt::Write,
        layout: Layout,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        if self.findings.is_empty() {
            return writeln!(out, "\n  checks   {}", paint(Style::Good, "nothing found"));
        }
        writeln!(out, "\n  checks   {}", self.counts())?;
        let mut hidden = 0;
        for group in self.findings.chunk_by(|one, other| (one.rule, one.severity) == (other.rule, other.severity)) {
            let first = &group[0];
            let label = paint(severity_style(first.severity), first.severity.name());
            let padding = " ".repeat("warning".len() - first.severity.name().len());
            writeln!(out, "\n  {label}{padding}  {}", first.rule)?;
            let most = match (layout.all_findings, first.severity) {
                (true, _) => usize::MAX,
                (false, Severity::Note) => 1,
                (false, _) => SHOWN,
            };
            let mut help = None;
            for (number, finding) in group.iter().take(most).enumerate() {
                let place = finding.place();
                let message = printable(&finding.message);
                let text = if place.is_empty() { message } else { format!("{place}: {message}") };
                paragraph(out, &text, layout.width)?;
                // A remedy that several share is said once, after the last of them; notes are brief.
                let next = group.iter().take(most).nth(number + 1);
                let is_brief = finding.severity == Severity::Note && !layout.all_findings;
                if !is_brief && next.is_none_or(|next| next.help != finding.help) && help != Some(&finding.help) {
                    paragraph(out, &format!("help: {}", printable(&finding.help)), layout.width)?;
                    help = Some(&finding.help);
                }
            }
            let more = group.len().saturating_sub(most);
            if more > 0 {
                hidden += more;
                writeln!(out, "{:INDENT$}{}", "", paint(Style::Faint, &format!("and {more} more like it")))?;
            }
        }
        if hidden > 0 {
            writeln!(out, "\n  {} not shown; --all-findings shows each", counted(hidden as u64, "finding"))?;
        }
        Ok(())
    }
}
