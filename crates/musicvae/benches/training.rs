//! Windows per second of a full training step (forward, backward, Adam) of preset `compact` on the
//! CPU: `cargo bench -p musicvae --bench training [-- BATCH]`.

use std::time::{Duration, Instant};

use candle_core::Device;
use musicvae::{
    Adam, AdamConfig, Batch, Config, Network, Noise, Parameters, Purpose, Regularisation, loss,
};

const STEPS: usize = 12;

fn main() {
    keep_candle_from_spinning();
    let batch_size = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(128);
    for is_expressive in [false, true] {
        let config = Config { expression: is_expressive, ..Config::compact() };
        let parameters = Parameters::initial(&config, 1, &Device::Cpu).expect("parameters");
        let network = Network::new(&config, &parameters).expect("network");
        let mut adam = Adam::new(&parameters, AdamConfig::default()).expect("optimiser");
        let mut noise = Noise::new(1, Purpose::Augment, 0);
        let tokens = (0..batch_size * groove::STEPS).map(|_| noise.below(512) as u16).collect();
        let batch = Batch::from_tokens(tokens);

        let mut times: Vec<[Duration; 3]> = Vec::new();
        for step in 0..STEPS as u64 {
            let began = Instant::now();
            let mut training =
                Regularisation { noise: Noise::new(1, Purpose::Dropout, step), drop_previous: 0.2 };
            let posterior = network.encode(&batch, Some(&mut training)).expect("encode");
            let z = posterior.sample(&mut Noise::new(1, Purpose::Posterior, step)).expect("z");
            let decoded =
                network.decode_teacher_forced(&z, &batch, Some(&mut training)).expect("decode");
            let kl = loss::divergence(&posterior).expect("divergence");
            let mut total = (decoded.cross_entropy(&batch).expect("cross-entropy")
                + (loss::beyond_free_bits(&kl, 0.0).expect("free bits") * 0.05).expect("beta"))
            .expect("loss");
            if let Some(expression) = decoded.expression() {
                let error = loss::expression(expression, &batch).expect("expression");
                total = ((total + error.velocity).expect("sum") + error.micro_offset).expect("sum");
            }
            let forward = began.elapsed();
            let gradients = total.backward().expect("backward");
            let backward = began.elapsed() - forward;
            adam.step(&parameters, &gradients, 1e-3, Some(1.0)).expect("step");
            times.push([forward, backward, began.elapsed() - forward - backward]);
        }
        let median = |part: &dyn Fn(&[Duration; 3]) -> Duration| {
            let mut all: Vec<Duration> = times.iter().map(part).collect();
            all.sort();
            all[all.len() / 2]
        };
        let whole = median(&|t| t.iter().sum());
        println!(
            "expression {is_expressive}: batch {batch_size}, {:.0} windows/s; forward {:.1?}, \
             backward {:.1?}, Adam {:.1?}",
            batch_size as f64 / whole.as_secs_f64(),
            median(&|t| t[0]),
            median(&|t| t[1]),
            median(&|t| t[2]),
        );
    }
}

/// As the trainer does: candle's own threads spin while they wait, which would count as work here.
#[allow(unsafe_code)]
fn keep_candle_from_spinning() {
    // SAFETY: called first in `main`, so no other thread is there to read the environment.
    unsafe { std::env::set_var("CANDLE_NUM_THREADS", "1") };
}
