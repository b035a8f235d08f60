//! What is really said in a recording, and when: a small JSON file beside it.
//!
//! ```json
//! { "schema_version": 1, "words": [ { "label": "yes", "start_ms": 3147, "end_ms": 3827 } ] }
//! ```
//!
//! Every word may be named, also those that the model has no label for; a recording without words has an empty list.

use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

/// The largest file that is read as a truth, in bytes; a word takes about 60.
pub const MAX_TRUTH_BYTES: u64 = 1 << 24;

/// The format that is read.
pub const SCHEMA_VERSION: u64 = 1;

/// A word that is said.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// The word, as the model's label spells it.
    pub label: String,
    /// Its start in milliseconds from the start of the recording.
    pub start_ms: u32,
    /// Its end, after the start.
    pub end_ms: u32,
}

/// All that is said in a recording, in the order of the starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The words.
    pub words: Vec<Spoken>,
}

/// Why a file is no truth.
#[derive(Debug, Error)]
pub enum TruthError {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file is larger than [`MAX_TRUTH_BYTES`].
    #[error("is larger than {} MiB, the most that is read", MAX_TRUTH_BYTES >> 20)]
    TooLarge,
    /// It is not JSON, or not of the form.
    #[error("is not a truth file: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of another format.
    #[error("has schema_version {found}, {SCHEMA_VERSION} needed")]
    Version {
        /// The version that the file names.
        found: u64,
    },
    /// A word ends where it starts, or before.
    #[error("word {number} (\"{label}\") ends at {end_ms} ms, its start is {start_ms} ms")]
    Backwards {
        /// The number of the word, from 1.
        number: usize,
        /// The word.
        label: String,
        /// Its start.
        start_ms: u32,
        /// Its end.
        end_ms: u32,
    },
}

impl TruthError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            TruthError::Io(_) => "check the spelling and the folder; give one truth file for each --wav",
            TruthError::TooLarge => "is this the right file? a word takes about 60 bytes",
            TruthError::Form(_) | TruthError::Version { .. } => {
                "the form is {\"schema_version\": 1, \"words\": [{\"label\": \"yes\", \"start_ms\": 100, \"end_ms\": 700}]}"
            }
            TruthError::Backwards { .. } => "times are in milliseconds from the start of the recording",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema_version: u64,
    words: Vec<Spoken>,
}

impl Truth {
    /// The truth that a JSON text holds.
    pub fn parse(text: &[u8]) -> Result<Truth, TruthError> {
        let File { schema_version, mut words } = serde_json::from_slice(text)?;
        if schema_version != SCHEMA_VERSION {
            return Err(TruthError::Version { found: schema_version });
        }
        for (index, word) in words.iter().enumerate() {
            if word.end_ms <= word.start_ms {
                let Spoken { label, start_ms, end_ms } = word.clone();
                return Err(TruthError::Backwards { number: index + 1, label, start_ms, end_ms });
            }
        }
        words.sort_by_key(|word| (word.start_ms, word.end_ms));
        Ok(Truth { words })
    }

    /// The truth in the file at `path`, at most [`MAX_TRUTH_BYTES`].
    pub fn read(path: &Path) -> Result<Truth, TruthError> {
        use std::io::Read;
        let mut text = Vec::new();
        std::fs::File::open(path)?.take(MAX_TRUTH_BYTES + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_TRUTH_BYTES { Err(TruthError::TooLarge) } else { Truth::parse(&text) }
    }

    /// The end of the last word in milliseconds, 0 without words.
    pub fn end_ms(&self) -> u32 {
        self.words.iter().map(|word| word.end_ms).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Truth::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn words_come_in_the_order_of_their_starts() {
        let text = r#"{"schema_version": 1, "words": [
            {"label": "no", "start_ms": 500, "end_ms": 900}, {"label": "yes", "start_ms": 100, "end_ms": 400}]}"#;
        let truth = Truth::parse(text.as_bytes()).unwrap();
        assert_eq!(truth.words.iter().map(|word| word.label.as_str()).collect::<Vec<_>>(), ["yes", "no"]);
        assert_eq!(truth.end_ms(), 900);
        assert_eq!(Truth::parse(br#"{"schema_version": 1, "words": []}"#).unwrap(), Truth::default());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let word = |inner: &str| format!(r#"{{"schema_version": 1, "words": [{inner}]}}"#);
        assert!(refused("[1]").starts_with("is not a truth file: invalid length"), "{}", refused("[1]"));
        assert_eq!(refused(r#"{"schema_version": 2, "words": []}"#), "has schema_version 2, 1 needed");
        let same = refused(&word(r#"{"label": "yes", "start_ms": 7, "end_ms": 7}"#));
        assert_eq!(same, "word 1 (\"yes\") ends at 7 ms, its start is 7 ms");
        assert!(refused(&word(r#"{"label": "yes", "start_ms": 7}"#)).contains("missing field `end_ms`"));
        assert!(refused(&word(r#"{"label": "yes", "start_ms": -7, "end_ms": 7}"#)).contains("invalid value"));
        assert!(refused(&word(r#"{"label": "a", "start_ms": 1, "end_ms": 7, "ends": 8}"#)).contains("unknown field"));
    }
}
