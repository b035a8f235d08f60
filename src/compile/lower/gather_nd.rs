//! GATHER_ND. The rule and the layout are in [`micro_runtime::kernels::gather_nd`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::gather_nd::{self as kernel, DEPTH, Parameters};

use super::support::movement::{DAMAGED, one_of, volume};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "GATHER_ND", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, indices, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    output.require_type(element_type)?;
    indices.require_type(ElementType::Int32)?;
    let Some((&depth, slices)) = indices.shape.split_last().filter(|_| input.rank() > 0) else {
        return Err(indices.refusal("or the input is a scalar, at least 1 dimension needed", DAMAGED));
    };
    let most = input.rank().min(DEPTH);
    if depth as usize > most {
        return Err(indices.refusal(
            format_args!(
                "has shape {:?}, so that {depth} dimensions are indexed; at most {most} can be",
                indices.shape
            ),
            DAMAGED,
        ));
    }
    output.require_shape(&[slices, &input.shape[depth as usize..]].concat())?;
    let size = element_type.size() as u32;
    let bytes_from = |dimension: usize| volume(&input.shape[dimension..]).saturating_mul(size);
    let mut strides = [0; DEPTH];
    for (dimension, stride) in strides.iter_mut().enumerate().take(depth as usize) {
        *stride = bytes_from(dimension + 1);
    }
    if indices.data.is_some() && depth > 0 {
        let known = indices.constant::<i32>(ElementType::Int32, "its indices are known")?;
        let run = i64::from(bytes_from(depth as usize));
        let is_inside = |tuple: &&[i32]| {
            let place = |(&index, &stride): (&i32, &u32)| i64::from(index).saturating_mul(i64::from(stride));
            let position = tuple.iter().zip(&strides).map(place).fold(0i64, i64::saturating_add);
            (0..=i64::from(input.bytes()) - run).contains(&position)
        };
        if let Some(wrong) = known.chunks_exact(depth as usize).find(|tuple| !is_inside(tuple)) {
            return Err(indices.refusal(
                format_args!("holds the index {wrong:?}, which is not inside of the input's shape {:?}", input.shape),
                DAMAGED,
            ));
        }
    }
    let parameters = Parameters { slices: volume(slices), depth, run: bytes_from(depth as usize), strides };
    Ok(Step::new(&kernel::BYTES, &parameters).input(input.id).input(indices.id).output(output.id).into())
}
