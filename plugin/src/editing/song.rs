//! Changes of the song, each one undo step.

use groove::Bar;

use crate::editing::history::History;
use crate::params::JangdanParams;
use crate::state::song::{LONGEST_NAME, MOST_SECTIONS, Section, Song};

/// Changes the song, as one undo step.
pub fn change_song(params: &JangdanParams, history: &History, change: impl FnOnce(&mut Song)) {
    history.step(params, || {
        let mut song = (*params.song.get()).clone();
        change(&mut song);
        params.song.set(song);
    });
}

/// Has the song played or not; one without sections gets some to begin with.
pub fn switch_song(params: &JangdanParams, history: &History) {
    change_song(params, history, |song| {
        if !song.is_on && song.sections.is_empty() {
            *song = Song::first(params.bar());
        } else {
            song.is_on = !song.is_on;
        }
    });
}

impl Song {
    /// Adds a section at the end, in bars of `bar` where it plays the live groove: what often comes after the last, as the
    /// song has it already, or new.
    pub(crate) fn add(&mut self, bar: Bar) {
        if self.sections.len() >= MOST_SECTIONS {
            return;
        }
        let name = match self.sections.last().map(|last| last.name.as_str()) {
            None => "Intro",
            Some("Verse" | "Bridge" | "Solo") => "Chorus",
            Some(_) => "Verse",
        };
        let held = self.sections.iter().rfind(|held| held.name == name).cloned();
        let added = held.unwrap_or_else(|| Section::new(name, 8, bar));
        self.sections.push(Section { bar, ..added });
    }

    /// Puts a copy of section `place` after it.
    pub(crate) fn duplicate(&mut self, place: usize) {
        if self.sections.len() < MOST_SECTIONS
            && let Some(section) = self.sections.get(place).cloned()
        {
            self.sections.insert(place + 1, section);
        }
    }

    /// Removes section `place`; without the last the song is off.
    pub(crate) fn remove(&mut self, place: usize) {
        if place < self.sections.len() {
            self.sections.remove(place);
        }
        self.is_on &= !self.sections.is_empty();
    }

    /// Moves section `from` to stand before the section that is `to` now.
    pub(crate) fn shift(&mut self, from: usize, to: usize) {
        if from < self.sections.len() && to <= self.sections.len() {
            let section = self.sections.remove(from);
            self.sections.insert(if to > from { to - 1 } else { to }, section);
        }
    }

    /// Puts `section` in the place of section `place`.
    pub(crate) fn put(&mut self, place: usize, mut section: Section) {
        if section.name.chars().count() > LONGEST_NAME {
            section.name = section.name.chars().take(LONGEST_NAME).collect();
        }
        if let Some(held) = self.sections.get_mut(place) {
            *held = section;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::Host;

    fn names(params: &JangdanParams) -> String {
        let song = params.song.get();
        song.sections.iter().map(|section| &section.name[..1]).collect()
    }

    #[test]
    fn each_change_of_the_song_is_a_step_that_is_undone_and_redone() {
        let (params, history, host) =
            (JangdanParams::default(), History::default(), Host::default());
        let change = |by: &dyn Fn(&mut Song)| change_song(&params, &history, by);
        switch_song(&params, &history);
        assert!(params.song.get().plays());
        assert_eq!(names(&params), "IVCVC");
        change(&|song| song.shift(0, 3));
        assert_eq!(names(&params), "VCIVC");
        change(&|song| song.shift(4, 0));
        change(&|song| song.duplicate(1));
        assert_eq!(names(&params), "CVVCIV");
        change(&|song| song.remove(0));
        change(&|song| song.add(Bar::COMMON));
        assert_eq!(names(&params), "VVCIVC");
        let long = "a name that is much longer than the longest";
        change(&|song| song.put(0, Section { name: long.to_owned(), ..song.sections[0].clone() }));
        assert_eq!(params.song.get().sections[0].name.chars().count(), LONGEST_NAME);
        for expected in ["VVCIVC", "VVCIV", "CVVCIV", "CVCIV", "VCIVC", "IVCVC", ""] {
            assert!(history.undo(&params, &host));
            assert_eq!(names(&params), expected);
        }
        assert!(!params.song.get().is_on && history.redo(&params, &host));
        assert!(params.song.get().is_on);
        switch_song(&params, &history);
        switch_song(&params, &history);
        assert_eq!((params.song.get().is_on, names(&params).as_str()), (true, "IVCVC"));
    }

    #[test]
    fn what_is_added_follows_the_last_section_as_the_song_has_it() {
        let mut song = Song::default();
        (0..3).for_each(|_| song.add(Bar::COMMON));
        song.sections[1].bars = 16;
        song.sections[1].slot = Some(2);
        song.add(Bar::COMMON);
        let found: Vec<_> = song.sections.iter().map(|held| (&*held.name, held.bars)).collect();
        assert_eq!(found, [("Intro", 8), ("Verse", 16), ("Chorus", 8), ("Verse", 16)]);
        assert_eq!(song.sections[3].slot(), Some(2));
    }

    #[test]
    fn no_song_is_longer_than_the_longest_and_without_sections_it_is_off() {
        let mut song = Song::first(Bar::COMMON);
        (0..200).for_each(|_| song.add(Bar::COMMON));
        song.duplicate(0);
        assert_eq!(song.sections.len(), MOST_SECTIONS);
        (0..100).for_each(|_| song.remove(0));
        assert!(!song.is_on && song.sections.is_empty());
        song.remove(0);
        song.duplicate(3);
        song.shift(1, 2);
    }
}
