//! What `tinyml flash` says.

use std::fmt;

use serde::Serialize;

use super::table::{Cell, Style, Table, printable};
use super::{bytes, counted, percent, thousands};
use crate::flash::firmware::Firmware;
use crate::flash::image::{FlashImage, Part};
use crate::flash::transport::Installed;
use crate::flash::words::address;

/// An image, and what was done with it.
#[derive(Clone, Debug, Serialize)]
pub struct FlashReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The name of the board.
    pub board: &'static str,
    /// The firmware in the image, if there is one.
    pub firmware: Option<FirmwareReport>,
    /// The model in the image, if there is one.
    pub model: Option<ModelReport>,
    /// The image.
    pub image: ImageReport,
    /// `planned`, `written`, `installed` or `ran`.
    pub outcome: &'static str,
    /// The file that was written.
    pub output: Option<String>,
    /// How the image went onto the board.
    pub transfer: Option<TransferReport>,
    /// What an emulated board heard.
    pub heard: Option<Vec<HeardReport>>,
}

/// A firmware.
#[derive(Clone, Debug, Serialize)]
pub struct FirmwareReport {
    /// The name of its file, or `built-in`.
    pub name: String,
    /// The format of its file.
    pub format: &'static str,
    /// Its version, where it tells.
    pub version: Option<String>,
    /// Its bytes.
    pub bytes: u64,
    /// The arena that it can lend, where it tells.
    pub arena_bytes: Option<u32>,
}

/// A model.
#[derive(Clone, Debug, Serialize)]
pub struct ModelReport {
    /// The name of its file, or what it is.
    pub name: String,
    /// SHA-256 of the model, in hexadecimal.
    pub sha256: String,
    /// Size of its Program.
    pub program_bytes: u64,
    /// Arena that it needs.
    pub arena_bytes: u32,
    /// The kernel set that it was compiled for.
    pub kernel_set: &'static str,
    /// Its labels.
    pub labels: Vec<String>,
}

/// An image.
#[derive(Clone, Debug, Serialize)]
pub struct ImageReport {
    /// The first address.
    pub start: u32,
    /// Bytes from the first to the last address, gaps included.
    pub bytes: u64,
    /// What an application may occupy on the board.
    pub available_bytes: u64,
    /// CRC-32 of these bytes, in hexadecimal.
    pub crc32: String,
    /// Size of the pages that are erased.
    pub page_bytes: u32,
    /// How many of them hold a byte of the image.
    pub pages: u64,
    /// What is in it, in the order of addresses.
    pub segments: Vec<SegmentReport>,
}

/// A part of an image.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentReport {
    /// `firmware`, `model` or `gap`.
    pub part: &'static str,
    /// The first address.
    pub start: u32,
    /// Its bytes.
    pub bytes: u64,
}

/// A transfer.
#[derive(Clone, Debug, Serialize)]
pub struct TransferReport {
    /// The protocol.
    pub loader: &'static str,
    /// The port.
    pub port: String,
    /// Bits a second.
    pub baud: u32,
    /// Every byte that was sent.
    pub bytes_sent: u64,
    /// Messages that were sent again.
    pub repeated: u32,
    /// From the first byte to the last answer.
    pub seconds: f32,
}

/// A word that an emulated board heard.
#[derive(Clone, Debug, Serialize)]
pub struct HeardReport {
    /// The label.
    pub label: String,
    /// Its average score, 0 to 255.
    pub score: u32,
    /// Milliseconds since the first sample.
    pub time_ms: u32,
}

impl FirmwareReport {
    /// The report on the firmware of this name.
    pub fn new(name: &str, firmware: &Firmware) -> FirmwareReport {
        let facts = firmware.record.as_ref().map(|record| &record.facts);
        FirmwareReport {
            name: name.to_string(),
            format: firmware.format.name(),
            version: facts.and_then(|facts| facts.version().map(str::to_string)),
            bytes: firmware.bytes(),
            arena_bytes: facts.map(|facts| facts.arena_bytes),
        }
    }
}

