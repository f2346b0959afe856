//! Time to draw a new groove, eight candidates and the critic included, on one thread, in bars of several metres and grids, with the
//! weights that are shipped: `cargo bench -p musicvae --bench draw`.
//!
//! Bars that the model of 4/4 does not know are drawn by another model. docs/performance.md has figures.

use divan::Bencher;
use groove::{Bar, Grid, Metre};
use musicvae::context::Locks;
use musicvae::infer::Start;
use musicvae::{GrooveModel, Recipe, Scratch};

const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/weights.safetensors");

/// Metre and grid, and the steps of four bars.
const BARS: [(&str, Grid, usize); 6] = [
    ("4/4", Grid::Sixteenths, 64),
    ("3/4", Grid::Sixteenths, 48),
    ("4/4", Grid::Triplets, 48),
    ("12/8", Grid::Eighths, 48),
    ("4/4", Grid::Sextuplets, 96),
    ("12/8", Grid::Sixteenths, 96),
];

fn main() {
    divan::main();
}

#[divan::bench(args = BARS, sample_count = 100)]
fn new(bencher: Bencher, (metre, grid, steps): (&str, Grid, usize)) {
    let bytes = std::fs::read(WEIGHTS).expect("the weights that are shipped");
    let model = GrooveModel::from_bytes(&bytes).expect("whole weights");
    let metre = Metre::ALL.into_iter().find(|known| known.to_string() == metre);
    let locks = Locks::of(Bar::new(metre.expect("a metre"), grid));
    assert_eq!(locks.pattern().steps(), steps);
    let (mut recipe, mut scratch) = (Recipe::default(), Scratch::new());
    bencher.bench_local(|| {
        recipe.seed += 1;
        model.groove(Start::Seed, &locks, &recipe, 0, &mut scratch)
    });
}
