//! Runs conformance cases and prints `N passed, N failed`.
//!
//! `cargo test --test cases` runs the corpus beside the project, `cargo test --test cases -- FOLDER...` the output
//! of its generator, with all folders in it. Further arguments: `--only OP` (may be repeated) and `--verbose`. Every case
//! runs four times: with each kernel set, with the arena shared and with a place of its own for every tensor. That no
//! case is found is a failure.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use support::cases::{Outcome, load};

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    unsupported: usize,
    first: Option<String>,
}

/// A folder and all folders in it, in order.
fn with_inner(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inner: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    inner.sort();
    let inner = inner.iter().flat_map(|folder| with_inner(folder));
    [folder.to_path_buf()].into_iter().chain(inner).collect()
}

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut only: Vec<String> = Vec::new();
    let mut verbose = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => only.extend(arguments.next()),
            "--verbose" => verbose = true,
            // What the test harness of cargo passes to every test program.
            "--list" | "--exact" | "--nocapture" | "--quiet" => {}
            folder => folders.extend(with_inner(Path::new(folder))),
        }
    }
    if folders.is_empty() {
        let Some(corpus) = support::shared("conformance") else { return ExitCode::SUCCESS };
        folders = ["models", "ops", "signal"].iter().flat_map(|name| with_inner(&corpus.join(name))).collect();
    }
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for folder in &folders {
        for case in load(folder) {
            let variant = case.name.rsplit_once('/').map_or(case.name.clone(), |(variant, _)| variant.to_string());
            if !only.is_empty() && !only.contains(&case.op) {
                continue;
            }
            let count = counts.entry(variant).or_default();
            let run = || {
                let outcomes = support::all_options().map(|options| case.run(&options));
                outcomes.into_iter().find(|outcome| !matches!(outcome, Outcome::Passed)).unwrap_or(Outcome::Passed)
            };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
                .unwrap_or_else(|_| Outcome::Failed("panicked".to_string()));
            match outcome {
                Outcome::Passed => count.passed += 1,
                Outcome::Unsupported(_) => count.unsupported += 1,
                Outcome::Failed(why) => {
                    count.failed += 1;
                    if verbose {
                        println!("{}: {why}", case.name);
                    }
                    count.first.get_or_insert(format!("{}: {why}", case.name));
                }
            }
        }
    }
    let sum = |field: fn(&Count) -> usize| counts.values().map(field).sum::<usize>();
    for (variant, count) in &counts {
        if count.failed > 0 || !only.is_empty() {
            println!("{variant}: {} passed, {} failed, {} unsupported", count.passed, count.failed, count.unsupported);
        }
        if let Some(first) = &count.first {
            println!("    {first}");
        }
    }
    let unsupported = sum(|count| count.unsupported);
    if unsupported > 0 {
        println!("{unsupported} cases have operators without a kernel");
    }
    if counts.is_empty() {
        let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        eprintln!("error: no case in {}", folders.join(", "));
    }
    println!("{} passed, {} failed", sum(|count| count.passed), sum(|count| count.failed));
    let is_good = !counts.is_empty() && sum(|count| count.failed) == 0;
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
