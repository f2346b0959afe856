//! Following a song: its sections take over one after another.

use groove::sequencer::{GRID_PER_BEAT, Shape};
use groove::{Bar, Beats};

use super::{Engine, Offer};
use crate::segment::Segment;
use crate::song::clock_at;
use crate::timeline::{SECTIONS, Voice, in_passage};
use crate::{Passage, Quantise, Score, Song};

/// How far from its grid time a step can have hits, in clocks: two steps of 8ths in half time.
const FURTHEST: i64 = 48;

/// How far a song has been followed; grid times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed {
    /// Its sections have taken over up to here.
    led: i64,
    /// Where it was followed from, or the player last chose something else.
    changed: i64,
}

impl Followed {
    pub(super) const fn from(grid: i64) -> Self {
        Self { led: grid, changed: grid }
    }

    /// The grid time up to which sections have taken over.
    pub(super) const fn led(self) -> i64 {
        self.led
    }
}

/// Where something else may take over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boundary {
    /// Where it may by the quantise.
    pub(super) at: i64,
    /// Where the song's next section takes over.
    pub(super) end: i64,
    /// The passage before it.
    pub(super) passage: Option<Passage>,
}

impl Engine {
    /// The first boundary at or after grid time `from` for what is played in `shape` and in bars `bar`, or in those that
    /// play there.
    pub(super) fn boundary(
        &self,
        shape: Shape,
        quantise: Quantise,
        bar: Option<Bar>,
        from: i64,
    ) -> Boundary {
        let voice = self.scores.at(from);
        let (passage, bar) = (voice.passage, bar.unwrap_or(voice.score.bar()));
        let at = quantise.boundary(&in_passage(shape.of_bar(bar), passage.as_ref()), from);
        let end = passage.map_or(i64::MAX, |passage| passage.end.max(from));
        // A song that is followed from somewhere before it is not passed over.
        match self.followed.filter(|followed| (from + 1..at.min(end)).contains(&followed.changed)) {
            Some(followed) => self.boundary(shape, quantise, Some(bar), followed.changed),
            None => Boundary { at, end, passage },
        }
    }

    /// Follows `song` from the next boundary on, or the end of a section if that comes first; as soon as it can if it is a
    /// refresh: the same one with other patterns; at once while stopped, and where time jumps. From then on
    /// [`process`](Self::process) is to be given this song, until another is followed, or a score [offered](Self::offer). What the
    /// player has chosen plays on until the next section.
    ///
    /// Returns whether it was accepted, as [`offer`](Self::offer) does.
    pub fn follow(&mut self, song: &Song, offer: Offer) -> bool {
        let Some(untouched) = self.untouched(Some(song)) else {
            self.followed = Some(Followed::from(0));
            return true;
        };
        let changing = self.changing(untouched);
        let voice = *self.scores.at(changing);
        if let Some(before) = voice.passage.filter(|_| voice.is_chosen && self.followed.is_some()) {
            // Its bars and cycles go on, up to where this song's next section begins.
            let Passage { origin, has_landing, .. } = before;
            let passage = Some(Passage { origin, has_landing, ..song.at(changing) });
            return self.change_song(song, Voice { passage, ..voice }, changing);
        }
        let boundary = match offer {
            Offer::Change(quantise) => {
                let shape = self.playbacks.newest().shape;
                let Boundary { at, end, .. } = self.boundary(shape, quantise, None, untouched);
                at.min(end)
            }
            Offer::Refresh => changing,
        };
        self.change_song(song, Voice::of_song(song, song.at(boundary)), boundary)
    }

    /// Whether a song is followed.
    pub fn is_following(&self) -> bool {
        self.followed.is_some()
    }

    /// Has `score` take the place of the one that the player has chosen instead of the `song`'s, as [`Offer::Refresh`] does.
    /// Once the song has taken over again nothing is left to do, and this returns true.
    pub fn refresh_chosen(&mut self, song: &Song, score: &Score, tag: u64) -> bool {
        let Some(untouched) = self.untouched(Some(song)) else { return true };
        let boundary = self.changing(untouched);
        let voice = *self.scores.at(boundary);
        !voice.is_chosen || self.change_song(song, Voice { score: *score, tag, ..voice }, boundary)
    }

    /// Where what was changed last takes over, if that is still to come at `untouched`, else there.
    fn changing(&self, untouched: i64) -> i64 {
        self.followed.map_or(untouched, |followed| followed.changed.max(untouched))
    }

    /// Has `voice`, in a passage of `song`, take over at `boundary`.
    pub(super) fn change_song(&mut self, song: &Song, voice: Voice, boundary: i64) -> bool {
        let is_heeded = self.change_at(voice, boundary);
        if is_heeded {
            self.followed = Some(Followed::from(boundary));
            // Sections that were to take over after it do so again.
            let reached = self.frontier.map_or(i64::MIN, clock_at);
            self.lead(Some(song), reached.saturating_add(FURTHEST));
        }
        is_heeded
    }

    /// Time has jumped to `time`, or begins there: the song's passages are in force that hits from there on are of.
    pub(super) fn begin_song(&mut self, song: Option<&Song>, time: Beats) {
        let Some(song) = song else { return };
        let from = clock_at(time).saturating_sub(FURTHEST);
        self.scores.restart(Voice::of_song(song, song.at(from)));
        self.followed = Some(Followed::from(from));
        self.lead(Some(song), clock_at(time).saturating_add(FURTHEST));
    }

    /// Has the sections take over that begin up to grid time `until`.
    fn lead(&mut self, song: Option<&Song>, until: i64) {
        while let (Some(song), Some(followed)) = (song, self.followed) {
            let next = song.at(followed.led).end;
            if next > until || !self.scores.change_at(Voice::of_song(song, song.at(next)), next) {
                return;
            }
            self.followed = Some(Followed { led: next, ..followed });
        }
    }

    /// Has the sections take over that `segment` can have hits of; but no more than there are places for: returns where to
    /// go on.
    pub(super) fn lead_through(&mut self, segment: &Segment, song: Option<&Song>) -> u64 {
        let mut end = segment.end;
        if let (Some(song), Some(followed)) = (song, self.followed) {
            let place = (1..SECTIONS).fold(followed.led, |place, _| song.at(place).end);
            let time = Beats(place as f64 / GRID_PER_BEAT as f64);
            let full = segment.sample_reaching(time).filter(|&sample| sample > segment.first);
            end = full.unwrap_or(end);
        }
        let part = Segment { end, ..*segment };
        self.lead(song, clock_at(part.covered_until()).saturating_add(FURTHEST));
        end
    }
}
