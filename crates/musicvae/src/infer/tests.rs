//! Behaviour of the whole kernel, on random weights.

mod networks;

use groove::{Hit, Instrument};

pub(super) use self::networks::*;
use super::*;
use crate::weights::RawTensor;
use crate::weights::config::PriorConfig;

/// The numbers of `pseudo` in reference.py.
fn pseudo(count: usize, salt: u64, scale: f32) -> Vec<f32> {
    (1..=count as u64)
        .map(|i| {
            let x = (i * 40_503 + salt * 7919) % 65_521;
            scale * ((x * x % 65_521) as f32 / 32_768.0 - 1.0)
        })
        .collect()
}

/// The weights of `Weights` in reference.py.
fn reference_file(config: Config) -> WeightsFile {
    let mut tensors = BTreeMap::new();
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    for (name, shape) in config.parameters().into_iter().chain(config.prior_parameters()) {
        let scale = if shape.len() == 2 { 0.5 } else { 0.25 };
        let salt = name.bytes().map(u64::from).sum();
        let data = pseudo(shape.iter().product(), salt, scale);
        tensors.insert(name, RawTensor { shape, data });
    }
    WeightsFile::new(config, BTreeMap::new(), tensors).unwrap()
}

/// What reference.py prints of a network.
struct Reference {
    tokens: [u16; STEPS],
    /// Of every ninth step, sum over tokens j of logit j x cos j.
    logits: [f64; 8],
    /// Per step the sums over its hits of velocity and of micro-offset; of these every ninth.
    expression: &'static [f64],
    mean: [f64; 6],
    sigma: [f64; 6],
}

const TINY: Reference = Reference {
    tokens: [
        506, 306, 246, 118, 118, 118, 118, 118, 246, 118, 118, 246, 118, 246, 246, 356, 508, 372,
        372, 304, 304, 304, 304, 304, 304, 304, 304, 304, 304, 112, 304, 304, 184, 500, 112, 352,
        352, 304, 314, 488, 304, 488, 488, 304, 488, 304, 314, 314, 246, 372, 362, 362, 112, 316,
        304, 314, 316, 316, 316, 316, 304, 380, 433, 504,
    ],
    logits: [-5.72026, -7.1191, -7.87271, -1.37728, -12.53077, -10.63415, -8.75576, -11.18278],
    expression: &[
        4.14448, 1.15842, 2.32904, -0.15456, 2.96698, 0.60962, 1.08392, 0.41399, 1.76778, 0.6143,
        1.64907, -0.04502, 1.14571, 0.77358, 2.99037,
    ],
    mean: [6.27323, -1.94546, -1.59096, 3.18619, -0.6689, -0.7554],
    sigma: [0.2596, 0.09948, 0.00068, 1.17496, 11.84179, 0.37809],
};

const SMALL_PAPER: Reference = Reference {
    tokens: [
        333, 458, 223, 214, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 349, 322,
        359, 261, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 349, 349, 378, 378,
        378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 378, 349, 378, 378, 378, 378, 378,
        378, 378, 378, 378, 378, 378, 378, 378, 378, 378,
    ],
    logits: [-2.06931, -13.64314, -6.87975, -15.07835, -9.3131, -13.5917, -12.15178, -13.93137],
    expression: &[],
    mean: [0.32374, -0.30436, 0.17159, 0.66291, 0.21709, -0.20363],
    sigma: [1.10973, 0.51947, 0.62516, 0.716, 0.55664, 0.59716],
};

fn assert_near(found: f32, expected: f64, tolerance: f64, what: &str) {
    assert!((f64::from(found) - expected).abs() < tolerance, "{what}: {found}, not {expected}");
}

