//! Networks of random weights, and what they are asked for.

use std::collections::BTreeMap;

use groove::{Bar, Grid, Hit, Instrument, Metre};

use crate::context::{BarKind, Context};
use crate::noise::{Noise, Purpose};
use crate::weights::config::{ArticulationsConfig, Config, Drawn, StepModelConfig};
use crate::weights::latent_map::LatentMap;
use crate::weights::{Precision, RawTensor, WeightsFile};

/// A network of random weights, large enough that tokens differ from step to step.
pub(in crate::infer) fn random_file(config: Config, seed: u64) -> WeightsFile {
    let mut tensors = BTreeMap::new();
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    let names = config.parameters().into_iter().chain(config.prior_parameters());
    let names =
        names.chain(Drawn::ALL.into_iter().flat_map(|drawn| config.step_model_parameters(drawn)));
    let names = names.chain(config.articulation_parameters());
    for (index, (name, shape)) in names.enumerate() {
        let mut data = vec![0.0; shape.iter().product()];
        Noise::new(seed, Purpose::Weights, index as u64).fill_normal(&mut data);
        let inputs = *shape.last().unwrap() as f32;
        let scale = if shape.len() == 2 { 2.0 / inputs.sqrt() } else { 0.3 };
        // A prior as steep as the rest would throw points far out.
        let scale = if name.starts_with("prior") { 0.3 * scale } else { scale };
        data.iter_mut().for_each(|x| *x *= scale);
        tensors.insert(name, RawTensor { shape, data });
    }
    WeightsFile::new(config, BTreeMap::new(), tensors).unwrap()
}

/// The same as a file of half precision holds it.
pub(in crate::infer) fn halves(config: Config, seed: u64) -> WeightsFile {
    let bytes = random_file(config, seed).to_bytes(Precision::F16).unwrap();
    WeightsFile::from_bytes(&bytes).unwrap()
}

/// `paper` in everything but its widths.
pub(in crate::infer) fn small_paper() -> Config {
    let mut config = Config::paper();
    config.latent = 24;
    config.encoder.hidden = 20;
    config.conductor.hidden = 40;
    config.embedding = 36;
    config.decoder.hidden = 50;
    config
}

/// `tiny` with bars that do not see each other.
pub(in crate::infer) fn independent_bars() -> Config {
    Config { independent_bars: true, look_back: Vec::new(), ..Config::tiny() }
}

/// `tiny` with step models and a model of articulations.
pub(in crate::infer) fn stepwise() -> Config {
    let step_model = Some(StepModelConfig { styles: 2, ..StepModelConfig::tiny() });
    let articulations = Some(ArticulationsConfig { hidden: 16, styles: 2 });
    Config {
        step_model: step_model.clone(),
        bar_model: step_model,
        articulations,
        ..Config::tiny()
    }
}

/// Bars of many kinds: of even and uneven beats, of four, two and one to a pattern, in all grids.
pub(in crate::infer) fn some_bars() -> Vec<Bar> {
    let bar =
        |numerator, denominator, grid| Bar::new(Metre::new(numerator, denominator).unwrap(), grid);
    vec![
        bar(4, 4, Grid::Triplets),
        bar(4, 4, Grid::Sextuplets),
        bar(3, 4, Grid::Sixteenths),
        bar(5, 4, Grid::Sixteenths),
        bar(7, 4, Grid::Sixteenths),
        bar(7, 8, Grid::Sixteenths),
        bar(12, 8, Grid::Eighths),
        bar(10, 8, Grid::Eighths),
        bar(3, 8, Grid::Eighths),
        bar(2, 2, Grid::Sixteenths),
        bar(12, 4, Grid::Sextuplets),
    ]
}

/// Some of everything that can be known: the cells of a bar and of an instrument, with hits on beats.
pub(in crate::infer) fn some_context(bar: Bar) -> Context {
    let mut context = Context { style: Some(1), intensity: Some(0.4), ..Context::of(bar) };
    let known = bar.steps() * 2 % bar.pattern_steps();
    for step in 0..bar.pattern_steps() {
        let hit = (step % 4 == 0).then_some(Hit::new(0.6, 0.1));
        context.locks.lock(step, Instrument::Snare, hit);
        if (known..known + bar.steps()).contains(&step) && bar.bars() > 1 {
            Instrument::ALL.iter().for_each(|&other| context.locks.lock(step, other, hit));
        }
    }
    context.kinds[bar.bars() - 1] = Some(BarKind::Fill);
    context.line = Some(std::array::from_fn(|step| step % 3 == 0));
    context
}
