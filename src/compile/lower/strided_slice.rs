//! STRIDED_SLICE: every n-th element between two bounds along each dimension. A `STRIDED_COPY`, or another name.

use micro_runtime::arena::ElementType;

use super::support::movement::{DAMAGED, integers_32, one_of, require_rank_at_most};
use super::support::view::{View, lower_view, row_major};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering =
    Lowering { name: "STRIDED_SLICE", types: "float32, int8, int16, int32, bool", lower };

const TYPES: [ElementType; 5] =
    [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32, ElementType::Bool];

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(4..=4, 1..=1)?;
    let Some(options) = node.table().builtin_options_as_strided_slice_options() else {
        return Err(Refusal::new("its options are missing", DAMAGED));
    };
    let ignored = [
        (options.ellipsis_mask() != 0, "ellipsis_mask"),
        (options.new_axis_mask() != 0, "new_axis_mask"),
        (options.offset(), "offset"),
    ];
    if let Some((_, name)) = ignored.iter().find(|(is_set, _)| *is_set) {
        return Err(Refusal::unsupported(
            format!("its option {name} is set, which TensorFlow Lite Micro ignores"),
            "Give a start and an end for every dimension, and add dimensions with a reshape.",
        ));
    }
    let (input, output) = (node.input(0)?, node.output(0)?);
    one_of(&input, &TYPES)?;
    require_rank_at_most(&input, 4)?;
    let [begin, end, stride] = [
        integers_32(&node.input(1)?, input.rank())?,
        integers_32(&node.input(2)?, input.rank())?,
        integers_32(&node.input(3)?, input.rank())?,
    ];
    let is_set = |mask: i32, dimension: usize| mask >> dimension & 1 != 0;
    let strides = row_major(&input.shape);
    let mut view = View { start: 0, dimensions: Vec::new() };
    let mut shape = Vec::new();
    for (dimension, &extent) in input.shape.iter().enumerate() {
        if stride[dimension] == 0 {
            return Err(node.input(3)?.refusal(format_args!("is 0 for dimension {dimension}"), DAMAGED));
        }
        let range = Range {
            begin: (!is_set(options.begin_mask(), dimension)).then_some(begin[dimension]),
            end: (!is_set(options.end_mask(), dimension)).then_some(end[dimension]),
            stride: stride[dimension],
        };
        let is_single = is_set(options.shrink_axis_mask(), dimension);
        let (first, count) = range.all(extent as i64);
        let count = if is_single { 1 } else { count };
        if is_single && (stride[dimension] < 0 || !(0..extent as i64).contains(&first)) {
            return Err(node.input(1)?.refusal(
                format_args!(
                    "picks element {} of dimension {dimension} with the stride {}; one of {extent} and a positive \
                     stride needed",
                    begin[dimension], stride[dimension]
                ),
                DAMAGED,
            ));
        }
        view.start = view.start.saturating_add(first.saturating_mul(strides[dimension]));
        view.dimensions.push((count, strides[dimension].saturating_mul(stride[dimension])));
        if !is_single {
            shape.push(count);
        }
    }
    output.require_shape(&shape)?;
    lower_view(&input, &output, &view)
}

/// What is asked for along one dimension, with a stride that is not 0; a bound that a mask removes is `None`.
struct Range {
    begin: Option<i64>,
    end: Option<i64>,
    stride: i64,
}

impl Range {
    /// `bound` inside of where a walk with this stride starts or ends; negative ones count from behind.
    fn clamped(&self, bound: i64, extent: i64) -> i64 {
        let bound = if bound < 0 { bound + extent } else { bound };
        if self.stride > 0 { bound.clamp(0, extent) } else { bound.clamp(-1, extent - 1) }
    }

    /// The first index and the number of elements.
    fn all(&self, extent: i64) -> (i64, u32) {
        let is_forward = self.stride > 0;
        let bound = |bound: Option<i64>, without: i64| bound.map_or(without, |bound| self.clamped(bound, extent));
        let first = bound(self.begin, if is_forward { 0 } else { extent - 1 });
        let end = bound(self.end, if is_forward { extent } else { -1 });
        let span = if is_forward { end - first } else { first - end };
        let step = self.stride.abs();
        (first, ((span + step - 1) / step).max(0) as u32)
    }
}
