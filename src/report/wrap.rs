//! Long sentences in lines.

/// `text` in lines of at most `width` columns where words allow it, each after `indent`, each ended by a line feed. Lines
/// after the first are two columns further in.
pub fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column == 0 {
            lines.push_str(indent);
            column = indent.len();
        } else if column + 1 + length > width {
            lines.push('\n');
            lines.push_str(indent);
            lines.push_str("  ");
            column = indent.len() + 2;
        } else {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_word_that_does_not_fit() {
        assert_eq!(wrapped("one two three", "  ", 9), "  one two\n    three\n");
        assert_eq!(wrapped("one two three", "  ", 80), "  one two three\n");
        assert_eq!(wrapped("incomprehensibilities", "", 5), "incomprehensibilities\n");
        assert_eq!(wrapped("", "  ", 5), "\n");
    }
}
