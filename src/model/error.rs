//! Why a file was refused, in words for whoever chose the file.

use flatbuffers::{ErrorTraceDetail, InvalidFlatbuffer};

const AGAIN: &str = "the file is damaged or was written by a faulty tool: copy it again, or convert the model again";

/// Why bytes are not a usable model. Displays as one line; [`ReadError::help`] says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The bytes are something else.
    #[error("not a TensorFlow Lite model: {found}")]
    NotAModel {
        /// What the bytes look like instead.
        found: String,
        /// How to get from there to a model, if that is known.
        help: Option<String>,
    },
    /// Something would lie behind the end of the file.
    #[error("{place}: needs {needed} bytes from byte {start} on, but the file ends after {length} bytes")]
    Truncated {
        /// The part of the model that is cut off.
        place: String,
        /// Where it begins, in bytes from the start of the file.
        start: u64,
        /// How long it claims to be.
        needed: u64,
        /// The length of the file in bytes.
        length: u64,
    },
    /// The structure of the file contradicts itself.
    #[error("{place}: {problem}")]
    Damaged {
        /// The part of the model that cannot be read.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file can be read, but what it says cannot be true or is not supported.
    #[error("{place}: {problem}")]
    Invalid {
        /// The part of the model, such as `subgraph 0, operator 3 (CONV_2D), input 1`.
        place: String,
        /// What was found and what was needed.
        problem: String,
        /// What to do about it, if there is something to do.
        help: Option<String>,
    },
}

impl ReadError {
    /// What to do next.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotAModel { help, .. } | Self::Invalid { help, .. } => help.clone(),
            Self::Truncated { .. } => {
                Some("the file is cut short or damaged: copy or download it again and compare sizes".into())
            }
            Self::Damaged { .. } => Some(AGAIN.into()),
        }
    }

    /// A contradiction in the file; advises to write it anew unless [`ReadError::with_help`] knows better.
    pub(super) fn invalid(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid { place: place.into(), problem: problem.into(), help: Some(AGAIN.into()) }
    }

    pub(super) fn with_help(self, text: &str) -> Self {
        match self {
            Self::Invalid { place, problem, .. } => Self::Invalid { place, problem, help: Some(text.into()) },
            other => other,
        }
    }

    /// Says what `bytes`, which lack the mark of a model, seem to be.
    pub(super) fn not_a_model(bytes: &[u8]) -> Self {
        let (found, help) = guess(bytes);
        Self::NotAModel { found, help: help.map(str::to_owned) }
    }

    /// Puts the verdict of the FlatBuffer verifier into words.
    pub(super) fn from_verifier(error: &InvalidFlatbuffer, length: usize) -> Self {
        use InvalidFlatbuffer::*;
        let (trace, problem) = match error {
            RangeOutOfBounds { range, error_trace } => {
                let place = place(error_trace.as_ref());
                let needed = range.end.saturating_sub(range.start) as u64;
                return Self::Truncated { place, start: range.start as u64, needed, length: length as u64 };
            }
            MissingRequiredField { required, error_trace } => {
                (error_trace.as_ref(), format!("the field {required} is missing"))
            }
            InconsistentUnion { field, field_type, error_trace } => {
                (error_trace.as_ref(), format!("{field} and {field_type} must both be present or both be absent"))
            }
            Utf8Error { range, error_trace, .. } => {
                (error_trace.as_ref(), format!("the text in bytes {} to {} is not UTF-8", range.start, range.end))
            }
            MissingNullTerminator { range, error_trace } => {
                (error_trace.as_ref(), format!("the text in bytes {} to {} has no end mark", range.start, range.end))
            }
            // The verifier looks at alignment first, even of what lies behind the end.
            Unaligned { position, error_trace, .. } if *position >= length => (
                error_trace.as_ref(),
                format!("an offset leads to byte {position}, but the file ends after {length} bytes"),
            ),
            Unaligned { position, unaligned_type, error_trace } => (
                error_trace.as_ref(),
                format!("the {unaligned_type} number at byte {position} is not at a multiple of its size"),
            ),
            SignedOffsetOutOfBounds { soffset, position, error_trace } => (
                error_trace.as_ref(),
                format!("the offset {soffset} at byte {position} leads out of the file of {length} bytes"),
            ),
            TooManyTables => (&[][..], "more parts than a file of this size can hold".to_owned()),
            ApparentSizeTooLarge => (&[][..], "the same bytes are used over and over for different parts".to_owned()),
            DepthLimitReached => (&[][..], "parts are nested too deeply".to_owned()),
        };
        Self::Damaged { place: place(trace), problem }
    }
}

