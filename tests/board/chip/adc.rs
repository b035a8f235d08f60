//! The converter, paced by timer A3, whose words go to memory.

use super::{SECOND, Time};

const ENABLED: u32 = 1;
const TRIGGER: u32 = 0x37;
const COMPLETE: u32 = 1 << 6;
const HOLD: u32 = 1 << 16;
/// A word that no slot gives: what a buffer holds before it is full.
pub const NOTHING: u32 = 0x7FFF_FFFF;

/// What the microphone hears: a code for each conversion.
#[derive(Clone, Debug, Default)]
pub struct Sound {
    pub codes: Vec<u16>,
    /// The code after the end.
    pub rest: u16,
}

pub struct Adc {
    sound: Sound,
    timer_extra: u64,
    pub timer_compare: u64,
    timer_hertz: u64,
    timer_runs: bool,
    config: u32,
    slots: [u32; 8],
    triggered: bool,
    interrupts: u32,
    happened: u32,
    transfer: u32,
    transfer_bytes: u32,
    target: u32,
    trigger_level: u32,
    /// When sound began.
    pub started: Option<Time>,
    /// The conversion that is next.
    next: u64,
    /// Words that the transfer still wants.
    wanted: u64,
    /// A completion is pending: the converter holds its breath.
    is_held: bool,
    /// Conversions that did not happen, or whose words had nowhere to go.
    pub missed: u64,
    /// Buffers that were filled.
    pub buffers: u64,
    /// Words to be written to memory by the machine.
    pub writes: Vec<(u32, Vec<u8>)>,
}

impl Adc {
    pub fn new(sound: Sound, timer_extra: u64) -> Adc {
        Adc {
            sound,
            timer_extra,
            timer_compare: 0,
            timer_hertz: 0,
            timer_runs: false,
            config: 0,
            slots: [0; 8],
            triggered: false,
            interrupts: 0,
            happened: 0,
            transfer: 0,
            transfer_bytes: 0,
            target: 0,
            trigger_level: 0,
            started: None,
            next: 0,
            wanted: 0,
            is_held: false,
            missed: 0,
            buffers: 0,
            writes: Vec::new(),
        }
    }

    /// Timer 3 has this control word.
    pub fn timer(&mut self, control: u32, is_enabled: bool, now: Time) {
        self.timer_hertz = match control >> 1 & 0x1F {
            1 => 12_000_000,
            2 => 3_000_000,
            3 => 187_500,
            _ => 0,
        };
        let repeats = control >> 6 & 7 == 1;
        self.timer_runs = control & 1 == 1 && is_enabled && control >> 15 & 1 == 1 && control >> 11 & 1 == 0 && repeats;
        self.begin(now);
    }

    fn period(&self) -> Option<Time> {
        let ticks = self.timer_compare + self.timer_extra;
        (self.timer_hertz > 0 && ticks > 0).then(|| SECOND * ticks / self.timer_hertz)
    }

    fn enabled_slots(&self) -> impl Iterator<Item = u32> {
        (0..8).filter(|&slot| self.slots[slot as usize] & 1 == 1)
    }

    fn is_running(&self) -> bool {
        self.timer_runs && self.config & ENABLED == 1 && self.triggered && self.enabled_slots().next().is_some()
    }

    fn begin(&mut self, now: Time) {
        if self.started.is_none() && self.is_running() && self.period().is_some() {
            self.started = Some(now);
        }
    }

    /// The time of a conversion.
    fn time_of(&self, conversion: u64) -> Option<Time> {
        Some(self.started? + self.period()? * (conversion + 1))
    }

    pub fn next_event(&self) -> Option<Time> {
        if !self.is_running() || self.is_held || self.transfer & 1 == 0 {
            return None;
        }
        let ticks = self.wanted.div_ceil(self.enabled_slots().count().max(1) as u64).max(1);
        self.time_of(self.next + ticks - 1)
    }

    /// Passes over conversions that went by while nothing could take their words.
    fn skip(&mut self, now: Time) {
        if let (Some(start), Some(period)) = (self.started, self.period()) {
            let due = now.saturating_sub(start) / period;
            self.missed += due.saturating_sub(self.next);
            self.next = self.next.max(due);
        }
    }

    fn code(&self, conversion: u64) -> u32 {
        u32::from(self.sound.codes.get(conversion as usize).copied().unwrap_or(self.sound.rest))
    }

    /// Finishes a transfer that is due. True when that raises the interrupt.
    pub fn catch_up(&mut self, now: Time) -> bool {
        let mut raises = false;
        if self.next_event().is_some_and(|time| time <= now) {
            let slots: Vec<u32> = self.enabled_slots().collect();
            let masked = self.transfer >> 17 & 1 == 1;
            let mut bytes = Vec::new();
            while (bytes.len() as u64) < self.wanted * 4 {
                for slot in &slots {
                    let label = if masked { 0 } else { slot << 28 | 1 << 20 };
                    // The other microphone hears much less.
                    let code = if self.slots[*slot as usize] >> 8 & 15 == 1 { self.code(self.next) } else { 6000 };
                    bytes.extend((label | code << 6).to_le_bytes());
                }
                self.next += 1;
            }
            bytes.truncate(self.wanted as usize * 4);
            self.writes.push((self.target, bytes));
            self.buffers += 1;
            self.wanted = 0;
            self.transfer &= !1;
            self.happened |= COMPLETE;
            self.is_held = self.transfer & HOLD != 0;
            raises = self.interrupts & self.happened != 0;
        }
        raises
    }

    pub fn load(&self, offset: u32) -> u32 {
        match offset {
            0x000 => self.config,
            0x00C..0x02C => self.slots[(offset as usize - 0x00C) / 4],
            0x200 => self.interrupts,
            0x204 => self.happened,
            0x240 => self.trigger_level,
            0x280 => self.transfer,
            0x288 => self.transfer_bytes,
            0x28C => self.target,
            _ => 0,
        }
    }

    pub fn store(&mut self, offset: u32, value: u32, now: Time) {
        match offset {
            0x000 => self.config = value,
            0x008 => self.triggered = value == TRIGGER,
            0x00C..0x02C => self.slots[(offset as usize - 0x00C) / 4] = value,
            0x200 => self.interrupts = value,
            0x208 => {
                self.happened &= !value;
                self.is_held &= self.happened & COMPLETE != 0;
            }
            0x240 => self.trigger_level = value,
            0x280 => {
                let starts = self.transfer & 1 == 0 && value & 1 == 1;
                self.transfer = value;
                if starts && (self.trigger_level != 0 || self.started.is_none()) {
                    self.wanted = u64::from(self.transfer_bytes & 0x3_FFFC) / 4;
                    self.skip(now);
                    let empty = (0..self.wanted).flat_map(|_| NOTHING.to_le_bytes()).collect();
                    self.writes.push((self.target, empty));
                }
            }
            0x288 => self.transfer_bytes = value,
            0x28C => self.target = value,
            _ => {}
        }
        self.begin(now);
    }
}
