//! The notes that sound, and the note-offs owed for them.
//!
//! One note per instrument at most, and one per channel and key. A note ends on the channel and key it
//! began on, whatever has been set since. A note-off that the sink refuses stays owed and is offered
//! again from the first sample of the next block on, and before the next note-on that it stands in the
//! way of, until it is accepted. Lengths are counted in samples, so that notes end whatever the
//! transport does.

use groove::{Articulation, INSTRUMENTS, Instrument, SampleOffset};

/// What the engine tells the outside, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// An instrument is struck.
    NoteOn {
        /// When, within the block.
        at: SampleOffset,
        /// What is struck.
        instrument: Instrument,
        /// How hard, `[1/127, 1]`: never 0, which MIDI takes for a note-off.
        velocity: f32,
        /// In which way.
        articulation: Articulation,
        /// Where the note is sent.
        address: Address,
    },
    /// An instrument's note ends.
    NoteOff {
        /// When, within the block.
        at: SampleOffset,
        /// Whose note.
        instrument: Instrument,
        /// In which way it was struck: of a [choke](Articulation::Choke) this is the grab.
        articulation: Articulation,
        /// Where its note-on was sent.
        address: Address,
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

/// The MIDI channel and key of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// `0..16`.
    pub channel: u8,
    /// `0..128`.
    pub key: u8,
}

/// A note to be struck.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) instrument: Instrument,
    pub(crate) velocity: f32,
    pub(crate) articulation: Articulation,
    pub(crate) address: Address,
    /// How many samples it lasts, if nothing ends it before.
    pub(crate) length: u64,
}

/// A note that the sink has accepted and that has not ended.
#[derive(Clone, Copy, Debug)]
struct Held {
    address: Address,
    articulation: Articulation,
    /// Whether it began at this sample of the block, if in this block.
    start: Option<u64>,
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
            (held.start, held.end) = (None, 0);
        }
    }

    /// Has the notes of the instruments that `is_choked` end at `at`; those that began there, too, a
    /// sample later, for a note that ends where it begins is lost on some instruments. The caller ends
    /// those due.
    pub(crate) fn choke(&mut self, at: u64, is_choked: impl Fn(Instrument) -> bool) {
        for (instrument, held) in Instrument::ALL.into_iter().zip(&mut self.held) {
            if let Some(held) = held.as_mut().filter(|_| is_choked(instrument)) {
                let shortest = held.start.map_or(0, |start| start + 1);
                held.end = held.end.min(at.max(shortest));
            }
        }
    }

    /// Strikes a note at `at`. A note of its instrument or on its address that still sounds ends
    /// first; if that is refused, so would this be, and it is not struck.
    pub(crate) fn strike(&mut self, stroke: Stroke, at: u64, sink: &mut impl FnMut(Event) -> bool) {
        let Stroke { instrument, velocity, articulation, address, length } = stroke;
        for other in Instrument::ALL {
            let Some(held) = self.held[other.index()] else { continue };
            let is_in_the_way = other == instrument || held.address == address;
            if is_in_the_way && (held.is_refused || !self.end(other, offset(at), sink)) {
                return;
            }
        }
        let note_on = Event::NoteOn { at: offset(at), instrument, velocity, articulation, address };
        if sink(note_on) {
            let end = at + length.max(1);
            let start = Some(at);
            let held = Held { address, articulation, start, end, is_refused: false };
            self.held[instrument.index()] = Some(held);
        }
    }

    /// Ends a block of `frames` samples.
    pub(crate) fn end_block(&mut self, frames: u64, sink: &mut impl FnMut(Event) -> bool) {
        self.end_due(frames, sink);
        for held in self.held.iter_mut().flatten() {
            (held.start, held.end) = (None, held.end.saturating_sub(frames));
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
        let Some(held) = &mut self.held[instrument.index()] else { return true };
        let Held { address, articulation, .. } = *held;
        let is_accepted = sink(Event::NoteOff { at, instrument, articulation, address });
        if is_accepted {
            self.held[instrument.index()] = None;
        } else {
            (held.end, held.is_refused) = (0, true);
        }
        is_accepted
    }
}

fn offset(samples: u64) -> SampleOffset {
    SampleOffset(u32::try_from(samples).unwrap_or(u32::MAX))
}
