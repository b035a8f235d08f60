//! Any bytes: `Model::read` must refuse them or return a model of which every part can be used.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinyml::model::{CustomOptions, Model};

fuzz_target!(|bytes: &[u8]| {
    let model = match Model::read(bytes) {
        Ok(model) => model,
        Err(error) => {
            let _ = (error.to_string(), error.help());
            return;
        }
    };
    for graph in &model.subgraphs {
        for tensor in &graph.tensors {
            if let (Some(data), Some(length), None) = (tensor.data, tensor.byte_len(), &tensor.sparsity) {
                assert_eq!(data.len(), length);
            }
        }
        for &number in graph.inputs.iter().chain(&graph.outputs) {
            let _ = &graph.tensors[number];
        }
        for operator in &graph.operators {
            let _ = model.code_of(operator).name();
            for &number in operator.inputs.iter().chain(&operator.intermediates).flatten().chain(&operator.outputs) {
                let _ = &graph.tensors[number];
            }
            let _ = format!("{:?}", operator.table);
            if let Ok(options) = CustomOptions::read(operator.custom_options) {
                for name in options.names() {
                    let _ = (options.int(name), options.float(name), options.ints(name));
                }
            }
        }
    }
    for signature in &model.signatures {
        for entry in signature.inputs.iter().chain(&signature.outputs) {
            let _ = &model.subgraphs[signature.subgraph].tensors[entry.tensor];
        }
    }
});
