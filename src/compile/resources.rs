//! Resource variables: which tensors stand for which.
//!
//! A model names a variable with VAR_HANDLE and hands the resulting resource tensor to the ops that read and assign it,
//! also through the inputs and outputs of the subgraphs of IF and WHILE. All of that is settled here, before lowering,
//! so that a Program knows variables by their place in the arena alone.

use std::collections::HashMap;

use micro_runtime::arena::ElementType;
use micro_runtime::program::MAXIMUM_SUBGRAPHS;

use super::error::{CompileError, Refusal};
use super::graph::{TensorId, TensorInfo};
use super::step::{Initial, Operand};
use crate::model::{BuiltinOperator, Model, Operator, Subgraph, TensorType};

/// A variable that outlives the invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Container and name, as VAR_HANDLE gives them.
    pub name: String,
    /// What the first ASSIGN_VARIABLE of the model puts into it; `None` when there is no such op.
    pub value: Option<Value>,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The type of its elements.
    pub element_type: ElementType,
    /// Its length.
    pub bytes: u32,
    /// Every byte of it before the first invocation: the low byte of its zero point, whatever its type, as in TFLM.
    pub fill: u8,
}

impl Resource {
    /// The variable as an operand, when its value is of this type and length.
    ///
    /// Fails when it holds something else, or when nothing is ever assigned.
    pub fn operand(&self, element_type: ElementType, bytes: u32) -> Result<Operand, Refusal> {
        let Some(value) = &self.value else {
            return Err(Refusal::new(
                format!("nothing is ever assigned to the variable \"{}\"", self.name),
                "Give the variable a value before converting, so that the model assigns it.",
            ));
        };
        if (value.element_type, value.bytes) != (element_type, bytes) {
            return Err(Refusal::new(
                format!(
                    "the variable \"{}\" holds {} bytes of {}, {bytes} bytes of {} needed",
                    self.name,
                    value.bytes,
                    value.element_type.name(),
                    element_type.name()
                ),
                "The model uses one variable for different values; convert it again.",
            ));
        }
        Ok(Operand::Resource { name: self.name.clone(), element_type, bytes, initial: Initial::Fill(value.fill) })
    }
}

/// The variables of a model.
#[derive(Debug, Default)]
pub struct Resources {
    variables: Vec<Resource>,
    tensors: HashMap<TensorId, usize>,
}

