//! Numbers that begin on a cache line, so that no vector load straddles two.

const LINE_BYTES: usize = 64;

/// See the module.
#[derive(Debug)]
pub(crate) struct Aligned<T> {
    data: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Aligned<T> {
    /// More numbers than are wanted, so that one of the first begins a cache line.
    pub(crate) const SLACK: usize = {
        assert!(LINE_BYTES.is_multiple_of(size_of::<T>()), "numbers that fill a cache line");
        LINE_BYTES / size_of::<T>()
    };

    /// `values`, of which there are `len`.
    pub(crate) fn new(len: usize, zero: T, values: impl Iterator<Item = T>) -> Self {
        let mut all = Self::within(vec![zero; len + Self::SLACK]);
        all.get_mut().iter_mut().zip(values).for_each(|(to, from)| *to = from);
        all
    }

    /// The numbers of `data`, all but [`SLACK`](Self::SLACK) of them.
    ///
    /// # Panics
    /// If it has fewer.
    pub(crate) fn within(data: Vec<T>) -> Self {
        let len = data.len() - Self::SLACK;
        // Not a matter of correctness: an allocator that cannot say costs speed only.
        let start = data.as_ptr().align_offset(LINE_BYTES).min(Self::SLACK);
        Self { data, start, len }
    }

    pub(crate) fn get(&self) -> &[T] {
        &self.data[self.start..][..self.len]
    }

    pub(crate) fn get_mut(&mut self) -> &mut [T] {
        &mut self.data[self.start..][..self.len]
    }

    /// The vector that it was made [`within`](Self::within); it is empty afterwards.
    #[cfg(feature = "training")]
    pub(crate) fn take(&mut self) -> Vec<T> {
        self.len = 0;
        self.start = 0;
        std::mem::take(&mut self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_on_a_cache_line() {
        fn begins<T: Copy>(zero: T) -> bool {
            (0..40).all(|len| {
                let numbers = Aligned::new(len, zero, std::iter::repeat_n(zero, len));
                numbers.get().len() == len && numbers.get().as_ptr().addr().is_multiple_of(64)
            })
        }
        assert!(begins(0.0f32) && begins(half::f16::ZERO) && begins([0i8; 4]));
    }
}
