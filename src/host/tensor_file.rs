//! Tensors in files: what `tinyml run MODEL --input FILE --output FILE` reads and writes.
//!
//! A file gives the bytes of one input tensor for one or more invocations, or takes the bytes of one output. The
//! ending of its name tells the format:
//!
//! | ending | read | written | content |
//! |---|---|---|---|
//! | `.bin` | yes | yes | elements as the runtime stores them: little-endian, row-major, no padding |
//! | `.npy` | yes | yes | NumPy array, versions 1 to 3 of the format; Fortran order is turned into row-major |
//! | `.json` | yes | no | numbers (or `true`, `false`) in nested lists, or in one flat list |
//!
//! # Shapes and invocations
//!
//! A tensor of shape `[1, 49, 40]` takes an array `[1, 49, 40]` or `[49, 40]` for one invocation, and `[N, 49, 40]`
//! or `[N, 1, 49, 40]` for N of them: the leading dimension may be added, and may be left out where it is 1. A
//! `.bin` file or a flat list of N times the elements is N invocations. Arrays of one invocation are written with
//! the shape of the tensor, others with the leading dimension N added.
//!
//! Nothing is converted: an array of `float64` is not an input of type `float32`. Errors do not name the file; the
//! caller puts that in front.

mod json;
mod npy;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub use micro_runtime::arena::ElementType;
use thiserror::Error;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// The largest JSON file that is read, in bytes.
pub const MAX_JSON_BYTES: u64 = 1 << 26;

/// The tensor that a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// The name, for messages.
    pub name: String,
    /// The type of the elements.
    pub element_type: ElementType,
    /// The shape for one invocation; empty for a scalar.
    pub shape: Vec<usize>,
}

impl TensorSpec {
    /// The elements of one invocation: at least 1.
    pub fn elements(&self) -> Result<usize, TensorFileError> {
        let elements = self.shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        match elements {
            Some(1..) => elements.ok_or(TensorFileError::NoElements { shape: self.shape.clone() }),
            _ => Err(TensorFileError::NoElements { shape: self.shape.clone() }),
        }
    }

    /// The bytes of one invocation: at least 1.
    pub fn bytes(&self) -> Result<usize, TensorFileError> {
        let bytes = self.element_type.bytes_for(self.elements()?);
        bytes.ok_or_else(|| TensorFileError::NoElements { shape: self.shape.clone() })
    }

    /// How many invocations an array of `shape` feeds, by the rule in the head of this module.
    fn invocations(&self, shape: &[usize]) -> Result<usize, TensorFileError> {
        let own = self.shape.as_slice();
        let without_one = own.strip_prefix(&[1]);
        let mut cores = [Some(own), without_one].into_iter().flatten();
        if cores.clone().any(|core| core == shape) {
            return Ok(1);
        }
        match shape.split_first() {
            Some((&count, rest)) if count > 0 && cores.any(|core| core == rest) => Ok(count),
            _ => Err(TensorFileError::Shape {
                name: self.name.clone(),
                found: shape.to_vec(),
                needed: self.shape.clone(),
            }),
        }
    }
}

/// The input of one tensor for a number of invocations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// How often the model is to be invoked; at least 1.
    pub invocations: usize,
    /// The bytes of all invocations, one after the other, as the runtime stores them.
    pub bytes: Vec<u8>,
}

/// How a file holds a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The bytes alone.
    Bin,
    /// NumPy's `.npy`.
    Npy,
    /// Lists of numbers.
    Json,
}

impl Format {
    /// The format that the ending of `path` stands for, in any case of letters.
    pub fn of(path: &Path) -> Result<Format, TensorFileError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("bin") => Ok(Format::Bin),
            Some("npy") => Ok(Format::Npy),
            Some("json") => Ok(Format::Json),
            _ => Err(TensorFileError::Ending { found: ending }),
        }
    }
}

