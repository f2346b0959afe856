//! The kernel beside the candle network, on the same random weights.

use candle_core::{Device, Tensor};
use groove::Bar;

use super::step_model::Settings;
use super::tests::{independent_bars, random_file, small_paper, some_bars, some_context, stepwise};
use super::*;
use crate::context::{Context, Locks, copies_in, is_common};
use crate::network::batch::Batch;
use crate::network::parameters::Parameters;
use crate::network::step_model::StepModel;
use crate::network::{Articulations, Network, Operations, Prior, StruckHits};
use crate::weights::config::PriorConfig;

/// The kernel decodes latent vectors greedily and encodes what it decoded; candle, told the same tokens, finds the same logits,
/// velocities and micro-offsets, and the same posterior.
fn agree(config: Config) {
    let file = random_file(config, 5);
    let model = GrooveModel::new(&file).unwrap();
    let parameters = Parameters::from_weights(&file, &Device::Cpu).unwrap();
    let network = Network::new(file.config(), &parameters).unwrap();
    let mut scratch = Scratch::new();
    let latent = file.config().latent;
    for seed in 0..3 {
        let recipe = Recipe { seed, temperature: 0.0, ..Recipe::default() };
        let z = model.point(&recipe, 0, &mut Scratch::new());
        let mut logits = vec![Vec::new(); STEPS];
        let found = model.greedy_with(&z, &mut scratch, |step, row| logits[step] = row.to_vec());
        assert_eq!(found, model.decode_latent(&z, &recipe, 0, &mut scratch));

        let z = Tensor::from_vec(z, (1, latent), &Device::Cpu).unwrap();
        let batch = Batch::from_patterns([&found]);
        let decoded = network.decode_teacher_forced(&z, &batch, None).unwrap();
        let numbers = |x: &Tensor| x.squeeze(0).unwrap().to_vec2::<f32>().unwrap();
        let expression =
            decoded.expression().map(|e| (numbers(&e.velocity), numbers(&e.micro_offset)));
        for (step, instrument, hit) in found.iter() {
            let (velocity, micro_offset) = match &expression {
                Some((velocity, micro_offset)) => {
                    (velocity[step][instrument.index()], micro_offset[step][instrument.index()])
                }
                None => (PLAIN_VELOCITY, 0.0),
            };
            assert!((hit.velocity() - velocity).abs() < 1e-4, "{hit:?}, not {velocity}");
            assert!(
                (hit.micro_offset() - micro_offset).abs() < 1e-4,
                "{hit:?}, not {micro_offset}"
            );
        }
        for (step, (row, expected)) in
            logits.iter().zip(numbers(&decoded.logits().unwrap())).enumerate()
        {
            let likeliest = row.iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
            assert_eq!(row[usize::from(found.token(step).value())], likeliest);
            for (a, b) in row.iter().zip(expected) {
                assert!((a - b).abs() < 1e-4, "logits {a} and {b}");
            }
        }

        let posterior = network.encode(&batch, None).unwrap();
        let (mean, sigma) = model.encode(&found);
        for (found, expected) in [(mean, posterior.mean), (sigma, posterior.sigma)] {
            let expected = expected.squeeze(0).unwrap().to_vec1::<f32>().unwrap();
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "posterior {a} and {b}");
            }
        }
    }
}

#[test]
fn tiny_agrees_with_the_candle_network() {
    agree(Config::tiny());
}

#[test]
fn a_network_of_independent_bars_agrees_with_the_candle_network() {
    agree(independent_bars());
}

#[test]
fn compact_agrees_with_the_candle_network() {
    agree(Config::compact());
}

#[test]
fn a_small_published_network_agrees_with_the_candle_network() {
    agree(small_paper());
}

#[test]
fn a_step_of_the_prior_is_that_of_the_candle_network() {
    let prior = PriorConfig { hidden: 24, blocks: 2, steps: 1, styles: 3 };
    let config = Config { prior: Some(prior.clone()), ..Config::tiny() };
    let file = random_file(config.clone(), 4);
    let model = GrooveModel::new(&file).unwrap();
    let list = config.prior_parameters();
    let parameters = Parameters::from_numbers(list, file.tensors(), &Device::Cpu).unwrap();
    let network = Prior::new(&config, parameters.builder()).unwrap();
    let recipe = Recipe { seed: 9, style: Some(2), ..Recipe::default() };
    let found = model.point(&recipe, 0, &mut Scratch::new());

    let row = |numbers: Vec<f32>| Tensor::new(numbers, &Device::Cpu).unwrap().unsqueeze(0).unwrap();
    let v = |x: &Tensor, time: f32| {
        let mut condition = vec![0.0; prior.condition()];
        prior.write_condition(time, Some(2), &mut condition);
        network.forward(x, &row(condition)).unwrap()
    };
    let x = row(recipe.point_noise(config.latent, 0));
    let first = v(&x, 0.0);
    let second = v(&(&x + &first).unwrap(), 1.0);
    let expected = (x + ((first + second).unwrap() * 0.5).unwrap()).unwrap();
    let expected = expected.squeeze(0).unwrap().to_vec1::<f32>().unwrap();
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "{a} and {b}");
    }
}

