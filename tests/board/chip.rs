//! The Apollo3 around its core, as far as a firmware that listens can tell: registers, time, sound in, light out.
//!
//! The facts are those of the board's fact sheet. Registers without a behaviour here read back what was written.

mod adc;
mod gpio;
mod pdm;
mod uart;

use std::collections::BTreeMap;

use crate::engine::World;

pub use adc::{Adc, Sound};
use gpio::Gpio;
pub use gpio::LightEvent;
use pdm::Pdm;
use uart::Uart;

/// Picoseconds: the unit of simulated time.
pub type Time = u64;

pub const SECOND: Time = 1_000_000_000_000;

/// The interrupt of the converter.
pub const ADC_INTERRUPT: u32 = 18;
/// The interrupt of the receiver of digital microphones.
pub const PDM_INTERRUPT: u32 = 19;

const CHIP_CONSTANTS: [(u32, u32); 5] = [
    (0x4002_0000, 0x0600_0000),
    (0x4002_0010, 0x414D_4251),
    (0x4002_0200, 0x1234_5678),
    (0x4002_0204, 0xC001_C0DE),
    (0xF000_0FE0, 0xC0),
];

/// What differs from one specimen, boot loader or test to the next.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Thousandths of a clock cycle that an instruction takes.
    pub millicycles: u64,
    /// The serial port takes every character at once, as a simpler model's does.
    pub instant_uart: bool,
    /// Ticks that the timer takes more than its compare value.
    pub timer_extra: u64,
    /// Status bits of the power domains and of the serial port never come.
    pub dead_status: bool,
    /// What the boot loader left: blocks with power.
    pub powered: u32,
    /// What was sent to the board, and when after the first sample.
    pub sent: Vec<(Time, u8)>,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            millicycles: 1000,
            instant_uart: false,
            timer_extra: 0,
            dead_status: false,
            powered: 0,
            sent: Vec::new(),
        }
    }
}

/// The chip without its core.
pub struct Chip {
    pub setup: Setup,
    pub now: Time,
    /// The core has to stop at this time, to see what is due.
    pub deadline: Time,
    /// The core has to stop before the next block.
    pub single_block: bool,
    pub instructions: u64,
    /// Instructions of the block at each halfword of flash, once it is known.
    blocks: Vec<u16>,
    flash: Vec<u8>,
    registers: BTreeMap<u32, u32>,
    pub nvic_enabled: u32,
    pub nvic_pending: u32,
    pub adc: Adc,
    pub pdm: Pdm,
    pub gpio: Gpio,
    pub uart: Uart,
    clock_unlocked: bool,
    half_speed: bool,
    /// What a chip would not have forgiven.
    pub violations: Vec<String>,
}

impl Chip {
    /// A chip after reset, with this in its flash and this sound before its microphone.
    pub fn new(setup: Setup, flash: Vec<u8>, sound: Sound) -> Chip {
        let mut registers = BTreeMap::from(CHIP_CONSTANTS);
        registers.insert(0x4002_1008, setup.powered);
        registers.insert(0x4000_8100, 0xFFFF);
        registers.insert(0x4001_8000, 0x0010_0C50);
        registers.insert(0x4001_8004, 0x0000_0873);
        registers.insert(0x4002_100C, 0x6000);
        Chip {
            now: 0,
            deadline: 0,
            single_block: false,
            instructions: 0,
            blocks: vec![0; flash.len() / 2],
            flash,
            registers,
            nvic_enabled: 0,
            nvic_pending: 0,
            pdm: Pdm::new(sound.clone()),
            adc: Adc::new(sound, setup.timer_extra),
            gpio: Gpio::default(),
            uart: Uart::new(setup.instant_uart || setup.dead_status),
            clock_unlocked: false,
            half_speed: true,
            violations: Vec::new(),
            setup,
        }
    }

    /// What a register holds that only remembers.
    pub fn held(&self, address: u32) -> u32 {
        self.registers.get(&address).copied().unwrap_or(0)
    }

    /// Makes a register hold something.
    pub fn hold(&mut self, address: u32, value: u32) {
        self.registers.insert(address, value);
    }

    fn violation(&mut self, text: String) {
        if !self.violations.contains(&text) {
            self.violations.push(text);
        }
    }

    fn period(&self) -> Time {
        let hertz = if self.half_speed { 24_000_000 } else { 48_000_000 };
        SECOND * self.setup.millicycles / 1000 / hertz
    }

    /// The clock of the core in hertz.
    pub fn core_hertz(&self) -> u32 {
        if self.half_speed { 24_000_000 } else { 48_000_000 }
    }

    /// Instructions in a block of Thumb code. Code in memory counts as halfwords.
    fn count(&mut self, address: u32, bytes: u32) -> u32 {
        let Some(known) = self.blocks.get_mut(address as usize / 2) else { return bytes / 2 };
        if *known == 0 {
            let mut offset = 0;
            while offset < bytes {
                let high = self.flash.get((address + offset) as usize + 1).copied().unwrap_or(0);
                offset += if high >> 3 >= 0b11101 { 4 } else { 2 };
                *known += 1;
            }
        }
        u32::from(*known)
    }

    /// Does what is due now.
    pub fn catch_up(&mut self) {
        if self.adc.catch_up(self.now) {
            self.nvic_pending |= 1 << ADC_INTERRUPT;
        }
        if self.pdm.catch_up(self.now) {
            self.nvic_pending |= 1 << PDM_INTERRUPT;
        }
        let since_sound = self.started().map(|start| self.now.saturating_sub(start));
        while let (Some(since), Some(&(time, byte))) = (since_sound, self.setup.sent.first()) {
            if time > since {
                break;
            }
            self.uart.receive(byte);
            self.setup.sent.remove(0);
        }
    }

