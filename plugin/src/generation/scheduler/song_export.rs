//! The whole song as notes: what a bounce of it plays.

use std::sync::Arc;

use engine::{CYCLES, Engine, Event, Offer, PlayMode, Playing, Score, Song, Transport};
use groove::midi::SoundedNote;
use groove::sequencer::GRID_PER_BEAT;
use groove::{Articulation, Beats, INSTRUMENTS, Pattern};

use super::{Scheduler, StepResult};
use crate::files::midi_export::{SongNotes, foot, spare_pedal};
use crate::generation::weights::Decode;
use crate::handoff::answer::ReadySong;
use crate::state::request::GrooveRequest;

/// Samples to the beat: half a tick of the files that are written.
const PER_BEAT: u32 = 1920;

/// So many to the block.
const BLOCK: u32 = PER_BEAT / 4;

/// The most steps of work for a block: some decodes.
const MOST_STEPS: usize = 1000;

impl Scheduler {
    /// The notes of the song from its beginning to its end, once, as `playing` has them; `None` without a song. The answer
    /// is another one after it.
    pub(crate) fn song_notes(
        &mut self,
        request: &GrooveRequest,
        playing: Playing,
        weights: Option<&impl Decode>,
    ) -> Option<SongNotes> {
        let playing = Playing { mode: PlayMode::Transport, is_muted: false, ..playing };
        let mut engine = Engine::new(Score::steady(Pattern::EMPTY));
        let mut ready: Option<Arc<ReadySong>> = None;
        let mut song: Option<Song> = None;
        let mut struck: [Option<SoundedNote>; INSTRUMENTS] = [None; INSTRUMENTS];
        let mut notes = Vec::new();
        let mut now = 0_u64;
        loop {
            let position = now as f64 / f64::from(PER_BEAT);
            let length = song.as_ref().map(|song| song.length() as f64 / GRID_PER_BEAT as f64);
            let is_over = length.is_some_and(|length| position >= length);
            let transport = Transport {
                is_playing: !is_over,
                position: Some(Beats(position)),
                tempo: Some(60.0),
                loop_range: None,
                sample_rate: PER_BEAT.into(),
            };
            let needed = engine.cycles(&transport, &playing, song.as_ref(), BLOCK);
            self.need(needed.map(|needed| needed.section));
            self.work_off(request, needed.map(|needed| needed.cycle), weights);
            let newest = self.answer()?.song.clone()?;
            if ready.as_ref().is_none_or(|ready| ready.version != newest.version) {
                let once = newest.song.once();
                let offer = match ready {
                    None => Offer::Change(playing.quantise),
                    Some(_) => Offer::Refresh,
                };
                engine.follow(&once, offer);
                (song, ready) = (Some(once), Some(newest));
            }
            engine.process(&transport, &playing, song.as_ref(), &[], BLOCK, &mut |event| {
                let at = (now + u64::from(event.at().0)) as f64 / f64::from(PER_BEAT);
                match event {
                    Event::NoteOn { instrument, velocity, articulation, address, .. } => {
                        struck[instrument.index()] = Some(SoundedNote {
                            start: Beats(at),
                            length: Beats(0.0),
                            channel: address.channel,
                            key: address.key,
                            velocity,
                            foot: foot(&playing.lanes, instrument, articulation),
                            is_grabbed: articulation == Articulation::Choke,
                        });
                    }
                    Event::NoteOff { instrument, .. } => {
                        let note = struck[instrument.index()].take();
                        notes.extend(
                            note.map(|note| SoundedNote { length: Beats(at) - note.start, ..note }),
                        );
                    }
                }
                true
            });
            now += u64::from(BLOCK);
            if is_over && engine.is_silent() {
                break;
            }
        }
        spare_pedal(&mut notes);
        let (song, ready) = (song?, ready?);
        Some(SongNotes::new(notes, &song, &ready.plan))
    }

    /// Does all work for these cycles.
    fn work_off(
        &mut self,
        request: &GrooveRequest,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
    ) {
        for _ in 0..MOST_STEPS {
            match self.step(request, cycles, weights) {
                StepResult::Answered | StepResult::Worked => {}
                StepResult::Idle | StepResult::Failed(_) => return,
            }
        }
    }
}
