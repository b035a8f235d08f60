//! A ring of output pixels: where they wait until nothing of the input under them is read any more.

use crate::arena::{Element, Output};
use crate::kernels::{Call, Fault, Op};

/// The newest output pixels, by their number; none when pixels are written at once.
#[derive(Clone, Copy)]
pub(crate) struct Ring<'a, T> {
    output: Output<'a, T>,
    ring: Output<'a, T>,
    places: usize,
    channels: usize,
}

impl<'a, T: Element> Ring<'a, T> {
    /// Requires the one scratch operand, if there is any, to hold whole pixels of `channels` elements.
    pub(crate) fn check(op: &Op<'_>, channels: usize) -> Result<(), Fault> {
        if op.scratch() == 0 {
            return Ok(());
        }
        let elements = op.scratch_bytes(0) / size_of::<T>();
        if elements == 0 || !elements.is_multiple_of(channels) {
            return Err(Fault::new("its ring does not hold whole pixels"));
        }
        op.scratch_elements::<T>(0, elements)
    }

    /// The ring in the scratch operand, for pixels of `channels` elements of `output`.
    #[inline(always)]
    pub(crate) fn of(call: &Call<'a>, output: Output<'a, T>, channels: usize) -> Ring<'a, T> {
        let ring = if call.has_scratch() { call.scratch(0) } else { Output::empty() };
        Ring { output, ring, places: ring.len() / channels, channels }
    }

    /// The place of output pixel `index` until it is written: in the ring, or in the output itself.
    #[inline(always)]
    pub(crate) fn place(&self, index: usize) -> Output<'a, T> {
        match self.places {
            0 => self.output.range(index * self.channels, self.channels),
            places => self.ring.range(index % places * self.channels, self.channels),
        }
    }

    /// Writes the pixel that waits where pixel `index` is about to go.
    #[inline(always)]
    pub(crate) fn make_room(&self, index: usize) {
        let places = self.places;
        if places > 0 && index >= places {
            let target = self.output.range((index - places) * self.channels, self.channels);
            target.copy_from(self.place(index).as_input());
        }
    }

    /// Writes the pixels that still wait, when there are `pixels` in all.
    #[inline(always)]
    pub(crate) fn finish(&self, pixels: usize) {
        (pixels..pixels + self.places).for_each(|index| self.make_room(index));
    }
}
