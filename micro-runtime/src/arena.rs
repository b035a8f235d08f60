//! Views of planned memory: the arena that the caller lends, and the constants inside a Program.
//!
//! The memory plan lets the input and the output of an op share bytes. Shared references to the one and
//! exclusive references to the other would then be a lie, so kernels never see slices: they see an [`Input`]
//! (read only, of the arena or of the Program) and an [`Output`] (cells of the arena). Both check every index.
//!
//! This file is the only place where bytes become `i8`, `i16`, `i32`, `f32` and the other element types.

#![allow(unsafe_code)]

use core::cell::Cell;
use core::marker::PhantomData;

use bytemuck::Pod;

/// The alignment in bytes that a Program and an arena must have; no element type needs more.
pub const ALIGNMENT: usize = 16;

/// The type of the elements of a tensor, as Programs record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ElementType {
    /// 8-bit signed integer.
    Int8 = 1,
    /// 16-bit signed integer.
    Int16 = 2,
    /// 32-bit signed integer.
    Int32 = 3,
    /// 64-bit signed integer.
    Int64 = 4,
    /// 8-bit unsigned integer.
    Uint8 = 5,
    /// 16-bit unsigned integer.
    Uint16 = 6,
    /// 32-bit unsigned integer.
    Uint32 = 7,
    /// 64-bit unsigned integer.
    Uint64 = 8,
    /// IEEE 754 single precision.
    Float32 = 9,
    /// One byte, 0 or 1. Kernels read it as [`u8`].
    Bool = 10,
    /// Two 4-bit signed integers a byte, the first in the low half. Kernels read it as [`u8`].
    Int4 = 11,
}

impl ElementType {
    /// Every element type, in the order of the codes.
    pub const ALL: [ElementType; 11] = [
        ElementType::Int8,
        ElementType::Int16,
        ElementType::Int32,
        ElementType::Int64,
        ElementType::Uint8,
        ElementType::Uint16,
        ElementType::Uint32,
        ElementType::Uint64,
        ElementType::Float32,
        ElementType::Bool,
        ElementType::Int4,
    ];

    /// The element type with this code, if there is one.
    pub const fn from_code(code: u8) -> Option<ElementType> {
        if code >= 1 && code as usize <= Self::ALL.len() { Some(Self::ALL[code as usize - 1]) } else { None }
    }

    /// The name people know it by: `int8`, `float32`, `bool`, ...
    pub const fn name(self) -> &'static str {
        match self {
            ElementType::Int8 => "int8",
            ElementType::Int16 => "int16",
            ElementType::Int32 => "int32",
            ElementType::Int64 => "int64",
            ElementType::Uint8 => "uint8",
            ElementType::Uint16 => "uint16",
            ElementType::Uint32 => "uint32",
            ElementType::Uint64 => "uint64",
            ElementType::Float32 => "float32",
            ElementType::Bool => "bool",
            ElementType::Int4 => "int4",
        }
    }

    /// The size in bytes of one stored element; of a pair of elements for [`ElementType::Int4`].
    pub const fn size(self) -> usize {
        match self {
            ElementType::Int8 | ElementType::Uint8 | ElementType::Bool | ElementType::Int4 => 1,
            ElementType::Int16 | ElementType::Uint16 => 2,
            ElementType::Int32 | ElementType::Uint32 | ElementType::Float32 => 4,
            ElementType::Int64 | ElementType::Uint64 => 8,
        }
    }

    /// The bytes that `elements` elements take, rounded up to whole bytes.
    pub const fn bytes_for(self, elements: usize) -> Option<usize> {
        match self {
            ElementType::Int4 => Some(elements.div_ceil(2)),
            _ => elements.checked_mul(self.size()),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that kernels read and write tensors as.
pub trait Element: Pod + PartialEq + PartialOrd + core::fmt::Debug + sealed::Sealed {
    /// Whether an operand of this type may be read as `Self`.
    fn accepts(element_type: ElementType) -> bool;
}

macro_rules! elements {
    ($($rust:ty: $($element_type:ident)|+;)*) => {$(
        impl sealed::Sealed for $rust {}
        impl Element for $rust {
            fn accepts(element_type: ElementType) -> bool {
                matches!(element_type, $(ElementType::$element_type)|+)
            }
        }
    )*};
}

elements! {
    i8: Int8;
    i16: Int16;
    i32: Int32;
    i64: Int64;
    u8: Uint8 | Bool | Int4;
    u16: Uint16;
    u32: Uint32;
    u64: Uint64;
    f32: Float32;
}

/// A read-only run of `T`, in the arena (where an [`Output`] may share its bytes) or among the constants.
pub struct Input<'a, T> {
    start: *const T,
    len: usize,
    lifetime: PhantomData<&'a Cell<T>>,
}

impl<T> Clone for Input<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Input<'_, T> {}

impl<'a, T: Copy> Input<'a, T> {
    /// A view of nothing.
    pub const fn empty() -> Self {
        Input { start: core::ptr::NonNull::dangling().as_ptr(), len: 0, lifetime: PhantomData }
    }

    /// The number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The address of the first element.
    #[inline(always)]
    pub(crate) fn as_ptr(&self) -> *const T {
        self.start
    }

    /// The element at `index`. Panics when there is none.
    #[inline(always)]
    pub fn get(&self, index: usize) -> T {
        assert!(index < self.len);
        // SAFETY: the index was just checked, and `start..start + len` is readable for `'a`.
        unsafe { self.start.add(index).read() }
    }

    /// The `len` elements from `start`. Panics when they reach past the end.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Input<'a, T> {
        assert!(start <= self.len && len <= self.len - start);
        // SAFETY: `start` is at most one past the end of the run, as just checked.
        Input { start: unsafe { self.start.add(start) }, len, lifetime: PhantomData }
    }

    /// The elements from `start` to the end. Panics when `start` is past the end.
    #[inline(always)]
    pub fn tail(&self, start: usize) -> Input<'a, T> {
        assert!(start <= self.len);
        self.range(start, self.len - start)
    }

    /// The elements in order. Each is read when the iterator reaches it.
    #[inline(always)]
    pub fn iter(&self) -> InputIter<'a, T> {
        // SAFETY: one past the end of the run is the end that `start` and `len` describe.
        InputIter { next: self.start, end: unsafe { self.start.add(self.len) }, lifetime: PhantomData }
    }

    /// Copies the first `N` elements out. Panics when there are fewer.
    #[inline(always)]
    pub fn array<const N: usize>(&self) -> [T; N] {
        assert!(N <= self.len);
        // SAFETY: `N` elements are readable, an array has their alignment and layout.
        unsafe { self.start.cast::<[T; N]>().read() }
    }
}

