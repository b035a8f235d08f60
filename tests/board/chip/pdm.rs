//! The receiver of digital microphones, whose samples go to memory.

use super::{SECOND, Sound, Time};

const COMPLETE: u32 = 1 << 3;
/// Words that the FIFO holds.
const FIFO_WORDS: u64 = 32;
/// How long the block is to be held in reset.
const RESET_TIME: Time = 100 * SECOND / 1_000_000;
/// Pads are set up: function and input of clock and data.
const CLOCK_PAD: u8 = 0x28;
const DATA_PAD: u8 = 0x3A;

pub struct Pdm {
    sound: Sound,
    core: u32,
    voice: u32,
    threshold: u32,
    interrupts: u32,
    happened: u32,
    transfer: u32,
    transfer_bytes: u32,
    target: u32,
    trigger_level: u32,
    reset_since: Option<Time>,
    /// When sound began.
    pub started: Option<Time>,
    /// The sample that comes next out of the FIFO.
    next: u64,
    wanted: u64,
    /// Samples that ran over.
    pub missed: u64,
    /// Buffers that were filled.
    pub buffers: u64,
    /// Words to be written to memory by the machine.
    pub writes: Vec<(u32, Vec<u8>)>,
}

impl Pdm {
    pub fn new(sound: Sound) -> Pdm {
        Pdm {
            sound,
            core: 0x0000_C364,
            voice: 0,
            threshold: 0,
            interrupts: 0,
            happened: 0,
            transfer: 0,
            transfer_bytes: 0,
            target: 0,
            trigger_level: 0,
            reset_since: None,
            started: None,
            next: 0,
            wanted: 0,
            missed: 0,
            buffers: 0,
            writes: Vec::new(),
        }
    }

    fn clock_hertz(&self) -> u64 {
        match self.voice >> 27 & 7 {
            1 => 12_000_000,
            2 => 6_000_000,
            3 => 3_000_000,
            4 => 1_500_000,
            5 => 750_000,
            _ => 0,
        }
    }

    /// Core on, out of reset, both clocks given.
    fn is_running(&self) -> bool {
        self.core & 1 == 1 && self.voice >> 30 & 1 == 1 && self.voice >> 31 == 1 && self.voice >> 26 & 1 == 1
    }

    /// The time between two samples.
    fn period(&self) -> Option<Time> {
        let divider = 2 * u64::from(self.core >> 10 & 0x7F) * (u64::from(self.core >> 17 & 3) + 1);
        (self.clock_hertz() > 0 && divider > 0).then(|| SECOND * divider / self.clock_hertz())
    }

    /// What a sample is worth after the gain of the left channel.
    fn sample(&self, index: u64) -> i16 {
        let decibels = 1.5 * f64::from(self.core >> 21 & 31) - 6.0;
        let level = self.sound.codes.get(index as usize).copied().unwrap_or(self.sound.rest) as i16;
        (f64::from(level) * 10f64.powf(decibels / 20.0)).round().clamp(-32_768.0, 32_767.0) as i16
    }

    fn time_of(&self, sample: u64) -> Option<Time> {
        Some(self.started? + self.period()? * (sample + 1))
    }

    pub fn next_event(&self) -> Option<Time> {
        if !self.is_running() || self.transfer & 1 == 0 || self.trigger_level == 0 {
            return None;
        }
        self.time_of(self.next + self.wanted.max(1) - 1)
    }

    /// Finishes a transfer that is due. True when that raises the interrupt.
    pub fn catch_up(&mut self, now: Time) -> bool {
        if self.next_event().is_none_or(|time| time > now) {
            return false;
        }
        let packed = self.voice >> 8 & 1 == 1;
        let bytes: Vec<u8> = (self.next..self.next + self.wanted)
            .flat_map(|index| {
                let sample = self.sample(index).to_le_bytes();
                // Nobody promises what the upper half of an unpacked word holds.
                if packed { sample.to_vec() } else { [sample[0], sample[1], 0x5A, 0xA5].to_vec() }
            })
            .collect();
        self.next += self.wanted;
        self.writes.push((self.target, bytes));
        self.buffers += 1;
        self.wanted = 0;
        self.transfer &= !1;
        self.happened |= COMPLETE;
        self.interrupts & self.happened != 0
    }

    /// Samples that found no room go by.
    fn overflow(&mut self, now: Time) {
        if let (Some(start), Some(period)) = (self.started, self.period()) {
            let there = now.saturating_sub(start) / period;
            let lost = there.saturating_sub(self.next + FIFO_WORDS);
            self.missed += lost;
            self.next += lost;
        }
    }

    pub fn load(&self, offset: u32) -> u32 {
        match offset {
            0x000 => self.core,
            0x004 => self.voice,
            0x014 => self.threshold,
            0x200 => self.interrupts,
            0x204 => self.happened,
            0x240 => self.trigger_level,
            0x280 => self.transfer,
            0x288 => self.transfer_bytes,
            0x28C => self.target,
            _ => 0,
        }
    }

    /// `pads` are the settings of the pads of clock and data. Gives what a chip would not have forgiven.
    pub fn store(&mut self, offset: u32, value: u32, now: Time, pads: [u8; 2]) -> Option<String> {
        let mut problem = None;
        match offset {
            0x000 => self.core = value,
            0x004 => {
                if value >> 30 & 1 == 0 {
                    self.reset_since = Some(now);
                } else if self.reset_since.take().is_some_and(|since| now - since < RESET_TIME) {
                    problem = Some("PDM: the reset was too short".to_string());
                }
                self.voice = value;
            }
            0x010 => self.overflow(now),
            0x014 => self.threshold = value & 31,
            0x200 => self.interrupts = value,
            0x208 => self.happened &= !value,
            0x240 => self.trigger_level = value,
            0x280 => {
                let starts = self.transfer & 1 == 0 && value & 1 == 1;
                self.transfer = value;
                if starts {
                    if self.transfer_bytes == 0 || !self.transfer_bytes.is_multiple_of((4 * self.threshold).max(1)) {
                        problem = Some(format!("PDM: {} bytes are no multiple of the threshold", self.transfer_bytes));
                    }
                    if value >> 2 & 1 == 1 {
                        problem = Some("PDM: a transfer from memory".to_string());
                    }
                    let packed = self.voice >> 8 & 1 == 1;
                    self.wanted = u64::from(self.transfer_bytes & 0xF_FFFF) / if packed { 2 } else { 4 };
                    self.overflow(now);
                    self.writes.push((self.target, vec![0x80; self.transfer_bytes as usize & 0xF_FFFF]));
                }
            }
            0x288 => self.transfer_bytes = value,
            0x28C => self.target = value,
            _ => {}
        }
        if self.started.is_none() && self.is_running() {
            self.started = Some(now);
            if pads != [CLOCK_PAD, DATA_PAD] {
                problem = Some(format!("PDM: pads are set to {pads:02x?}"));
            }
            if self.voice >> 3 & 3 != 1 {
                problem = Some("PDM: not the left channel alone".to_string());
            }
        }
        problem
    }
}
