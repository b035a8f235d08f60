//! How often each code of a model's tensors occurs on data.
//!
//! Every invocation is observed op by op, so that tensors are seen before others take their bytes over.

use micro_runtime::arena::ElementType;
use micro_runtime::frontend::{CHANNELS, FrontEnd, STRIDE_SAMPLES, WINDOW_SAMPLES};
use micro_runtime::interpreter::{DataFault, Interpreter};

use super::loaded::Loaded;
use crate::aligned::AlignedBytes;

/// How often each code occurred, from the least code of the type on; empty for types that are not counted.
pub type Counts = Vec<u64>;

/// The counts of a model's tensors.
pub struct Census<'l> {
    loaded: &'l Loaded,
    arena: AlignedBytes,
    /// Of each input of the model.
    pub inputs: Vec<Counts>,
    /// Of each tensor in [`Loaded::written`].
    pub written: Vec<Counts>,
    /// The invocations counted.
    pub invocations: usize,
}

impl<'l> Census<'l> {
    /// A census of a model, of nothing yet.
    pub fn new(loaded: &'l Loaded) -> Census<'l> {
        Census {
            loaded,
            arena: AlignedBytes::zeroed(loaded.program().arena_bytes()),
            inputs: loaded.inputs.iter().map(|input| counts(input.element_type)).collect(),
            written: loaded.written.iter().map(|tensor| counts(tensor.element_type)).collect(),
            invocations: 0,
        }
    }

    /// The feature rows of a window of the model, when it has one input that takes them.
    pub fn window_rows(&self) -> Option<usize> {
        let [input] = &self.loaded.inputs[..] else { return None };
        let elements: usize = input.shape.iter().product();
        let takes_rows = input.element_type == ElementType::Int8 && elements > 0 && elements.is_multiple_of(CHANNELS);
        takes_rows.then_some(elements / CHANNELS)
    }

    /// Counts a clip, window by window; one that is shorter than the window is heard with silence behind it.
    ///
    /// # Panics
    /// When the model does not take feature rows.
    pub fn listen(&mut self, samples: &[i16]) -> Result<(), DataFault> {
        let window_rows = self.window_rows().expect("the model takes feature rows");
        let mut samples = samples.to_vec();
        samples.resize(samples.len().max((window_rows - 1) * STRIDE_SAMPLES + WINDOW_SAMPLES), 0);
        let mut front_end = FrontEnd::new();
        let (mut rest, mut rows) = (samples.as_slice(), Vec::new());
        while let Some(row) = front_end.push(&mut rest) {
            rows.extend(row.map(|feature| feature as u8));
        }
        let windows: Vec<&[u8]> = rows.windows(window_rows * CHANNELS).step_by(CHANNELS).collect();
        self.invoke(&windows)
    }

    /// Counts one invocation for each piece of data, which fills the only input; state is carried from one to the next.
    ///
    /// # Panics
    /// When a piece has another length than the input.
    pub fn invoke(&mut self, pieces: &[&[u8]]) -> Result<(), DataFault> {
        let program = self.loaded.program();
        let mut interpreter = Interpreter::new(program, &mut self.arena)
            .expect("the arena has the size and the alignment that the Program asks for");
        interpreter.reset();
        for piece in pieces {
            assert!(interpreter.set_input(0, piece));
            let element_type = self.loaded.inputs[0].element_type;
            count(&mut self.inputs[0], element_type, piece.iter().copied());
            interpreter.invoke_observed(|interpreter, op| {
                for (counts, tensor) in self.written.iter_mut().zip(&self.loaded.written) {
                    if tensor.op == Some(op) && !counts.is_empty() {
                        count(counts, tensor.element_type, interpreter.operand_bytes(&tensor.operand).iter());
                    }
                }
            })?;
            self.invocations += 1;
        }
        Ok(())
    }
}

fn counts(element_type: ElementType) -> Counts {
    match element_type {
        ElementType::Int8 | ElementType::Uint8 => vec![0; 1 << 8],
        ElementType::Int16 => vec![0; 1 << 16],
        _ => Vec::new(),
    }
}

fn count(counts: &mut Counts, element_type: ElementType, mut bytes: impl Iterator<Item = u8>) {
    match element_type {
        ElementType::Int8 => bytes.for_each(|byte| counts[(byte ^ 0x80) as usize] += 1),
        ElementType::Uint8 => bytes.for_each(|byte| counts[byte as usize] += 1),
        ElementType::Int16 => {
            while let (Some(low), Some(high)) = (bytes.next(), bytes.next()) {
                counts[(u16::from_le_bytes([low, high]) ^ 0x8000) as usize] += 1;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Options;
    use crate::host::builtin::KEYWORD_MODEL;

    #[test]
    fn codes_count_from_the_least() {
        let mut bytes = counts(ElementType::Int8);
        count(&mut bytes, ElementType::Int8, [0x80, 0, 0, 0x7F].into_iter());
        assert_eq!((bytes[0], bytes[128], bytes[255]), (1, 2, 1));
        let mut words = counts(ElementType::Int16);
        count(&mut words, ElementType::Int16, [0, 0x80, 0xFF, 0x7F].into_iter());
        assert_eq!((words[0], words[65_535]), (1, 1));
    }

    #[test]
    fn every_value_of_every_window_is_counted() {
        let loaded = Loaded::load(KEYWORD_MODEL, &Options::default()).unwrap();
        let mut census = Census::new(&loaded);
        // One window of 49 rows, and two rows more.
        let samples: Vec<i16> = (0..48 * 320 + 480 + 640).map(|index| (index * 7919 % 9001 - 4500) as i16).collect();
        census.listen(&samples).unwrap();
        assert_eq!((census.invocations, census.window_rows()), (3, Some(49)));
        assert_eq!(census.inputs[0].iter().sum::<u64>(), 3 * 1960);
        for (counts, tensor) in census.written.iter().zip(&loaded.written) {
            let elements: u32 = tensor.shape.iter().product();
            let wanted = if tensor.op.is_some() { 3 * u64::from(elements) } else { 0 };
            assert_eq!(counts.iter().sum::<u64>(), wanted, "{}", tensor.name);
        }
    }
}
