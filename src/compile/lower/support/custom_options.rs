//! The named numbers that custom operators carry.

use std::ops::RangeInclusive;

use crate::compile::error::Refusal;
use crate::compile::lower::Node;
use crate::model::{CustomOptions, OptionError};

/// The custom options of an operator, and how they are refused.
pub struct Options(CustomOptions);

impl Options {
    /// Reads them.
    pub fn of(node: &Node<'_>) -> Result<Options, Refusal> {
        CustomOptions::read(node.custom_options()).map(Options).map_err(refusal)
    }

    /// The integer or truth value `name`, which lies in `range`.
    pub fn int(&self, name: &str, range: RangeInclusive<i64>) -> Result<i64, Refusal> {
        let value = self.0.int(name).map_err(refusal)?;
        if range.contains(&value) {
            return Ok(value);
        }
        Err(Refusal::new(
            format!("its option \"{name}\" is {value}, {} to {} needed", range.start(), range.end()),
            "The model is damaged or was made for another runtime; convert it again.",
        ))
    }

    /// The integer `name`, which lies in `range`, a range of `u32`.
    pub fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<u32, Refusal> {
        self.int(name, i64::from(*range.start())..=i64::from(*range.end())).map(|value| value as u32)
    }

    /// Whether there is an option `name`.
    pub fn has(&self, name: &str) -> bool {
        self.0.names().any(|other| other == name)
    }

    /// The number `name`, in single precision.
    pub fn float(&self, name: &str) -> Result<f32, Refusal> {
        self.0.float(name).map(|value| value as f32).map_err(refusal)
    }

    /// The truth value `name`.
    pub fn bool(&self, name: &str) -> Result<bool, Refusal> {
        self.0.bool(name).map_err(refusal)
    }
}

fn refusal(error: OptionError) -> Refusal {
    Refusal::new(error.to_string(), "The model is damaged or was made for another runtime; convert it again.")
}
