//! TFLM_DECODE: constants that are kept compressed in flash are decoded into the arena.
//!
//! Three codes, one kernel for each and every type of elements. Bits are counted from the highest of the first byte.
//!
//! - A look-up table: `output[i] = table[channel(i) * stride + code(i)]`, codes of 1 to 7 bits one after another.
//! - Pruning: bit `i` says whether `output[i]` is the next of the values that were kept, or the zero point of its
//!   channel.
//! - Huffman: a code is read through tables of which each entry is either the last (highest bit set; the next four say
//!   how many bits of the code were used, the low bits hold the symbol) or tells the table that follows it (the next
//!   four bits, plus one, are the bits that index it; the low bits, plus where the entry is, where it starts).
//!
//! Element `i` belongs to channel `i / run % channels`. Data that point outside of a table, or end early, end the
//! invocation; the compiler decodes once to see that they do not. The formats are TFLM's, without the 16 bytes that
//! describe them.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::{Element, Input, Output};

/// Parameters of the look-up tables. Inputs: codes (`uint8`), and the tables of all channels.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct LutParameters {
    /// Bits of a code, 1 to 7.
    pub width: u32,
    /// Elements from the table of one channel to that of the next.
    pub stride: u32,
    /// How many channels there are, at least 1.
    pub channels: u32,
    /// Elements of one channel that lie together, at least 1.
    pub run: u32,
}

/// Parameters of pruning. Inputs: bits (`uint8`), the kept values, and a zero point for each channel.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct PruneParameters {
    /// Elements of one channel that lie together, at least 1.
    pub run: u32,
}

/// Parameters of the Huffman codes. Inputs: codes (`uint8`), and the tables.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct HuffmanParameters {
    /// Bits that index the first table, 1 to 16.
    pub first_bits: u32,
}

