//! What the kit promises whatever is played: bounds, silence, repeatability, any cut into blocks.

use groove::Instrument;
use kit::Kit;

/// A small generator for test inputs (xorshift32), independent of the kit's own.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % sides
    }

    fn instrument(&mut self) -> Instrument {
        Instrument::ALL[self.roll(9) as usize]
    }

    fn velocity(&mut self) -> f32 {
        self.roll(1001) as f32 / 1000.0
    }
}

/// Left and right one after the other, rendered `frames` long.
fn render(kit: &mut Kit, frames: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![f32::NAN; frames], vec![f32::NAN; frames]);
    kit.render(&mut left, &mut right);
    (left, right)
}

#[test]
fn every_voice_sounds_on_both_sides_and_decays_to_exact_silence_without_denormals() {
    for sample_rate in [8_000.0, 48_000.0] {
        for instrument in Instrument::ALL {
            let mut kit = Kit::new(sample_rate);
            assert!(kit.is_silent());
            kit.trigger(instrument, 1.0);
            assert!(!kit.is_silent());
            let mut peak = (0.0_f32, 0.0_f32);
            let mut frames = 0;
            while !kit.is_silent() {
                let (left, right) = render(&mut kit, 480);
                frames += 480;
                assert!(!left.iter().chain(&right).any(|x| x.is_subnormal()), "{instrument:?}");
                peak.0 = left.iter().fold(peak.0, |peak, x| peak.max(x.abs()));
                peak.1 = right.iter().fold(peak.1, |peak, x| peak.max(x.abs()));
                assert!(frames < 15 * sample_rate as usize, "{instrument:?} never ends");
            }
            // Little of a hi-hat is left below 4 kHz.
            let audible = if sample_rate < 10_000.0 { 0.005 } else { 0.05 };
            assert!(peak.0 > audible && peak.1 > audible, "{instrument:?}: {peak:?}");
            let (left, right) = render(&mut kit, 1000);
            assert!(left.iter().chain(&right).all(|&x| x == 0.0), "{instrument:?}");
        }
    }
}

/// Renders the same strikes, cut into blocks of at most `largest` samples at random.
fn render_in_blocks(largest: u32) -> Vec<(u32, u32)> {
    let mut dice = Dice(99);
    let strikes: Vec<(usize, Instrument, f32)> =
        (0..60).map(|i| (i * 997, dice.instrument(), dice.velocity())).collect();
    let mut cuts = Dice(largest);
    let mut kit = Kit::new(48_000.0);
    let mut sound = Vec::new();
    let mut render_until = |kit: &mut Kit, end: usize| {
        while sound.len() < end {
            let frames = (1 + cuts.roll(largest) as usize).min(end - sound.len());
            let (left, right) = render(kit, frames);
            sound.extend(left.iter().zip(&right).map(|(l, r)| (l.to_bits(), r.to_bits())));
        }
    };
    for (at, instrument, velocity) in strikes {
        render_until(&mut kit, at);
        if at % 5 == 0 {
            kit.choke(instrument);
        }
        kit.trigger(instrument, velocity);
    }
    render_until(&mut kit, 110_000);
    // Into silence and out of it.
    kit.choke(Instrument::Crash);
    kit.choke(Instrument::Ride);
    render_until(&mut kit, 600_001);
    kit.trigger(Instrument::Snare, 0.7);
    render_until(&mut kit, 610_000);
    sound
}

#[test]
fn any_cut_into_blocks_gives_the_same_samples_bit_for_bit() {
    let whole = render_in_blocks(1_000_000);
    assert!(whole.iter().any(|&(left, _)| f32::from_bits(left).abs() > 0.1));
    for largest in [1, 7, 64, 441] {
        assert!(render_in_blocks(largest) == whole, "blocks up to {largest}");
    }
}

#[test]
fn leaving_out_the_rendering_of_silence_changes_nothing() {
    let play = |is_patient: bool| {
        let mut kit = Kit::new(48_000.0);
        kit.trigger(Instrument::Kick, 0.9);
        while !kit.is_silent() {
            render(&mut kit, 48);
        }
        if is_patient {
            render(&mut kit, 12_345);
        }
        kit.trigger(Instrument::Crash, 0.6);
        render(&mut kit, 5000)
    };
    assert_eq!(play(true), play(false));
}

