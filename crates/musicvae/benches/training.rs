//! Windows per second of a full training step (forward, backward, clipping, Adam):
//! `cargo bench -p musicvae --bench training [-- [BATCH] [--preset compact|paper] [--device cpu|cuda] [--tf32]]`;
//! `--device cuda` with `--features cuda`. `--tf32`: products of a GPU's tensor cores, 10 bits of mantissa.

use std::time::{Duration, Instant};

use candle_core::{Device, Result};
use musicvae::{
    Adam, AdamConfig, Batch, Config, Network, Noise, Parameters, Purpose, Regularisation, loss,
};

const STEPS: u64 = 12;
/// A GPU's first steps compile kernels and choose products: enough to forget them.
const STEPS_ON_GPU: u64 = 60;

fn main() {
    keep_candle_from_spinning();
    musicvae::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).map(String::as_str)
    };
    let batch_size = arguments.iter().filter_map(|a| a.parse().ok()).next().unwrap_or(128);
    let device = match value("--device") {
        Some("cuda") => Device::new_cuda(0).expect("a GPU, and the feature `cuda`"),
        _ => Device::Cpu,
    };
    let is_tf32 = arguments.iter().any(|argument| argument == "--tf32");
    candle_core::cuda::set_gemm_reduced_precision_f32(is_tf32);
    let configs = match value("--preset") {
        Some("paper") => vec![Config::paper()],
        _ => vec![Config { expression: false, ..Config::compact() }, Config::compact()],
    };
    for config in configs {
        run(&config, batch_size, &device).expect("training steps");
    }
}

fn run(config: &Config, batch_size: usize, device: &Device) -> Result<()> {
    let parameters = Parameters::initial(&config.parameters(), 1, device)?;
    let network = Network::new(config, &parameters)?;
    let mut adam = Adam::new(&parameters, AdamConfig::default())?;
    let mut noise = Noise::new(1, Purpose::Augment, 0);
    let tokens = (0..batch_size * groove::STEPS).map(|_| noise.below(512) as u16).collect();
    let batch = Batch::from_tokens(tokens);

    let mut times: Vec<[Duration; 3]> = Vec::new();
    for step in 0..if device.is_cpu() { STEPS } else { STEPS_ON_GPU } {
        let began = Instant::now();
        let mut training =
            Regularisation { noise: Noise::new(1, Purpose::Dropout, step), drop_previous: 0.2 };
        let posterior = network.encode(&batch, Some(&mut training))?;
        let z = posterior.sample(&mut Noise::new(1, Purpose::Posterior, step))?;
        let decoded = network.decode_teacher_forced(&z, &batch, Some(&mut training))?;
        let kl = loss::divergence(&posterior)?;
        let mut total =
            (decoded.cross_entropy(&batch)? + (loss::beyond_free_bits(&kl, 0.0)? * 0.05)?)?;
        if let Some(expression) = decoded.expression() {
            let error = loss::expression(expression, &batch)?;
            total = ((total + error.velocity)? + error.micro_offset)?;
        }
        let forward = began.elapsed();
        let gradients = total.backward()?;
        let backward = began.elapsed() - forward;
        adam.step(&parameters, &gradients, 1e-3, Some(1.0))?;
        // As the trainer does; a GPU is still at work until here.
        total.to_scalar::<f32>()?;
        device.synchronize()?;
        times.push([forward, backward, began.elapsed() - forward - backward]);
    }
    let median = |part: &dyn Fn(&[Duration; 3]) -> Duration| {
        let mut all: Vec<Duration> = times.iter().map(part).collect();
        all.sort();
        all[all.len() / 2]
    };
    let whole = median(&|t| t.iter().sum());
    let [forward, backward, rest] = [0, 1, 2].map(|i| median(&|t| t[i]));
    let is_queued = if device.is_cpu() { "" } else { " until queued" };
    println!(
        "expression {}: batch {batch_size}, {:.0} windows/s; forward{is_queued} {forward:.1?}, \
         backward{is_queued} {backward:.1?}, Adam {rest:.1?}",
        config.expression,
        batch_size as f64 / whole.as_secs_f64(),
    );
    Ok(())
}

/// As the trainer does: candle's own threads spin while they wait, which would count as work here.
#[allow(unsafe_code)]
fn keep_candle_from_spinning() {
    // SAFETY: called first in `main`, so no other thread is there to read the environment.
    unsafe { std::env::set_var("CANDLE_NUM_THREADS", "1") };
}
