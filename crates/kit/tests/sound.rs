//! What the kit sounds like, in numbers: pitch, brightness, decay, balance. The bands come from
//! published figures for acoustic drums (named in the voices) and are wide enough for taste.

use groove::Instrument;
use kit::Kit;

const SAMPLE_RATE: f32 = 48_000.0;

/// Mono sum of one strike, `seconds` long.
fn strike(instrument: Instrument, velocity: f32, seconds: f32) -> Vec<f32> {
    let mut kit = Kit::new(SAMPLE_RATE);
    kit.trigger(instrument, velocity);
    render(&mut kit, seconds)
}

fn render(kit: &mut Kit, seconds: f32) -> Vec<f32> {
    let frames = (seconds * SAMPLE_RATE) as usize;
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    kit.render(&mut left, &mut right);
    left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
}

fn part(sound: &[f32], from_s: f32, to_s: f32) -> &[f32] {
    &sound[(from_s * SAMPLE_RATE) as usize..(to_s * SAMPLE_RATE) as usize]
}

fn rms_db(sound: &[f32]) -> f32 {
    10.0 * (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32 + 1e-20).log10()
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// Power spectrum of the first 8192 samples under a Hann window's falling half, 5.86 Hz per bin.
fn spectrum(sound: &[f32]) -> Vec<f32> {
    const N: usize = 8192;
    let mut re = [0.0_f64; N];
    let mut im = [0.0_f64; N];
    for (n, x) in sound.iter().take(N).enumerate() {
        let fall = 0.5 + 0.5 * (std::f64::consts::PI * n as f64 / N as f64).cos();
        re[n.reverse_bits() >> (usize::BITS - N.trailing_zeros())] = f64::from(*x) * fall;
    }
    let mut span = 1;
    while span < N {
        for start in (0..N).step_by(2 * span) {
            for i in 0..span {
                let (sin, cos) = (-std::f64::consts::PI * i as f64 / span as f64).sin_cos();
                let (p, q) = (start + i, start + i + span);
                let (x, y) = (re[q] * cos - im[q] * sin, re[q] * sin + im[q] * cos);
                (re[q], im[q]) = (re[p] - x, im[p] - y);
                (re[p], im[p]) = (re[p] + x, im[p] + y);
            }
        }
        span *= 2;
    }
    (0..N / 2).map(|i| (re[i] * re[i] + im[i] * im[i]) as f32).collect()
}

const HZ_PER_BIN: f32 = SAMPLE_RATE / 8192.0;

fn centroid_hz(sound: &[f32]) -> f32 {
    let power = spectrum(sound);
    let weighted: f32 = power.iter().enumerate().map(|(i, p)| i as f32 * HZ_PER_BIN * p).sum();
    weighted / power.iter().sum::<f32>()
}

fn strongest_hz(sound: &[f32]) -> f32 {
    let power = spectrum(sound);
    let strongest = (0..power.len()).max_by(|&a, &b| power[a].total_cmp(&power[b]));
    strongest.unwrap_or(0) as f32 * HZ_PER_BIN
}

/// T60 extrapolated from the fall of the backward-integrated energy between -5 and -25 dB
/// (Schroeder 1965).
fn t60_s(sound: &[f32]) -> f32 {
    let mut left = sound.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let whole = left;
    let (mut from, mut to) = (None, None);
    for (n, x) in sound.iter().enumerate() {
        left -= f64::from(x * x);
        let db = 10.0 * (left / whole).log10();
        if db < -5.0 {
            from.get_or_insert(n);
        }
        if db < -25.0 {
            to.get_or_insert(n);
        }
    }
    3.0 * (to.unwrap_or(sound.len()) - from.unwrap_or(0)) as f32 / SAMPLE_RATE
}

#[test]
fn decay_times_and_brightness_lie_where_acoustic_drums_have_them() {
    // Instrument, T60 in seconds, centroid of the first 170 ms in Hz, at velocity 0.75.
    let bands = [
        (Instrument::Kick, 0.3..0.7, 50.0..200.0),
        (Instrument::Snare, 0.15..0.4, 2000.0..5500.0),
        (Instrument::HighTom, 0.5..1.0, 140.0..400.0),
        (Instrument::LowMidTom, 0.7..1.3, 105.0..300.0),
        (Instrument::HighFloorTom, 0.9..1.7, 78.0..250.0),
        (Instrument::OpenHiHat, 0.6..1.3, 7000.0..10_000.0),
        (Instrument::ClosedHiHat, 0.06..0.2, 7000.0..10_000.0),
        (Instrument::Crash, 2.5..5.5, 3500.0..7500.0),
        (Instrument::Ride, 2.5..6.0, 3000.0..6000.0),
    ];
    for (instrument, decay, brightness) in bands {
        let sound = strike(instrument, 0.75, 8.0);
        let (t60, centroid) = (t60_s(&sound), centroid_hz(&sound));
        assert!(decay.contains(&t60), "{instrument:?}: T60 {t60} s");
        assert!(brightness.contains(&centroid), "{instrument:?}: centroid {centroid} Hz");
    }
}

#[test]
fn drums_are_tuned_to_their_fundamentals_at_any_sample_rate() {
    for (instrument, hz) in [
        (Instrument::Kick, 54.0),
        (Instrument::HighTom, 150.0),
        (Instrument::LowMidTom, 112.0),
        (Instrument::HighFloorTom, 82.0),
    ] {
        // After the glide.
        let sound = strike(instrument, 0.5, 0.6);
        let found = strongest_hz(part(&sound, 0.12, 0.5));
        assert!((found - hz).abs() < 7.0, "{instrument:?}: {found} Hz");
        for sample_rate in [8_000.0_f32, 44_100.0, 768_000.0] {
            let mut kit = Kit::new(sample_rate);
            kit.trigger(instrument, 0.5);
            let frames = (0.5 * sample_rate) as usize;
            let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
            kit.render(&mut left, &mut right);
            // Upward zero crossings, once the overtones are gone.
            let tail = &left[(0.3 * sample_rate) as usize..];
            let ups: Vec<usize> =
                (1..tail.len()).filter(|&n| tail[n - 1] < 0.0 && tail[n] >= 0.0).collect();
            let period = (ups[ups.len() - 1] - ups[0]) as f32 / (ups.len() - 1) as f32;
            let found = sample_rate / period;
            assert!((found / hz - 1.0).abs() < 0.04, "{instrument:?} {sample_rate}: {found} Hz");
        }
    }
}

#[test]
fn a_harder_stroke_is_louder_and_brighter() {
    for instrument in Instrument::ALL {
        let mut last = (f32::NEG_INFINITY, 0.0);
        for velocity in [0.2, 0.4, 0.6, 0.8, 1.0] {
            let sound = strike(instrument, velocity, 0.3);
            let now = (rms_db(&sound), centroid_hz(&sound));
            assert!(now.0 > last.0 + 1.5, "{instrument:?} {velocity}: {now:?} after {last:?}");
            assert!(now.1 > last.1, "{instrument:?} {velocity}: {now:?} after {last:?}");
            last = now;
        }
    }
}

#[test]
fn a_ghost_note_is_mostly_wires_and_far_under_the_backbeat() {
    let (ghost, accent) =
        (strike(Instrument::Snare, 0.25, 0.5), strike(Instrument::Snare, 0.9, 0.5));
    let under = rms_db(&accent) - rms_db(&ghost);
    assert!((14.0..26.0).contains(&under), "{under} dB");
    assert!(t60_s(&ghost) < t60_s(&accent));
    let wires: f32 = spectrum(&ghost)[(1500.0 / HZ_PER_BIN) as usize..].iter().sum();
    assert!(wires > 0.4 * spectrum(&ghost).iter().sum::<f32>());
}

#[test]
fn a_choked_open_hat_dies_within_20_ms_without_a_click_and_rings_on_unless_it_is_choked() {
    let closed = |is_choked: bool, closing_velocity| {
        let mut kit = Kit::new(SAMPLE_RATE);
        kit.trigger(Instrument::OpenHiHat, 0.9);
        let before = render(&mut kit, 0.1);
        if is_choked {
            kit.choke(Instrument::OpenHiHat);
        }
        kit.trigger(Instrument::ClosedHiHat, closing_velocity);
        (before, render(&mut kit, 0.3))
    };
    // A stroke too soft to be heard: what is left is the choked hat, and the room.
    let (before, after) = closed(true, 1e-4);
    let ringing = rms_db(part(&before, 0.08, 0.1));
    let left = rms_db(part(&after, 0.020, 0.030));
    assert!(left < ringing - 24.0, "{ringing} dB, choked {left} dB");
    let largest_step =
        |sound: &[f32]| sound.windows(2).fold(0.0_f32, |step, w| step.max((w[1] - w[0]).abs()));
    let joint = [before[before.len() - 1], after[0]];
    assert!(largest_step(&joint) <= largest_step(part(&before, 0.05, 0.1)));
    assert!(largest_step(&after) <= 1.1 * largest_step(part(&before, 0.05, 0.1)));
    // And a real one sounds itself.
    let (_, struck) = closed(true, 0.8);
    assert!(rms_db(part(&struck, 0.0, 0.02)) > left + 12.0);
    // With both choke groups off the open hat rings on under the closed one.
    let (_, ringing_on) = closed(false, 1e-4);
    assert!(rms_db(part(&ringing_on, 0.020, 0.030)) > ringing - 6.0);
}

#[test]
fn striking_a_ringing_drum_again_does_not_click() {
    // The second of two soft strokes must not step further than a first stroke does by itself.
    for instrument in [Instrument::Kick, Instrument::HighFloorTom, Instrument::Crash] {
        let onset = |sound: &[f32], at: usize| {
            let steps = sound[at - 1..at + 3].windows(2);
            steps.fold(0.0_f32, |step, w| step.max((w[1] - w[0]).abs()))
        };
        let mut largest = 0.0_f32;
        for gap in [0.021, 0.033, 0.047, 0.05] {
            let mut kit = Kit::new(SAMPLE_RATE);
            kit.trigger(instrument, 0.9);
            let mut sound = render(&mut kit, gap);
            let at = sound.len();
            kit.trigger(instrument, 0.3);
            sound.extend(render(&mut kit, 0.01));
            let usual = sound[at / 2..at].windows(2).map(|w| (w[1] - w[0]).abs());
            largest = largest.max(onset(&sound, at) - 2.0 * usual.fold(0.0, f32::max));
        }
        assert!(largest < 0.02, "{instrument:?}: {largest}");
    }
}

#[test]
fn repeated_hats_differ_a_little_each_time() {
    let mut kit = Kit::new(SAMPLE_RATE);
    let strokes: Vec<Vec<f32>> = (0..8)
        .map(|_| {
            kit.trigger(Instrument::ClosedHiHat, 0.7);
            render(&mut kit, 0.25)
        })
        .collect();
    let levels: Vec<f32> = strokes.iter().map(|s| rms_db(part(s, 0.0, 0.05))).collect();
    let colours: Vec<f32> = strokes.iter().map(|s| centroid_hz(s)).collect();
    let spread = |x: &[f32]| {
        x.iter().copied().fold(f32::MIN, f32::max) - x.iter().copied().fold(f32::MAX, f32::min)
    };
    assert!((0.1..4.0).contains(&spread(&levels)), "{levels:?} dB");
    assert!((50.0..2000.0).contains(&spread(&colours)), "{colours:?} Hz");
}

#[test]
fn there_is_no_direct_current() {
    for instrument in Instrument::ALL {
        let sound = strike(instrument, 1.0, 3.0);
        let mean = sound.iter().map(|&x| f64::from(x)).sum::<f64>() / sound.len() as f64;
        assert!(mean.abs() < 1e-5, "{instrument:?}: {mean}");
    }
}

/// An ordinary groove: kick, backbeat, ghost notes, eighths on the hat.
#[test]
fn balance_of_a_rock_groove_leaves_9_to_12_db_and_the_backbeat_on_top() {
    let parts = [
        (Instrument::Kick, "8.....6.8......."),
        (Instrument::Snare, "....8..2....8..2"),
        (Instrument::ClosedHiHat, "7.5.7.5.7.5.7.5."),
    ];
    let play = |parts: &[(Instrument, &str)]| {
        let mut kit = Kit::new(SAMPLE_RATE);
        let mut sound = Vec::new();
        for step in 0..64 {
            for (instrument, line) in parts {
                if let Some(digit) = line.chars().nth(step % 16).and_then(|c| c.to_digit(10)) {
                    kit.trigger(*instrument, digit as f32 / 10.0 + 0.05);
                }
            }
            sound.extend(render(&mut kit, 0.125));
        }
        sound
    };
    let peak_db = 20.0 * peak(&play(&parts)).log10();
    assert!((-13.0..-8.0).contains(&peak_db), "{peak_db} dBFS");
    let level = parts.map(|part| rms_db(&play(&[part])));
    let [kick, snare, hat] = level;
    assert!((-3.0..9.0).contains(&(kick - snare)), "{level:?}");
    assert!((6.0..18.0).contains(&(snare - hat)), "{level:?}");
}
