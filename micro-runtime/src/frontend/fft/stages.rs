//! The complex transform inside the real one: butterflies of radix 4, 2, 3 and 5 over values in shuffled order.
//!
//! The radices and their order decide where fixed-point numbers are rounded, so they are part of the result: all
//! fours come first, then at most one two, then threes, then fives, counted from the stage that is computed last.

use super::arithmetic::{Complex, Sample};
use super::{Direction, read, write};
use crate::arena::{Input, Output};

/// The radix of the last stage of a transform of `span` values. `span` is above 1 and has no other prime factors
/// than 2, 3 and 5.
fn last_radix(span: usize) -> usize {
    if span.is_multiple_of(4) {
        4
    } else if span.is_multiple_of(2) {
        2
    } else if span.is_multiple_of(3) {
        3
    } else {
        5
    }
}

/// Where value `index` of `count` must lie before the first stage.
pub(super) fn shuffled(mut index: usize, count: usize) -> usize {
    let (mut position, mut span) = (0, count);
    while span > 1 {
        let radix = last_radix(span);
        span /= radix;
        position += index % radix * span;
        index /= radix;
    }
    position
}

/// Transforms the `count` shuffled complex values at the start of `values` in place.
pub(super) fn transform<T: Sample>(count: usize, direction: Direction, twiddles: Input<'_, T>, values: Output<'_, T>) {
    // `last_radix` names the radices from the last stage to the first, so each round looks for the next one from
    // the far end.
    let mut part = 1;
    while part < count {
        let mut span = count;
        while span / last_radix(span) > part {
            span /= last_radix(span);
        }
        let stage = Stage { count, part, span, direction, twiddles, values };
        match span / part {
            4 => stage.each(Stage::four),
            2 => stage.each(Stage::two),
            3 => stage.each(Stage::three),
            _ => stage.each(Stage::five),
        }
        part = span;
    }
}

/// One stage: it joins neighbouring transforms of `part` values each to transforms of `span` values.
struct Stage<'a, T> {
    count: usize,
    part: usize,
    span: usize,
    direction: Direction,
    twiddles: Input<'a, T>,
    values: Output<'a, T>,
}

impl<T: Sample> Stage<'_, T> {
    /// Runs `butterfly` over every set of values that belong together: it gets where the group of parts begins
    /// plus the index inside each part, and that index alone.
    #[inline(always)]
    fn each(&self, butterfly: impl Fn(&Self, usize, usize)) {
        for start in (0..self.count).step_by(self.span) {
            for index in 0..self.part {
                butterfly(self, start + index, index);
            }
        }
    }

    /// The `part`-th input of the butterfly at `first`, scaled for a sum of `RADIX` terms.
    #[inline(always)]
    fn input<const RADIX: usize>(&self, first: usize, part: usize) -> Complex<T> {
        read(self.values.as_input(), first + part * self.part).before_stage(RADIX)
    }

    /// The same, turned to its place on the unit circle.
    #[inline(always)]
    fn turned<const RADIX: usize>(&self, first: usize, part: usize, index: usize) -> Complex<T> {
        self.input::<RADIX>(first, part).times(self.twiddle(part * index))
    }

    /// The root of unity that is `steps` of the `span` from 1.
    #[inline(always)]
    fn twiddle(&self, steps: usize) -> Complex<T> {
        read(self.twiddles, steps * (self.count / self.span))
    }

    #[inline(always)]
    fn output(&self, first: usize, part: usize, value: Complex<T>) {
        write(self.values, first + part * self.part, value);
    }

    #[inline(always)]
    fn two(&self, first: usize, index: usize) {
        let a = self.input::<2>(first, 0);
        let b = self.turned::<2>(first, 1, index);
        self.output(first, 0, a.plus(b));
        self.output(first, 1, a.minus(b));
    }

    #[inline(always)]
    fn three(&self, first: usize, index: usize) {
        let a = self.input::<3>(first, 0);
        let b = self.turned::<3>(first, 1, index);
        let c = self.turned::<3>(first, 2, index);
        let sum = b.plus(c);
        let middle = a.minus(sum.half());
        let side = b.minus(c).scaled(self.twiddle(self.part).im).turned_back();
        self.output(first, 0, a.plus(sum));
        self.output(first, 1, middle.minus(side));
        self.output(first, 2, middle.plus(side));
    }

    #[inline(always)]
    fn four(&self, first: usize, index: usize) {
        let a = self.input::<4>(first, 0);
        let b = self.turned::<4>(first, 1, index);
        let c = self.turned::<4>(first, 2, index);
        let d = self.turned::<4>(first, 3, index);
        let (even_sum, even_difference) = (a.plus(c), a.minus(c));
        let (odd_sum, odd_difference) = (b.plus(d), b.minus(d).turned_back());
        let (one, three) = match self.direction {
            Direction::Forward => (1, 3),
            Direction::Inverse => (3, 1),
        };
        self.output(first, 0, even_sum.plus(odd_sum));
        self.output(first, 2, even_sum.minus(odd_sum));
        self.output(first, one, even_difference.plus(odd_difference));
        self.output(first, three, even_difference.minus(odd_difference));
    }

    #[inline(always)]
    fn five(&self, first: usize, index: usize) {
        let a = self.input::<5>(first, 0);
        let b = self.turned::<5>(first, 1, index);
        let c = self.turned::<5>(first, 2, index);
        let d = self.turned::<5>(first, 3, index);
        let e = self.turned::<5>(first, 4, index);
        let (near, far) = (self.twiddle(self.part), self.twiddle(2 * self.part));
        let (outer_sum, outer_difference) = (b.plus(e), b.minus(e));
        let (inner_sum, inner_difference) = (c.plus(d), c.minus(d));

        let middle = a.plus(outer_sum.scaled(near.re)).plus(inner_sum.scaled(far.re));
        let side = outer_difference.scaled(near.im).plus(inner_difference.scaled(far.im)).turned_back();
        self.output(first, 1, middle.minus(side));
        self.output(first, 4, middle.plus(side));

        let middle = a.plus(outer_sum.scaled(far.re)).plus(inner_sum.scaled(near.re));
        let side = inner_difference.scaled(near.im).minus(outer_difference.scaled(far.im)).turned_back();
        self.output(first, 2, middle.plus(side));
        self.output(first, 3, middle.minus(side));

        self.output(first, 0, a.plus(outer_sum.plus(inner_sum)));
    }
}
