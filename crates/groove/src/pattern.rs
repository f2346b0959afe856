//! Patterns: bars of hits on a grid, the hinge between all parts of the program.
//!
//! The trainer makes a [`Pattern`] from MIDI, the network encodes and decodes it, the plugin
//! plays, draws, edits and saves it. It is plain `Copy` data and never allocates. The network knows
//! four bars of 4/4 in 16ths, which are called a window.

mod saved;

use std::fmt::Write as _;
use std::num::NonZeroU32;

use crate::articulation::Articulation;
use crate::bar::Bar;
use crate::instrument::{INSTRUMENTS, Instrument};

/// Steps (16th notes) in a beat of a window.
pub const STEPS_PER_BEAT: usize = 4;
/// Beats (quarter notes) in a bar of a window.
pub const BEATS_PER_BAR: usize = 4;
/// Steps in a bar of a window.
pub const STEPS_PER_BAR: usize = STEPS_PER_BEAT * BEATS_PER_BAR;
/// Bars in a window.
pub const BARS: usize = 4;
/// Steps in a window, the `T` of tensor shapes.
pub const STEPS: usize = BARS * STEPS_PER_BAR;
/// Number of distinct tokens: every subset of the nine instruments.
pub const TOKENS: usize = 1 << INSTRUMENTS;

/// The subset of instruments struck at one step, as a number in `0..512`; 0 is silence.
///
/// Each instrument's bit is [`Instrument::bit`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u16);

impl Token {
    /// No instrument is struck.
    pub const SILENCE: Self = Self(0);

    /// The token of this value, or `None` from 512 on.
    pub const fn new(value: u16) -> Option<Self> {
        if (value as usize) < TOKENS { Some(Self(value)) } else { None }
    }

    /// Value in `0..512`.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// Whether `instrument` is struck.
    pub const fn contains(self, instrument: Instrument) -> bool {
        self.0 & instrument.bit() != 0
    }

    /// This token with `instrument` struck as well.
    #[must_use]
    pub const fn with(self, instrument: Instrument) -> Self {
        Self(self.0 | instrument.bit())
    }

    /// Number of instruments struck, `0..=9`.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The instruments struck, kick first.
    pub fn instruments(self) -> impl Iterator<Item = Instrument> {
        Instrument::ALL.into_iter().filter(move |&instrument| self.contains(instrument))
    }
}

/// One instrument struck once.
#[derive(Clone, Copy, PartialEq)]
pub struct Hit {
    /// Articulation and velocity, so packed that an `Option<Hit>` is no larger: the articulation in the highest three
    /// bits, and below them one more than the velocity's own bits, counted from [`Self::LEAST`]'s on.
    packed: NonZeroU32,
    micro_offset: f32,
}

impl Hit {
    /// The largest micro-offset, just short of half a step.
    const LATEST: f32 = 0.5 - f32::EPSILON / 2.0;

    /// The bits of 2^-63. Velocities below it are 0: what is left, up to 1, has three bits to spare.
    const LEAST: u32 = 0x2000_0000;

    /// Where the articulation's bits begin.
    const ARTICULATION: u32 = 29;

    /// A hit of `velocity` in `[0, 1]`, `micro_offset` steps after its step's grid time, in
    /// `[-0.5, 0.5)`, struck plainly. Values outside are moved to the nearest inside; NaN becomes 0.
    pub const fn new(velocity: f32, micro_offset: f32) -> Self {
        let velocity = if velocity.is_nan() { 0.0 } else { velocity };
        let micro_offset = if micro_offset.is_nan() { 0.0 } else { micro_offset };
        let bits = velocity.clamp(0.0, 1.0).to_bits();
        // -0 has its highest bit set.
        let above = if velocity > 0.0 { bits.saturating_sub(Self::LEAST) } else { 0 };
        Self {
            packed: NonZeroU32::MIN.saturating_add(above),
            micro_offset: micro_offset.clamp(-0.5, Self::LATEST),
        }
    }

    /// This hit, struck as `articulation`.
    #[must_use]
    pub const fn struck_as(self, articulation: Articulation) -> Self {
        let velocity = self.packed.get() & ((1 << Self::ARTICULATION) - 1);
        let bits = velocity | (articulation as u32) << Self::ARTICULATION;
        // The velocity's part is never 0.
        Self { packed: NonZeroU32::MIN.saturating_add(bits - 1), ..self }
    }