#[test]
fn the_step_model_draws_the_tokens_that_are_likeliest_for_candle() {
    draws_what_is_likeliest(Drawn::Common, Bar::COMMON);
}

#[test]
fn the_model_of_other_bars_draws_the_tokens_that_are_likeliest_for_candle() {
    for bar in some_bars().into_iter().filter(|bar| !is_common(*bar)) {
        draws_what_is_likeliest(Drawn::AnyBar, bar);
    }
}

fn draws_what_is_likeliest(drawn: Drawn, bar: Bar) {
    let file = random_file(stepwise(), 5);
    let model = GrooveModel::new(&file).unwrap();
    let parameters = Parameters::from_numbers(
        file.config().step_model_parameters(drawn),
        file.tensors(),
        &Device::Cpu,
    )
    .unwrap();
    let settings = Settings {
        seed: 0,
        stream: 0,
        temperature: 0.0,
        density: 0.0,
        density_by_instrument: [0.0; groove::INSTRUMENTS],
    };
    let mut struck = 0;
    for context in [Context::of(bar), some_context(bar)] {
        let kernel = [&model.step_model, &model.bar_model][drawn as usize].as_ref().unwrap();
        let (pattern, copies) = kernel.draw(model.isa, &context, None, &settings, 1)[0];
        struck += pattern.count();
        for operations in [Operations::Cpu, Operations::Candle] {
            let network =
                StepModel::with_operations(file.config(), drawn, operations, parameters.builder())
                    .unwrap();
            let logits = network.logits_of(&pattern, copies, &context).unwrap();
            assert_eq!(logits.len(), bar.pattern_steps());
            for (step, logits) in logits.iter().enumerate() {
                let best = logits.iter().fold(f32::NEG_INFINITY, |best, x| best.max(*x));
                let drawn = logits[usize::from(pattern.token(step).value())];
                assert!(best - drawn < 1e-3, "{bar:?} {step}: {drawn}, and the best is {best}");
            }
            let loss = network
                .loss(&[pattern], std::slice::from_ref(&context), &Device::Cpu, None)
                .unwrap();
            let cost = |x: Tensor| x.to_scalar::<f32>().unwrap();
            let counted = network.logits_of(&pattern, copies_in(&pattern), &context).unwrap();
            let of_step = |(step, logits): (usize, &Vec<f32>)| {
                let most = logits.iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
                let sum: f32 = logits.iter().map(|x| (x - most).exp()).sum();
                most + sum.ln() - logits[usize::from(pattern.token(step).value())]
            };
            let expected: f32 = counted.iter().enumerate().map(of_step).sum();
            let found = cost(loss.tokens);
            assert!((found - expected).abs() < 1e-3 * expected, "{bar:?}: {found}, {expected}");
            assert!(cost(loss.copies) <= 27.0 * 4f32.ln());
            let hits = pattern.count() as f32;
            assert!(cost(loss.velocity) < hits * 127f32.ln());
            assert!(cost(loss.micro_offset) < hits * 50f32.ln());
        }
    }
    assert!(struck > bar.pattern_steps() / 2, "{struck}");
}

#[test]
fn hits_are_struck_in_the_way_that_is_likeliest_for_candle() {
    let file = random_file(stepwise(), 5);
    let model = GrooveModel::new(&file).unwrap();
    let list = file.config().articulation_parameters();
    let parameters = Parameters::from_numbers(list, file.tensors(), &Device::Cpu).unwrap();
    let kernel = model.articulations.as_ref().unwrap();
    let network = Articulations::new(file.config(), parameters.builder()).unwrap();
    for bar in some_bars() {
        let recipe = Recipe { temperature: 0.0, ..Recipe::default() };
        let drawn = model.draw(&Context::of(bar), &recipe, 0, 1)[0];
        let draw = articulations::Draw { seed: 0, stream: 0, temperature: 0.0, style: Some(1) };
        let struck = kernel.strike(model.isa, &drawn, draw, &Locks::of(bar));
        let hits = StruckHits::of(&struck, 2, Some(1));
        let log_p = network.forward(&hits).unwrap().to_vec2::<f32>().unwrap();
        assert!(log_p.len() > 10);
        for ((instrument, class), log_p) in hits.classes().zip(log_p) {
            let best = log_p.iter().fold(f32::NEG_INFINITY, |best, x| best.max(*x));
            assert!(best - log_p[class] < 1e-3, "{bar:?} {instrument:?}: {class} of {log_p:?}");
        }
    }
}
