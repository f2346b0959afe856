//! Training from the outside: the loss goes down, the same way every time.

use candle_core::Device;
use musicvae::{
    Adam, AdamConfig, Batch, Config, Network, Noise, Parameters, Purpose, Regularisation, loss,
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

/// Ten steps of training with everything on; the losses and the final weights.
fn train(config: &Config) -> (Vec<f32>, Parameters) {
    let parameters = Parameters::initial(config, 1, &Device::Cpu).unwrap();
    let network = Network::new(config, &parameters).unwrap();
    let mut adam = Adam::new(&parameters, AdamConfig::default()).unwrap();
    let batch = batch();
    let losses = (0..10)
        .map(|step| {
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
            let gradients = total.backward().unwrap();
            adam.step(&parameters, &gradients, 5e-3, Some(10.0)).unwrap();
            total.to_scalar::<f32>().unwrap()
        })
        .collect();
    (losses, parameters)
}

#[test]
fn ten_steps_lower_the_loss_identically_twice() {
    for config in [
        Config { dropout: 0.1, ..Config::tiny() },
        // As `paper`: one-hot, deep, the bars in a row, no direct path.
        Config {
            latent: 16,
            encoder: musicvae::config::EncoderConfig {
                layers: 2,
                hidden: 16,
                bar_summary: 0,
                mix: 0,
            },
            conductor: musicvae::config::LstmConfig { layers: 2, hidden: 16 },
            embedding: 16,
            decoder: musicvae::config::LstmConfig { layers: 2, hidden: 16 },
            ..Config::paper()
        },
    ] {
        let (first, weights) = train(&config);
        assert!(first[9] < 0.9 * first[0], "{first:?}");
        let (second, again) = train(&config);
        let bits = |losses: &[f32]| losses.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&first), bits(&second));
        assert_eq!(weights.numbers(), again.numbers());
    }
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
    let parameters = Parameters::initial(&config, 4, &Device::Cpu).unwrap();
    let mut adam = Adam::new(&parameters, settings).unwrap();
    for _ in 0..3 {
        shrink(&mut adam, &parameters);
    }
    let copy = Parameters::from_numbers(&config, &parameters.numbers(), &Device::Cpu).unwrap();
    let mut state = adam.state(&parameters).unwrap();
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