    /// The next time at which something is due, if anything ever is.
    pub fn next_event(&self) -> Option<Time> {
        [self.adc.next_event(), self.pdm.next_event()].into_iter().flatten().min()
    }

    /// When sound began.
    pub fn started(&self) -> Option<Time> {
        self.adc.started.or(self.pdm.started)
    }

    /// Words that the microphone's block wants in memory.
    pub fn take_writes(&mut self) -> Vec<(u32, Vec<u8>)> {
        [std::mem::take(&mut self.adc.writes), std::mem::take(&mut self.pdm.writes)].concat()
    }

    /// Interrupts that wait and are let through.
    pub fn waiting(&self) -> u32 {
        self.nvic_pending & self.nvic_enabled
    }

    fn power_status(&self) -> u32 {
        let enabled = self.held(0x4002_1008);
        let has = |bits: u32, status: u32| if enabled & bits != 0 { 1 << status } else { 0 };
        0b11 | has(1 | 0b11 << 7 | 1 << 10, 2)
            | has(0b111 << 1, 3)
            | has(0b111 << 4, 4)
            | has(1 << 9, 5)
            | has(1 << 11, 6)
            | has(1 << 12, 7)
            | has(1 << 13, 8)
    }

    /// Reports an access to a block without power.
    fn check_power(&mut self, address: u32) {
        let (name, bit) = match address {
            0x4001_C000..0x4001_D000 => ("UART0", 7),
            0x4001_D000..0x4001_E000 => ("UART1", 8),
            0x5001_0000..0x5001_1000 => ("ADC", 9),
            0x5001_1000..0x5001_2000 => ("PDM", 12),
            _ => return,
        };
        if self.held(0x4002_1008) >> bit & 1 == 0 {
            self.violation(format!("{address:#010x}: {name} has no power"));
        }
    }
}

impl World for Chip {
    fn block(&mut self, address: u32, bytes: u32) -> bool {
        if self.now >= self.deadline || std::mem::take(&mut self.single_block) {
            return false;
        }
        let count = u64::from(self.count(address, bytes));
        self.instructions += count;
        self.now += count * self.period();
        if self.waiting() != 0 {
            self.single_block = true;
        }
        true
    }

    fn load(&mut self, address: u32, bytes: u32) -> u32 {
        self.check_power(address);
        let aligned = address & !3;
        let value = match aligned {
            0x4002_1018 if self.setup.dead_status => 0,
            0x4002_1018 => self.power_status(),
            0x4000_4014 => u32::from(self.clock_unlocked),
            0x4001_8008 if self.setup.dead_status => 0,
            0x4001_8008 => 0b100,
            0x4001_C018 if self.setup.dead_status => 0b11_1000,
            0x4001_C000..0x4001_D000 => self.uart.load(aligned & 0xFFF, self.now),
            0x4001_0000..0x4001_1000 => self.gpio.load(aligned & 0xFFF),
            0x5001_0000..0x5001_1000 => self.adc.load(aligned & 0xFFF),
            0x5001_1000..0x5001_2000 => self.pdm.load(aligned & 0xFFF),
            0xE000_E100 | 0xE000_E180 => self.nvic_enabled,
            0xE000_E200 | 0xE000_E280 => self.nvic_pending,
            0xE000_1004 => (self.now / self.period()) as u32,
            _ => self.held(aligned),
        };
        let shifted = value >> (8 * (address & 3));
        if bytes == 4 { shifted } else { shifted & ((1 << (8 * bytes)) - 1) }
    }

    fn store(&mut self, address: u32, bytes: u32, value: u32) {
        self.check_power(address);
        let aligned = address & !3;
        let value = if bytes == 4 {
            value
        } else {
            let mask = ((1u32 << (8 * bytes)) - 1) << (8 * (address & 3));
            self.load(aligned, 4) & !mask | value << (8 * (address & 3)) & mask
        };
        match aligned {
            0x4000_4014 => self.clock_unlocked = value == 0x47,
            0x4000_4018 if self.clock_unlocked => self.half_speed = value & 1 == 1,
            0x4000_4018 => self.violation("the clock is locked".to_string()),
            0x4001_C000..0x4001_D000 => {
                if let Some(text) = self.uart.store(aligned & 0xFFF, value, self.now) {
                    self.violation(text);
                }
            }
            0x4001_0000..0x4001_1000 => {
                if let Some(text) = self.gpio.store(aligned & 0xFFF, value, self.now) {
                    self.violation(text);
                }
            }
            0x5001_0000..0x5001_1000 => self.adc.store(aligned & 0xFFF, value, self.now),
            0x5001_1000..0x5001_2000 => {
                let pads = [12, 29].map(|pad| self.gpio.pad(pad));
                if let Some(text) = self.pdm.store(aligned & 0xFFF, value, self.now, pads) {
                    self.violation(text);
                }
            }
            0xE000_E100 => self.nvic_enabled |= value,
            0xE000_E180 => self.nvic_enabled &= !value,
            0xE000_E200 => self.nvic_pending |= value,
            0xE000_E280 => self.nvic_pending &= !value,
            0x4000_8064 => self.adc.timer_compare = u64::from(value & 0xFFFF),
            0x4000_806C | 0x4000_8100 => {
                self.registers.insert(aligned, value);
                let (control, enabled) = (self.held(0x4000_806C), self.held(0x4000_8100));
                self.adc.timer(control, enabled >> 6 & 1 == 1, self.now);
            }
            _ => {
                self.registers.insert(aligned, value);
            }
        }
        // Whatever was stored may have changed what is due.
        self.deadline = self.now;
    }
}