impl Resources {
    /// Finds the variables of `model`, whose tensors are `tensors`.
    ///
    /// Fails where one tensor would stand for two variables.
    pub fn find(model: &Model<'_>, tensors: &[Vec<TensorInfo<'_>>]) -> Result<Resources, CompileError> {
        let mut resources = Resources::default();
        if !tensors.iter().flatten().any(|tensor| tensor.model_type == TensorType::RESOURCE) {
            return Ok(resources);
        }
        let mut known = HashMap::new();
        for (at, operator) in operators(model, BuiltinOperator::VAR_HANDLE) {
            let options = operator.table.builtin_options_as_var_handle_options();
            if let (Some(options), Some(&output)) = (options, operator.outputs.first()) {
                let name = full_name(options.container(), options.shared_name().unwrap_or_default());
                let variable = *known.entry(name.clone()).or_insert(resources.variables.len());
                if variable == resources.variables.len() {
                    resources.variables.push(Resource { name, value: None });
                }
                resources.tensors.insert(at.tensor(output), variable);
            }
        }
        // Each pass carries variables at least one call further, and calls are not nested deeper than this.
        for _ in 0..MAXIMUM_SUBGRAPHS {
            if !resources.pass_through_calls(model)? {
                break;
            }
        }
        for (at, operator) in operators(model, BuiltinOperator::ASSIGN_VARIABLE) {
            if let [Some(handle), Some(value)] = operator.inputs[..]
                && let Some(&variable) = resources.tensors.get(&at.tensor(handle))
            {
                let info = &tensors[at.subgraph][value];
                let fill = if info.scales.is_empty() { None } else { info.zero_points.first() };
                if let Some(element_type) = info.element_type {
                    let fill = fill.map_or(0, |&zero_point| zero_point as u8);
                    let value = Value { element_type, bytes: info.bytes(), fill };
                    resources.variables[variable].value.get_or_insert(value);
                }
            }
        }
        Ok(resources)
    }

    /// The variable that a tensor stands for.
    pub fn of(&self, tensor: TensorId) -> Option<&Resource> {
        self.tensors.get(&tensor).map(|&variable| &self.variables[variable])
    }

    /// Carries variables from the operands of IF and WHILE to their subgraphs and back. True when that told something.
    fn pass_through_calls(&mut self, model: &Model<'_>) -> Result<bool, CompileError> {
        let mut has_changed = false;
        for (at, operator) in operators(model, BuiltinOperator::IF) {
            let Some(options) = operator.table.builtin_options_as_if_options() else { continue };
            let inputs = operator.inputs.get(1..).unwrap_or_default();
            for called in [options.then_subgraph_index(), options.else_subgraph_index()] {
                has_changed |= self.enter(model, at, inputs, called)?;
                has_changed |= self.leave(model, at, called, &operator.outputs)?;
            }
        }
        for (at, operator) in operators(model, BuiltinOperator::WHILE) {
            let Some(options) = operator.table.builtin_options_as_while_options() else { continue };
            for called in [options.cond_subgraph_index(), options.body_subgraph_index()] {
                has_changed |= self.enter(model, at, &operator.inputs, called)?;
            }
            has_changed |= self.leave(model, at, options.body_subgraph_index(), &operator.outputs)?;
        }
        Ok(has_changed)
    }

    fn enter(
        &mut self,
        model: &Model<'_>,
        at: At,
        inputs: &[Option<usize>],
        called: i32,
    ) -> Result<bool, CompileError> {
        let Some((subgraph, source)) = subgraph(model, called) else { return Ok(false) };
        let pairs = inputs.iter().zip(&source.inputs);
        let pairs = pairs.filter_map(|(&from, &to)| Some((at.tensor(from?), TensorId { subgraph, index: to })));
        self.carry(model, at, pairs)
    }

    fn leave(&mut self, model: &Model<'_>, at: At, called: i32, outputs: &[usize]) -> Result<bool, CompileError> {
        let Some((subgraph, source)) = subgraph(model, called) else { return Ok(false) };
        let pairs = source.outputs.iter().zip(outputs);
        self.carry(model, at, pairs.map(|(&from, &to)| (TensorId { subgraph, index: from }, at.tensor(to))))
    }

    fn carry(
        &mut self,
        model: &Model<'_>,
        at: At,
        pairs: impl Iterator<Item = (TensorId, TensorId)>,
    ) -> Result<bool, CompileError> {
        let mut has_changed = false;
        for (from, to) in pairs {
            let Some(&variable) = self.tensors.get(&from) else { continue };
            match self.tensors.insert(to, variable) {
                None => has_changed = true,
                Some(before) if before == variable => {}
                Some(before) => {
                    let (one, other) = (&self.variables[before].name, &self.variables[variable].name);
                    return Err(CompileError::at(
                        super::place(model, at.subgraph, at.operator),
                        Refusal::unsupported(
                            format!("a subgraph works on the variable \"{one}\" here and on \"{other}\" elsewhere"),
                            "Give each variable a function of its own.",
                        ),
                    ));
                }
            }
        }
        Ok(has_changed)
    }
}

/// Where an operator stands.
#[derive(Clone, Copy)]
struct At {
    subgraph: usize,
    operator: usize,
}

impl At {
    /// A tensor beside it.
    fn tensor(self, index: usize) -> TensorId {
        TensorId { subgraph: self.subgraph, index }
    }
}

/// Container and name in one.
fn full_name(container: Option<&str>, name: &str) -> String {
    match container {
        Some(container) if !container.is_empty() => format!("{container}/{name}"),
        _ => name.to_string(),
    }
}

fn subgraph<'a, 'm>(model: &'a Model<'m>, number: i32) -> Option<(usize, &'a Subgraph<'m>)> {
    let number = usize::try_from(number).ok()?;
    Some((number, model.subgraphs.get(number)?))
}

/// The operators with this code, in the order in which TFLM prepares them.
fn operators<'a, 'm>(
    model: &'a Model<'m>,
    code: BuiltinOperator,
) -> impl Iterator<Item = (At, &'a Operator<'m>)> + use<'a, 'm> {
    model.subgraphs.iter().enumerate().flat_map(move |(subgraph, source)| {
        let operators = source.operators.iter().enumerate();
        operators
            .filter(move |(_, operator)| model.operator_codes[operator.code].builtin == code)
            .map(move |(operator, source)| (At { subgraph, operator }, source))
    })
}
