//! NumPy's array files: a short header in Python's notation, then the elements.
//!
//! The header is a dictionary with exactly three keys, so a small reader of our own covers it. It allocates
//! nothing by what the header claims and has no recursion to exhaust.

use super::{ElementType, Feed, TensorFileError, TensorSpec};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The elements start at a multiple of this many bytes in the files we write.
const HEADER_ALIGNMENT: usize = 64;
/// More dimensions than NumPy itself allows are a sign of damage.
const MAX_DIMENSIONS: usize = 64;

/// NumPy's code of an element type without the byte order, if it has one.
fn numpy_code(element_type: ElementType) -> Option<&'static str> {
    Some(match element_type {
        ElementType::Int8 => "i1",
        ElementType::Int16 => "i2",
        ElementType::Int32 => "i4",
        ElementType::Int64 => "i8",
        ElementType::Uint8 => "u1",
        ElementType::Uint16 => "u2",
        ElementType::Uint32 => "u4",
        ElementType::Uint64 => "u8",
        ElementType::Float32 => "f4",
        ElementType::Bool => "b1",
        ElementType::Int4 => return None,
    })
}

/// A type code in words: `float64` for `<f8`.
fn type_name(code: &str) -> String {
    let plain = code.trim_start_matches(['<', '>', '|', '=']);
    let known = ElementType::ALL.into_iter().find(|&element_type| numpy_code(element_type) == Some(plain));
    match (known, plain) {
        (Some(element_type), _) => element_type.name().into(),
        (None, "f2") => "float16".into(),
        (None, "f8") => "float64".into(),
        (None, "c8") => "complex64".into(),
        (None, "c16") => "complex128".into(),
        (None, "O") => "object (pickled)".into(),
        _ => format!("\"{}\"", code.escape_default()),
    }
}

struct Header {
    type_code: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

pub(super) fn parse(file: &[u8], tensor: &TensorSpec) -> Result<Feed, TensorFileError> {
    let needed = tensor.element_type;
    let needed_code = numpy_code(needed).ok_or(TensorFileError::NoSuchType { format: ".npy", element_type: needed })?;
    let (text, elements) = split(file)?;
    let header = Reader { rest: text }.header()?;
    let (order, code) = match header.type_code.split_at_checked(1) {
        Some((order @ ("<" | ">" | "|" | "="), code)) => (order, code),
        _ => ("|", header.type_code.as_str()),
    };
    if code != needed_code {
        return Err(TensorFileError::Type { name: tensor.name.clone(), found: type_name(&header.type_code), needed });
    }
    if order == ">" && needed.size() > 1 {
        return Err(TensorFileError::BigEndian { found: header.type_code });
    }
    tensor.elements()?;
    let invocations = tensor.invocations(&header.shape)?;
    let promised = header.shape.iter().try_fold(needed.size(), |product, &size| product.checked_mul(size));
    if promised != Some(elements.len()) {
        return Err(TensorFileError::NpyLength {
            promised: promised.map_or(u64::MAX, |promised| promised as u64),
            found: elements.len() as u64,
        });
    }
    let bytes = match header.fortran_order {
        true => row_major(elements, needed.size(), &header.shape),
        false => elements.to_vec(),
    };
    Ok(Feed { invocations, bytes })
}

/// The text of the header, and the elements.
fn split(file: &[u8]) -> Result<(&str, &[u8]), TensorFileError> {
    let damaged = |what: &str| TensorFileError::Npy(what.into());
    let rest = file.strip_prefix(MAGIC).ok_or_else(|| damaged("it does not start like one"))?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(|| damaged("it ends in the header"))?;
    let (length, rest) = match version {
        [1, 0] => rest.split_first_chunk::<2>().map(|(length, rest)| (u16::from_le_bytes(*length).into(), rest)),
        [2 | 3, 0] => rest.split_first_chunk::<4>().map(|(length, rest)| (u32::from_le_bytes(*length), rest)),
        [major, minor] => return Err(damaged(&format!("version {major}.{minor} is not known"))),
    }
    .ok_or_else(|| damaged("it ends in the header"))?;
    let (text, elements) = rest
        .split_at_checked(length as usize)
        .ok_or_else(|| damaged(&format!("the header promises {length} bytes, found {}", rest.len())))?;
    let text = std::str::from_utf8(text).map_err(|_| damaged("the header is not text"))?;
    Ok((text, elements))
}

/// Elements in Fortran order, the first index fastest, in row-major order.
fn row_major(elements: &[u8], size: usize, shape: &[usize]) -> Vec<u8> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = size;
    for &dimension in shape {
        strides.push(stride);
        stride *= dimension;
    }
    let mut bytes = Vec::with_capacity(elements.len());
    let mut index = vec![0; shape.len()];
    let mut position = 0;
    while bytes.len() < elements.len() {
        bytes.extend_from_slice(&elements[position..position + size]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            position += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            position -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    bytes
}

/// Reads the one dictionary that a header may hold.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn header(mut self) -> Result<Header, TensorFileError> {
        let (mut type_code, mut fortran_order, mut shape) = (None, None, None);
        self.expect("{")?;
        while !self.accept("}") {
            let before_key = self.rest;
            let key = self.string()?;
            self.expect(":")?;
            let is_new = match key {
                "descr" => type_code.replace(self.type_code()?).is_none(),
                "fortran_order" => fortran_order.replace(self.boolean()?).is_none(),
                "shape" => shape.replace(self.shape()?).is_none(),
                _ => return Reader { rest: before_key }.damaged("a key that arrays do not have"),
            };
            if !is_new {
                return self.damaged("a key that was there before");
            }
            if !self.accept(",") {
                self.expect("}")?;
                break;
            }
        }
        if !self.rest.trim_ascii_start().is_empty() {
            return self.damaged("more text after the dictionary");
        }
        match (type_code, fortran_order, shape) {
            (Some(type_code), Some(fortran_order), Some(shape)) => Ok(Header { type_code, fortran_order, shape }),
            _ => Err(TensorFileError::Npy("the header lacks descr, fortran_order or shape".into())),
        }
    }

