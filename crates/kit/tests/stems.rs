//! The kit on several outputs: each instrument and the room by itself.

use groove::{INSTRUMENTS, Instrument};
use kit::{InstrumentSettings, Kit, Model, STEMS, Settings};

type Sound = [Vec<f32>; 2];

/// The mix and its stems.
fn render(kit: &mut Kit, frames: usize, block: usize) -> (Sound, Vec<Sound>) {
    let silent = || [vec![f32::NAN; frames], vec![f32::NAN; frames]];
    let (mut mix, mut stems): (Sound, Vec<Sound>) = (silent(), vec![silent(); STEMS]);
    for start in (0..frames).step_by(block) {
        let part = start..(start + block).min(frames);
        let mut parts = stems.iter_mut();
        let mut stems = std::array::from_fn(|_| {
            let [left, right] = parts.next()?;
            Some([&mut left[part.clone()], &mut right[part.clone()]])
        });
        let [left, right] = &mut mix;
        kit.render_stems(&mut left[part.clone()], &mut right[part], &mut stems);
    }
    (mix, stems)
}

fn is_silent(sound: &Sound) -> bool {
    sound.iter().flatten().all(|&x| x == 0.0)
}

fn settings(model: Model) -> Settings {
    let one = InstrumentSettings { level: 1.4, pan: 0.3, tune: 1.0 };
    Settings { model, damping: 0.2, instruments: [one; INSTRUMENTS], ..Settings::default() }
}

#[test]
fn the_sum_of_the_nine_and_the_room_is_the_mix_and_the_mix_is_as_without_them() {
    for model in [Model::DryRoom, Model::LargeRoom, Model::Electronic] {
        // Soft strokes, and so hard ones that the limiter works.
        for (velocity, hits) in [(0.4, 1), (1.0, 4)] {
            let play = |kit: &mut Kit| {
                kit.set(&settings(model));
                for instrument in Instrument::ALL {
                    (0..hits).for_each(|_| kit.trigger(instrument, velocity));
                }
            };
            let mut kit = Kit::new(48_000.0);
            play(&mut kit);
            let (mix, stems) = render(&mut kit, 30_000, 441);
            let mut alone = Kit::new(48_000.0);
            play(&mut alone);
            let (mut left, mut right) = (vec![0.0; 30_000], vec![0.0; 30_000]);
            alone.render(&mut left, &mut right);
            assert!(mix == [left, right], "the mix changes");
            let peak = mix.iter().flatten().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert_eq!(peak > 0.7, hits > 1, "{peak}");
            for side in 0..2 {
                for n in 0..30_000 {
                    let sum: f32 = stems.iter().map(|stem| stem[side][n]).sum();
                    let off = (sum - mix[side][n]).abs();
                    assert!(off < 2e-5, "{model:?} {velocity} at {n}: {off}");
                }
            }
        }
    }
}

#[test]
fn a_stroke_is_on_its_own_stem_and_in_the_room_alone() {
    for instrument in Instrument::ALL {
        let mut kit = Kit::new(48_000.0);
        kit.trigger(instrument, 0.8);
        let (_, stems) = render(&mut kit, 9600, 64);
        for (i, stem) in stems.iter().enumerate() {
            let is_heard = i == instrument.index() || i == INSTRUMENTS;
            assert_eq!(!is_silent(stem), is_heard, "{instrument:?}, stem {i}");
        }
    }
    let mut kit = Kit::new(48_000.0);
    kit.set(&Settings { room: 0.0, ..Settings::default() });
    kit.trigger(Instrument::Snare, 0.8);
    assert!(is_silent(&render(&mut kit, 9600, 64).1[INSTRUMENTS]), "no room, no sound of it");
}

#[test]
fn a_silent_kit_writes_silence_and_any_cut_gives_the_same() {
    let mut kit = Kit::new(48_000.0);
    let (mix, stems) = render(&mut kit, 1000, 77);
    assert!(is_silent(&mix) && stems.iter().all(is_silent));
    let play = |block| {
        let mut kit = Kit::new(48_000.0);
        kit.trigger(Instrument::ClosedHiHat, 0.7);
        render(&mut kit, 100_000, block)
    };
    let whole = play(100_000);
    assert!(is_silent(&[whole.1[6][0][99_000..].to_vec(), Vec::new()]));
    assert!(play(7) == whole && play(512) == whole);
}