fn agrees_with_pytorch(config: Config, salt: u64, reference: &Reference) {
    let model = GrooveModel::new(&reference_file(config)).unwrap();
    let z = pseudo(model.config().latent, salt, 1.5);
    let mut scratch = Scratch::new();
    let mut sums = [0.0; STEPS];
    let pattern = model.greedy_with(&z, &mut scratch, |step, logits| {
        let weighted = logits.iter().enumerate().map(|(j, &x)| f64::from(x) * (j as f64).cos());
        sums[step] = weighted.sum();
    });
    assert_eq!(pattern.tokens().map(Token::value), reference.tokens);
    assert_eq!(model.greedy(&z, &mut scratch), pattern.tokens());
    for (step, expected) in (0..STEPS).step_by(9).zip(reference.logits) {
        // A sum of 512 logits, each within about 1e-6 of the double-precision reference.
        assert_near(sums[step] as f32, expected, 3e-4, &format!("logits of step {step}"));
    }
    let sums: Vec<f32> = (0..STEPS)
        .flat_map(|step| {
            let hits = pattern.iter().filter(move |hit| hit.0 == step);
            let (v, m) = hits.fold((0.0, 0.0), |(v, m), (_, _, hit)| {
                (v + hit.velocity(), m + hit.micro_offset())
            });
            [v, m]
        })
        .collect();
    for (found, expected) in sums.iter().step_by(9).zip(reference.expression) {
        assert_near(*found, *expected, 3e-5, "expression");
    }

    let mut pattern = Pattern::EMPTY;
    for t in (0..STEPS).filter(|t| t % 3 != 0) {
        let token = Token::new(((37 * t * t + 11 * t) % TOKENS) as u16).unwrap();
        for instrument in token.instruments() {
            let i = instrument.index() as f32;
            let velocity = ((t % 5) as f32 + i + 1.0) / 16.0;
            let hit = Hit::new(velocity, (i - (t % 7) as f32) / 32.0);
            pattern.set(t, instrument, Some(hit));
        }
    }
    let (mean, sigma) = model.encode(&pattern);
    for i in 0..6 {
        assert_near(mean[i], reference.mean[i], 3e-5, "mean");
        assert_near(sigma[i], reference.sigma[i], 3e-5, "sigma");
    }
}

/// `tiny` with weights whose greedy tokens use many instruments.
fn model() -> GrooveModel {
    GrooveModel::new(&random_file(Config::tiny(), 1)).unwrap()
}

pub(super) fn recipe(seed: u64) -> Recipe {
    Recipe { seed, ..Recipe::default() }
}

fn decode(recipe: &Recipe, cycle: i64) -> Pattern {
    model().decode(recipe, cycle, &mut Scratch::new())
}

#[test]
fn every_instruction_set_decodes_the_same_bits() {
    for (config, is_half) in [
        (Config::tiny(), false),
        (Config::compact(), true),
        (independent_bars(), true),
        (small_paper(), false),
        (small_paper(), true),
    ] {
        let file = if is_half { halves(config, 1) } else { random_file(config, 1) };
        let recipe = Recipe { seed: 4, variation: 0.2, ..Recipe::default() };
        let patterns: Vec<Pattern> = Isa::available()
            .into_iter()
            .map(|isa| {
                GrooveModel::pack(&file, isa).unwrap().decode(&recipe, 3, &mut Scratch::new())
            })
            .collect();
        assert!(patterns[0].count() > 0);
        assert!(patterns.iter().all(|p| *p == patterns[0]));
    }
}

#[test]
fn the_tiny_network_agrees_with_pytorch() {
    agrees_with_pytorch(Config::tiny(), 6, &TINY);
}

#[test]
fn a_small_published_network_agrees_with_pytorch() {
    agrees_with_pytorch(small_paper(), 26, &SMALL_PAPER);
}

#[test]
fn a_groove_depends_on_its_recipe_and_not_on_what_was_decoded_before() {
    let model = model();
    let mut used = Scratch::new();
    let other = GrooveModel::new(&random_file(small_paper(), 2)).unwrap();
    let twin = GrooveModel::new(&random_file(Config::tiny(), 3)).unwrap();
    for seed in 0..4 {
        other.decode(&recipe(seed), 7, &mut used);
        twin.decode(&recipe(seed), 0, &mut used);
        model.decode(&Recipe { variation: 0.7, ..recipe(9) }, 1, &mut used);
        let found = model.decode(&recipe(seed), 0, &mut used);
        assert_eq!(found, model.decode(&recipe(seed), 0, &mut Scratch::new()));
        assert_ne!(found, model.decode(&recipe(seed + 1), 0, &mut used));
    }
}

