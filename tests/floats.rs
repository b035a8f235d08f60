//! How far float outputs are from the reference, in units in the last place, by operator: at most one, and the table in
//! README.md says where.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::cases::{Outcome, load};
use tinyml::compile::Options;

const BEGIN: &str = "<!-- floats: measured; UPDATE_README=1 cargo test --test floats writes them -->\n";
const END: &str = "<!-- end of floats -->";

/// The values of an operator, how many of them differ, and by how many units at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Differences {
    values: u64,
    differing: u64,
    units: u64,
}

/// Units in the last place between two values; zeros of both signs are one, and so are all that are not a number.
fn units(one: f32, other: f32) -> u64 {
    let place = |value: f32| {
        let magnitude = i64::from(value.to_bits() & 0x7FFF_FFFF);
        if value.is_sign_negative() { -magnitude } else { magnitude }
    };
    if one.is_nan() && other.is_nan() { 0 } else { place(one).abs_diff(place(other)) }
}

fn measure(folder: &Path) -> BTreeMap<String, Differences> {
    let mut found: BTreeMap<String, Differences> = BTreeMap::new();
    for case in load(folder) {
        let differences = found.entry(case.op.clone()).or_default();
        let outcome = case.run_seeing(&Options::default(), |found, wanted| {
            let units = units(found, wanted);
            differences.values += 1;
            differences.differing += u64::from(units > 0);
            differences.units = differences.units.max(units);
        });
        assert!(matches!(outcome, Outcome::Passed), "{}", case.name);
    }
    found.retain(|_, differences| differences.values > 0);
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_table_of_differences_is_current_and_none_exceeds_one_unit() {
    let measured = measure(&root().join("fixtures/floats"));
    let mut table = String::from("| operator | values | equal | units at most |\n|---|---:|---:|---:|\n");
    for (op, Differences { values, differing, units }) in &measured {
        table.push_str(&format!("| {op} | {values} | {} | {units} |\n", values - differing));
        assert!(*units <= 1, "{op}: {units} units");
    }
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has the table's first mark");
    let (current, after) = rest.split_once(END).expect("README.md has the table's last mark");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert!(current == table, "the table of floats is out of date: UPDATE_README=1 cargo test --test floats");
    }
}

#[test]
fn operators_outside_the_table_are_equal() {
    let Some(folder) = support::shared("conformance/ops") else { return };
    let listed = measure(&root().join("fixtures/floats"));
    for (op, Differences { values, differing, units }) in measure(&folder) {
        assert!(units <= 1, "{op}: {units} units");
        // The cells of an LSTM go through two of the listed functions, and a network through any.
        let is_listed = listed.contains_key(&op) || ["NETWORK", "UNIDIRECTIONAL_SEQUENCE_LSTM"].contains(&op.as_str());
        assert!(is_listed || differing == 0, "{op}: {differing} of {values} differ");
    }
}
