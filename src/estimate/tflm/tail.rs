//! The end of the arena, from which TFLM takes what stays: downwards, never given back.

use super::Class;

/// What is aligned to 16 bytes in the arena: tensors, scratch buffers and what kernels ask for.
pub(super) const BUFFER_ALIGNMENT: u64 = 16;

/// The tail while it grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    used: u64,
    padding: u64,
    classes: [u64; Class::ALL.len()],
}

impl Tail {
    /// Takes `bytes` for `class` such that they start at a multiple of `alignment`. The arena ends at one of 16.
    pub fn take(&mut self, class: Class, bytes: u64, alignment: u64) {
        let end = (self.used + bytes).next_multiple_of(alignment);
        self.padding += end - self.used - bytes;
        self.classes[class as usize] += end - self.used;
        self.used = end;
    }

    /// Takes `bytes` as the kernels' allocator does.
    pub fn take_buffer(&mut self, class: Class, bytes: u64) {
        self.take(class, bytes, BUFFER_ALIGNMENT);
    }

    /// All bytes taken, padding included.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The bytes that only fill gaps.
    pub fn padding(&self) -> u64 {
        self.padding
    }

    /// The bytes of a class and the padding in front of them.
    pub fn bytes_of(&self, class: Class) -> u64 {
        self.classes[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_down_from_an_aligned_end() {
        let mut tail = Tail::default();
        tail.take(Class::Parameters, 5, 1);
        tail.take(Class::EvalTensors, 12, 4);
        assert_eq!((tail.used(), tail.padding(), tail.bytes_of(Class::EvalTensors)), (20, 3, 15));
        tail.take_buffer(Class::OpData, 28);
        assert_eq!((tail.used(), tail.padding(), tail.bytes_of(Class::OpData)), (48, 3, 28));
    }
}
