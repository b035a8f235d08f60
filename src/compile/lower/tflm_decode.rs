//! TFLM_DECODE. The rule and the layout are in [`micro_runtime::kernels::tflm_decode`].
//!
//! Weights are compressed because flash is scarce, so they are decoded on the chip: beforehand only when that does not
//! take more flash than the compressed form. They are decoded once here in any case, so that broken data are refused
//! now.

use micro_runtime::arena::{Element, ElementType, Input, Output};
use micro_runtime::kernels::tflm_decode::{self as kernel, HuffmanParameters, LutParameters, PruneParameters};
use micro_runtime::kernels::{Fault, Kernel};

use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Operand, Step};

pub(super) const LOWERING: Lowering = Lowering {
    name: "TFLM_DECODE",
    types: "int8, int16, int32, int64, float32, bool (Huffman codes: int8, int16)",
    lower,
};

/// The length in bytes of the description in front of the tables.
const DESCRIPTION: usize = 16;
/// Look-up tables.
const LUT: u8 = 0;
/// Huffman codes.
const HUFFMAN: u8 = 1;
/// Pruning.
const PRUNE: u8 = 2;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2.., 1..)?;
    if node.input_count() != 2 * node.output_count() {
        return Err(Refusal::new(
            format!("it has {} inputs, 2 for each of its {} outputs needed", node.input_count(), node.output_count()),
            "The model is damaged; compress it again.",
        ));
    }
    let steps: Result<_, _> = (0..node.output_count()).map(|index| Compressed::of(node, index)?.decode()).collect();
    Ok(Lowered::Steps(steps?))
}

/// One compressed tensor.
struct Compressed<'g> {
    description: [u8; DESCRIPTION],
    codes: &'g [u8],
    tables: &'g [u8],
    source: TensorRef<'g>,
    output: TensorRef<'g>,
}

