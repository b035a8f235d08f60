//! Recorded commands: what `tinyml` prints, where, and with which exit code.
//!
//! `tests/cli/<command>/<case>.txt` says in a sentence what the case is about. Then come command lines, `$ tinyml ...`,
//! and below each what it did: its exit code, stdout, stderr, and the files that it wrote. Commands run in a folder of
//! the case with two folders in it, `fixtures` and `made`. `UPDATE_CLI=1 cargo test --test cli` records anew.

#![cfg(unix)]

#[path = "support/firmware.rs"]
mod firmware;
#[path = "cli/made.rs"]
mod made;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with `fixtures` and `made` in it, and a link to both for each case.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        fs::create_dir(&made).unwrap();
        made::fill(&made, &root().join("fixtures"));
        Place { folder }
    }

    /// A new folder to run commands in.
    fn case(&self, name: &str) -> PathBuf {
        let case = self.folder.path().join("cases").join(name);
        fs::create_dir_all(&case).unwrap();
        symlink(root().join("fixtures"), case.join("fixtures")).unwrap();
        symlink(self.folder.path().join("made"), case.join("made")).unwrap();
        case
    }
}

fn tinyml(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
    command.current_dir(folder).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    tinyml(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// What depends on the speed of the machine becomes `N`.
fn timeless(text: &str) -> String {
    let mut lines = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(start) = line.strip_suffix(" clips a second\n").and_then(|line| line.rfind(' ')) {
            let _ = writeln!(lines, "{} N clips a second", &line[..start]);
        } else if let Some((start, _)) = line.split_once("\"clips_per_second\": ") {
            let _ = writeln!(lines, "{start}\"clips_per_second\": N,");
        } else {
            lines.push_str(line);
        }
    }
    lines
}

/// Every file below `folder` that is not linked there, with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let name = entry.path().strip_prefix(folder).unwrap().to_path_buf();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// Name, size and checksum of a file. The compression of pictures may change, so they are only named.
fn described(name: &Path, bytes: &[u8]) -> String {
    if name.extension().is_some_and(|ending| ending == "png") {
        return format!("{}\n", name.display());
    }
    format!("{}  {} bytes, CRC-32 {:08x}\n", name.display(), bytes.len(), micro_runtime::program::crc32(bytes))
}

/// Runs one command line and tells what it did, as a case file has it. Rules that hold for every command are added to
/// `problems`.
fn record(folder: &Path, line: &str, problems: &mut Vec<String>) -> String {
    let arguments: Vec<&str> = line.split_whitespace().skip(2).collect();
    let before = files(folder);
    let output = run(folder, &arguments);
    let (stdout, stderr) = (timeless(&text(&output.stdout)), text(&output.stderr));
    let code = output.status.code().expect("ends with an exit code");
    if stdout.contains('\u{1b}') || stderr.contains('\u{1b}') {
        problems.push(format!("{line}: colours where there is no terminal"));
    }
    if code > 11 && code != 130 || (code != 0) != stderr.contains("error: ") && !arguments.is_empty() {
        problems.push(format!("{line}: exit code {code}, stderr:\n{stderr}"));
    }
    let errors = stderr.matches("error: ").count();
    if stderr.matches("help: ").count() < errors {
        problems.push(format!("{line}: an error without help:\n{stderr}"));
    }
    let is_json = arguments.contains(&"--json") && !output.stdout.is_empty();
    if is_json && serde_json::from_slice::<serde_json::Value>(&output.stdout).is_err() {
        problems.push(format!("{line}: stdout is not one JSON value:\n{stdout}"));
    }
    let written = files(folder).into_iter().filter(|(name, bytes)| before.get(name) != Some(bytes));
    let written: String = written.map(|(name, bytes)| described(&name, &bytes)).collect();
    let mut told = format!("{line}\nexit code {code}\n");
    for (title, text) in [("stdout", stdout), ("stderr", stderr), ("files", written)] {
        if !text.is_empty() {
            let _ = write!(told, "--- {title}\n{text}");
        }
    }
    told
}

#[test]
fn commands_do_what_is_recorded() {
    let place = Place::new();
    let update = std::env::var_os("UPDATE_CLI").is_some();
    let (mut problems, mut commands) = (Vec::new(), 0);
    for command in fs::read_dir(root().join("tests/cli")).unwrap().map(|entry| entry.unwrap().path()) {
        if !command.is_dir() {
            continue;
        }
        for case in fs::read_dir(&command).unwrap().map(|entry| entry.unwrap().path()) {
            let recorded = fs::read_to_string(&case).unwrap();
            let name = case.strip_prefix(root().join("tests/cli")).unwrap().with_extension("");
            let folder = place.case(name.to_str().unwrap());
            let head = recorded.split("$ tinyml").next().unwrap().trim();
            let mut now = format!("{head}\n");
            for line in recorded.lines().filter(|line| line.starts_with("$ tinyml")) {
                now.push('\n');
                now.push_str(&record(&folder, line, &mut problems));
                commands += 1;
            }
            if update {
                fs::write(&case, now).unwrap();
            } else if now != recorded {
                problems.push(format!("{}: now\n{now}\nrecorded\n{recorded}", case.display()));
            }
        }
    }
    assert!(commands >= 35, "only {commands} commands are recorded");
    let help = "UPDATE_CLI=1 cargo test --test cli records anew what is as it should be";
    assert!(problems.is_empty(), "{}\n{} problems; {help}", problems.join("\n"), problems.len());
}

#[test]
fn colours_are_for_terminals_and_those_who_force_them() {
    let place = Place::new();
    let folder = place.case("colours");
    let arguments = ["run", "--wav", "fixtures/wav/yes.wav", "missing.wav"];
    let forced = tinyml(&folder).args(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1B) && forced.stderr.contains(&0x1B));
    let refused = tinyml(&folder).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(!refused.stdout.contains(&0x1B) && !refused.stderr.contains(&0x1B));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let folder = place.case("pipe");
    let mut child = tinyml(&folder)
        .args(["run", "--wav", "fixtures/wav/yes.wav", "fixtures/wav/no.wav"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let place = Place::new();
    let folder = place.case("full");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let arguments = ["compile", "fixtures/models/yes_no.tflite"];
    let output = tinyml(&folder).args(arguments).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: stdout: cannot be written: "), "{}", text(&output.stderr));
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf_8_are_files_too() {
    let place = Place::new();
    let folder = place.case("names");
    let name = std::ffi::OsStr::from_bytes(b"ja\xFF\x1B.wav");
    fs::copy(root().join("fixtures/wav/yes.wav"), folder.join(name)).unwrap();
    let output = tinyml(&folder).args(["run", "--wav"]).arg(name).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("ja\u{FFFD}\\u{1b}.wav  \"yes\" at"), "{}", text(&output.stdout));
}

/// Not recorded, because every change of the style would change its checksum.
#[test]
fn an_html_report_is_one_file_about_all_models() {
    let place = Place::new();
    let folder = place.case("html");
    let model = "fixtures/models/yes_no.tflite";
    let output = run(&folder, &["inspect", model, "made/unsupported.tflite", "--html", "report.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert_eq!((page.matches("<section>").count(), page.matches("class=\"map\"").count()), (2, 1));
    assert!(page.contains("704,316") && page.contains("EMBEDDING_LOOKUP_SPARSE"));
}

#[test]
fn other_rates_are_converted_and_said() {
    let place = Place::new();
    let folder = place.case("rates");
    let frames = made::triangle(44_100).flat_map(|sample| [sample, sample]);
    fs::write(folder.join("cd.wav"), made::wav(44_100, 2, frames)).unwrap();
    let output = run(&folder, &["run", "--json", "--wav", "cd.wav"]);
    assert_eq!(text(&output.stderr), "note: cd.wav: converted from 44,100 Hz stereo to 16,000 Hz mono\n");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let clip = &answer["clips"][0];
    assert_eq!((clip["duration_ms"].as_u64(), clip["sample_rate"].as_u64()), (Some(1000), Some(44_100)));
    assert_eq!(clip["notes"].as_array().map(Vec::len), Some(1));
}
