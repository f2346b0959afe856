//! What the sections of the song play: the grooves of slots and the live one, at the section's intensity and in its bars.

use std::sync::Arc;

use engine::{CYCLES, Score, Section as PlayedSection, Song as PlayedSong};
use groove::{Bar, Pattern};

use super::Scheduler;
use crate::generation::intensity::Intensities;
use crate::generation::scheduler::groove_cache::GrooveCache;
use crate::generation::weights::Decode;
use crate::handoff::answer::{ReadySection, ReadySong};
use crate::state::choice::Choice;
use crate::state::song::{Cycles, Section, Song};

impl Scheduler {
    /// Loads the song.
    pub(crate) fn set_song(&mut self, song: Arc<Song>, revision: u64) {
        (self.song, self.revisions.song, self.open_for) = (song, revision, None);
    }

    /// Has the cycles ready that are played of each section: `sections` are those that the cycles of
    /// [`step`](Self::step) are of.
    pub(crate) fn need(&mut self, sections: [Option<usize>; CYCLES]) {
        self.needed_sections = sections;
    }

    /// The groove of a section: of its slot, or the live one.
    fn of_section(&self, section: &Section) -> (Option<u8>, Option<&GrooveCache>) {
        let in_slot =
            section.slot().and_then(|slot| Some((slot, self.slots[usize::from(slot)].as_ref()?)));
        match in_slot {
            Some((slot, held)) => (Some(slot), Some(&held.cache)),
            None => (None, self.live.as_ref()),
        }
    }

    /// Whether the cycles of a section that plays `groove` differ.
    fn varies(section: &Section, groove: Option<&GrooveCache>) -> bool {
        match section.cycles {
            Cycles::Groove => groove.is_some_and(|groove| !groove.is_steady()),
            Cycles::Vary => true,
            Cycles::Same => false,
        }
    }

    /// Whether some section of the song varies the groove of slot `slot`, or the live one, whatever its variation.
    pub(super) fn is_varied(&self, slot: Option<u8>) -> bool {
        let mut sections = self.song.sections.iter().filter(|_| self.song.is_on);
        sections.any(|section| section.cycles == Cycles::Vary && self.of_section(section).0 == slot)
    }

    /// The bars of a section.
    fn bar_of_section(&self, section: &Section) -> Bar {
        let own = |slot: u8| Some(self.slots[usize::from(slot)].as_ref()?.groove.bar);
        let live = self.live.as_ref().and_then(|live| live.key).map_or(section.bar, |key| key.bar);
        section.slot().and_then(own).unwrap_or(Bar::new(section.bar.metre(), live.grid()))
    }

    /// The cycles of section `place` to have patterns of: those that are played, and the first ones.
    fn cycles_of_section(&self, place: usize, cycles: [i64; CYCLES]) -> [i64; CYCLES] {
        let mut wanted: Vec<i64> = Vec::with_capacity(2 * CYCLES);
        let played = cycles.into_iter().zip(self.needed_sections);
        let played = played.filter(|(_, section)| *section == Some(place)).map(|(cycle, _)| cycle);
        for cycle in played.chain(0..CYCLES as i64) {
            if !wanted.contains(&cycle) {
                wanted.push(cycle);
            }
        }
        std::array::from_fn(|i| wanted[i])
    }

    /// The cycles to have patterns of because of the song, each with its slot; the most urgent first.
    pub(super) fn cycles_of_song(&self, cycles: [i64; CYCLES]) -> Vec<(Option<u8>, [i64; CYCLES])> {
        if !self.song.plays() {
            return Vec::new();
        }
        let sections = self.song.sections.iter().enumerate();
        let mut wanted: Vec<_> = sections
            .map(|(place, section)| {
                let is_played = self.needed_sections.contains(&Some(place));
                let (slot, cache) = self.of_section(section);
                let of = match Self::varies(section, cache) {
                    true => self.cycles_of_section(place, cycles),
                    false => [0; CYCLES],
                };
                (!is_played, (slot, of))
            })
            .collect();
        wanted.sort_by_key(|(is_later, _)| *is_later);
        wanted.dedup();
        wanted.into_iter().map(|(_, wanted)| wanted).collect()
    }

    /// The song as it is played; what was made last is shared with the last one.
    pub(super) fn ready_song(
        &self,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
        intensities: &mut Intensities,
        last: Option<&Arc<ReadySong>>,
    ) -> Option<Arc<ReadySong>> {
        if !self.song.plays() {
            return None;
        }
        let mut sections = Vec::with_capacity(self.song.sections.len());
        let mut ready = Vec::with_capacity(self.song.sections.len());
        for (place, section) in self.song.sections.iter().enumerate() {
            let bar = self.bar_of_section(section);
            let (slot, cache) = self.of_section(section);
            let wanted = self.cycles_of_section(place, cycles);
            let varies = Self::varies(section, cache);
            let intensity = section.intensity();
            let played =
                |pattern: &Pattern| intensities.at(&in_bar(*pattern, bar), intensity, weights);
            let made = cache.and_then(|cache| cache.score_as(wanted, varies, weights, played));
            let of_last = last.and_then(|last| {
                let held = last.song.sections().get(place)?;
                Some((&held.score, last.sections.get(place)?))
            });
            let identity = cache.and_then(GrooveCache::identity);
            // Without weights it is played as it is until they come.
            let is_made = made.is_some() && (intensity == 0.0 || weights.is_some());
            let score = match (made, of_last) {
                (Some(made), Some((score, _))) if **score == made => score.clone(),
                (Some(made), _) => Arc::new(made),
                // Until it is decoded.
                (None, Some((score, ready))) if ready.slot == slot && score.bar() == bar => {
                    score.clone()
                }
                (None, _) => Arc::new(Score::steady(Pattern::empty(bar))),
            };
            let has_fills = cache.is_some_and(|cache| cache.knows_fills(weights));
            ready.push(ReadySection { slot, identity, is_made, has_fills });
            let tag = Choice { slot, variation_id: None }.to_bits();
            sections.push(PlayedSection {
                score,
                tag,
                bars: section.bars(),
                ending: section.ending.into(),
                has_crash: section.has_crash,
            });
        }
        let is_same = last.is_some_and(|last| {
            let held = last.song.sections();
            last.plan == self.song
                && last.sections == ready
                && held.iter().zip(&sections).all(|(a, b)| Arc::ptr_eq(&a.score, &b.score))
        });
        if is_same {
            return last.cloned();
        }
        let (version, change) = last.map_or((1, 1), |last| {
            let identities = |sections: &[ReadySection]| -> Vec<_> {
                sections.iter().map(|section| (section.slot, section.identity)).collect()
            };
            let has_changed =
                last.plan != self.song || identities(&last.sections) != identities(&ready);
            (last.version + 1, last.change + u64::from(has_changed))
        });
        let song = PlayedSong::new(sections, self.song.is_repeated)?;
        let plan = self.song.clone();
        Some(Arc::new(ReadySong { song, plan, sections: ready, version, change }))
    }
}

/// `pattern` in bars of another metre.
fn in_bar(pattern: Pattern, bar: Bar) -> Pattern {
    if pattern.bar() == bar { pattern } else { pattern.to_window().in_bars(bar) }
}