    /// This hit as loud as `velocity` says, which is taken as in [`new`](Self::new).
    #[must_use]
    pub const fn with_velocity(self, velocity: f32) -> Self {
        Self::new(velocity, self.micro_offset).struck_as(self.articulation())
    }

    /// This hit `micro_offset` steps after its step's grid time, taken as in [`new`](Self::new).
    #[must_use]
    pub const fn with_micro_offset(self, micro_offset: f32) -> Self {
        Self::new(self.velocity(), micro_offset).struck_as(self.articulation())
    }

    /// Loudness in `[0, 1]`: MIDI velocity / 127.
    pub const fn velocity(self) -> f32 {
        match (self.packed.get() & ((1 << Self::ARTICULATION) - 1)) - 1 {
            0 => 0.0,
            above => f32::from_bits(Self::LEAST + above),
        }
    }

    /// Steps after the step's grid time, in `[-0.5, 0.5)`; negative is early.
    pub const fn micro_offset(self) -> f32 {
        self.micro_offset
    }

    /// How it is struck.
    pub const fn articulation(self) -> Articulation {
        Articulation::ALL[(self.packed.get() >> Self::ARTICULATION) as usize]
    }

    /// Its letter in a drum tab: `X` loud, `x` medium, `.` soft; of a hit that is not struck plainly its articulation's, large if
    /// it is loud.
    fn tab(self) -> char {
        let is_loud = self.velocity() > 0.75;
        let letter = match self.articulation() {
            Articulation::Plain if is_loud || self.velocity() > 0.35 => 'x',
            Articulation::Plain => '.',
            Articulation::CrossStick => 'c',
            Articulation::RimShot => 'r',
            Articulation::Flam => 'f',
            Articulation::Pedal => 'p',
            Articulation::HalfOpen => 'h',
            Articulation::Bell => 'b',
            Articulation::Choke => 'k',
        };
        if is_loud { letter.to_ascii_uppercase() } else { letter }
    }
}

/// Bars of hits: up to 96 steps x 9 instruments, as many as its [`Bar`] has.
///
/// Serialised as a list of `[step, instrument id, velocity, micro_offset]`, with the articulation's id as the fifth unless it
/// is plain, if its bars are of 4/4 in 16ths; else as a map of metre, grid and that list.
#[derive(Clone, Copy, PartialEq)]
pub struct Pattern {
    hits: [[Option<Hit>; INSTRUMENTS]; Bar::MOST_STEPS],
    bar: Bar,
}

const _: () = assert!(size_of::<Option<Hit>>() == 8);

impl Pattern {
    /// A window in which nothing is struck.
    pub const EMPTY: Self = Self::empty(Bar::COMMON);

    /// A pattern of such bars in which nothing is struck.
    pub const fn empty(bar: Bar) -> Self {
        Self { hits: [[None; INSTRUMENTS]; Bar::MOST_STEPS], bar }
    }

    /// What its bars are.
    pub const fn bar(&self) -> Bar {
        self.bar
    }

    /// Number of steps.
    pub const fn steps(&self) -> usize {
        self.bar.pattern_steps()
    }

    /// The hit of `instrument` at `step`, if there is one.
    ///
    /// # Panics
    /// If `step` is 96 or more; likewise [`row`](Self::row) and [`token`](Self::token).
    pub const fn hit(&self, step: usize, instrument: Instrument) -> Option<Hit> {
        self.hits[step][instrument.index()]
    }

    /// The hits of every instrument at `step`, by [`Instrument::index`].
    pub const fn row(&self, step: usize) -> [Option<Hit>; INSTRUMENTS] {
        self.hits[step]
    }

    /// Adds, replaces or (with `None`) removes the hit of `instrument` at `step`. An articulation that the instrument does
    /// not have becomes the plain one.
    ///
    /// # Panics
    /// If the pattern has no such step.
    pub const fn set(&mut self, step: usize, instrument: Instrument, hit: Option<Hit>) {
        assert!(step < self.steps(), "the pattern has no such step");
        self.hits[step][instrument.index()] = match hit {
            Some(hit) => Some(hit.struck_as(hit.articulation().on(instrument))),
            None => None,
        };
    }

    /// This pattern with the articulations of `other` where that has a hit, too: for hits that were drawn anew and are still the
    /// same strokes.
    #[must_use]
    pub fn struck_as(&self, other: &Self) -> Self {
        let mut pattern = *self;
        for (step, instrument, hit) in self.iter() {
            let articulation = other.hit(step, instrument).unwrap_or(hit).articulation();
            pattern.set(step, instrument, Some(hit.struck_as(articulation)));
        }
        pattern
    }

