//! Views of planned memory: the arena that the caller lends, and the constants inside a Program.
//!
//! The memory plan lets the input and the output of an op share bytes. Shared references to the one and
//! exclusive references to the other would then be a lie, so kernels never see slices: they see an [`Input`]
//! (read only, of the arena or of the Program) and an [`Output`] (cells of the arena). Both check every index.
//!
//! This file is the only place where bytes become `i8`, `i16`, `i32`, `f32` and the other element types, and records.
//! What does not depend on the type is in functions without one, so that a chip has it once.

#![allow(unsafe_code)]

mod element;

use core::cell::Cell;
use core::marker::PhantomData;

use bytemuck::Pod;

pub use element::{Element, ElementType};

/// The alignment in bytes that a Program and an arena must have; no element type needs more.
pub const ALIGNMENT: usize = 16;

/// Where an access outside of a view ends: the one place, without arguments, so that the many checks are short.
#[cold]
#[inline(never)]
fn outside() -> ! {
    panic!("an access outside of a view")
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
    /// A view of nothing, aligned for every element.
    pub const fn empty() -> Self {
        Input { start: core::ptr::without_provenance(ALIGNMENT), len: 0, lifetime: PhantomData }
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
        if index >= self.len {
            outside();
        }
        // SAFETY: the index was just checked, and `start..start + len` is readable for `'a`.
        unsafe { self.start.add(index).read() }
    }

    /// The `len` elements from `start`. Panics when they reach past the end.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Input<'a, T> {
        if start > self.len || len > self.len - start {
            outside();
        }
        // SAFETY: `start` is at most one past the end of the run, as just checked.
        Input { start: unsafe { self.start.add(start) }, len, lifetime: PhantomData }
    }

    /// The elements from `start` to the end. Panics when `start` is past the end.
    #[inline(always)]
    pub fn tail(&self, start: usize) -> Input<'a, T> {
        if start > self.len {
            outside();
        }
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
        if N > self.len {
            outside();
        }
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
        let Some(cell) = self.cells.get(index) else { outside() };
        cell.get()
    }

    /// Writes the element at `index`. Panics when there is none.
    #[inline(always)]
    pub fn set(&self, index: usize, value: T) {
        let Some(cell) = self.cells.get(index) else { outside() };
        cell.set(value);
    }

    /// The `len` elements from `start`. Panics when they reach past the end.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Output<'a, T> {
        let Some(cells) = self.cells.get(start..).and_then(|cells| cells.get(..len)) else { outside() };
        Output { cells }
    }

    /// The elements from `start` to the end. Panics when `start` is past the end.
    #[inline(always)]
    pub fn tail(&self, start: usize) -> Output<'a, T> {
        let Some(cells) = self.cells.get(start..) else { outside() };
        Output { cells }
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
        if self.len() != input.len() {
            outside();
        }
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

impl<'a> Input<'a, u8> {
    /// The bytes as elements. Panics when they are not aligned or not whole.
    #[inline(always)]
    pub(crate) fn elements<T: Element>(self) -> Input<'a, T> {
        require_whole::<T>(self.start, self.len);
        Input { start: self.start.cast(), len: self.len / size_of::<T>(), lifetime: PhantomData }
    }
}

impl<'a> Output<'a, u8> {
    /// The bytes as elements. Panics when they are not aligned or not whole.
    #[inline(always)]
    pub(crate) fn elements<T: Element>(self) -> Output<'a, T> {
        let (start, len) = (self.as_mut_ptr(), self.len());
        require_whole::<T>(start, len);
        // SAFETY: the run holds exactly so many aligned elements, as just checked, every bit pattern of an `Element` is
        // valid, `Cell<T>` has the layout of `T`, and all access goes through cells or raw reads.
        Output { cells: unsafe { core::slice::from_raw_parts(start.cast::<Cell<T>>(), len / size_of::<T>()) } }
    }
}

/// Requires a run of bytes to be one of aligned elements.
#[inline(always)]
fn require_whole<T: Element>(start: *const u8, bytes: usize) {
    const { assert!(size_of::<T>().is_power_of_two() && align_of::<T>() <= size_of::<T>()) };
    if !(start as usize | bytes).is_multiple_of(size_of::<T>()) {
        outside();
    }
}

/// The memory lent to an interpreter, as cells that several views may share.
#[derive(Clone, Copy)]
pub(crate) struct Arena<'a> {
    cells: Output<'a, u8>,
}

impl<'a> Arena<'a> {
    /// Takes the bytes of a lent arena; `None` when they do not start on a multiple of [`ALIGNMENT`].
    pub(crate) fn new(bytes: &'a mut [u8]) -> Option<Arena<'a>> {
        (bytes.as_ptr() as usize).is_multiple_of(ALIGNMENT).then(|| Arena { cells: Output::from(bytes) })
    }

    /// The `bytes` bytes at `offset`. Panics when they are not inside.
    #[inline(always)]
    pub(crate) fn bytes(&self, offset: u32, bytes: u32) -> Output<'a, u8> {
        self.cells.range(offset as usize, bytes as usize)
    }
}

/// The `count` records at `offset`, when they lie inside of `bytes` and are aligned.
#[inline(always)]
pub(crate) fn records<T: Pod>(bytes: &[u8], offset: u32, count: u32) -> Option<&[T]> {
    const { assert!(align_of::<T>() == 1 || align_of::<T>() <= 4 && size_of::<T>().is_multiple_of(4)) };
    let start = start_of_records(bytes, offset, count, size_of::<T>() as u32)?;
    // SAFETY: so many records lie there, aligned as records of words and smaller numbers have to be, and every bit pattern
    // of a `Pod` is valid.
    Some(unsafe { core::slice::from_raw_parts(start.cast(), count as usize) })
}

/// The record at `offset`, when it lies inside of `bytes` and is aligned.
#[inline(always)]
pub(crate) fn record<T: Pod>(bytes: &[u8], offset: u32) -> Option<&T> {
    records(bytes, offset, 1)?.first()
}

/// Whether there are `count` records of `size` bytes at `offset` of `bytes`, and aligned.
pub(crate) fn holds_records(bytes: &[u8], offset: u32, count: u32, size: u32) -> bool {
    start_of_records(bytes, offset, count, size).is_some()
}

/// Where the `count` records of `size` bytes at `offset` start, when they lie inside of `bytes`. Those whose size is a
/// multiple of 4 start on such a multiple.
#[inline(never)]
fn start_of_records(bytes: &[u8], offset: u32, count: u32, size: u32) -> Option<*const u8> {
    let end = count as u64 * size as u64 + offset as u64;
    if end > bytes.len() as u64 {
        return None;
    }
    let start = bytes.as_ptr().wrapping_add(offset as usize);
    (!size.is_multiple_of(4) || (start as usize).is_multiple_of(4)).then_some(start)
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
        let output = arena.bytes(0, 8).elements::<i16>();
        let input = arena.bytes(2, 8).elements::<i16>().as_input();
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
