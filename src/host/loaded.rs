//! A model made ready to run: from a `.tflite` file, or from a Program that was compiled before.

use std::iter::repeat;
use std::path::Path;

use micro_runtime::arena::ElementType;
use micro_runtime::detect::DetectorSettings;
use micro_runtime::kernels;
use micro_runtime::pipeline::Listening;
use micro_runtime::program::record::{MAGIC, TensorRecord};
use micro_runtime::program::{Program, ProgramError};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::suggested;
use super::tensor_file::TensorSpec;
use crate::aligned::AlignedBytes;
use crate::compile::error::CompileError;
use crate::compile::{Compiled, Options, WrittenTensor, compile};
use crate::model::{Model, ReadError};

/// The largest file that is read as a model, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 28;

/// The metadata entries that hold labels, one a line.
const LABEL_ENTRIES: [&str; 3] = ["tinyml.labels", "labels", "labels.txt"];

/// Why there is no model to run.
#[derive(Debug, Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The system refused.
    #[error("cannot be read: {0}")]
    Io(#[source] std::io::Error),
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("is larger than {} MiB, the most that is read", MAX_FILE_BYTES >> 20)]
    TooLarge,
    /// The bytes are not those of a sound model.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The model cannot be compiled.
    #[error("{0}")]
    Compile(#[from] CompileError),
    /// The Program is damaged, or made for another runtime.
    #[error("{0}")]
    Program(#[from] ProgramError),
}

impl LoadError {
    /// The next step.
    pub fn help(&self) -> Option<String> {
        match self {
            LoadError::NotFound => Some("check the spelling and the folder".into()),
            LoadError::Io(_) => Some("give a file that exists and that you may read".into()),
            LoadError::TooLarge => Some("models for microcontrollers are below 1 MiB; is this the right file?".into()),
            LoadError::Read(error) => error.help(),
            LoadError::Compile(error) => Some(error.help().to_string()),
            LoadError::Program(_) => Some("compile it again from its model: tinyml compile MODEL -o FILE".into()),
        }
    }

    /// Whether the model is sound but asks for what tinyml does not do.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, LoadError::Compile(error) if error.is_unsupported())
    }
}

/// A model that can run.
pub struct Loaded {
    /// SHA-256 of the model (of the one that a Program was made from), in hexadecimal.
    pub sha256: String,
    /// The Program.
    pub bytes: AlignedBytes,
    /// The model's inputs.
    pub inputs: Vec<TensorSpec>,
    /// The model's outputs.
    pub outputs: Vec<TensorSpec>,
    /// The labels of the first output; empty when there are none.
    pub labels: Vec<String>,
    /// The detector settings that a model suggests in its metadata; a Program has them in its listening record.
    pub suggested: Option<DetectorSettings>,
    /// How to listen with it, where a Program says so.
    pub listening: Option<Listening>,
    /// The tensors that ops write; empty for a Program, which does not name them.
    pub written: Vec<WrittenTensor>,
}

/// The bytes of the file at `path`, at most [`MAX_FILE_BYTES`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, LoadError> {
    use std::io::Read;
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => LoadError::NotFound,
        _ => LoadError::Io(error),
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES { Err(LoadError::TooLarge) } else { Ok(bytes) }
}

impl Loaded {
    /// Reads a model and compiles it, or reads a Program; the first bytes tell which it is.
    ///
    /// Labels in `options` come before those that the model carries.
    pub fn load(bytes: &[u8], options: &Options) -> Result<Loaded, LoadError> {
        if bytes.starts_with(&MAGIC) {
            return Loaded::from_program(bytes, options);
        }
        let model = Model::read(bytes)?;
        let mut options = options.clone();
        if options.labels.is_empty() {
            options.labels = labels_of(&model);
        }
        let compiled = compile(&model, &options)?;
        let main = &model.subgraphs[0];
        let program = compiled.program();
        let name = |tensor: &usize| main.tensors[*tensor].name.clone();
        let inputs = specs(&program, program.inputs(), "input", main.inputs.iter().map(name));
        let outputs = specs(&program, program.outputs(), "output", main.outputs.iter().map(name));
        let Compiled { bytes, written, .. } = compiled;
        let sha256 = hexadecimal(&Sha256::digest(model.bytes));
        let suggested = suggested::settings_of(&model);
        Ok(Loaded { sha256, bytes, inputs, outputs, labels: options.labels, suggested, listening: None, written })
    }

    fn from_program(bytes: &[u8], options: &Options) -> Result<Loaded, LoadError> {
        let bytes = AlignedBytes::from(bytes);
        let program = Program::parse(&bytes, kernels::all)?;
        let inputs = specs(&program, program.inputs(), "input", repeat(String::new()));
        let outputs = specs(&program, program.outputs(), "output", repeat(String::new()));
        let labels = match options.labels.is_empty() {
            true => program.labels().map(str::to_string).collect(),
            false => options.labels.clone(),
        };
        let sha256 = hexadecimal(&program.header().source_digest);
        let listening = Listening::of(&program);
        Ok(Loaded { sha256, inputs, outputs, labels, suggested: None, listening, written: Vec::new(), bytes })
    }

    /// The detector settings that a Program says or a model suggests.
    pub fn detector(&self) -> Option<DetectorSettings> {
        self.listening.map(|listening| listening.detector).or(self.suggested)
    }

    /// The checked Program.
    pub fn program(&self) -> Program<'_> {
        Program::parse(&self.bytes, kernels::all).expect("loading checked the Program")
    }

    /// The scale and zero point of output `index`, when it is quantised.
    pub fn output_quantization(&self, index: usize) -> Option<(f32, i32)> {
        let output = &self.program().outputs()[index];
        (output.scale_bits != 0).then(|| (f32::from_bits(output.scale_bits), output.zero_point))
    }

    /// The name of label `index`: its own, or its number.
    pub fn label(&self, index: usize) -> String {
        self.labels.get(index).cloned().unwrap_or_else(|| index.to_string())
    }
}

/// The labels that a model carries in its metadata, one a line.
pub fn labels_of(model: &Model<'_>) -> Vec<String> {
    let entry = LABEL_ENTRIES.iter().find_map(|name| model.metadata_named(name));
    let text = entry.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    parse_labels(text)
}

/// Labels as people write them: one a line, or with commas between.
pub fn parse_labels(text: &str) -> Vec<String> {
    let labels = text.trim_end_matches('\0').split(['\n', ',']).map(str::trim);
    labels.filter(|label| !label.is_empty()).map(|label| label.replace('\0', "")).collect()
}

/// What the tensors are; those without a name are called by their role and number.
fn specs(
    program: &Program<'_>,
    tensors: &[TensorRecord],
    role: &str,
    names: impl Iterator<Item = String>,
) -> Vec<TensorSpec> {
    let spec = |(index, (tensor, name)): (usize, (&TensorRecord, String))| TensorSpec {
        name: if name.is_empty() { format!("{role} {index}") } else { name },
        element_type: ElementType::from_code(tensor.operand.element_type).unwrap_or(ElementType::Uint8),
        shape: program.shape(tensor).iter().map(|&extent| extent as usize).collect(),
    };
    tensors.iter().zip(names).enumerate().map(spec).collect()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
