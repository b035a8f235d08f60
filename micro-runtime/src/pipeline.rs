//! From samples to detections: what firmware and host both run.
//!
//! Samples become feature rows, the newest rows that fill the model's input become scores once every stride, and
//! scores become detections. The pipeline owns nothing big: memory is lent, and what is never alive together shares it.

use core::fmt;

use crate::arena::{ALIGNMENT, ElementType};
use crate::detect::{Detection, Detector, DetectorError, DetectorSettings, ScoreScale, score_from_probability};
use crate::frontend::{CHANNELS, SAMPLE_RATE, STRIDE_SAMPLES, Stream, WINDOW_SAMPLES, Workspace};
use crate::interpreter::{DataFault, Interpreter};
use crate::program::Program;
use crate::program::record::ListeningRecord;

/// Milliseconds from the start of one feature row to the start of the next.
pub const ROW_MS: u32 = (STRIDE_SAMPLES * 1000 / SAMPLE_RATE) as u32;

/// Milliseconds of sound in one feature row.
pub const WINDOW_MS: u32 = (WINDOW_SAMPLES * 1000 / SAMPLE_RATE) as u32;

/// Why a Program cannot be run on sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PipelineError {
    /// It does not have one input and at least one output.
    Interface {
        /// Number of inputs.
        inputs: usize,
        /// Number of outputs.
        outputs: usize,
    },
    /// Its input is not `int8`.
    InputType {
        /// The element type of the input.
        found: Option<ElementType>,
    },
    /// Its input is not a whole number of feature rows.
    InputLength {
        /// Elements of the input.
        found: usize,
    },
    /// Its first output is not of a type that holds scores.
    OutputType {
        /// The element type of the output.
        found: Option<ElementType>,
    },
    /// It was made for another front end.
    FrontEnd,
    /// The memory lent is too small.
    Memory {
        /// Bytes lent.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// The memory lent does not start on a multiple of [`ALIGNMENT`].
    Unaligned,
    /// The stride between invocations is 0 rows.
    Stride,
    /// The detector cannot be set so.
    Detector(DetectorError),
}

impl fmt::Display for PipelineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |found: Option<ElementType>| found.map_or("of an unknown type", ElementType::name);
        match *self {
            PipelineError::Interface { inputs, outputs } => {
                write!(formatter, "the model has {inputs} inputs and {outputs} outputs, one input and an output needed")
            }
            PipelineError::InputType { found } => {
                write!(formatter, "the model's input is {}, int8 feature rows needed", name(found))
            }
            PipelineError::InputLength { found } => write!(
                formatter,
                "the model's input has {found} elements, a multiple of {CHANNELS} (feature rows of {CHANNELS}) needed"
            ),
            PipelineError::OutputType { found } => {
                write!(formatter, "the model's output is {}, int8, uint8, int16 or float32 needed", name(found))
            }
            PipelineError::FrontEnd => {
                write!(formatter, "the model was made for a front end other than 16 kHz, 30 ms, 20 ms, 40 channels")
            }
            PipelineError::Memory { found, needed } => {
                write!(formatter, "the memory has {found} bytes, the Program and the front end need {needed} bytes")
            }
            PipelineError::Unaligned => {
                write!(formatter, "the memory does not start on a multiple of {ALIGNMENT} bytes")
            }
            PipelineError::Stride => write!(formatter, "the stride between invocations is 0 rows, at least 1 needed"),
            PipelineError::Detector(error) => error.fmt(formatter),
        }
    }
}

impl core::error::Error for PipelineError {}

/// What became of one feature row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<const LABELS: usize> {
    /// Its number, from 0.
    pub index: u32,
    /// The features.
    pub features: [i8; CHANNELS],
    /// The result of the invocation that was due after it.
    pub result: Option<WindowResult<LABELS>>,
}

/// What one invocation gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowResult<const LABELS: usize> {
    /// The score of each label, -128 to 127; as many as the model has labels are used.
    pub scores: [i8; LABELS],
    /// The end of the window in milliseconds since the start.
    pub time_ms: u32,
    /// The word that this result completes.
    pub detection: Option<Detection>,
}

/// Runs a Program on a stream of samples. `LABELS` and `RESULTS` are the rooms of the [`Detector`].
pub struct Pipeline<'a, const LABELS: usize, const RESULTS: usize> {
    program: Program<'a>,
    detector: Detector<LABELS, RESULTS>,
    stream: &'a mut Stream,
    /// The arena, and elsewhere the workspace of the front end when they cannot share memory.
    arena: &'a mut [u8],
    workspace: Option<&'a mut Workspace>,
    rows: &'a mut [i8],
    row_count: u32,
    stride_rows: u32,
    scale: ScoreScale,
    labels: usize,
}

/// The bytes of memory for feature rows that a Program needs: the length of its input.
pub fn row_bytes(program: &Program<'_>) -> usize {
    program.inputs().first().map_or(0, |input| input.operand.bytes as usize)
}

