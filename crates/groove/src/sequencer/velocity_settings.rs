//! Velocity settings: how hard a hit is played.

use super::chance::{Purpose, around_0};
use crate::bar::{Bar, Part, Place};
use crate::instrument::Instrument;
use crate::pattern::Hit;

/// Velocity that [`VelocitySettings::dynamics`] spreads or flattens around: MIDI 89, between mf and f.
const MIDDLE_VELOCITY: f32 = 0.7;

/// The softest velocity played: MIDI takes 0 for a note-off.
pub const SOFTEST: f32 = 1.0 / 127.0;

/// What a full accent makes of a hit that its curve wants loudest: half as loud again.
const ACCENT: f32 = 0.5;

/// The furthest that full humanising changes a velocity: 19 of MIDI's 127, with a standard deviation
/// of 8.
const HUMANISED_VELOCITY: f32 = 0.15;

/// Which steps of the bar an accent makes louder, and which softer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accent {
    /// The beats.
    #[default]
    Beats,
    /// The first beat of the bar.
    Downbeat,
    /// The second and the fourth beat; of three, the last two.
    Backbeat,
    /// The 8ths between the beats; of triplets, the last.
    Offbeats,
    /// Louder and louder through the bar.
    Swell,
}

impl Accent {
    /// How much step `step`, counted from a bar line, is meant, from -1, softest, to 1, loudest.
    fn weight(self, bar: Bar, step: i64) -> f32 {
        // Soft, slightly soft, untouched, loud, loudest.
        const S: f32 = -0.6;
        const T: f32 = -0.3;
        const O: f32 = 0.0;
        const L: f32 = 0.6;
        const X: f32 = 1.0;
        let Place { beat, part } = bar.place(step);
        // The second of each two beats; in three all but the first.
        let is_backbeat = beat % 2 == 1 || beat > 0 && beat == bar.metre().beats() - 1;
        match (self, part) {
            (Self::Beats, Part::Start) if bar.is_strong(beat) => X,
            (Self::Beats, Part::Start) => L,
            (Self::Beats | Self::Backbeat, Part::Off) => T,
            (Self::Downbeat, Part::Start) if beat == 0 => X,
            (Self::Downbeat, Part::Start | Part::Off) => O,
            (Self::Downbeat, _) => T,
            (Self::Backbeat, Part::Start) if is_backbeat => X,
            (Self::Backbeat | Self::Offbeats, Part::Start) => T,
            (Self::Offbeats, Part::Off) => X,
            (Self::Beats | Self::Backbeat | Self::Offbeats, _) => S,
            (Self::Swell, _) => {
                let last = bar.steps() as i64 - 1;
                -1.0 + 2.0 * step.rem_euclid(last + 1) as f32 / last as f32
            }
        }
    }
}

/// How hard hits are played. Numbers that are not finite count as the [default](Self::default)'s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VelocitySettings {
    /// Spread of velocities around the middle: 0 flat, 1 as the pattern has them.
    pub dynamics: f32,
    /// Which steps are accented.
    pub accent: Accent,
    /// How strongly, in `[0, 1]`.
    pub accent_amount: f32,
    /// How much velocities stray by chance, in `[0, 1]`; the same step and instrument always alike.
    pub humanise: f32,
    /// What [`humanise`](Self::humanise) is drawn from.
    pub seed: u64,
}

impl VelocitySettings {
    /// Velocities exactly as the pattern has them.
    pub const AS_PLAYED: Self =
        Self { dynamics: 1.0, accent: Accent::Beats, accent_amount: 0.0, humanise: 0.0, seed: 0 };

    /// How hard `hit` of `instrument` at played step `step` of bars `bar` is struck, in `[SOFTEST, 1]`; `scale` is
    /// the instrument's own factor.
    pub fn velocity(
        &self,
        bar: Bar,
        step: i64,
        instrument: Instrument,
        hit: Hit,
        scale: f32,
    ) -> f32 {
        let dynamics = if self.dynamics.is_finite() { self.dynamics } else { 1.0 };
        let mut velocity = MIDDLE_VELOCITY + dynamics * (hit.velocity() - MIDDLE_VELOCITY);
        let amount = share(self.accent_amount);
        if amount > 0.0 {
            velocity *= 1.0 + ACCENT * amount * self.accent.weight(bar, step);
        }
        let humanise = share(self.humanise);
        if humanise > 0.0 {
            let chance = around_0(self.seed, Purpose::Velocity, step, instrument) as f32;
            velocity += HUMANISED_VELOCITY * humanise * chance;
        }
        if scale.is_finite() {
            velocity *= scale;
        }
        velocity.clamp(SOFTEST, 1.0)
    }
}

