//! An analogue microphone on the converter, 16,000 conversions a second, paced by timer A3.
//!
//! The converter holds its breath from the last word of a buffer until it has the next one, so the handler does nothing
//! else.

use super::{BUFFER_WORDS, Microphone, filled};
use crate::pads::{self, Use};
use crate::power::{self, Block};
use crate::processor;
use crate::registers::{
    ADC_CFG, ADC_DMACFG, ADC_DMATARGADDR, ADC_DMATOTCOUNT, ADC_DMATRIGEN, ADC_INTCLR, ADC_INTEN, ADC_INTSTAT, ADC_SWT,
    CTIMER_CMPRA3, CTIMER_CTRL3, CTIMER_GLOBEN, adc_slot,
};

/// Conversions a second.
const SAMPLE_RATE: u32 = 16_000;

/// The interrupt that [`interrupt`] handles.
pub const INTERRUPT: u8 = 18;

/// An input of the converter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// SE1, on pad 29.
    Se1,
    /// SE2, on pad 11.
    Se2,
}

/// The slot of the converter that is used. The words carry its number.
const SLOT: u8 = 1;
const SLOTS: u8 = 8;
const SLOT_ENABLE: u32 = 1 << 0;

/// 24 MHz, software trigger, 2.0 V reference, repeating; not enabled.
const CONVERTER: u32 = 0x0207_1014;
const CONVERTER_ENABLE: u32 = 1 << 0;
const TRIGGER: u32 = 0x37;

/// High priority, dynamic, conversions wait while a completion is pending; not enabled.
const TRANSFER: u32 = 0x0001_0300;
const TRANSFER_ENABLE: u32 = 1 << 0;
/// At three quarters of the FIFO.
const TRANSFER_TRIGGER: u32 = 1;
const TRANSFER_COMPLETE: u32 = 1 << 6;
const TRANSFER_ERROR: u32 = 1 << 7;

/// 12 MHz, repeating, paces the converter; not enabled.
const TIMER: u32 = 0x8242;
const TIMER_CLEAR: u32 = 1 << 11;
const TIMER_ENABLE: u32 = 1 << 0;
const TIMER_HZ: u32 = 12_000_000;
const TIMERS: u32 = 0xFFFF;
const LOW_HALF: u32 = 0xFFFF;

/// Starts the microphone on `channel`. Only one may run.
pub fn start(channel: Channel) -> Microphone {
    power::on(Block::Adc);
    let (pad, code) = match channel {
        Channel::Se1 => (29, 1),
        Channel::Se2 => (11, 2),
    };
    pads::set(pad, Use::Converter);
    CTIMER_CTRL3.change(LOW_HALF, TIMER | TIMER_CLEAR);
    CTIMER_CMPRA3.write(TIMER_HZ / SAMPLE_RATE);
    CTIMER_CTRL3.change(LOW_HALF, TIMER);
    CTIMER_GLOBEN.change(0, TIMERS);

    ADC_CFG.write(0);
    for slot in 0..SLOTS {
        adc_slot(slot).write(if slot == SLOT { code << 8 | SLOT_ENABLE } else { 0 });
    }
    ADC_CFG.write(CONVERTER);
    ADC_INTCLR.write(!0);
    let microphone = Microphone::begin(fill);
    ADC_DMATRIGEN.write(TRANSFER_TRIGGER);
    ADC_INTEN.write(TRANSFER_COMPLETE | TRANSFER_ERROR);
    processor::enable_interrupt(INTERRUPT);
    ADC_CFG.write(CONVERTER | CONVERTER_ENABLE);
    ADC_SWT.write(TRIGGER);
    CTIMER_CTRL3.change(0, TIMER_ENABLE);
    microphone
}

/// The 14-bit code of a word, if it comes from the microphone's slot.
#[inline]
pub fn code(word: u32) -> Option<u16> {
    (word >> 28 & 7 == u32::from(SLOT)).then_some((word >> 6 & 0x3FFF) as u16)
}

fn fill(address: u32) {
    ADC_DMACFG.write(TRANSFER);
    ADC_DMATARGADDR.write(address);
    ADC_DMATOTCOUNT.write((BUFFER_WORDS * size_of::<u32>()) as u32);
    ADC_DMACFG.write(TRANSFER | TRANSFER_ENABLE);
}

/// The handler of [`INTERRUPT`].
pub extern "C" fn interrupt() {
    let happened = ADC_INTSTAT.read();
    ADC_INTCLR.write(happened);
    if happened & (TRANSFER_COMPLETE | TRANSFER_ERROR) != 0 {
        filled(happened & TRANSFER_ERROR == 0, fill);
    }
}