/// The bytes of memory that a pipeline needs for a Program: the arena, the front end's, and the feature rows.
pub fn memory_bytes(program: &Program<'_>) -> usize {
    Parts::of(program).total()
}

/// What the memory of a pipeline consists of, in this order; bytes of each, all but the last a multiple of
/// [`ALIGNMENT`].
struct Parts {
    arena: usize,
    workspace: usize,
    stream: usize,
    rows: usize,
}

impl Parts {
    /// The front end is at work between invocations, where an arena holds nothing but the state of the model: without
    /// such state its workspace is the start of the arena.
    fn of(program: &Program<'_>) -> Parts {
        let rounded = |bytes: usize| bytes.checked_next_multiple_of(ALIGNMENT).unwrap_or(usize::MAX);
        let workspace = rounded(size_of::<Workspace>());
        let (arena, rows) = (rounded(program.arena_bytes()), row_bytes(program));
        let stream = rounded(size_of::<Stream>());
        match program.initialisers() {
            [] => Parts { arena: arena.max(workspace), workspace: 0, stream, rows },
            _ => Parts { arena, workspace, stream, rows },
        }
    }

    fn total(&self) -> usize {
        [self.workspace, self.stream, self.rows].into_iter().fold(self.arena, usize::saturating_add)
    }
}

/// How a Program is listened with: how often it is invoked, and what is made of its scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// Feature rows from one invocation to the next.
    pub stride_rows: u32,
    /// How scores become detections.
    pub detector: DetectorSettings,
}

impl Listening {
    /// What the Program says, if it does.
    pub fn of(program: &Program<'_>) -> Option<Listening> {
        let record = program.listening()?;
        Some(Listening {
            stride_rows: record.stride_rows,
            detector: DetectorSettings {
                average_window_ms: record.average_window_ms,
                threshold: record.threshold.try_into().unwrap_or(u8::MAX),
                minimum_count: record.minimum_count,
                suppression_ms: record.suppression_ms,
                ignored_labels: record.ignored_labels,
            },
        })
    }

    /// The record for a Program.
    pub fn record(&self) -> ListeningRecord {
        ListeningRecord {
            sample_rate_hz: SAMPLE_RATE as u32,
            window_samples: WINDOW_SAMPLES as u32,
            stride_samples: STRIDE_SAMPLES as u32,
            channels: CHANNELS as u32,
            stride_rows: self.stride_rows,
            average_window_ms: self.detector.average_window_ms,
            threshold: self.detector.threshold.into(),
            minimum_count: self.detector.minimum_count,
            suppression_ms: self.detector.suppression_ms,
            ignored_labels: self.detector.ignored_labels,
        }
    }
}

/// The number of labels: the elements of the Program's first output.
pub fn label_count(program: &Program<'_>) -> usize {
    program.outputs().first().map_or(0, |output| {
        let size = ElementType::from_code(output.operand.element_type).map_or(1, ElementType::size);
        output.operand.bytes as usize / size
    })
}

impl<'a, const LABELS: usize, const RESULTS: usize> Pipeline<'a, LABELS, RESULTS> {
    /// A pipeline that has heard nothing. `memory` is at least [`memory_bytes`] long and starts on a multiple of
    /// [`ALIGNMENT`]; an invocation follows every `stride_rows` rows once the window is full.
    pub fn new(program: Program<'a>, listening: Listening, memory: &'a mut [u8]) -> Result<Self, PipelineError> {
        let (inputs, outputs) = (program.inputs(), program.outputs());
        let (&[input], Some(output)) = (inputs, outputs.first()) else {
            return Err(PipelineError::Interface { inputs: inputs.len(), outputs: outputs.len() });
        };
        let found = ElementType::from_code(input.operand.element_type);
        if found != Some(ElementType::Int8) {
            return Err(PipelineError::InputType { found });
        }
        let needed = input.operand.bytes as usize;
        if needed == 0 || !needed.is_multiple_of(CHANNELS) {
            return Err(PipelineError::InputLength { found: needed });
        }
        if let Some(made_for) = program.listening()
            && (made_for.sample_rate_hz, made_for.window_samples, made_for.stride_samples, made_for.channels)
                != (SAMPLE_RATE as u32, WINDOW_SAMPLES as u32, STRIDE_SAMPLES as u32, CHANNELS as u32)
        {
            return Err(PipelineError::FrontEnd);
        }
        let scale = match ElementType::from_code(output.operand.element_type) {
            Some(ElementType::Float32) => ScoreScale::NATURAL,
            Some(ElementType::Int8 | ElementType::Uint8 | ElementType::Int16) => {
                ScoreScale::new(f32::from_bits(output.scale_bits), output.zero_point)
                    .map_err(PipelineError::Detector)?
            }
            found => return Err(PipelineError::OutputType { found }),
        };
        let labels = label_count(&program);
        if listening.stride_rows == 0 {
            return Err(PipelineError::Stride);
        }
        let detector = Detector::new(listening.detector, labels).map_err(PipelineError::Detector)?;
        let parts = Parts::of(&program);
        let (found, needed) = (memory.len(), parts.total());
        if found < needed {
            return Err(PipelineError::Memory { found, needed });
        }
        if !(memory.as_ptr() as usize).is_multiple_of(ALIGNMENT) {
            return Err(PipelineError::Unaligned);
        }
        let (arena, memory) = memory.split_at_mut(parts.arena);
        let (workspace, memory) = memory.split_at_mut(parts.workspace);
        let (stream, memory) = memory.split_at_mut(parts.stream);
        let rows: &mut [i8] = bytemuck::cast_slice_mut(&mut memory[..parts.rows]);
        resumed(program, arena).reset();
        let stream: &mut Stream = bytemuck::from_bytes_mut(&mut stream[..size_of::<Stream>()]);
        stream.reset();
        Ok(Pipeline {
            program,
            detector,
            stream,
            arena,
            workspace: workspace.get_mut(..size_of::<Workspace>()).map(bytemuck::from_bytes_mut),
            rows,
            row_count: 0,
            stride_rows: listening.stride_rows,
            scale,
            labels,
        })
    }

