//! A digital microphone whose pulse-density stream the chip turns into samples, 15,957 a second: 0.3 % below 16,000,
//! which no word notices.
//!
//! The block's own FIFO bridges the time from the last word of a buffer until it has the next one.

use super::{BUFFER_WORDS, Microphone, filled};
use crate::pads::{self, Use};
use crate::power::{self, Block};
use crate::processor;
use crate::registers::{
    PDM_DMACFG, PDM_DMATARGADDR, PDM_DMATOTCOUNT, PDM_DMATRIGEN, PDM_FLUSH, PDM_INTCLR, PDM_INTEN, PDM_INTSTAT,
    PDM_PCFG, PDM_THR, PDM_VCFG,
};

/// The interrupt that [`interrupt`] handles.
pub const INTERRUPT: u8 = 19;

/// 1.5 MHz for the microphone, the left channel, a sample a word; held in reset, no clock given out.
const VOICE: u32 = 4 << 27 | 1 << 3;
const VOICE_RUNS: u32 = 1 << 30;
const VOICE_CLOCKS: u32 = 1 << 31 | 1 << 26;
const RESET_MICROSECONDS: u32 = 200;

/// Gain in steps of 1.5 dB from -6 dB: 12 dB. The leveller adds up to 14 dB.
const GAIN: u32 = 12;
/// 1.5 MHz / (2 x 47 x 1) = 15,957 Hz.
const DECIMATION: u32 = 47;
/// Both gains, no division, high-pass filter on at cutoff 2, one cycle of soft mute; enabled.
const CORE: u32 = GAIN << 26 | GAIN << 21 | DECIMATION << 10 | 2 << 5 | 1 << 2 | 1;

/// Words in the FIFO when they are fetched. It divides a buffer.
const THRESHOLD: u32 = 16;
const _: () = assert!(BUFFER_WORDS.is_multiple_of(THRESHOLD as usize));

/// High priority; not enabled.
const TRANSFER: u32 = 1 << 8;
const TRANSFER_ENABLE: u32 = 1 << 0;
/// At the threshold.
const TRANSFER_TRIGGER: u32 = 1;
const TRANSFER_COMPLETE: u32 = 1 << 3;
const TRANSFER_ERROR: u32 = 1 << 4;

/// Starts the microphone on pads 12 (clock) and 29 (data), the left one of the two that share them. Only one may run.
pub fn start() -> Microphone {
    power::on(Block::Pdm);
    pads::set(12, Use::PdmClock);
    pads::set(29, Use::PdmData);
    PDM_VCFG.write(VOICE);
    processor::spin(RESET_MICROSECONDS);
    PDM_VCFG.write(VOICE | VOICE_RUNS);
    PDM_PCFG.write(CORE);
    PDM_VCFG.write(VOICE | VOICE_RUNS | VOICE_CLOCKS);
    PDM_THR.write(THRESHOLD);
    PDM_FLUSH.write(1);
    PDM_INTCLR.write(!0);
    PDM_DMATRIGEN.write(TRANSFER_TRIGGER);
    let microphone = Microphone::begin(fill);
    PDM_INTEN.write(TRANSFER_COMPLETE | TRANSFER_ERROR);
    processor::enable_interrupt(INTERRUPT);
    microphone
}

/// The sample of a word as a code of 15 bits, the way [`super::analogue`] has them.
#[inline]
pub fn code(word: u32) -> u16 {
    ((word as u16) ^ 0x8000) >> 1
}

fn fill(address: u32) {
    PDM_DMACFG.write(TRANSFER);
    PDM_DMATARGADDR.write(address);
    PDM_DMATOTCOUNT.write((BUFFER_WORDS * size_of::<u32>()) as u32);
    PDM_DMACFG.write(TRANSFER | TRANSFER_ENABLE);
}

/// The handler of [`INTERRUPT`].
pub extern "C" fn interrupt() {
    let happened = PDM_INTSTAT.read();
    PDM_INTCLR.write(happened);
    if happened & (TRANSFER_COMPLETE | TRANSFER_ERROR) != 0 {
        filled(happened & TRANSFER_ERROR == 0, fill);
    }
}
