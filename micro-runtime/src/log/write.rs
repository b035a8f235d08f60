//! Events to lines.
//!
//! Numbers are written here and not by `core::fmt`, whose machinery would be a fifth of a small firmware.

use core::fmt::{self, Write};

use super::{Event, Values};

/// Writes an event as one line, the line feed included.
pub fn write(out: &mut dyn Write, event: &Event<'_>) -> fmt::Result {
    event.write(out)?;
    out.write_str("\n")
}

/// The line, without its end.
impl fmt::Display for Event<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter)
    }
}

impl Event<'_> {
    fn write(&self, out: &mut dyn Write) -> fmt::Result {
        let mut line = Line(out);
        match *self {
            Event::Boot { version, board, clock_hz, kernel_set, kernels } => {
                line.event("boot")?;
                line.text("version", version)?;
                line.text("board", board)?;
                line.number("clock_hz", clock_hz)?;
                line.text("kernel_set", kernel_set)?;
                line.number("kernels", kernels)
            }
            Event::Program { model, checksum, bytes, kernel_set, arena_bytes, memory_bytes, room_bytes } => {
                line.event("program")?;
                line.digits("model", &model.to_be_bytes())?;
                line.digits("checksum", &checksum.to_be_bytes())?;
                line.number("bytes", bytes)?;
                line.text("kernel_set", kernel_set)?;
                line.number("arena", arena_bytes)?;
                line.number("memory", memory_bytes)?;
                line.number("room", room_bytes)
            }
            Event::Label { index, name } => {
                line.event("label")?;
                line.number("index", index)?;
                line.text("name", name)
            }
            Event::Listening { window_ms, stride_ms, average_ms, threshold } => {
                line.event("listening")?;
                line.number("window_ms", window_ms)?;
                line.number("stride_ms", stride_ms)?;
                line.number("average_ms", average_ms)?;
                line.number("threshold", threshold)
            }
            Event::Heard { label, index, score, time_ms } => {
                line.event("heard")?;
                line.text("label", label)?;
                line.number("index", index)?;
                line.number("score", score)?;
                line.number("time_ms", time_ms)
            }
            Event::Scores { time_ms, peak, now, average } => {
                line.event("scores")?;
                line.number("time_ms", time_ms)?;
                line.number("peak", peak)?;
                line.values("now", now)?;
                line.values("average", average)
            }
            Event::Light { colour, on } => {
                line.event("light")?;
                line.text("colour", colour)?;
                line.number("on", on)
            }
            Event::Lost { samples } => {
                line.event("lost")?;
                line.number("samples", samples)
            }
            Event::Refused { code, message } => {
                line.event("refused")?;
                line.number("code", code)?;
                line.text("message", message)
            }
            Event::Failed { time_ms, message } => {
                line.event("failed")?;
                line.number("time_ms", time_ms)?;
                line.text("message", message)
            }
            Event::Panic { file, line: number } => {
                line.event("panic")?;
                line.text("file", file)?;
                line.number("line", number)
            }
        }
    }
}

struct Line<'w>(&'w mut dyn Write);

impl Line<'_> {
    fn event(&mut self, name: &str) -> fmt::Result {
        self.0.write_str(name)
    }

    fn key(&mut self, key: &str) -> fmt::Result {
        self.0.write_str(" ")?;
        self.0.write_str(key)?;
        self.0.write_str("=")
    }

    fn text(&mut self, key: &str, text: &str) -> fmt::Result {
        self.key(key)?;
        self.0.write_str("\"")?;
        for character in text.chars() {
            self.0.write_char(match character {
                '"' => '\'',
                character if character.is_control() => ' ',
                character => character,
            })?;
        }
        self.0.write_str("\"")
    }

    fn number(&mut self, key: &str, number: u32) -> fmt::Result {
        self.key(key)?;
        self.decimal(number)
    }

    fn decimal(&mut self, mut number: u32) -> fmt::Result {
        let mut digits = [0; 10];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        digits[start..].iter().try_for_each(|&digit| self.0.write_char(digit as char))
    }

    fn digits(&mut self, key: &str, bytes: &[u8]) -> fmt::Result {
        self.key(key)?;
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                let letter = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
                self.0.write_char(letter as char)?;
            }
        }
        Ok(())
    }

    fn values(&mut self, key: &str, values: Values<'_>) -> fmt::Result {
        self.key(key)?;
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.0.write_str(",")?;
            }
            self.decimal(value.into())?;
        }
        Ok(())
    }
}