/// `subgraphs`, 0, `operators`, 3, `inputs` becomes `subgraph 0, operator 3, inputs`. The trace runs from the inside
/// out.
fn place(trace: &[ErrorTraceDetail]) -> String {
    let mut words: Vec<String> = Vec::new();
    for detail in trace.iter().rev() {
        match detail {
            ErrorTraceDetail::TableField { field_name, .. } => words.push(field_name.replace('_', " ")),
            ErrorTraceDetail::VectorElement { index, .. } => match words.last_mut() {
                Some(list) => {
                    let singular = list.strip_suffix('s').unwrap_or(list);
                    *list = format!("{singular} {index}");
                }
                None => words.push(format!("element {index}")),
            },
            ErrorTraceDetail::UnionVariant { .. } => {}
        }
    }
    if words.is_empty() { "the file".to_owned() } else { words.join(", ") }
}

/// Files that people pass by mistake, told by how they begin.
fn guess(bytes: &[u8]) -> (String, Option<&'static str>) {
    const CONVERT: &str = "convert the model with TensorFlow's TFLiteConverter and pass the .tflite file";
    const EXTRACT: &str = "unpack it and pass the .tflite file inside";
    const DOWNLOAD: &str = "this is what a failed download leaves behind: fetch the file again from its raw address";
    const KNOWN: &[(&[u8], &str, &str)] = &[
        (b"\x89HDF", "this is an HDF5 file, as Keras writes it", CONVERT),
        (b"PK\x03\x04", "this is a zip archive, such as a .keras file", CONVERT),
        (b"\x1f\x8b", "this is a gzip archive", EXTRACT),
        (b"BZh", "this is a bzip2 archive", EXTRACT),
        (b"version https://git-lfs", "this is a pointer to a file in Git LFS", "run `git lfs pull` to get the file"),
        (b"<!DOCTYPE", "this is a web page", DOWNLOAD),
        (b"<!doctype", "this is a web page", DOWNLOAD),
        (b"<html", "this is a web page", DOWNLOAD),
        (b"\x7fELF", "this is a program (ELF)", "pass the .tflite file that was linked into it"),
        (b"RIFF", "this is a WAV or another RIFF file", "pass the model here, and audio where audio is asked for"),
        (b"GGUF", "this is a GGUF file", CONVERT),
        (b"{", "this looks like JSON", CONVERT),
        (b"#include", "this looks like C source", "pass the .tflite file the array was made from"),
        (b"const unsigned char", "this looks like C source", "pass the .tflite file the array was made from"),
        (b"unsigned char", "this looks like C source", "pass the .tflite file the array was made from"),
    ];
    if bytes.is_empty() {
        return ("the file is empty".into(), Some("check that it was copied or downloaded completely"));
    }
    for &(start, found, help) in KNOWN {
        if bytes.starts_with(start) {
            return (found.into(), Some(help));
        }
    }
    match bytes.get(4..8) {
        None => (
            format!("it has {} bytes, a model has at least 8", bytes.len()),
            Some("check that it was copied completely"),
        ),
        Some(mark) => (
            format!("bytes 4 to 7 should be \"TFL3\" and are \"{}\"", mark.escape_ascii()),
            Some("pass a .tflite file; other formats have to be converted first"),
        ),
    }
}
