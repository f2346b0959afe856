//! The notes that sound: struck, ended, and owed to a host that refuses their ends.

use groove::Articulation::{Choke, Plain};
use groove::Instrument;

use super::Drummer;
use super::due::Due;
use crate::case::Block;

/// A note that sounds, by absolute samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) channel: u8,
    pub(super) key: u8,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) is_refused_in_this_block: bool,
}

impl Drummer<'_> {
    pub(super) fn strike(&mut self, hit: Due, at: u32, step: f64, is_muted: bool, block: &Block) {
        let (_, bar, played_step, instrument, hit) = hit;
        let playing = &block.playing;
        let lane = playing.lanes.0[instrument.index()];
        let is_any_solo = playing.lanes.0.iter().any(|lane| lane.is_solo);
        if is_muted || !lane.is_on || lane.velocity <= 0.0 || (is_any_solo && !lane.is_solo) {
            return;
        }
        let now = self.now + u64::from(at);
        for other in Instrument::ALL {
            let group = playing.lanes.0[other.index()].choke;
            if other != instrument
                && lane.choke != 0
                && group == lane.choke
                && let Some(held) = &mut self.notes[other.index()]
            {
                held.end = held.end.min(now.max(held.start + 1));
            }
        }
        self.end_due(at, block);
        // A map may have a key for this articulation; the plain one, and what it has none for, is on the lane's.
        let articulation = hit.articulation();
        let key = match lane.note_map {
            Some(map) if map.key(instrument, articulation) != map.key(instrument, Plain) => {
                map.key(instrument, articulation)
            }
            _ => lane.key,
        };
        // One note per instrument, and one per key.
        for other in Instrument::ALL {
            let Some(held) = self.notes[other.index()] else { continue };
            let is_in_the_way =
                other == instrument || (held.channel, held.key) == (playing.channel, key);
            if is_in_the_way && (held.is_refused_in_this_block || !self.end(other, now, block)) {
                return;
            }
        }
        if block.refusal.ons & instrument.bit() != 0 {
            return;
        }
        let velocity =
            playing.velocity_settings.velocity(bar, played_step, instrument, hit, lane.velocity);
        // A sample at least, also where a length of 0 meets a tempo of 0; five seconds at 48 kHz at most.
        // A cymbal that is grabbed rings for an 8th.
        let length = if articulation == Choke { 0.5 } else { playing.note_length.0 };
        let sounds_for = ((length / step).round() as u64).clamp(1, 240_000);
        let channel = playing.channel;
        self.notes[instrument.index()] = Some(Held {
            channel,
            key,
            start: now,
            end: now + sounds_for,
            is_refused_in_this_block: false,
        });
        self.heard.push((now, (instrument, channel, key, Some(velocity.to_bits()))));
    }

    pub(super) fn end_due(&mut self, at: u32, block: &Block) {
        let now = self.now + u64::from(at);
        for instrument in Instrument::ALL {
            if let Some(held) = self.notes[instrument.index()]
                && held.end <= now
                && !held.is_refused_in_this_block
            {
                self.end(instrument, now, block);
            }
        }
    }

    pub(super) fn end_all(&mut self, at: u32, block: &Block) {
        for held in self.notes.iter_mut().flatten() {
            held.end = held.end.min(self.now + u64::from(at));
        }
        self.end_due(at, block);
    }

    /// Ends a note, unless the host refuses: then it is owed from the next block on.
    pub(super) fn end(&mut self, instrument: Instrument, now: u64, block: &Block) -> bool {
        let held = self.notes[instrument.index()].as_mut().unwrap();
        if block.refusal.offs & instrument.bit() != 0 {
            held.is_refused_in_this_block = true;
            held.end = held.end.min(now);
            return false;
        }
        self.heard.push((now, (instrument, held.channel, held.key, None)));
        self.notes[instrument.index()] = None;
        true
    }
}