    fn type_code(&mut self) -> Result<String, TensorFileError> {
        if self.accept("[") {
            return Err(TensorFileError::Npy("it holds records of several fields, not one number an element".into()));
        }
        self.string().map(str::to_owned)
    }

    fn boolean(&mut self) -> Result<bool, TensorFileError> {
        if self.accept("True") {
            Ok(true)
        } else if self.accept("False") {
            Ok(false)
        } else {
            self.damaged("neither True nor False")
        }
    }

    fn shape(&mut self) -> Result<Vec<usize>, TensorFileError> {
        self.expect("(")?;
        let mut shape = Vec::new();
        while !self.accept(")") {
            self.rest = self.rest.trim_ascii_start();
            let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let Ok(dimension) = self.rest[..digits].parse() else {
                return self.damaged("a dimension that is no number");
            };
            self.rest = &self.rest[digits..];
            shape.push(dimension);
            if shape.len() > MAX_DIMENSIONS {
                return self.damaged("more dimensions than arrays can have");
            }
            if !self.accept(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(shape)
    }

    fn accept(&mut self, token: &str) -> bool {
        match self.rest.trim_ascii_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), TensorFileError> {
        if self.accept(token) { Ok(()) } else { self.damaged(&format!("no \"{token}\"")) }
    }

    fn damaged<T>(&self, what: &str) -> Result<T, TensorFileError> {
        let visible = |character: char| if character.is_control() { '?' } else { character };
        let here: String = self.rest.trim_ascii().chars().take(20).map(visible).collect();
        Err(TensorFileError::Npy(format!("the header has {what} at \"{here}\"")))
    }
}

impl<'a> Reader<'a> {
    fn string(&mut self) -> Result<&'a str, TensorFileError> {
        let text = self.rest.trim_ascii_start();
        for quote in ['\'', '"'] {
            if let Some((string, rest)) = text.strip_prefix(quote).and_then(|text| text.split_once(quote)) {
                self.rest = rest;
                return Ok(string);
            }
        }
        self.damaged("no text in quotes")
    }
}

pub(super) fn encode(tensor: &TensorSpec, invocations: usize, bytes: &[u8]) -> Result<Vec<u8>, TensorFileError> {
    let element_type = tensor.element_type;
    let code = numpy_code(element_type).ok_or(TensorFileError::NoSuchType { format: ".npy", element_type })?;
    let order = if element_type.size() > 1 { '<' } else { '|' };
    let leading = if invocations == 1 { None } else { Some(invocations) };
    let dimensions: Vec<String> = leading.iter().chain(&tensor.shape).map(usize::to_string).collect();
    let shape = match dimensions.as_slice() {
        [only] => format!("({only},)"),
        several => format!("({})", several.join(", ")),
    };
    let mut text = format!("{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {shape}, }}");
    let prefix = MAGIC.len() + 2 + 2;
    let padded = (prefix + text.len() + 1).next_multiple_of(HEADER_ALIGNMENT);
    text.extend(std::iter::repeat_n(' ', padded - prefix - text.len() - 1));
    text.push('\n');
    let length = u16::try_from(text.len()).map_err(|_| TensorFileError::Npy("the shape is too long".into()))?;
    Ok([MAGIC, &[1, 0][..], &length.to_le_bytes(), text.as_bytes(), bytes].concat())
}
