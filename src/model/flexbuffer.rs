//! The parameters of custom operators, which TensorFlow Lite stores as a FlexBuffer: a map from names to values.
//!
//! Written for this one purpose, it reads a map of numbers, truth values, texts and lists of integers, and checks
//! every step against the length of the bytes. Nothing is allocated that the bytes do not hold, and nothing is
//! followed deeper than a list inside the map, so hostile bytes cost no more than their length.
//!
//! A value lies *before* the place that refers to it, at a distance given by an unsigned number. Lists are preceded by
//! their length; a map is a list of values followed by a list of type bytes, and is preceded by the distance to its
//! sorted list of keys, the width of that list's numbers, and its own length.

/// Why a custom operator's parameters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// The bytes are no map of values.
    #[error("the custom options cannot be read: {0}")]
    Damaged(&'static str),
    /// There is no value of that name.
    #[error("the custom options have no \"{0}\"")]
    Missing(String),
    /// There is one, of another kind.
    #[error("the custom option \"{name}\" is {found}, not {needed}")]
    Kind {
        /// The name of the option.
        name: String,
        /// What kind of value it is.
        found: &'static str,
        /// What kind was asked for.
        needed: &'static str,
    },
}

/// A value of the map.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Ints(Vec<i64>),
    /// Some kind no operator uses.
    Other,
}

/// The named parameters of a custom operator.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomOptions {
    values: Vec<(String, Value)>,
}

impl CustomOptions {
    /// Reads the parameters. No bytes at all stand for no parameters.
    ///
    /// # Errors
    ///
    /// [`OptionError::Damaged`] if the bytes are no FlexBuffer, if what it holds is no map, or if anything lies outside
    /// the bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, OptionError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let values = Bytes(bytes).root_map()?;
        Ok(Self { values })
    }

    /// The names of all parameters, sorted as the file has them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    /// An integer, or a truth value as 0 or 1.
    ///
    /// # Errors
    ///
    /// If there is no such parameter or it is of another kind.
    pub fn int(&self, name: &str) -> Result<i64, OptionError> {
        match self.value(name)? {
            Value::Int(value) => Ok(*value),
            Value::Bool(value) => Ok((*value).into()),
            other => Err(wrong(name, other, "an integer")),
        }
    }

    /// A number, converted to floating point if it is an integer.
    ///
    /// # Errors
    ///
    /// If there is no such parameter or it is of another kind.
    pub fn float(&self, name: &str) -> Result<f64, OptionError> {
        match self.value(name)? {
            Value::Float(value) => Ok(*value),
            Value::Int(value) => Ok(*value as f64),
            other => Err(wrong(name, other, "a number")),
        }
    }

    /// A truth value, or an integer that counts as true unless it is 0.
    ///
    /// # Errors
    ///
    /// If there is no such parameter or it is of another kind.
    pub fn bool(&self, name: &str) -> Result<bool, OptionError> {
        match self.value(name)? {
            Value::Bool(value) => Ok(*value),
            Value::Int(value) => Ok(*value != 0),
            other => Err(wrong(name, other, "true or false")),
        }
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// If there is no such parameter or it is of another kind.
    pub fn text(&self, name: &str) -> Result<&str, OptionError> {
        match self.value(name)? {
            Value::Text(value) => Ok(value),
            other => Err(wrong(name, other, "a text")),
        }
    }

    /// A list of integers.
    ///
    /// # Errors
    ///
    /// If there is no such parameter or it is of another kind.
    pub fn ints(&self, name: &str) -> Result<&[i64], OptionError> {
        match self.value(name)? {
            Value::Ints(value) => Ok(value),
            other => Err(wrong(name, other, "a list of integers")),
        }
    }

    fn value(&self, name: &str) -> Result<&Value, OptionError> {
        let found = self.values.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value).ok_or_else(|| OptionError::Missing(name.to_owned()))
    }
}

fn wrong(name: &str, found: &Value, needed: &'static str) -> OptionError {
    let found = match found {
        Value::Int(_) => "an integer",
        Value::Float(_) => "a number with a fraction",
        Value::Bool(_) => "true or false",
        Value::Text(_) => "a text",
        Value::Ints(_) => "a list of integers",
        Value::Other => "of an unknown kind",
    };
    OptionError::Kind { name: name.to_owned(), found, needed }
}

