//! An image in QEMU, listening to a file.

use std::path::Path;
use std::time::Duration;

use micro_runtime::log;

use super::Arguments;
use crate::audio::wav;
use crate::cli::{Failure, Kind, interrupt, style};
use crate::flash::image::FlashImage;
use crate::flash::qemu::{self, QemuError};
use crate::report::flash::HeardReport;

/// Emulated seconds of sound take less than so many of real time.
const SLOWNESS: u32 = 20;

/// Silence after the sound: a second.
const TAIL_SAMPLES: usize = 16_000;

/// Runs the image on a sound, and gives what it heard.
pub fn run(arguments: &Arguments, image: &FlashImage) -> anyhow::Result<Vec<HeardReport>> {
    let Some(path) = &arguments.wav else {
        return Err(Failure::usage(
            format!("{} has no microphone: there is nothing to listen to", image.board.name),
            "name a recording: --wav FILE",
        )
        .into());
    };
    let name = path.display().to_string();
    let clip = wav::read(path, wav::Options::default())
        .map_err(|error| Failure::new(Kind::Unreadable, format!("{name}: {error}")).help(error.help()))?;
    let version = qemu::version().map_err(|error| failure(&error))?;
    style::note(&format!("QEMU {version}"));
    let folder = tempfile::tempdir()?;
    let (image_path, sound_path) = (folder.path().join("image.bin"), folder.path().join("sound.wav"));
    std::fs::write(&image_path, image.flat()).map_err(|error| Failure::not_written(&image_path, error))?;
    // As `tinyml run` does: a word at the very end is to be heard, too.
    let mut samples = clip.samples.clone();
    samples.resize(samples.len() + TAIL_SAMPLES, 0);
    write_wav(&sound_path, &samples)?;
    let sound = sound_path.display().to_string();
    let mut heard = Vec::new();
    let mut line = |text: &str| match log::Event::read(text) {
        Some(log::Event::Heard { label, score, time_ms, .. }) => {
            heard.push(HeardReport { label: label.to_string(), score, time_ms });
        }
        Some(log::Event::Refused { message, .. } | log::Event::Failed { message, .. }) => style::warning(message),
        Some(log::Event::Boot { version, kernels, .. }) => {
            style::note(&format!("firmware {version} with {kernels} kernels started"));
        }
        _ => {}
    };
    let limit = Duration::from_secs(60) + Duration::from_millis(clip.duration_ms()) * SLOWNESS;
    let arguments = ["keyword", sound.as_str()];
    qemu::run(image.board.name, &image_path, &arguments, limit, &interrupt::is_asked, &mut line)
        .map_err(|error| failure(&error))?;
    Ok(heard)
}

fn failure(error: &QemuError) -> Failure {
    let (kind, help) = match error {
        QemuError::NotFound => {
            (Kind::NotFound, "install it: sudo apt-get install qemu-system-arm, or brew install qemu")
        }
        QemuError::Start(_) => (Kind::Other, "check the installation of QEMU"),
        QemuError::Failed { .. } => (Kind::Other, "the firmware gave up; its own words are above"),
        QemuError::TimeOut { .. } => (Kind::TimeOut, "use a shorter recording, or check the firmware"),
        QemuError::Interrupted => (Kind::Interrupted, "run the same command again when you are ready"),
    };
    Failure::new(kind, error).help(help)
}

/// A WAV as the emulated firmware takes it: 16 kHz, mono, 16 bits.
fn write_wav(path: &Path, samples: &[i16]) -> anyhow::Result<()> {
    let bytes = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(samples.len() * 2 + 44);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for word in [16_u32, 0x0001_0001, 16_000, 32_000, 0x0010_0002] {
        file.extend(word.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    samples.iter().for_each(|sample| file.extend(sample.to_le_bytes()));
    std::fs::write(path, file).map_err(|error| Failure::not_written(path, error))?;
    Ok(())
}