/// Why a file gave or took no tensor.
#[derive(Debug, Error)]
pub enum TensorFileError {
    /// The ending of the name stands for no format.
    #[error("{} stands for no tensor format; .bin, .npy and .json do", ending_text(.found))]
    Ending {
        /// The ending without its dot.
        found: Option<String>,
    },
    /// Nothing has this name.
    #[error("there is no such file")]
    NotFound,
    /// The operating system refused.
    #[error("the file cannot be {}: {source_error}", if *.writing { "written" } else { "read" })]
    Io {
        /// Whether it was to be written.
        writing: bool,
        /// What the system said.
        source_error: io::Error,
    },
    /// The file is longer than the limit of its format.
    #[error("the file is larger than {limit} bytes, the most that is read")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The tensor itself has no elements, or more than memory can hold.
    #[error("a tensor of shape {shape:?} holds nothing that a file could give or take")]
    NoElements {
        /// The shape of the tensor.
        shape: Vec<usize>,
    },
    /// The file does not hold whole tensors.
    #[error("{found} bytes are not a multiple of the {needed} bytes of tensor \"{name}\" ({element_type} {shape:?})",
        element_type = .element_type.name())]
    Length {
        /// The tensor.
        name: String,
        /// Its type.
        element_type: ElementType,
        /// Its shape.
        shape: Vec<usize>,
        /// The bytes of the file.
        found: u64,
        /// The bytes of one invocation.
        needed: u64,
    },
    /// The array has another shape than the tensor.
    #[error("the array has shape {found:?}; tensor \"{name}\" has shape {needed:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The shape of the tensor.
        needed: Vec<usize>,
    },
    /// A flat list does not hold whole tensors.
    #[error("{found} numbers are not a multiple of the {needed} elements of tensor \"{name}\"")]
    Count {
        /// The tensor.
        name: String,
        /// The numbers in the file.
        found: usize,
        /// The elements of one invocation.
        needed: usize,
    },
    /// The array has another type than the tensor.
    #[error("the array is of type {found}; tensor \"{name}\" is of type {}", .needed.name())]
    Type {
        /// The tensor.
        name: String,
        /// The type in the file, in NumPy's words or as its code.
        found: String,
        /// The type of the tensor.
        needed: ElementType,
    },
    /// The elements have their bytes in the other order.
    #[error("the array is big-endian ({found}); tensors are little-endian")]
    BigEndian {
        /// NumPy's code of the type.
        found: String,
    },
    /// The format has no such element type.
    #[error("{format} has no type for {} tensors", .element_type.name())]
    NoSuchType {
        /// The ending of the format.
        format: &'static str,
        /// The type of the tensor.
        element_type: ElementType,
    },
    /// The `.npy` file is damaged.
    #[error("not a sound .npy file: {0}")]
    Npy(String),
    /// The `.npy` file has not the bytes its header promises.
    #[error("the header of the array promises {promised} bytes of elements, found {found}")]
    NpyLength {
        /// The bytes that the shape needs.
        promised: u64,
        /// The bytes after the header.
        found: u64,
    },
    /// The text is not JSON.
    #[error("not sound JSON: {0}")]
    Json(String),
    /// A list or a value is not what it must be.
    #[error("at {place}: {what}")]
    JsonValue {
        /// Where, as in `[0][3]`; `the top` for the outermost value.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// A byte of a bool tensor is neither 0 nor 1.
    #[error("element {index} is {value}; elements of a bool tensor are 0 or 1")]
    NotBool {
        /// Its index, row-major from 0 over all invocations.
        index: usize,
        /// Its value.
        value: u8,
    },
    /// JSON is read only.
    #[error("tensors are not written as JSON")]
    WriteJson,
    /// The bytes to write are not the bytes of so many invocations.
    #[error("{invocations} invocations of tensor \"{name}\" take {needed} bytes, found {found}")]
    Written {
        /// The tensor.
        name: String,
        /// The number of invocations.
        invocations: usize,
        /// The bytes given.
        found: usize,
        /// The bytes needed.
        needed: usize,
    },
}

fn ending_text(ending: &Option<String>) -> String {
    ending.as_ref().map_or("a name without an ending".into(), |ending| format!("the ending .{ending}"))
}