macro_rules! variants {
    ($($(#[$attribute:meta])* $name:ident = $variant:literal, $text:literal, $check:expr, $invoke:expr;)*) => {$(
        $(#[$attribute])*
        pub const $name: Kernel =
            Kernel { code: code(number::TFLM_DECODE, $variant), name: $text, check: $check, invoke: $invoke };
    )*};
}

variants! {
    /// Look-up tables of `int8`.
    LUT_INT8 = 0, "TFLM_DECODE int8 tables", check_lut::<i8>, lut::<i8>;
    /// Look-up tables of `int16`.
    LUT_INT16 = 1, "TFLM_DECODE int16 tables", check_lut::<i16>, lut::<i16>;
    /// Look-up tables of `int32`.
    LUT_INT32 = 2, "TFLM_DECODE int32 tables", check_lut::<i32>, lut::<i32>;
    /// Look-up tables of `int64`.
    LUT_INT64 = 3, "TFLM_DECODE int64 tables", check_lut::<i64>, lut::<i64>;
    /// Look-up tables of `float32`.
    LUT_FLOAT32 = 4, "TFLM_DECODE float32 tables", check_lut::<f32>, lut::<f32>;
    /// Look-up tables of `bool`.
    LUT_BOOL = 5, "TFLM_DECODE bool tables", check_lut::<u8>, lut::<u8>;
    /// Pruned `int8`.
    PRUNE_INT8 = 6, "TFLM_DECODE pruned int8", check_prune::<i8>, prune::<i8>;
    /// Pruned `int16`.
    PRUNE_INT16 = 7, "TFLM_DECODE pruned int16", check_prune::<i16>, prune::<i16>;
    /// Pruned `int32`.
    PRUNE_INT32 = 8, "TFLM_DECODE pruned int32", check_prune::<i32>, prune::<i32>;
    /// Pruned `int64`.
    PRUNE_INT64 = 9, "TFLM_DECODE pruned int64", check_prune::<i64>, prune::<i64>;
    /// Pruned `float32`.
    PRUNE_FLOAT32 = 10, "TFLM_DECODE pruned float32", check_prune::<f32>, prune::<f32>;
    /// Pruned `bool`.
    PRUNE_BOOL = 11, "TFLM_DECODE pruned bool", check_prune::<u8>, prune::<u8>;
    /// Huffman codes of `int8` with entries of 16 bits: 11 bits of symbol or place.
    HUFFMAN16_INT8 = 12, "TFLM_DECODE int8 Huffman, 16-bit tables", check_huffman::<u16, i8>, huffman::<u16, i8>;
    /// Huffman codes of `int8` with entries of 32 bits: 27 bits of symbol or place.
    HUFFMAN32_INT8 = 13, "TFLM_DECODE int8 Huffman, 32-bit tables", check_huffman::<u32, i8>, huffman::<u32, i8>;
    /// Huffman codes of `int16` with entries of 32 bits: 27 bits of symbol or place.
    HUFFMAN32_INT16 = 14, "TFLM_DECODE int16 Huffman, 32-bit tables", check_huffman::<u32, i16>, huffman::<u32, i16>;
}

const OUTSIDE: Fault = Fault::new("compressed data point outside of their table");
const CUT_SHORT: Fault = Fault::new("compressed data end early");

/// The number of elements of the output, which are of type `T`.
fn output_elements<T: Element>(op: &Op<'_>) -> Result<usize, Fault> {
    let elements = op.output_bytes(0) / size_of::<T>();
    op.output::<T>(0, elements)?;
    Ok(elements)
}

/// Requires input 0 to hold this many bits.
fn check_bits(op: &Op<'_>, elements: usize, width: u32) -> Result<(), Fault> {
    let bytes = op.input_bytes(0);
    op.input::<u8>(0, bytes)?;
    if (bytes as u64 * 8) < elements as u64 * width as u64 {
        return Err(CUT_SHORT);
    }
    Ok(())
}

/// Requires input `index` to be a table of elements of type `T`.
fn check_table<T: Element>(op: &Op<'_>, index: usize) -> Result<(), Fault> {
    op.input::<T>(index, op.input_bytes(index) / size_of::<T>())
}

fn check_lut<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &LutParameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    if !(1..=7).contains(&p.width) || p.run == 0 || p.channels == 0 {
        return Err(Fault::new("its codes or channels are out of range"));
    }
    check_bits(op, output_elements::<T>(op)?, p.width)?;
    check_table::<T>(op, 1)
}

fn lut<T: Element>(call: &Call<'_>) {
    if let Err(fault) = decode_lut::<T>(call.parameters(), call.input(0), call.input(1), call.output(0)) {
        call.fail(fault.what);
    }
}

/// Decodes by look-up tables. `codes` holds `p.width` bits for each element of `output`.
///
/// Fails when a code points outside of `table`.
pub fn decode_lut<T: Element>(
    p: &LutParameters,
    codes: Input<'_, u8>,
    table: Input<'_, T>,
    output: Output<'_, T>,
) -> Result<(), Fault> {
    let mut bits = Bits::new(codes);
    let mut channels = Channels::new(p.run, p.channels);
    for cell in output.iter() {
        let index = channels.next() as u64 * p.stride as u64 + bits.take(p.width) as u64;
        if index >= table.len() as u64 {
            return Err(OUTSIDE);
        }
        cell.set(table.get(index as usize));
    }
    Ok(())
}

fn check_prune<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &PruneParameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    if p.run == 0 || op.input_bytes(2) == 0 {
        return Err(Fault::new("its channels are out of range"));
    }
    check_bits(op, output_elements::<T>(op)?, 1)?;
    check_table::<T>(op, 1)?;
    check_table::<T>(op, 2)
}

fn prune<T: Element>(call: &Call<'_>) {
    let p: &PruneParameters = call.parameters();
    if let Err(fault) = decode_pruned::<T>(p, call.input(0), call.input(1), call.input(2), call.output(0)) {
        call.fail(fault.what);
    }
}