    /// The subset of instruments struck at `step`.
    pub fn token(&self, step: usize) -> Token {
        Instrument::ALL
            .into_iter()
            .filter(|&instrument| self.hit(step, instrument).is_some())
            .fold(Token::SILENCE, Token::with)
    }

    /// The tokens of a window's steps.
    pub fn tokens(&self) -> [Token; STEPS] {
        std::array::from_fn(|step| self.token(step))
    }

    /// A window of these tokens, every hit at `velocity` and on the grid.
    pub fn from_tokens(tokens: &[Token; STEPS], velocity: f32) -> Self {
        let mut pattern = Self::EMPTY;
        for (step, token) in tokens.iter().enumerate() {
            for instrument in token.instruments() {
                pattern.set(step, instrument, Some(Hit::new(velocity, 0.0)));
            }
        }
        pattern
    }

    /// All hits, by step, kick first within a step.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Instrument, Hit)> + '_ {
        (0..self.steps()).flat_map(move |step| {
            Instrument::ALL
                .into_iter()
                .filter_map(move |i| self.hit(step, i).map(|hit| (step, i, hit)))
        })
    }

    /// Number of hits, `0..=864`.
    pub fn count(&self) -> usize {
        self.iter().count()
    }
}

impl std::fmt::Debug for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hit")
            .field("velocity", &self.velocity())
            .field("micro_offset", &self.micro_offset())
            .field("articulation", &self.articulation())
            .finish()
    }
}

impl Default for Pattern {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl std::fmt::Debug for Pattern {
    /// One line per instrument that plays, as drum tabs write it: see `Hit::tab`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for instrument in Instrument::ALL.into_iter().rev() {
            if (0..self.steps()).all(|step| self.hit(step, instrument).is_none()) {
                continue;
            }
            write!(f, "\n{:>11} ", instrument.name())?;
            for step in 0..self.steps() {
                if step % self.bar.steps() == 0 {
                    f.write_str("|")?;
                }
                f.write_char(self.hit(step, instrument).map_or('-', Hit::tab))?;
            }
            f.write_str("|")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_the_way_through_a_pattern() {
        let tokens = std::array::from_fn(|i| Token::new((i * 8) as u16 % 512).unwrap());
        assert_eq!(Pattern::from_tokens(&tokens, 0.8).tokens(), tokens);
        assert_eq!(Token::new(512), None);
    }

    #[test]
    fn hits_keep_their_ranges_whatever_they_are_made_of() {
        let hit = Hit::new(f32::NAN, 7.0);
        assert_eq!(hit.velocity(), 0.0);
        assert!(hit.micro_offset() < 0.5);
        assert_eq!(Hit::new(2.0, f32::NEG_INFINITY), Hit::new(1.0, -0.5));
        assert_eq!(Hit::new(-0.0, -0.0), Hit::new(0.0, 0.0));
        assert_eq!(Hit::new(f32::MIN_POSITIVE, 0.0).velocity(), 0.0);
    }

    #[test]
    fn velocity_and_articulation_share_their_bits_and_lose_none() {
        let velocities = (0..=127).map(|velocity| velocity as f32 / 127.0);
        let odd = [f32::from_bits(0x2000_0001), 1e-9, 0.123_456_79, f32::from_bits(0x3f7f_ffff)];
        for velocity in velocities.chain(odd) {
            for articulation in Articulation::ALL {
                let hit = Hit::new(velocity, 0.25).struck_as(articulation);
                assert_eq!((hit.velocity(), hit.micro_offset()), (velocity, 0.25));
                assert_eq!(hit.articulation(), articulation);
                assert_eq!(hit.with_velocity(0.5).with_micro_offset(-0.5).velocity(), 0.5);
                assert_eq!(
                    hit.with_velocity(0.5).with_micro_offset(-0.5).articulation(),
                    articulation
                );
                assert_eq!(hit.struck_as(Articulation::Plain), Hit::new(velocity, 0.25));
            }
        }
    }

    #[test]
    fn an_instrument_is_struck_in_its_own_ways_alone() {
        let bell = Some(Hit::new(0.5, 0.0).struck_as(Articulation::Bell));
        let mut pattern = Pattern::EMPTY;
        pattern.set(0, Instrument::Ride, bell);
        pattern.set(0, Instrument::Kick, bell);
        assert_eq!(pattern.hit(0, Instrument::Ride), bell);
        assert_eq!(pattern.hit(0, Instrument::Kick), Some(Hit::new(0.5, 0.0)));
    }
}
