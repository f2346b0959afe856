//! What happens before the engine plays a block: parameters, keys, and what the worker has made.

use engine::{CYCLES, Offer, PlayMode, Playing, Quantise, Transport};
use groove::Beats;
use nice_plug::midi::{Channel, Key};
use nice_plug::prelude::{Buffer, NoteEvent, ProcessContext};
use nice_plug::util::permit_alloc;

use super::{Jangdan, KIT_TIMEOUT};
use crate::handoff::answer::{Answer, ReadyGroove};
use crate::params::FollowSourceParam;
use crate::playing::player::{BlockInput, MAX_ACTIONS, QueuedAction};
use crate::state::choice::Choice;

impl Jangdan {
    /// An offline bounce sounds as on a new instance: hosts that bounce twice without a reset (Ardour) get the same twice, and
    /// nothing of what rang before.
    pub(super) fn begin_bounce(&mut self, is_playing: bool) {
        let was_bouncing = std::mem::replace(&mut self.is_bouncing, self.is_offline && is_playing);
        if self.is_bouncing && !was_bouncing {
            self.kit.reset();
        }
    }

    /// Takes what the worker has made and what the parameters choose.
    pub(super) fn prepare(&mut self, transport: &Transport, playing: &Playing) {
        let can_run = transport.is_playing || playing.mode != PlayMode::Transport;
        let slot_changes = self.params.slots.changes();
        self.has_news |= self.audio.update();
        let has_seen = self.audio.answer().revisions.slots == slot_changes
            || self.given_up_slots == Some(slot_changes);
        if self.is_offline && can_run && !has_seen {
            // What is in the slots decides what can be chosen.
            let (audio, offline_timeout) = (&mut self.audio, self.offline_timeout);
            let changes = || self.params.slots.changes();
            let has_come = permit_alloc(|| audio.wait_for_slots(changes, offline_timeout));
            self.given_up_slots = (!has_come).then(changes);
            self.has_news = true;
        }
        self.wait_for_song(can_run);
        self.follow_passage();
        let perform = &self.params.perform;
        let input = BlockInput {
            slot_parameter: perform.slot.value(),
            clicked: self.audio.take_click().map(|slot| slot.map_or(0, |slot| i32::from(slot) + 1)),
            is_following: perform.is_following.value() && !self.is_listening(),
            is_listening: self.is_listening(),
            key_channel: perform.key_channel(),
            filled: self.audio.answer().filled,
            can_run,
            looped: transport.loop_range,
            is_running: transport.is_playing || playing.mode == PlayMode::Free,
            tempo: transport.tempo,
            seconds: (self.samples as f64 / transport.sample_rate, 1.0 / transport.sample_rate),
            tapped: self.audio.take_tap(),
        };
        let time = self.engine.time_at(transport, playing, 0);
        // A rhythm is recorded in the bars of what plays.
        let mut in_bars = *playing;
        in_bars.playback.shape.bar = self.engine.score().bar();
        if let Some(heard) = self.player.begin(input, time, &in_bars) {
            self.audio.publish_rhythm(&heard);
        }
        if let Some(pattern) = self.player.pass_taps(time, &in_bars) {
            self.audio.publish_taps(&pattern);
            self.has_tapped = true;
            if self.is_offline {
                let (audio, limit) = (&mut self.audio, self.offline_timeout);
                permit_alloc(|| audio.wait_for_taps(limit));
            }
        }
    }

    /// Whether incoming audio is followed.
    fn is_listening(&self) -> bool {
        let perform = &self.params.perform;
        perform.is_following.value() && perform.follow_source.value() == FollowSourceParam::Audio
    }

