//! Cells of a pattern that are given, and that the decoder plays around.

use groove::{Bar, Hit, Instrument, Pattern, TOKENS};

/// The locked cells of a pattern, with their content.
///
/// A locked cell is not overwritten afterwards: the decoder chooses among the tokens that agree with it, and
/// what it plays next follows from that.
#[derive(Clone, Debug, PartialEq)]
pub struct Locks {
    /// Of each step, the bits of the instruments that are locked.
    masks: [u16; Bar::MOST_STEPS],
    /// Content of the locked cells; nothing in the others.
    pattern: Pattern,
}

impl Default for Locks {
    /// Nothing of a window is locked.
    fn default() -> Self {
        Self::of(Bar::COMMON)
    }
}

impl Locks {
    /// Nothing of a pattern of these bars is locked.
    pub const fn of(bar: Bar) -> Self {
        Self { masks: [0; Bar::MOST_STEPS], pattern: Pattern::empty(bar) }
    }

    /// Locks a cell with a hit in it, or without.
    ///
    /// # Panics
    /// If the pattern has no such step.
    pub fn lock(&mut self, step: usize, instrument: Instrument, hit: Option<Hit>) {
        self.masks[step] |= instrument.bit();
        self.pattern.set(step, instrument, hit);
    }

    /// Locks every cell that `is_kept`, by step and then kick first, with its content in `pattern`.
    pub fn keep(&mut self, pattern: &Pattern, mut is_kept: impl FnMut(usize, Instrument) -> bool) {
        for step in 0..pattern.steps() {
            for instrument in Instrument::ALL {
                if is_kept(step, instrument) {
                    self.lock(step, instrument, pattern.hit(step, instrument));
                }
            }
        }
    }

    /// Leaves a cell to the decoder.
    ///
    /// # Panics
    /// If the pattern has no such step.
    pub fn unlock(&mut self, step: usize, instrument: Instrument) {
        self.masks[step] &= !instrument.bit();
        self.pattern.set(step, instrument, None);
    }

    /// Whether a cell is locked.
    ///
    /// # Panics
    /// If `step` is 96 or more.
    pub fn is_locked(&self, step: usize, instrument: Instrument) -> bool {
        self.masks[step] & instrument.bit() != 0
    }

    /// Whether no cell is.
    pub fn is_empty(&self) -> bool {
        self.masks == [0; Bar::MOST_STEPS]
    }

    /// Content of the locked cells.
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The locked hits of the window that [comes nearest](Pattern::to_window). Locked silence is left out: silence on one
    /// grid says nothing about the steps of another.
    #[must_use]
    pub fn to_window(&self) -> Self {
        if self.pattern.bar() == Bar::COMMON {
            return self.clone();
        }
        let mut window = Self::default();
        for (step, instrument, hit) in self.pattern.to_window().iter() {
            window.lock(step, instrument, Some(hit));
        }
        window
    }

    /// The bias that makes tokens that disagree with the locks of `step` impossible, on top of `free`; written
    /// to `bias` where anything is locked.
    pub(crate) fn restrict<'a>(
        &self,
        step: usize,
        free: &'a [f32; TOKENS],
        bias: &'a mut [f32; TOKENS],
    ) -> &'a [f32; TOKENS] {
        let (mask, held) = (self.masks[step], self.pattern.token(step).value());
        if mask == 0 {
            return free;
        }
        for ((token, free), bias) in (0..).zip(free).zip(bias.iter_mut()) {
            let token: u16 = token;
            *bias = if (token ^ held) & mask == 0 { *free } else { f32::NEG_INFINITY };
        }
        bias
    }

    /// Puts the locked hits, as they are struck, into a pattern that has their onsets already.
    pub fn express(&self, pattern: &mut Pattern) {
        for (step, instrument, hit) in self.pattern.iter() {
            pattern.set(step, instrument, Some(hit));
        }
    }

    /// The token of `step` as far as it is locked, and the bits that are.
    #[cfg(test)]
    pub(crate) fn of_step(&self, step: usize) -> (groove::Token, u16) {
        (self.pattern.token(step), self.masks[step])
    }
}
