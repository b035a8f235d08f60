//! The model of TFLM's allocator against arenas that were measured on an emulated Cortex-M4F.

mod support;

use std::collections::HashMap;
use std::path::Path;

use support::cases;
use tinyml::estimate::tflm::{Arena, Class, Kernels, Unknown, arena};
use tinyml::model::Model;

const BOTH: [Kernels; 2] = [Kernels::Reference, Kernels::CmsisNn];

fn arena_of(bytes: &[u8], kernels: Kernels) -> Result<Arena, Unknown> {
    arena(&Model::read(bytes).expect("a sound model"), kernels)
}

/// The numbers of a cell: `22,772` or `3,040 / 3,040`.
fn numbers(cell: &str) -> Vec<u64> {
    cell.split('/').filter_map(|number| number.trim().replace(',', "").parse().ok()).collect()
}

/// The rows of the first table below a heading, as cells.
fn table<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = text.split(heading).nth(1).unwrap_or_else(|| panic!("there is a section {heading}"));
    let rows = section.lines().skip_while(|line| !line.starts_with("| ---")).skip(1);
    rows.take_while(|line| line.starts_with('|')).map(|line| line.split('|').map(str::trim).collect()).collect()
}

#[test]
fn published_arenas_are_met_by_class() {
    let (Some(page), Some(models)) =
        (support::shared("conformance/tflm-arena.md"), support::shared("conformance/models"))
    else {
        return;
    };
    let page = std::fs::read_to_string(page).unwrap();
    let read = |name: &str| std::fs::read(models.join(name).join("model.tflite")).unwrap();
    let mut checked = 0;
    for row in table(&page, "## Head and tail") {
        let bytes = read(row[1]);
        for (kernels, cells) in BOTH.into_iter().zip([3, 6]) {
            let found = arena_of(&bytes, kernels).unwrap();
            let measured = [cells, cells + 1, cells + 2].map(|cell| numbers(row[cell])[0]);
            assert_eq!([found.total(), found.head, found.tail], measured, "{} {kernels:?}", row[1]);
            checked += 1;
        }
    }
    for row in table(&page, "## The tail, by class") {
        let (name, kernels) = row[1].split_once(", ").unwrap();
        let kernels = if kernels == "ref" { Kernels::Reference } else { Kernels::CmsisNn };
        let found = arena_of(&read(name), kernels).unwrap();
        let classes = [
            Class::Allocator,
            Class::EvalTensors,
            Class::Nodes,
            Class::Parameters,
            Class::OpData,
            Class::PreparedData,
            Class::Variables,
            Class::ScratchHandles,
            Class::InputsAndOutputs,
        ];
        let mut of_tail = vec![found.tail];
        of_tail.extend(classes.map(|class| found.bytes_of(class)));
        of_tail.push(found.padding);
        let measured: Vec<u64> = row[2..].iter().flat_map(|cell| numbers(cell)).collect();
        assert_eq!(of_tail, measured, "{}", row[1]);
        checked += 1;
    }
    for row in table(&page, "## Scratch requests") {
        for (kernels, cell) in BOTH.into_iter().zip([2, 3]) {
            let scratch = arena_of(&read(row[1]), kernels).unwrap().scratch;
            // The commas between numbers are those before a space.
            let measured: Vec<u64> = row[cell].split(", ").flat_map(numbers).collect();
            let found = [scratch.buffers, scratch.bytes, scratch.largest];
            let expected = if row[cell] == "none" { vec![0; 3] } else { measured };
            assert_eq!(found[..], expected[..], "{} {kernels:?}", row[1]);
            checked += 1;
        }
    }
    assert!(checked >= 8 * 4 + 10, "{checked} numbers were compared");
}

#[test]
fn measured_arenas_are_met_to_the_byte() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let measured = std::fs::read_to_string(root.join("tests/tflm/measured.txt")).unwrap();
    let folders =
        [("fixtures/ops", Some(root.join("fixtures/ops"))), ("conformance/ops", support::shared("conformance/ops"))];
    let (mut checked, mut problems) = (0, Vec::new());
    for (label, folder) in folders {
        let Some(folder) = folder else { continue };
        let cases: HashMap<String, cases::Case> =
            cases::load(&folder).into_iter().map(|case| (case.name.clone(), case)).collect();
        for line in measured.lines().filter_map(|line| line.strip_prefix(label)) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let bytes = cases[words[0]].model();
            for (kernels, expected) in BOTH.into_iter().zip(&words[1..]) {
                let found = arena_of(&bytes, kernels).map_or("-".to_string(), |arena| arena.total().to_string());
                if found != *expected {
                    problems.push(format!("{} {kernels:?}: {found}, measured {expected}", words[0]));
                }
                checked += 1;
            }
        }
    }
    assert!(checked >= 200, "only {checked} numbers were compared");
    assert!(problems.is_empty(), "{} of {checked}:\n{}", problems.len(), problems.join("\n"));
}

/// The part for activations does not depend on the machine: TFLM's own recording allocator, on a PC, says 9,808 bytes too. Each layer with
/// weights of 4 bits has a buffer in which TFLM unpacks them.
#[test]
fn the_keyword_model_takes_the_activations_that_tflm_records() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models/yes_no.tflite")).unwrap();
    let [reference, cmsis_nn] = BOTH.map(|kernels| arena_of(&bytes, kernels).unwrap());
    assert_eq!([reference.head, reference.scratch.buffers], [9808, 3]);
    assert_eq!(cmsis_nn.scratch.buffers, 6, "one for each convolution");
    let classes: u64 = Class::ALL.into_iter().map(|class| cmsis_nn.bytes_of(class)).sum();
    assert_eq!(classes, cmsis_nn.tail);
}

#[test]
fn hostile_models_have_an_arena_or_a_reason() {
    let Some(folder) = support::shared("conformance/malformed") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let Ok(model) = Model::read(&bytes) else { continue };
        for kernels in BOTH {
            if let Err(reason) = arena(&model, kernels) {
                assert!(!reason.to_string().is_empty(), "{}", path.display());
            }
        }
    }
}