    /// Hears the audio that comes in, if it is followed.
    pub(super) fn hear(
        &mut self,
        inputs: &mut [Buffer<'_>],
        transport: &Transport,
        playing: &Playing,
    ) {
        let sidechain = inputs.first_mut().map(Buffer::as_slice);
        let (true, Some([left, right])) = (self.is_listening(), sidechain) else {
            // What comes later does not go on from what was heard last.
            if self.onsets.heard() > 0 {
                self.onsets.reset();
            }
            return;
        };
        let (engine, player) = (&self.engine, &mut self.player);
        let begins = self.onsets.heard();
        let [start, next] = [0, 1].map(|sample| engine.time_at(transport, playing, sample).0);
        let mono = left.iter().zip(right.iter()).map(|(left, right)| left + right);
        self.onsets.hear(mono, |onset| {
            let time = (onset.at - begins) as f64 * (next - start) + start;
            player.onset(Beats(time), onset.is_low, onset.strength);
        });
    }

    /// Sets the kit, and has it play the user's own as soon as that is read; offline, waits for that.
    pub(super) fn prepare_kit(&mut self) {
        self.kit.set(&self.params.kit_settings());
        let wanted = self.params.own_kit.changes();
        if self.is_offline && self.given_up_kit != Some(wanted) {
            let (audio, params) = (&mut self.audio, &self.params);
            let has_come =
                permit_alloc(|| audio.wait_for_kit(|| params.own_kit.changes(), KIT_TIMEOUT));
            self.given_up_kit = (!has_come).then(|| params.own_kit.changes());
        }
        self.audio.take_kit(&mut self.kit);
    }

    /// Hears the keys of this block.
    pub(super) fn listen(
        &mut self,
        transport: &Transport,
        playing: &Playing,
        context: &mut impl ProcessContext<Self>,
    ) {
        while let Some(event) = context.next_event() {
            match event {
                NoteEvent::NoteOn { timing, channel, key: Key::Number(key), velocity, .. } => {
                    let time = self.engine.time_at(transport, playing, timing);
                    let channel =
                        if let Channel::Number(channel) = channel { Some(channel) } else { None };
                    self.player.note_on(timing, time, (channel, key), velocity, playing);
                }
                NoteEvent::NoteOff { timing, key, .. } | NoteEvent::Choke { timing, key, .. } => {
                    let key = if let Key::Number(key) = key { Some(key) } else { None };
                    self.player.note_off(timing, key);
                }
                NoteEvent::MidiProgramChange { timing, channel, program } => {
                    self.player.program(timing, channel, program);
                }
                _ => {}
            }
        }
    }

    /// Tells the worker what is wanted, and waits for it while rendering offline.
    pub(super) fn ask(&mut self, transport: &Transport, playing: &Playing, frames: u32) {
        self.passed.clear();
        self.audio.show_tempo(transport.tempo);
        let song = self.audio.answer().song.as_ref().map(|ready| &ready.song);
        let needed = self.engine.cycles(transport, playing, song, frames);
        let cycles = needed.map(|needed| needed.cycle);
        self.audio.want_of(needed.map(|needed| needed.section));
        let choice = self.player.choice();
        self.has_news |= self.audio.want(cycles, choice);
        if !self.is_offline || !(transport.is_playing || playing.mode != PlayMode::Transport) {
            return;
        }
        let needs_fills = playing.playback.fills.every > 0 || self.player.is_filling();
        let mut passing = [Choice::default(); MAX_ACTIONS];
        let mut count = 0;
        for &(_, to_do) in self.player.actions() {
            if let QueuedAction::Choose(passed) = to_do
                && passed != choice
            {
                passing[count] = passed;
                count += 1;
            }
        }
        for &passed in &passing[..count] {
            self.audio.want(cycles, passed);
            self.wait_for(passed, &cycles, needs_fills);
            // Of variations the worker has but the last.
            if passed.variation_id.is_some()
                && let Some(track) = self.audio.answer().groove(passed)
            {
                let kept = (passed, track.identity(), track.score);
                permit_alloc(|| self.passed.push(kept));
            }
        }
        self.audio.want(cycles, choice);
        self.wait_for(choice, &cycles, needs_fills);
        if self.engine.is_following() {
            self.wait_for_sections(choice);
        }
    }

    /// Offline only: waits until the song that is there is that of the project.
    fn wait_for_song(&mut self, can_run: bool) {
        let changes = self.params.song.changes();
        let has_seen = |answer: &Answer| answer.revisions.song == changes;
        if self.is_offline && can_run && !has_seen(self.audio.answer()) {
            self.audio.want_of([None; CYCLES]);
            self.wait_for_sections(self.player.choice());
        }
    }

    /// Offline only: waits until what is about to be played of the song is there.
    fn wait_for_sections(&mut self, choice: Choice) {
        let (params, player) = (&self.params, &self.player);
        let request = || params.request(choice, player.anchor());
        if self.given_up_song == Some(request()) {
            return;
        }
        let (audio, offline_timeout) = (&mut self.audio, self.offline_timeout);
        let has_come = permit_alloc(|| audio.wait_for_song(request, offline_timeout));
        self.has_news = true;
        self.given_up_song = (!has_come).then(request);
    }

    /// The player's choice is what the song has, from each section's beginning on.
    fn follow_passage(&mut self) {
        let now = self.engine.now().filter(|_| self.engine.is_following());
        let passage = now.and_then(|now| Some((now, now.passage?)));
        let place = passage.map(|(_, passage)| (passage.section, passage.origin));
        if std::mem::replace(&mut self.passage, place) == place {
            return;
        }
        if let Some((now, passage)) = passage
            && passage.section.is_some()
            && !now.is_chosen
        {
            let choice = Choice::from_bits(now.tag);
            self.player.follow_song(choice);
            let identity = self.audio.answer().groove(choice).map(ReadyGroove::identity);
            self.offered = (choice, identity.unwrap_or_default());
        }
    }

    /// Has the engine follow the newest song, or none.
    pub(super) fn take_song(&mut self, playing: &Playing) {
        let Some(ready) = &self.audio.answer().song else {
            if std::mem::take(&mut self.followed) != (0, 0) {
                self.player.leave_song();
            }
            if self.engine.is_following() {
                // Whatever is chosen is to take over.
                self.offered.1 = (None, u64::MAX);
            }
            return;
        };
        let (change, version) = self.followed;
        let offer = match self.engine.is_following() && change == ready.change {
            false => Offer::Change(playing.quantise),
            true if version != ready.version => Offer::Refresh,
            true => return,
        };
        // If it is not accepted, the next block tries again.
        if self.engine.follow(&ready.song, offer) {
            self.followed = (ready.change, ready.version);
        }
    }

    /// Offline only: waits until the patterns of `cycles` are there, and the fills if they are needed.
    fn wait_for(&mut self, choice: Choice, cycles: &[i64], needs_fills: bool) {
        let (params, player) = (&self.params, &self.player);
        let request = || params.request(choice, player.anchor());
        if self.given_up == Some(request()) {
            return;
        }
        let (audio, offline_timeout) = (&mut self.audio, self.offline_timeout);
        let has_come = permit_alloc(|| audio.wait(request, cycles, needs_fills, offline_timeout));
        self.has_news = true;
        self.given_up = (!has_come).then(request);
    }

    /// Offers the engine the newest of the groove that is chosen as the block begins. Returns whether that was chosen in a
    /// song, in an earlier block, but is there only now.
    pub(super) fn take_score(&mut self, choice: Choice, playing: &Playing) -> bool {
        let Some(track) = self.audio.answer().groove(choice) else { return false };
        if let Some(ready) = &self.audio.answer().song
            && self.engine.is_following()
        {
            let is_late = self.offered.0 != choice;
            if !is_late && self.has_news {
                let bits = choice.to_bits();
                self.has_news = !self.engine.refresh_chosen(&ready.song, &track.score, bits);
            }
            return is_late;
        }
        let made_by = track.identity();
        let (offered, offered_by) = self.offered;
        let offer = match (self.offered == (choice, made_by), self.has_news) {
            // The same groove, made with other weights.
            (false, _)
                if offered == choice && choice.slot.is_none() && offered_by.0 == made_by.0 =>
            {
                Offer::Change(playing.quantise.max(Quantise::Bar))
            }
            (false, _) => Offer::Change(playing.quantise),
            (true, true) if *self.engine.score() != track.score => match self.has_tapped {
                true => Offer::Change(playing.quantise),
                false => Offer::Refresh,
            },
            (true, _) => {
                self.has_news = false;
                return false;
            }
        };
        // If it is not accepted, the next block tries again.
        if self.engine.offer(&track.score, choice.to_bits(), offer) {
            (self.offered, self.has_news) = ((choice, made_by), false);
            self.has_tapped = false;
        }
        false
    }
}
