//! `tinyml inspect --list-checks`, `--fail-on`: what the checks are, and when their findings are a failure.

use clap::ValueEnum;

use crate::check::Severity;
use crate::cli::{Failure, Kind, style};
use crate::report::inspect::{ChecksReport, InspectReport};

/// From which severity on a finding makes the command fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warn,
    /// No finding
    #[default]
    Never,
}

impl FailOn {
    fn threshold(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warn => Some(Severity::Warning),
            FailOn::Never => None,
        }
    }

    /// Says for each model whose findings are a failure that they are, and gives the kind of failure if there is one.
    pub fn judge(self, reports: &[InspectReport]) -> Option<Kind> {
        let threshold = self.threshold()?;
        let mut kind = None;
        for report in reports {
            if report.findings.iter().any(|finding| finding.severity >= threshold) {
                let option = self.to_possible_value().map_or(String::new(), |value| value.get_name().to_string());
                let message = format!("{}: {} (--fail-on {option})", report.model.name, report.counts());
                Failure::new(Kind::Other, message).help("every finding says what to change").print();
                kind = Some(Kind::Other);
            }
        }
        kind
    }
}

/// Prints every check with its meaning and remedy.
pub fn list(json: bool) -> anyhow::Result<()> {
    let report = ChecksReport::new();
    if json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::width(), style::paint)?;
    style::print(&text)
}
