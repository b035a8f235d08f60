//! Kernels that make each output element from one element of each of two operands, broadcast against each other.
//!
//! An op says what it does to one pair of elements by implementing [`Binary`]; [`kernel`] makes the rest of it.

use bytemuck::{Pod, Zeroable};

use super::activation::clamp;
use super::broadcast::{Broadcast, map2};
use super::requantise::{OutputStage, check_multiplier};
use super::rescale::{Requantise, Rescale};
use crate::arena::Element;
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Kernel, Op};

/// What an op does to a pair of elements.
pub trait Binary {
    /// Elements of the first operand.
    type Left: Element;
    /// Elements of the second operand.
    type Right: Element;
    /// Elements of the output.
    type Out: Element;
    /// The parameter record.
    type Parameters: Parameters;
    /// Why a pair with an element that [`refuses`](Binary::refuses) names cannot be computed.
    const FAULT: &'static str = "";

    /// The output element.
    fn apply(parameters: &Self::Parameters, left: Self::Left, right: Self::Right) -> Self::Out;

    /// Whether the op cannot be run with this element in the second operand. Asked for all of them beforehand.
    #[inline(always)]
    fn refuses(_: &Self::Parameters, _: Self::Right) -> bool {
        false
    }
}

/// A parameter record with the shapes in it.
pub trait Parameters: Pod {
    /// The shapes.
    fn broadcast(&self) -> &Broadcast;

    /// Requires the other fields to be in their ranges.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// The kernel of an op on two operands. Inputs: left, right. One output.
pub const fn kernel<B: Binary>(code: u32, name: &'static str) -> Kernel {
    Kernel { code, name, check: check::<B>, invoke: invoke::<B> }
}

fn check<B: Binary>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &B::Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.input::<B::Left>(0, p.broadcast().operand_elements(0)?)?;
    op.input::<B::Right>(1, p.broadcast().operand_elements(1)?)?;
    op.output::<B::Out>(0, p.broadcast().elements()?)?;
    p.check()
}

fn invoke<B: Binary>(call: &Call<'_>) {
    let p: &B::Parameters = call.parameters();
    let (left, right, output) = (call.input::<B::Left>(0), call.input::<B::Right>(1), call.output::<B::Out>(0));
    if right.iter().any(|right| B::refuses(p, right)) {
        return call.fail(B::FAULT);
    }
    // A copy, so that stores to the output cannot be taken for changes of the parameters.
    let p = *p;
    map2(p.broadcast(), left, right, output, |left, right| B::apply(&p, left, right));
}

impl Parameters for Broadcast {
    fn broadcast(&self) -> &Broadcast {
        self
    }
}

/// Parameters of float arithmetic with a fused activation.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// The shapes.
    pub broadcast: Broadcast,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

impl FloatParameters {
    /// The output value of a result.
    #[inline(always)]
    pub fn clamp(&self, value: f32) -> f32 {
        clamp(value, self.minimum, self.maximum)
    }
}

impl Parameters for FloatParameters {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }
}

/// Parameters of `int32` arithmetic with a fused activation.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Int32Parameters {
    /// The shapes.
    pub broadcast: Broadcast,
    /// Least output value.
    pub minimum: i32,
    /// Greatest output value.
    pub maximum: i32,
}

impl Int32Parameters {
    /// The output value of a result.
    #[inline(always)]
    pub fn clamp(&self, value: i32) -> i32 {
        // Not `clamp`, which panics when the bounds are the wrong way round.
        value.max(self.minimum).min(self.maximum)
    }
}

impl Parameters for Int32Parameters {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }
}

/// Parameters of quantised ops that bring both operands to a common scale.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct RescaledParameters {
    /// The shapes.
    pub broadcast: Broadcast,
    /// From the first operand to the common scale.
    pub left: Rescale,
    /// From the second operand to the common scale.
    pub right: Rescale,
    /// From the result to the output.
    pub output: Requantise,
}

impl RescaledParameters {
    /// Both values on the common scale.
    #[inline(always)]
    pub fn rescale(&self, left: i32, right: i32) -> (i32, i32) {
        (self.left.apply(left), self.right.apply(right))
    }
}

impl Parameters for RescaledParameters {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    fn check(&self) -> Result<(), Fault> {
        self.left.check()?;
        self.right.check()?;
        self.output.check()
    }
}

/// Parameters of quantised products and quotients.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct ProductParameters {
    /// The shapes.
    pub broadcast: Broadcast,
    /// The negated zero point of the first operand, in `-32767..=32768`.
    pub left_offset: i32,
    /// The negated zero point of the second operand, in `-32767..=32768`.
    pub right_offset: i32,
    /// The product (or the quotient) of the operands' scales in units of the output scale.
    pub multiplier: Multiplier,
    /// Zero point and range of the output.
    pub stage: OutputStage,
}

impl Parameters for ProductParameters {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    fn check(&self) -> Result<(), Fault> {
        let offsets = -32767..=32768;
        if !offsets.contains(&self.left_offset) || !offsets.contains(&self.right_offset) {
            return Err(Fault::new("a zero point is out of range"));
        }
        check_multiplier(self.multiplier)
    }
}
