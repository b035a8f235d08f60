//! Who may know whom: the table in README.md, held against the `use` lines and paths of the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names in backquotes in a cell of the table.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// Module to what it may use, from the table under "Who may know whom".
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("## Who may know whom").nth(1).expect("the README has the section");
    let rows = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let table: BTreeMap<_, _> = rows
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (names(cells[1]).pop_first().expect("a module in the first column"), names(cells[2]))
        })
        .collect();
    assert!(table.len() > 5, "the table has rows");
    table
}

/// The code of a file without comments and without its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names that follow `prefix` in the code: one for `crate::model::x`, several for `crate::{model, host}`.
fn followers(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (position, _) in code.match_indices(prefix) {
        let before = code[..position].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || "_:$".contains(character)) {
            continue;
        }
        let rest = &code[position + prefix.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 1;
                let end = list.find(|character| {
                    depth += match character {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    depth == 0
                });
                &list[..end.unwrap_or(list.len())]
            }
            None => rest.split(|character: char| !character.is_alphanumeric() && character != '_').next().unwrap(),
        };
        let mut depth = 0;
        let mut name = String::new();
        for character in list.chars().chain([',']) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    let first = name.trim().split("::").next().unwrap().split_whitespace().next().unwrap_or("");
                    if !first.is_empty() {
                        found.insert(first.to_string());
                    }
                    name.clear();
                }
                _ if depth == 0 => name.push(character),
                _ => {}
            }
        }
    }
    found
}

#[test]
fn modules_of_the_host_use_only_what_the_table_allows() {
    let table = table();
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let mut problems = Vec::new();
    for file in files {
        let relative = file.strip_prefix(root().join("src")).unwrap();
        let module = relative.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_string();
        if ["bin", "build", "lib", "main"].contains(&module.as_str()) || file.ends_with("schema_generated.rs") {
            continue;
        }
        let Some(allowed) = table.get(&module) else {
            problems.push(format!("{}: module {module} is not in the table", relative.display()));
            continue;
        };
        let code = code(&file);
        for name in followers(&code, "crate::") {
            if name != module && !allowed.contains(&name) {
                problems.push(format!("{}: {module} may not use crate::{name}", relative.display()));
            }
        }
        for name in followers(&code, "micro_runtime::") {
            if !allowed.contains("micro_runtime") && !allowed.contains(&format!("micro_runtime::{name}")) {
                problems.push(format!("{}: {module} may not use micro_runtime::{name}", relative.display()));
            }
        }
        let packages = [
            "clap",
            "anyhow",
            "ctrlc",
            "indicatif",
            "flatbuffers",
            "hound",
            "object",
            "probe_rs",
            "rubato",
            "png",
            "rayon",
            "ndarray",
            "serialport",
            "tempfile",
        ];
        for package in packages {
            if !followers(&code, &format!("{package}::")).is_empty() && !allowed.contains(package) {
                problems.push(format!("{}: {module} may not use {package}", relative.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_kernel_uses_another() {
    let folder = root().join("micro-runtime/src/kernels");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    let plumbing = ["mod", "call", "registry", "number", "support"];
    let kernels: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !plumbing.contains(&name.as_str()))
        .collect();
    let mut problems = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "registry" || (name == "mod" && file.parent() == Some(&folder)) {
            continue;
        }
        let code = code(&file);
        for prefix in ["super::", "super::super::", "crate::kernels::"] {
            for used in followers(&code, prefix) {
                let is_twin = file.starts_with(folder.join("dsp"));
                let names_kernels = if is_twin { prefix == "crate::kernels::" && used != "dsp" } else { used != name };
                if kernels.contains(&used) && names_kernels && (is_twin || file.parent() == Some(&folder)) {
                    problems.push(format!("{name} uses the kernel {used}"));
                }
            }
        }
        for used in followers(&code, "crate::") {
            if !["arena", "fixed", "frontend", "instructions", "kernels", "interpreter", "program"]
                .contains(&used.as_str())
                || (["interpreter", "program"].contains(&used.as_str()) && name != "call")
            {
                problems.push(format!("{name} uses crate::{used}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn unsafe_code_is_in_named_files_only() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    rust_files(&root().join("micro-runtime/src"), &mut files);
    for package in ["apollo3", "apollo3-board", "sparkfun-edge", "sparkfun-edge2"] {
        rust_files(&root().join("micro-runtime/firmware").join(package).join("src"), &mut files);
    }
    let twins = [
        "inner/channels",
        "inner/dense",
        "inner/depthwise",
        "inner/nibbles",
        "inner/pixels",
        "inner/pools",
        "inner/sums",
        "inner/widen",
    ];
    let chip = ["microphone", "processor", "registers"];
    let named: Vec<String> = ["micro-runtime/src/arena.rs", "src/model/schema_generated.rs"]
        .map(str::to_string)
        .into_iter()
        .chain(["emulated", "mod", "native"].map(|file| format!("micro-runtime/src/instructions/{file}.rs")))
        .chain(twins.map(|file| format!("micro-runtime/src/kernels/dsp/{file}.rs")))
        .chain(chip.map(|file| format!("micro-runtime/firmware/apollo3/src/{file}.rs")))
        .collect();
    for file in files {
        let relative = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let has_unsafe = code(&file).contains("unsafe {") || code(&file).contains("unsafe fn");
        assert!(!has_unsafe || named.contains(&relative), "{relative} has unsafe code");
    }
}
