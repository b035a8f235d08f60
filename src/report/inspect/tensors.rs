//! The tensors, and what the file carries besides.

use serde::{Serialize, Serializer};

use crate::model::{Model, Subgraph, Tensor};

/// A tensor.
#[derive(Clone, Debug, Serialize)]
pub struct TensorReport {
    /// Its index in its subgraph.
    pub tensor: usize,
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub element_type: String,
    /// Its extents, outermost first.
    pub shape: Vec<usize>,
    /// The scale, when it is one for the whole tensor.
    #[serde(serialize_with = "real")]
    pub scale: Option<f32>,
    /// The zero point, when it is one for the whole tensor.
    pub zero_point: Option<i64>,
}

/// A tensor with all that `--tensors` shows.
#[derive(Clone, Debug, Serialize)]
pub struct FullTensorReport {
    /// The subgraph that it belongs to.
    pub subgraph: usize,
    /// The tensor.
    #[serde(flatten)]
    pub tensor: TensorReport,
    /// `constant`, `variable`, `input`, `output` or `activation`.
    pub kind: &'static str,
    /// The bytes of its elements; none for types without a fixed size.
    pub bytes: Option<u64>,
    /// The shape with -1 for each extent that is known only at run time, when the file has one.
    pub shape_signature: Option<Vec<i32>>,
    /// The scales when there are several, one a channel.
    #[serde(serialize_with = "reals")]
    pub scales: Vec<f32>,
    /// The zero points when there are several.
    pub zero_points: Vec<i64>,
    /// The dimension that the channels are counted along, when there are several scales.
    pub channel_dimension: Option<i32>,
    /// The operator that writes it.
    pub written_by: Option<usize>,
    /// The operators that read it.
    pub read_by: Vec<usize>,
}

/// A named block of bytes in the file.
#[derive(Clone, Debug, Serialize)]
pub struct MetadataReport {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its content, when it is text.
    pub text: Option<String>,
}

/// Names under which a caller knows inputs and outputs.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureReport {
    /// Usually `serving_default`.
    pub key: String,
    /// The subgraph that it runs.
    pub subgraph: usize,
    /// Name and tensor of each input.
    pub inputs: Vec<(String, usize)>,
    /// Name and tensor of each output.
    pub outputs: Vec<(String, usize)>,
}

/// The longest text of a metadata entry that is shown.
const LONGEST_TEXT: usize = 2000;

impl TensorReport {
    pub(super) fn new(tensor: &Tensor<'_>, index: usize) -> TensorReport {
        let quantization = tensor.quantization.as_ref();
        let scale = quantization.and_then(|quantization| single(&quantization.scales));
        TensorReport {
            tensor: index,
            name: tensor.name.clone(),
            element_type: tensor.tensor_type.to_string(),
            shape: tensor.shape.clone(),
            scale,
            zero_point: scale.and(quantization.and_then(|quantization| single(&quantization.zero_points))),
        }
    }
}

/// Every tensor of every subgraph.
pub(super) fn all(model: &Model<'_>) -> Vec<FullTensorReport> {
    let of_graph = |(subgraph, graph)| {
        let (written_by, read_by) = uses(graph);
        let uses = written_by.into_iter().zip(read_by);
        let report = move |(index, (written_by, read_by))| full(subgraph, graph, index, written_by, read_by);
        uses.enumerate().map(report)
    };
    model.subgraphs.iter().enumerate().flat_map(of_graph).collect()
}

/// For each tensor, the operator that writes it and those that read it.
fn uses(graph: &Subgraph<'_>) -> (Vec<Option<usize>>, Vec<Vec<usize>>) {
    let mut written_by = vec![None; graph.tensors.len()];
    let mut read_by = vec![Vec::new(); graph.tensors.len()];
    for (index, operator) in graph.operators.iter().enumerate() {
        operator.outputs.iter().for_each(|&tensor| written_by[tensor] = Some(index));
        for &tensor in operator.inputs.iter().flatten() {
            if read_by[tensor].last() != Some(&index) {
                read_by[tensor].push(index);
            }
        }
    }
    (written_by, read_by)
}

fn full(
    subgraph: usize,
    graph: &Subgraph<'_>,
    index: usize,
    written_by: Option<usize>,
    read_by: Vec<usize>,
) -> FullTensorReport {
    let tensor = &graph.tensors[index];
    let several = tensor.quantization.as_ref().filter(|quantization| quantization.scales.len() > 1);
    FullTensorReport {
        subgraph,
        tensor: TensorReport::new(tensor, index),
        kind: if tensor.data.is_some() {
            "constant"
        } else if tensor.is_variable {
            "variable"
        } else if graph.inputs.contains(&index) {
            "input"
        } else if graph.outputs.contains(&index) {
            "output"
        } else {
            "activation"
        },
        bytes: tensor.byte_len().map(|bytes| bytes as u64),
        shape_signature: tensor.shape_signature.clone(),
        scales: several.map(|quantization| quantization.scales.clone()).unwrap_or_default(),
        zero_points: several.map(|quantization| quantization.zero_points.clone()).unwrap_or_default(),
        channel_dimension: several.map(|quantization| quantization.dimension),
        written_by,
        read_by,
    }
}

/// Everything that travels with the model.
pub(super) fn metadata(model: &Model<'_>) -> Vec<MetadataReport> {
    let text = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?.trim_end_matches('\0');
        let is_text =
            !text.is_empty() && text.chars().all(|character| !character.is_control() || "\n\r\t".contains(character));
        is_text.then(|| text.chars().take(LONGEST_TEXT).collect())
    };
    let report = |entry: &crate::model::Metadata<'_>| MetadataReport {
        name: entry.name.clone(),
        bytes: entry.data.len() as u64,
        text: text(entry.data),
    };
    model.metadata.iter().map(report).collect()
}

/// The names under which callers know inputs and outputs.
pub(super) fn signatures(model: &Model<'_>) -> Vec<SignatureReport> {
    let names = |tensors: &[crate::model::SignatureTensor]| {
        tensors.iter().map(|tensor| (tensor.name.clone(), tensor.tensor)).collect()
    };
    let report = |signature: &crate::model::Signature| SignatureReport {
        key: signature.key.clone(),
        subgraph: signature.subgraph,
        inputs: names(&signature.inputs),
        outputs: names(&signature.outputs),
    };
    model.signatures.iter().map(report).collect()
}

fn single<T: Copy>(list: &[T]) -> Option<T> {
    if let [only] = list { Some(*only) } else { None }
}

/// As the shortest decimal that tells it apart; as text where JSON has no number: `"NaN"`, `"inf"`, `"-inf"`.
#[derive(Serialize)]
#[serde(untagged)]
enum Real {
    Number(f32),
    Text(String),
}

impl From<f32> for Real {
    fn from(value: f32) -> Real {
        if value.is_finite() { Real::Number(value) } else { Real::Text(value.to_string()) }
    }
}

fn real<S: Serializer>(value: &Option<f32>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(Real::from).serialize(serializer)
}

fn reals<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|&value| Real::from(value)))
}
