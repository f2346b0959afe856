//! Song position of the standalone.

use engine::Transport;
use groove::Beats;

use crate::params::clock::Clock;

/// Song position of the standalone. Owned by the audio thread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Position {
    at: Beats,
    /// Sample rate of the block before; 0 before the first.
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

    /// The sample rate, if it has changed since the last block. Under JACK it is the server's, but
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
    use crate::params::clock::DEFAULT_TEMPO;

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
