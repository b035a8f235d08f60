//! Pieces of sentences.

/// `1 channel`, `3 channels`, `3 biases`.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = match (count, noun.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {noun}{ending}")
}

/// ` (1 more channel)`, or nothing when there are no more.
pub fn and_more(more: usize, noun: &str) -> String {
    match more {
        0 => String::new(),
        _ => format!(" ({more} more {noun}{})", if more == 1 { "" } else { "s" }),
    }
}

/// A scale, to the digits of single precision; far from 1 with an exponent.
pub fn real(value: f64) -> String {
    let single = value as f32;
    match single.abs() {
        size if size == 0.0 || (1e-3..1e6).contains(&size) => format!("{single}"),
        _ => format!("{single:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_as_short_as_they_can_be() {
        let shown = [0.1_f32 as f64, 0.5 * 0.1_f32 as f64, 1e-9, 3e7, 0.0, f64::INFINITY].map(real);
        assert_eq!(shown, ["0.1", "0.05", "1e-9", "3e7", "0", "inf"]);
    }
}
