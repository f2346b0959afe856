//! Random changes of parameters: another seed, or all latent sliders a little. Uses the system's randomness.

use std::f32::consts::TAU;
use std::hash::{BuildHasher, RandomState};

use nice_plug::prelude::{IntParam, Param};

use crate::params::GenerateParams;
use crate::state::numbers::finite_or;
use crate::window::widgets::control_context::ControlContext;

/// Standard deviation of a move of a latent slider, in standard deviations of the learned grooves.
const NEAR: f32 = 0.45;
/// The part of its value that a slider keeps, so that many moves do not end at the limits.
const STAY: f32 = 0.92;

/// Draws another seed.
pub(crate) fn draw_seed(cx: ControlContext<'_>, seed: &IntParam) {
    cx.set_once(seed, another_seed(seed));
}

/// Moves all latent sliders a little.
pub(crate) fn move_nearby(cx: ControlContext<'_>, params: &GenerateParams) {
    cx.step(|| {
        for param in &params.latent {
            let param = &param.value;
            let now = finite_or(param.unmodulated_plain_value(), param.default_plain_value());
            cx.set_once(param, param.preview_normalized(near(now, [uniform(), uniform()])));
        }
    });
}

/// A random number.
pub(crate) fn number() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// A seed other than the present one, normalised.
fn another_seed(seed: &IntParam) -> f32 {
    loop {
        let normalized = uniform();
        if seed.preview_plain(normalized) != seed.unmodulated_plain_value() {
            return normalized;
        }
    }
}

/// A value near `now` from two uniform draws in `[0, 1)`: normal, by Box and Muller.
fn near(now: f32, [a, b]: [f32; 2]) -> f32 {
    let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (TAU * b).cos();
    now * STAY + NEAR * normal
}

/// A uniform draw from `[0, 1)`, from the operating system's randomness.
fn uniform() -> f32 {
    // `RandomState` is keyed anew each time, from the system.
    let bits = number() >> 40;
    bits as f32 / (1_u32 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::JangdanParams;

    #[test]
    fn the_dice_never_shows_the_same_seed_again_and_reaches_all() {
        let params = JangdanParams::default();
        let seed = &params.generate.seed;
        let drawn: Vec<i32> = (0..2000).map(|_| seed.preview_plain(another_seed(seed))).collect();
        assert!(!drawn.contains(&seed.value()));
        let (low, high) = (drawn.iter().min().unwrap(), drawn.iter().max().unwrap());
        assert!(*low < 100 && *high > 9899, "{low} to {high}");
    }

    #[test]
    fn a_throw_nearby_moves_a_little_to_either_side() {
        let grid = |i: usize| [(i / 64) as f32 / 64.0, (i % 64) as f32 / 64.0];
        let moved: Vec<f32> = (0..64 * 64).map(|i| near(0.0, grid(i))).collect();
        let mean = moved.iter().sum::<f32>() / moved.len() as f32;
        let spread = (moved.iter().map(|x| x * x).sum::<f32>() / moved.len() as f32).sqrt();
        assert!(mean.abs() < 0.01 && (spread - NEAR).abs() < 0.02, "{mean} and {spread}");
        assert_eq!(near(3.0, [0.0, 0.0]), 3.0 * STAY);
    }
}
