//! Any bytes: a model that compiles must run, and give the same outputs whether tensors share bytes or not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use micro_runtime::interpreter::Interpreter;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Compiled, Options, compile};
use tinyml::model::Model;

/// What asks for a larger arena is compiled but not run.
const MAXIMUM_ARENA_BYTES: u32 = 1 << 24;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = Model::read(bytes) else { return };
    let keeping = Options { keep_all_tensors: true, ..Options::default() };
    let shared = match compile(&model, &Options::default()) {
        Ok(compiled) => compiled,
        Err(error) => {
            assert!(!error.help().contains("fault of tinyml"), "{error}");
            return;
        }
    };
    let Ok(kept) = compile(&model, &keeping) else { return };
    if shared.arena_bytes >= MAXIMUM_ARENA_BYTES || kept.arena_bytes >= MAXIMUM_ARENA_BYTES {
        return;
    }
    if let (Some(shared), Some(kept)) = (outputs(&shared), outputs(&kept)) {
        assert!(shared == kept, "sharing bytes changes the outputs");
    }
});

/// The outputs of an invocation on zeros and one on numbers that look random; `None` when the data is at fault.
fn outputs(compiled: &Compiled) -> Option<Vec<Vec<u8>>> {
    let mut arena = AlignedBytes::zeroed(compiled.arena_bytes as usize);
    let mut interpreter = Interpreter::new(compiled.program(), &mut arena).unwrap();
    let mut outputs = Vec::new();
    let mut state = 1u32;
    for factor in [0, 0x9e37_79b9u32] {
        for index in 0..interpreter.program().inputs().len() {
            let length = interpreter.program().inputs()[index].operand.bytes as usize;
            let next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state.wrapping_mul(factor) >> 24) as u8
            };
            let values: Vec<u8> = std::iter::repeat_with(next).take(length).collect();
            assert!(interpreter.set_input(index, &values));
        }
        interpreter.invoke().ok()?;
        let count = interpreter.program().outputs().len();
        outputs.extend((0..count).map(|index| interpreter.output_bytes(index).unwrap().iter().collect()));
    }
    Some(outputs)
}
