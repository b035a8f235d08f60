//! From the bytes of a `.tflite` file to a [`Model`] that has been checked.
//!
//! The file comes from elsewhere and is trusted in nothing: no offset, no count, no index, no length. [`Model::read`]
//! follows every offset once, under limits that keep a small hostile file from taking much time or memory, and
//! refuses what does not hold together with a [`ReadError`] that says where and why. What it returns can be used
//! without further care: every tensor, operator code, buffer and subgraph number points at something that exists,
//! constant data has the length that type and shape ask for, and no getter can fail.
//!
//! It checks that the file is *sound*, not that the model makes sense or can run. Operators and tensor types that
//! nobody has heard of keep their number and stay printable; whether a kernel exists for them, whether the
//! quantisation is one the kernels take, and whether strides are positive is for those who compile the model.

mod error;
mod flexbuffer;
mod nearest;
mod read;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
#[allow(unsafe_code, deprecated, dead_code, unused_imports, missing_docs, mismatched_lifetime_syntaxes, clippy::all)]
#[rustfmt::skip]
#[path = "schema_generated.rs"]
pub mod schema;
mod words;

use std::fmt;

pub use error::ReadError;
pub use flexbuffer::{CustomOptions, OptionError};
pub use nearest::nearest;
pub use schema::{BuiltinOperator, TensorType};

/// A model whose parts are known to fit together.
///
/// It borrows constant data from the bytes it was read from.
#[derive(Debug, Clone)]
pub struct Model<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// Version of the file layout; always 3.
    pub version: u32,
    /// What the converter wrote about the model, often empty.
    pub description: String,
    /// The kinds of operators in use; [`Operator::code`] points in here.
    pub operator_codes: Vec<OperatorCode>,
    /// The graphs, at least one. The first is the model, the others are called by its operators.
    pub subgraphs: Vec<Subgraph<'a>>,
    /// The bytes of each buffer, `None` for an empty one; [`Tensor::buffer`] and [`Metadata::buffer`] point in here. A
    /// file may have none at all, and tensors without data that point to the first.
    pub buffers: Vec<Option<&'a [u8]>>,
    /// Named blocks of bytes that travel with the model.
    pub metadata: Vec<Metadata<'a>>,
    /// Names for inputs and outputs under which callers know them.
    pub signatures: Vec<Signature>,
}

/// A kind of operator: a number of the format's list, or the name of a custom operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorCode {
    /// The number, never negative. Old writers use one field, new ones another, most both; this is the larger.
    pub builtin: BuiltinOperator,
    /// The name of a custom operator: present and not empty if `builtin` is `CUSTOM`, otherwise absent.
    pub custom: Option<String>,
    /// Which revision of the operator's parameters the model was written for.
    pub version: i32,
}

/// A graph: tensors, and the operators that compute some of them from others.
#[derive(Debug, Clone)]
pub struct Subgraph<'a> {
    /// Often `main`, or empty.
    pub name: String,
    /// All tensors; every tensor number of this graph is an index into this list.
    pub tensors: Vec<Tensor<'a>>,
    /// Numbers of the tensors the caller fills.
    pub inputs: Vec<usize>,
    /// Numbers of the tensors the caller reads.
    pub outputs: Vec<usize>,
    /// In the order in which they run.
    pub operators: Vec<Operator<'a>>,
}

/// A tensor: type, shape, quantisation, and its data if it is constant.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    /// What the converter called it, possibly empty and not necessarily unique.
    pub name: String,
    /// Sizes, outermost first; empty for a scalar. Their product is at most 2^31 - 1, also when zeros are left out.
    pub shape: Vec<usize>,
    /// The shape with -1 in place of each size that is known only at run time, if the file has one.
    pub shape_signature: Option<Vec<i32>>,
    /// The type of an element. Numbers without a name are kept.
    pub tensor_type: TensorType,
    /// How stored numbers stand for real ones; absent when the file gives neither scales nor zero points.
    pub quantization: Option<Quantization>,
    /// Keeps its value from one invocation to the next.
    pub is_variable: bool,
    /// The buffer with the constant data, empty when there is none; 0 by custom then.
    pub buffer: usize,
    /// Constant data, little-endian, row-major, 4-bit elements two to a byte with the first in the low half. Never
    /// empty; of the length [`Tensor::byte_len`] says, unless the tensor is sparse or its type has no fixed size.
    pub data: Option<&'a [u8]>,
    /// How `data` leaves out zeros, for a sparse tensor.
    pub sparsity: Option<schema::SparsityParameters<'a>>,
}

/// Affine quantisation: real = scale * (stored - zero point).
///
/// The lists are as in the file. A sound model has as many zero points as scales, and either one of each or one for
/// each index of the channel dimension, but nothing here has checked that.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantization {
    /// One for the tensor or one per channel.
    pub scales: Vec<f32>,
    /// One for the tensor or one per channel.
    pub zero_points: Vec<i64>,
    /// The dimension the channels are counted along; means nothing with a single scale. As in the file, so it may lie
    /// outside the shape: see [`Quantization::channel_dimension`].
    pub dimension: i32,
    /// Smallest real values seen in calibration, if recorded.
    pub min: Vec<f32>,
    /// Largest real values seen in calibration, if recorded.
    pub max: Vec<f32>,
    /// Something other than the affine scheme, which then replaces it (`NONE` in practically all models).
    pub details: schema::QuantizationDetails,
}