impl<'a, T: Copy> From<&'a [T]> for Input<'a, T> {
    fn from(slice: &'a [T]) -> Self {
        Input { start: slice.as_ptr(), len: slice.len(), lifetime: PhantomData }
    }
}

impl<'a, T: Copy> From<Output<'a, T>> for Input<'a, T> {
    fn from(output: Output<'a, T>) -> Self {
        Input { start: output.cells.as_ptr().cast(), len: output.cells.len(), lifetime: PhantomData }
    }
}

/// The iterator of [`Input::iter`].
pub struct InputIter<'a, T> {
    next: *const T,
    end: *const T,
    lifetime: PhantomData<&'a Cell<T>>,
}

impl<T: Copy> Iterator for InputIter<'_, T> {
    type Item = T;

    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        if self.next == self.end {
            return None;
        }
        // SAFETY: `next` is before `end`, so it lies inside the run of the view this came from.
        unsafe {
            let value = self.next.read();
            self.next = self.next.add(1);
            Some(value)
        }
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        // SAFETY: both pointers belong to the run of one view, `end` not before `next`.
        let left = unsafe { self.end.offset_from(self.next) } as usize;
        (left, Some(left))
    }
}

impl<T: Copy> ExactSizeIterator for InputIter<'_, T> {}

/// A run of `T` in the arena that a kernel may write, and read back.
pub struct Output<'a, T> {
    cells: &'a [Cell<T>],
}

impl<T> Clone for Output<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Output<'_, T> {}

impl<'a, T: Copy> Output<'a, T> {
    /// A view of nothing.
    pub const fn empty() -> Self {
        Output { cells: &[] }
    }

    /// The number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The address of the first element, which may be written to.
    #[inline(always)]
    pub(crate) fn as_mut_ptr(&self) -> *mut T {
        self.cells.as_ptr().cast::<T>().cast_mut()
    }

    /// The element at `index`. Panics when there is none.
    #[inline(always)]
    pub fn get(&self, index: usize) -> T {
        self.cells[index].get()
    }

    /// Writes the element at `index`. Panics when there is none.
    #[inline(always)]
    pub fn set(&self, index: usize, value: T) {
        self.cells[index].set(value);
    }

