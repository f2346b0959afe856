//! What is known of a groove before it is drawn: the input of the step model beside the steps before.

pub mod columns;
mod locks;

use groove::{BARS, Bar, Hit, Instrument, Metre, Pattern, Token};

pub(crate) use self::columns::is_common;
pub use self::locks::Locks;

/// What a bar is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// Goes on as the bars around it.
    Groove,
    /// Leads into the next bar.
    Fill,
}

/// How many hits a bar drummers play to a line: of a bar of 4/4 without one of its onsets, and more for each low onset and for
/// each other one in a bar. Fitted by least squares to 1901 lines of the validation windows (`trainer follow` says which lines).
const HITS_TO_LINES: [f32; 3] = [7.1, 2.4, 0.4];

/// Everything that is known before a groove is drawn. The default knows nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Cells that are known, and what they hold.
    pub locks: Locks,
    /// Steps at which somebody plays a note, if that is known: a line of taps, a bass, another drummer's rhythm.
    pub line: Option<[bool; Bar::MOST_STEPS]>,
    /// Of these, the steps at which a bass takes part: the kick leans to them.
    pub low: Option<[bool; Bar::MOST_STEPS]>,
    /// What each bar is for, where that is known.
    pub kinds: [Option<BarKind>; BARS],
    /// The style, as its place among those of the weights file.
    pub style: Option<u16>,
    /// Hits a bar, on average.
    pub density: Option<f32>,
    /// Mean velocity of the hits, in `[0, 1]`.
    pub intensity: Option<f32>,
}

/// Bars ago of which an instrument's bar may be a copy.
pub const COPIES: usize = BARS - 1;

/// For every bar and instrument, how many bars ago the same onsets were played, the smallest number of several; 0:
/// not in this pattern.
pub type Copies = [[u8; groove::INSTRUMENTS]; BARS];

/// The copies in `pattern`.
pub fn copies_in(pattern: &Pattern) -> Copies {
    let mut copies = Copies::default();
    for (bar, copies) in copies.iter_mut().enumerate().take(pattern.bar().bars()) {
        for instrument in Instrument::ALL {
            let onsets = bar_onsets(pattern, bar, instrument);
            let same = |ago: &usize| bar_onsets(pattern, bar - ago, instrument) == onsets;
            copies[instrument.index()] = (1..=bar).find(same).unwrap_or(0) as u8;
        }
    }
    copies
}

/// The steps of `bar` at which `instrument` is struck, a bit each.
pub(crate) fn bar_onsets(pattern: &Pattern, bar: usize, instrument: Instrument) -> u128 {
    let steps = pattern.bar().steps();
    let is_struck = |step: &usize| pattern.hit(bar * steps + step, instrument).is_some();
    (0..steps).filter(is_struck).fold(0, |onsets, step| onsets | 1 << step)
}

impl Context {
    /// Knows nothing of a pattern of such bars.
    pub fn of(bar: Bar) -> Self {
        Self { locks: Locks::of(bar), ..Self::default() }
    }

    /// What the bars of the pattern are.
    pub const fn bar(&self) -> Bar {
        self.locks.pattern().bar()
    }

