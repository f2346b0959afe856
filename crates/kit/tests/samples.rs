//! Recordings as the kit plays them: layers, turns, chokes, and a swap that does not click.

use std::sync::Arc;

use groove::Instrument;
use kit::{Kit, Region, SampleKit, Sound};

const SAMPLE_RATE: f32 = 48_000.0;

/// A steady sound of `level`, one second long at the kit's rate.
fn steady(level: f32) -> Arc<Sound> {
    Arc::new(Sound::new(SAMPLE_RATE, 1, vec![level; 48_000]).expect("a sound"))
}

/// A sine of `hz`, one second long at 44.1 kHz.
fn sine(hz: f32) -> Arc<Sound> {
    let samples = (0..44_100).map(|n| (std::f32::consts::TAU * hz * n as f32 / 44_100.0).sin());
    Arc::new(Sound::new(44_100.0, 1, samples.map(|x| 0.3 * x).collect()).expect("a sound"))
}

fn region(sound: &Arc<Sound>) -> Region {
    Region {
        articulation: groove::Articulation::Plain,
        sound: sound.clone(),
        velocity: (0.0, 1.0),
        gain: 1.0,
        exponent: 0.0,
        pan: 0.0,
        speed: 1.0,
        // Two takes of the same: so that nothing is varied.
        turn: (1, 0),
        chance: (0.0, 1.0),
    }
}

fn samples(instrument: Instrument, regions: Vec<Region>) -> Arc<SampleKit> {
    let mut kit = SampleKit { gain: 1.0, ..SampleKit::default() };
    kit.pads[instrument.index()].regions = regions;
    Arc::new(kit)
}

