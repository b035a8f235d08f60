//! Every rule fires on a made model, and stays silent on its twin, which is the same model without the fault.

mod made;
mod twins;

use std::collections::HashSet;

use made::{Case, dense};
use twins::{Twin, twins};

use super::*;
use crate::model::Model;

/// What the rules find in a case.
fn found(case: &Case) -> Vec<Finding> {
    let bytes = case.sample.bytes();
    let (model, damages) = Model::read_damaged(&bytes).expect("made models can be read");
    let mut facts = case.facts.clone();
    facts.damages = damages;
    check(&Context::new(&model, &facts))
}

fn changed(twin: &Twin) -> Case {
    let mut case = (twin.sound)();
    (twin.fault)(&mut case);
    case
}

#[test]
fn every_rule_fires_on_a_fault_and_is_silent_without_it() {
    let (mut tested, mut problems) = (HashSet::new(), Vec::new());
    for twin in twins() {
        tested.insert(twin.rule);
        let silent = found(&(twin.sound)());
        if let Some(finding) =
            silent.iter().find(|finding| finding.rule == twin.rule && finding.severity >= twin.severity)
        {
            problems.push(format!("{} on the sound twin of \"{}\": {}", twin.rule, twin.says, finding.message));
        }
        let firing: Vec<Finding> =
            found(&changed(&twin)).into_iter().filter(|finding| finding.rule == twin.rule).collect();
        let is_meant = |finding: &&Finding| finding.severity == twin.severity && finding.message.contains(twin.says);
        match firing.iter().find(is_meant) {
            Some(finding) if finding.help.len() > 20 => {}
            Some(finding) => problems.push(format!("{}: help {}", twin.rule, finding.help)),
            None => problems.push(format!("{} does not say \"{}\", but {firing:?}", twin.rule, twin.says)),
        }
    }
    problems
        .extend(RULES.iter().filter(|rule| !tested.contains(rule.name)).map(|rule| format!("{}: no twins", rule.name)));
    problems.extend(
        tested
            .iter()
            .filter(|name| !RULES.iter().any(|rule| rule.name == **name))
            .map(|name| format!("{name}: no rule")),
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn rules_say_what_they_are() {
    let mut names = HashSet::new();
    for rule in RULES {
        assert!(names.insert(rule.name), "{} is there twice", rule.name);
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{}", rule.name);
        assert!(rule.meaning.ends_with('.') && !rule.remedy.ends_with('.'), "{}", rule.name);
        for text in [rule.meaning, rule.remedy] {
            assert!(text.len() > 20 && !text.contains("  "), "{}: {text}", rule.name);
        }
    }
}

#[test]
fn no_finding_is_worse_than_its_rule() {
    for twin in twins() {
        for finding in found(&changed(&twin)) {
            let rule = RULES.iter().find(|rule| rule.name == finding.rule).unwrap();
            assert!(finding.severity <= rule.severity, "{finding:?}");
        }
    }
}

#[test]
fn sound_models_have_no_findings() {
    let worst = |case: Case| found(&case).into_iter().find(|finding| finding.severity > Severity::Note);
    assert_eq!(worst(dense()), None);
    assert_eq!(worst(made::convolution()), None);
}

#[test]
fn the_worst_come_first() {
    let mut case = dense();
    case.sample.tensors[2].zero_points = vec![1];
    case.codes(1, |codes| codes[0] = -128);
    let severities: Vec<_> = found(&case).iter().map(|finding| finding.severity).collect();
    assert!(severities.len() >= 2 && severities.is_sorted_by(|one, other| one >= other), "{severities:?}");
}

#[test]
fn findings_name_operator_and_tensor() {
    let mut case = dense();
    case.sample.tensors[2].zero_points = vec![1];
    let all = found(&case);
    let finding = all.iter().find(|finding| finding.rule == "bias-zero-point").unwrap();
    assert_eq!(finding.op, Some(Named { index: 0, name: "FULLY_CONNECTED".into() }));
    assert_eq!(finding.tensor, Some(Named { index: 2, name: "bias".into() }));
    assert_eq!((finding.found.as_str(), finding.expected.as_str()), ("bias with zero point 1", "0"));
    assert_eq!(finding.message, "bias with zero point 1, 0 expected");
}

#[test]
fn dead_channels_are_counted_by_operator() {
    let mut case = made::convolution();
    case.codes(1, |codes| codes[9..27].fill(0));
    let bytes = case.sample.bytes();
    let model = Model::read(&bytes).unwrap();
    let dead = dead_channels(&Context::new(&model, &Facts::default()));
    assert_eq!((dead.total, dead.ops.len(), dead.ops[0].dead, dead.ops[0].channels), (2, 1, 2, 4));
}

#[test]
fn refusals_are_silent_where_a_rule_tells_better() {
    let refused = |case: &mut Case| {
        case.facts.refusals.push(RefusalFact {
            operator: Some((0, 0)),
            problem: "its bias is odd".into(),
            help: "convert the model again, without odd biases".into(),
        });
    };
    let count = |case: &Case| found(case).iter().filter(|finding| finding.rule == "unsupported").count();
    let mut case = dense();
    refused(&mut case);
    assert_eq!(count(&case), 1);
    case.sample.tensors[2].zero_points = vec![1];
    assert_eq!(count(&case), 0);
}
