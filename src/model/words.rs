//! Pieces of the sentences in which the reader says what is wrong.

/// `there are 12 tensors (0 to 11)`.
pub(super) fn having(number: usize, what: &str) -> String {
    match number {
        0 => format!("there are no {what}s"),
        1 => format!("there is 1 {what} (0)"),
        _ => format!("there are {number} {what}s (0 to {})", number - 1),
    }
}

/// `1 input`, `2 inputs`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// As [`short`], in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", short(name))
}

/// A name from the file for use in a message: control characters escaped, and not longer than a line.
pub(super) fn short(name: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = name.chars().take(MOST).flat_map(char::escape_debug).collect();
    if name.chars().nth(MOST).is_some() {
        shown.push_str("...");
    }
    shown
}

/// A shape for use in a message; a damaged one can have thousands of dimensions.
pub(super) fn brief(shape: &[usize]) -> String {
    const MOST: usize = 8;
    match shape.get(..MOST) {
        Some(start) if shape.len() > MOST => format!("{start:?} and {} more dimensions", shape.len() - MOST),
        _ => format!("{shape:?}"),
    }
}