    /// The `len` elements from `start`. Panics when they reach past the end.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Output<'a, T> {
        Output { cells: &self.cells[start..][..len] }
    }

    /// The elements from `start` to the end. Panics when `start` is past the end.
    #[inline(always)]
    pub fn tail(&self, start: usize) -> Output<'a, T> {
        Output { cells: &self.cells[start..] }
    }

    /// The cells, in order.
    #[inline(always)]
    pub fn iter(&self) -> core::slice::Iter<'a, Cell<T>> {
        self.cells.iter()
    }

    /// Writes `value` everywhere.
    #[inline(always)]
    pub fn fill(&self, value: T) {
        self.cells.iter().for_each(|cell| cell.set(value));
    }

    /// Copies `input` here as memmove does: correct where the two share bytes. Panics when the lengths differ.
    #[inline(always)]
    pub fn copy_from(&self, input: Input<'_, T>) {
        assert_eq!(self.len(), input.len());
        // SAFETY: both runs have this length; `copy` allows overlap; cells may be written through a shared
        // reference, and neither type can be shared between threads.
        unsafe { core::ptr::copy(input.start, self.as_mut_ptr(), self.len()) }
    }

    /// The same bytes, for reading.
    #[inline(always)]
    pub fn as_input(&self) -> Input<'a, T> {
        Input { start: self.cells.as_ptr().cast(), len: self.cells.len(), lifetime: PhantomData }
    }
}

impl<'a, T: Copy> From<&'a mut [T]> for Output<'a, T> {
    fn from(slice: &'a mut [T]) -> Self {
        Output { cells: Cell::from_mut(slice).as_slice_of_cells() }
    }
}

impl<'a, T: Copy> From<&'a [Cell<T>]> for Output<'a, T> {
    fn from(cells: &'a [Cell<T>]) -> Self {
        Output { cells }
    }
}

/// The memory lent to an interpreter, as cells that several views may share.
#[derive(Clone, Copy)]
pub(crate) struct Arena<'a> {
    cells: &'a [Cell<u8>],
}

impl<'a> Arena<'a> {
    /// Takes the bytes of a lent arena; `None` when they do not start on a multiple of [`ALIGNMENT`].
    pub(crate) fn new(bytes: &'a mut [u8]) -> Option<Arena<'a>> {
        (bytes.as_ptr() as usize)
            .is_multiple_of(ALIGNMENT)
            .then(|| Arena { cells: Cell::from_mut(bytes).as_slice_of_cells() })
    }

    /// The `bytes` bytes at `offset`, as elements. Panics when they are not inside, not aligned or not whole.
    #[inline]
    pub(crate) fn elements<T: Element>(&self, offset: usize, bytes: usize) -> Output<'a, T> {
        let run = &self.cells[offset..][..bytes];
        let size = size_of::<T>();
        assert!((run.as_ptr() as usize).is_multiple_of(align_of::<T>()) && bytes.is_multiple_of(size));
        // SAFETY: the run holds exactly `bytes / size` aligned elements, every bit pattern of an `Element` is
        // valid, `Cell<T>` has the layout of `T`, and all access goes through cells or raw reads.
        let cells = unsafe { core::slice::from_raw_parts(run.as_ptr().cast::<Cell<T>>(), bytes / size) };
        Output { cells }
    }
}

/// The elements of a run of constant bytes. Panics when they are not aligned or not whole.
#[inline]
pub(crate) fn constants<T: Element>(bytes: &[u8]) -> Input<'_, T> {
    Input::from(bytemuck::cast_slice(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(16))]
    struct Aligned([u8; 32]);

    #[test]
    fn input_and_output_share_bytes() {
        let mut memory = Aligned([0; 32]);
        let arena = Arena::new(&mut memory.0).unwrap();
        let output = arena.elements::<i16>(0, 8);
        let input = arena.elements::<i16>(2, 8).as_input();
        (0..4).for_each(|index| output.set(index, index as i16 + 1));
        assert_eq!(input.array::<4>(), [2, 3, 4, 0]);
        output.copy_from(input);
        assert_eq!(output.as_input().array::<4>(), [2, 3, 4, 0]);
        assert_eq!(input.iter().collect_array(), [3, 4, 0, 0]);
    }

    trait CollectArray {
        fn collect_array(self) -> [i16; 4];
    }

    impl CollectArray for InputIter<'_, i16> {
        fn collect_array(mut self) -> [i16; 4] {
            core::array::from_fn(|_| self.next().unwrap())
        }
    }

    #[test]
    #[should_panic]
    fn a_range_past_the_end_panics() {
        Input::from([1i8, 2, 3].as_slice()).range(2, 2);
    }

    #[test]
    fn unaligned_arena_is_refused() {
        let mut memory = Aligned([0; 32]);
        assert!(Arena::new(&mut memory.0[1..]).is_none());
    }

    #[test]
    fn codes_round_trip() {
        for element_type in ElementType::ALL {
            assert_eq!(ElementType::from_code(element_type as u8), Some(element_type));
        }
        assert_eq!(ElementType::from_code(0), None);
        assert_eq!(ElementType::from_code(12), None);
    }
}
