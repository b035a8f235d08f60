//! What kernels cost those who do not use them: nothing. A firmware that names three kernels is as large whether the crate
//! has all of them or only those three.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use support::emulator::{build, build_in, workspace};
use support::image::Linked;

/// The kernels that `minimal` names, and the plain ones that the twins among them are checked by.
const KEPT: [&str; 3] = ["conv_2d", "fully_connected", "softmax"];

/// What lies among the kernels and is none.
const NO_KERNELS: [&str; 5] = ["call", "dsp", "inner", "number", "registry"];

/// Copies a folder, without what was built in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_file() {
            fs::copy(&path, to.join(name)).unwrap();
        } else if name != "target" {
            copy(&path, &to.join(name));
        }
    }
}

/// Removes all kernels in a folder but those kept, and returns their names.
fn remove_kernels(folder: &Path) -> BTreeSet<String> {
    let mut removed = BTreeSet::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let is_kernel = path.is_file() && name != "mod" && !NO_KERNELS.contains(&name.as_str());
        if is_kernel && !KEPT.contains(&name.as_str()) {
            fs::remove_file(&path).unwrap();
            removed.insert(name);
        }
    }
    removed
}

/// Removes the lines that declare or list kernels that are not there: `pub mod abs;`, `abs::FLOAT32,`. A line of a list
/// becomes an empty one, so that what follows stays on its line.
fn remove_lines(file: &Path, removed: &BTreeSet<String>) {
    let text = fs::read_to_string(file).unwrap();
    let names_removed = |line: &str| {
        let line = line.trim().trim_start_matches("pub mod ").trim_start_matches("dsp::").trim_start_matches("r#");
        let name: String = line.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
        let rest = &line[name.len()..];
        removed.contains(&name) && (rest == ";" || rest.starts_with("::") && rest.ends_with(','))
    };
    let kept: String =
        text.lines().map(|line| if names_removed(line) { "\n".into() } else { format!("{line}\n") }).collect();
    fs::write(file, kept).unwrap();
}

#[test]
fn kernels_that_a_firmware_does_not_name_add_no_byte_to_it() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Always the same folder, so that packages of others are built once.
    let folder = workspace().join("target/growth");
    let pruned = folder.join("tree");
    let _ = fs::remove_dir_all(&pruned);
    copy(&tree.join("micro-runtime"), &pruned.join("micro-runtime"));
    // Of the host's manifest, what the crates of the firmware inherit.
    let manifest = fs::read_to_string(tree.join("Cargo.toml")).unwrap();
    fs::write(pruned.join("Cargo.toml"), manifest.split("\n[package]\n").next().unwrap()).unwrap();
    let kernels = pruned.join("micro-runtime/src/kernels");
    let plain = remove_kernels(&kernels);
    let twins = remove_kernels(&kernels.join("dsp"));
    assert!(plain.len() > 90 && plain.contains("mean") && twins.contains("depthwise_conv_2d"), "{plain:?}");
    let removed = plain.union(&twins).cloned().collect();
    for file in ["mod.rs", "registry.rs", "dsp/mod.rs"] {
        remove_lines(&kernels.join(file), &removed);
    }
    remove_lines(&pruned.join("micro-runtime/firmware/app/src/kernels.rs"), &removed);

    let arguments = ["--package", "mps2-an386", "--bin", "minimal"];
    let few = fs::read(build_in(&pruned, &folder.join("target"), &arguments).join("minimal")).unwrap();
    let all = fs::read(build().join("minimal")).unwrap();
    let (few, all) = (Linked::new(&few, 0), Linked::new(&all, 0));
    let (pieces, more_pieces) = (few.pieces(), all.pieces());
    assert!(pieces.iter().any(|(name, bytes)| name.contains("kernels::softmax") && *bytes > 100), "{pieces:?}");
    let added: Vec<_> = more_pieces.iter().filter(|piece| !pieces.contains(piece)).collect();
    assert!(added.is_empty() && more_pieces.len() == pieces.len(), "with all kernels there is {added:?}, too");
    // The linker orders them as it likes, and how many bytes align them depends on their order.
    let (bytes, more_bytes) = (few.image().len(), all.image().len());
    assert!(more_bytes.abs_diff(bytes) < 64, "{bytes} bytes with three kernels in the crate, {more_bytes} with all");
}
