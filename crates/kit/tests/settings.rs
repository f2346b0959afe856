//! What the kit's settings are heard as.

use std::sync::Arc;

use groove::{INSTRUMENTS, Instrument};
use kit::{InstrumentSettings, Kit, Model, Region, SampleKit, Settings, Sound};

const RATE: f32 = 48_000.0;

fn render(kit: &mut Kit, frames: usize) -> [Vec<f32>; 2] {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    kit.render(&mut left, &mut right);
    [left, right]
}

/// A second of one stroke.
fn stroke(settings: &Settings, instrument: Instrument) -> [Vec<f32>; 2] {
    let mut kit = Kit::new(RATE);
    kit.set(settings);
    kit.trigger(instrument, 0.8);
    render(&mut kit, RATE as usize)
}

/// The default, but for one instrument.
fn with(instrument: Instrument, one: InstrumentSettings) -> Settings {
    let mut settings = Settings::default();
    settings.instruments[instrument.index()] = one;
    settings
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum()
}

/// Decibels of `a` over `b`, both sides.
fn db(a: &[Vec<f32>; 2], b: &[Vec<f32>; 2]) -> f32 {
    let power = |sound: &[Vec<f32>; 2]| sound.iter().map(|side| energy(side)).sum::<f32>();
    10.0 * (power(a) / power(b)).log10()
}

/// The frequency below 400 Hz that is loudest from .2 to .7 s, by the Goertzel algorithm.
fn loudest_hz(sound: &[f32]) -> f32 {
    // After the pitch has fallen.
    let part = &sound[9600..33_600];
    let power = |hz: f32| {
        let turn = 2.0 * (std::f32::consts::TAU * hz / RATE).cos();
        let (a, b) = part.iter().fold((0.0, 0.0), |(a, b), x| (x + turn * a - b, a));
        a * a + b * b - turn * a * b
    };
    let candidates = (60..800).map(|half_hz| half_hz as f32 / 2.0);
    candidates.max_by(|a, b| power(*a).total_cmp(&power(*b))).unwrap()
}

#[test]
fn the_default_is_the_kit_as_made_and_what_is_no_number_changes_nothing() {
    let plain = || {
        let mut kit = Kit::new(RATE);
        kit.trigger(Instrument::Snare, 0.8);
        render(&mut kit, 10_000)
    };
    let mut kit = Kit::new(RATE);
    let nan = f32::NAN;
    let instruments = [InstrumentSettings { level: nan, pan: nan, tune: nan }; INSTRUMENTS];
    let model = Model::default();
    kit.set(&Settings { model, tune: nan, damping: nan, room: nan, instruments });
    kit.trigger(Instrument::Snare, 0.8);
    assert_eq!(render(&mut kit, 10_000), plain());
    // Back from elsewhere.
    kit.set(&Settings { tune: 7.0, damping: 0.6, room: 0.0, ..Settings::default() });
    kit.trigger(Instrument::Snare, 0.8);
    render(&mut kit, 10_000);
    kit.set(&Settings::default());
    kit.reset();
    kit.trigger(Instrument::Snare, 0.8);
    assert_eq!(render(&mut kit, 10_000), plain());
}

#[test]
fn a_drum_is_tuned_by_semitones_by_the_kit_s_knob_and_by_its_own() {
    for model in [Model::DryRoom, Model::Electronic] {
        for instrument in [Instrument::HighTom, Instrument::HighFloorTom] {
            let hz = |kit: f32, own: f32| {
                let one = InstrumentSettings { tune: own, ..InstrumentSettings::default() };
                let settings = Settings { model, tune: kit, room: 0.0, ..with(instrument, one) };
                loudest_hz(&stroke(&settings, instrument)[0])
            };
            let as_made = hz(0.0, 0.0);
            for (kit, own) in [(7.0, 0.0), (0.0, 7.0), (-5.0, 0.0), (3.0, -8.0)] {
                let semitones = 12.0 * (hz(kit, own) / as_made).log2();
                assert!((semitones - kit - own).abs() < 0.3, "{model:?} {kit} {own}: {semitones}");
            }
        }
    }
}

#[test]
fn every_instrument_of_every_kit_changes_with_its_tune_and_no_other_does() {
    for model in [Model::DryRoom, Model::LargeRoom, Model::Electronic] {
        for instrument in Instrument::ALL {
            let one = InstrumentSettings { tune: 4.0, ..InstrumentSettings::default() };
            let (plain, tuned) = (
                Settings { model, ..Settings::default() },
                Settings { model, ..with(instrument, one) },
            );
            for other in Instrument::ALL {
                let is_same = stroke(&tuned, other) == stroke(&plain, other);
                assert_eq!(is_same, other != instrument, "{model:?}: {instrument:?}, {other:?}");
            }
        }
    }
}

