//! The `seed` windowing: the published procedure, kept so that results can be compared with it.
//!
//! It knows no bar lines: the first onset is the origin, and the first quarter note there sets the length
//! of every step to the end of the file. Notes that sound on are struck on every step they cover.

use groove::midi::{DRUM_CHANNEL, Note, Performance, Track};
use groove::{
    BARS, Hit, INSTRUMENTS, Instrument, MAX_STEPS, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT,
    SequenceTooLong, StepHit, StepSequence, Ticks,
};

/// The drum tracks of `performance` on the grid, each by itself; none if it is not in 4/4.
pub(super) fn sequences(performance: &Performance) -> Result<Vec<StepSequence>, SequenceTooLong> {
    let origin = performance.notes().filter(|note| has_length(note)).map(|note| note.start).min();
    let Some(origin) = origin.filter(|_| performance.begins_in_four_four()) else {
        return Ok(Vec::new());
    };
    let grid = Grid::new(performance.tempo.seconds(origin), performance.tempo.beat_seconds(origin));
    let drum_tracks = performance.tracks.iter().filter(|track| drums(track).next().is_some());
    drum_tracks.map(|track| sequence(performance, track, grid)).collect()
}

/// The published procedure knows a note only by a note-off later than its note-on.
fn has_length(note: &Note) -> bool {
    note.end.is_some_and(|end| end > note.start)
}

fn drums(track: &Track) -> impl Iterator<Item = &Note> {
    track.notes.iter().filter(|note| note.channel == DRUM_CHANNEL && has_length(note))
}

fn sequence(
    performance: &Performance,
    track: &Track,
    grid: Grid,
) -> Result<StepSequence, SequenceTooLong> {
    let seconds = |ticks: Ticks| performance.tempo.seconds(ticks);
    let last_note_end = drums(track).filter_map(|note| note.end).max();
    let last_control = track.last_control[usize::from(DRUM_CHANNEL)];
    let end = last_note_end.max(last_control).map_or(grid.origin, seconds);
    let len = grid.steps_to(end)?;
    let mut hits = Vec::new();
    // How far each instrument is struck already: long notes that overlap must not cost memory each.
    let mut struck = [0; INSTRUMENTS];
    for note in drums(track) {
        let Some(instrument) = Instrument::from_key(note.key) else { continue };
        let velocity = f32::from(note.velocity) / 127.0;
        let start_seconds = seconds(note.start);
        let start = grid.nearest(start_seconds, len);
        let offset = (start_seconds - grid.time(start)) / grid.step;
        let hit = Hit::new(velocity, offset as f32);
        hits.push(StepHit { step: start as u32, instrument, hit });

        let end = note.end.map_or(start, |end| grid.nearest(seconds(end), len));
        let struck = &mut struck[instrument.index()];
        let hit = Hit::new(velocity, 0.0);
        let rest = (start + 1).max(*struck)..end;
        hits.extend(rest.map(|step| StepHit { step: step as u32, instrument, hit }));
        *struck = (*struck).max(end);
    }
    StepSequence::new(len, hits)
}

/// Grid times, in seconds.
///
/// Performances quantised to 480 ticks a beat often lie exactly half-way between two grid times, where
/// the last bit decides. So each operation is rounded as in the published procedure: the rate of
/// steps is computed first, its reciprocal is the step, and numpy's `arange(origin, .., step)` spaces
/// its numbers by the difference between the first two.
#[derive(Clone, Copy)]
struct Grid {
    origin: f64,
    step: f64,
}

impl Grid {
    fn new(origin: f64, beat: f64) -> Self {
        let steps_per_second = STEPS_PER_BEAT as f64 / beat;
        let step = 1.0 / steps_per_second;
        Self { origin, step: (origin + step) - origin }
    }

    fn time(self, step: u64) -> f64 {
        self.origin + step as f64 * self.step
    }

