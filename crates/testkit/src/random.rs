//! A generator of numbers, the same in every run (Marsaglia, *Xorshift RNGs*, 2003).

/// See the module. Its seed is anything but 0.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A whole number in `0..end`.
    ///
    /// # Panics
    /// If `end` is 0, as the next two if there is nothing to pick.
    pub fn below(&mut self, end: u32) -> u32 {
        (self.bits() % u64::from(end)) as u32
    }

    /// A place in a list of `len`.
    pub fn index(&mut self, len: usize) -> usize {
        (self.bits() % len as u64) as usize
    }

    /// One of `all`.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.index(all.len())]
    }

    /// In `[0, 1)`.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}
