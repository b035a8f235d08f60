//! Runs the cases of an index in the conformance corpus's format: models with inputs, and the outputs to be equalled.

use std::path::{Path, PathBuf};

use micro_runtime::interpreter::Interpreter;
use serde::Deserialize;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::model::Model;

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    cases: Vec<Case>,
}

/// One model with the invocations of one interpreter.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub op: String,
    pub compare: String,
    #[serde(default)]
    stateful: bool,
    model: Reference,
    outputs: Vec<Description>,
    steps: Vec<Step>,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Deserialize)]
struct Reference {
    file: String,
    offset: usize,
    length: usize,
}

#[derive(Deserialize)]
struct Description {
    name: String,
    dtype: String,
    defined: Option<[usize; 2]>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    inputs: Vec<Reference>,
    #[serde(default)]
    outputs: Vec<Option<Reference>>,
}

/// How a case ended.
pub enum Outcome {
    Passed,
    /// The compiler has no lowering for an operator of it.
    Unsupported(String),
    Failed(String),
}

/// All cases of all indices directly in `folder`, in the order of file names.
pub fn load(folder: &Path) -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let Ok(index) = serde_json::from_str::<Index>(&text) else { continue };
        cases.extend(index.cases.into_iter().map(|case| Case { folder: folder.to_path_buf(), ..case }));
    }
    cases
}

impl Case {
    fn bytes(&self, reference: &Reference) -> Vec<u8> {
        use std::io::{Read, Seek, SeekFrom};
        let path = self.folder.join(&reference.file);
        let mut file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.seek(SeekFrom::Start(reference.offset as u64)).unwrap();
        let mut bytes = vec![0; reference.length];
        file.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// The bytes of the model.
    pub fn model(&self) -> Vec<u8> {
        self.bytes(&self.model)
    }

    /// What is done with one interpreter, in order: a reset, or an invocation with these inputs.
    pub fn script(&self) -> Vec<Option<Vec<Vec<u8>>>> {
        let inputs = |step: &Step| step.inputs.iter().map(|input| self.bytes(input)).collect();
        let mut script = Vec::new();
        for step in &self.steps {
            if step.reset || !self.stateful {
                script.push(None);
            }
            if !step.reset {
                script.push(Some(inputs(step)));
            }
        }
        script
    }

    /// Runs the case with these options.
    pub fn run(&self, options: &Options) -> Outcome {
        self.run_seeing(options, |_, _| {})
    }

    /// Runs the case and shows every defined `float32` that came out beside that of the reference.
    pub fn run_seeing(&self, options: &Options, mut see: impl FnMut(f32, f32)) -> Outcome {
        let bytes = self.model();
        let model = match Model::read(&bytes) {
            Ok(model) => model,
            Err(error) => return Outcome::Failed(format!("not read: {error}")),
        };
        for code in &model.operator_codes {
            if tinyml::compile::lower::find(&code.name()).is_none() {
                return Outcome::Unsupported(code.name());
            }
        }
        let compiled = match compile(&model, options) {
            Ok(compiled) => compiled,
            Err(error) => return Outcome::Failed(format!("not compiled: {error}")),
        };
        let mut arena = AlignedBytes::zeroed(compiled.arena_bytes as usize);
        let mut interpreter = Interpreter::new(compiled.program(), &mut arena).unwrap();
        for (number, step) in self.steps.iter().enumerate() {
            if step.reset {
                interpreter.reset();
                continue;
            }
            if !self.stateful {
                interpreter.reset();
            }
            for (index, input) in step.inputs.iter().enumerate() {
                let bytes = self.bytes(input);
                if !interpreter.set_input(index, &bytes) {
                    return Outcome::Failed(format!("input {index} does not take {} bytes", bytes.len()));
                }
            }
            if let Err(fault) = interpreter.invoke() {
                return Outcome::Failed(format!("step {number}: {fault}"));
            }
            for (index, (output, description)) in step.outputs.iter().zip(&self.outputs).enumerate() {
                let Some(reference) = output else { continue };
                let wanted = self.bytes(reference);
                let found: Vec<u8> = interpreter.output_bytes(index).unwrap().iter().collect();
                if let Err(difference) = compare(&found, &wanted, description, &self.compare) {
                    let name = &description.name;
                    return Outcome::Failed(format!("step {number}, output {index} \"{name}\": {difference}"));
                }
                if description.dtype == "float32" {
                    let [first, end] = description.defined.unwrap_or([0, found.len() / 4]);
                    let values = |bytes: &[u8]| bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[4 * first..4 * end]);
                    values(&found).into_iter().zip(values(&wanted)).for_each(|(found, wanted)| see(found, wanted));
                }
            }
        }
        Outcome::Passed
    }
}

/// Requires equality as the corpus defines it. The message names the first element that differs.
fn compare(found: &[u8], wanted: &[u8], description: &Description, compare: &str) -> Result<(), String> {
    if found.len() != wanted.len() {
        return Err(format!("{} bytes found, {} wanted", found.len(), wanted.len()));
    }
    let size = match description.dtype.as_str() {
        "int8" | "uint8" | "bool" => 1,
        "int16" | "uint16" => 2,
        "int64" | "uint64" | "float64" => 8,
        _ => 4,
    };
    let [first, end] = description.defined.unwrap_or([0, found.len() / size]);
    let mut differing = 0;
    let mut message = String::new();
    for index in first..end {
        let (found, wanted) = (&found[index * size..][..size], &wanted[index * size..][..size]);
        let equal = if description.dtype == "float32" {
            let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
            let (found, wanted) = (value(found), value(wanted));
            let close = (found as f64 - wanted as f64).abs() <= 1e-6 + 1e-5 * (wanted as f64).abs();
            found.to_bits() == wanted.to_bits() || (found.is_nan() && wanted.is_nan()) || (compare == "close" && close)
        } else {
            found == wanted
        };
        if !equal {
            differing += 1;
            if message.is_empty() {
                message = format!(
                    "element {index}: {} found, {} wanted",
                    text(found, description),
                    text(wanted, description)
                );
            }
        }
    }
    if differing == 0 { Ok(()) } else { Err(format!("{message}; {differing} of {} differ", end - first)) }
}

fn text(bytes: &[u8], description: &Description) -> String {
    match (description.dtype.as_str(), bytes.len()) {
        ("float32", _) => format!("{:?}", f32::from_le_bytes(bytes.try_into().unwrap())),
        ("int8", _) => (bytes[0] as i8).to_string(),
        (_, 1) => bytes[0].to_string(),
        (_, 2) => i16::from_le_bytes(bytes.try_into().unwrap()).to_string(),
        (_, 4) => i32::from_le_bytes(bytes.try_into().unwrap()).to_string(),
        _ => i64::from_le_bytes(bytes.try_into().unwrap()).to_string(),
    }
}
