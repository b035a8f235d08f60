//! Writes small models for tests from plain descriptions, also such that no converter would write.

use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};

use super::schema::{self, BuiltinOptions, TensorType};

/// A model with one subgraph, or several alike.
#[derive(Clone)]
pub(crate) struct Sample {
    pub version: u32,
    pub codes: Vec<Code>,
    /// The version of every operator code.
    pub code_version: i32,
    pub buffers: Vec<Data>,
    pub tensors: Vec<SampleTensor>,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
    pub operators: Vec<SampleOperator>,
    pub subgraphs: usize,
    pub metadata: Vec<(&'static str, u32)>,
    /// Key, subgraph, named inputs, named outputs.
    pub signatures: Vec<(&'static str, u32, Vec<Name>, Vec<Name>)>,
    /// Bytes behind the FlatBuffer.
    pub tail: Vec<u8>,
}

pub(crate) type Name = (&'static str, u32);

/// The fields of an operator code.
#[derive(Clone, Default)]
pub(crate) struct Code {
    pub old_number: i8,
    pub number: i32,
    pub custom: Option<&'static str>,
}

/// Where a buffer or custom options lie.
#[derive(Clone)]
pub(crate) enum Data {
    Inside(Vec<u8>),
    /// Offset from the start of the tail, and size.
    Tail(u64, u64),
    /// Offset from the start of the file, and size.
    At(u64, u64),
}

#[derive(Clone, Default)]
pub(crate) struct SampleTensor {
    pub name: &'static str,
    pub shape: Vec<i32>,
    pub signature: Option<Vec<i32>>,
    pub tensor_type: TensorType,
    pub buffer: u32,
    pub external_buffer: u32,
    pub scales: Vec<f32>,
    pub zero_points: Vec<i64>,
    pub dimension: i32,
    pub is_variable: bool,
}

#[derive(Clone, Default)]
pub(crate) struct SampleOperator {
    pub code: u32,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
    pub intermediates: Vec<i32>,
    pub mutating: Vec<bool>,
    pub options: Option<WriteOptions>,
    pub custom_options: Option<Data>,
}

/// Writes the options of an operator.
pub(crate) type WriteOptions = fn(&mut FlatBufferBuilder<'_>) -> (BuiltinOptions, WIPOffset<UnionWIPOffset>);

impl Default for Data {
    fn default() -> Self {
        Self::Inside(Vec::new())
    }
}

impl Default for Sample {
    /// `out = RELU(in)` on `[1, 4]` of int8.
    fn default() -> Self {
        let tensor = |name| SampleTensor {
            name,
            shape: vec![1, 4],
            tensor_type: TensorType::INT8,
            scales: vec![0.5],
            zero_points: vec![-3],
            ..SampleTensor::default()
        };
        Self {
            version: 3,
            codes: vec![Code { old_number: 19, number: 19, custom: None }],
            code_version: 1,
            buffers: vec![Data::default()],
            tensors: vec![tensor("in"), tensor("out")],
            inputs: vec![0],
            outputs: vec![1],
            operators: vec![SampleOperator { inputs: vec![0], outputs: vec![1], ..SampleOperator::default() }],
            subgraphs: 1,
            metadata: Vec::new(),
            signatures: Vec::new(),
            tail: Vec::new(),
        }
    }
}

impl Sample {
    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // Offsets behind the FlatBuffer depend on its length, which does not depend on them.
        let length = self.write(2).len() as u64;
        let mut bytes = self.write(length);
        assert_eq!(bytes.len() as u64, length);
        bytes.extend(&self.tail);
        bytes
    }

    fn write(&self, tail: u64) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let place = |data: &Data| match *data {
            Data::Inside(_) => (0, 0),
            Data::Tail(offset, size) => (tail + offset, size),
            Data::At(offset, size) => (offset, size),
        };

        let codes: Vec<_> = self
            .codes
            .iter()
            .map(|code| {
                let custom_code = code.custom.map(|name| builder.create_string(name));
                let args = schema::OperatorCodeArgs {
                    deprecated_builtin_code: code.old_number,
                    custom_code,
                    version: self.code_version,
                    builtin_code: schema::BuiltinOperator(code.number),
                };
                schema::OperatorCode::create(&mut builder, &args)
            })
            .collect();
        let codes = builder.create_vector(&codes);

        let buffers: Vec<_> = self
            .buffers
            .iter()
            .map(|data| {
                let (offset, size) = place(data);
                let data = match data {
                    Data::Inside(bytes) if !bytes.is_empty() => Some(builder.create_vector(bytes)),
                    _ => None,
                };
                schema::Buffer::create(&mut builder, &schema::BufferArgs { data, offset, size })
            })
            .collect();
        let buffers = builder.create_vector(&buffers);

        let metadata: Vec<_> = self
            .metadata
            .iter()
            .map(|&(name, buffer)| {
                let name = Some(builder.create_string(name));
                schema::Metadata::create(&mut builder, &schema::MetadataArgs { name, buffer })
            })
            .collect();
        let metadata = builder.create_vector(&metadata);

        let signatures: Vec<_> = self
            .signatures
            .iter()
            .map(|(key, subgraph_index, inputs, outputs)| {
                let mut names = |list: &[Name]| {
                    let list: Vec<_> = list
                        .iter()
                        .map(|&(name, tensor_index)| {
                            let name = Some(builder.create_string(name));
                            schema::TensorMap::create(&mut builder, &schema::TensorMapArgs { name, tensor_index })
                        })
                        .collect();
                    Some(builder.create_vector(&list))
                };
                let (inputs, outputs) = (names(inputs), names(outputs));
                let signature_key = Some(builder.create_string(key));
                let args = schema::SignatureDefArgs { inputs, outputs, signature_key, subgraph_index: *subgraph_index };
                schema::SignatureDef::create(&mut builder, &args)
            })
            .collect();
        let signatures = builder.create_vector(&signatures);

        let subgraphs: Vec<_> = (0..self.subgraphs)
            .map(|_| {
                let tensors: Vec<_> = self.tensors.iter().map(|tensor| tensor.write(&mut builder)).collect();
                let operators: Vec<_> = self
                    .operators
                    .iter()
                    .map(|operator| {
                        let outside = operator.custom_options.as_ref().map_or((0, 0), place);
                        operator.write(&mut builder, outside)
                    })
                    .collect();
                let args = schema::SubGraphArgs {
                    tensors: Some(builder.create_vector(&tensors)),
                    inputs: Some(builder.create_vector(&self.inputs)),
                    outputs: Some(builder.create_vector(&self.outputs)),
                    operators: Some(builder.create_vector(&operators)),
                    name: Some(builder.create_string("main")),
                    ..schema::SubGraphArgs::default()
                };
                schema::SubGraph::create(&mut builder, &args)
            })
            .collect();
        let subgraphs = builder.create_vector(&subgraphs);

        let args = schema::ModelArgs {
            version: self.version,
            operator_codes: Some(codes),
            subgraphs: Some(subgraphs),
            description: Some(builder.create_string("a sample")),
            buffers: Some(buffers),
            metadata: Some(metadata),
            signature_defs: Some(signatures),
            ..schema::ModelArgs::default()
        };
        let model = schema::Model::create(&mut builder, &args);
        schema::finish_model_buffer(&mut builder, model);
        builder.finished_data().to_vec()
    }
}

impl SampleTensor {
    fn write<'b>(&self, builder: &mut FlatBufferBuilder<'b>) -> WIPOffset<schema::Tensor<'b>> {
        let quantization = (!self.scales.is_empty() || !self.zero_points.is_empty()).then(|| {
            let args = schema::QuantizationParametersArgs {
                scale: Some(builder.create_vector(&self.scales)),
                zero_point: Some(builder.create_vector(&self.zero_points)),
                quantized_dimension: self.dimension,
                ..schema::QuantizationParametersArgs::default()
            };
            schema::QuantizationParameters::create(builder, &args)
        });
        let args = schema::TensorArgs {
            shape: Some(builder.create_vector(&self.shape)),
            type_: self.tensor_type,
            buffer: self.buffer,
            name: Some(builder.create_string(self.name)),
            quantization,
            is_variable: self.is_variable,
            shape_signature: self.signature.as_ref().map(|list| builder.create_vector(list)),
            external_buffer: self.external_buffer,
            ..schema::TensorArgs::default()
        };
        schema::Tensor::create(builder, &args)
    }
}

impl SampleOperator {
    fn write<'b>(
        &self,
        builder: &mut FlatBufferBuilder<'b>,
        (large_custom_options_offset, large_custom_options_size): (u64, u64),
    ) -> WIPOffset<schema::Operator<'b>> {
        let (builtin_options_type, builtin_options) = match self.options {
            Some(write) => {
                let (kind, options) = write(builder);
                (kind, Some(options))
            }
            None => (BuiltinOptions::NONE, None),
        };
        let custom_options = match &self.custom_options {
            Some(Data::Inside(bytes)) => Some(builder.create_vector(bytes)),
            _ => None,
        };
        let args = schema::OperatorArgs {
            opcode_index: self.code,
            inputs: Some(builder.create_vector(&self.inputs)),
            outputs: Some(builder.create_vector(&self.outputs)),
            intermediates: Some(builder.create_vector(&self.intermediates)),
            mutating_variable_inputs: Some(builder.create_vector(&self.mutating)),
            builtin_options_type,
            builtin_options,
            custom_options,
            large_custom_options_offset,
            large_custom_options_size,
            ..schema::OperatorArgs::default()
        };
        schema::Operator::create(builder, &args)
    }
}
