//! Hostile files: each is refused with a message, or survived, within a second and 256 MB.

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Deserialize;

#[derive(Deserialize)]
struct Index {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    file: String,
    expect: String,
}

/// The address space that the process may have, in KiB.
const MEMORY_KIB: u32 = 256 * 1024;

/// A process start and a slow debug build are in here too.
const TIME: Duration = Duration::from_secs(1);

fn tinyml(arguments: &[&str], file: &Path) -> (Option<i32>, String, Duration) {
    let started = Instant::now();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_tinyml"))
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), started.elapsed())
}

#[test]
fn hostile_files_are_refused_or_survived() {
    let Some(folder) = support::shared("conformance/malformed") else { return };
    let index: Index = serde_json::from_str(&std::fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    assert!(!index.files.is_empty());
    let mut problems = Vec::new();
    for File { file, expect } in &index.files {
        let path = folder.join(file);
        for command in ["compile", "inspect", "run"] {
            let (code, stderr, elapsed) = tinyml(&[command], &path);
            // 101 is a panic, no code a signal: an abort, or too much memory.
            let mut problem = |what: &str| problems.push(format!("{command} {file}: {what}\n{stderr}"));
            match code {
                Some(0 | 2) if command == "compile" && expect == "reject" => problem("not refused"),
                Some(0..=5) => {}
                other => problem(&format!("ended with {other:?}")),
            }
            if code != Some(0) && (!stderr.contains("error: ") || !stderr.contains("help: ")) {
                problem("no error and help lines");
            }
            if elapsed > TIME {
                problem(&format!("took {elapsed:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
