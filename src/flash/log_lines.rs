//! Bytes of a serial log to lines, whatever arrives: rubbish at a wrong rate must neither grow nor be lost.

/// The longest line; longer ones are cut into several.
const MAXIMUM_BYTES: usize = 4096;

/// Collects bytes until they are lines.
#[derive(Default)]
pub struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    /// Takes bytes, and hands over every line that they complete. What is no UTF-8 is replaced.
    pub fn push(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        for &byte in bytes {
            if byte == b'\n' || self.bytes.len() == MAXIMUM_BYTES {
                self.end(line);
            }
            if byte != b'\n' {
                self.bytes.push(byte);
            }
        }
    }

    /// Hands over what has not been ended, if there is something.
    pub fn finish(&mut self, line: &mut dyn FnMut(&str)) {
        if !self.bytes.is_empty() {
            self.end(line);
        }
    }

    fn end(&mut self, line: &mut dyn FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.bytes);
        line(text.trim_end_matches('\r'));
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_arrive() {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in [&b"heard lab"[..], b"el=\"yes\"\r\n\nhe\xFF", b"llo\nrest"] {
            lines.push(piece, &mut |line| found.push(line.to_string()));
        }
        assert_eq!(found, ["heard label=\"yes\"", "", "he\u{FFFD}llo"]);
        lines.finish(&mut |line| found.push(line.to_string()));
        lines.finish(&mut |line| found.push(line.to_string()));
        assert_eq!(found.last().map(String::as_str), Some("rest"));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let mut lines = Lines::default();
        let mut lengths = Vec::new();
        lines.push(&[b'x'; 10_000], &mut |line| lengths.push(line.len()));
        assert_eq!(lengths, [MAXIMUM_BYTES, MAXIMUM_BYTES]);
    }
}
