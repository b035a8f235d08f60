//! An operator as TFLM's prepare phase sees it.

use super::{Kernels, Unknown};
use crate::model::{self, CustomOptions, Model, Tensor, TensorType, element_bits};

/// An operator with its tensors.
#[derive(Clone, Copy)]
pub(super) struct Node<'m> {
    pub model: &'m Model<'m>,
    pub subgraph: usize,
    pub index: usize,
    pub kernels: Kernels,
}

impl<'m> Node<'m> {
    pub fn operator(&self) -> &'m model::Operator<'m> {
        &self.model.subgraphs[self.subgraph].operators[self.index]
    }

    /// Where the operator is: `operator 3 (CONV_2D)`.
    pub fn place(&self) -> String {
        let graph = if self.subgraph == 0 { String::new() } else { format!("subgraph {}, ", self.subgraph) };
        format!("{graph}operator {} ({})", self.index, self.model.code_of(self.operator()))
    }

    pub fn damaged(&self, problem: impl Into<String>) -> Unknown {
        Unknown::Damaged { place: self.place(), problem: problem.into() }
    }

    pub fn is_cmsis_nn(&self) -> bool {
        self.kernels == Kernels::CmsisNn
    }

    pub fn optional_input(&self, index: usize) -> Option<&'m Tensor<'m>> {
        let tensor = (*self.operator().inputs.get(index)?)?;
        Some(&self.model.subgraphs[self.subgraph].tensors[tensor])
    }

    pub fn input(&self, index: usize) -> Result<&'m Tensor<'m>, Unknown> {
        self.optional_input(index).ok_or_else(|| self.damaged(format!("input {index} is missing")))
    }

    pub fn output(&self, index: usize) -> Result<&'m Tensor<'m>, Unknown> {
        let tensor = self.operator().outputs.get(index);
        let tensor = tensor.ok_or_else(|| self.damaged(format!("output {index} is missing")))?;
        Ok(&self.model.subgraphs[self.subgraph].tensors[*tensor])
    }

    /// Size `index` of a tensor, counted from the end when negative.
    pub fn size(&self, tensor: &Tensor<'_>, index: isize) -> Result<u64, Unknown> {
        let place = if index < 0 { tensor.shape.len().checked_add_signed(index) } else { Some(index as usize) };
        let size = place.and_then(|place| tensor.shape.get(place));
        size.map(|&size| size as u64).ok_or_else(|| {
            self.damaged(format!("tensor \"{}\" has shape {:?}, more dimensions needed", tensor.name, tensor.shape))
        })
    }

    /// Four sizes: batch, height, width, channels.
    pub fn image(&self, tensor: &Tensor<'_>) -> Result<[u64; 4], Unknown> {
        Ok([self.size(tensor, 0)?, self.size(tensor, 1)?, self.size(tensor, 2)?, self.size(tensor, 3)?])
    }

    pub fn options<T>(&self, options: Option<T>) -> Result<T, Unknown> {
        options.ok_or_else(|| self.damaged("its options are missing"))
    }

    /// An option of a custom operator, a number from 0 on.
    pub fn custom_option(&self, name: &str) -> Result<u64, Unknown> {
        let options = CustomOptions::read(self.operator().custom_options);
        let value = options.and_then(|options| options.int(name)).map_err(|error| self.damaged(error.to_string()))?;
        u32::try_from(value)
            .map(u64::from)
            .map_err(|_| self.damaged(format!("its option \"{name}\" is {value}, 0 to {} needed", u32::MAX)))
    }
}

/// Bytes of an element in TFLM, where 4-bit elements take a whole one; `None` for types it does not have.
pub(super) fn element_bytes(tensor_type: TensorType) -> Option<u64> {
    match tensor_type {
        TensorType::INT4 => Some(1),
        TensorType::RESOURCE => Some(4),
        TensorType::INT2 | TensorType::UINT4 | TensorType::FLOAT8_E4M3FN | TensorType::FLOAT8_E5M2 => None,
        _ => element_bits(tensor_type).map(|bits| bits as u64 / 8),
    }
}