impl<'g> Compressed<'g> {
    fn of(node: &Node<'g>, index: usize) -> Result<Compressed<'g>, Refusal> {
        let (codes, source, output) = (node.input(2 * index)?, node.input(2 * index + 1)?, node.output(index)?);
        let ancillary = constant(&source)?;
        let Some((description, tables)) = ancillary.split_first_chunk::<DESCRIPTION>() else {
            return Err(source.refusal(
                format_args!("has {} bytes, at least {DESCRIPTION} needed", ancillary.len()),
                "The compressed data are cut short; compress the model again.",
            ));
        };
        let [kind, version, _, _, kind_version, ..] = *description;
        if (version, kind_version) != (1, 1) {
            return Err(Refusal::unsupported(
                format!("its data of kind {kind} have the version {version}.{kind_version}, supported: 1.1"),
                "Compress the model with the tools of a TFLM release that writes version 1.",
            ));
        }
        if output.elements == 0 {
            return Err(output.refusal("has no elements", "The model is damaged; compress it again."));
        }
        Ok(Compressed { description: *description, codes: constant(&codes)?, tables, source, output })
    }

    fn decode(&self) -> Result<Step, Refusal> {
        let element_type = self.output.known_type()?;
        match (self.description[0], element_type) {
            (LUT, ElementType::Int8) => self.lut::<i8>(kernel::LUT_INT8),
            (LUT, ElementType::Int16) => self.lut::<i16>(kernel::LUT_INT16),
            (LUT, ElementType::Int32) => self.lut::<i32>(kernel::LUT_INT32),
            (LUT, ElementType::Int64) => self.lut::<i64>(kernel::LUT_INT64),
            (LUT, ElementType::Float32) => self.lut::<f32>(kernel::LUT_FLOAT32),
            (LUT, ElementType::Bool) => self.lut::<u8>(kernel::LUT_BOOL),
            (PRUNE, ElementType::Int8) => self.prune::<i8>(kernel::PRUNE_INT8),
            (PRUNE, ElementType::Int16) => self.prune::<i16>(kernel::PRUNE_INT16),
            (PRUNE, ElementType::Int32) => self.prune::<i32>(kernel::PRUNE_INT32),
            (PRUNE, ElementType::Int64) => self.prune::<i64>(kernel::PRUNE_INT64),
            (PRUNE, ElementType::Float32) => self.prune::<f32>(kernel::PRUNE_FLOAT32),
            (PRUNE, ElementType::Bool) => self.prune::<u8>(kernel::PRUNE_BOOL),
            (HUFFMAN, ElementType::Int8) if self.has_wide_entries() => {
                self.huffman::<u32, i8>(kernel::HUFFMAN32_INT8, ElementType::Uint32)
            }
            (HUFFMAN, ElementType::Int8) => self.huffman::<u16, i8>(kernel::HUFFMAN16_INT8, ElementType::Uint16),
            (HUFFMAN, ElementType::Int16) if self.has_wide_entries() => {
                self.huffman::<u32, i16>(kernel::HUFFMAN32_INT16, ElementType::Uint32)
            }
            (HUFFMAN, _) => Err(self.output.wrong_type("int8, or int16 with 32-bit tables, for Huffman codes")),
            (LUT | PRUNE, _) => Err(self.output.wrong_type("int8, int16, int32, int64, float32 or bool")),
            (kind, _) => Err(Refusal::unsupported(
                format!("its data are of kind {kind}, supported: look-up table (0), Huffman (1), pruned (2)"),
                "Compress the model by one of these methods.",
            )),
        }
    }

    /// Whether the entries of the Huffman tables have 32 bits.
    fn has_wide_entries(&self) -> bool {
        self.description[5] & 1 != 0
    }

    fn lut<T: Element>(&self, kernel: Kernel) -> Result<Step, Refusal> {
        let width = u32::from(self.description[5] & 7);
        if width == 0 {
            return Err(self.source.refusal("names codes of 0 bits", "The model is damaged; compress it again."));
        }
        let (channels, run) = self.channels()?;
        let parameters = LutParameters { width, stride: self.description[6].into(), channels, run };
        let codes = self.codes_of(width)?;
        let table: Vec<T> = whole(self.tables);
        self.check(|output| kernel::decode_lut(&parameters, Input::from(codes), Input::from(&table[..]), output))?;
        let step = Step::new(&kernel, &parameters);
        Ok(self.finish(step.constant(ElementType::Uint8, codes).constant(self.output.known_type()?, &table)))
    }

    fn prune<T: Element>(&self, kernel: Kernel) -> Result<Step, Refusal> {
        let (channels, run) = self.channels()?;
        let mut zero_points = self.zero_points(channels)?;
        if zero_points.iter().all(|zero_point| *zero_point == zero_points[0]) {
            zero_points.truncate(1);
        }
        // Only int8 may have zero points other than 0.
        let zero_points: Vec<T> = zero_points
            .iter()
            .map(|zero_point| bytemuck::try_cast(*zero_point).unwrap_or_else(|_| T::zeroed()))
            .collect();
        let parameters = PruneParameters { run };
        let present = self.codes_of(1)?;
        let kept: Vec<T> = whole(self.tables);
        self.check(|output| {
            let (present, kept) = (Input::from(present), Input::from(&kept[..]));
            kernel::decode_pruned(&parameters, present, kept, Input::from(&zero_points[..]), output)
        })?;
        let element_type = self.output.known_type()?;
        let step = Step::new(&kernel, &parameters).constant(ElementType::Uint8, present);
        Ok(self.finish(step.constant(element_type, &kept).constant(element_type, &zero_points)))
    }

    fn huffman<E: kernel::Entry, T: kernel::Symbol>(
        &self,
        kernel: Kernel,
        entry: ElementType,
    ) -> Result<Step, Refusal> {
        let parameters = HuffmanParameters { first_bits: u32::from(self.description[5] >> 4) + 1 };
        self.codes_of(1)?;
        let tables: Vec<E> = whole(self.tables);
        self.check::<T>(|output| {
            kernel::decode_huffman(&parameters, Input::from(self.codes), Input::from(&tables[..]), output)
        })?;
        let step = Step::new(&kernel, &parameters);
        Ok(self.finish(step.constant(ElementType::Uint8, self.codes).constant(entry, &tables)))
    }

    /// The step with its output, to be run on the chip where that saves flash.
    fn finish(&self, step: Step) -> Step {
        let compressed: usize = step.inputs.iter().map(Operand::constant_bytes).sum();
        let step = step.output(self.output.id);
        if self.output.bytes() as usize > compressed { step.impure() } else { step }
    }

    /// The bytes that hold a code of `width` bits for each element.
    fn codes_of(&self, width: u32) -> Result<&'g [u8], Refusal> {
        let needed = (u64::from(self.output.elements) * u64::from(width)).div_ceil(8);
        self.codes.get(..needed as usize).ok_or_else(|| {
            self.output.refusal(
                format_args!("has {} bytes of codes, at least {needed} needed", self.codes.len()),
                "The compressed data are cut short; compress the model again.",
            )
        })
    }