/// Puts pruned elements back. `present` holds one bit for each element of `output`, `zero_points` one for each channel.
///
/// Fails when more elements are present than were kept.
pub fn decode_pruned<T: Element>(
    p: &PruneParameters,
    present: Input<'_, u8>,
    kept: Input<'_, T>,
    zero_points: Input<'_, T>,
    output: Output<'_, T>,
) -> Result<(), Fault> {
    let mut kept = kept.iter();
    let mut bits = Bits::new(present);
    let mut channels = Channels::new(p.run, zero_points.len() as u32);
    for cell in output.iter() {
        let channel = channels.next();
        let value = if bits.take(1) == 0 { Some(zero_points.get(channel as usize)) } else { kept.next() };
        match value {
            Some(value) => cell.set(value),
            None => return Err(OUTSIDE),
        }
    }
    Ok(())
}

/// An entry of a Huffman table.
pub trait Entry: Element {
    /// The entry with its highest bit moved to bit 31.
    fn aligned(self) -> u32;
    /// The bits below the count.
    fn value(self) -> u32;
}

impl Entry for u16 {
    #[inline(always)]
    fn aligned(self) -> u32 {
        (self as u32) << 16
    }

    #[inline(always)]
    fn value(self) -> u32 {
        self as u32 & 0x7FF
    }
}

impl Entry for u32 {
    #[inline(always)]
    fn aligned(self) -> u32 {
        self
    }

    #[inline(always)]
    fn value(self) -> u32 {
        self & 0x07FF_FFFF
    }
}

/// What a Huffman code stands for.
pub trait Symbol: Element {
    /// The low bits of an entry.
    fn from_value(value: u32) -> Self;
}

impl Symbol for i8 {
    #[inline(always)]
    fn from_value(value: u32) -> i8 {
        value as i8
    }
}

impl Symbol for i16 {
    #[inline(always)]
    fn from_value(value: u32) -> i16 {
        value as i16
    }
}

fn check_huffman<E: Entry, T: Symbol>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &HuffmanParameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    if !(1..=16).contains(&p.first_bits) {
        return Err(Fault::new("its first table is out of range"));
    }
    // No code is shorter than a bit.
    check_bits(op, output_elements::<T>(op)?, 1)?;
    check_table::<E>(op, 1)
}

fn huffman<E: Entry, T: Symbol>(call: &Call<'_>) {
    if let Err(fault) = decode_huffman::<E, T>(call.parameters(), call.input(0), call.input(1), call.output(0)) {
        call.fail(fault.what);
    }
}

/// Decodes Huffman codes.
///
/// Fails when a code leads outside of `tables`, or the codes end before `output` does.
pub fn decode_huffman<E: Entry, T: Symbol>(
    p: &HuffmanParameters,
    codes: Input<'_, u8>,
    tables: Input<'_, E>,
    output: Output<'_, T>,
) -> Result<(), Fault> {
    let mut bits = Bits::new(codes);
    for cell in output.iter() {
        let mut read = p.first_bits;
        let mut place = bits.take(read) as usize;
        let entry = loop {
            if place >= tables.len() {
                return Err(OUTSIDE);
            }
            let entry = tables.get(place);
            if entry.aligned() >> 31 != 0 {
                break entry;
            }
            // Each table takes at least one more bit, so this comes to an end.
            if bits.is_past_end() {
                return Err(CUT_SHORT);
            }
            read = (entry.aligned() >> 27 & 0xF) + 1;
            place = place.saturating_add(entry.value() as usize).saturating_add(bits.take(read) as usize);
        };
        bits.put_back(read.saturating_sub(entry.aligned() >> 27 & 0xF));
        if bits.is_past_end() {
            return Err(CUT_SHORT);
        }
        cell.set(T::from_value(entry.value()));
    }
    Ok(())
}

