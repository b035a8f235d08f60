//! Sums of two runs of bytes on a common scale.

#![allow(unsafe_code)]

use super::channels::{Channel, Stage};
use crate::arena::{Input, Output};
use crate::fixed::Multiplier;
use crate::instructions::Instructions;

/// Bits of headroom that bytes are raised by before they are scaled.
pub const HEADROOM: u32 = 20;

/// How a byte comes to the common scale.
#[derive(Clone, Copy)]
pub struct Operand {
    /// The negated zero point, in both lanes.
    offsets: u32,
    mantissa: i32,
    shift: i32,
    /// Half of what is shifted out.
    half: i32,
    /// All bits where anything is shifted out, so that ties go away from zero.
    ties: i32,
}

impl Operand {
    /// That of a byte plus `offset`, in `-128..=128`, times a multiplier with an exponent in `-31..=0`.
    pub fn new(offset: i32, multiplier: Multiplier) -> Operand {
        let shift = -multiplier.exponent;
        Operand {
            offsets: offset as u16 as u32 * 0x1_0001,
            mantissa: multiplier.mantissa,
            shift,
            half: ((1u32 << (shift & 31)) >> 1) as i32,
            ties: if shift > 0 { -1 } else { 0 },
        }
    }

    /// The scaled value of a byte that is raised by one bit more than the headroom.
    #[inline(always)]
    fn scale<I: Instructions>(&self, doubled: i32) -> i32 {
        let product = I::high_product(doubled, self.mantissa);
        let rounded = product.wrapping_add((product >> 31) & self.ties).wrapping_add(self.half);
        I::shift_right(rounded, self.shift)
    }

    /// The lanes of a word's even bytes and of its odd ones.
    #[inline(always)]
    fn lanes<I: Instructions>(&self, bytes: u32) -> (u32, u32) {
        (I::add_even_bytes(self.offsets, bytes), I::add_odd_bytes(self.offsets, bytes))
    }

    /// The scaled value of the low lane, which holds less than 10 bits: raising it pushes the high one out.
    #[inline(always)]
    fn low<I: Instructions>(&self, lanes: u32) -> i32 {
        self.scale::<I>((lanes << (HEADROOM + 1)) as i32)
    }

    /// The scaled value of the high lane.
    #[inline(always)]
    fn high<I: Instructions>(&self, lanes: u32) -> i32 {
        self.low::<I>(lanes >> 16)
    }
}

/// Writes the outputs of the sums of `left` and `right`. `output` may lie over either. Panics when lengths differ.
#[inline(always)]
pub fn sums<I: Instructions>(
    (left, right): (Input<'_, i8>, Input<'_, i8>),
    (one, other): (&Operand, &Operand),
    channel: &Channel,
    stage: &Stage,
    output: Output<'_, i8>,
) {
    assert!(left.len() == output.len() && right.len() == output.len());
    let output_of = |left: i32, right: i32| channel.output::<I>(left.wrapping_add(right) << 1, stage);
    let (mut a, mut b) = (left.as_ptr().cast::<u32>(), right.as_ptr().cast::<u32>());
    let mut to = output.as_mut_ptr();
    for _ in 0..output.len() / 4 {
        // SAFETY: another four bytes of all three are left, as just asserted. Reads need no alignment, and cells may be
        // written through a shared reference.
        unsafe {
            let (left, left_odd) = one.lanes::<I>(I::load_one(&mut a));
            let (right, right_odd) = other.lanes::<I>(I::load_one(&mut b));
            to.write(output_of(one.low::<I>(left), other.low::<I>(right)));
            to.add(1).write(output_of(one.low::<I>(left_odd), other.low::<I>(right_odd)));
            to.add(2).write(output_of(one.high::<I>(left), other.high::<I>(right)));
            to.add(3).write(output_of(one.high::<I>(left_odd), other.high::<I>(right_odd)));
            to = to.add(4);
        }
    }
    for index in output.len() & !3..output.len() {
        let scaled = |operand: &Operand, input: Input<'_, i8>| {
            operand.low::<I>(operand.lanes::<I>(input.get(index) as u8 as u32).0)
        };
        output.set(index, output_of(scaled(one, left), scaled(other, right)));
    }
    stage.finish(output);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instructions::Emulated;
    use crate::kernels::support::rescale::Rescale;

    #[test]
    fn bytes_are_scaled_as_the_plain_kernel_scales_them() {
        for mantissa in [0, 1 << 30, (1 << 30) + 1, 1_518_500_250, i32::MAX] {
            for (exponent, offset) in
                (-31..=0).flat_map(|exponent| [-128, -3, 0, 77, 128].map(|offset| (exponent, offset)))
            {
                let multiplier = Multiplier { mantissa, exponent };
                let operand = Operand::new(offset, multiplier);
                let rescale = Rescale { offset, left_shift: HEADROOM, multiplier };
                for value in i8::MIN..=i8::MAX {
                    let byte = value as u8 as u32;
                    let wanted = rescale.apply(value as i32);
                    let (even, odd) = operand.lanes::<Emulated>(byte * 0x0101_0101);
                    let found =
                        [even, odd].map(|lanes| [operand.low::<Emulated>(lanes), operand.high::<Emulated>(lanes)]);
                    assert_eq!(found, [[wanted; 2]; 2], "{rescale:?} {value}");
                }
            }
        }
    }
}
