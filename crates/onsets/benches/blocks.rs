//! Cost of one 64-sample block at 48 kHz, which lasts 1333 microseconds: `cargo bench -p onsets`.

use divan::{Bencher, counter::ItemsCount};
use onsets::OnsetFinder;

const BLOCK: usize = 64;
const SAMPLE_RATE: f32 = 48_000.0;

fn main() {
    divan::main();
}

/// A note every 16th at 120 BPM: one block in four is analysed.
#[divan::bench(sample_count = 4000, sample_size = 1)]
fn notes(bencher: Bencher) {
    let mut finder = OnsetFinder::new(SAMPLE_RATE);
    let mut at = 0_u32;
    let mut block = [0.0; BLOCK];
    bencher.counter(ItemsCount::new(BLOCK)).bench_local(|| {
        for sample in &mut block {
            let in_note = (at % 6000) as f32 / SAMPLE_RATE;
            *sample = (-20.0 * in_note).exp() * (std::f32::consts::TAU * 110.0 * in_note).sin();
            at += 1;
        }
        let mut found = 0;
        finder.hear(block.iter().copied(), |_| found += 1);
        found
    });
}
