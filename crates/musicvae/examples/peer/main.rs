//! The kernel as a process that others compare themselves with: reads requests, a line of JSON each, from the
//! standard input and answers each with a line of JSON.
//!
//! Drives `benches/peers/decode.py` and `interop/pytorch/check.py`; by hand:
//! `echo '{"load": "assets/weights.safetensors"}' | cargo run --release -p musicvae --example peer`.

mod limit;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use groove::{Hit, Instrument, Pattern};
use musicvae::context::{BarKind, Context};
use musicvae::{GrooveModel, Recipe, Scratch, WeightsFile};
use serde_json::{Value, json};

/// Requests. Times are in milliseconds.
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    /// Read this weights file; all but `Limits` need one.
    Load(PathBuf),
    /// The greedy groove of a latent vector: tokens, logits, velocities and micro-offsets.
    Greedy(Vec<f32>),
    /// The posterior of tokens, velocities and micro-offsets `[64, 9]` (or none).
    Encode { tokens: Vec<u16>, velocity: Vec<f32>, micro_offset: Vec<f32> },
    /// The likeliest groove that agrees with what is known, choice by choice.
    Draw(Box<Known>),
    /// The times of so many greedy decodes of a latent vector.
    TimeGreedy { z: Vec<f32>, times: usize },
    /// Peak rates of this core: multiply-adds per second, and bytes read per second out of as many bytes
    /// as each number says.
    Limits(Vec<usize>),
}

/// What is known of a groove.
#[derive(serde::Deserialize)]
struct Known {
    pattern: Pattern,
    /// Cells of it that are known: step and instrument.
    cells: Vec<(usize, usize)>,
    /// Steps of a line, and those of them that are low.
    line: Option<Vec<usize>>,
    low: Option<Vec<usize>>,
    /// Bars that are for a fill; the others go on, if any is.
    fills: Vec<usize>,
    style: Option<u16>,
    density: Option<f32>,
    intensity: Option<f32>,
}

impl Known {
    fn context(&self) -> Context {
        let mut context = Context::of(self.pattern.bar());
        context.locks.keep(&self.pattern, |step, instrument| {
            self.cells.contains(&(step, instrument.index()))
        });
        let at = |steps: &Vec<usize>| std::array::from_fn(|step| steps.contains(&step));
        let kind = |bar| match self.fills.contains(&bar) {
            true => BarKind::Fill,
            false => BarKind::Groove,
        };
        let kinds = std::array::from_fn(|bar| (!self.fills.is_empty()).then(|| kind(bar)));
        let (style, density, intensity) = (self.style, self.density, self.intensity);
        let [line, low] = [&self.line, &self.low].map(|line| line.as_ref().map(at));
        Context { locks: context.locks, line, low, kinds, style, density, intensity }
    }
}

/// The network in use.
struct Peer {
    model: GrooveModel,
    scratch: Scratch,
}

fn main() -> anyhow::Result<()> {
    let mut peer = None;
    for line in std::io::stdin().lock().lines() {
        let answer = answer(&mut peer, serde_json::from_str(&line?)?)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(peer: &mut Option<Peer>, request: Request) -> anyhow::Result<Value> {
    let request = match request {
        Request::Load(path) => {
            let model = GrooveModel::new(&WeightsFile::read(&path)?)?;
            let config = model.config();
            let loaded = json!({"config": config, "instructions": model.instructions()});
            *peer = Some(Peer { model, scratch: Scratch::new() });
            return Ok(loaded);
        }
        Request::Limits(bytes) => {
            let bytes_per_s: Vec<f64> = bytes.into_iter().map(limit::bytes_per_s).collect();
            let multiply_adds_per_s = limit::multiply_adds_per_s();
            let limits = json!({
                "multiply_adds_per_s": multiply_adds_per_s, "bytes_per_s": bytes_per_s,
            });
            return Ok(limits);
        }
        other => other,
    };
    let peer = peer.as_mut().ok_or_else(|| anyhow::anyhow!("no weights file is loaded"))?;
    let Peer { model, scratch } = peer;
    Ok(match request {
        Request::Greedy(z) => {
            // Independent bars are decoded side by side, so steps need not come in order.
            let mut logits = vec![0.0; groove::STEPS * groove::TOKENS];
            let pattern = model.greedy_with(&z, scratch, |step, row| {
                logits[step * groove::TOKENS..][..groove::TOKENS].copy_from_slice(row);
            });
            let cells = |of: fn(Hit) -> f32| -> Vec<f32> {
                let cells = (0..groove::STEPS)
                    .flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)));
                cells
                    .map(|(step, instrument)| pattern.hit(step, instrument).map_or(0.0, of))
                    .collect()
            };
            json!({
                "tokens": pattern.tokens().map(groove::Token::value).as_slice(), "logits": logits,
                "velocity": cells(Hit::velocity), "micro_offset": cells(Hit::micro_offset),
            })
        }
        Request::Encode { tokens, velocity, micro_offset } => {
            let mut pattern = Pattern::EMPTY;
            for (step, &token) in tokens.iter().enumerate().take(groove::STEPS) {
                for instrument in Instrument::ALL.into_iter().filter(|i| token & i.bit() != 0) {
                    let cell = step * groove::INSTRUMENTS + instrument.index();
                    let number = |of: &[f32]| of.get(cell).copied().unwrap_or_default();
                    let hit = Hit::new(number(&velocity), number(&micro_offset));
                    pattern.set(step, instrument, Some(hit));
                }
            }
            let (mean, sigma) = model.encode(&pattern);
            json!({"mean": mean, "sigma": sigma})
        }
        Request::Draw(known) => {
            let recipe = Recipe { temperature: 0.0, ..Recipe::default() };
            json!(model.draw(&known.context(), &recipe, 0, 1))
        }
        Request::TimeGreedy { z, times } => {
            let recipe = Recipe { temperature: 0.0, ..Recipe::default() };
            timed(times, || model.decode_latent(&z, &recipe, 0, scratch))
        }
        Request::Load(_) | Request::Limits(_) => unreachable!("answered above"),
    })
}

/// The times of `times` calls of `f`.
fn timed<T>(times: usize, mut f: impl FnMut() -> T) -> Value {
    let one = |_| {
        let began = Instant::now();
        std::hint::black_box(f());
        1e3 * began.elapsed().as_secs_f64()
    };
    json!({"ms": (0..times).map(one).collect::<Vec<f64>>()})
}
