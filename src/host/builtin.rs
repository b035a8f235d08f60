//! The model that runs when none is named.

/// The keyword model for "yes" and "no", when this build carries one.
pub const KEYWORD_MODEL: Option<&[u8]> = None;