// The kinds of values, the upper six bits of a type byte. The lower two are the width of what is referred to.
const NULL: u8 = 0;
const INT: u8 = 1;
const UINT: u8 = 2;
const FLOAT: u8 = 3;
const KEY: u8 = 4;
const STRING: u8 = 5;
const INDIRECT_INT: u8 = 6;
const INDIRECT_UINT: u8 = 7;
const INDIRECT_FLOAT: u8 = 8;
const MAP: u8 = 9;
const VECTOR: u8 = 10;
const VECTOR_INT: u8 = 11;
const VECTOR_UINT: u8 = 12;
const FIXED_INT_FIRST: u8 = 16;
const FIXED_FLOAT_LAST: u8 = 24;
const BOOL: u8 = 26;
const VECTOR_BOOL: u8 = 36;

const OUTSIDE: OptionError = OptionError::Damaged("a part lies outside their bytes");

type Result<T, E = OptionError> = std::result::Result<T, E>;

/// A kind and the width in bytes of what a value of that kind refers to.
#[derive(Clone, Copy)]
struct Type {
    kind: u8,
    width: usize,
}

impl Type {
    fn from(byte: u8) -> Self {
        Self { kind: byte >> 2, width: 1 << (byte & 3) }
    }
}

/// How many bytes texts and lists may still take in all. References may share their target, so a few bytes could
/// otherwise stand for a great many; writers share hardly anything.
struct Allowance(usize);

