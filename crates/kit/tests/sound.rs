//! What the kit sounds like, in numbers: pitch, brightness, decay, octave bands, balance. The ranges are those of 13 recorded
//! kits as `interop/kit/measure.py` measures them (10th to 90th percentile), by the same formulas.

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

/// Takes of one stroke, which differ a little.
fn takes(instrument: Instrument, velocity: f32, seconds: f32) -> Vec<Vec<f32>> {
    let mut kit = Kit::new(SAMPLE_RATE);
    (0..6)
        .map(|_| {
            kit.trigger(instrument, velocity);
            let sound = render(&mut kit, seconds);
            while !kit.is_silent() {
                render(&mut kit, 0.1);
            }
            sound
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let values: Vec<f32> = values.collect();
    values.iter().sum::<f32>() / values.len() as f32
}

/// Power spectrum of the first 8192 samples under a Hann window's falling half, 5.86 Hz per bin.
fn spectrum(sound: &[f32]) -> Vec<f32> {
    const N: usize = 8192;
    let fall = |n: usize| 0.5 + 0.5 * (std::f64::consts::PI * n as f64 / N as f64).cos();
    power_spectrum::<N>(sound.iter().take(N).enumerate().map(|(n, x)| f64::from(*x) * fall(n)))
}

/// Powers of the first half of `N` bins; `N` is a power of two.
fn power_spectrum<const N: usize>(samples: impl Iterator<Item = f64>) -> Vec<f32> {
    let mut re = vec![0.0_f64; N];
    let mut im = vec![0.0_f64; N];
    for (n, x) in samples.enumerate() {
        re[n.reverse_bits() >> (usize::BITS - N.trailing_zeros())] = x;
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
fn decay_times_and_brightness_lie_where_recorded_drums_have_them() {
    // Instrument, T60 in seconds, centroid of the first 170 ms in Hz, at velocity 0.8.
    let ranges = [
        (Instrument::Kick, 0.23..1.55, 92.0..215.0),
        (Instrument::Snare, 0.27..1.04, 472.0..1765.0),
        (Instrument::HighTom, 0.91..2.17, 192.0..527.0),
        (Instrument::LowMidTom, 0.85..2.62, 235.0..590.0),
        (Instrument::HighFloorTom, 0.99..2.97, 152.0..551.0),
        (Instrument::OpenHiHat, 0.83..4.03, 2418.0..8267.0),
        (Instrument::ClosedHiHat, 0.21..0.53, 6190.0..11_773.0),
        (Instrument::Crash, 2.46..7.86, 837.0..5617.0),
        (Instrument::Ride, 2.82..9.81, 2984.0..10_631.0),
    ];
    for (instrument, decay, brightness) in ranges {
        let takes = takes(instrument, 0.8, 5.0);
        let t60 = mean(takes.iter().map(|take| t60_s(take)));
        let centroid = mean(takes.iter().map(|take| centroid_hz(take)));
        assert!(decay.contains(&t60), "{instrument:?}: T60 {t60} s");
        assert!(brightness.contains(&centroid), "{instrument:?}: centroid {centroid} Hz");
    }
}

/// Energy of 60 to 240 Hz, where fundamentals lie, and of six octaves up to 15.4 kHz in the first half second, dB of the whole.
fn octaves_db(sound: &[f32]) -> [f32; 7] {
    const N: usize = 32_768;
    let half = sound.iter().take((0.5 * SAMPLE_RATE) as usize);
    let power = power_spectrum::<N>(half.map(|x| f64::from(*x)));
    let whole: f32 = power.iter().sum();
    std::array::from_fn(|octave| {
        let bin = |octave: usize| (60.0 * (1 << octave) as f32 * N as f32 / SAMPLE_RATE) as usize;
        let from = if octave == 0 { bin(0) } else { bin(octave + 1) };
        10.0 * (power[from..bin(octave + 2)].iter().sum::<f32>() / whole).log10()
    })
}

#[test]
fn every_octave_is_as_loud_as_in_recorded_kits() {
    // Medians of the kits that ours was tuned with, at velocity 0.6.
    let medians = [
        [-1.6, -22.3, -27.4, -27.4, -33.0, -38.3, -48.1],
        [-1.5, -8.3, -11.7, -14.7, -14.5, -15.4, -25.4],
        [-0.8, -9.7, -16.2, -19.1, -23.2, -25.4, -31.1],
        [-1.6, -10.7, -16.8, -16.6, -21.9, -24.1, -34.3],
        [-0.8, -12.0, -14.8, -17.8, -19.2, -23.1, -34.7],
        [-26.9, -12.5, -9.7, -14.9, -9.2, -6.0, -5.3],
        [-20.6, -17.7, -13.6, -16.2, -11.0, -6.0, -4.1],
        [-28.4, -19.5, -9.1, -13.8, -6.1, -3.8, -8.4],
        [-27.8, -11.4, -17.5, -15.6, -7.4, -5.4, -4.3],
    ];
    for (instrument, median) in Instrument::ALL.into_iter().zip(medians) {
        let takes: Vec<_> =
            takes(instrument, 0.6, 0.5).iter().map(|take| octaves_db(take)).collect();
        for (octave, median) in median.into_iter().enumerate().filter(|(_, median)| *median > -25.0)
        {
            let level = mean(takes.iter().map(|take| take[octave]));
            assert!(
                (level - median).abs() < 6.0,
                "{instrument:?}, octave {octave}: {level} dB, recorded kits {median} dB"
            );
        }
    }
}

#[test]
fn drums_are_tuned_to_their_fundamentals_at_any_sample_rate() {
    for (instrument, hz) in [
        (Instrument::Kick, 61.0),
        (Instrument::HighTom, 127.0),
        (Instrument::LowMidTom, 101.0),
        (Instrument::HighFloorTom, 77.0),
    ] {
        for sample_rate in [8_000.0_f32, 44_100.0, 48_000.0, 768_000.0] {
            let mut kit = Kit::new(sample_rate);
            kit.trigger(instrument, 0.5);
            let frames = (1.5 * sample_rate) as usize;
            let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
            kit.render(&mut left, &mut right);
            // After the glide, at 48 kHz or less.
            let step = (sample_rate / 48_000.0).max(1.0) as usize;
            let tail = &left[(0.2 * sample_rate) as usize..];
            let tail: Vec<f32> = tail.iter().step_by(step).copied().collect();
            let found = strongest_hz(&tail) * sample_rate / step as f32 / SAMPLE_RATE;
            assert!((found - hz).abs() < 7.0, "{instrument:?} {sample_rate}: {found} Hz");
        }
    }
}

#[test]
fn a_harder_stroke_is_louder_and_changes_colour_as_recorded_ones_do() {
    // Octaves of centroid from velocities .1 to .3 up to velocities .8 to 1.
    let ranges = [
        (Instrument::Kick, 0.04..0.63),
        (Instrument::Snare, -0.48..0.39),
        (Instrument::HighTom, -0.05..0.67),
        (Instrument::LowMidTom, -0.05..0.82),
        (Instrument::HighFloorTom, -0.05..0.65),
        (Instrument::OpenHiHat, -0.29..0.10),
        (Instrument::ClosedHiHat, -0.10..0.10),
        (Instrument::Crash, -0.54..0.68),
        (Instrument::Ride, -0.41..0.38),
    ];
    for (instrument, range) in ranges {
        let mut last = f32::NEG_INFINITY;
        let mut centroids = Vec::new();
        for velocity in [0.1, 0.2, 0.3, 0.5, 0.8, 0.9, 1.0] {
            let takes = takes(instrument, velocity, 0.3);
            let level = mean(takes.iter().map(|take| rms_db(take)));
            assert!(level > last + 0.3, "{instrument:?} {velocity}: {level} after {last} dB");
            last = level;
            centroids.push(mean(takes.iter().map(|take| centroid_hz(take).log2())));
        }
        let octaves = mean(centroids[4..].iter().copied()) - mean(centroids[..3].iter().copied());
        assert!(range.contains(&octaves), "{instrument:?}: {octaves} octaves");
    }
}

#[test]
fn the_pitch_of_a_tom_falls_by_two_to_three_semitones() {
    for instrument in [Instrument::HighTom, Instrument::LowMidTom, Instrument::HighFloorTom] {
        let sound = strike(instrument, 1.0, 1.0);
        // Half periods, from upward and downward zero crossings of the sound below 200 Hz.
        let mut low = [0.0_f32; 2];
        let low: Vec<f32> = sound
            .iter()
            .map(|x| {
                low[0] += 0.02 * (x - low[0]);
                low[1] += 0.02 * (low[0] - low[1]);
                low[1]
            })
            .collect();
        let pitch = |from_s: f32, to_s: f32| {
            let part = part(&low, from_s, to_s);
            let ups: Vec<usize> =
                (1..part.len()).filter(|&n| part[n - 1] < 0.0 && part[n] >= 0.0).collect();
            SAMPLE_RATE * (ups.len() - 1) as f32 / (ups[ups.len() - 1] - ups[0]) as f32
        };
        let fall = 12.0 * (pitch(0.01, 0.06) / pitch(0.22, 0.35)).log2();
        assert!((1.2..4.1).contains(&fall), "{instrument:?}: {fall} semitones");
    }
}

#[test]
fn a_ghost_note_is_far_under_the_backbeat() {
    let level = |velocity| mean(takes(Instrument::Snare, velocity, 0.5).iter().map(|x| rms_db(x)));
    let under = level(0.9) - level(0.25);
    assert!((14.0..26.0).contains(&under), "{under} dB");
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
    assert!((50.0..3000.0).contains(&spread(&colours)), "{colours:?} Hz");
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
