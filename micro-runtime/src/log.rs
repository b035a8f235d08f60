//! The lines that a firmware writes to its serial log, and their reader.
//!
//! ```text
//! line  = event *( " " key "=" value )
//! value = number | hexadecimal digits | list | text in double quotes
//! list  = number *( "," number )
//! ```
//!
//! A line ends with a line feed, before which a carriage return may stand. Texts hold neither double quotes nor
//! control characters: where a label has some, the log has `'` and spaces. Readers pass over keys that they do not
//! know, and over lines that are no events. Times count from the first sample.

mod read;
mod write;

pub use write::write;

/// One line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// `boot`: the firmware has started.
    Boot {
        /// `version`: of the firmware.
        version: &'a str,
        /// `board`: its name.
        board: &'a str,
        /// `clock_hz`: of the processor.
        clock_hz: u32,
        /// `kernel_set`: the one that it prefers Programs for.
        kernel_set: &'a str,
        /// `kernels`: how many it links.
        kernels: u32,
    },
    /// `program`: the Program that it found.
    Program {
        /// `model`: the first eight bytes of the SHA-256 of the model, as 16 hexadecimal digits.
        model: u64,
        /// `checksum`: the CRC-32 of the Program, as 8 hexadecimal digits.
        checksum: u32,
        /// `bytes`: its length.
        bytes: u32,
        /// `kernel_set`: the one that it was laid out for.
        kernel_set: &'a str,
        /// `arena`: bytes of its arena.
        arena_bytes: u32,
        /// `memory`: bytes in use for it: the arena, the feature rows, and what else cannot share bytes with them.
        memory_bytes: u32,
        /// `room`: bytes that the firmware has for that.
        room_bytes: u32,
    },
    /// `label`: one label of the Program.
    Label {
        /// `index`: its number, from 0.
        index: u32,
        /// `name`: its name.
        name: &'a str,
    },
    /// `listening`: everything is ready, and how it listens.
    Listening {
        /// `window_ms`: the sound that one result is made from.
        window_ms: u32,
        /// `stride_ms`: from one result to the next.
        stride_ms: u32,
        /// `average_ms`: over which results are averaged.
        average_ms: u32,
        /// `threshold`: what the average of a word must exceed, 0 to 255.
        threshold: u32,
    },
    /// `heard`: a word.
    Heard {
        /// `label`: its name.
        label: &'a str,
        /// `index`: the number of its label.
        index: u32,
        /// `score`: its average, 0 to 255.
        score: u32,
        /// `time_ms`: when the result that completed it ended.
        time_ms: u32,
    },
    /// `scores`: a result, in the verbose mode.
    Scores {
        /// `time_ms`: its end.
        time_ms: u32,
        /// `peak`: the greatest magnitude of a sample since the result before.
        peak: u32,
        /// `now`: the score of each label, 0 to 255.
        now: Values<'a>,
        /// `average`: their averages, 0 to 255.
        average: Values<'a>,
    },
    /// `light`: a light was switched; from boards whose lights are lines.
    Light {
        /// `colour`: which one.
        colour: &'a str,
        /// `on`: 1 or 0.
        on: u32,
    },
    /// `lost`: samples that the processor did not get to.
    Lost {
        /// `samples`: how many since the last report.
        samples: u32,
    },
    /// `refused`: there is nothing to run. The light blinks as often as `code` says, again and again.
    Refused {
        /// `code`: the kind of problem, see the application.
        code: u32,
        /// `message`: for people.
        message: &'a str,
    },
    /// `failed`: a result could not be computed from this sound; listening goes on.
    Failed {
        /// `time_ms`: the end of the window.
        time_ms: u32,
        /// `message`: for people.
        message: &'a str,
    },
    /// `panic`: a fault of the firmware; it starts anew.
    Panic {
        /// `file`: where, in the source.
        file: &'a str,
        /// `line`: where in the file.
        line: u32,
    },
}

