//! Articulations: each sounds, sounds unlike the plain stroke, ends, and is stopped by what stops its instrument.

use groove::{Articulation, Instrument};
use kit::{Kit, Model, Settings};

const RATE: f32 = 48_000.0;

fn kit(model: Model) -> Kit {
    let mut kit = Kit::new(RATE);
    kit.set(&Settings { model, ..Settings::default() });
    kit.reset();
    kit
}

/// Mono sound of so many seconds.
fn render(kit: &mut Kit, seconds: f32) -> Vec<f32> {
    let frames = (seconds * RATE) as usize;
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    kit.render(&mut left, &mut right);
    left.iter().zip(right).map(|(left, right)| left + right).collect()
}

fn struck(model: Model, instrument: Instrument, articulation: Articulation) -> Vec<f32> {
    let mut kit = kit(model);
    kit.strike(instrument, articulation, 0.8);
    render(&mut kit, 2.0)
}

fn energy(sound: &[f32]) -> f64 {
    sound.iter().map(|x| f64::from(x * x)).sum()
}

/// Seconds until half of the energy has sounded.
fn middle(sound: &[f32]) -> f64 {
    let (half, mut sum) = (0.5 * energy(sound), 0.0);
    let at = sound.iter().position(|x| {
        sum += f64::from(x * x);
        sum >= half
    });
    at.unwrap() as f64 / f64::from(RATE)
}

/// A measure of brightness: the share of the energy that is left of differences from sample to sample.
fn brightness(sound: &[f32]) -> f64 {
    let differences: Vec<f32> = sound.windows(2).map(|pair| pair[1] - pair[0]).collect();
    energy(&differences) / energy(sound)
}

const MODELS: [Model; 3] = [Model::DryRoom, Model::LargeRoom, Model::Electronic];

const VOICED: [(Instrument, Articulation); 5] = [
    (Instrument::Snare, Articulation::CrossStick),
    (Instrument::Snare, Articulation::RimShot),
    (Instrument::ClosedHiHat, Articulation::Pedal),
    (Instrument::OpenHiHat, Articulation::HalfOpen),
    (Instrument::Ride, Articulation::Bell),
];

#[test]
fn every_articulation_sounds_unlike_the_plain_stroke_as_loud_within_12_db_and_ends() {
    for model in MODELS {
        for (instrument, articulation) in VOICED {
            let (plain, stroke) = (
                struck(model, instrument, Articulation::Plain),
                struck(model, instrument, articulation),
            );
            let db = 10.0 * (energy(&stroke) / energy(&plain)).log10();
            assert!(db.abs() < 12.0, "{model:?} {articulation:?}: {db} dB");
            let apart: Vec<f32> = plain.iter().zip(&stroke).map(|(a, b)| a - b).collect();
            assert!(energy(&apart) > 0.05 * energy(&plain), "{model:?} {articulation:?}");
            let mut kit = kit(model);
            kit.strike(instrument, articulation, 1.0);
            for _ in 0..60 {
                render(&mut kit, 1.0);
            }
            assert!(kit.is_silent(), "{model:?} {articulation:?}");
        }
    }
}

#[test]
fn strokes_differ_from_plain_ones_as_they_do_on_drums() {
    use Articulation::{Bell, CrossStick, HalfOpen, Pedal, Plain, RimShot};
    for model in [Model::DryRoom, Model::Electronic] {
        let of = |instrument, articulation| struck(model, instrument, articulation);
        let (head, cross) = (of(Instrument::Snare, Plain), of(Instrument::Snare, CrossStick));
        if model == Model::DryRoom {
            // A drum machine's snare is mostly noise.
            assert!(brightness(&cross) > brightness(&head), "a cross-stick is a click");
        }
        assert!(energy(&cross) < 0.7 * energy(&head), "{model:?}: and softer");
        let open = of(Instrument::OpenHiHat, Plain);
        let half = of(Instrument::OpenHiHat, HalfOpen);
        assert!(middle(&half) < 0.8 * middle(&open), "{model:?}: half-open hats ring shorter");
        let closed = of(Instrument::ClosedHiHat, Plain);
        assert!(middle(&half) > 1.5 * middle(&closed), "{model:?}: and longer than closed ones");
        let pedal = of(Instrument::ClosedHiHat, Pedal);
        assert!(energy(&pedal) < 1.1 * energy(&closed), "{model:?}: the foot is no louder");
        let (bow, bell) = (of(Instrument::Ride, Plain), of(Instrument::Ride, Bell));
        assert!(brightness(&bell) < brightness(&bow), "{model:?}: a bell has a tone, not a hiss");
        let rim = of(Instrument::Snare, RimShot);
        assert!(energy(&rim) > 0.8 * energy(&head), "{model:?}: a rim shot is no softer");
    }
}

#[test]
fn what_stops_an_instrument_stops_its_articulations_and_half_open_hats_stop_open_ones() {
    // In the larger room the room itself rings on.
    for model in [Model::DryRoom, Model::Electronic] {
        for (instrument, articulation) in VOICED {
            let mut kit = kit(model);
            kit.strike(instrument, articulation, 0.9);
            render(&mut kit, 0.02);
            kit.choke(instrument);
            render(&mut kit, 0.25);
            let rest = energy(&render(&mut kit, 1.0));
            let whole = energy(&struck(model, instrument, articulation));
            assert!(rest < 1e-3 * whole, "{model:?} {articulation:?}: {rest} of {whole}");
        }
        let ringing = |then: Option<Articulation>| {
            let mut kit = kit(model);
            kit.strike(Instrument::OpenHiHat, Articulation::Plain, 1.0);
            render(&mut kit, 0.1);
            if let Some(then) = then {
                kit.strike(Instrument::OpenHiHat, then, 0.05);
            }
            render(&mut kit, 0.1);
            energy(&render(&mut kit, 0.2))
        };
        let (alone, stopped) = (ringing(None), ringing(Some(Articulation::HalfOpen)));
        assert!(stopped < 0.1 * alone, "{model:?}: {stopped} of {alone}");
    }
}

#[test]
fn what_has_no_voice_of_its_own_is_the_plain_stroke() {
    for (instrument, articulation) in [
        (Instrument::Snare, Articulation::Flam),
        (Instrument::Crash, Articulation::Choke),
        (Instrument::Kick, Articulation::Bell),
    ] {
        let plain = struck(Model::DryRoom, instrument, Articulation::Plain);
        assert_eq!(struck(Model::DryRoom, instrument, articulation), plain);
    }
}