/// One step of a graph.
#[derive(Debug, Clone)]
pub struct Operator<'a> {
    /// Index into [`Model::operator_codes`].
    pub code: usize,
    /// Tensor numbers; `None` where an optional input is left out.
    pub inputs: Vec<Option<usize>>,
    /// Tensor numbers.
    pub outputs: Vec<usize>,
    /// Tensors that only carry quantisation parameters of values inside the operator.
    pub intermediates: Vec<Option<usize>>,
    /// For each input whether the operator writes to it; empty when none is written.
    pub mutating_variable_inputs: Vec<bool>,
    /// Parameters of a custom operator, in or behind the FlatBuffer; empty when there are none.
    pub custom_options: &'a [u8],
    /// The operator as it lies in the file, for `table.builtin_options_as_...()`. Subgraph numbers in the options of
    /// `IF`, `WHILE`, `CALL` and `CALL_ONCE` have been checked, other values in options have not.
    pub table: schema::Operator<'a>,
}

/// A named block of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// What kind of bytes these are.
    pub name: String,
    /// The buffer that holds them.
    pub buffer: usize,
    /// May be empty.
    pub data: &'a [u8],
}

/// Constant data that a file claims to have, and has not, or not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The subgraph and the number of the tensor whose data it would be; `None` for a buffer as such.
    pub tensor: Option<(usize, usize)>,
    /// What is wrong, as [`Model::read`] puts it.
    pub error: ReadError,
}

/// Names under which a caller knows the inputs and outputs of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Usually `serving_default`.
    pub key: String,
    /// Index into [`Model::subgraphs`].
    pub subgraph: usize,
    /// Names of inputs.
    pub inputs: Vec<SignatureTensor>,
    /// Names of outputs.
    pub outputs: Vec<SignatureTensor>,
}

/// A name for a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureTensor {
    /// The caller's name for it.
    pub name: String,
    /// Index into [`Subgraph::tensors`] of the signature's subgraph.
    pub tensor: usize,
}

impl<'a> Model<'a> {
    /// Checks `bytes` as a whole `.tflite` file and returns the model in it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the bytes are no model, are cut short or damaged, or hold numbers that point nowhere. No bytes
    /// make it panic, and time and memory stay in proportion to the length of the file.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        read::model(bytes, None)
    }

    /// As [`read`](Self::read), but goes on where only constant data is damaged: buffers that lie outside of the file,
    /// data of another length than shape and type ask for. Such data is left out, and what is wrong with it comes back
    /// beside the model, which is for looking at: it must not be run.
    ///
    /// # Errors
    ///
    /// As for `read`, but for the damages that are returned.
    pub fn read_damaged(bytes: &'a [u8]) -> Result<(Self, Vec<Damage>), ReadError> {
        let mut damages = Vec::new();
        let model = read::model(bytes, Some(&mut damages))?;
        Ok((model, damages))
    }

    /// The kind of an operator of this model.
    ///
    /// # Panics
    ///
    /// If `operator` belongs to another model that has more operator codes.
    pub fn code_of(&self, operator: &Operator<'_>) -> &OperatorCode {
        &self.operator_codes[operator.code]
    }

    /// The bytes of the metadata entry called `name`.
    pub fn metadata_named(&self, name: &str) -> Option<&'a [u8]> {
        self.metadata.iter().find(|entry| entry.name == name).map(|entry| entry.data)
    }
}

impl OperatorCode {
    /// The name users know: `CONV_2D`, the name of a custom operator, or `operator 4711`.
    pub fn name(&self) -> String {
        match &self.custom {
            Some(name) => name.clone(),
            None => self.builtin.to_string(),
        }
    }
}

impl Tensor<'_> {
    /// The number of elements; 1 for a scalar.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The bytes its elements take, or `None` if the type has no fixed size (strings, resources, unknown numbers).
    pub fn byte_len(&self) -> Option<usize> {
        let bits = element_bits(self.tensor_type)?;
        Some((self.elements() * bits).div_ceil(8))
    }
}

impl Quantization {
    /// The dimension with one scale for each index, for a tensor of `rank` dimensions; `None` if there are fewer than
    /// two scales or if the file names a dimension the tensor does not have.
    pub fn channel_dimension(&self, rank: usize) -> Option<usize> {
        let dimension = usize::try_from(self.dimension).ok()?;
        (self.scales.len() > 1 && dimension < rank).then_some(dimension)
    }
}

/// The width of an element in bits, or `None` for types without a fixed width and for unknown numbers.
pub fn element_bits(tensor_type: TensorType) -> Option<usize> {
    Some(match tensor_type {
        TensorType::INT2 => 2,
        TensorType::INT4 | TensorType::UINT4 => 4,
        TensorType::INT8 | TensorType::UINT8 | TensorType::BOOL => 8,
        TensorType::FLOAT8_E4M3FN | TensorType::FLOAT8_E5M2 => 8,
        TensorType::INT16 | TensorType::UINT16 | TensorType::FLOAT16 | TensorType::BFLOAT16 => 16,
        TensorType::INT32 | TensorType::UINT32 | TensorType::FLOAT32 => 32,
        TensorType::INT64 | TensorType::UINT64 | TensorType::FLOAT64 | TensorType::COMPLEX64 => 64,
        TensorType::COMPLEX128 => 128,
        _ => return None,
    })
}

impl fmt::Display for BuiltinOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.variant_name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("operator {}", self.0)),
        }
    }
}

impl fmt::Display for TensorType {
    /// Lower case as in most tools (`int8`, `float32`), `type 99` for a number without a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.variant_name() {
            Some(name) => f.pad(&name.to_ascii_lowercase()),
            None => f.pad(&format!("type {}", self.0)),
        }
    }
}

impl fmt::Display for OperatorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}
