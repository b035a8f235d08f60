//! The number types a transform works in, and complex numbers of them.
//!
//! Fixed-point samples are fractions of 15 or 31 bits: a product is rounded back to that width, and a sum that does
//! not fit wraps. To keep sums from growing, the fixed-point transforms divide by the radix before every stage;
//! float32 never scales on the way.

use crate::arena::Element;

/// A type of sample that can be transformed: `i16`, `i32` or `f32`.
pub trait Sample: Element {
    /// Zero.
    const ZERO: Self;

    /// The table entry for a coordinate (-1 to 1) of a point on the unit circle.
    fn from_unit(coordinate: f64) -> Self;

    /// The sum; wraps.
    fn plus(self, other: Self) -> Self;

    /// The difference; wraps.
    fn minus(self, other: Self) -> Self;

    /// The negative; wraps.
    fn negative(self) -> Self;

    /// The product of two fractions, rounded.
    fn times(self, other: Self) -> Self;

    /// `a * b - c * d`, rounded once.
    fn difference_of_products(a: Self, b: Self, c: Self, d: Self) -> Self;

    /// `a * b + c * d`, rounded once.
    fn sum_of_products(a: Self, b: Self, c: Self, d: Self) -> Self;

    /// Half of it, rounded down.
    fn half(self) -> Self;

    /// Half of the sum, as wide on the way as the reference's arithmetic is.
    fn half_sum(self, other: Self) -> Self;

    /// Half of the difference, as wide on the way as the reference's arithmetic is.
    fn half_difference(self, other: Self) -> Self;

    /// What a stage of this radix (2 to 5) does to its inputs: a division for fixed point, nothing for float32.
    fn before_stage(self, radix: usize) -> Self;

    /// What an inverse transform of `size` samples does to its results: a division for float32, nothing for fixed
    /// point, whose stages have divided already.
    fn after_inverse(self, size: usize) -> Self;
}

macro_rules! fixed_point {
    ($sample:ty, product: $product:ty, sum: $sum:ty) => {
        impl Sample for $sample {
            const ZERO: Self = 0;

            fn from_unit(coordinate: f64) -> Self {
                libm::floor(0.5 + <$sample>::MAX as f64 * coordinate) as $sample
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn negative(self) -> Self {
                self.wrapping_neg()
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                Self::sum_of_products(self, other, 0, 0)
            }

            #[inline(always)]
            fn difference_of_products(a: Self, b: Self, c: Self, d: Self) -> Self {
                let exact = (a as $product * b as $product).wrapping_sub(c as $product * d as $product);
                (exact.wrapping_add(1 << (<$sample>::BITS - 2)) >> (<$sample>::BITS - 1)) as $sample
            }

            #[inline(always)]
            fn sum_of_products(a: Self, b: Self, c: Self, d: Self) -> Self {
                let exact = (a as $product * b as $product).wrapping_add(c as $product * d as $product);
                (exact.wrapping_add(1 << (<$sample>::BITS - 2)) >> (<$sample>::BITS - 1)) as $sample
            }

            #[inline(always)]
            fn half(self) -> Self {
                self >> 1
            }

            #[inline(always)]
            fn half_sum(self, other: Self) -> Self {
                ((self as $sum).wrapping_add(other as $sum) >> 1) as $sample
            }

            #[inline(always)]
            fn half_difference(self, other: Self) -> Self {
                ((self as $sum).wrapping_sub(other as $sum) >> 1) as $sample
            }

            #[inline(always)]
            fn before_stage(self, radix: usize) -> Self {
                self.times(<$sample>::MAX / radix as $sample)
            }

            #[inline(always)]
            fn after_inverse(self, _size: usize) -> Self {
                self
            }
        }
    };
}

fixed_point!(i16, product: i32, sum: i32);
fixed_point!(i32, product: i64, sum: i32);

impl Sample for f32 {
    const ZERO: Self = 0.0;

    fn from_unit(coordinate: f64) -> Self {
        coordinate as f32
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn negative(self) -> Self {
        -self
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn difference_of_products(a: Self, b: Self, c: Self, d: Self) -> Self {
        a * b - c * d
    }

    #[inline(always)]
    fn sum_of_products(a: Self, b: Self, c: Self, d: Self) -> Self {
        a * b + c * d
    }

    #[inline(always)]
    fn half(self) -> Self {
        self * 0.5
    }

    #[inline(always)]
    fn half_sum(self, other: Self) -> Self {
        (self + other) * 0.5
    }

    #[inline(always)]
    fn half_difference(self, other: Self) -> Self {
        (self - other) * 0.5
    }

    #[inline(always)]
    fn before_stage(self, _radix: usize) -> Self {
        self
    }

    #[inline(always)]
    fn after_inverse(self, size: usize) -> Self {
        self / size as f32
    }
}

/// A complex number.
#[derive(Clone, Copy)]
pub(super) struct Complex<T> {
    pub(super) re: T,
    pub(super) im: T,
}

impl<T: Sample> Complex<T> {
    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        Complex { re: self.re.plus(other.re), im: self.im.plus(other.im) }
    }

    #[inline(always)]
    pub(super) fn minus(self, other: Self) -> Self {
        Complex { re: self.re.minus(other.re), im: self.im.minus(other.im) }
    }

    /// The product with a table entry.
    #[inline(always)]
    pub(super) fn times(self, twiddle: Self) -> Self {
        Complex {
            re: T::difference_of_products(self.re, twiddle.re, self.im, twiddle.im),
            im: T::sum_of_products(self.re, twiddle.im, self.im, twiddle.re),
        }
    }

    /// The product with a real number.
    #[inline(always)]
    pub(super) fn scaled(self, factor: T) -> Self {
        Complex { re: self.re.times(factor), im: self.im.times(factor) }
    }

    /// The product with -i.
    #[inline(always)]
    pub(super) fn turned_back(self) -> Self {
        Complex { re: self.im, im: self.re.negative() }
    }

    #[inline(always)]
    pub(super) fn half(self) -> Self {
        Complex { re: self.re.half(), im: self.im.half() }
    }

    #[inline(always)]
    pub(super) fn conjugate(self) -> Self {
        Complex { re: self.re, im: self.im.negative() }
    }

    #[inline(always)]
    pub(super) fn before_stage(self, radix: usize) -> Self {
        Complex { re: self.re.before_stage(radix), im: self.im.before_stage(radix) }
    }
}
