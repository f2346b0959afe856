//! The notes that sound, and the note-offs owed for them.
//!
//! One note per instrument at most. A note-off that the sink refuses stays owed and is offered
//! again from the first sample of the next block on, and before the instrument's next note-on, until
//! it is accepted. Lengths are counted in samples, so that notes end whatever the transport does.

use groove::{INSTRUMENTS, Instrument, SampleOffset};

/// What the engine tells the outside, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// An instrument is struck.
    NoteOn {
        /// When, within the block.
        at: SampleOffset,
        /// What is struck; its MIDI key is [`Instrument::key`].
        instrument: Instrument,
        /// How hard, `[1/127, 1]`: never 0, which MIDI takes for a note-off.
        velocity: f32,
    },
    /// An instrument's note ends.
    NoteOff {
        /// When, within the block.
        at: SampleOffset,
        /// Whose note.
        instrument: Instrument,
    },
}

impl Event {
    /// When it happens, within the block.
    pub const fn at(&self) -> SampleOffset {
        match *self {
            Self::NoteOn { at, .. } | Self::NoteOff { at, .. } => at,
        }
    }
}

/// A note that the sink has accepted and that has not ended.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// When it ends, in samples from the start of the block.
    end: u64,
    /// Whether its end was refused in this block.
    is_refused: bool,
}

/// All notes held.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    held: [Option<Held>; INSTRUMENTS],
}

impl Notes {
    pub(crate) const fn new() -> Self {
        Self { held: [None; INSTRUMENTS] }
    }

    /// Begins a block: what was refused may be offered again.
    pub(crate) fn begin_block(&mut self) {
        for held in self.held.iter_mut().flatten() {
            held.is_refused = false;
        }
    }

    /// Ends every note that ends before `before`, in order.
    pub(crate) fn end_due(&mut self, before: u64, sink: &mut impl FnMut(Event) -> bool) {
        while let Some((instrument, end)) = self.next_end().filter(|&(_, end)| end < before) {
            self.end(instrument, offset(end), sink);
        }
    }

    /// Ends every note at `at`. The caller has ended those due before.
    pub(crate) fn end_all(&mut self, at: u64, sink: &mut impl FnMut(Event) -> bool) {
        for held in self.held.iter_mut().flatten() {
            held.end = held.end.min(at);
        }
        self.end_due(at + 1, sink);
    }

    /// Has every note end at the next block's first sample.
    pub(crate) fn owe_all(&mut self) {
        for held in self.held.iter_mut().flatten() {
            held.end = 0;
        }
    }

    /// Strikes `instrument` at `at`, to end `length` samples later. Its note that still sounds ends
    /// first; if that is refused, so would this be, and it is not struck.
    pub(crate) fn strike(
        &mut self,
        instrument: Instrument,
        velocity: f32,
        at: u64,
        length: u64,
        sink: &mut impl FnMut(Event) -> bool,
    ) {
        let is_free = match self.held[instrument.index()] {
            None => true,
            Some(held) => !held.is_refused && self.end(instrument, offset(at), sink),
        };
        if is_free && sink(Event::NoteOn { at: offset(at), instrument, velocity }) {
            let held = Held { end: at + length.max(1), is_refused: false };
            self.held[instrument.index()] = Some(held);
        }
    }

    /// Ends a block of `frames` samples.
    pub(crate) fn end_block(&mut self, frames: u64, sink: &mut impl FnMut(Event) -> bool) {
        self.end_due(frames, sink);
        for held in self.held.iter_mut().flatten() {
            held.end = held.end.saturating_sub(frames);
        }
    }

    /// Whether nothing sounds and nothing is owed.
    pub(crate) fn is_silent(&self) -> bool {
        self.held.iter().all(Option::is_none)
    }

    /// The note that ends next, of those that may be offered.
    fn next_end(&self) -> Option<(Instrument, u64)> {
        Instrument::ALL
            .into_iter()
            .filter_map(|instrument| Some((instrument, self.held[instrument.index()]?)))
            .filter(|(_, held)| !held.is_refused)
            .map(|(instrument, held)| (instrument, held.end))
            .min_by_key(|&(_, end)| end)
    }

    /// Offers a note-off. Returns whether it was accepted; if not, it is owed from now on.
    fn end(
        &mut self,
        instrument: Instrument,
        at: SampleOffset,
        sink: &mut impl FnMut(Event) -> bool,
    ) -> bool {
        let is_accepted = sink(Event::NoteOff { at, instrument });
        self.held[instrument.index()] =
            if is_accepted { None } else { Some(Held { end: 0, is_refused: true }) };
        is_accepted
    }
}

fn offset(samples: u64) -> SampleOffset {
    SampleOffset(u32::try_from(samples).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(at: u32, instrument: Instrument) -> Event {
        Event::NoteOff { at: SampleOffset(at), instrument }
    }

    #[test]
    fn a_note_ends_its_length_later_even_blocks_later() {
        let mut notes = Notes::new();
        let mut events = Vec::new();
        notes.begin_block();
        notes.strike(Instrument::Kick, 0.5, 3, 10, &mut |_| true);
        notes.end_block(8, &mut |event| {
            events.push(event);
            true
        });
        assert_eq!(events, []);
        notes.begin_block();
        notes.end_block(8, &mut |event| {
            events.push(event);
            true
        });
        assert_eq!(events, [off(5, Instrument::Kick)]);
        assert!(notes.is_silent());
    }

    #[test]
    fn a_refused_end_is_owed_until_it_is_accepted() {
        let mut notes = Notes::new();
        notes.strike(Instrument::Snare, 0.5, 0, 1, &mut |_| true);
        let mut offers = 0;
        for _ in 0..3 {
            notes.begin_block();
            notes.end_block(64, &mut |_| {
                offers += 1;
                false
            });
        }
        assert_eq!(offers, 3);
        let mut events = Vec::new();
        notes.begin_block();
        notes.end_block(64, &mut |event| {
            events.push(event);
            true
        });
        assert_eq!(events, [off(0, Instrument::Snare)]);
        assert!(notes.is_silent());
    }

    #[test]
    fn striking_again_ends_the_first_note() {
        let mut notes = Notes::new();
        let mut events = Vec::new();
        let mut sink = |event| {
            events.push(event);
            true
        };
        notes.strike(Instrument::Ride, 0.5, 0, 100, &mut sink);
        notes.strike(Instrument::Ride, 0.6, 40, 100, &mut sink);
        assert_eq!(events[1], off(40, Instrument::Ride));
        assert_eq!(events.len(), 3);
    }
}
