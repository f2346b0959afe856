//! Patterns: four bars of 4/4 on a 16th-note grid, the hinge between all parts of the program.
//!
//! The trainer makes a [`Pattern`] from MIDI, the network encodes and decodes it, the plugin
//! plays, draws, edits and saves it. It is plain `Copy` data and never allocates.

use serde::{Deserialize, Serialize};

use crate::instrument::{INSTRUMENTS, Instrument};

/// Steps (16th notes) in a beat.
pub const STEPS_PER_BEAT: usize = 4;
/// Beats (quarter notes) in a bar: all patterns are in 4/4.
pub const BEATS_PER_BAR: usize = 4;
/// Steps in a bar.
pub const STEPS_PER_BAR: usize = STEPS_PER_BEAT * BEATS_PER_BAR;
/// Bars in a pattern.
pub const BARS: usize = 4;
/// Steps in a pattern, the `T` of tensor shapes.
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    velocity: f32,
    micro_offset: f32,
}

impl Hit {
    /// The largest micro-offset, just short of half a step.
    const LATEST: f32 = 0.5 - f32::EPSILON / 2.0;

    /// A hit of `velocity` in `[0, 1]`, `micro_offset` steps after its step's grid time, in
    /// `[-0.5, 0.5)`. Values outside are moved to the nearest inside; NaN becomes 0.
    pub const fn new(velocity: f32, micro_offset: f32) -> Self {
        let velocity = if velocity.is_nan() { 0.0 } else { velocity };
        let micro_offset = if micro_offset.is_nan() { 0.0 } else { micro_offset };
        Self {
            velocity: velocity.clamp(0.0, 1.0),
            micro_offset: micro_offset.clamp(-0.5, Self::LATEST),
        }
    }

    /// Loudness in `[0, 1]`: MIDI velocity / 127.
    pub const fn velocity(self) -> f32 {
        self.velocity
    }

    /// Steps after the step's grid time, in `[-0.5, 0.5)`; negative is early.
    pub const fn micro_offset(self) -> f32 {
        self.micro_offset
    }
}

/// Four bars of hits: 64 steps x 9 instruments.
///
/// Serialised as a list of `[step, instrument id, velocity, micro_offset]`.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<SavedHit>", try_from = "Vec<SavedHit>")]
pub struct Pattern {
    hits: [[Option<Hit>; INSTRUMENTS]; STEPS],
}

impl Pattern {
    /// A pattern in which nothing is struck.
    pub const EMPTY: Self = Self { hits: [[None; INSTRUMENTS]; STEPS] };

    /// The hit of `instrument` at `step`, if there is one.
    ///
    /// # Panics
    /// If `step` is 64 or more; likewise [`row`](Self::row), [`set`](Self::set) and
    /// [`token`](Self::token).
    pub const fn hit(&self, step: usize, instrument: Instrument) -> Option<Hit> {
        self.hits[step][instrument.index()]
    }

    /// The hits of every instrument at `step`, by [`Instrument::index`].
    pub const fn row(&self, step: usize) -> [Option<Hit>; INSTRUMENTS] {
        self.hits[step]
    }

    /// Adds, replaces or (with `None`) removes the hit of `instrument` at `step`.
    pub const fn set(&mut self, step: usize, instrument: Instrument, hit: Option<Hit>) {
        self.hits[step][instrument.index()] = hit;
    }

    /// The subset of instruments struck at `step`.
    pub fn token(&self, step: usize) -> Token {
        Instrument::ALL
            .into_iter()
            .filter(|&instrument| self.hit(step, instrument).is_some())
            .fold(Token::SILENCE, Token::with)
    }

    /// The tokens of all steps.
    pub fn tokens(&self) -> [Token; STEPS] {
        std::array::from_fn(|step| self.token(step))
    }

    /// A pattern of these tokens, every hit at `velocity` and on the grid.
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
        (0..STEPS).flat_map(move |step| {
            Instrument::ALL
                .into_iter()
                .filter_map(move |i| self.hit(step, i).map(|hit| (step, i, hit)))
        })
    }

    /// Number of hits, `0..=576`.
    pub fn count(&self) -> usize {
        self.iter().count()
    }
}

impl Default for Pattern {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl std::fmt::Debug for Pattern {
    /// One line per instrument that plays, as drum tabs write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for instrument in Instrument::ALL.into_iter().rev() {
            if (0..STEPS).all(|step| self.hit(step, instrument).is_none()) {
                continue;
            }
            write!(f, "\n{:>11} ", instrument.name())?;
            for step in 0..STEPS {
                if step % STEPS_PER_BAR == 0 {
                    f.write_str("|")?;
                }
                f.write_str(match self.hit(step, instrument) {
                    Some(hit) if hit.velocity() > 0.75 => "X",
                    Some(hit) if hit.velocity() > 0.35 => "x",
                    Some(_) => ".",
                    None => "-",
                })?;
            }
            f.write_str("|")?;
        }
        Ok(())
    }
}

/// A hit as saved in projects and presets; the field order is for ever.
#[derive(Serialize, Deserialize)]
struct SavedHit(u8, Instrument, f32, f32);

impl From<Pattern> for Vec<SavedHit> {
    fn from(pattern: Pattern) -> Self {
        pattern
            .iter()
            .map(|(step, instrument, hit)| {
                let step = u8::try_from(step).expect("64 steps fit a byte");
                SavedHit(step, instrument, hit.velocity, hit.micro_offset)
            })
            .collect()
    }
}

/// A saved pattern names a step that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("a pattern has steps 0 to {last}, not {0}", last = STEPS - 1)]
pub struct NoSuchStep(u8);

impl TryFrom<Vec<SavedHit>> for Pattern {
    type Error = NoSuchStep;

    fn try_from(saved: Vec<SavedHit>) -> Result<Self, NoSuchStep> {
        let mut pattern = Self::EMPTY;
        for SavedHit(step, instrument, velocity, micro_offset) in saved {
            if usize::from(step) >= STEPS {
                return Err(NoSuchStep(step));
            }
            pattern.set(step.into(), instrument, Some(Hit::new(velocity, micro_offset)));
        }
        Ok(pattern)
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
    }

    #[test]
    fn a_saved_pattern_loads_to_the_same_bits() {
        let mut pattern = Pattern::EMPTY;
        pattern.set(0, Instrument::Kick, Some(Hit::new(0.9, 0.123_456_79)));
        pattern.set(63, Instrument::Ride, Some(Hit::new(0.1, -0.5)));
        let json = serde_json::to_string(&pattern).unwrap();
        assert_eq!(json, r#"[[0,"kick",0.9,0.12345679],[63,"ride",0.1,-0.5]]"#);
        assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern);
    }

    #[test]
    fn a_saved_pattern_with_a_step_too_many_is_refused() {
        let error = serde_json::from_str::<Pattern>(r#"[[64,"kick",1.0,0.0]]"#).unwrap_err();
        assert!(error.to_string().contains("steps 0 to 63, not 64"), "{error}");
    }
}
