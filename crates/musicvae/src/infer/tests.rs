//! Behaviour of the whole kernel, on random weights.

use super::*;
use crate::noise::{Noise, Purpose};
use crate::weights::RawTensor;

/// A network of random weights, large enough that tokens differ from step to step.
pub(super) fn random_file(config: Config, seed: u64) -> WeightsFile {
    let mut tensors = BTreeMap::new();
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    for (index, (name, shape)) in config.parameters().into_iter().enumerate() {
        let mut data = vec![0.0; shape.iter().product()];
        Noise::new(seed, Purpose::Weights, index as u64).fill_normal(&mut data);
        let inputs = *shape.last().unwrap() as f32;
        let scale = if shape.len() == 2 { 2.0 / inputs.sqrt() } else { 0.3 };
        data.iter_mut().for_each(|x| *x *= scale);
        tensors.insert(name, RawTensor { shape, data });
    }
    WeightsFile::new(config, BTreeMap::new(), tensors).unwrap()
}

/// `paper` in everything but its widths.
pub(super) fn small_paper() -> Config {
    let mut config = Config::paper();
    config.latent = 24;
    config.encoder.hidden = 20;
    config.conductor.hidden = 40;
    config.embedding = 36;
    config.decoder.hidden = 50;
    config
}

fn drummer() -> Drummer {
    Drummer::new(&random_file(Config::tiny(), 1)).unwrap()
}

#[test]
fn every_instruction_set_decodes_the_same_bits() {
    for config in [Config::tiny(), Config::compact(), small_paper()] {
        let file = random_file(config, 1);
        let recipe = Recipe { seed: 4, variation: 0.2, ..Recipe::default() };
        let patterns: Vec<Pattern> = Isa::available()
            .into_iter()
            .map(|isa| Drummer::pack(&file, isa).unwrap().decode(&recipe, 3, &mut Scratch::new()))
            .collect();
        assert!(patterns[0].count() > 0);
        assert!(patterns.iter().all(|p| *p == patterns[0]));
    }
}
