//! UNIDIRECTIONAL_SEQUENCE_LSTM. The rule and the layout are in
//! [`micro_runtime::kernels::unidirectional_sequence_lstm`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::support::sigmoid::TableScale;
use micro_runtime::kernels::unidirectional_sequence_lstm::{self as kernel, FloatParameters, Gate, Parameters, Shape};

use super::support::quantise::{output_stage, require_symmetric};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering =
    Lowering { name: "UNIDIRECTIONAL_SEQUENCE_LSTM", types: "int8, int16, float32", lower };

/// Inputs 9 to 11, 16, 17 and 20 to 23 belong to variants of the op that kernels do not have.
const VARIANTS: [(std::ops::Range<usize>, &str); 3] =
    [(9..12, "peephole connections"), (16..18, "a projection"), (20..24, "layer normalisation")];

/// The scale of the sums that go into a gate's function: 12 fractional bits.
const SUM_SCALE: f64 = 1.0 / 4096.0;
/// The scale of what comes out: 15 fractional bits.
const GATE_SCALE: f64 = 1.0 / 32768.0;

struct Tensors<'g> {
    input: TensorRef<'g>,
    weights: Vec<TensorRef<'g>>,
    hidden_weights: Vec<TensorRef<'g>>,
    biases: Vec<TensorRef<'g>>,
    hidden: TensorRef<'g>,
    cell: TensorRef<'g>,
    output: TensorRef<'g>,
}

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(24..=24, 1..=1)?;
    for (inputs, name) in VARIANTS {
        if let Some(tensor) = inputs.clone().find_map(|index| node.optional_input(index)) {
            return Err(Refusal::unsupported(
                format!("its tensor \"{}\" asks for {name}, which is not supported", tensor.name),
                format!("Build the layer without {name}."),
            ));
        }
    }
    let options = node.table().builtin_options_as_unidirectional_sequence_lstmoptions();
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    if activation != ActivationFunctionType::TANH {
        return Err(Refusal::unsupported(
            format!("its activation is {activation:?}, supported: TANH"),
            "Build the layer with its default activation.",
        ));
    }
    let cell_clip = options.map_or(0.0, |options| options.cell_clip());
    let many = |first: usize| (first..first + 4).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>();
    let tensors = Tensors {
        input: node.input(0)?,
        weights: many(1)?,
        hidden_weights: many(5)?,
        biases: many(12)?,
        hidden: node.input(18)?,
        cell: node.input(19)?,
        output: node.output(0)?,
    };
    let shape = tensors.shape(options.is_some_and(|options| options.time_major()))?;

    let (step, size) = match tensors.input.known_type()? {
        ElementType::Float32 => {
            tensors.require_types(ElementType::Float32, ElementType::Float32, ElementType::Float32)?;
            (tensors.operands(Step::new(&kernel::FLOAT32, &FloatParameters { shape, cell_clip })), 4)
        }
        ElementType::Int8 => {
            tensors.require_types(ElementType::Int8, ElementType::Int32, ElementType::Int16)?;
            let parameters = tensors.parameters(shape, cell_clip)?;
            (tensors.operands(Step::new(&kernel::INT8, &parameters)).sigmoid_table(), 1)
        }
        ElementType::Int16 => {
            tensors.require_types(ElementType::Int8, ElementType::Int64, ElementType::Int16)?;
            require_symmetric(&tensors.input)?;
            require_symmetric(&tensors.hidden)?;
            let parameters = tensors.parameters(shape, cell_clip)?;
            (tensors.operands(Step::new(&kernel::INT16, &parameters)).sigmoid_table(), 2)
        }
        _ => return Err(tensors.input.wrong_type("int8, int16 or float32")),
    };
    // Each element of an output row is computed from the whole input row with the same number.
    let (depth, units) = (shape.input_depth as i64, shape.units as i64);
    let at_row = |row: i64| row * units + units - 1 - row * depth;
    let rows = shape.batches as i64 * shape.time as i64;
    Ok(step.overlap(0, 0, size * at_row(0).max(at_row(rows - 1))).into())
}

