//! The transport of the standalone, which has no host to ask: played, stopped and set in the window, read by
//! the audio thread.
//!
//! nice-plug's standalone reports a song that plays from the start on at the tempo of its command line (under
//! JACK: the server's transport). Of that only the first tempo is taken. In hosts a [`Clock`] is never in charge.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use engine::Transport;
use groove::Beats;

/// The slowest and the fastest tempo, in quarter notes a minute.
pub const TEMPOS: (f64, f64) = (20.0, 300.0);
/// The tempo until one is known.
pub const DEFAULT_TEMPO: f64 = 120.0;

/// What the window sets. Any thread may read and write it at any time.
#[derive(Debug)]
pub struct Clock {
    is_in_charge: AtomicBool,
    is_playing: AtomicBool,
    /// Bits of the quarter notes a minute; NaN until one is known.
    tempo: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            is_in_charge: AtomicBool::new(false),
            is_playing: AtomicBool::new(false),
            tempo: AtomicU64::new(f64::NAN.to_bits()),
        }
    }
}

impl Clock {
    /// Whether this is the transport, for want of a host's.
    pub fn is_in_charge(&self) -> bool {
        self.is_in_charge.load(Ordering::Relaxed)
    }

    /// Says whether there is a host.
    pub fn take_charge(&self, is_in_charge: bool) {
        self.is_in_charge.store(is_in_charge, Ordering::Relaxed);
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Relaxed)
    }

    /// Plays, from the start, or stops.
    pub fn play(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Relaxed);
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> f64 {
        let tempo = f64::from_bits(self.tempo.load(Ordering::Relaxed));
        if tempo.is_nan() { DEFAULT_TEMPO } else { tempo }
    }

    /// Sets the quarter notes a minute: the nearest of [`TEMPOS`], nothing if it is not a number.
    pub fn set_tempo(&self, tempo: f64) {
        if !tempo.is_nan() {
            let tempo = tempo.clamp(TEMPOS.0, TEMPOS.1);
            self.tempo.store(tempo.to_bits(), Ordering::Relaxed);
        }
    }

    /// The tempo of the command line, unless the user was quicker.
    fn begin_at(&self, tempo: Option<f64>) {
        if let Some(tempo) = tempo
            && f64::from_bits(self.tempo.load(Ordering::Relaxed)).is_nan()
        {
            self.set_tempo(tempo);
        }
    }
}

/// Where in its song the standalone is. The audio thread has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Position {
    at: Beats,
    /// That of the block before; 0 before the first.
    sample_rate: f64,
}

impl Position {
    /// The transport of the next `frames` samples, as `clock` has it. `reported` is the wrapper's.
    pub(crate) fn advance(
        &mut self,
        clock: &Clock,
        reported: &Transport,
        frames: u32,
    ) -> Transport {
        clock.begin_at(reported.tempo);
        let (is_playing, tempo) = (clock.is_playing(), clock.tempo());
        if !is_playing {
            self.at = Beats(0.0);
        }
        let transport = Transport {
            is_playing,
            position: Some(self.at),
            tempo: Some(tempo),
            loop_range: None,
            sample_rate: reported.sample_rate,
        };
        if is_playing {
            self.at = self.at + Beats(f64::from(frames) * tempo / (60.0 * reported.sample_rate));
        }
        transport
    }

    /// The sample rate where it is another than in the block before. Under JACK that is the server's, while
    /// nice-plug 0.4.2 activates with the one of the command line.
    pub(crate) fn new_sample_rate(&mut self, reported: &Transport) -> Option<f32> {
        let is_new = self.sample_rate != reported.sample_rate;
        self.sample_rate = reported.sample_rate;
        is_new.then_some(reported.sample_rate as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORTED: Transport = Transport {
        is_playing: true,
        position: Some(Beats(123.0)),
        tempo: Some(90.0),
        loop_range: None,
        sample_rate: 48_000.0,
    };

    /// The positions at which `blocks` begin.
    fn positions(clock: &Clock, position: &mut Position, blocks: &[u32]) -> Vec<f64> {
        blocks
            .iter()
            .map(|&frames| position.advance(clock, &REPORTED, frames).position.unwrap().0)
            .collect()
    }

    #[test]
    fn it_stands_until_it_is_played_and_begins_at_the_start_each_time() {
        let (clock, mut position) = <(Clock, Position)>::default();
        assert_eq!(positions(&clock, &mut position, &[512, 512]), [0.0, 0.0]);
        assert!(!position.advance(&clock, &REPORTED, 512).is_playing);
        clock.play(true);
        // At 90 quarter notes a minute one lasts 32,000 samples.
        assert_eq!(positions(&clock, &mut position, &[16_000, 8_000, 1]), [0.0, 0.5, 0.75]);
        clock.play(false);
        assert!(!position.advance(&clock, &REPORTED, 512).is_playing);
        clock.play(true);
        assert_eq!(positions(&clock, &mut position, &[512]), [0.0]);
    }

    #[test]
    fn the_tempo_begins_as_the_command_line_says_and_then_is_the_user_s() {
        let (clock, mut position) = <(Clock, Position)>::default();
        assert_eq!(clock.tempo(), DEFAULT_TEMPO);
        assert_eq!(position.advance(&clock, &REPORTED, 1).tempo, Some(90.0));
        clock.play(true);
        assert_eq!(positions(&clock, &mut position, &[32_000, 32_000]), [0.0, 1.0]);
        clock.set_tempo(180.0);
        // No jump: the beats that have passed stay passed.
        assert_eq!(positions(&clock, &mut position, &[16_000, 1]), [2.0, 3.0]);
        assert_eq!(position.advance(&clock, &REPORTED, 1).tempo, Some(180.0));
    }

    #[test]
    fn the_sample_rate_that_is_played_at_counts_not_the_one_announced() {
        let mut position = Position::default();
        assert_eq!(position.new_sample_rate(&REPORTED), Some(48_000.0));
        assert_eq!(position.new_sample_rate(&REPORTED), None);
        let other = Transport { sample_rate: 44_100.0, ..REPORTED };
        assert_eq!(position.new_sample_rate(&other), Some(44_100.0));
    }

    #[test]
    fn tempos_without_sense_are_brought_to_sense() {
        let clock = Clock::default();
        for (set, is) in [(0.0, 20.0), (1e9, 300.0), (f64::INFINITY, 300.0), (97.5, 97.5)] {
            clock.set_tempo(set);
            assert_eq!(clock.tempo(), is);
        }
        clock.set_tempo(f64::NAN);
        assert_eq!(clock.tempo(), 97.5);
    }
}
