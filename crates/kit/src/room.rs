//! A small wooden room, which makes nine separate sounds one kit.
//!
//! A few early reflections per side, then a feedback delay network of eight lines mixed by a
//! Hadamard matrix (Jot and Chaigne 1991), each line damped by a low-pass: the walls swallow the top.

use crate::decay;
use crate::voice::{CHUNK, Chunk};

const LINES: usize = 8;

/// Lengths of the lines in milliseconds: 4 to 10 m of path, spread unevenly so that echoes do not
/// coincide.
const LINE_MS: [f32; LINES] = [11.3, 13.7, 15.1, 17.9, 20.3, 23.1, 26.9, 30.7];

/// Early reflections from floor, ceiling and the nearest walls: (milliseconds, gain).
const EARLY_LEFT: [(f32, f32); 4] = [(3.1, 0.42), (7.3, -0.33), (11.9, 0.27), (17.3, 0.21)];
const EARLY_RIGHT: [(f32, f32); 4] = [(3.9, 0.42), (6.4, 0.33), (13.1, -0.27), (18.7, 0.21)];

/// How a room sounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoomSpec {
    t60_s: f32,
    /// Against the dry room's.
    size: f32,
    /// Level of what comes back.
    level: f32,
}

/// A live room that is not a hall.
pub(crate) const DRY: RoomSpec = RoomSpec { t60_s: 0.42, size: 1.0, level: 1.0 };

/// A studio's large room.
pub(crate) const LARGE: RoomSpec = RoomSpec { t60_s: 1.1, size: 2.1, level: 2.2 };

/// Above this the walls absorb, so that the tail is darker than the drums.
const DAMPING_HZ: f32 = 4200.0;

/// Below this nothing is sent, so that the kick stays dry.
const LOW_CUT_HZ: f32 = 160.0;

/// Samples smaller than this enter no line, which lets the tail end.
const GATE: f32 = 1e-6;

/// Smaller than any number that matters, and far above the denormal ones, which slow a processor down.
const TINY: f32 = 1e-20;

/// Level of the late reverberation against the early reflections.
const LATE: f32 = 0.28;

/// The room works a chunk at a time, one behind the voices: its nearest wall is further away than a chunk is long, so
/// all that comes back during a chunk was sent before it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    spec: RoomSpec,
    /// What the voices have sent during the current chunk, left and right.
    sent: [Chunk; 2],
    /// What comes back during it.
    returned: [Chunk; 2],
    input: [Ring; 2],
    lines: [Ring; LINES],
    length: [usize; LINES],
    gain: [f32; LINES],
    /// What the lines are fed during the current chunk beside what is sent.
    feedback: [Chunk; LINES],
    damped: [f32; LINES],
    damping: f32,
    low: [f32; 2],
    low_cut: f32,
    early: [[(usize, f32); 4]; 2],
    /// Samples written to every ring; a multiple of a chunk.
    position: usize,
    /// How many of the last of them were zero in all rings.
    quiet: usize,
    longest: usize,
}

