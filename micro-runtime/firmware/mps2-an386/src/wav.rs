//! WAV files, as far as an emulated microphone has to read them.

use crate::semihosting::File;

/// Moves to the first sample of a WAV of 16-bit PCM, mono at 16 kHz; the number of bytes of samples. Says what is wrong
/// with other files.
pub fn start(file: &mut File) -> Result<u32, &'static str> {
    const CUT: &str = "is cut short, or no WAV";
    let mut riff = [0; 12];
    if file.read(&mut riff) != riff.len() || riff[..4] != *b"RIFF" || riff[8..] != *b"WAVE" {
        return Err(CUT);
    }
    let mut is_right = false;
    loop {
        let mut head = [0; 8];
        if file.read(&mut head) != head.len() {
            return Err(CUT);
        }
        let bytes = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            b"data" if is_right => return Ok(bytes),
            b"fmt " if bytes >= 16 => {
                let mut format = [0; 16];
                if file.read(&mut format) != format.len() {
                    return Err(CUT);
                }
                // PCM, one channel, 16,000 samples a second, 16 bits each.
                is_right = format[..8] == [1, 0, 1, 0, 0x80, 0x3e, 0, 0] && format[14..] == [16, 0];
                if !is_right {
                    return Err("is not 16-bit PCM, mono at 16 kHz");
                }
                skip(file, bytes - 16 + bytes % 2)?;
            }
            _ => skip(file, bytes.saturating_add(bytes % 2))?,
        }
    }

    fn skip(file: &mut File, mut bytes: u32) -> Result<(), &'static str> {
        let mut buffer = [0; 64];
        while bytes > 0 {
            let part = bytes.min(buffer.len() as u32);
            if file.read(&mut buffer[..part as usize]) != part as usize {
                return Err(CUT);
            }
            bytes -= part;
        }
        Ok(())
    }
}
