//! What each pad does. Settings change under a key only.

use crate::registers::{GPIO_PADKEY, gpio_altpadcfg, gpio_cfg, gpio_lower, gpio_padreg, gpio_raise};

const PAD_KEY: u32 = 0x73;

/// What a pad is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Drives a light, 12 mA, low at first.
    Light,
    /// Sends from the first serial port (pad 48).
    Uart0Send,
    /// Receives for the first serial port (pad 49).
    Uart0Receive,
    /// Input of the analogue converter (pads 11 and 29).
    Converter,
    /// Gives digital microphones their clock (pad 12).
    PdmClock,
    /// Takes what they hear (pad 29).
    PdmData,
}

/// Sets up `pad`, 0 to 49.
pub fn set(pad: u8, purpose: Use) {
    // Byte of PADREG, nibble of CFG, byte of ALTPADCFG.
    let (settings, direction, strength) = match purpose {
        Use::Light => (0x1C, 0b010, 0x01),
        Use::Uart0Send => (0x00, 0, 0),
        Use::Uart0Receive | Use::Converter => (0x02, 0, 0),
        Use::PdmClock => (0x28, 0, 0),
        Use::PdmData => (0x3A, 0, 0),
    };
    if purpose == Use::Light {
        drive(pad, false);
    }
    let byte = 8 * u32::from(pad % 4);
    let nibble = 4 * u32::from(pad % 8);
    GPIO_PADKEY.write(PAD_KEY);
    gpio_altpadcfg(pad).change(0xFF << byte, strength << byte);
    gpio_cfg(pad).change(0xF << nibble, direction << nibble);
    gpio_padreg(pad).change(0xFF << byte, settings << byte);
    GPIO_PADKEY.write(0);
}

/// Drives `pad` high or low.
pub fn drive(pad: u8, is_high: bool) {
    let register = if is_high { gpio_raise(pad) } else { gpio_lower(pad) };
    register.write(1 << (pad % 32));
}