#[test]
fn damping_shortens_every_drum_and_leaves_its_stroke() {
    for model in [Model::DryRoom, Model::Electronic] {
        for instrument in Instrument::ALL {
            let at = |damping: f32| {
                let settings = Settings { model, damping, room: 0.0, ..Settings::default() };
                stroke(&settings, instrument)[0].clone()
            };
            let [open, half, dead] = [0.0, 0.5, 1.0].map(at);
            let late = |sound: &[f32]| energy(&sound[12_000..]) / energy(&sound[..480]).max(1e-12);
            let (open_late, half_late, dead_late) = (late(&open), late(&half), late(&dead));
            // A closed hat of the drum machine has ended by then.
            let is_short = open_late < 1e-7;
            assert!(half_late < 0.6 * open_late || is_short, "{model:?} {instrument:?}");
            assert!(dead_late < 0.1 * open_late || is_short, "{model:?} {instrument:?}");
            let attack = 10.0 * (energy(&dead[..240]) / energy(&open[..240])).log10();
            assert!(attack.abs() < 4.0, "{model:?} {instrument:?}: {attack} dB");
        }
    }
}

#[test]
fn level_and_pan_move_one_instrument_and_the_room_all() {
    for instrument in Instrument::ALL {
        let plain = stroke(&Settings::default(), instrument);
        let softer = InstrumentSettings { level: 0.5, ..InstrumentSettings::default() };
        let softer = db(&stroke(&with(instrument, softer), instrument), &plain);
        assert!((softer + 6.02).abs() < 0.1, "{instrument:?}: {softer}");
        for pan in [-1.0, 1.0] {
            let one = InstrumentSettings { pan, ..InstrumentSettings::default() };
            let settings = Settings { room: 0.0, ..with(instrument, one) };
            let [left, right] = stroke(&settings, instrument);
            let (near, far) = if pan < 0.0 { (left, right) } else { (right, left) };
            assert!(energy(&near) > 0.0 && energy(&far) < 1e-6 * energy(&near), "{instrument:?}");
        }
        let room = |room: f32| stroke(&Settings { room, ..Settings::default() }, instrument);
        let [dry, wet] = [room(0.0), room(2.0)];
        assert!(dry != plain && wet != plain);
        let [without, normal, double] = [&dry, &plain, &wet].map(|sound| sound[0].clone());
        // What the room adds is twice as much.
        for i in (0..48_000).step_by(1001) {
            let (once, twice) = (normal[i] - without[i], double[i] - without[i]);
            assert!((twice - 2.0 * once).abs() < 2e-3, "{instrument:?}: {once}, {twice}");
        }
    }
}

#[test]
fn a_side_that_nothing_is_left_on_becomes_exactly_silent_while_the_other_plays() {
    let mut kit = Kit::new(RATE);
    kit.trigger(Instrument::HighTom, 1.0);
    render(&mut kit, 4800);
    let one = InstrumentSettings { pan: -1.0, ..InstrumentSettings::default() };
    kit.set(&Settings { room: 0.0, instruments: [one; INSTRUMENTS], ..Settings::default() });
    for _ in 0..30 {
        kit.trigger(Instrument::HighTom, 1.0);
        for side in render(&mut kit, 4800) {
            assert!(!side.iter().any(|x| x.is_subnormal()));
        }
    }
    let [left, right] = render(&mut kit, 4800);
    assert!(energy(&left) > 0.0 && right.iter().all(|&x| x == 0.0));
}

/// The largest step from one sample to the next.
fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn no_setting_clicks_while_a_drum_rings() {
    let moved = InstrumentSettings { level: 0.0, pan: 1.0, tune: 12.0 };
    let default = Settings::default();
    let changes = [
        Settings { instruments: [moved; INSTRUMENTS], ..default },
        Settings { room: 0.0, ..default },
        Settings { room: 2.0, ..default },
        Settings { model: Model::LargeRoom, ..default },
        Settings { model: Model::Electronic, ..default },
        Settings { tune: -12.0, damping: 1.0, ..default },
    ];
    for settings in changes {
        for at in [4000, 4007] {
            let play = |settings: Option<&Settings>| {
                let mut kit = Kit::new(RATE);
                kit.trigger(Instrument::HighFloorTom, 0.9);
                render(&mut kit, at);
                settings.into_iter().for_each(|settings| kit.set(settings));
                render(&mut kit, 4000)
            };
            let (plain, changed) = (play(None), play(Some(&settings)));
            for (plain, changed) in plain.iter().zip(&changed) {
                let (before, after) = (largest_step(plain), largest_step(changed));
                assert!(after < 1.3 * before + 1e-4, "{settings:?}: {after}, was {before}");
            }
        }
    }
}

