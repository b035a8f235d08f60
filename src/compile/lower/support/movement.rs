//! What the ops that only move elements ask of their operands: types, axes, and lists of integers.

use micro_runtime::arena::ElementType;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;

/// Advice for contradictions inside a model.
pub const DAMAGED: &str = "The model is damaged or was made by a broken converter; convert it again.";

/// Requires `tensor` to have one of these types, and gives it.
pub fn one_of(tensor: &TensorRef<'_>, types: &[ElementType]) -> Result<ElementType, Refusal> {
    let found = tensor.known_type()?;
    if types.contains(&found) {
        return Ok(found);
    }
    let names: Vec<&str> = types.iter().map(|supported| supported.name()).collect();
    Err(tensor.wrong_type(&names.join(", ")))
}

/// Requires at most `most` dimensions, as many as the reference kernel has.
pub fn require_rank_at_most(tensor: &TensorRef<'_>, most: usize) -> Result<(), Refusal> {
    if tensor.rank() <= most {
        return Ok(());
    }
    Err(Refusal::unsupported(
        format!("tensor \"{}\" has {} dimensions, at most {most} supported", tensor.name, tensor.rank()),
        "Reshape it to fewer dimensions before this operator.",
    ))
}

/// The dimension that `axis` means among `rank`; negative ones count from behind.
pub fn resolve_axis(axis: i32, rank: usize) -> Result<usize, Refusal> {
    let position = if axis < 0 { axis as i64 + rank as i64 } else { axis as i64 };
    match usize::try_from(position) {
        Ok(position) if position < rank => Ok(position),
        _ => Err(Refusal::new(
            format!("its axis is {axis}, {} to {} needed for {rank} dimensions", -(rank as i64), rank as i64 - 1),
            DAMAGED,
        )),
    }
}

/// The one value of a constant axis.
pub fn constant_axis(tensor: &TensorRef<'_>, rank: usize) -> Result<usize, Refusal> {
    tensor.require_elements(1)?;
    resolve_axis(tensor.constant::<i32>(ElementType::Int32, "shapes must be known before power-on")?[0], rank)
}

/// The values of a constant list of `count` integers, `int32` or `int64`.
pub fn integers(tensor: &TensorRef<'_>, count: usize) -> Result<Vec<i64>, Refusal> {
    let why = "shapes must be known before power-on";
    let values = match tensor.known_type()? {
        ElementType::Int64 => tensor.constant::<i64>(ElementType::Int64, why)?,
        _ => tensor.constant::<i32>(ElementType::Int32, why)?.into_iter().map(i64::from).collect(),
    };
    if values.len() == count {
        return Ok(values);
    }
    Err(tensor.refusal(format_args!("has {} values, {count} needed", values.len()), DAMAGED))
}

/// As [`integers`], but `int32` only.
pub fn integers_32(tensor: &TensorRef<'_>, count: usize) -> Result<Vec<i64>, Refusal> {
    tensor.require_type(ElementType::Int32)?;
    integers(tensor, count)
}

/// The amounts before and behind each of the dimensions of `input`, from a constant list of pairs, and the shape
/// that they make of it, which `output` must have.
pub fn paddings(
    tensor: &TensorRef<'_>,
    input: &TensorRef<'_>,
    output: &TensorRef<'_>,
) -> Result<Vec<[u32; 2]>, Refusal> {
    let values = integers(tensor, 2 * input.rank())?;
    let pairs: Option<Vec<[u32; 2]>> =
        values.chunks_exact(2).map(|pair| Some([u32::try_from(pair[0]).ok()?, u32::try_from(pair[1]).ok()?])).collect();
    let Some(pairs) = pairs else {
        return Err(tensor.refusal(format_args!("holds {values:?}, none may be negative"), DAMAGED));
    };
    let padded = input.shape.iter().zip(&pairs).map(|(&extent, pair)| extent as u64 + pair[0] as u64 + pair[1] as u64);
    let padded: Vec<u64> = padded.collect();
    if output.rank() == padded.len() && output.shape.iter().zip(&padded).all(|(&found, &needed)| found as u64 == needed)
    {
        return Ok(pairs);
    }
    Err(output.refusal(format_args!("has shape {:?}, {padded:?} needed", output.shape), DAMAGED))
}

/// The product of some extents of a tensor. It fits, unless another extent is 0 and there are no elements at all.
pub fn volume(extents: &[u32]) -> u32 {
    extents.iter().fold(1, |product, &extent| product.saturating_mul(extent))
}
