//! The checks on whole models: what is sound stays without errors and warnings.

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn inspect(model: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tinyml")).args(["inspect", "--json"]).arg(model).output().unwrap();
    assert!(output.status.success(), "{}: {}", model.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The findings worse than a note, as `severity rule: message`.
fn worse_than_notes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_string();
    findings
        .filter(|finding| finding["severity"] != "note")
        .map(|finding| format!("{} {}: {}", text(finding, "severity"), text(finding, "rule"), text(finding, "message")))
        .collect()
}

#[test]
fn sound_models_have_neither_errors_nor_warnings() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models/yes_no.tflite");
    assert_eq!(worse_than_notes(&inspect(&own)), [""; 0]);
    let Some(folder) = support::shared("conformance/models") else { return };
    for name in [
        "ad01_int8",
        "audio_preprocessor_float",
        "audio_preprocessor_int8",
        "hello_world_float",
        "hello_world_int8",
        "kws_ref_model",
        "micro_speech_quantized",
        "person_detect",
        "pretrainedResnet_quant",
    ] {
        let report = inspect(&folder.join(name).join("model.tflite"));
        assert_eq!(worse_than_notes(&report), [""; 0], "{name}");
        assert_eq!(report["dead_channels"], 0, "{name}");
    }
}

#[test]
fn the_dead_channels_of_visual_wake_words_are_counted() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let report = inspect(&folder.join("vww_96_int8/model.tflite"));
    let operators = report["operators"].as_array().unwrap().iter();
    let of_operators: u64 = operators.filter_map(|operator| operator["dead_channels"].as_u64()).sum();
    assert_eq!((report["dead_channels"].as_u64(), of_operators), (Some(971), 971));
    let found = worse_than_notes(&report);
    assert!(found.iter().any(|finding| finding.starts_with("warning dead-channels: 4 of 64 channels")), "{found:?}");
    assert!(found.iter().all(|finding| finding.starts_with("warning ")), "{found:?}");
}
