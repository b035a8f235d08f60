//! Tensors typed by hand: nested or flat lists of numbers in JSON.
//!
//! Integers must be in the range of the tensor's type and whole; floats are rounded to the nearest float32 and must
//! stay finite. Every complaint says at which element.

use serde_json::Value;

use super::{ElementType, Feed, TensorFileError, TensorSpec};

pub(super) fn parse(file: &[u8], tensor: &TensorSpec) -> Result<Feed, TensorFileError> {
    if tensor.element_type == ElementType::Int4 {
        return Err(TensorFileError::NoSuchType { format: ".json", element_type: tensor.element_type });
    }
    let value: Value = serde_json::from_slice(file).map_err(|error| TensorFileError::Json(error.to_string()))?;
    let needed = tensor.elements()?;
    let mut list =
        List { element_type: tensor.element_type, shape: shape_of(&value), bytes: Vec::new(), place: vec![] };
    list.take(&value)?;
    let invocations = match list.shape.as_slice() {
        [] if needed == 1 => 1,
        &[count] if count > 0 && count.is_multiple_of(needed) => count / needed,
        &[found] => return Err(TensorFileError::Count { name: tensor.name.clone(), found, needed }),
        shape => tensor.invocations(shape)?,
    };
    Ok(Feed { invocations, bytes: list.bytes })
}

/// The shape that the first element of each list suggests.
fn shape_of(mut value: &Value) -> Vec<usize> {
    let mut shape = Vec::new();
    while let Value::Array(items) = value {
        shape.push(items.len());
        match items.first() {
            Some(first) => value = first,
            None => break,
        }
    }
    shape
}

/// Walks the lists and holds them to one shape. `serde_json` limits the depth.
struct List {
    element_type: ElementType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
    place: Vec<usize>,
}

impl List {
    fn take(&mut self, value: &Value) -> Result<(), TensorFileError> {
        match (value, self.shape.get(self.place.len()).copied()) {
            (Value::Array(items), Some(length)) if items.len() == length => {
                for (index, item) in items.iter().enumerate() {
                    self.place.push(index);
                    self.take(item)?;
                    self.place.pop();
                }
                Ok(())
            }
            (Value::Array(items), Some(length)) => {
                Err(self.wrong(format!("a list of {}, where the lists before have {length}", items.len())))
            }
            (Value::Array(_), None) => Err(self.wrong("a list, where the elements before are numbers".into())),
            (Value::Number(_) | Value::Bool(_), Some(_)) => {
                Err(self.wrong("a single value, where the elements before are lists".into()))
            }
            (value, _) => self.element(value),
        }
    }

    fn element(&mut self, value: &Value) -> Result<(), TensorFileError> {
        let element_type = self.element_type;
        let encoded = match (element_type, value) {
            (ElementType::Bool, Value::Bool(value)) => Some(vec![u8::from(*value)]),
            (ElementType::Float32, Value::Number(number)) => {
                number.as_f64().map(|number| number as f32).filter(|n| n.is_finite()).map(|n| n.to_le_bytes().to_vec())
            }
            (_, Value::Number(number)) => whole(number).and_then(|whole| encode_integer(element_type, whole)),
            (_, Value::Bool(_)) => {
                return Err(self.wrong(format!("true or false, where the tensor holds {}", element_type.name())));
            }
            (_, Value::String(_)) => return Err(self.wrong("text, where a number belongs".into())),
            (_, Value::Null) => return Err(self.wrong("null, where a number belongs".into())),
            (_, Value::Object(_) | Value::Array(_)) => {
                return Err(self.wrong("an object, where a list or a number belongs".into()));
            }
        };
        match encoded {
            Some(bytes) => {
                self.bytes.extend(bytes);
                Ok(())
            }
            None => Err(self.wrong(format!("{value} is not a value of type {}", element_type.name()))),
        }
    }

    fn wrong(&self, what: String) -> TensorFileError {
        let place: String = self.place.iter().map(|index| format!("[{index}]")).collect();
        TensorFileError::JsonValue { place: if place.is_empty() { "the top".into() } else { place }, what }
    }
}

/// The number as an integer, when it is whole; `5.0` is.
fn whole(number: &serde_json::Number) -> Option<i128> {
    /// Up to here, every whole number is one float64.
    const EXACT: f64 = (1u64 << 53) as f64;
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)).or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i128)
    })
}

/// The bytes of `value`, when the type holds it.
fn encode_integer(element_type: ElementType, value: i128) -> Option<Vec<u8>> {
    Some(match element_type {
        ElementType::Int8 => i8::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Int16 => i16::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Int32 => i32::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Int64 => i64::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Uint8 => u8::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Uint16 => u16::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Uint32 => u32::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Uint64 => u64::try_from(value).ok()?.to_le_bytes().to_vec(),
        ElementType::Bool => u8::try_from(value).ok().filter(|value| *value <= 1)?.to_le_bytes().to_vec(),
        ElementType::Float32 | ElementType::Int4 => return None,
    })
}