/// A list of numbers from 0 to 255.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// As they are.
    Numbers(&'a [u8]),
    /// As they are written.
    Text(&'a str),
}

impl<'a> Values<'a> {
    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<'a> {
        let (numbers, text) = match *self {
            Values::Numbers(numbers) => (numbers, ""),
            Values::Text(text) => (&[][..], text),
        };
        let read = text.split(',').filter_map(|number| number.parse().ok());
        numbers.iter().copied().chain(read)
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Values<'_> {}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::string::ToString;

    /// One of each kind, with the line that it makes.
    const LINES: [(Event<'static>, &str); 11] = [
        (
            Event::Boot {
                version: "0.1.0",
                board: "sparkfun-edge",
                clock_hz: 48_000_000,
                kernel_set: "armv7em",
                kernels: 60,
            },
            "boot version=\"0.1.0\" board=\"sparkfun-edge\" clock_hz=48000000 kernel_set=\"armv7em\" kernels=60",
        ),
        (
            Event::Program {
                model: 0x01cf_5deb_cd0c_1d91,
                checksum: 0x00ab_cdef,
                bytes: 17_312,
                kernel_set: "armv7em",
                arena_bytes: 4164,
                memory_bytes: 6136,
                room_bytes: 262_144,
            },
            "program model=01cf5debcd0c1d91 checksum=00abcdef bytes=17312 kernel_set=\"armv7em\" arena=4164 \
             memory=6136 room=262144",
        ),
        (Event::Label { index: 2, name: "oui, oui" }, "label index=2 name=\"oui, oui\""),
        (
            Event::Listening { window_ms: 990, stride_ms: 100, average_ms: 400, threshold: 150 },
            "listening window_ms=990 stride_ms=100 average_ms=400 threshold=150",
        ),
        (
            Event::Heard { label: "yes", index: 2, score: 213, time_ms: u32::MAX },
            "heard label=\"yes\" index=2 score=213 time_ms=4294967295",
        ),
        (
            Event::Scores {
                time_ms: 990,
                peak: 32768,
                now: Values::Numbers(&[0, 7, 255]),
                average: Values::Numbers(&[]),
            },
            "scores time_ms=990 peak=32768 now=0,7,255 average=",
        ),
        (Event::Light { colour: "yellow", on: 1 }, "light colour=\"yellow\" on=1"),
        (Event::Lost { samples: 320 }, "lost samples=320"),
        (Event::Refused { code: 2, message: "damaged: 1 = 2" }, "refused code=2 message=\"damaged: 1 = 2\""),
        (Event::Failed { time_ms: 0, message: "" }, "failed time_ms=0 message=\"\""),
        (Event::Panic { file: "src/lib.rs", line: 7 }, "panic file=\"src/lib.rs\" line=7"),
    ];

    #[test]
    fn lines_round_trip() {
        for (event, line) in LINES {
            assert_eq!(event.to_string(), line);
            assert_eq!(Event::read(line), Some(event));
            assert_eq!(Event::read(&std::format!("{line}\r\n")), Some(event));
        }
    }

    #[test]
    fn unknown_keys_are_passed_over_in_any_place() {
        let event = Event::Heard { label: "yes", index: 2, score: 213, time_ms: 20 };
        let line = "heard colour=\"a score=1\" time_ms=20 score=213 new=7 label=\"yes\" index=2";
        assert_eq!(Event::read(line), Some(event));
    }

    #[test]
    fn what_is_no_event_is_none() {
        for line in [
            "",
            "\n",
            "Hello",
            "heard",
            "heard label=\"yes\" index=2 score=213",
            "heard label=\"yes\" index=2 score=213 time_ms=",
            "heard label=\"yes\" index=2 score=213 time_ms=-1",
            "heard label=\"yes\" index=2 score=213 time_ms=4294967296",
            "heard label=\"yes index=2 score=213 time_ms=1",
            "heard label=yes index=2 score=213 time_ms=1",
            "heard label=\"yes\" index 2 score=213 time_ms=1",
            "scores time_ms=1 peak=2 now=1,256 average=3",
            "scores time_ms=1 peak=2 now=1,,2 average=3",
            "program model=xyz checksum=0 bytes=1 kernel_set=\"\" arena=1 memory=1 room=1",
            "\u{fffd}heard label=\"yes\"",
        ] {
            assert_eq!(Event::read(line), None, "{line}");
        }
    }

    #[test]
    fn texts_cannot_break_the_line() {
        let name = "a\"b\nc\u{7}d é";
        assert_eq!(Event::Label { index: 0, name }.to_string(), "label index=0 name=\"a'b c d é\"");
    }
}
