//! Tempo maps: from a file's ticks to seconds.

use crate::time::Ticks;

/// Microseconds to the quarter note where a file says nothing: 120 BPM, by the standard.
const DEFAULT_MICROSECONDS_PER_BEAT: u32 = 500_000;

/// From ticks to seconds, in double precision.
///
/// The order of the floating-point operations is that of pretty_midi 0.2.11, which made the published
/// `seed` windows: a note half-way between two grid times falls to one or the other by the last
/// bit of its time.
#[derive(Clone, Debug, PartialEq)]
pub struct TempoMap {
    ticks_per_beat: f64,
    /// Stretches of constant tempo in order of time; the first begins at tick 0.
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    start: Ticks,
    start_seconds: f64,
    seconds_per_tick: f64,
}

impl Stretch {
    fn seconds(&self, ticks: Ticks) -> f64 {
        self.start_seconds + self.seconds_per_tick * (ticks.0 - self.start.0) as f64
    }
}

impl TempoMap {
    /// The map of a file with `ticks_per_beat` (not 0) and these tempo changes, (when, microseconds to
    /// the quarter note, not 0), in order of time.
    pub(super) fn new(ticks_per_beat: u16, changes: &[(Ticks, u32)]) -> Self {
        let ticks_per_beat = f64::from(ticks_per_beat);
        let seconds_per_tick =
            |microseconds: u32| 60.0 / ((6e7 / f64::from(microseconds)) * ticks_per_beat);
        let mut stretches = vec![Stretch {
            start: Ticks(0),
            start_seconds: 0.0,
            seconds_per_tick: seconds_per_tick(DEFAULT_MICROSECONDS_PER_BEAT),
        }];
        for &(start, microseconds) in changes {
            let seconds_per_tick = seconds_per_tick(microseconds);
            let last = stretches.last_mut().expect("there is always a first stretch");
            if last.start == start {
                last.seconds_per_tick = seconds_per_tick;
            } else if last.seconds_per_tick != seconds_per_tick {
                let start_seconds = last.seconds(start);
                stretches.push(Stretch { start, start_seconds, seconds_per_tick });
            }
        }
        Self { ticks_per_beat, stretches }
    }

    /// The time of `ticks` in seconds from tick 0.
    pub fn seconds(&self, ticks: Ticks) -> f64 {
        let after = self.stretches.partition_point(|stretch| stretch.start <= ticks);
        self.stretches[after - 1].seconds(ticks)
    }

    /// The length in seconds of the quarter note that begins at `ticks`, tempo changes within it
    /// included.
    pub fn beat_seconds(&self, ticks: Ticks) -> f64 {
        let start = self.seconds(ticks);
        let beat =
            |stretch: &Stretch| 60.0 / (60.0 / (stretch.seconds_per_tick * self.ticks_per_beat));
        let mut index = self.stretches.partition_point(|stretch| stretch.start <= ticks) - 1;
        let mut end = start;
        let mut remaining = 1.0;
        while let Some(next) = self.stretches.get(index + 1) {
            let length = beat(&self.stretches[index]);
            if end + remaining * length < next.start_seconds {
                break;
            }
            remaining -= (next.start_seconds - end) / length;
            end = next.start_seconds;
            index += 1;
        }
        end + remaining * beat(&self.stretches[index]) - start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_tempo_runs_at_120_bpm() {
        let map = TempoMap::new(480, &[]);
        assert_eq!(map.seconds(Ticks(960)), 1.0);
        assert_eq!(map.beat_seconds(Ticks(77)), 0.5);
    }

    #[test]
    fn seconds_add_up_over_tempo_changes() {
        // A beat at 120 BPM, two at 60 BPM, then 240 BPM.
        let changes = [(Ticks(100), 1_000_000), (Ticks(300), 250_000)];
        let map = TempoMap::new(100, &changes);
        for (ticks, seconds) in
            [(0, 0.0), (50, 0.25), (100, 0.5), (200, 1.5), (300, 2.5), (500, 3.0)]
        {
            assert!((map.seconds(Ticks(ticks)) - seconds).abs() < 1e-12, "tick {ticks}");
        }
    }

    #[test]
    fn a_tempo_change_within_a_beat_counts_for_its_part_of_the_beat() {
        let map = TempoMap::new(100, &[(Ticks(125), 1_000_000), (Ticks(150), 250_000)]);
        // A quarter of it at .5 s to the beat, a quarter at 1 s, half at .25 s.
        assert!((map.beat_seconds(Ticks(100)) - (0.125 + 0.25 + 0.125)).abs() < 1e-12);
        assert!((map.beat_seconds(Ticks(0)) - 0.5).abs() < 1e-12);
        assert!((map.beat_seconds(Ticks(150)) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn of_several_tempos_at_one_tick_the_last_holds() {
        let map = TempoMap::new(100, &[(Ticks(0), 1_000_000), (Ticks(0), 250_000)]);
        assert_eq!(map.seconds(Ticks(100)), 0.25);
    }
}
