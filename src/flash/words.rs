//! Numbers in messages, as people read them.

/// An address: `0x0001_8000`.
pub fn address(value: impl Into<u64>) -> String {
    let value = value.into();
    format!("0x{:04x}_{:04x}", value >> 16, value & 0xFFFF)
}

/// A number of bytes: `4,212 bytes`.
pub fn bytes(value: impl Into<u64>) -> String {
    let value = value.into();
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + if value == 1 { " byte" } else { " bytes" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!([address(0x1_8000_u32), address(0x1_0000_0000_u64)], ["0x0001_8000", "0x10000_0000"]);
        assert_eq!([bytes(0_u32), bytes(1_u32), bytes(1_234_567_u32)], ["0 bytes", "1 byte", "1,234,567 bytes"]);
    }
}
