//! The table in `fixtures/README.md` lists every fixture with its checksum, and the clips are what it says they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Folders whose every file is listed.
const LISTED: [&str; 5] = ["models", "wav", "ops", "floats", "golden"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The checksums in the README by file.
fn table() -> BTreeMap<String, String> {
    let readme = std::fs::read_to_string(fixtures().join("README.md")).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>());
    cells.map(|cells| (cells[1].to_string(), cells[4].to_string())).collect()
}

#[test]
fn every_file_is_listed_with_its_checksum() {
    let listed = table();
    let mut found = 0;
    for folder in LISTED {
        let Ok(entries) = std::fs::read_dir(fixtures().join(folder)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            let digest = Sha256::digest(std::fs::read(&path).unwrap());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(listed.get(&name), Some(&digest), "{name}: run python fixtures/describe.py");
            found += 1;
        }
    }
    assert!(found > 0);
    assert_eq!(found, listed.len(), "fixtures/README.md lists files that are not there");
}

#[test]
fn clips_are_16_khz_mono_16_bit() {
    for entry in std::fs::read_dir(fixtures().join("wav")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "wav") {
            let spec = hound::WavReader::open(&path).unwrap().spec();
            assert_eq!((spec.sample_rate, spec.channels, spec.bits_per_sample), (16_000, 1, 16), "{}", path.display());
        }
    }
}

#[test]
fn the_truth_lies_inside_the_talk() {
    let folder = fixtures().join("wav");
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("talk.json")).unwrap()).unwrap();
    let length_ms = u64::from(hound::WavReader::open(folder.join("talk.wav")).unwrap().duration()) / 16;
    let mut before = 0;
    for word in truth["words"].as_array().unwrap() {
        let (start, end) = (word["start_ms"].as_u64().unwrap(), word["end_ms"].as_u64().unwrap());
        assert!(before <= start && start < end && end <= length_ms, "{word}");
        before = end;
    }
}
