//! A short text in memory of its own.

use core::fmt;

/// Room for the longest message in bytes; more is cut off.
const ROOM: usize = 160;

/// Text of at most [`ROOM`] bytes.
pub struct Text {
    bytes: [u8; ROOM],
    length: usize,
}

impl Text {
    /// What `message` displays.
    pub fn of(message: impl fmt::Display) -> Text {
        let mut text = Text { bytes: [0; ROOM], length: 0 };
        // The only error is that the rest is cut off.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{message}"));
        text
    }

    /// It.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut taken = text.len().min(ROOM - self.length);
        while !text.is_char_boundary(taken) {
            taken -= 1;
        }
        self.bytes[self.length..][..taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.length += taken;
        if taken == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}