    /// What it knows of the window that [comes nearest](Pattern::to_window).
    #[must_use]
    pub fn to_window(&self) -> Self {
        let in_window = |line: [bool; Bar::MOST_STEPS]| {
            let mut played = Pattern::empty(self.bar());
            for step in (0..played.steps()).filter(|&step| line[step]) {
                played.set(step, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
            }
            let window = played.to_window();
            std::array::from_fn(|step| {
                step < window.steps() && window.token(step) != Token::SILENCE
            })
        };
        let [line, low] = [self.line, self.low].map(|line| line.map(in_window));
        Self { locks: self.locks.to_window(), line, low, ..self.clone() }
    }

    /// What it knows, and the hits of `pattern`.
    #[must_use]
    pub(crate) fn with_hits(mut self, pattern: &Pattern) -> Self {
        let is_hit = |step, instrument| pattern.hit(step, instrument).is_some();
        self.locks.keep(pattern, is_hit);
        self
    }

    /// Asks for a fill from step `from` to the end: the bars that it lies in are for it, those before go on.
    pub fn ask_for_fill(&mut self, from: usize) {
        let steps = self.bar().steps();
        for (bar, kind) in self.kinds.iter_mut().enumerate() {
            let is_fill = (bar + 1) * steps > from;
            *kind = Some(if is_fill { BarKind::Fill } else { BarKind::Groove });
        }
    }

    /// Has a line of the steps at which anything of `rhythm` is struck, low where its kick is, and as many hits a bar as
    /// drummers play to such lines.
    pub fn play_to(&mut self, rhythm: &Pattern) {
        let line = std::array::from_fn(|step| rhythm.token(step) != Token::SILENCE);
        let low = std::array::from_fn(|step| rhythm.token(step).contains(Instrument::Kick));
        (self.line, self.low) = (Some(line), Some(low));
        let count = |steps: [bool; Bar::MOST_STEPS]| {
            steps.iter().filter(|is_struck| **is_struck).count() as f32
        };
        let bar = rhythm.bar();
        let length = bar.metre().clocks() as f32 / Metre::FOUR_FOUR.clocks() as f32;
        let [low, others] = [count(low), count(line) - count(low)].map(|n| n / bar.bars() as f32);
        let [rest, to_low, to_others] = HITS_TO_LINES;
        self.density = Some(to_low.mul_add(low, to_others.mul_add(others, rest * length)));
    }

    /// The steps of `bar` at which the cells of `instrument` are known, and those of them that hold a hit, a bit each.
    pub(crate) fn known_onsets(&self, bar: usize, instrument: Instrument) -> (u128, u128) {
        let steps = self.bar().steps();
        let is_known = |step: &usize| self.locks.is_locked(bar * steps + step, instrument);
        let known = (0..steps).filter(is_known).fold(0, |known, step| known | 1 << step);
        (known, known & bar_onsets(self.locks.pattern(), bar, instrument))
    }

    /// Whether `instrument` may play in `bar` what it played `ago` bars before, in `pattern`, and not since.
    pub(crate) fn allows_copy(
        &self,
        pattern: &Pattern,
        bar: usize,
        instrument: Instrument,
        ago: usize,
    ) -> bool {
        if ago > bar {
            return false;
        }
        let (known, struck) = self.known_onsets(bar, instrument);
        let onsets = |ago| bar_onsets(pattern, bar - ago, instrument);
        let is_nearest = (1..ago).all(|nearer| onsets(nearer) != onsets(ago));
        is_nearest && onsets(ago) & known == struck
    }
}

#[cfg(test)]
mod tests {
    use groove::STEPS_PER_BAR;

    use super::*;

    #[test]
    fn a_copy_is_of_the_nearest_bar_with_the_same_onsets() {
        let mut pattern = Pattern::EMPTY;
        let hit = Some(Hit::new(0.5, 0.0));
        for bar in [0, 2] {
            pattern.set(bar * STEPS_PER_BAR, Instrument::Kick, hit);
        }
        for bar in [1, 3] {
            pattern.set(bar * STEPS_PER_BAR + 2, Instrument::Kick, hit);
        }
        pattern.set(2 * STEPS_PER_BAR, Instrument::Snare, hit);
        let copies = copies_in(&pattern);
        let of = |instrument: Instrument| copies.map(|bar| bar[instrument.index()]);
        assert_eq!(of(Instrument::Kick), [0, 0, 2, 2]);
        assert_eq!(of(Instrument::Snare), [0, 1, 0, 2]);
        assert_eq!(of(Instrument::Ride), [0, 1, 1, 1]);

        let mut context = Context::default();
        assert!(context.allows_copy(&pattern, 2, Instrument::Kick, 1));
        context.locks.lock(2 * STEPS_PER_BAR + 2, Instrument::Kick, None);
        assert!(!context.allows_copy(&pattern, 2, Instrument::Kick, 1));
        assert!(context.allows_copy(&pattern, 2, Instrument::Kick, 2));
        assert!(!context.allows_copy(&pattern, 2, Instrument::Kick, 3));
    }

    #[test]
    fn a_rhythm_is_a_line_with_its_low_onsets_and_the_hits_that_drummers_play_to_it() {
        let hit = Some(Hit::new(0.5, 0.0));
        let mut rhythm = Pattern::EMPTY;
        for bar in 0..BARS {
            rhythm.set(bar * STEPS_PER_BAR, Instrument::Kick, hit);
            rhythm.set(bar * STEPS_PER_BAR, Instrument::Ride, hit);
            rhythm.set(bar * STEPS_PER_BAR + 6, Instrument::Kick, hit);
            rhythm.set(bar * STEPS_PER_BAR + 9, Instrument::Snare, hit);
        }
        let mut context = Context::default();
        context.play_to(&rhythm);
        let steps = |line: Option<[bool; Bar::MOST_STEPS]>| {
            (0..STEPS_PER_BAR).filter(|&step| line.unwrap()[step]).collect::<Vec<_>>()
        };
        assert_eq!((steps(context.line), steps(context.low)), (vec![0, 6, 9], vec![0, 6]));
        assert!((context.density.unwrap() - (7.1 + 2.0 * 2.4 + 0.4)).abs() < 1e-5);
        let bar = Bar::new(Metre::new(2, 4).unwrap(), Default::default());
        let mut half = Context::of(bar);
        half.play_to(&rhythm.converted_to(bar));
        assert_eq!(steps(half.to_window().low), vec![0, 6], "the lowness of a line is taken over");
        let mut silent = Context::of(bar);
        silent.play_to(&Pattern::empty(bar));
        assert_eq!(silent.density, Some(7.1 / 2.0));
    }
}
