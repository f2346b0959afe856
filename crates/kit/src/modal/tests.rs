//! The bank against the formula of its modes.

use super::*;

const MODES: [Mode; 3] = [
    Mode { hz: 440.0, t60_s: 0.3, gain: 0.5 },
    Mode { hz: 1234.5, t60_s: 0.1, gain: -0.3 },
    Mode { hz: 5000.0, t60_s: 0.05, gain: 0.2 },
];
const BLOW: Excitation = Excitation { level: 1.0, cutoff_hz: 1e9, scatter: 0.0 };

fn bank() -> ModalBank {
    let mut bank = ModalBank::new(MODES.to_vec(), 0.02, 0.05);
    bank.set_sample_rate(48_000.0);
    bank
}

/// The sum of both outputs over `chunks`, with `act` called at the beginning of each.
fn render(
    bank: &mut ModalBank,
    chunks: usize,
    mut act: impl FnMut(&mut ModalBank, usize),
) -> Vec<f32> {
    let mut sound = Vec::new();
    for chunk in 0..chunks {
        bank.begin_chunk();
        act(bank, chunk);
        let (mut a, mut b) = ([0.0; CHUNK], [0.0; CHUNK]);
        bank.add_to(0, &mut a, &mut b);
        sound.extend(a.iter().zip(&b).map(|(a, b)| a + b));
    }
    sound
}

/// A mode struck at sample 0, by its formula.
fn expected(n: usize) -> f64 {
    let t = n as f64 / 48_000.0;
    let mode = |mode: &Mode| {
        let phase = std::f64::consts::TAU * f64::from(mode.hz) * t;
        f64::from(mode.gain) * 10_f64.powf(-3.0 * t / f64::from(mode.t60_s)) * phase.sin()
    };
    MODES.iter().map(mode).sum()
}

#[test]
fn struck_modes_follow_their_formula_wherever_in_a_chunk_the_strike_falls() {
    for at in 0..CHUNK {
        let mut bank = bank();
        if at == 0 {
            bank.strike(BLOW, 0, &mut Noise::new(1));
        }
        let sound = render(&mut bank, 200, |bank, chunk| {
            if at > 0 && chunk == 0 {
                bank.strike(BLOW, at, &mut Noise::new(1));
            }
        });
        assert!(sound[..at].iter().all(|&x| x == 0.0));
        for (n, &x) in sound[at..].iter().enumerate() {
            assert!((f64::from(x) - expected(n)).abs() < 1e-5, "{at} {n}: {x}");
        }
    }
}

#[test]
fn a_second_strike_adds_to_the_ringing_without_a_step() {
    let mut bank = bank();
    bank.strike(BLOW, 0, &mut Noise::new(1));
    let sound = render(&mut bank, 100, |bank, chunk| {
        if chunk == 40 {
            bank.strike(BLOW, 7, &mut Noise::new(1));
        }
    });
    let second = 40 * CHUNK + 7;
    for (n, &x) in sound.iter().enumerate().skip(second) {
        let sum = expected(n) + expected(n - second);
        assert!((f64::from(x) - sum).abs() < 1e-5, "{n}: {x} is not {sum}");
    }
}

#[test]
fn a_choked_bank_fades_smoothly_and_ends_in_exact_zeros() {
    let mut bank = bank();
    bank.strike(BLOW, 0, &mut Noise::new(1));
    let sound = render(&mut bank, 200, |bank, chunk| {
        if chunk == 10 {
            bank.choke(5);
        }
    });
    let choked = 10 * CHUNK + 5;
    for (n, &x) in sound.iter().enumerate().skip(choked) {
        let fade = 10_f64.powf(-3.0 * (n - choked) as f64 / (0.02 * 48_000.0));
        assert!((f64::from(x) - fade * expected(n)).abs() < 1e-5, "{n}");
    }
    assert!(!bank.is_active());
    assert!(bank.re.iter().chain(&bank.im).all(|&x| x == 0.0));
}

#[test]
fn a_dragged_bank_falls_faster_until_a_stroke_that_does_not_drag() {
    let mut bank = bank();
    bank.strike(BLOW, 0, &mut Noise::new(1));
    bank.drag(0.1);
    let sound = render(&mut bank, 20, |bank, chunk| {
        if chunk == 9 {
            bank.drag(f32::INFINITY);
        }
    });
    for (n, &x) in sound.iter().enumerate() {
        let dragged = n.min(10 * CHUNK) as f64;
        let fade = 10_f64.powf(-3.0 * dragged / (0.1 * 48_000.0));
        assert!((f64::from(x) - fade * expected(n)).abs() < 1e-5, "{n}");
    }
}

#[test]
fn no_state_is_ever_denormal_on_the_way_to_silence() {
    let mut bank = bank();
    bank.strike(BLOW, 0, &mut Noise::new(1));
    bank.feed(1.0);
    render(&mut bank, 3000, |bank, _| {
        assert!(!bank.re.iter().chain(&bank.im).any(|x| x.is_subnormal()));
    });
    assert!(!bank.is_active());
}
