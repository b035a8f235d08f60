//! An analogue microphone on the converter: 16,000 conversions a second into buffers that take turns.
//!
//! Timer A3 paces the converter, direct memory access carries its words into one buffer while the application reads
//! another, and the interrupt names the next. The converter holds its breath from the last word of a buffer until then,
//! so the handler does nothing else. When the application has not given a buffer back by then, the full one is filled
//! anew: what it held is lost, and counted.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::ops::Deref;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::pads::{self, Use};
use crate::power::{self, Block};
use crate::processor;
use crate::registers::{
    ADC_CFG, ADC_DMACFG, ADC_DMATARGADDR, ADC_DMATOTCOUNT, ADC_DMATRIGEN, ADC_INTCLR, ADC_INTEN, ADC_INTSTAT, ADC_SWT,
    CTIMER_CMPRA3, CTIMER_CTRL3, CTIMER_GLOBEN, adc_slot,
};

/// Conversions a second.
pub const SAMPLE_RATE: u32 = 16_000;

/// Words in a buffer: 64 ms.
pub const BUFFER_WORDS: usize = 1024;

/// One is being filled, the others may be full or in use: the application may fall 192 ms behind.
const BUFFERS: u8 = 4;

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

#[repr(C, align(16))]
struct Buffer(UnsafeCell<[u32; BUFFER_WORDS]>);

// SAFETY: a buffer belongs to the converter or to the application, never to both: `OWNED` counts those of the latter,
// which follow each other in the ring up to the one before `FILLING`.
unsafe impl Sync for Buffer {}

static RING: [Buffer; BUFFERS as usize] = [const { Buffer(UnsafeCell::new([0; BUFFER_WORDS])) }; BUFFERS as usize];
/// The buffer that the converter fills. Only the interrupt changes it once sound comes.
static FILLING: AtomicU8 = AtomicU8::new(0);
/// Full buffers that the application has not given back.
static OWNED: AtomicU8 = AtomicU8::new(0);
/// Buffers lost since somebody last asked.
static LOST: AtomicU32 = AtomicU32::new(0);

/// A microphone that runs.
#[derive(Debug)]
pub struct Microphone {
    /// The oldest buffer that the application owns, or will own next.
    oldest: u8,
    is_lent: bool,
}

impl Microphone {
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
        OWNED.store(0, Ordering::Relaxed);
        fill(0);
        ADC_DMATRIGEN.write(TRANSFER_TRIGGER);
        ADC_INTEN.write(TRANSFER_COMPLETE | TRANSFER_ERROR);
        processor::enable_interrupt(INTERRUPT);
        ADC_CFG.write(CONVERTER | CONVERTER_ENABLE);
        ADC_SWT.write(TRIGGER);
        CTIMER_CTRL3.change(0, TIMER_ENABLE);
        Microphone { oldest: 0, is_lent: false }
    }

    /// Whether there is a buffer to [`Microphone::take`].
    pub fn is_ready(&self) -> bool {
        !self.is_lent && OWNED.load(Ordering::Acquire) > 0
    }

    /// Lends the oldest full buffer, if there is one and none is lent.
    pub fn take(&mut self) -> Option<Filled> {
        if !self.is_ready() {
            return None;
        }
        self.is_lent = true;
        // SAFETY: the application owns this buffer until `give_back`, which consumes the one `Filled` there is; the
        // converter is not given a buffer that the application owns.
        Some(Filled(unsafe { &*RING[usize::from(self.oldest)].0.get() }))
    }

    /// Takes a buffer back.
    pub fn give_back(&mut self, Filled(_): Filled) {
        self.is_lent = false;
        self.oldest = (self.oldest + 1) % BUFFERS;
        OWNED.fetch_sub(1, Ordering::Release);
    }

    /// The number of buffers lost since the last call.
    pub fn lost(&mut self) -> u32 {
        LOST.swap(0, Ordering::Relaxed)
    }
}

/// A full buffer.
#[derive(Debug)]
pub struct Filled(&'static [u32; BUFFER_WORDS]);

impl Deref for Filled {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        self.0
    }
}

/// The 14-bit code of a word, if it comes from the microphone's slot.
pub fn code(word: u32) -> Option<u16> {
    (word >> 28 & 7 == u32::from(SLOT)).then_some((word >> 6 & 0x3FFF) as u16)
}

/// Points the converter at a buffer, which the application must not own.
fn fill(index: u8) {
    FILLING.store(index, Ordering::Relaxed);
    ADC_DMACFG.write(TRANSFER);
    ADC_DMATARGADDR.write(RING[usize::from(index)].0.get() as u32);
    ADC_DMATOTCOUNT.write((BUFFER_WORDS * size_of::<u32>()) as u32);
    ADC_DMACFG.write(TRANSFER | TRANSFER_ENABLE);
}

/// The handler of [`INTERRUPT`].
pub extern "C" fn interrupt() {
    let happened = ADC_INTSTAT.read();
    ADC_INTCLR.write(happened);
    if happened & (TRANSFER_COMPLETE | TRANSFER_ERROR) == 0 {
        return;
    }
    let filling = FILLING.load(Ordering::Relaxed);
    let is_whole = happened & TRANSFER_ERROR == 0;
    // One buffer must stay with the converter.
    if is_whole && OWNED.load(Ordering::Relaxed) < BUFFERS - 1 {
        OWNED.fetch_add(1, Ordering::Release);
        fill((filling + 1) % BUFFERS);
    } else {
        LOST.fetch_add(1, Ordering::Relaxed);
        fill(filling);
    }
}