    /// The number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// The number of rows that the model's window has.
    pub fn window_rows(&self) -> u32 {
        (self.rows.len() / CHANNELS) as u32
    }

    /// How many rows are missing until the first invocation; 0 from then on.
    pub fn rows_until_full(&self) -> u32 {
        self.window_rows().saturating_sub(self.row_count)
    }

    /// The interpreter, for instance to read all outputs after a row with a result and before the next row.
    pub fn interpreter(&mut self) -> Interpreter<'_> {
        resumed(self.program, self.arena)
    }

    /// The detector, for instance for what it averages now.
    pub fn detector(&self) -> &Detector<LABELS, RESULTS> {
        &self.detector
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.stream.reset();
        self.interpreter().reset();
        self.detector.reset();
        self.row_count = 0;
    }

    /// Takes samples off the front of `samples` until a feature row is complete, and says what became of the row.
    ///
    /// Call it until it returns `None`; then `samples` is empty.
    pub fn push(&mut self, samples: &mut &[i16]) -> Option<Result<Row<LABELS>, DataFault>> {
        let workspace = match &mut self.workspace {
            Some(workspace) => &mut **workspace,
            None => bytemuck::from_bytes_mut(&mut self.arena[..size_of::<Workspace>()]),
        };
        let features = self.stream.push(workspace, samples)?;
        let index = self.row_count;
        self.row_count = self.row_count.wrapping_add(1);
        self.rows.copy_within(CHANNELS.., 0);
        let newest = self.rows.len() - CHANNELS;
        self.rows[newest..].copy_from_slice(&features);
        let full_at = self.window_rows() - 1;
        let is_due = index >= full_at && (index - full_at).is_multiple_of(self.stride_rows);
        let result = if is_due { Some(self.infer(index)) } else { None };
        Some(result.transpose().map(|result| Row { index, features, result }))
    }

    fn infer(&mut self, index: u32) -> Result<WindowResult<LABELS>, DataFault> {
        let mut interpreter = resumed(self.program, self.arena);
        if let Some(input) = interpreter.input::<i8>(0) {
            input.copy_from((&*self.rows).into());
        }
        interpreter.invoke()?;
        let mut scores = [i8::MIN; LABELS];
        read_scores(&interpreter, self.scale, &mut scores[..self.labels]);
        let time_ms = index.wrapping_mul(ROW_MS).wrapping_add(WINDOW_MS);
        let detection = self.detector.push(&scores[..self.labels], time_ms);
        Ok(WindowResult { scores, time_ms, detection })
    }
}

/// The interpreter of a pipeline, whose memory was checked when the pipeline was made.
fn resumed<'m>(program: Program<'m>, arena: &'m mut [u8]) -> Interpreter<'m> {
    match Interpreter::resume(program, arena) {
        Ok(interpreter) => interpreter,
        Err(_) => unreachable!("the arena was taken before"),
    }
}

fn read_scores(interpreter: &Interpreter<'_>, scale: ScoreScale, scores: &mut [i8]) {
    let (Some(output), Some(bytes)) = (interpreter.program().outputs().first(), interpreter.output_bytes(0)) else {
        return;
    };
    let Some(element_type) = ElementType::from_code(output.operand.element_type) else { return };
    let size = element_type.size();
    for (index, score) in scores.iter_mut().enumerate() {
        let byte = |offset| bytes.get(index * size + offset) as u32;
        let bits = (0..size).rev().fold(0, |bits, offset| bits << 8 | byte(offset));
        *score = match element_type {
            ElementType::Int8 => scale.score(bits as i8 as i32),
            ElementType::Int16 => scale.score(bits as i16 as i32),
            ElementType::Float32 => score_from_probability(f32::from_bits(bits)),
            _ => scale.score(bits as i32),
        };
    }
}