#[test]
fn cycles_differ_only_with_variation() {
    assert_eq!(decode(&recipe(1), -3), decode(&recipe(1), 12));
    let wandering = Recipe { variation: 0.8, ..recipe(1) };
    assert_ne!(decode(&wandering, 0), decode(&wandering, 1));
    assert_eq!(decode(&wandering, 5), decode(&wandering, 5));
}

#[test]
fn temperature_zero_takes_the_likeliest_tokens() {
    let model = model();
    let cold = Recipe { temperature: 0.0, ..recipe(3) };
    let z = model.point(&cold, 0, &mut Scratch::new());
    let mut scratch = Scratch::new();
    let tokens = model.decode(&cold, 0, &mut scratch).tokens();
    assert_eq!(tokens, model.greedy(&z, &mut scratch));
    assert_ne!(tokens, model.decode(&recipe(3), 0, &mut scratch).tokens());
}

#[test]
fn more_density_means_more_hits() {
    let model = model();
    let mut scratch = Scratch::new();
    let mut hits = |density| -> usize {
        let all = (0..20).map(|seed| Recipe { density, ..recipe(seed) });
        all.map(|recipe| model.decode(&recipe, 0, &mut scratch).count()).sum()
    };
    let counts = [-3.0, -1.5, -0.5, 0.0, 0.5, 1.5, 3.0].map(&mut hits);
    assert!(counts.is_sorted_by(|a, b| a < b), "{counts:?}");
}

#[test]
fn a_small_move_of_a_slider_changes_far_fewer_hits_than_new_noise_does() {
    let model = model();
    let mut scratch = Scratch::new();
    let difference = |a: &Pattern, b: &Pattern| -> u32 {
        let pairs = a.tokens().into_iter().zip(b.tokens());
        pairs.map(|(a, b)| (a.value() ^ b.value()).count_ones()).sum()
    };
    let (mut shared, mut independent) = (0, 0);
    for seed in 0..20 {
        let z = model.point(&recipe(seed), 0, &mut Scratch::new());
        let before = model.decode_latent(&z, &recipe(seed), 0, &mut scratch);
        let moved: Vec<f32> =
            z.iter().enumerate().map(|(i, z)| if i == 2 { z + 0.03 } else { *z }).collect();
        let after = model.decode_latent(&moved, &recipe(seed), 0, &mut scratch);
        shared += difference(&before, &after);
        let redrawn = model.decode_latent(&moved, &recipe(seed + 100), 0, &mut scratch);
        independent += difference(&before, &redrawn);
    }
    assert!(shared > 0, "the slider does nothing");
    assert!(4 * shared < independent, "{shared} hits moved, {independent} with new noise");
}

#[test]
fn knobs_that_are_not_numbers_are_harmless() {
    let model = model();
    let mut scratch = Scratch::new();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE] {
        let mut recipe = Recipe { temperature: bad, density: bad, variation: bad, ..recipe(1) };
        recipe.latent[2] = bad;
        let pattern = model.decode(&recipe, 0, &mut scratch);
        assert!(pattern.iter().all(|(_, _, hit)| hit.velocity().is_finite()));
        assert_eq!(pattern, model.decode(&recipe, 0, &mut scratch));
    }
    assert_eq!(model.decode(&recipe(1), 0, &mut scratch), decode(&recipe(1), 0));
}

#[test]
fn a_point_leads_back_to_its_noise_and_stays_without_variation() {
    let file = random_file(Config { prior: Some(gentle_prior()), ..Config::tiny() }, 2);
    let model = GrooveModel::new(&file).unwrap();
    let mut scratch = Scratch::new();
    let anchor = model.point(&recipe(7), 0, &mut scratch);
    assert_eq!(model.point_around(&anchor, &recipe(8), 5, &mut scratch), anchor);
    let prior = model.prior.as_ref().unwrap();
    let again = prior.draw(model.isa, &prior.invert(model.isa, &anchor, None), None);
    for (a, b) in again.iter().zip(&anchor) {
        assert!((a - b).abs() < 0.05, "{a} is not {b}");
    }
    let near = Recipe { variation: 0.1, ..recipe(7) };
    let far = Recipe { variation: 0.9, ..recipe(7) };
    let mut distance = |recipe: &Recipe| -> f32 {
        let z = model.point_around(&anchor, recipe, 5, &mut scratch);
        z.iter().zip(&anchor).map(|(a, b)| (a - b).powi(2)).sum()
    };
    let (near, far) = (distance(&near), distance(&far));
    assert!(0.0 < near && 4.0 * near < far, "{near} and {far}");
}

