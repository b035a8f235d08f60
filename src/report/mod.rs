//! What each command found, for people and for programs.
//!
//! A report is one struct: serialised it is the JSON output, displayed it is the text on the terminal, so the two
//! cannot tell different stories. Reports are plain data: this module opens no files and no devices and writes no
//! colours (see [`table::Style`] for how the command line adds them).

pub mod boards;
pub mod compile;
pub mod confusion;
pub mod flash;
pub mod inspect;
pub mod monitor;
pub mod ports;
pub mod resolver;
pub mod run;
pub mod table;

/// `value` in decimal with a comma between groups of three digits: `1,234,567`.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in full: `4,212 bytes`, `1 byte`.
pub fn bytes(count: u64) -> String {
    counted(count, "byte")
}

/// A number of things in full, of which `noun` is the singular: `1,200 clips`, `1 clip`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// `part` of `whole` as a percentage with one decimal, `-` when `whole` is 0.
///
/// Rounded to nearest, except that `0.0%` means none and `100.0%` means all: a single miss in a million shows as
/// `99.9%`, a single hit as `0.1%`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_string();
    }
    let mut tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    if part > 0 && part < whole {
        tenths = tenths.clamp(1, 999);
    }
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let cases = [(0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (123_456, "123,456")];
        for (value, text) in cases {
            assert_eq!(thousands(value), text);
        }
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn one_byte_is_singular() {
        assert_eq!([bytes(0), bytes(1), bytes(4212)], ["0 bytes", "1 byte", "4,212 bytes"]);
    }

    #[test]
    fn percentages_round_to_nearest_but_never_to_none_or_all() {
        let cases = [
            (0, 0, "-"),
            (0, 5, "0.0%"),
            (5, 5, "100.0%"),
            (2, 3, "66.7%"),
            (1, 3, "33.3%"),
            (1, 2000, "0.1%"),
            (1, 1_000_000, "0.1%"),
            (999_999, 1_000_000, "99.9%"),
            (3, 2, "150.0%"),
            (u64::MAX, u64::MAX, "100.0%"),
        ];
        for (part, whole, text) in cases {
            assert_eq!(percent(part, whole), text, "{part} of {whole}");
        }
    }
}
