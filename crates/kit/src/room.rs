//! A small wooden room, which makes nine separate sounds one kit.
//!
//! A few early reflections per side, then a feedback delay network of eight lines mixed by a
//! Hadamard matrix (Jot and Chaigne 1991), each line damped by a low-pass: the walls swallow the top.

use crate::decay;

const LINES: usize = 8;

/// Lengths of the lines in milliseconds: 4 to 10 m of path, spread unevenly so that echoes do not
/// coincide.
const LINE_MS: [f32; LINES] = [11.3, 13.7, 15.1, 17.9, 20.3, 23.1, 26.9, 30.7];

/// Early reflections from floor, ceiling and the nearest walls: (milliseconds, gain).
const EARLY_LEFT: [(f32, f32); 4] = [(3.1, 0.42), (7.3, -0.33), (11.9, 0.27), (17.3, 0.21)];
const EARLY_RIGHT: [(f32, f32); 4] = [(3.9, 0.42), (6.4, 0.33), (13.1, -0.27), (18.7, 0.21)];

/// A live room that is not a hall.
const T60_S: f32 = 0.42;

/// Above this the walls absorb, so that the tail is darker than the drums.
const DAMPING_HZ: f32 = 4200.0;

/// Below this nothing is sent, so that the kick stays dry.
const LOW_CUT_HZ: f32 = 160.0;

/// Written samples smaller than this are written as zero, which lets the tail end.
const GATE: f32 = 1e-6;

/// Level of the late reverberation against the early reflections.
const LATE: f32 = 0.28;

/// What all walls sent at one sample.
type Frame = [f32; LINES];

#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// What was sent, left and right; a ring whose length is a power of two.
    input: Vec<[f32; 2]>,
    /// What runs in the lines, side by side so that a frame is one vector; a ring as long.
    lines: Vec<Frame>,
    length: [usize; LINES],
    gain: Frame,
    damped: Frame,
    damping: f32,
    low: [f32; 2],
    low_cut: f32,
    early: [[(usize, f32); 4]; 2],
    position: usize,
    /// Samples since something other than zero was written anywhere.
    quiet: usize,
    longest: usize,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            input: Vec::new(),
            lines: Vec::new(),
            length: [1; LINES],
            gain: [0.0; LINES],
            damped: [0.0; LINES],
            damping: 0.0,
            low: [0.0; 2],
            low_cut: 0.0,
            early: [[(1, 0.0); 4]; 2],
            position: 0,
            quiet: 0,
            longest: 0,
        }
    }

    /// Allocates.
    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        let samples = |ms: f32| ((ms * 1e-3 * sample_rate) as usize).max(1);
        self.length = LINE_MS.map(samples);
        // Each pass through a line loses its share of the 60 dB; and the Hadamard matrix of eight
        // is made orthonormal.
        self.gain = self.length.map(|length| {
            decay::per_sample(T60_S, sample_rate).powi(length as i32) / (LINES as f32).sqrt()
        });
        let follow = |hz: f32| 1.0 - (-std::f32::consts::TAU * hz / sample_rate).exp();
        self.damping = follow(DAMPING_HZ);
        self.low_cut = follow(LOW_CUT_HZ);
        self.early = [EARLY_LEFT, EARLY_RIGHT].map(|side| side.map(|(ms, g)| (samples(ms), g)));
        let early = self.early.iter().flatten().map(|tap| tap.0);
        self.longest = early.chain(self.length).max().unwrap_or(1);
        let ring = (self.longest + 1).next_power_of_two();
        self.input.clear();
        self.input.resize(ring, [0.0; 2]);
        self.lines.clear();
        self.lines.resize(ring, [0.0; LINES]);
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        self.input.fill([0.0; 2]);
        self.lines.fill([0.0; LINES]);
        self.damped = [0.0; LINES];
        self.low = [0.0; 2];
        self.position = 0;
        self.quiet = self.longest + 1;
    }

    /// Whether anything still travels between the walls. When false, the rings hold zeros only.
    pub(crate) fn is_active(&self) -> bool {
        self.quiet <= self.longest
    }

    /// Sends `left` and `right` into the room and replaces them with what comes back.
    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (input, lines) = (self.input.as_mut_slice(), self.lines.as_mut_slice());
        // Masking by the length lets the compiler drop the bounds checks.
        let at = |position: usize, length: usize| position & (length - 1);
        for (left, right) in left.iter_mut().zip(right) {
            let position = self.position;
            self.position = position.wrapping_add(1);
            let mut send = [*left, *right];
            for (x, low) in send.iter_mut().zip(&mut self.low) {
                *low = gate(*low + self.low_cut * (*x - *low));
                *x = gate(*x - *low);
            }
            input[at(position, input.len())] = send;

            let mut heard: Frame = std::array::from_fn(|i| {
                lines[at(position.wrapping_sub(self.length[i]), lines.len())][i]
            });
            for (x, damped) in heard.iter_mut().zip(&mut self.damped) {
                *damped += self.damping * (*x - *damped);
                *x = *damped;
            }
            let mut back: Frame = std::array::from_fn(|i| heard[i] * self.gain[i]);
            hadamard(&mut back);
            let written: Frame = std::array::from_fn(|i| gate(back[i] + send[i % 2]));
            lines[at(position, lines.len())] = written;

            let mut out = [0.0; 2];
            for side in 0..2 {
                for (delay, gain) in self.early[side] {
                    out[side] += gain * input[at(position.wrapping_sub(delay), input.len())][side];
                }
            }
            *left = out[0] + LATE * (heard[0] - heard[2] + heard[4] - heard[6]);
            *right = out[1] + LATE * (heard[1] - heard[3] + heard[5] - heard[7]);
            let is_quiet = written.iter().chain(&send).all(|&x| x == 0.0);
            self.quiet = if is_quiet { self.quiet.saturating_add(1) } else { 0 };
            if self.quiet > self.longest {
                self.damped = [0.0; LINES];
                self.low = [0.0; 2];
            }
        }
    }
}

/// Zero for what nobody hears, so that feedback ends and no denormal survives.
#[inline]
fn gate(x: f32) -> f32 {
    if x.abs() < GATE { 0.0 } else { x }
}

/// The Hadamard transform of eight numbers, not normalised.
#[inline]
fn hadamard(x: &mut Frame) {
    for span in [1, 2, 4] {
        let old = *x;
        for i in 0..LINES {
            x[i] = if i & span == 0 { old[i] + old[i ^ span] } else { old[i ^ span] - old[i] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_falls_60_db_in_about_its_t60_and_then_ends_in_exact_silence() {
        let mut room = Room::new();
        room.set_sample_rate(48_000.0);
        let mut left = vec![0.0; 48_000 * 2];
        let mut right = left.clone();
        left[0] = 1.0;
        right[0] = 1.0;
        room.process(&mut left, &mut right);
        let rms = |from: f32, to: f32| {
            let part = &left[(from * 48e3) as usize..(to * 48e3) as usize];
            (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt()
        };
        let fall_db = 20.0 * (rms(0.25, 0.3) / rms(0.05, 0.1)).log10();
        // The damping makes it steeper than 0.2 s of T60_S alone.
        assert!((-50.0..-25.0).contains(&fall_db), "{fall_db}");
        assert!(!room.is_active());
        assert!(left[90_000..].iter().all(|&x| x == 0.0));
    }
}
