//! `tinyml features`: many clips through the front end, for training.

use std::io::{self, BufReader, BufWriter};

use clap::Args;

use super::{Failure, Kind};
use crate::host::features::{FeaturesError, stream};

/// How the streams are framed, for `--help`.
const FRAMING: &str = "\
All numbers are little-endian.
  stdin   for each clip: u32 sample count, then the samples: int16, mono, 16 kHz
  stdout  for each clip: u32 row count, then the rows: 40 int8 each

Row i covers the samples 320 i to 320 i + 480. The front end starts anew with
every clip. The rows of a clip are written before the next clip is read.
For a single WAV file, use: tinyml run --wav FILE --features FILE";

/// Turn a stream of clips into feature rows, for training
#[derive(Args)]
#[command(after_help = FRAMING)]
pub struct Arguments {}

pub fn execute(_: Arguments) -> anyhow::Result<()> {
    let clips = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let rows = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match stream(clips, rows) {
        Ok(_) => Ok(()),
        Err(FeaturesError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Err(error.into()),
        Err(FeaturesError::Write(error)) => Err(Failure::not_printed(error).into()),
        Err(error) => Err(Failure::new(Kind::Unreadable, format!("stdin: {error}"))
            .help("each clip is a u32 sample count and that many int16 samples; see tinyml features --help")
            .into()),
    }
}
