//! The list of rules: one line each.

use super::*;

/// Every rule. Those of a kind stand together.
pub const RULES: &[Rule] = &[
    // What the file holds.
    buffer_data::RULE,
    buffer_alignment::RULE,
    unused_buffers::RULE,
    repeated_buffers::RULE,
    metadata_size::RULE,
    // What can run, and how.
    unsupported::RULE,
    operator_version::RULE,
    dynamic_shape::RULE,
    hybrid::RULE,
    uint8_legacy::RULE,
    float_model::RULE,
    float_island::RULE,
    float_interface::RULE,
    int16x8::RULE,
    state::RULE,
    slow_path::RULE,
    // Scales and zero points.
    scale_value::RULE,
    zero_point_range::RULE,
    per_channel_axis::RULE,
    per_channel_count::RULE,
    fixed_output::RULE,
    concatenation::RULE,
    reshaping::RULE,
    pooling::RULE,
    padding::RULE,
    // Weights and biases.
    weight_zero_point::RULE,
    weight_extreme::RULE,
    bias_scale::RULE,
    bias_zero_point::RULE,
    clamped_bias::RULE,
    collapsed_scale::RULE,
    dead_channels::RULE,
    constant_channels::RULE,
    // Arithmetic.
    accumulator::RULE,
    requantisation::RULE,
    activation_range::RULE,
    lost_bits::RULE,
    // The application around the model.
    labels::RULE,
    front_end::RULE,
    // What data shows.
    unused_codes::RULE,
    saturated_codes::RULE,
];
