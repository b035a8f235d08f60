//! A microphone: 1024 words at a time into buffers that take turns.
//!
//! Direct memory access carries the words of [`analogue`]'s or [`pdm`]'s block into one buffer while the application
//! reads another, and the block's interrupt names the next. When the application has not given a buffer back by then,
//! the full one is filled anew: what it held is lost, and counted.

#![allow(unsafe_code)]

pub mod analogue;
pub mod pdm;

use core::cell::UnsafeCell;
use core::ops::Deref;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

/// Words in a buffer: 64 ms, a sample a word.
pub const BUFFER_WORDS: usize = 1024;

/// One is being filled, the others may be full or in use: the application may fall 192 ms behind.
const BUFFERS: u8 = 4;

#[repr(C, align(16))]
struct Buffer(UnsafeCell<[u32; BUFFER_WORDS]>);

// SAFETY: a buffer belongs to the block or to the application, never to both: `OWNED` counts those of the latter, which
// follow each other in the ring up to the one before `FILLING`.
unsafe impl Sync for Buffer {}

static RING: [Buffer; BUFFERS as usize] = [const { Buffer(UnsafeCell::new([0; BUFFER_WORDS])) }; BUFFERS as usize];
/// The buffer that the block fills. Only the interrupt changes it once sound comes.
static FILLING: AtomicU8 = AtomicU8::new(0);
/// Full buffers that the application has not given back.
static OWNED: AtomicU8 = AtomicU8::new(0);
/// Buffers lost since somebody last asked.
static LOST: AtomicU32 = AtomicU32::new(0);

/// Points a block at a buffer of [`BUFFER_WORDS`] words at this address, which nobody else uses.
type Fill = fn(u32);

/// A microphone that runs.
#[derive(Debug)]
pub struct Microphone {
    /// The oldest buffer that the application owns, or will own next.
    oldest: u8,
    is_lent: bool,
}

impl Microphone {
    /// The first buffer goes to a block that does not run yet. Only one microphone may run.
    fn begin(fill: Fill) -> Microphone {
        OWNED.store(0, Ordering::Relaxed);
        hand_over(0, fill);
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
        // block is not given a buffer that the application owns.
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

/// Points a block at a buffer, which the application must not own.
fn hand_over(index: u8, fill: Fill) {
    FILLING.store(index, Ordering::Relaxed);
    fill(RING[usize::from(index)].0.get() as u32);
}

/// For an interrupt: the block has filled its buffer, or failed to, and gets the next one.
fn filled(is_whole: bool, fill: Fill) {
    let filling = FILLING.load(Ordering::Relaxed);
    // One buffer must stay with the block.
    if is_whole && OWNED.load(Ordering::Relaxed) < BUFFERS - 1 {
        OWNED.fetch_add(1, Ordering::Release);
        hand_over((filling + 1) % BUFFERS, fill);
    } else {
        LOST.fetch_add(1, Ordering::Relaxed);
        hand_over(filling, fill);
    }
}
