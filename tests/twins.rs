//! Twins are used where they are announced, and the cases that prove them reach each of them.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use micro_runtime::program::KernelSet;
use tinyml::compile::lower::dsp::TWINS;
use tinyml::compile::{Options, compile};
use tinyml::model::Model;

#[test]
fn every_twin_is_reached_by_the_fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ops");
    let options = Options { kernel_set: KernelSet::Armv7em, ..Options::default() };
    let mut found = BTreeSet::new();
    for case in support::cases::load(&folder) {
        let bytes = case.model();
        let compiled = compile(&Model::read(&bytes).unwrap(), &options).unwrap();
        found.extend(compiled.ops.iter().map(|op| op.kernel).filter(|kernel| kernel.ends_with("(armv7em)")));
    }
    let announced = TWINS.iter().flat_map(|(operator, types)| {
        types.split(", ").map(move |element_type| {
            format!("{operator} {} (armv7em)", element_type.replace("with int4 weights", "x int4"))
        })
    });
    assert_eq!(found.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>(), announced.collect());
}

#[test]
fn generic_programs_have_no_twins() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ops");
    for case in support::cases::load(&folder) {
        let bytes = case.model();
        let compiled = compile(&Model::read(&bytes).unwrap(), &Options::default()).unwrap();
        assert!(compiled.ops.iter().all(|op| !op.kernel.ends_with("(armv7em)")), "{}", case.name);
    }
}
