//! The pads: settings under a key, and what comes out of those that drive.

use std::collections::BTreeMap;

use super::Time;

const KEY: u32 = 0x73;
const FUNCTION_GPIO: u32 = 3;
const PUSH_PULL: u32 = 1;

/// A pad that drives went high or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightEvent {
    pub pad: u32,
    pub is_high: bool,
    pub time: Time,
}

#[derive(Default)]
pub struct Gpio {
    is_unlocked: bool,
    settings: BTreeMap<u32, u32>,
    output: u64,
    /// The level that each driving pad has now.
    driven: BTreeMap<u32, bool>,
    pub events: Vec<LightEvent>,
}

/// Where PADREG, CFG and ALTPADCFG lie.
fn is_setting(offset: u32) -> bool {
    matches!(offset, 0x000..0x034 | 0x040..0x05C | 0x0E0..0x114)
}

impl Gpio {
    fn setting(&self, offset: u32) -> u32 {
        // PADREG after reset: function 3 in every byte.
        let reset = if offset < 0x34 { 0x1818_1818 } else { 0 };
        self.settings.get(&offset).copied().unwrap_or(reset)
    }

    /// The settings of a pad, its byte of PADREG.
    pub fn pad(&self, pad: u32) -> u8 {
        (self.setting(pad & !3) >> (8 * (pad & 3))) as u8
    }

    pub fn load(&self, offset: u32) -> u32 {
        match offset {
            0x60 => u32::from(self.is_unlocked),
            0x80 => 1 << 14,
            0x84 => 0,
            0x88 => self.output as u32,
            0x8C => (self.output >> 32) as u32,
            _ => self.setting(offset),
        }
    }

    pub fn store(&mut self, offset: u32, value: u32, now: Time) -> Option<String> {
        let (low, high) = (u64::from(value), u64::from(value) << 32);
        match offset {
            0x60 => self.is_unlocked = value == KEY,
            0x88 => self.output = self.output & !0xFFFF_FFFF | low,
            0x8C => self.output = self.output & 0xFFFF_FFFF | high,
            0x90 => self.output |= low,
            0x94 => self.output |= high,
            0x98 => self.output &= !low,
            0x9C => self.output &= !high,
            _ if is_setting(offset) && !self.is_unlocked => {
                return Some(format!("GPIO {offset:#05x}: the pads are locked"));
            }
            _ => {
                self.settings.insert(offset, value);
            }
        }
        for pad in 0..50 {
            let function = self.setting(pad & !3) >> (8 * (pad & 3)) >> 3 & 7;
            let direction = self.setting(0x40 + ((pad >> 1) & !3)) >> (4 * (pad & 7)) >> 1 & 3;
            if function != FUNCTION_GPIO || direction != PUSH_PULL {
                continue;
            }
            let is_high = self.output >> pad & 1 == 1;
            let before = self.driven.insert(pad, is_high);
            if before.unwrap_or(false) != is_high {
                self.events.push(LightEvent { pad, is_high, time: now });
            }
        }
        None
    }
}