    /// Decodes for the error alone.
    fn check<T: Element>(&self, decode: impl FnOnce(Output<'_, T>) -> Result<(), Fault>) -> Result<(), Refusal> {
        let mut decoded = vec![T::zeroed(); self.output.elements as usize];
        decode(Output::from(&mut decoded[..])).map_err(|fault| {
            let help = "The compressed data are broken; compress the model again.";
            self.output.refusal(format_args!("cannot be decoded: {}", fault.what), help)
        })
    }

    /// The number of channels, and how many elements of one lie together.
    fn channels(&self) -> Result<(u32, u32), Refusal> {
        let output = &self.output;
        let channels = (output.scales.len() as u32).max(1);
        let axis = usize::try_from(output.quantized_dimension).unwrap_or(usize::MAX);
        let is_last = axis.checked_add(1) == Some(output.rank()) && channels > 1;
        if !output.scales.is_empty() && !is_last && axis != 0 {
            return Err(Refusal::unsupported(
                format!("\"{}\" is quantised along dimension {axis}, supported: the first or the last", output.name),
                "Quantise the tensor along one of these dimensions.",
            ));
        }
        if channels == 1 {
            return Ok((1, output.elements));
        }
        if output.shape.get(axis) != Some(&channels) {
            return Err(output.refusal(
                format_args!("has {channels} scales along dimension {axis} of the shape {:?}", output.shape),
                "The quantisation of this tensor is broken; quantise the model again.",
            ));
        }
        Ok((channels, if is_last { 1 } else { output.elements / channels }))
    }

    /// The zero point of each channel.
    fn zero_points(&self, channels: u32) -> Result<Vec<i8>, Refusal> {
        let output = &self.output;
        let help = "The quantisation of this tensor is broken; quantise the model again.";
        if output.scales.is_empty() {
            return Ok(vec![0]);
        }
        if output.zero_points.len() != channels as usize {
            let found = output.zero_points.len();
            return Err(output.refusal(format_args!("has {found} zero points, {channels} needed"), help));
        }
        let is_int8 = output.element_type == Some(ElementType::Int8);
        let convert = |&zero_point: &i64| match i8::try_from(zero_point) {
            Ok(zero_point) if is_int8 || zero_point == 0 => Ok(zero_point),
            _ => Err(output
                .refusal(format_args!("has the zero point {zero_point}, 0 needed, or -128 to 127 for int8"), help)),
        };
        output.zero_points.iter().map(convert).collect()
    }
}

/// The bytes of a constant.
fn constant<'g>(tensor: &TensorRef<'g>) -> Result<&'g [u8], Refusal> {
    tensor
        .constant_bytes()
        .ok_or_else(|| tensor.refusal("is not constant, but holds compressed data", "Make it a constant of the model."))
}

/// The elements that lie whole in `bytes`.
fn whole<T: Element>(bytes: &[u8]) -> Vec<T> {
    bytemuck::pod_collect_to_vec(&bytes[..bytes.len() / size_of::<T>() * size_of::<T>()])
}