#[test]
fn a_stroke_in_a_new_tuning_joins_what_rings_without_a_click() {
    let largest = |settings: &Settings| {
        let mut kit = Kit::new(RATE);
        kit.trigger(Instrument::HighFloorTom, 0.9);
        render(&mut kit, 6005);
        kit.set(settings);
        kit.trigger(Instrument::HighFloorTom, 0.05);
        largest_step(&render(&mut kit, 4000)[0])
    };
    let plain = largest(&Settings::default());
    for (tune, damping) in [(-12.0, 0.0), (12.0, 0.0), (0.0, 1.0)] {
        let tuned = largest(&Settings { tune, damping, ..Settings::default() });
        // An octave up, what rings is twice as steep.
        assert!(tuned < 2.5 * plain, "{tune}, {damping}: {tuned}, was {plain}");
    }
}

#[test]
fn however_it_is_set_the_kit_stays_below_full_scale_and_falls_silent() {
    let mut kit = Kit::new(RATE);
    for round in 0..200_u32 {
        let at = |step: u32| ((round * step) % 101) as f32 / 50.0 - 1.0;
        let one = InstrumentSettings { level: 4.0, pan: at(7), tune: 24.0 * at(13) };
        kit.set(&Settings {
            model: [Model::DryRoom, Model::LargeRoom, Model::Electronic][round as usize % 3],
            tune: 24.0 * at(17),
            damping: at(19),
            room: 4.0 * at(23),
            instruments: [one; INSTRUMENTS],
        });
        for instrument in Instrument::ALL {
            kit.trigger(instrument, 1.0);
            for side in render(&mut kit, 77) {
                assert!(side.iter().all(|x| x.is_finite() && x.abs() < 1.0));
            }
        }
    }
    let mut seconds = 0;
    while !kit.is_silent() {
        render(&mut kit, RATE as usize);
        seconds += 1;
        assert!(seconds < 30, "it never ends");
    }
}

#[test]
fn recordings_are_tuned_damped_and_mixed_like_the_drums_they_replace() {
    let sine = (0..48_000).map(|n| (std::f32::consts::TAU * 150.0 / RATE * n as f32).sin());
    let sound = Sound::new(RATE, 1, sine.collect()).unwrap();
    let region = Region {
        articulation: groove::Articulation::Plain,
        sound: Arc::new(sound),
        velocity: (0.0, 1.0),
        gain: 0.2,
        exponent: 1.0,
        pan: 0.0,
        speed: 1.0,
        turn: (2, 0),
        chance: (0.0, 1.0),
    };
    let mut samples = SampleKit { gain: 1.0, ..SampleKit::default() };
    samples.pads[Instrument::Crash.index()].regions.push(region);
    let samples = Arc::new(samples);
    let play = |settings: Settings| {
        let mut kit = Kit::new(RATE);
        assert!(kit.set_samples(Some(&samples)));
        kit.set(&Settings { room: 0.0, ..settings });
        kit.trigger(Instrument::Crash, 0.8);
        render(&mut kit, RATE as usize)
    };
    let default = Settings::default();
    let plain = play(default);
    assert_eq!(loudest_hz(&plain[0]), 150.0);
    let hz = loudest_hz(&play(Settings { tune: 5.0, ..default })[0]);
    assert!((hz - 200.2).abs() < 1.0, "{hz}");
    let damped = play(Settings { damping: 0.5, ..default });
    let left_db = 10.0 * (energy(&damped[0][24_000..]) / energy(&plain[0][24_000..])).log10();
    assert!((-30.0..-10.0).contains(&left_db), "{left_db}");
    let one = InstrumentSettings { level: 0.5, pan: 1.0, tune: 0.0 };
    let [left, right] = play(with(Instrument::Crash, one));
    assert_eq!(energy(&left), 0.0);
    // At one side, as strong as it was on both.
    let side_db = 10.0 * (energy(&right) / (2.0 * energy(&plain[0]))).log10();
    assert!((side_db + 6.02).abs() < 0.1, "{side_db}");
}
