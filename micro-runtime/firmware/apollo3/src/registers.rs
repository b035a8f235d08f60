//! The registers that the firmware uses, by address.
//!
//! The pads are numbered at run time, which the chip's register crate has no words for; a table of addresses does.

#![allow(unsafe_code)]

/// A register of 32 bits. Only this module makes them.
#[derive(Clone, Copy, Debug)]
pub struct Register(u32);

impl Register {
    /// What it holds.
    #[inline(always)]
    pub fn read(self) -> u32 {
        // SAFETY: every register below can be read at any time; at worst a FIFO advances.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    /// Puts `value` into it. Inlined, so that code outside of the flash stays outside of it.
    #[inline(always)]
    pub fn write(self, value: u32) {
        // SAFETY: none of the registers that other modules can name makes the chip write to memory; those that do are
        // private to the crate, and the microphone alone writes them.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }

    /// Clears the bits of `clear`, then sets those of `set`.
    pub fn change(self, clear: u32, set: u32) {
        self.write(self.read() & !clear | set);
    }

    /// Reads until the bits of `mask` are `wanted`, at most `tries` times; whether they were.
    pub fn wait(self, mask: u32, wanted: u32, tries: u32) -> bool {
        (0..tries).any(|_| self.read() & mask == wanted)
    }
}

/// The register `index` words after `first`.
const fn word(first: u32, index: u32) -> Register {
    Register(first + 4 * index)
}

/// Reset generator: bit 1 lets the watchdog reset the chip.
pub const RSTGEN_CFG: Register = Register(0x4000_0000);

/// Oscillators: bit 0 stops the crystal.
pub const CLKGEN_OCTRL: Register = Register(0x4000_400C);
/// 0x47 unlocks [`CLKGEN_CCTRL`].
pub const CLKGEN_CLKKEY: Register = Register(0x4000_4014);
/// Bit 0 is 0 for 48 MHz.
pub const CLKGEN_CCTRL: Register = Register(0x4000_4018);

/// Compare value of timer A3.
pub const CTIMER_CMPRA3: Register = Register(0x4000_8064);
/// Control of timer 3; its A half is the low half.
pub const CTIMER_CTRL3: Register = Register(0x4000_806C);
/// Enables of all timers.
pub const CTIMER_GLOBEN: Register = Register(0x4000_8100);

const GPIO_PADREG: u32 = 0x4001_0000;
const GPIO_CFG: u32 = 0x4001_0040;
const GPIO_ALTPADCFG: u32 = 0x4001_00E0;
const GPIO_WTS: u32 = 0x4001_0090;
const GPIO_WTC: u32 = 0x4001_0098;
/// 0x73 unlocks the settings of the pads.
pub const GPIO_PADKEY: Register = Register(0x4001_0060);

/// Settings of four pads, a byte each.
pub const fn gpio_padreg(pad: u8) -> Register {
    word(GPIO_PADREG, pad as u32 / 4)
}

/// Directions of eight pads, four bits each.
pub const fn gpio_cfg(pad: u8) -> Register {
    word(GPIO_CFG, pad as u32 / 8)
}

/// Drive strengths of four pads, a byte each.
pub const fn gpio_altpadcfg(pad: u8) -> Register {
    word(GPIO_ALTPADCFG, pad as u32 / 4)
}

/// Raises any of 32 pads.
pub const fn gpio_raise(pad: u8) -> Register {
    word(GPIO_WTS, pad as u32 / 32)
}

/// Lowers any of 32 pads.
pub const fn gpio_lower(pad: u8) -> Register {
    word(GPIO_WTC, pad as u32 / 32)
}

/// Cache settings.
pub const CACHE_CFG: Register = Register(0x4001_8000);
/// Timing of the flash; not to be written by code that runs from flash.
pub(crate) const CACHE_FLASHCFG: Register = Register(0x4001_8004);
/// Cache control: bit 2 says that the cache is ready.
pub const CACHE_CTRL: Register = Register(0x4001_8008);

/// Serial port: data.
pub const UART0_DR: Register = Register(0x4001_C000);
/// Serial port: flags.
pub const UART0_FR: Register = Register(0x4001_C018);
/// Serial port: whole part of the divider.
pub const UART0_IBRD: Register = Register(0x4001_C024);
/// Serial port: 64ths of the divider.
pub const UART0_FBRD: Register = Register(0x4001_C028);
/// Serial port: format of a character.
pub const UART0_LCRH: Register = Register(0x4001_C02C);
/// Serial port: control.
pub const UART0_CR: Register = Register(0x4001_C030);
/// Serial port: interrupts that it may raise.
pub const UART0_IER: Register = Register(0x4001_C038);

/// Trace port: bit 0 keeps the chip from sleeping deeply.
pub const MCUCTRL_TPIUCTRL: Register = Register(0x4002_0250);

/// Power of the blocks.
pub const PWRCTRL_DEVPWREN: Register = Register(0x4002_1008);
/// Memories that lose power in deep sleep.
pub const PWRCTRL_MEMPWDINSLEEP: Register = Register(0x4002_100C);
/// Which power domains are up.
pub const PWRCTRL_DEVPWRSTATUS: Register = Register(0x4002_1018);

/// Watchdog settings.
pub const WDT_CFG: Register = Register(0x4002_4000);
/// 0xB2 feeds the watchdog.
pub const WDT_RSTRT: Register = Register(0x4002_4004);

/// Converter settings.
pub const ADC_CFG: Register = Register(0x5001_0000);
/// 0x37 triggers the converter.
pub const ADC_SWT: Register = Register(0x5001_0008);
/// Converter: interrupts that it may raise.
pub const ADC_INTEN: Register = Register(0x5001_0200);
/// Converter: what happened.
pub const ADC_INTSTAT: Register = Register(0x5001_0204);
/// Converter: forgets what happened.
pub const ADC_INTCLR: Register = Register(0x5001_0208);
/// When the converter's words are fetched.
pub const ADC_DMATRIGEN: Register = Register(0x5001_0240);
pub(crate) const ADC_DMACFG: Register = Register(0x5001_0280);
pub(crate) const ADC_DMATOTCOUNT: Register = Register(0x5001_0288);
pub(crate) const ADC_DMATARGADDR: Register = Register(0x5001_028C);

/// Settings of one of the converter's eight slots.
pub const fn adc_slot(slot: u8) -> Register {
    word(0x5001_000C, slot as u32)
}

/// Digital microphones: gains, decimation, filter.
pub const PDM_PCFG: Register = Register(0x5001_1000);
/// Digital microphones: reset, clocks, channels.
pub const PDM_VCFG: Register = Register(0x5001_1004);
/// Digital microphones: empties the FIFO.
pub const PDM_FLUSH: Register = Register(0x5001_1010);
/// Digital microphones: words in the FIFO that make it due.
pub const PDM_THR: Register = Register(0x5001_1014);
/// Digital microphones: interrupts that may be raised.
pub const PDM_INTEN: Register = Register(0x5001_1200);
/// Digital microphones: what happened.
pub const PDM_INTSTAT: Register = Register(0x5001_1204);
/// Digital microphones: forgets what happened.
pub const PDM_INTCLR: Register = Register(0x5001_1208);
/// Digital microphones: when words are fetched.
pub const PDM_DMATRIGEN: Register = Register(0x5001_1240);
pub(crate) const PDM_DMACFG: Register = Register(0x5001_1280);
pub(crate) const PDM_DMATOTCOUNT: Register = Register(0x5001_1288);
pub(crate) const PDM_DMATARGADDR: Register = Register(0x5001_128C);

/// Reading it drains what is on its way to memory.
pub const SYNC_READ: Register = Register(0x5FFF_0000);

/// The processor's own timer.
pub const SYSTICK_CTRL: Register = Register(0xE000_E010);
/// Enables interrupts.
pub const NVIC_ISER: Register = Register(0xE000_E100);
/// Disables interrupts.
pub const NVIC_ICER: Register = Register(0xE000_E180);
/// Forgets interrupts that wait.
pub const NVIC_ICPR: Register = Register(0xE000_E280);
/// 0x05FA_0004 resets the chip.
pub(crate) const SCB_AIRCR: Register = Register(0xE000_ED0C);
/// Bit 2: sleep deeply.
pub const SCB_SCR: Register = Register(0xE000_ED10);
/// Bit 24: trace is on.
pub const DEMCR: Register = Register(0xE000_EDFC);
