//! Comparisons: a yes or no for each pair of elements.

use core::marker::PhantomData;

use bytemuck::{Pod, Zeroable};

use super::binary::{Binary, Parameters};
use super::broadcast::Broadcast;
use super::rescale::Rescale;
use crate::arena::Element;
use crate::kernels::Fault;

/// What is asked of a pair.
pub trait Comparison {
    /// The answer.
    fn holds<T: PartialOrd>(left: T, right: T) -> bool;
}

/// A comparison of elements as they are.
pub struct Plain<C, T>(PhantomData<(C, T)>);

impl<C: Comparison, T: Element> Binary for Plain<C, T> {
    type Left = T;
    type Right = T;
    type Out = u8;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: T, right: T) -> u8 {
        C::holds(left, right) as u8
    }
}

/// Parameters of a comparison of quantised values.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct RescaledPair {
    /// The shapes.
    pub broadcast: Broadcast,
    /// From the first operand to the common scale.
    pub left: Rescale,
    /// From the second operand to the common scale.
    pub right: Rescale,
}

impl Parameters for RescaledPair {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    fn check(&self) -> Result<(), Fault> {
        self.left.check()?;
        self.right.check()
    }
}

/// A comparison of `int8` values that stand for `scale * (value - zero_point)`.
pub struct Int8<C>(PhantomData<C>);

impl<C: Comparison> Binary for Int8<C> {
    type Left = i8;
    type Right = i8;
    type Out = u8;
    type Parameters = RescaledPair;

    #[inline(always)]
    fn apply(p: &RescaledPair, left: i8, right: i8) -> u8 {
        C::holds(p.left.apply_i8(left), p.right.apply_i8(right)) as u8
    }
}