impl TransferReport {
    /// The report on a finished transfer.
    pub fn new(loader: &'static str, port: &str, installed: &Installed) -> TransferReport {
        TransferReport {
            loader,
            port: port.to_string(),
            baud: installed.baud,
            bytes_sent: installed.bytes_sent,
            repeated: installed.repeated,
            seconds: (installed.time.as_secs_f32() * 10.0).round() / 10.0,
        }
    }
}

impl ImageReport {
    /// The report on an image.
    pub fn new(image: &FlashImage) -> ImageReport {
        let mut segments: Vec<SegmentReport> = Vec::new();
        for segment in &image.segments {
            let part = match segment.part {
                Part::Firmware => "firmware",
                Part::Program => "model",
            };
            let bytes = segment.chunk.bytes.len() as u64;
            segments.push(SegmentReport { part, start: segment.chunk.address, bytes });
        }
        let gaps = image.gaps().into_iter();
        segments.extend(gaps.map(|gap| SegmentReport { part: "gap", start: gap.start, bytes: gap.bytes.into() }));
        segments.sort_by_key(|segment| segment.start);
        ImageReport {
            start: image.start(),
            bytes: (image.end() - image.start()).into(),
            available_bytes: image.board.application.bytes.into(),
            crc32: format!("{:08x}", image.checksum()),
            page_bytes: image.board.page_bytes,
            pages: image.pages().len() as u64,
            segments,
        }
    }
}

impl FlashReport {
    /// The map of the image for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        writeln!(out, "{}", paint(Style::Strong, self.board))?;
        if let Some(firmware) = &self.firmware {
            let version = firmware.version.as_ref().map_or(String::new(), |version| format!(", version {version}"));
            writeln!(out, "  firmware  {} ({}{})", printable(&firmware.name), firmware.format, printable(&version))?;
        }
        if let Some(model) = &self.model {
            let arena = match self.firmware.as_ref().and_then(|firmware| firmware.arena_bytes) {
                Some(available) => format!("{} of {}", thousands(model.arena_bytes.into()), bytes(available.into())),
                None => bytes(model.arena_bytes.into()),
            };
            writeln!(out, "  model     {} ({} kernels)", printable(&model.name), model.kernel_set)?;
            writeln!(out, "  arena     {arena}")?;
        }
        writeln!(out)?;
        let mut table = Table::new(["part", "start", "end", "bytes"]).indent(2);
        for segment in &self.image.segments {
            let end = u64::from(segment.start) + segment.bytes;
            let style = if segment.part == "gap" { Style::Faint } else { Style::Plain };
            table.row([
                Cell::text(segment.part).style(style),
                Cell::right(address(segment.start)).style(style),
                Cell::right(address(end)).style(style),
                Cell::number(segment.bytes).style(style),
            ]);
        }
        let end = u64::from(self.image.start) + self.image.bytes;
        table.total([
            Cell::text("image"),
            Cell::right(address(self.image.start)),
            Cell::right(address(end)),
            Cell::number(self.image.bytes),
        ]);
        table.render(out, &paint)?;
        writeln!(out)?;
        writeln!(
            out,
            "  fits: {} of {} ({}), {} of {}, CRC-32 {}",
            thousands(self.image.bytes),
            bytes(self.image.available_bytes),
            percent(self.image.bytes, self.image.available_bytes),
            counted(self.image.pages, "page"),
            bytes(self.image.page_bytes.into()),
            self.image.crc32
        )
    }

    /// What was done, for people.
    pub fn render_outcome(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        if let Some(transfer) = &self.transfer {
            let repeated = match transfer.repeated {
                0 => String::new(),
                count => format!(", {} sent again", counted(count.into(), "message")),
            };
            writeln!(
                out,
                "{} {} on {} in {:.1} s at {} baud{repeated}",
                paint(Style::Good, "installed"),
                bytes(self.image.bytes),
                printable(&transfer.port),
                transfer.seconds,
                transfer.baud
            )?;
        }
        if let Some(heard) = &self.heard {
            for heard in heard {
                let seconds = f64::from(heard.time_ms) / 1000.0;
                writeln!(out, "\"{}\" at {seconds:.2} s, score {}", printable(&heard.label), heard.score)?;
            }
            if heard.is_empty() {
                writeln!(out, "no word was heard")?;
            }
        }
        Ok(())
    }
}