impl Allowance {
    fn take(&mut self, bytes: usize) -> Result<()> {
        self.0 = self.0.checked_sub(bytes).ok_or(OptionError::Damaged("the same bytes are used over and over"))?;
        Ok(())
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn root_map(&self) -> Result<Vec<(String, Value)>> {
        let length = self.0.len();
        let [.., type_byte, width] = *self.0 else {
            return Err(OptionError::Damaged("they are too short"));
        };
        let width = usize::from(width);
        if !matches!(width, 1 | 2 | 4 | 8) {
            return Err(OptionError::Damaged("they do not end like a FlexBuffer"));
        }
        let root = Type::from(type_byte);
        if root.kind != MAP {
            return Err(OptionError::Damaged("they hold something other than a map of names"));
        }
        let at = length.checked_sub(2 + width).ok_or(OUTSIDE)?;
        let values = self.follow(at, width)?;
        self.map(values, root.width)
    }

    /// The map whose first value is at `values`, its numbers being `width` bytes wide.
    fn map(&self, values: usize, width: usize) -> Result<Vec<(String, Value)>> {
        let length_at = values.checked_sub(width).ok_or(OUTSIDE)?;
        let key_width_at = length_at.checked_sub(width).ok_or(OUTSIDE)?;
        let keys_at = key_width_at.checked_sub(width).ok_or(OUTSIDE)?;
        let count = self.size(length_at, width)?;
        let key_width = self.size(key_width_at, width)?;
        if !matches!(key_width, 1 | 2 | 4 | 8) {
            return Err(OptionError::Damaged("the keys have an impossible width"));
        }
        let keys = self.follow(keys_at, width)?;
        let types = self.types(values, count, width)?;
        self.list(keys, count, key_width)?;
        let mut unread = Allowance(self.0.len().saturating_mul(4));
        types
            .iter()
            .enumerate()
            .map(|(i, &type_byte)| {
                let key = self.follow(keys + i * key_width, key_width)?;
                let value = self.value(values + i * width, width, Type::from(type_byte), &mut unread)?;
                let name = self.key(key)?;
                unread.take(name.len())?;
                Ok((name, value))
            })
            .collect()
    }

    /// The value at `at`, where a number or distance is `width` bytes wide.
    fn value(&self, at: usize, width: usize, of: Type, unread: &mut Allowance) -> Result<Value> {
        Ok(match of.kind {
            NULL => Value::Other,
            INT => Value::Int(self.int(at, width)?),
            UINT => unsigned(self.uint(at, width)?),
            FLOAT => Value::Float(self.float(at, width)?),
            BOOL => Value::Bool(self.uint(at, width)? != 0),
            INDIRECT_INT => Value::Int(self.int(self.follow(at, width)?, of.width)?),
            INDIRECT_UINT => unsigned(self.uint(self.follow(at, width)?, of.width)?),
            INDIRECT_FLOAT => Value::Float(self.float(self.follow(at, width)?, of.width)?),
            KEY => {
                let key = self.key(self.follow(at, width)?)?;
                unread.take(key.len())?;
                Value::Text(key)
            }
            STRING => {
                let start = self.follow(at, width)?;
                let length = self.size(start.checked_sub(of.width).ok_or(OUTSIDE)?, of.width)?;
                unread.take(length)?;
                Value::Text(text(self.slice(start, length)?)?)
            }
            VECTOR | VECTOR_INT | VECTOR_UINT | VECTOR_BOOL => {
                let start = self.follow(at, width)?;
                let count = self.size(start.checked_sub(of.width).ok_or(OUTSIDE)?, of.width)?;
                self.list(start, count, of.width)?;
                unread.take(count)?;
                self.ints(start, count, of)?
            }
            kind @ FIXED_INT_FIRST..=FIXED_FLOAT_LAST => {
                let start = self.follow(at, width)?;
                // Kinds 16, 17, 18 are pairs of int, uint and float; then come triples, then groups of four.
                let (count, element) = (usize::from((kind - FIXED_INT_FIRST) / 3 + 2), (kind - FIXED_INT_FIRST) % 3);
                self.list(start, count, of.width)?;
                match element {
                    0 => self.ints(start, count, Type { kind: VECTOR_INT, width: of.width })?,
                    1 => self.ints(start, count, Type { kind: VECTOR_UINT, width: of.width })?,
                    _ => Value::Other,
                }
            }
            _ => Value::Other,
        })
    }

    /// The list of integers of kind `of` whose elements begin at `start` and are known to lie inside the bytes.
    fn ints(&self, start: usize, count: usize, of: Type) -> Result<Value> {
        let types = if of.kind == VECTOR { Some(self.types(start, count, of.width)?) } else { None };
        let mut list = Vec::with_capacity(count);
        for i in 0..count {
            let at = start + i * of.width;
            let kind = match types {
                Some(types) => types.get(i).map_or(NULL, |byte| byte >> 2),
                None if of.kind == VECTOR_INT => INT,
                None => UINT,
            };
            list.push(match kind {
                INT => self.int(at, of.width)?,
                UINT | BOOL => match unsigned(self.uint(at, of.width)?) {
                    Value::Int(value) => value,
                    _ => return Ok(Value::Other),
                },
                _ => return Ok(Value::Other),
            });
        }
        Ok(Value::Ints(list))
    }

    /// The type bytes behind the elements of a list.
    fn types(&self, start: usize, count: usize, width: usize) -> Result<&[u8]> {
        let end = self.list(start, count, width)?;
        self.slice(end, count)
    }

    /// Checks that a list lies inside the bytes and returns its end.
    fn list(&self, start: usize, count: usize, width: usize) -> Result<usize> {
        let length = count.checked_mul(width).ok_or(OUTSIDE)?;
        self.slice(start, length)?;
        Ok(start + length)
    }

    /// Where the distance at `at` leads.
    fn follow(&self, at: usize, width: usize) -> Result<usize> {
        at.checked_sub(self.size(at, width)?).ok_or(OUTSIDE)
    }

    fn slice(&self, start: usize, length: usize) -> Result<&[u8]> {
        start.checked_add(length).and_then(|end| self.0.get(start..end)).ok_or(OUTSIDE)
    }

    fn uint(&self, at: usize, width: usize) -> Result<u64> {
        Ok(self.slice(at, width)?.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn int(&self, at: usize, width: usize) -> Result<i64> {
        let unused = 64 - 8 * width as u32;
        Ok(((self.uint(at, width)? << unused) as i64) >> unused)
    }

    fn float(&self, at: usize, width: usize) -> Result<f64> {
        let bits = self.uint(at, width)?;
        match width {
            4 => Ok(f32::from_bits(bits as u32).into()),
            8 => Ok(f64::from_bits(bits)),
            _ => Err(OptionError::Damaged("a floating-point number has an impossible width")),
        }
    }

    fn size(&self, at: usize, width: usize) -> Result<usize> {
        usize::try_from(self.uint(at, width)?).map_err(|_| OUTSIDE)
    }

    /// The text at `start` up to its zero byte.
    fn key(&self, start: usize) -> Result<String> {
        let rest = self.0.get(start..).ok_or(OUTSIDE)?;
        let end = rest.iter().position(|&byte| byte == 0).ok_or(OUTSIDE)?;
        text(rest.get(..end).ok_or(OUTSIDE)?)
    }
}

fn unsigned(value: u64) -> Value {
    i64::try_from(value).map_or(Value::Other, Value::Int)
}

fn text(bytes: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(bytes).map_err(|_| OptionError::Damaged("a text is not UTF-8"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map with every kind of value, made with the FlexBuffers of the Python package `flatbuffers`.
    const EVERYTHING: &str = "7368696674006269670072617465006f6e006e616d65000568656c6c6f006c697374000003000100feff2c\
        016d697865640003070109046808706169720005066e6f6e65006875676500666172000000141a99be1c000000726174696f000000\
        0000c03f0c5f1c224a3d582b5d3464177000000000000000130000000000000001000000000000000c0000000000000090eefeffff\
        ffffff4800000000000000ffffffffffffffff82000000000000007d00000000000000a00000000000000000000000000000000100\
        0000000000009200000000000000000000000000d03f80000000000000000c00000000000000071b0b2d2814036b400f22076c2701";

    fn everything() -> Vec<u8> {
        let digits: Vec<u8> = EVERYTHING.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn values_of_every_kind() {
        let options = CustomOptions::read(&everything()).unwrap();
        assert_eq!(options.int("shift"), Ok(12));
        assert_eq!(options.int("big"), Ok(-70_000));
        assert_eq!(options.float("rate"), Ok(0.25));
        assert_eq!(options.float("shift"), Ok(12.0));
        assert_eq!(options.bool("on"), Ok(true));
        assert_eq!(options.int("on"), Ok(1));
        assert_eq!(options.text("name"), Ok("hello"));
        assert_eq!(options.ints("list"), Ok(&[1, -2, 300][..]));
        assert_eq!(options.ints("mixed"), Ok(&[7, 1, 9][..]));
        assert_eq!(options.ints("pair"), Ok(&[5, 6][..]));
        assert_eq!(options.int("far"), Ok(123_456_789_012));
        assert_eq!(options.float("ratio"), Ok(1.5));
        let names: Vec<_> = options.names().collect();
        assert_eq!(
            names,
            ["big", "far", "huge", "list", "mixed", "name", "none", "on", "pair", "rate", "ratio", "shift"]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let options = CustomOptions::read(&everything()).unwrap();
        assert_eq!(options.int("stride"), Err(OptionError::Missing("stride".into())));
        let error = options.int("rate").unwrap_err();
        assert_eq!(error.to_string(), "the custom option \"rate\" is a number with a fraction, not an integer");
        assert!(options.int("huge").is_err(), "2^64 - 1 has no place in an i64");
        assert!(options.int("none").is_err());
        assert!(options.ints("shift").is_err());
        assert!(options.bool("name").is_err());
    }

    #[test]
    fn no_bytes_are_no_options() {
        let options = CustomOptions::read(&[]).unwrap();
        assert_eq!(options.names().count(), 0);
        assert!(options.int("shift").is_err());
    }

    #[test]
    fn only_a_map_will_do() {
        // The integer 5: value, type (kind 1, width 1), width.
        assert!(CustomOptions::read(&[5, 4, 1]).is_err());
        assert!(CustomOptions::read(&[1]).is_err());
        // A map whose distance leads to before the first byte.
        assert!(CustomOptions::read(&[9, 9 << 2, 1]).is_err());
        assert!(CustomOptions::read(&[0, 9 << 2, 3]).is_err());
    }

    #[test]
    fn every_changed_byte_and_every_length_is_survived() {
        let good = everything();
        for length in 0..good.len() {
            let _ = CustomOptions::read(&good[..length]);
            let _ = CustomOptions::read(&good[length..]);
        }
        let mut changed = good.clone();
        for at in 0..good.len() {
            for value in 0..=255 {
                changed[at] = value;
                let _ = CustomOptions::read(&changed);
            }
            changed[at] = good[at];
        }
    }

    #[test]
    fn keys_that_share_a_long_text_are_refused_early() {
        // A key of 200 bytes that each of 255 entries refers to. All distances are one byte wide.
        let mut bytes = vec![b'k'; 200];
        bytes.push(0);
        let count = 255_u8;
        let keys = bytes.len();
        // Keys refer back at most 255 bytes, so they reach into the text and not to its start.
        bytes.extend((0..count).map(|i| 200.min(i.saturating_add(150))));
        let width = 2;
        while bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        let distance = (bytes.len() - keys) as u16;
        bytes.extend(distance.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(u16::from(count).to_le_bytes());
        let values = bytes.len();
        bytes.extend(std::iter::repeat_n([0, 0], count.into()).flatten());
        bytes.extend(std::iter::repeat_n(INT << 2, count.into()));
        while bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        bytes.extend(((bytes.len() - values) as u16).to_le_bytes());
        bytes.extend([MAP << 2 | 1, width]);
        let error = CustomOptions::read(&bytes).unwrap_err();
        assert_eq!(error, OptionError::Damaged("the same bytes are used over and over"));
    }
}
