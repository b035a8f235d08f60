//! REDUCE_ALL: `output = whether all of the reduced elements are true`.
//!
//! Input and output as in [`Reduction`], which is the parameter record. Any byte but 0 is true; results are 0 and 1.
//! Axes that are known at run time only are a second input, see [`any_axes`]. The rule is TFLM's reference kernel.

use super::support::any_axes::{self, AnyAxes};
use super::support::reduce::{Reduction, check, reduce};
use super::{Call, Kernel, code, number};

/// `bool`.
pub const BOOL: Kernel = Kernel {
    code: code(number::REDUCE_ALL, 0),
    name: "REDUCE_ALL bool",
    check: check::<u8, u8>,
    invoke: |call| boolean(call, call.parameters()),
};

/// `bool`, the axes known at run time only, with [`AnyAxes`].
pub const BOOL_ANY_AXES: Kernel = Kernel {
    code: code(number::REDUCE_ALL, 1),
    name: "REDUCE_ALL bool, any axes",
    check: any_axes::check::<u8>,
    invoke: |call| {
        if let Some(shape) = call.parameters::<AnyAxes>().reduction::<u8>(call) {
            boolean(call, &shape);
        }
    },
};

fn boolean(call: &Call<'_>, shape: &Reduction) {
    let output = call.output::<u8>(0);
    let and = |all: u8, value: u8, _| all & (value != 0) as u8;
    reduce(shape, call.input::<u8>(0), 1u8, and, |index, all| output.set(index, all));
}
