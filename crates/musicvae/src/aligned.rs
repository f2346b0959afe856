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
    const SLACK: usize = {
        assert!(LINE_BYTES.is_multiple_of(size_of::<T>()), "numbers that fill a cache line");
        LINE_BYTES / size_of::<T>()
    };

    /// `values`, of which there are `len` at most, and `zero` where there are none.
    pub(crate) fn new(len: usize, zero: T, values: impl Iterator<Item = T>) -> Self {
        let data = vec![zero; len + Self::SLACK];
        // Not a matter of correctness: an allocator that cannot say costs speed only.
        let start = data.as_ptr().align_offset(LINE_BYTES).min(Self::SLACK);
        let mut all = Self { data, start, len };
        all.get_mut().iter_mut().zip(values).for_each(|(to, from)| *to = from);
        all
    }

    pub(crate) fn get(&self) -> &[T] {
        &self.data[self.start..][..self.len]
    }

    pub(crate) fn get_mut(&mut self) -> &mut [T] {
        &mut self.data[self.start..][..self.len]
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
