//! Lines to events.

use super::{Event, Values};

impl<'a> Event<'a> {
    /// The event that a line holds, with or without the end of the line; `None` when it holds none.
    pub fn read(line: &'a str) -> Option<Event<'a>> {
        let line = line.trim_end_matches(['\r', '\n']);
        let (name, fields) = line.split_at(line.find(' ').unwrap_or(line.len()));
        let fields = Fields(fields);
        Some(match name {
            "boot" => Event::Boot {
                version: fields.text("version")?,
                board: fields.text("board")?,
                clock_hz: fields.number("clock_hz")?,
                kernel_set: fields.text("kernel_set")?,
                kernels: fields.number("kernels")?,
            },
            "program" => Event::Program {
                model: u64::from_str_radix(fields.value("model")?, 16).ok()?,
                checksum: u32::from_str_radix(fields.value("checksum")?, 16).ok()?,
                bytes: fields.number("bytes")?,
                kernel_set: fields.text("kernel_set")?,
                arena_bytes: fields.number("arena")?,
                memory_bytes: fields.number("memory")?,
                room_bytes: fields.number("room")?,
            },
            "label" => Event::Label { index: fields.number("index")?, name: fields.text("name")? },
            "listening" => Event::Listening {
                window_ms: fields.number("window_ms")?,
                stride_ms: fields.number("stride_ms")?,
                average_ms: fields.number("average_ms")?,
                threshold: fields.number("threshold")?,
            },
            "heard" => Event::Heard {
                label: fields.text("label")?,
                index: fields.number("index")?,
                score: fields.number("score")?,
                time_ms: fields.number("time_ms")?,
            },
            "scores" => Event::Scores {
                time_ms: fields.number("time_ms")?,
                peak: fields.number("peak")?,
                now: fields.values("now")?,
                average: fields.values("average")?,
            },
            "light" => Event::Light { colour: fields.text("colour")?, on: fields.number("on")? },
            "lost" => Event::Lost { samples: fields.number("samples")? },
            "refused" => Event::Refused { code: fields.number("code")?, message: fields.text("message")? },
            "failed" => Event::Failed { time_ms: fields.number("time_ms")?, message: fields.text("message")? },
            "panic" => Event::Panic { file: fields.text("file")?, line: fields.number("line")? },
            _ => return None,
        })
    }
}

/// What follows the name of an event: ` key=value` again and again.
#[derive(Clone)]
struct Fields<'a>(&'a str);

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, &'a str);

    /// The next key and its value, a text with its quotes. Ends at what has not this form.
    fn next(&mut self) -> Option<Self::Item> {
        let (key, rest) = self.0.strip_prefix(' ')?.split_once('=')?;
        let end = match rest.strip_prefix('"') {
            Some(text) => text.find('"')? + 2,
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        let (value, rest) = rest.split_at(end);
        self.0 = rest;
        Some((key, value))
    }
}

impl<'a> Fields<'a> {
    fn value(&self, key: &str) -> Option<&'a str> {
        self.clone().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key)?.strip_prefix('"')?.strip_suffix('"')
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.value(key)?.parse().ok()
    }

    fn values(&self, key: &str) -> Option<Values<'a>> {
        let text = self.value(key)?;
        let is_list = text.is_empty() || text.split(',').all(|number| number.parse::<u8>().is_ok());
        is_list.then_some(Values::Text(text))
    }
}