/// A run of bits, the highest of each byte first; behind its end, zeros.
struct Bits<'a> {
    bytes: Input<'a, u8>,
    position: u64,
}

impl<'a> Bits<'a> {
    fn new(bytes: Input<'a, u8>) -> Bits<'a> {
        Bits { bytes, position: 0 }
    }

    /// The next `count` bits, at most 16.
    #[inline(always)]
    fn take(&mut self, count: u32) -> u32 {
        let (first, skipped) = ((self.position / 8) as usize, (self.position % 8) as u32);
        let byte = |index: usize| if index < self.bytes.len() { self.bytes.get(index) as u32 } else { 0 };
        let window = byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2);
        self.position += count as u64;
        window >> (24 - skipped - count) & ((1 << count) - 1)
    }

    /// Makes the last `count` bits the next ones again.
    #[inline(always)]
    fn put_back(&mut self, count: u32) {
        self.position -= count as u64;
    }

    /// Whether more bits were taken than there are.
    #[inline(always)]
    fn is_past_end(&self) -> bool {
        self.position > self.bytes.len() as u64 * 8
    }
}

/// The channels of the elements, in order.
struct Channels {
    run: u32,
    channels: u32,
    channel: u32,
    left: u32,
}

impl Channels {
    fn new(run: u32, channels: u32) -> Channels {
        Channels { run, channels, channel: 0, left: run }
    }

    /// The channel of the next element.
    #[inline(always)]
    fn next(&mut self) -> u32 {
        if self.left == 0 {
            self.left = self.run;
            self.channel = if self.channel + 1 == self.channels { 0 } else { self.channel + 1 };
        }
        self.left -= 1;
        self.channel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_the_highest() {
        let mut bits = Bits::new(Input::from(&[0b1010_0110u8, 0b1100_0001, 0xFF][..]));
        assert_eq!(
            [bits.take(3), bits.take(7), bits.take(14), bits.take(2)],
            [0b101, 0b0011011, 0b00_0001_1111_1111, 0]
        );
        assert!(bits.is_past_end());
        bits.put_back(2);
        assert!(!bits.is_past_end());
    }

    #[test]
    fn channels_take_turns() {
        let channels = |run, count| {
            let mut channels = Channels::new(run, count);
            core::array::from_fn::<u32, 7, _>(|_| channels.next())
        };
        assert_eq!(channels(1, 3), [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(channels(3, 2), [0, 0, 0, 1, 1, 1, 0]);
    }

    /// 0 stands for 5; a first table of one bit leads to one of two bits: 10 for -1, 110 for 7, 111 for 8.
    const TABLES: [u16; 6] = [
        0x8000 | 1 << 11 | 5,
        1 << 11 | 1,
        0x8000 | 1 << 11 | 0xFF,
        0x8000 | 1 << 11 | 0xFF,
        0x8000 | 2 << 11 | 7,
        0x8000 | 2 << 11 | 8,
    ];

    fn decoded(codes: &[u8], tables: &[u16]) -> Result<[i8; 5], Fault> {
        let mut symbols = [0i8; 5];
        let parameters = HuffmanParameters { first_bits: 1 };
        decode_huffman(&parameters, Input::from(codes), Input::from(tables), Output::from(&mut symbols[..]))?;
        Ok(symbols)
    }

    #[test]
    fn huffman_tables_lead_to_further_tables() {
        assert_eq!(decoded(&[0b1100_1011, 0b1000_0000], &TABLES), Ok([7, 5, -1, 8, 5]));
    }

    #[test]
    fn broken_huffman_codes_fail() {
        assert_eq!(decoded(&[0b1100_1011], &TABLES), Err(CUT_SHORT));
        assert_eq!(decoded(&[0b1100_1011, 0b1000_0000], &TABLES[..4]), Err(OUTSIDE));
        // An entry that leads to itself reads until the codes end.
        assert_eq!(decoded(&[0; 4], &[0; 2]), Err(CUT_SHORT));
    }
}
