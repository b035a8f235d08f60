//! Estimates against what others published about known models.

mod support;

use tinyml::estimate::macs;
use tinyml::model::Model;

#[test]
fn multiply_accumulates_agree_with_the_published_counts() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let published = [
        ("micro_speech_quantized", 336_000),
        ("hello_world_int8", 288),
        ("kws_ref_model", 2_656_768),
        ("vww_96_int8", 7_489_664),
        ("pretrainedResnet_quant", 12_501_632),
        ("ad01_int8", 264_192),
        ("person_detect", 7_157_888),
    ];
    for (name, expected) in published {
        let bytes = std::fs::read(folder.join(name).join("model.tflite")).unwrap();
        let model = Model::read(&bytes).unwrap();
        let graph = &model.subgraphs[0];
        let of = |operator| macs::of_operator(&model, graph, operator);
        assert_eq!(graph.operators.iter().map(of).sum::<u64>(), expected, "{name}");
    }
}
