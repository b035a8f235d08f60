//! What the checks are.

use std::fmt;

use serde::Serialize;

use super::findings::{paragraph, severity_style};
use crate::check::{RULES, Severity};
use crate::report::counted;
use crate::report::table::Style;

/// Every check there is.
#[derive(Clone, Debug, Serialize)]
pub struct ChecksReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The checks, those of a kind together.
    pub checks: Vec<CheckReport>,
}

/// A check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    /// What findings call it.
    pub name: &'static str,
    /// How bad its worst findings are: `error`, `warning` or `note`.
    pub severity: Severity,
    /// What it means when it finds something.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

impl ChecksReport {
    /// The checks of this version.
    #[allow(clippy::new_without_default)]
    pub fn new() -> ChecksReport {
        let checks = RULES.iter().map(|rule| CheckReport {
            name: rule.name,
            severity: rule.severity,
            meaning: rule.meaning,
            remedy: rule.remedy,
        });
        ChecksReport { schema_version: 1, checks: checks.collect() }
    }

    /// The list as text.
    pub fn render(
        &self,
        out: &mut impl fmt::Write,
        width: usize,
        paint: impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        for check in &self.checks {
            let severity = check.severity.name();
            let padding = "warning".len() - severity.len();
            writeln!(out, "  {}{:padding$}  {}", paint(severity_style(check.severity), severity), "", check.name)?;
            paragraph(out, check.meaning, width)?;
            paragraph(out, &format!("help: {}", check.remedy), width)?;
            writeln!(out)?;
        }
        let of = |severity: Severity| self.checks.iter().filter(|check| check.severity == severity).count() as u64;
        let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            let verb = if of(severity) == 1 { "gives" } else { "give" };
            format!("{} {verb} {}s", of(severity), severity.name())
        });
        writeln!(out, "  {}: at the worst, {}", counted(self.checks.len() as u64, "check"), counts.join(", "))
    }
}
