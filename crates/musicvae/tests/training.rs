//! Training from the outside: the loss goes down, the same way every time.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use musicvae::config::{EncoderConfig, LstmConfig, PriorConfig};
use musicvae::network::Prior;
use musicvae::{
    Adam, AdamConfig, Batch, Config, Network, Noise, Operations, Parameters, Purpose,
    Regularisation, loss,
};

/// Sixteen windows of different simple rock grooves, every hit with its own velocity and offset.
fn batch() -> Batch {
    use groove::{Hit, Instrument, Pattern, STEPS};
    let patterns: Vec<Pattern> = (0..16)
        .map(|i| {
            let mut pattern = Pattern::EMPTY;
            let mut strike = |step: usize, instrument: Instrument| {
                let velocity = 0.4 + 0.05 * ((step * 3 + i) % 10) as f32;
                let offset = 0.03 * ((step + i) % 7) as f32 - 0.1;
                pattern.set(step, instrument, Some(Hit::new(velocity, offset)));
            };
            for step in 0..STEPS {
                if step % 2 == i % 2 {
                    strike(step, Instrument::ClosedHiHat);
                }
                if step % 8 == 4 {
                    strike(step, Instrument::Snare);
                }
                if step % 16 == 0 || step % 16 == 6 + i % 5 {
                    strike(step, Instrument::Kick);
                }
            }
            pattern
        })
        .collect();
    Batch::from_patterns(&patterns)
}

/// Networks that have every part between them.
fn configs() -> [Config; 2] {
    [
        Config { dropout: 0.1, ..Config::tiny() },
        // As `paper`: one-hot, deep, the bars in a row, no direct path.
        Config {
            latent: 16,
            encoder: EncoderConfig { layers: 2, hidden: 16, bar_summary: 0, mix: 0 },
            conductor: LstmConfig { layers: 2, hidden: 16 },
            embedding: 16,
            decoder: LstmConfig { layers: 2, hidden: 16 },
            ..Config::paper()
        },
    ]
}

/// A loss with every part, for step `step` of training.
fn total_loss(network: &Network, step: u64) -> Tensor {
    let batch = batch();
    let mut training =
        Regularisation { noise: Noise::new(1, Purpose::Dropout, step), drop_previous: 0.2 };
    let posterior = network.encode(&batch, Some(&mut training)).unwrap();
    let z = posterior.sample(&mut Noise::new(1, Purpose::Posterior, step)).unwrap();
    let decoded = network.decode_teacher_forced(&z, &batch, Some(&mut training)).unwrap();
    let kl = loss::divergence(&posterior).unwrap();
    let mut total = (decoded.cross_entropy(&batch).unwrap()
        + (loss::beyond_free_bits(&kl, 8.0).unwrap() * 0.05).unwrap())
    .unwrap();
    if let Some(expression) = decoded.expression() {
        let error = loss::expression(expression, &batch).unwrap();
        total = (((total + error.velocity).unwrap()) + error.micro_offset).unwrap();
    }
    total
}

/// Some steps of training with everything on; the losses and the final weights.
fn train(config: &Config, operations: Operations, steps: u64) -> (Vec<f32>, Parameters) {
    let parameters = Parameters::initial(&config.parameters(), 1, &Device::Cpu).unwrap();
    let network = Network::with_operations(config, &parameters, operations).unwrap();
    let adam = Adam::new(&parameters, AdamConfig::default()).unwrap();
    let mut adam = adam.with_operations(operations);
    let losses = (0..steps)
        .map(|step| {
            let total = total_loss(&network, step);
            let gradients = total.backward().unwrap();
            adam.step(&parameters, &gradients, 5e-3, Some(10.0)).unwrap();
            total.to_scalar::<f32>().unwrap()
        })
        .collect();
    (losses, parameters)
}

#[test]
fn ten_steps_lower_the_loss_identically_twice() {
    for config in configs() {
        let (first, weights) = train(&config, Operations::Cpu, 10);
        assert!(first[9] < 0.9 * first[0], "{first:?}");
        let (second, again) = train(&config, Operations::Cpu, 10);
        let bits = |losses: &[f32]| losses.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&first), bits(&second));
        assert_eq!(weights.numbers(), again.numbers());
    }
}

/// The gradients of `loss`, by parameter.
fn gradients(loss: &Tensor, parameters: &Parameters) -> BTreeMap<String, Vec<f32>> {
    let all = loss.backward().unwrap();
    let of = |var: &candle_core::Var| {
        all.get(var).expect("every parameter counts").flatten_all().unwrap().to_vec1().unwrap()
    };
    parameters.variables().iter().map(|(name, var)| (name.clone(), of(var))).collect()
}