    /// The number of grid times up to and including the first at or beyond `end`.
    fn steps_to(self, end: f64) -> Result<u64, SequenceTooLong> {
        let steps = (end - self.origin) / self.step;
        if steps > MAX_STEPS as f64 {
            return Err(SequenceTooLong { steps: steps as u64 });
        }
        // The division may be off by one either way.
        let mut step = (steps as u64).saturating_sub(1);
        while self.time(step) < end {
            step += 1;
        }
        Ok(step + 1)
    }

    /// The step of the first `len` whose time is nearest to `seconds`, the earlier of two equally near.
    fn nearest(self, seconds: f64, len: u64) -> u64 {
        let near = ((seconds - self.origin) / self.step) as u64;
        let mut nearest = near.saturating_sub(1).min(len - 1);
        for step in nearest + 1..(near + 3).min(len) {
            if (self.time(step) - seconds).abs() < (self.time(nearest) - seconds).abs() {
                nearest = step;
            }
        }
        nearest
    }
}

/// Where windows begin: every `hop` steps from the origin on, as long as 64 steps are left, and only where
/// each bar strikes something on enough of its steps.
pub(super) fn starts(sequence: &StepSequence, hop: usize) -> impl Iterator<Item = u32> + '_ {
    let starts = 0..(sequence.len() + 1).saturating_sub(STEPS);
    starts.step_by(hop).filter(|&start| is_kept(sequence, start)).map(|start| start as u32)
}

/// Whether at most 14.4 of the 16 steps of each bar are empty.
fn is_kept(sequence: &StepSequence, start: usize) -> bool {
    (0..BARS).all(|bar| {
        let first = start + bar * STEPS_PER_BAR;
        let hits = sequence.hits_between(first, first + STEPS_PER_BAR);
        let struck = hits.chunk_by(|a, b| a.step == b.step).count();
        (STEPS_PER_BAR - struck) as f64 <= 0.9 * STEPS_PER_BAR as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of 4 ticks to the step and `tempo` microseconds to the beat, with these track events.
    fn read(tempo: [u8; 3], events: &[u8]) -> Performance {
        let mut track = vec![0, 0xFF, 0x51, 3, tempo[0], tempo[1], tempo[2]];
        track.extend(events);
        let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x10MTrk".to_vec();
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(track);
        Performance::read(&bytes).unwrap()
    }

    const HALF_A_SECOND: [u8; 3] = [0x07, 0xA1, 0x20];

    #[test]
    fn a_note_is_struck_on_every_step_it_covers_and_the_first_onset_is_the_origin() {
        // A kick at tick 8 for 9 ticks (two steps and a bit); a ride a step later for one tick.
        let events = [8, 0x99, 36, 100, 4, 51, 50, 1, 51, 0, 4, 36, 0];
        let sequences = sequences(&read(HALF_A_SECOND, &events)).unwrap();
        let tokens: Vec<u16> =
            sequences[0].pattern(0).tokens().iter().map(|token| token.value()).take(4).collect();
        assert_eq!(tokens, [256, 257, 0, 0]);
        assert_eq!(sequences[0].len(), 4); // grid times 0, 4, 8 and, beyond the end at 9, 12
    }

    #[test]
    fn a_note_half_way_between_two_steps_goes_to_the_earlier() {
        let events = [0, 0x99, 36, 100, 2, 36, 0, 4, 38, 100, 1, 38, 0];
        let sequences = sequences(&read(HALF_A_SECOND, &events)).unwrap();
        assert_eq!(sequences[0].pattern(0).token(1).value(), 128);
    }

    #[test]
    fn absurd_lengths_and_tempos_are_refused_before_they_cost_memory() {
        let day = [0, 0x99, 36, 100, 0xFF, 0xFF, 0xFF, 0x7F, 36, 0];
        assert!(sequences(&read(HALF_A_SECOND, &day)).is_err());
        // A step of 16 nanoseconds after hours of another tempo is lost in the last bit of the time.
        let mut late = vec![0x8F, 0xFF, 0xFF, 0x7F, 0xFF, 0x51, 3, 0, 0, 1];
        late.extend([0, 0x99, 36, 100, 4, 36, 0]);
        assert!(sequences(&read([0xFF, 0xFF, 0xFF], &late)).is_ok_and(|found| found.len() == 1));
    }
}