impl Tensors<'_> {
    fn shape(&self, is_time_major: bool) -> Result<Shape, Refusal> {
        self.input.require_rank(3)?;
        if self.input.elements == 0 || self.output.elements == 0 {
            return Err(self.input.refusal(
                format_args!("has shape {:?}, at least 1 element needed", self.input.shape),
                "The model is damaged; convert it again.",
            ));
        }
        let [first, second, input_depth] = [self.input.shape[0], self.input.shape[1], self.input.shape[2]];
        let units = self.output.shape.last().copied().unwrap_or(0);
        self.output.require_shape(&[first, second, units])?;
        let (batches, time) = if is_time_major { (second, first) } else { (first, second) };
        for gate in 0..4 {
            self.weights[gate].require_shape(&[units, input_depth])?;
            self.hidden_weights[gate].require_shape(&[units, units])?;
            self.biases[gate].require_shape(&[units])?;
        }
        for state in [&self.hidden, &self.cell] {
            // It divides the elements of the output.
            state.require_elements(batches * units)?;
            state.require_variable()?;
        }
        Ok(Shape { batches, time, input_depth, units, is_time_major: is_time_major as u32 })
    }

    fn require_types(&self, weights: ElementType, biases: ElementType, cell: ElementType) -> Result<(), Refusal> {
        let input = self.input.known_type()?;
        self.output.require_type(input)?;
        self.hidden.require_type(input)?;
        self.cell.require_type(cell)?;
        self.biases.iter().try_for_each(|tensor| tensor.require_type(biases))?;
        self.weights.iter().chain(&self.hidden_weights).try_for_each(|tensor| tensor.require_type(weights))
    }

    fn operands(&self, step: Step) -> Step {
        let constants = self.weights.iter().chain(&self.hidden_weights).chain(&self.biases);
        constants
            .fold(step.input(self.input.id), |step, tensor| step.input(tensor.id))
            .output(self.output.id)
            .variable(self.hidden.id)
            .variable(self.cell.id)
    }

    fn parameters(&self, shape: Shape, cell_clip: f32) -> Result<Parameters, Refusal> {
        require_symmetric(&self.cell)?;
        let (hidden_scale, cell_scale) = (self.hidden.scale()?, self.cell.scale()?);
        let clipped = (cell_clip as f64 / cell_scale).min(i16::MAX as f64) as i32;
        Ok(Parameters {
            shape,
            input_offset: -self.input.zero_point()?,
            hidden_offset: -self.hidden.zero_point()?,
            gates: [self.gate(0)?, self.gate(1)?, self.gate(2)?, self.gate(3)?],
            forget_multiplier: Multiplier::from_real(GATE_SCALE * cell_scale / cell_scale),
            update_multiplier: Multiplier::from_real(GATE_SCALE * GATE_SCALE / cell_scale),
            hidden_multiplier: Multiplier::from_real(GATE_SCALE * GATE_SCALE / hidden_scale),
            output: output_stage(&self.hidden, ActivationFunctionType::NONE)?,
            cell_scale: self.cell_scale(cell_scale)?,
            cell_clip: if cell_clip > 0.0 { clipped } else { 32768 },
        })
    }

    fn gate(&self, gate: usize) -> Result<Gate, Refusal> {
        let multiplier = |values: &TensorRef<'_>, weights: &TensorRef<'_>| {
            require_symmetric(weights)?;
            if weights.scales.len() > 1 {
                return Err(Refusal::unsupported(
                    format!("the weights \"{}\" have {} scales, 1 supported", weights.name, weights.scales.len()),
                    "Quantise this layer with one scale for each weight tensor.",
                ));
            }
            Ok(Multiplier::from_real(values.scale()? * weights.scale()? / SUM_SCALE))
        };
        Ok(Gate {
            input: multiplier(&self.input, &self.weights[gate])?,
            hidden: multiplier(&self.hidden, &self.hidden_weights[gate])?,
        })
    }

    /// The table takes inputs of scale `2^-12` times 3; the cell's scale counts as the nearest power of two.
    fn cell_scale(&self, scale: f64) -> Result<TableScale, Refusal> {
        match libm::round(libm::log2(scale)) as i32 + 12 {
            shift @ 0..=13 => Ok(TableScale { multiplier: 3 << shift, shift: 0 }),
            shift @ -31..0 => Ok(TableScale { multiplier: 3, shift: -shift as u32 }),
            _ => Err(self.cell.refusal(
                format_args!("has the scale {scale:e}, 2^-43 to 2 needed"),
                "The quantisation of this tensor is broken; quantise the model again.",
            )),
        }
    }
}