impl Room {
    pub(crate) fn new(spec: RoomSpec) -> Self {
        Self {
            spec,
            sent: [[0.0; CHUNK]; 2],
            returned: [[0.0; CHUNK]; 2],
            input: Default::default(),
            lines: Default::default(),
            length: [1; LINES],
            gain: [0.0; LINES],
            feedback: [[0.0; CHUNK]; LINES],
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
        let size = self.spec.size;
        let samples = |ms: f32| ((size * ms * 1e-3 * sample_rate) as usize).max(CHUNK);
        self.length = LINE_MS.map(samples);
        // Each pass through a line loses its share of the 60 dB; and the Hadamard matrix of eight
        // is made orthonormal.
        self.gain = self.length.map(|length| {
            decay::per_sample(self.spec.t60_s, sample_rate).powi(length as i32)
                / (LINES as f32).sqrt()
        });
        let follow = |hz: f32| 1.0 - (-std::f32::consts::TAU * hz / sample_rate).exp();
        self.damping = follow(DAMPING_HZ);
        self.low_cut = follow(LOW_CUT_HZ);
        self.early = [EARLY_LEFT, EARLY_RIGHT].map(|side| side.map(|(ms, g)| (samples(ms), g)));
        for (ring, taps) in self.input.iter_mut().zip(&self.early) {
            ring.resize(taps.iter().map(|tap| tap.0).max().unwrap_or(CHUNK));
        }
        for (ring, &length) in self.lines.iter_mut().zip(&self.length) {
            ring.resize(length);
        }
        let early = self.early.iter().flatten().map(|tap| tap.0);
        self.longest = early.chain(self.length).max().unwrap_or(CHUNK);
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        for ring in self.input.iter_mut().chain(&mut self.lines) {
            ring.samples.fill(0.0);
        }
        self.sent = [[0.0; CHUNK]; 2];
        self.returned = [[0.0; CHUNK]; 2];
        self.feedback = [[0.0; CHUNK]; LINES];
        self.damped = [0.0; LINES];
        self.low = [0.0; 2];
        self.position = 0;
        self.quiet = self.longest + CHUNK;
    }

    /// Whether anything still travels between the walls. When false, the rings hold zeros only.
    pub(crate) fn is_active(&self) -> bool {
        self.quiet < self.longest + CHUNK || self.sent.as_flattened().iter().any(|&x| x != 0.0)
    }

    /// Sends the first `frames` of `samples`, left and right, which belong at `at` of the current chunk, into the room
    /// and replaces them with what comes back.
    pub(crate) fn exchange(&mut self, at: usize, frames: usize, samples: &mut [Chunk; 2]) {
        for (side, samples) in samples.iter_mut().enumerate() {
            self.sent[side][at..at + frames].copy_from_slice(&samples[..frames]);
            samples[..frames].copy_from_slice(&self.returned[side][at..at + frames]);
        }
    }

    /// Takes in what was sent during the last chunk, and makes what comes back during the next.
    pub(crate) fn begin_chunk(&mut self) {
        if !self.is_active() {
            return;
        }
        self.take_in();
        let position = self.position;
        let mut heard: [Chunk; LINES] =
            std::array::from_fn(|i| self.lines[i].read(position.wrapping_sub(self.length[i])));
        for n in 0..CHUNK {
            for (heard, damped) in heard.iter_mut().zip(&mut self.damped) {
                *damped += self.damping * (heard[n] - *damped);
                heard[n] = *damped;
            }
        }
        self.damped = self.damped.map(|x| gate(x, TINY));
        self.feedback =
            std::array::from_fn(|i| std::array::from_fn(|n| heard[i][n] * self.gain[i]));
        hadamard(&mut self.feedback);
        for side in 0..2 {
            let mut out = [0.0; CHUNK];
            for (delay, gain) in self.early[side] {
                let reflection = self.input[side].read(position.wrapping_sub(delay));
                for n in 0..CHUNK {
                    out[n] += gain * reflection[n];
                }
            }
            let [a, b, c, d] = [0, 2, 4, 6].map(|line| &heard[line + side]);
            for n in 0..CHUNK {
                out[n] += LATE * (a[n] - b[n] + c[n] - d[n]);
            }
            self.returned[side] = out.map(|x| self.spec.level * x);
        }
    }

    /// Writes the last chunk into the rings.
    fn take_in(&mut self) {
        let mut sent = std::mem::replace(&mut self.sent, [[0.0; CHUNK]; 2]);
        for n in 0..CHUNK {
            for (sent, low) in sent.iter_mut().zip(&mut self.low) {
                *low += self.low_cut * (sent[n] - *low);
                sent[n] = gate(sent[n] - *low, GATE);
            }
        }
        self.low = self.low.map(|x| gate(x, TINY));
        let mut is_quiet = true;
        let mut write = |ring: &mut Ring, chunk: &Chunk| {
            ring.write(self.position, chunk);
            is_quiet &= *chunk == [0.0; CHUNK];
        };
        for (ring, sent) in self.input.iter_mut().zip(&sent) {
            write(ring, sent);
        }
        for (i, (ring, back)) in self.lines.iter_mut().zip(&self.feedback).enumerate() {
            write(ring, &std::array::from_fn(|n| gate(back[n] + sent[i % 2][n], GATE)));
        }
        self.position = self.position.wrapping_add(CHUNK);
        self.quiet = if is_quiet { self.quiet.saturating_add(CHUNK) } else { 0 };
        if self.quiet >= self.longest + CHUNK {
            self.damped = [0.0; LINES];
            self.low = [0.0; 2];
        }
    }
}

/// The last samples of an endless recording, written a chunk at a time and read from anywhere.
#[derive(Clone, Debug, Default)]
struct Ring {
    /// A power of two of samples, and the first chunk of them once more, so that no reading has to go around.
    samples: Vec<f32>,
}

impl Ring {
    /// Silence, long enough for readings that begin `delay` samples back. Allocates.
    fn resize(&mut self, delay: usize) {
        self.samples.clear();
        self.samples.resize((delay + CHUNK).next_power_of_two() + CHUNK, 0.0);
    }

    fn index(&self, position: usize) -> usize {
        position & (self.samples.len() - CHUNK - 1)
    }

    /// Writes the chunk at `position`, a multiple of a chunk.
    fn write(&mut self, position: usize, chunk: &Chunk) {
        let at = self.index(position);
        self.samples[at..at + CHUNK].copy_from_slice(chunk);
        if at == 0 {
            let end = self.samples.len() - CHUNK;
            self.samples[end..].copy_from_slice(chunk);
        }
    }

    /// The chunk that was written from `position` on.
    fn read(&self, position: usize) -> Chunk {
        let at = self.index(position);
        std::array::from_fn(|n| self.samples[at..at + CHUNK][n])
    }
}

/// Zero for what is smaller than `threshold`.
#[inline]
fn gate(x: f32, threshold: f32) -> f32 {
    if x.abs() < threshold { 0.0 } else { x }
}

/// The Hadamard transform across eight lines, sample by sample, not normalised.
#[inline]
fn hadamard(lines: &mut [Chunk; LINES]) {
    for span in [1, 2, 4] {
        for i in (0..LINES).filter(|i| i & span == 0) {
            let [a, b] = lines.get_disjoint_mut([i, i ^ span]).expect("two of the lines");
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_falls_60_db_in_about_its_t60_and_then_ends_in_exact_silence() {
        let mut room = Room::new(DRY);
        room.set_sample_rate(48_000.0);
        let mut left = vec![0.0; 48_000 * 2];
        for (i, left) in left.chunks_mut(CHUNK).enumerate() {
            let mut samples = [[0.0; CHUNK]; 2];
            if i == 0 {
                samples[0][0] = 1.0;
                samples[1][0] = 1.0;
            }
            room.begin_chunk();
            room.exchange(0, CHUNK, &mut samples);
            left.copy_from_slice(&samples[0]);
        }
        let rms = |from: f32, to: f32| {
            let part = &left[(from * 48e3) as usize..(to * 48e3) as usize];
            (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt()
        };
        let fall_db = 20.0 * (rms(0.25, 0.3) / rms(0.05, 0.1)).log10();
        // The damping makes it steeper than 0.2 s of its T60 alone.
        assert!((-50.0..-25.0).contains(&fall_db), "{fall_db}");
        assert!(!room.is_active());
        assert!(left[90_000..].iter().all(|&x| x == 0.0));
    }
}
