//! SignalRfft. The rule and the layout are in [`micro_runtime::kernels::signal_rfft`].

use micro_runtime::arena::{ElementType, Output};
use micro_runtime::frontend::fft::{Direction, MAX_SIZE, Sample, fill_twiddles, is_supported, twiddle_length};
use micro_runtime::kernels::signal_rfft::{FLOAT32, INT16, INT32, Parameters};

use super::support::custom_options::Options;
use super::support::rows::full_rows;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::TensorType;

pub(super) const LOWERING: Lowering = Lowering { name: "SignalRfft", types: "int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let (element_type, size) = options(node)?;
    input.require_type(element_type)?;
    output.require_type(element_type)?;
    let (row_count, input_length) = full_rows(&input)?;
    if input_length > size {
        return Err(input.refusal(
            format_args!("has rows of {input_length} samples, at most {size} needed for a transform of that size"),
            "Give the operator a longer fft_length or shorter frames.",
        ));
    }
    require_rows(&output, row_count, size + 2)?;
    let parameters = Parameters { rows: row_count, input_length, size };
    let step = match element_type {
        ElementType::Int16 => with_table::<i16>(Step::new(&INT16, &parameters).input(input.id), size),
        ElementType::Int32 => with_table::<i32>(Step::new(&INT32, &parameters).input(input.id), size),
        _ => with_table::<f32>(Step::new(&FLOAT32, &parameters).input(input.id), size),
    };
    Ok(step.output(output.id).into())
}

fn with_table<T: Sample>(step: Step, size: u32) -> Step {
    twiddles::<T>(step, size, Direction::Forward)
}

/// The element type and the size that the options of a transform name.
pub(super) fn options(node: &Node<'_>) -> Result<(ElementType, u32), Refusal> {
    let options = Options::of(node)?;
    let element_type = match options.int("T", i64::MIN..=i64::MAX)? {
        number if number == i64::from(TensorType::INT16.0) => ElementType::Int16,
        number if number == i64::from(TensorType::INT32.0) => ElementType::Int32,
        number if number == i64::from(TensorType::FLOAT32.0) => ElementType::Float32,
        number => {
            return Err(Refusal::unsupported(
                format!("its option \"T\" is {number}, supported: int16 (7), int32 (2), float32 (0)"),
                "Compute the transform in one of these types.",
            ));
        }
    };
    let size = options.int("fft_length", i64::MIN..=i64::MAX)?;
    match usize::try_from(size) {
        Ok(supported) if is_supported(supported) => Ok((element_type, supported as u32)),
        _ => Err(Refusal::unsupported(
            format!(
                "its transform has {size} samples, an even number from 4 to {MAX_SIZE} with no prime factor above 5 needed"
            ),
            "Use a power of two and pad the frames with zeros.",
        )),
    }
}

/// Requires `row_count` rows of `length` elements.
pub(super) fn require_rows(tensor: &TensorRef<'_>, row_count: u32, length: u32) -> Result<(), Refusal> {
    if full_rows(tensor)? == (row_count, length) {
        return Ok(());
    }
    Err(tensor.refusal(
        format_args!("has shape {:?}, {row_count} rows of {length} elements needed", tensor.shape),
        "The shapes in the model contradict each other; convert it again.",
    ))
}

/// Adds the table of a transform as an input.
pub(super) fn twiddles<T: Sample>(step: Step, size: u32, direction: Direction) -> Step {
    let mut table = vec![T::ZERO; twiddle_length(size as usize)];
    fill_twiddles(size as usize, direction, Output::from(&mut table[..]));
    let element_type = ElementType::ALL.into_iter().find(|&element_type| T::accepts(element_type));
    step.constant(element_type.unwrap_or(ElementType::Float32), &table)
}