impl TensorFileError {
    /// What to do next.
    pub fn help(&self) -> String {
        match self {
            TensorFileError::Ending { .. } => "rename or convert the file; numpy.save makes .npy".into(),
            TensorFileError::NotFound => "check the spelling and the folder".into(),
            TensorFileError::Io { writing: true, .. } => {
                "check that the folder exists, is writable and has room".into()
            }
            TensorFileError::Io { .. } => "check that it is a file and that you may read it".into(),
            TensorFileError::TooLarge { .. } => "split it and run the parts one by one".into(),
            TensorFileError::NoElements { .. } => "choose another tensor of the model".into(),
            TensorFileError::Length { .. } => {
                "check type and shape; .npy files carry both, so mistakes show sooner".into()
            }
            TensorFileError::Shape { needed, .. } => {
                format!("in NumPy: array.reshape({needed:?}), or [N] before that for N invocations")
            }
            TensorFileError::Count { .. } => "give all elements of each invocation, row-major".into(),
            TensorFileError::Type { needed, .. } => {
                let quantize = match needed {
                    ElementType::Int8 | ElementType::Uint8 | ElementType::Int16 => {
                        " (after quantising: round(real / scale) + zero_point)"
                    }
                    _ => "",
                };
                let numpy_name = if *needed == ElementType::Bool { "bool_" } else { needed.name() };
                format!("in NumPy: array.astype(numpy.{numpy_name}){quantize}")
            }
            TensorFileError::BigEndian { .. } => {
                "in NumPy: array.astype(array.dtype.newbyteorder(\"<\")), then save again".into()
            }
            TensorFileError::NoSuchType { .. } => "use .bin, with the bytes as the runtime stores them".into(),
            TensorFileError::Npy(_) | TensorFileError::NpyLength { .. } => {
                "save the array again with numpy.save, without pickling".into()
            }
            TensorFileError::Json(_) => {
                "JSON has no NaN, no infinity and no trailing commas; .npy has the numbers".into()
            }
            TensorFileError::JsonValue { .. } => {
                "give numbers of the tensor's type in lists nested like its shape, or in one flat list".into()
            }
            TensorFileError::NotBool { .. } => "in NumPy: (array != 0), which is of type bool".into(),
            TensorFileError::WriteJson => "name the output .npy or .bin".into(),
            TensorFileError::Written { .. } => "write whole outputs only".into(),
        }
    }
}

/// Reads the file at `path` for `tensor`; its ending tells the format.
pub fn read(path: &Path, tensor: &TensorSpec) -> Result<Feed, TensorFileError> {
    let format = Format::of(path)?;
    let limit = if format == Format::Json { MAX_JSON_BYTES } else { MAX_FILE_BYTES };
    let unreadable = |source_error: io::Error| match source_error.kind() {
        io::ErrorKind::NotFound => TensorFileError::NotFound,
        _ => TensorFileError::Io { writing: false, source_error },
    };
    let mut file = Vec::new();
    File::open(path).map_err(unreadable)?.take(limit + 1).read_to_end(&mut file).map_err(unreadable)?;
    if file.len() as u64 > limit {
        return Err(TensorFileError::TooLarge { limit });
    }
    parse(format, &file, tensor)
}

/// Reads a file that is in memory.
pub fn parse(format: Format, file: &[u8], tensor: &TensorSpec) -> Result<Feed, TensorFileError> {
    let feed = match format {
        Format::Bin => parse_bin(file, tensor)?,
        Format::Npy => npy::parse(file, tensor)?,
        Format::Json => json::parse(file, tensor)?,
    };
    if tensor.element_type == ElementType::Bool
        && let Some((index, &value)) = feed.bytes.iter().enumerate().find(|(_, value)| **value > 1)
    {
        return Err(TensorFileError::NotBool { index, value });
    }
    Ok(feed)
}

fn parse_bin(file: &[u8], tensor: &TensorSpec) -> Result<Feed, TensorFileError> {
    let needed = tensor.bytes()?;
    if file.is_empty() || !file.len().is_multiple_of(needed) {
        return Err(TensorFileError::Length {
            name: tensor.name.clone(),
            element_type: tensor.element_type,
            shape: tensor.shape.clone(),
            found: file.len() as u64,
            needed: needed as u64,
        });
    }
    Ok(Feed { invocations: file.len() / needed, bytes: file.to_vec() })
}

/// Writes `bytes`, the output `tensor` of so many invocations one after the other, to the file at `path`.
pub fn write(path: &Path, tensor: &TensorSpec, invocations: usize, bytes: &[u8]) -> Result<(), TensorFileError> {
    let file = encode(Format::of(path)?, tensor, invocations, bytes)?;
    std::fs::write(path, file).map_err(|source_error| TensorFileError::Io { writing: true, source_error })
}

/// The file that [`write()`] writes.
pub fn encode(
    format: Format,
    tensor: &TensorSpec,
    invocations: usize,
    bytes: &[u8],
) -> Result<Vec<u8>, TensorFileError> {
    let needed = tensor.bytes()?.saturating_mul(invocations);
    if bytes.len() != needed {
        return Err(TensorFileError::Written { name: tensor.name.clone(), invocations, found: bytes.len(), needed });
    }
    match format {
        Format::Bin => Ok(bytes.to_vec()),
        Format::Npy => npy::encode(tensor, invocations, bytes),
        Format::Json => Err(TensorFileError::WriteJson),
    }
}