impl Default for VelocitySettings {
    fn default() -> Self {
        Self::AS_PLAYED
    }
}

/// `amount` in `[0, 1]`; 0 if it is not a number.
fn share(amount: f32) -> f32 {
    if amount.is_nan() { 0.0 } else { amount.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(velocity_settings: &VelocitySettings, step: i64, velocity: f32) -> f32 {
        velocity_settings.velocity(
            Bar::COMMON,
            step,
            Instrument::Snare,
            Hit::new(velocity, 0.0),
            1.0,
        )
    }

    #[test]
    fn as_played_changes_nothing_but_never_says_0() {
        for velocity in [0.1, 0.5, 1.0] {
            assert!((struck(&VelocitySettings::AS_PLAYED, 3, velocity) - velocity).abs() < 1e-6);
        }
        assert_eq!(struck(&VelocitySettings::AS_PLAYED, 3, 0.0), SOFTEST);
    }

    #[test]
    fn numbers_that_are_none_count_as_the_default() {
        for nonsense in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let velocity_settings =
                VelocitySettings { dynamics: nonsense, ..VelocitySettings::AS_PLAYED };
            assert_eq!(
                struck(&velocity_settings, 0, 0.4),
                struck(&VelocitySettings::AS_PLAYED, 0, 0.4)
            );
            let hit = Hit::new(0.4, 0.0);
            let scaled = VelocitySettings::AS_PLAYED.velocity(
                Bar::COMMON,
                0,
                Instrument::Kick,
                hit,
                nonsense,
            );
            assert_eq!(scaled, struck(&VelocitySettings::AS_PLAYED, 0, 0.4));
        }
        let velocity_settings = VelocitySettings {
            humanise: f32::NAN,
            accent_amount: f32::NAN,
            ..VelocitySettings::AS_PLAYED
        };
        assert_eq!(
            struck(&velocity_settings, 0, 0.4),
            struck(&VelocitySettings::AS_PLAYED, 0, 0.4)
        );
    }

    #[test]
    fn each_accent_lifts_its_own_steps_above_the_others() {
        let loudest = |accent| -> Vec<i64> {
            let velocity_settings =
                VelocitySettings { accent, accent_amount: 1.0, ..VelocitySettings::AS_PLAYED };
            let velocities: Vec<f32> =
                (16..32).map(|step| struck(&velocity_settings, step, 0.5)).collect();
            let top = velocities.iter().copied().fold(0.0, f32::max);
            assert!(top > 0.7 && velocities.iter().any(|&v| v < 0.45), "{accent:?}");
            (0..16).filter(|&step| velocities[step as usize] == top).collect()
        };
        assert_eq!(loudest(Accent::Beats), [0, 8]);
        assert_eq!(loudest(Accent::Downbeat), [0]);
        assert_eq!(loudest(Accent::Backbeat), [4, 12]);
        assert_eq!(loudest(Accent::Offbeats), [2, 6, 10, 14]);
        assert_eq!(loudest(Accent::Swell), [15]);
    }

    #[test]
    fn humanised_velocities_stray_within_their_bounds_and_always_alike() {
        let velocity_settings =
            VelocitySettings { humanise: 1.0, seed: 4, ..VelocitySettings::AS_PLAYED };
        let strays: Vec<f32> =
            (0..200).map(|step| struck(&velocity_settings, step, 0.5) - 0.5).collect();
        assert!(strays.iter().all(|stray| stray.abs() < 0.15001));
        assert!(strays.iter().any(|stray| *stray > 0.08) && strays.iter().any(|s| *s < -0.08));
        assert_eq!(struck(&velocity_settings, 7, 0.5) - 0.5, strays[7]);
    }
}