/// Each within `tolerance` of the largest of its tensor.
fn assert_near(
    found: &BTreeMap<String, Vec<f32>>,
    expected: &BTreeMap<String, Vec<f32>>,
    tolerance: f32,
) {
    assert_eq!(found.len(), expected.len());
    for (name, expected) in expected {
        let largest = expected.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert_eq!(found[name].len(), expected.len());
        for (i, (a, b)) in found[name].iter().zip(expected).enumerate() {
            let is_near = (a - b).abs() <= tolerance * largest;
            assert!(is_near, "{name} {i} is {a}, not {b}; the largest is {largest}");
        }
    }
}

// A GPU trains through `Operations::Candle`: the same code, on another device.
#[test]
fn training_in_candles_operations_agrees_with_that_in_the_cpus() {
    for config in configs() {
        let [found, expected] = [Operations::Candle, Operations::Cpu].map(|operations| {
            let parameters = Parameters::initial(&config.parameters(), 1, &Device::Cpu).unwrap();
            let network = Network::with_operations(&config, &parameters, operations).unwrap();
            gradients(&total_loss(&network, 0), &parameters)
        });
        assert_near(&found, &expected, 1e-4);

        let [found, expected] = [Operations::Candle, Operations::Cpu].map(|operations| {
            let (losses, parameters) = train(&config, operations, 3);
            let numbers = parameters.numbers().into_iter();
            (losses, numbers.map(|(name, raw)| (name, raw.data)).collect())
        });
        for (found, expected) in found.0.iter().zip(&expected.0) {
            assert!((found - expected).abs() < 1e-4 * expected, "{found}, not {expected}");
        }
        assert_near(&found.1, &expected.1, 1e-2);
    }
}

#[test]
fn the_prior_in_candles_operations_agrees_with_that_in_the_cpus() {
    let prior = PriorConfig { hidden: 24, blocks: 2, steps: 1, styles: 3 };
    let config = Config { prior: Some(prior.clone()), ..Config::tiny() };
    let rows = |width: usize, seed| {
        let mut numbers = vec![0.0; 9 * width];
        Noise::new(seed, Purpose::Prior, 0).fill_normal(&mut numbers);
        Tensor::from_vec(numbers, (9, width), &Device::Cpu).unwrap()
    };
    let [found, expected] = [Operations::Candle, Operations::Cpu].map(|operations| {
        let parameters = Parameters::initial(&config.prior_parameters(), 1, &Device::Cpu).unwrap();
        let prior_of = Prior::with_operations(&config, operations, parameters.builder()).unwrap();
        let v = prior_of.forward(&rows(config.latent, 1), &rows(prior.condition(), 2)).unwrap();
        gradients(&(v - 1.0).unwrap().sqr().unwrap().mean_all().unwrap(), &parameters)
    });
    assert_near(&found, &expected, 1e-5);
}

/// One step on the gradient of the sum of all squared parameters.
fn shrink(adam: &mut Adam, parameters: &Parameters) {
    let mut total = candle_core::Tensor::zeros((), candle_core::DType::F32, &Device::Cpu).unwrap();
    for var in parameters.variables().values() {
        total = (total + var.sqr().unwrap().sum_all().unwrap()).unwrap();
    }
    adam.step(parameters, &total.backward().unwrap(), 1e-2, Some(1.0)).unwrap();
}

#[test]
fn an_optimiser_restored_from_its_state_goes_on_to_the_same_bits() {
    let config = Config::tiny();
    let settings = AdamConfig { weight_decay: 0.01, ..AdamConfig::default() };
    let parameters = Parameters::initial(&config.parameters(), 4, &Device::Cpu).unwrap();
    let mut adam = Adam::new(&parameters, settings).unwrap();
    for _ in 0..3 {
        shrink(&mut adam, &parameters);
    }
    let copy =
        Parameters::from_numbers(config.parameters(), &parameters.numbers(), &Device::Cpu).unwrap();
    let mut state = adam.state().unwrap();
    let mut restored = Adam::restore(&copy, settings, adam.steps(), &state).unwrap();
    for _ in 0..3 {
        shrink(&mut adam, &parameters);
        shrink(&mut restored, &copy);
    }
    assert_eq!(parameters.numbers(), copy.numbers());

    state.remove("adam.second.joint.bias");
    let error = Adam::restore(&copy, settings, 3, &state).unwrap_err().to_string();
    assert!(error.contains("`adam.second.joint.bias` has shape None"), "{error}");
}
