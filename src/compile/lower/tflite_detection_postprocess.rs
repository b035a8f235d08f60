//! TFLite_Detection_PostProcess. The rule is in [`micro_runtime::kernels::tflite_detection_postprocess`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::tflite_detection_postprocess::{self as kernel, Parameters};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "TFLite_Detection_PostProcess", types: "float32", lower };

/// More of anything than fits a microcontroller.
const MAXIMUM: u32 = 1 << 20;

/// Detections of a class, where the model does not say.
const DETECTIONS_PER_CLASS: u32 = 100;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 4..=4)?;
    let (encodings, scores, anchors) = (node.input(0)?, node.input(1)?, node.input(2)?);
    for tensor in [encodings, scores, anchors, node.output(0)?, node.output(1)?, node.output(2)?, node.output(3)?] {
        tensor.require_type(ElementType::Float32)?;
    }
    let options = Options::of(node)?;
    let classes = options.number("num_classes", 1..=MAXIMUM)?;
    let maximum_detections = options.number("max_detections", 0..=MAXIMUM)?;

    encodings.require_rank(3)?;
    let (boxes, encoding_values) = (encodings.shape[1], encodings.shape[2]);
    encodings.require_shape(&[1, boxes, encoding_values.max(4)])?;
    scores.require_rank(3)?;
    let label_offset = (scores.shape[2] != classes) as u32;
    scores.require_shape(&[1, boxes, classes + label_offset])?;
    anchors.require_shape(&[boxes, 4])?;

    let slots = node.output(1)?.elements;
    if slots < maximum_detections {
        return Err(node.output(1)?.refusal(
            format_args!("has {slots} elements, {maximum_detections} (option max_detections) needed"),
            "Give the outputs one entry for each detection.",
        ));
    }
    node.output(0)?.require_elements(slots.saturating_mul(4))?;
    node.output(2)?.require_elements(slots)?;
    node.output(3)?.require_elements(1)?;

    let overlap_threshold = options.float("nms_iou_threshold")?;
    if !(overlap_threshold > 0.0 && overlap_threshold <= 1.0) {
        return Err(Refusal::new(
            format!("its option nms_iou_threshold is {overlap_threshold}, above 0 and at most 1 needed"),
            "Export the detection model again with a valid threshold.",
        ));
    }
    let is_regular = options.has("use_regular_nms") && options.bool("use_regular_nms")?;
    let parameters = Parameters {
        boxes,
        encoding_values,
        classes,
        label_offset,
        slots,
        maximum_detections,
        classes_per_detection: match is_regular {
            // Not used, but checked.
            true => 1,
            false => options.number("max_classes_per_detection", 1..=MAXIMUM)?.min(classes),
        },
        detections_per_class: match is_regular && options.has("detections_per_class") {
            true => options.number("detections_per_class", 1..=MAXIMUM)?,
            false => DETECTIONS_PER_CLASS,
        },
        is_regular: is_regular as u32,
        score_threshold: options.float("nms_score_threshold")?,
        overlap_threshold,
        scales: [
            options.float("y_scale")?,
            options.float("x_scale")?,
            options.float("h_scale")?,
            options.float("w_scale")?,
        ],
    };
    let step = Step::new(&kernel::FLOAT32, &parameters).input(encodings.id).input(scores.id).input(anchors.id);
    let step = (0..4).try_fold(step, |step, index| Ok::<_, Refusal>(step.output(node.output(index)?.id)))?;
    Ok(step
        .scratch(ElementType::Float32, boxes.saturating_mul(4))
        .scratch(ElementType::Float32, boxes)
        .scratch(ElementType::Uint8, boxes)
        .into())
}