fn render(kit: &mut Kit, seconds: f32) -> Vec<f32> {
    let frames = (seconds * SAMPLE_RATE) as usize;
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    kit.render(&mut left, &mut right);
    left
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

#[test]
fn a_stroke_plays_its_own_recording_and_the_plain_one_where_there_is_none() {
    let loud = steady(0.4);
    let cross_stick =
        Region { articulation: groove::Articulation::CrossStick, ..region(&steady(0.1)) };
    let samples = samples(Instrument::Snare, vec![cross_stick, region(&loud)]);
    let level = |articulation| {
        let mut kit = Kit::new(SAMPLE_RATE);
        assert!(kit.set_samples(Some(&samples)));
        kit.strike(Instrument::Snare, articulation, 0.8);
        peak(&render(&mut kit, 0.1))
    };
    let plain = level(groove::Articulation::Plain);
    assert!(level(groove::Articulation::CrossStick) < 0.5 * plain);
    assert_eq!(level(groove::Articulation::RimShot), plain);
}

#[test]
fn a_recording_is_played_at_its_pitch_at_any_rate() {
    let samples = samples(Instrument::Snare, vec![region(&sine(1000.0))]);
    for sample_rate in [44_100.0_f32, 48_000.0, 96_000.0] {
        let mut kit = Kit::new(sample_rate);
        assert!(kit.set_samples(Some(&samples)));
        kit.trigger(Instrument::Snare, 0.8);
        let frames = (0.5 * sample_rate) as usize;
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        kit.render(&mut left, &mut right);
        let ups = (1..frames).filter(|&n| left[n - 1] < 0.0 && left[n] >= 0.0).count();
        // Ten cents either way, and the beginning.
        assert!((493..=507).contains(&ups), "{sample_rate}: {ups}");
    }
}

#[test]
fn layers_fade_into_each_other_at_equal_power() {
    let (soft, hard) = (steady(0.1), steady(0.1));
    let layers = |velocity: (f32, f32), sound: &Arc<Sound>| Region { velocity, ..region(sound) };
    let samples =
        samples(Instrument::Kick, vec![layers((0.0, 0.5), &soft), layers((0.5, 1.0), &hard)]);
    let level = |velocity| {
        let mut kit = Kit::new(SAMPLE_RATE);
        assert!(kit.set_samples(Some(&samples)));
        kit.trigger(Instrument::Kick, velocity);
        peak(&render(&mut kit, 0.01))
    };
    let (below, at, above) = (level(0.3), level(0.5), level(0.7));
    // The two are one sound here, so they add up to 3 dB more at the border.
    assert!((at / below - 1.41).abs() < 0.2, "{below} {at}");
    assert!((above / below - 1.0).abs() < 0.25, "{below} {above}");
}

#[test]
fn takes_go_in_turn_and_instruments_without_recordings_stay_as_they_were() {
    let (one, two) = (steady(0.1), steady(0.3));
    let takes = [(&one, 0), (&two, 1)];
    let takes = takes.map(|(sound, turn)| Region { turn: (2, turn), ..region(sound) });
    let samples = samples(Instrument::Ride, takes.to_vec());
    let mut kit = Kit::new(SAMPLE_RATE);
    assert!(kit.set_samples(Some(&samples)));
    let mut levels = Vec::new();
    for _ in 0..4 {
        kit.trigger(Instrument::Ride, 0.9);
        levels.push(peak(&render(&mut kit, 0.005)));
        kit.choke(Instrument::Ride);
        render(&mut kit, 1.0);
    }
    assert!((levels[1] / levels[0] - 3.0).abs() < 0.2, "{levels:?}");
    assert!((levels[2] / levels[0] - 1.0).abs() < 0.05, "{levels:?}");
    let (mut with, mut without) = (Kit::new(SAMPLE_RATE), Kit::new(SAMPLE_RATE));
    assert!(with.set_samples(Some(&samples)));
    with.trigger(Instrument::Kick, 0.9);
    without.trigger(Instrument::Kick, 0.9);
    assert_eq!(render(&mut with, 0.2), render(&mut without, 0.2));
}

#[test]
fn a_kit_is_swapped_without_a_click_and_let_go_of() {
    let first = samples(Instrument::Crash, vec![region(&sine(200.0))]);
    let second = samples(Instrument::Crash, vec![region(&sine(300.0))]);
    let mut kit = Kit::new(SAMPLE_RATE);
    assert!(kit.set_samples(Some(&first)));
    kit.trigger(Instrument::Crash, 0.9);
    let mut sound = render(&mut kit, 0.1);
    let usual = sound.windows(2).fold(0.0_f32, |step, w| step.max((w[1] - w[0]).abs()));
    assert!(kit.set_samples(Some(&second)));
    // The first one fades; a third has to wait.
    assert!(!kit.set_samples(None));
    sound.extend(render(&mut kit, 0.1));
    let largest = sound.windows(2).fold(0.0_f32, |step, w| step.max((w[1] - w[0]).abs()));
    assert!(largest <= 1.2 * usual, "{largest} after {usual}");
    assert!(peak(&sound[sound.len() - 480..]) < 0.01);
    render(&mut kit, 0.1);
    assert_eq!(Arc::strong_count(&first), 1, "let go of");
    assert!(kit.set_samples(None));
    assert_eq!(Arc::strong_count(&second), 1);
}

#[test]
fn any_cut_into_blocks_gives_the_same_samples() {
    let samples = samples(Instrument::Snare, vec![region(&sine(500.0))]);
    let play = |block: usize| {
        let mut kit = Kit::new(SAMPLE_RATE);
        assert!(kit.set_samples(Some(&samples)));
        let mut sound = Vec::new();
        for stroke in 0..6 {
            kit.trigger(Instrument::Snare, 0.3 + 0.1 * stroke as f32);
            let mut left_over = 5003;
            while left_over > 0 {
                let frames = block.min(left_over);
                let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
                kit.render(&mut left, &mut right);
                sound.extend(left.iter().map(|x| x.to_bits()));
                left_over -= frames;
            }
        }
        sound
    };
    let whole = play(10_000);
    assert!(play(1) == whole && play(7) == whole && play(480) == whole);
}
