//! From a verified model to a Program: lowering, passes and the memory plan.
//!
//! Everything that can be decided before power-on is decided here, so that the chip needs no planner and no prepare
//! phase.

pub mod memory_plan;
