//! Numbers that begin on a cache line, so that no vector load straddles two.

/// See the module.
#[derive(Debug)]
pub(super) struct Aligned<T> {
    data: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Aligned<T> {
    const LINE_BYTES: usize = 64;

    /// `values`, of which there are `len`.
    pub(super) fn new(len: usize, zero: T, values: impl Iterator<Item = T>) -> Self {
        let slack = Self::LINE_BYTES / size_of::<T>();
        let mut data = vec![zero; len + slack];
        // Not a matter of correctness: an allocator that cannot say costs speed only.
        let start = data.as_ptr().align_offset(Self::LINE_BYTES).min(slack);
        data[start..][..len].iter_mut().zip(values).for_each(|(to, from)| *to = from);
        Self { data, start, len }
    }

    pub(super) fn get(&self) -> &[T] {
        &self.data[self.start..][..self.len]
    }
}
