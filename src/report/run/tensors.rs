//! What `tinyml run --input` says: the outputs, as the model gives them and dequantised.

use std::fmt;

use serde::Serialize;
use serde_json::{Number, Value};

use super::ModelName;
use crate::host::tensor_file::{ElementType, TensorSpec};
use crate::report::table::{Cell, Style, Table, printable};
use crate::report::thousands;

/// The outputs of a run.
#[derive(Clone, Debug, Serialize)]
pub struct TensorsReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// The number of invocations.
    pub invocations: usize,
    /// The model's outputs, in order.
    pub outputs: Vec<TensorReport>,
    /// The tensors dumped, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dumped: Option<Vec<DumpReport>>,
}

/// One output.
#[derive(Clone, Debug, Serialize)]
pub struct TensorReport {
    /// Its name.
    pub name: String,
    /// Its element type.
    pub element_type: &'static str,
    /// Its shape for one invocation.
    pub shape: Vec<usize>,
    /// Its scale, when it is quantised.
    pub scale: Option<f32>,
    /// Its zero point, when it is quantised.
    pub zero_point: Option<i32>,
    /// The values of the last invocation.
    pub values: Vec<Value>,
    /// The same as real numbers, when it is quantised.
    pub dequantised: Option<Vec<f64>>,
    /// The label with the greatest value, when labels are known.
    pub top: Option<String>,
    /// Where all invocations were written.
    pub file: Option<String>,
    #[serde(skip)]
    labels: Vec<String>,
}

/// One tensor that was dumped.
#[derive(Clone, Debug, Serialize)]
pub struct DumpReport {
    /// Its index in the model.
    pub tensor: usize,
    /// Its name.
    pub name: String,
    /// Its element type.
    pub element_type: &'static str,
    /// Its shape.
    pub shape: Vec<u32>,
    /// CRC-32 of its bytes, in hexadecimal.
    pub crc32: String,
    /// The file in the folder of the dump.
    pub file: String,
}

/// Rows of a table of values; what is more is counted.
const MOST_ROWS: usize = 20;

impl TensorReport {
    /// The report on an output whose bytes of all invocations are `bytes`.
    pub fn new(
        spec: &TensorSpec,
        bytes: &[u8],
        invocations: usize,
        quantization: Option<(f32, i32)>,
        labels: &[String],
        file: Option<String>,
    ) -> TensorReport {
        let last = &bytes[bytes.len() - bytes.len() / invocations.max(1)..];
        let values = values(spec.element_type, last);
        let quantization = quantization.filter(|_| is_quantisable(spec.element_type));
        let dequantised = quantization.map(|(scale, zero_point)| {
            let real = |value: &Value| (value.as_f64().unwrap_or(0.0) - zero_point as f64) * scale as f64;
            values.iter().map(real).collect()
        });
        let labels = if labels.len() == values.len() { labels.to_vec() } else { Vec::new() };
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NEG_INFINITY);
        let top = (0..labels.len()).rev().max_by(|&a, &b| number(&values[a]).total_cmp(&number(&values[b])));
        TensorReport {
            name: spec.name.clone(),
            element_type: spec.element_type.name(),
            shape: spec.shape.clone(),
            scale: quantization.map(|(scale, _)| scale),
            zero_point: quantization.map(|(_, zero_point)| zero_point),
            top: top.map(|index| labels[index].clone()),
            values,
            dequantised,
            file,
            labels,
        }
    }
}