#[test]
fn after_a_reset_everything_is_repeated_exactly() {
    let play = |kit: &mut Kit| {
        let mut dice = Dice(5);
        let mut sound = Vec::new();
        for _ in 0..100 {
            kit.trigger(dice.instrument(), dice.velocity());
            let frames = 1 + dice.roll(800) as usize;
            sound.push(render(kit, frames));
        }
        sound
    };
    let mut kit = Kit::new(44_100.0);
    let first = play(&mut kit);
    kit.reset();
    assert!(kit.is_silent());
    assert_eq!(render(&mut kit, 100), (vec![0.0; 100], vec![0.0; 100]));
    assert_eq!(play(&mut kit), first);
    assert_eq!(play(&mut Kit::new(44_100.0)), first);
}

#[test]
fn ten_thousand_random_strikes_stay_finite_and_below_full_scale() {
    let mut kit = Kit::new(48_000.0);
    let mut dice = Dice(1);
    let mut peak = 0.0_f32;
    for _ in 0..10_000 {
        kit.trigger(dice.instrument(), dice.velocity());
        let frames = dice.roll(150) as usize;
        let (left, right) = render(&mut kit, frames);
        for x in left.into_iter().chain(right) {
            assert!(x.is_finite() && x.abs() < 1.0, "{x}");
            peak = peak.max(x.abs());
        }
    }
    assert!(peak > 0.7, "the limiter was never needed: {peak}");
}

#[test]
fn all_nine_at_full_velocity_on_every_sample_stay_below_full_scale() {
    let mut kit = Kit::new(48_000.0);
    for _ in 0..300 {
        for instrument in Instrument::ALL {
            kit.trigger(instrument, 1.0);
        }
        let (left, right) = render(&mut kit, 1);
        assert!(left[0].abs() < 1.0 && right[0].abs() < 1.0);
    }
}

#[test]
fn every_sample_rate_gives_finite_bounded_sound_that_lasts_as_long() {
    let energy = |sample_rate: f32, instrument| {
        let mut kit = Kit::new(sample_rate);
        kit.trigger(instrument, 0.8);
        let (left, right) = render(&mut kit, (0.1 * sample_rate) as usize);
        assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 1.0));
        left.iter().chain(&right).map(|x| x * x).sum::<f32>() / sample_rate
    };
    for instrument in Instrument::ALL {
        let reference = energy(48_000.0, instrument);
        for sample_rate in [44_100.0, 96_000.0, 192_000.0, 768_000.0] {
            let db = 10.0 * (energy(sample_rate, instrument) / reference).log10();
            assert!(db.abs() < 2.5, "{instrument:?} at {sample_rate}: {db} dB");
        }
        assert!(energy(8_000.0, instrument) > 0.0);
    }
}

#[test]
fn senseless_sample_rates_and_velocities_do_no_harm() {
    for sample_rate in [f32::NAN, 0.0, -1.0, f32::INFINITY, 1.0, 1e9] {
        let mut kit = Kit::new(sample_rate);
        for velocity in [f32::NAN, -1.0, 0.0, f32::NEG_INFINITY] {
            kit.trigger(Instrument::Snare, velocity);
            assert!(kit.is_silent(), "{velocity} struck");
        }
        for velocity in [f32::INFINITY, 2.0, 1e-30] {
            kit.trigger(Instrument::Snare, velocity);
            kit.trigger(Instrument::Crash, velocity);
        }
        let (left, right) = render(&mut kit, 2000);
        assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 1.0));
    }
}

#[test]
fn the_longer_of_two_buffers_ends_in_silence() {
    let mut kit = Kit::new(48_000.0);
    kit.trigger(Instrument::Snare, 1.0);
    let (mut left, mut right) = ([f32::NAN; 100], [f32::NAN; 60]);
    kit.render(&mut left, &mut right);
    assert!(left.iter().chain(&right).all(|x| x.is_finite()));
    assert_eq!(left[60..], [0.0; 40]);
}
