//! How many instructions the chip takes, at most. `cargo bench --bench instructions` prints them.

mod support;

use micro_runtime::program::KernelSet;
use support::counting::{FIRST_SAMPLES_LIMIT, MODELS, SLICE_LIMIT, count, first_samples, slice};
use support::{emulator, shared};
use tinyml::host::builtin::KEYWORD_MODEL;

#[test]
fn invocations_of_known_models_stay_below_their_limits() {
    let (Some(qemu), Some(folder)) = (emulator::find(), shared("conformance/models")) else { return };
    for known in &MODELS {
        let model = std::fs::read(folder.join(known.name).join("model.tflite")).unwrap();
        let found = count(qemu, &model, KernelSet::Armv7em).of("invoke");
        assert!(found <= known.limit, "{}: {found} instructions, at most {} wanted", known.name, known.limit);
    }
}

#[test]
fn twenty_milliseconds_of_sound_stay_below_their_limit() {
    let Some(qemu) = emulator::find() else { return };
    let found = slice(qemu);
    assert!(found <= SLICE_LIMIT, "{found} instructions, at most {SLICE_LIMIT} wanted");
}

#[test]
fn the_first_samples_are_processed_soon_after_reset() {
    let Some(qemu) = emulator::find() else { return };
    let found = first_samples(qemu, KEYWORD_MODEL);
    assert!(found < FIRST_SAMPLES_LIMIT, "{found} instructions, fewer than {FIRST_SAMPLES_LIMIT} wanted");
}
