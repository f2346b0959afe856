//! Cost of one 64-sample block at 48 kHz, which lasts 1333 microseconds: `cargo bench -p kit`.

use divan::{Bencher, counter::ItemsCount};
use groove::{Articulation, Instrument};
use kit::{Kit, Model, Settings};

const BLOCK: usize = 64;
const SAMPLE_RATE: f32 = 48_000.0;

/// Blocks of 64 samples in a 16th note at 120 BPM.
const BLOCKS_PER_STEP: usize = 94;

fn main() {
    divan::main();
}

fn render(kit: &mut Kit) -> f32 {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    kit.render(&mut left, &mut right);
    left[BLOCK - 1] + right[0]
}

#[divan::bench]
fn silent(bencher: Bencher) {
    let mut kit = Kit::new(SAMPLE_RATE);
    bencher.counter(ItemsCount::new(BLOCK)).bench_local(|| render(&mut kit));
}

/// One instrument, struck every 16th at velocity 0.8.
#[divan::bench(sample_count = 2000, sample_size = 1, args = [
    Instrument::Kick,
    Instrument::Snare,
    Instrument::HighTom,
    Instrument::OpenHiHat,
    Instrument::ClosedHiHat,
    Instrument::Crash,
    Instrument::Ride,
])]
fn one_voice(bencher: Bencher, instrument: Instrument) {
    bench_struck(bencher, Model::DryRoom, &[instrument]);
}

/// All nine, struck together every 16th: nothing has died down.
#[divan::bench(sample_count = 2000, sample_size = 1, args = [Model::DryRoom, Model::LargeRoom, Model::Electronic])]
fn busy(bencher: Bencher, model: Model) {
    bench_struck(bencher, model, &Instrument::ALL);
}

/// All nine and every articulation, likewise: the most that can sound.
#[divan::bench(sample_count = 2000, sample_size = 1, args = [Model::DryRoom, Model::Electronic])]
fn busy_with_articulations(bencher: Bencher, model: Model) {
    let of = |i| Articulation::of(i).iter().map(move |&articulation| (i, articulation));
    bench_strokes(bencher, model, &Instrument::ALL.into_iter().flat_map(of).collect::<Vec<_>>());
}

fn bench_struck(bencher: Bencher, model: Model, instruments: &[Instrument]) {
    let plain: Vec<_> = instruments.iter().map(|&i| (i, Articulation::Plain)).collect();
    bench_strokes(bencher, model, &plain);
}

fn bench_strokes(bencher: Bencher, model: Model, strokes: &[(Instrument, Articulation)]) {
    let mut kit = Kit::new(SAMPLE_RATE);
    kit.set(&Settings { model, ..Settings::default() });
    let mut block = 0;
    bencher.counter(ItemsCount::new(BLOCK)).bench_local(|| {
        if block % BLOCKS_PER_STEP == 0 {
            for &(instrument, articulation) in strokes {
                kit.strike(instrument, articulation, 0.8);
            }
        }
        block += 1;
        render(&mut kit)
    });
}

/// A strike of the instrument with the most modes, which falls into one block.
#[divan::bench]
fn trigger_crash(bencher: Bencher) {
    let mut kit = Kit::new(SAMPLE_RATE);
    bencher.bench_local(|| kit.trigger(Instrument::Crash, 0.8));
}
