//! What rules report.

use serde::Serialize;

use super::Rule;

/// How bad a finding is. The order is that of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Costs accuracy, memory or time.
    Warning,
    /// Makes results wrong, or keeps the model from running.
    Error,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// An operator or a tensor: its index in its subgraph, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Index in the subgraph.
    pub index: usize,
    /// Name of the operator, or of the tensor; the latter may be empty.
    pub name: String,
}

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the subgraph.
    pub subgraph: usize,
    /// The operator, when it is about one.
    pub op: Option<Named>,
    /// The tensor, when it is about one.
    pub tensor: Option<Named>,
}

/// One thing that a rule has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Index of the subgraph.
    pub subgraph: usize,
    /// The operator, when it is about one.
    pub op: Option<Named>,
    /// The tensor, when it is about one.
    pub tensor: Option<Named>,
    /// `found` and `expected` in one sentence.
    pub message: String,
    /// What was found.
    pub found: String,
    /// What was expected instead; empty where there is nothing to say.
    pub expected: String,
    /// The next step.
    pub help: String,
}

/// Takes what a rule finds.
pub struct Findings {
    rule: &'static Rule,
    pub(super) list: Vec<Finding>,
}

impl Findings {
    pub(super) fn of(rule: &'static Rule) -> Findings {
        Findings { rule, list: Vec::new() }
    }

    /// Adds a finding of the rule's own severity and remedy. `expected` is empty or completes `..., ... expected`.
    pub fn add(&mut self, place: Place, found: impl Into<String>, expected: impl Into<String>) -> &mut Finding {
        let (found, expected) = (found.into(), expected.into());
        let message = match expected.is_empty() {
            true => found.clone(),
            false => format!("{found}, {expected} expected"),
        };
        self.list.push(Finding {
            rule: self.rule.name,
            severity: self.rule.severity,
            subgraph: place.subgraph,
            op: place.op,
            tensor: place.tensor,
            message,
            found,
            expected,
            help: self.rule.remedy.to_string(),
        });
        self.list.last_mut().expect("it was just added")
    }
}

impl Finding {
    /// Makes it less bad than the rule's worst.
    pub fn severity(&mut self, severity: Severity) -> &mut Finding {
        self.severity = severity;
        self
    }

    /// Gives it a remedy of its own.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Finding {
        self.help = help.into();
        self
    }
}

/// Channels whose weights are all zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeadChannels {
    /// How many there are in the whole model.
    pub total: u64,
    /// The operators that have any.
    pub ops: Vec<DeadOp>,
}

/// The dead channels of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadOp {
    /// Index of the subgraph.
    pub subgraph: usize,
    /// The operator.
    pub op: Named,
    /// Its dead channels.
    pub dead: u64,
    /// All its channels.
    pub channels: u64,
}
