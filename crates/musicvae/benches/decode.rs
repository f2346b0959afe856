//! Time to decode and to encode four-bar patterns on one thread: `cargo bench -p musicvae --bench decode`.
//!
//! The weights are random, of half precision as shipped ones are; the time does not depend on them, except that
//! more hits take a little longer. docs/performance.md has figures, `benches/peers` those of others.

use std::collections::BTreeMap;

use divan::Bencher;
use musicvae::noise::{Noise, Purpose};
use musicvae::{
    Config, GrooveModel, LatentMap, Precision, RawTensor, Recipe, Scratch, WeightsFile,
};

fn main() {
    divan::main();
}

fn model(preset: &str) -> GrooveModel {
    let config = Config::preset(preset).expect("a preset");
    let mut tensors = BTreeMap::new();
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    for (index, (name, shape)) in
        config.parameters().into_iter().chain(config.prior_parameters()).enumerate()
    {
        let mut data = vec![0.0; shape.iter().product()];
        Noise::new(1, Purpose::Weights, index as u64).fill_normal(&mut data);
        let inputs = *shape.last().expect("a dimension") as f32;
        // A prior as steep as the rest would throw points far out.
        let scale = if name.starts_with("prior") { 0.6 } else { 2.0 };
        data.iter_mut().for_each(|x| *x *= scale / inputs.sqrt());
        tensors.insert(name, RawTensor { shape, data });
    }
    let file = WeightsFile::new(config, BTreeMap::new(), tensors).expect("whole weights");
    let bytes = file.to_bytes(Precision::F16).expect("numbers of ordinary size");
    GrooveModel::from_bytes(&bytes).expect("whole weights")
}

/// One slider moves: the seed's noise is kept.
fn drag(bencher: Bencher, preset: &str) {
    let (model, mut scratch) = (model(preset), Scratch::new());
    let mut recipe = Recipe { seed: 1, ..Recipe::default() };
    bencher.bench_local(|| {
        recipe.latent[0] += 1e-3;
        model.decode(&recipe, 0, &mut scratch)
    });
}

#[divan::bench(sample_count = 1000)]
fn compact_slider_drag(bencher: Bencher) {
    drag(bencher, "compact");
}

#[divan::bench(sample_count = 20)]
fn paper_slider_drag(bencher: Bencher) {
    drag(bencher, "paper");
}

/// Every decode needs new noise.
#[divan::bench(sample_count = 1000)]
fn compact_new_seed(bencher: Bencher) {
    let (model, mut scratch) = (model("compact"), Scratch::new());
    let mut recipe = Recipe::default();
    bencher.bench_local(|| {
        recipe.seed += 1;
        model.decode(&recipe, 0, &mut scratch)
    });
}

#[divan::bench(sample_count = 100)]
fn compact_encode(bencher: Bencher) {
    let model = model("compact");
    let pattern = model.decode(&Recipe::default(), 0, &mut Scratch::new());
    bencher.bench_local(|| model.encode(&pattern));
}
