//! Subgraphs in time, on models without operators whose steps are written by hand.

use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels::{self, r#if, r#while};
use micro_runtime::program::{KernelSet, Program};

use super::*;
use crate::aligned::AlignedBytes;
use crate::compile::callers_first;
use crate::compile::emit::{Extras, Parts, emit};
use crate::compile::memory_plan::{Sharing, plan};
use crate::model::{Model, Subgraph, Tensor, TensorType};

const BOOL: TensorType = TensorType::BOOL;

fn tensor<'a>(is_variable: bool) -> Tensor<'a> {
    Tensor {
        name: String::new(),
        shape: vec![1],
        shape_signature: None,
        tensor_type: BOOL,
        quantization: None,
        is_variable,
        buffer: 0,
        data: None,
        sparsity: None,
    }
}

/// A subgraph of single bools; all but the inputs are variables, so that nothing needs to write them.
fn subgraph<'a>(tensors: usize, inputs: &[usize], outputs: &[usize]) -> Subgraph<'a> {
    Subgraph {
        name: String::new(),
        tensors: (0..tensors).map(|index| tensor(!inputs.contains(&index))).collect(),
        inputs: inputs.to_vec(),
        outputs: outputs.to_vec(),
        operators: Vec::new(),
    }
}

fn model(subgraphs: Vec<Subgraph<'_>>) -> Model<'_> {
    Model {
        bytes: &[],
        version: 3,
        description: String::new(),
        operator_codes: Vec::new(),
        subgraphs,
        buffers: Vec::new(),
        metadata: Vec::new(),
        signatures: Vec::new(),
    }
}

fn id(subgraph: usize, index: usize) -> TensorId {
    TensorId { subgraph, index }
}

fn in_main(step: Step) -> Scheduled {
    Scheduled { step, subgraph: 0, operator: 0 }
}

fn program_bytes(graph: &Graph<'_>, scheduled: &[Scheduled]) -> AlignedBytes {
    let aliases = Aliases::default();
    let subgraphs = callers_first(scheduled, graph.model.subgraphs.len()).unwrap();
    let schedule = schedule(graph, &aliases, scheduled).unwrap();
    let plan = plan(&schedule.buffers, &schedule.overlaps, Sharing::On).unwrap();
    let offsets = schedule.places.iter().cloned().zip(plan.offsets.iter().copied()).collect();
    let main = &graph.model.subgraphs[0];
    let ids = |tensors: &[usize]| tensors.iter().map(|&index| id(0, index)).collect::<Vec<_>>();
    let parts = Parts {
        graph,
        aliases: &aliases,
        scheduled,
        subgraphs: &subgraphs,
        offsets: &offsets,
        persistent: &schedule.persistent,
        arena_bytes: plan.arena_bytes,
        inputs: &ids(&main.inputs),
        outputs: &ids(&main.outputs),
    };
    let extras = Extras { source_digest: [0; 32], labels: Vec::new(), listening: None, kernel_set: KernelSet::Generic };
    AlignedBytes::from(emit(&parts, &extras).bytes.as_slice())
}

#[test]
fn a_loop_without_end_fails_instead_of_hanging() {
    // Condition and body hand on what they get.
    let model = model(vec![subgraph(2, &[0], &[1]), subgraph(1, &[0], &[0]), subgraph(1, &[0], &[0])]);
    let graph = Graph::new(&model).unwrap();
    let parameters = r#while::Parameters { condition: 0, body: 0, values: 1 };
    let step = Step::new(&r#while::BYTES, &parameters)
        .calls(1)
        .calls(2)
        .input(id(0, 0))
        .input(id(1, 0))
        .input(id(2, 0))
        .output(id(0, 1))
        .output(id(1, 0))
        .output(id(2, 0));
    let bytes = program_bytes(&graph, &[in_main(step)]);
    let program = Program::parse(&bytes, kernels::all).unwrap();
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
    assert!(interpreter.set_input(0, &[0]));
    interpreter.invoke().unwrap();
    assert!(interpreter.set_input(0, &[1]));
    let fault = interpreter.invoke().unwrap_err();
    assert!(fault.what.contains("end"), "{fault}");
}

#[test]
fn a_subgraph_holds_memory_only_while_it_runs() {
    // Both ops call the same two subgraphs, in opposite order.
    let model = model(vec![subgraph(3, &[0], &[1, 2]), subgraph(1, &[0], &[0]), subgraph(1, &[0], &[0])]);
    let graph = Graph::new(&model).unwrap();
    let branch = |first: usize, second: usize, output: usize| {
        let parameters = r#if::Parameters { subgraphs: [0; 2], values: 1, results: 1 };
        let step = Step::new(&r#if::BYTES, &parameters)
            .calls(first)
            .calls(second)
            .input(id(0, 0))
            .input(id(0, 0))
            .input(id(first, 0))
            .input(id(second, 0))
            .output(id(0, output))
            .output(id(first, 0))
            .output(id(second, 0));
        in_main(step)
    };
    let scheduled = [branch(1, 2, 1), branch(2, 1, 2)];
    let schedule = schedule(&graph, &Aliases::default(), &scheduled).unwrap();
    let live = |place: Place| &schedule.buffers[schedule.places.iter().position(|other| *other == place).unwrap()].live;
    let interval = |first, last| Interval { first, last };
    assert_eq!(*live(Place::Tensor(id(1, 0))), [interval(1, 2), interval(7, 8)]);
    assert_eq!(*live(Place::Tensor(id(2, 0))), [interval(3, 4), interval(5, 6)]);
    assert_eq!(*live(Place::Tensor(id(0, 0))), [interval(0, 8)]);
    assert_eq!(schedule.timeline.len(), 10);
    program_bytes(&graph, &scheduled);
}

#[test]
fn calls_nested_too_deep_are_refused() {
    let depth = MAXIMUM_DEPTH + 1;
    let model = model((0..depth).map(|_| subgraph(0, &[], &[])).collect());
    let graph = Graph::new(&model).unwrap();
    let calls = |from: usize| Scheduled {
        step: Step::new(&kernels::call_once::KERNEL, &0u32).calls(from + 1),
        subgraph: from,
        operator: 0,
    };
    let chain: Vec<Scheduled> = (0..depth - 1).map(calls).collect();
    assert!(schedule(&graph, &Aliases::default(), &chain).is_err());
    assert!(schedule(&graph, &Aliases::default(), &chain[1..]).is_ok());
}
