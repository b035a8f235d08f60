//! Findings as SARIF 2.1.0, the format in which code hosts and editors take the results of checks.

use serde_json::{Value, json};

use super::{FindingReport, InspectReport};
use crate::check::RULES;

/// One log with one run, on all models.
pub fn log(reports: &[InspectReport]) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": { "text": rule.meaning },
                "help": { "text": rule.remedy },
                "defaultConfiguration": { "level": rule.severity.name() },
            })
        })
        .collect();
    let artifacts: Vec<Value> = reports
        .iter()
        .map(|report| {
            json!({
                "location": { "uri": uri(&report.model.name) },
                "length": report.model.bytes,
                "hashes": { "sha-256": report.model.sha256 },
            })
        })
        .collect();
    let results: Vec<Value> = reports
        .iter()
        .enumerate()
        .flat_map(|(artifact, report)| report.findings.iter().map(move |finding| result(artifact, report, finding)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts,
            "results": results,
        }],
    })
}

fn result(artifact: usize, report: &InspectReport, finding: &FindingReport) -> Value {
    let mut logical = vec![json!({
        "name": format!("subgraph {}", finding.subgraph),
        "fullyQualifiedName": format!("subgraph {}", finding.subgraph),
        "kind": "module",
    })];
    let mut named = |kind: &str, role: &str, index: Option<usize>, name: &Option<String>| {
        if let (Some(index), Some(name)) = (index, name) {
            logical.push(json!({
                "name": name,
                "fullyQualifiedName": format!("subgraph {}/{role} {index}", finding.subgraph),
                "kind": kind,
            }));
        }
    };
    named("function", "op", finding.op, &finding.op_name);
    named("variable", "tensor", finding.tensor, &finding.tensor_name);
    let place = finding.place();
    let message = if place.is_empty() { finding.message.clone() } else { format!("{place}: {}", finding.message) };
    json!({
        "ruleId": finding.rule,
        "ruleIndex": RULES.iter().position(|rule| rule.name == finding.rule),
        "level": finding.severity.name(),
        "message": { "text": format!("{message}. Help: {}.", finding.help) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(&report.model.name), "index": artifact } },
            "logicalLocations": logical,
        }],
    })
}

/// A path as a URI, relative when the path is: bytes that have a meaning in URIs, or no place in them, are escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    // A colon in the first part would make it a scheme.
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            b'\\' => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("models/a b.tflite"), "models/a%20b.tflite");
        assert_eq!(uri("/models/ä#1.tflite"), "file:///models/%C3%A4%231.tflite");
        assert_eq!(uri("models\\x.tflite"), "models/x.tflite");
    }
}
