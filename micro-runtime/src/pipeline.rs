//! From samples to detections: what firmware and host both run.
//!
//! Samples become feature rows, the newest rows that fill the model's input become scores once every stride, and
//! scores become detections. The pipeline owns nothing big: the arena and the memory for the rows are lent.

use core::fmt;

use crate::arena::ElementType;
use crate::detect::{Detection, Detector, DetectorError, DetectorSettings, ScoreScale, score_from_probability};
use crate::frontend::{CHANNELS, FrontEnd, SAMPLE_RATE, STRIDE_SAMPLES, Settings, WINDOW_SAMPLES};
use crate::interpreter::{DataFault, Interpreter};
use crate::program::Program;

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
    /// The memory lent for the rows is too small.
    Rows {
        /// Bytes lent.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
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
            PipelineError::Rows { found, needed } => {
                write!(formatter, "{found} bytes lent for feature rows, {needed} needed")
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
    front_end: FrontEnd<'a>,
    interpreter: Interpreter<'a>,
    detector: Detector<LABELS, RESULTS>,
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

/// The number of labels: the elements of the Program's first output.
pub fn label_count(program: &Program<'_>) -> usize {
    program.outputs().first().map_or(0, |output| {
        let size = ElementType::from_code(output.operand.element_type).map_or(1, ElementType::size);
        output.operand.bytes as usize / size
    })
}

impl<'a, const LABELS: usize, const RESULTS: usize> Pipeline<'a, LABELS, RESULTS> {
    /// A pipeline that has heard nothing. `rows` is at least [`row_bytes`] long; an invocation follows every
    /// `stride_rows` rows once the window is full.
    pub fn new(
        interpreter: Interpreter<'a>,
        settings: &'a Settings<'a>,
        detector: DetectorSettings,
        rows: &'a mut [i8],
        stride_rows: u32,
    ) -> Result<Self, PipelineError> {
        let program = interpreter.program();
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
        if let Some(made_for) = program.front_end()
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
        let labels = label_count(program);
        if rows.len() < needed {
            return Err(PipelineError::Rows { found: rows.len(), needed });
        }
        if stride_rows == 0 {
            return Err(PipelineError::Stride);
        }
        let detector = Detector::new(detector, labels).map_err(PipelineError::Detector)?;
        let rows = &mut rows[..needed];
        rows.fill(i8::MIN);
        let front_end = FrontEnd::new(settings);
        Ok(Pipeline { front_end, interpreter, detector, rows, row_count: 0, stride_rows, scale, labels })
    }

    /// The number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// The number of rows that the model's window has.
    pub fn window_rows(&self) -> u32 {
        (self.rows.len() / CHANNELS) as u32
    }

    /// The interpreter, for instance to read all outputs after a row with a result.
    pub fn interpreter(&self) -> &Interpreter<'a> {
        &self.interpreter
    }

    /// The detector, for instance for what it averages now.
    pub fn detector(&self) -> &Detector<LABELS, RESULTS> {
        &self.detector
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.front_end.reset();
        self.interpreter.reset();
        self.detector.reset();
        self.rows.fill(i8::MIN);
        self.row_count = 0;
    }

    /// Takes samples off the front of `samples` until a feature row is complete, and says what became of the row.
    ///
    /// Call it until it returns `None`; then `samples` is empty.
    pub fn push(&mut self, samples: &mut &[i16]) -> Option<Result<Row<LABELS>, DataFault>> {
        let features = self.front_end.push(samples)?;
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
        if let Some(input) = self.interpreter.input::<i8>(0) {
            input.copy_from((&*self.rows).into());
        }
        self.interpreter.invoke()?;
        let mut scores = [i8::MIN; LABELS];
        self.read_scores(&mut scores[..self.labels]);
        let time_ms = index.wrapping_mul(ROW_MS).wrapping_add(WINDOW_MS);
        let detection = self.detector.push(&scores[..self.labels], time_ms);
        Ok(WindowResult { scores, time_ms, detection })
    }

    fn read_scores(&self, scores: &mut [i8]) {
        let scale = self.scale;
        let interpreter = &self.interpreter;
        if let Some(output) = interpreter.output::<i8>(0) {
            scores.iter_mut().zip(output.iter()).for_each(|(score, value)| *score = scale.score(value as i32));
        } else if let Some(output) = interpreter.output::<u8>(0) {
            scores.iter_mut().zip(output.iter()).for_each(|(score, value)| *score = scale.score(value as i32));
        } else if let Some(output) = interpreter.output::<i16>(0) {
            scores.iter_mut().zip(output.iter()).for_each(|(score, value)| *score = scale.score(value as i32));
        } else if let Some(output) = interpreter.output::<f32>(0) {
            scores.iter_mut().zip(output.iter()).for_each(|(score, value)| *score = score_from_probability(value));
        }
    }
}