impl TensorsReport {
    /// A report on these outputs.
    pub fn new(
        name: &str,
        sha256: &str,
        invocations: usize,
        outputs: Vec<TensorReport>,
        dumped: Option<Vec<DumpReport>>,
    ) -> TensorsReport {
        let model = ModelName { name: name.to_string(), sha256: sha256.to_string() };
        TensorsReport { schema_version: 1, model, invocations, outputs, dumped }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        for output in &self.outputs {
            let title = format!("{} {} {:?}", printable(&output.name), output.element_type, output.shape);
            writeln!(out, "{}", paint(Style::Strong, title.trim_start()))?;
            match &output.file {
                Some(file) => {
                    let times = if self.invocations == 1 {
                        String::new()
                    } else {
                        format!(", {} invocations", thousands(self.invocations as u64))
                    };
                    writeln!(out, "  written to {}{times}", printable(file))?;
                }
                None => self.render_values(output, out, &paint)?,
            }
        }
        if let Some(dumped) = &self.dumped {
            let mut table = Table::new(["tensor", "name", "type", "shape", "CRC-32", "file"]).indent(2);
            for tensor in dumped {
                table.row([
                    Cell::number(tensor.tensor as u64),
                    Cell::text(&tensor.name),
                    Cell::text(tensor.element_type),
                    Cell::text(format!("{:?}", tensor.shape)),
                    Cell::text(&tensor.crc32),
                    Cell::text(&tensor.file),
                ]);
            }
            table.render(out, &paint)?;
        }
        Ok(())
    }

    fn render_values(
        &self,
        output: &TensorReport,
        out: &mut impl fmt::Write,
        paint: &impl Fn(Style, &str) -> String,
    ) -> fmt::Result {
        if self.invocations > 1 {
            writeln!(out, "  of the last of {} invocations", thousands(self.invocations as u64))?;
        }
        let mut header = vec![if output.labels.is_empty() { "index" } else { "label" }, "value"];
        header.extend(output.dequantised.as_ref().map(|_| "dequantised"));
        let mut table = Table::new(header).indent(2);
        for (index, value) in output.values.iter().take(MOST_ROWS).enumerate() {
            let first = match output.labels.get(index) {
                Some(label) => Cell::text(label),
                None => Cell::number(index as u64),
            };
            let mut row = vec![first, Cell::right(text(value))];
            row.extend(output.dequantised.iter().map(|reals| Cell::right(format!("{:.6}", reals[index]))));
            table.row(row);
        }
        table.render(out, paint)?;
        if output.values.len() > MOST_ROWS {
            let more = thousands((output.values.len() - MOST_ROWS) as u64);
            writeln!(out, "  and {more} more; --output FILE writes them all")?;
        }
        match &output.top {
            Some(top) => writeln!(out, "  top: {}", paint(Style::Good, &printable(top))),
            None => Ok(()),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_quantisable(element_type: ElementType) -> bool {
    matches!(element_type, ElementType::Int8 | ElementType::Uint8 | ElementType::Int16 | ElementType::Int32)
}

/// The elements as JSON values. Floats that JSON has no number for are strings: `"NaN"`, `"inf"`, `"-inf"`.
fn values(element_type: ElementType, bytes: &[u8]) -> Vec<Value> {
    macro_rules! numbers {
        ($rust:ty) => {{
            let (elements, _) = bytes.as_chunks::<{ size_of::<$rust>() }>();
            elements.iter().map(|&element| Value::from(<$rust>::from_le_bytes(element))).collect()
        }};
    }
    match element_type {
        ElementType::Int8 => numbers!(i8),
        ElementType::Int16 => numbers!(i16),
        ElementType::Int32 => numbers!(i32),
        ElementType::Int64 => numbers!(i64),
        ElementType::Uint8 | ElementType::Int4 => numbers!(u8),
        ElementType::Uint16 => numbers!(u16),
        ElementType::Uint32 => numbers!(u32),
        ElementType::Uint64 => numbers!(u64),
        ElementType::Bool => bytes.iter().map(|&byte| Value::Bool(byte != 0)).collect(),
        ElementType::Float32 => {
            let (elements, _) = bytes.as_chunks::<4>();
            let value = |element: f32| {
                // Through the shortest decimal, so that 0.1 does not become 0.10000000149011612.
                let number = element.to_string().parse().ok().and_then(Number::from_f64);
                number.map_or_else(|| Value::String(element.to_string()), Value::Number)
            };
            elements.iter().map(|&element| value(f32::from_le_bytes(element))).collect()
        }
    }
}
