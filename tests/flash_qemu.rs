//! Flash and run in one command, without hardware: the very image, in QEMU.

use std::process::Command;

fn tinyml(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_tinyml"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn an_emulated_board_hears_what_is_said_to_it() {
    if Command::new("qemu-system-arm").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "qemu-system-arm is not installed");
        println!("skipped: qemu-system-arm is not installed");
        return;
    }
    for (file, label) in [("fixtures/wav/yes.wav", "yes"), ("fixtures/wav/no.wav", "no")] {
        let output = tinyml(&["flash", "--board", "mps2-an386", "--wav", file, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["outcome"].as_str(), Some("ran"));
        let heard: Vec<&str> =
            report["heard"].as_array().unwrap().iter().filter_map(|heard| heard["label"].as_str()).collect();
        assert_eq!(heard, [label], "{file}");
    }
}

#[test]
#[cfg(unix)]
fn without_qemu_the_error_says_how_to_install_it() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tinyml"))
        .args(["flash", "--board", "mps2-an386", "--wav", "fixtures/wav/yes.wav"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", empty.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("qemu-system-arm is not installed") && stderr.contains("apt-get install"), "{stderr}");
}