#[test]
fn styles_lead_to_different_points_and_unknown_ones_to_any() {
    let prior = PriorConfig { styles: 2, ..gentle_prior() };
    let file = random_file(Config { prior: Some(prior), ..Config::tiny() }, 2);
    let model = GrooveModel::new(&file).unwrap();
    let [any, first, second, unknown] = [None, Some(0), Some(1), Some(2)]
        .map(|style| model.point(&Recipe { style, ..recipe(1) }, 0, &mut Scratch::new()));
    assert!(any != first && any != second && first != second);
    assert_eq!(any, unknown);
}

/// A prior of enough steps that random weights make a way back.
fn gentle_prior() -> PriorConfig {
    PriorConfig { hidden: 16, blocks: 1, steps: 32, styles: 0 }
}

#[test]
fn locked_cells_stay_and_change_what_follows_them() {
    let model = model();
    let mut scratch = Scratch::new();
    let (mut kept, mut followed) = (0, 0);
    for seed in 0..20 {
        let recipe = recipe(seed);
        let z = model.point(&recipe, 0, &mut scratch);
        let free = model.decode_latent(&z, &recipe, 0, &mut scratch);
        let mut locks = Locks::default();
        assert_eq!(model.decode_around(&z, &locks, &recipe, 0, &mut scratch), free);
        // The opposite of what the first step would be, and silence of the kick.
        for instrument in Instrument::ALL {
            let hit = free.hit(0, instrument).is_none().then(|| Hit::new(0.25, 0.125));
            locks.lock(0, instrument, hit);
        }
        (0..STEPS).for_each(|step| locks.lock(step, Instrument::Kick, None));
        let found = model.decode_around(&z, &locks, &recipe, 0, &mut scratch);
        for step in 0..STEPS {
            let (held, mask) = locks.of_step(step);
            assert_eq!(found.token(step).value() & mask, held.value());
            kept += 1;
        }
        for instrument in
            Instrument::ALL.into_iter().filter(|i| locks.pattern().hit(0, *i).is_some())
        {
            assert_eq!(found.hit(0, instrument), Some(Hit::new(0.25, 0.125)));
        }
        // Beyond the kick, the step after hears the lock.
        let without_kick = |p: &Pattern| p.token(1).value() & !Instrument::Kick.bit();
        followed += usize::from(without_kick(&found) != without_kick(&free));
        locks.unlock(0, Instrument::Snare);
        assert!(!locks.is_locked(0, Instrument::Snare) && locks.is_locked(0, Instrument::Ride));
    }
    assert_eq!(kept, 20 * STEPS);
    assert!(followed > 3, "{followed} of 20");
}

#[test]
fn density_of_one_instrument_leaves_the_others_nearly_alone() {
    let model = model();
    let mut scratch = Scratch::new();
    let mut hits = |nats: f32, of: Instrument| -> usize {
        let mut density_by_instrument = [0.0; groove::INSTRUMENTS];
        density_by_instrument[Instrument::Snare.index()] = nats;
        let all = (0..20).map(|seed| Recipe { density_by_instrument, ..recipe(seed) });
        all.map(|recipe| {
            let pattern = model.decode(&recipe, 0, &mut scratch);
            pattern.iter().filter(|(_, instrument, _)| *instrument == of).count()
        })
        .sum()
    };
    let snare = [-3.0, 0.0, 3.0].map(|nats| hits(nats, Instrument::Snare));
    assert!(2 * snare[0] < snare[1] && 3 * snare[1] < 2 * snare[2], "{snare:?}");
}
