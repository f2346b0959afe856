//! Fills: what a drummer plays instead of the groove to lead into the next bar.
//!
//! A fill is a bar that is joined at any beat. A fill that the player asks for lands with crash and kick on the first beat
//! after it, a regular fill as often as [drummers](RegularFills::has_crash) do. Fills that were drawn for the groove are
//! played where there are some, else figures written for this program. Those in 4/4 and 16ths are converted for other bars.

use super::chance::{Purpose, bits};
use crate::bar::Bar;
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{Hit, Pattern, STEPS_PER_BAR};

/// One instrument's bar: a character per 16th, from `.` silent through `1` softest to `9` loudest.
type Line = (Instrument, &'static [u8; STEPS_PER_BAR]);

use Instrument::{
    ClosedHiHat as Hat, HighFloorTom as Floor, HighTom as High, Kick, LowMidTom as Low,
    OpenHiHat as Open, Snare,
};

/// The fills.
const FIGURES: [&[Line]; 8] = [
    // Down the toms in 16ths.
    &[
        (Kick, b"8...8...8...8..."),
        (Snare, b"8657............"),
        (High, b"....8657........"),
        (Low, b"........8657...."),
        (Floor, b"............8678"),
    ],
    // A snare roll that swells.
    &[(Kick, b"8...7...8...7..."), (Snare, b"2223333444556789"), (Hat, b"5...5...5...5...")],
    // Broken between snare and floor tom, kick in the gaps.
    &[(Kick, b"8..7..7...7..7.."), (Snare, b"..8..8...8..8..."), (Floor, b".7..7..8...8..88")],
    // Groove on for two beats, then 8ths on the toms.
    &[
        (Kick, b"9.....6.8...8..."),
        (Snare, b"....8..28......."),
        (Hat, b"6.4.6.4........."),
        (High, b"..........8....."),
        (Low, b"............8..."),
        (Floor, b"..............9."),
    ],
    // Stabs in unison.
    &[
        (Kick, b"9..9..9...9...9."),
        (Snare, b"9..9..9...9...9."),
        (Low, b"....4.....4....."),
        (Floor, b"...............7"),
    ],
    // Ghosted snare with toms answering.
    &[
        (Kick, b"8.....7.8....7.."),
        (Snare, b"82128...82.28..."),
        (High, b".....77........."),
        (Low, b".......7....7..."),
        (Floor, b".............878"),
    ],
    // Open hat and snare, in threes.
    &[(Kick, b"9..7..7..7..7..."), (Snare, b"..7..7..7..7..88"), (Open, b"7..6..6..6..6...")],
    // Late: nearly all of it in the last beat.
    &[
        (Kick, b"9...8.6.8...8..."),
        (Snare, b"....8......28686"),
        (Hat, b"6.5.6.5.6......."),
        (Floor, b".............7.8"),
    ],
];

/// Fills that are played without being asked for, at the end of every so many bars, counted from beat 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegularFills {
    /// A fill every so many bars; 0: none.
    pub every: u8,
    /// Its length in beats of the metre, at most a bar.
    pub beats: u8,
    /// How big fills are, also those that are asked for: see [`row`].
    pub size: f32,
}

/// How many of a thousand fills on toms are followed by a crash, and of others: `interop/fills/landings.py`.
const CRASHES_AFTER_TOMS: u64 = 404;
const CRASHES_AFTER_OTHERS: u64 = 173;

/// The [size](RegularFills::size) at which any fill is played.
pub const ANY_SIZE: f32 = 0.5;

impl RegularFills {
    /// None.
    pub const NONE: Self = Self { every: 0, beats: 0, size: ANY_SIZE };
}

impl Default for RegularFills {
    fn default() -> Self {
        Self::NONE
    }
}

/// What is played at a step because of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The fill itself.
    Fill,
    /// The beat on which it lands.
    Landing,
}

impl RegularFills {
    /// Which part of a fill is played at played step `step` of bars `of`. Nothing lands at beat 0, where the song begins.
    pub const fn part(self, of: Bar, step: i64) -> Option<Part> {
        if self.every == 0 {
            return None;
        }
        let bars = self.every as i64;
        let bar = step.div_euclid(of.steps() as i64);
        let in_bar = step.rem_euclid(of.steps() as i64) as usize;
        if bar.rem_euclid(bars) == bars - 1 && in_bar >= self.first_step(of) {
            return Some(Part::Fill);
        }
        let is_landing = in_bar == 0 && bar.rem_euclid(bars) == 0 && bar != 0;
        if is_landing && self.beats > 0 { Some(Part::Landing) } else { None }
    }

    /// The step of a bar with which a fill begins.
    const fn first_step(self, of: Bar) -> usize {
        of.beat_step(of.metre().beats().saturating_sub(self.beats as usize))
    }

    /// Whether the fill before played step `step`, on which it [lands](Part::Landing), is followed by a crash: as often as
    /// in the Groove MIDI Dataset, where drummers who have been on the toms play one more often.
    pub fn has_crash(self, seed: u64, drawn: Option<&Pattern>, of: Bar, step: i64) -> bool {
        let place = step - of.steps() as i64;
        let fill = fill(seed, place, self.size, drawn, of);
        let toms = [High, Low, Floor].map(Instrument::index);
        let is_on_toms = (self.first_step(of)..of.steps()).any(|step| {
            let row = fill(step);
            toms.iter().any(|&tom| row[tom].is_some())
        });
        let share = if is_on_toms { CRASHES_AFTER_TOMS } else { CRASHES_AFTER_OTHERS };
        bits(seed, Purpose::Crash, place, 0) % 1000 < share
    }
}

/// The hits of a fill at played step `step` of bars `of`: from a bar of `drawn`, which is in such bars or a window, else
/// from a written figure.
///
/// `size` in `[0, 1]` says among which of them chance chooses: at 0 the smallest alone, at a half all of them, at 1
/// the biggest alone. Each is played as it was drawn or written.
pub fn row(
    seed: u64,
    size: f32,
    drawn: Option<&Pattern>,
    of: Bar,
    step: i64,
) -> [Option<Hit>; INSTRUMENTS] {
    let step_of_bar = step.rem_euclid(of.steps() as i64);
    of_bar(seed, step - step_of_bar, size, drawn, of, step_of_bar as usize)
}

/// As [`row`], `left` steps before the fill lands at `place`: any number that no other fill has.
pub fn row_before(
    seed: u64,
    size: f32,
    drawn: Option<&Pattern>,
    of: Bar,
    (place, left): (i64, i64),
) -> [Option<Hit>; INSTRUMENTS] {
    let step_of_bar = (-left).rem_euclid(of.steps() as i64) as usize;
    of_bar(seed, place, size, drawn, of, step_of_bar)
}

/// The hits of the fill `place` at a step of its bar.
fn of_bar(
    seed: u64,
    place: i64,
    size: f32,
    drawn: Option<&Pattern>,
    of: Bar,
    step_of_bar: usize,
) -> [Option<Hit>; INSTRUMENTS] {
    fill(seed, place, size, drawn, of)(step_of_bar)
}

/// The fill `place`: the hits at the steps of its bar.
fn fill<'a>(
    seed: u64,
    place: i64,
    size: f32,
    drawn: Option<&'a Pattern>,
    of: Bar,
) -> impl Fn(usize) -> [Option<Hit>; INSTRUMENTS] + 'a {
    let drawn = drawn.filter(|drawn| drawn.bar() == of || drawn.bar() == Bar::COMMON);
    let bar = drawn.map_or(Bar::COMMON, Pattern::bar);
    let row = move |fill: usize, step: usize| match drawn {
        Some(drawn) => drawn.row(fill * bar.steps() + step),
        None => written(FIGURES[fill], step),
    };
    let fills = drawn.map_or(FIGURES.len(), |_| bar.bars());
    let fill = chosen(bits(seed, Purpose::Fill, place, 0), size, fills, bar, row);
    move |step| match bar == of {
        true => row(fill, step),
        false => of.converted(step, |sixteenth| row(fill, sixteenth)),
    }
}

/// Which of `fills` fills, at most eight, is played at this `chance` and `size`. `row` gives a fill's hits at a step of
/// `bar`.
fn chosen(
    chance: u64,
    size: f32,
    fills: usize,
    bar: Bar,
    row: impl Fn(usize, usize) -> [Option<Hit>; INSTRUMENTS],
) -> usize {
    let share = 2.0 * size.min(1.0 - size);
    let count = ((share * fills as f32).round() as usize).clamp(1, fills);
    let place = chance as usize % count;
    if count == fills {
        return place;
    }
    // A fill is joined at any beat: its last beat is always heard, its first seldom.
    let bigness = |fill: usize| -> f32 {
        let beats = 0..bar.metre().beats();
        let of_beat = |beat: usize| -> f32 {
            let steps = bar.beat_step(beat)..bar.beat_step(beat + 1);
            let hits = steps.flat_map(|step| row(fill, step)).flatten();
            (1 + beat) as f32 * hits.map(|hit| hit.velocity()).sum::<f32>()
        };
        beats.map(of_beat).sum()
    };
    let mut sizes = [0.0; FIGURES.len()];
    (0..fills).for_each(|fill| sizes[fill] = bigness(fill));
    let wanted = if size < ANY_SIZE { place } else { fills - count + place };
    let rank = |fill: usize| {
        let before = |&other: &usize| {
            sizes[other] < sizes[fill] || (sizes[other] == sizes[fill] && other < fill)
        };
        (0..fills).filter(before).count()
    };
    (0..fills).find(|&fill| rank(fill) == wanted).unwrap_or(place)
}

/// The hits of `figure` at a 16th.
fn written(figure: &[Line], sixteenth: usize) -> [Option<Hit>; INSTRUMENTS] {
    let mut row = [None; INSTRUMENTS];
    for (instrument, line) in figure {
        let character = line[sixteenth];
        if character.is_ascii_digit() {
            row[instrument.index()] = Some(Hit::new(f32::from(character - b'0') / 9.0, 0.0));
        }
    }
    row
}

/// The groove's `row` as it is played where a fill lands: with crash and kick, and no hat.
pub fn landing(mut row: [Option<Hit>; INSTRUMENTS]) -> [Option<Hit>; INSTRUMENTS] {
    row[Instrument::Crash.index()] = Some(Hit::new(0.9, 0.0));
    row[Instrument::Kick.index()] = Some(Hit::new(0.95, 0.0));
    row[Hat.index()] = None;
    row[Open.index()] = None;
    row
}

/// The stroke after which a stop is silent: kick and snare, which do not ring on into it.
pub fn stop() -> [Option<Hit>; INSTRUMENTS] {
    let mut row = [None; INSTRUMENTS];
    (row[Kick.index()], row[Snare.index()]) =
        (Some(Hit::new(0.95, 0.0)), Some(Hit::new(0.95, 0.0)));
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::BARS;

    #[test]
    fn two_hands_can_play_every_fill() {
        for figure in FIGURES {
            for step in 0..STEPS_PER_BAR {
                let hands = figure.iter().filter(|(i, line)| *i != Kick && line[step] != b'.');
                assert!(hands.count() <= 2, "step {step}");
            }
            for (instrument, line) in figure {
                assert!(line.iter().all(|c| matches!(c, b'.' | b'1'..=b'9')), "{instrument:?}");
            }
        }
    }

    #[test]
    fn every_fill_is_met_and_a_bar_always_has_the_same() {
        let fill = |seed, bar: i64| {
            std::array::from_fn::<_, STEPS_PER_BAR, _>(|s| {
                row(seed, ANY_SIZE, None, Bar::COMMON, bar + s as i64)
            })
        };
        let mut met: Vec<[[Option<Hit>; INSTRUMENTS]; STEPS_PER_BAR]> = Vec::new();
        for bar in 0..200 {
            let one = fill(7, bar * 16);
            assert_eq!(one, fill(7, bar * 16));
            if !met.contains(&one) {
                met.push(one);
            }
        }
        assert_eq!(met.len(), FIGURES.len());
    }

    #[test]
    fn drawn_fills_are_played_where_there_are_some() {
        let mut drawn = Pattern::EMPTY;
        for bar in 0..BARS {
            let hit = Hit::new((bar + 1) as f32 / 8.0, 0.0);
            drawn.set(bar * STEPS_PER_BAR + 3, Instrument::Snare, Some(hit));
        }
        let played = |size: f32| {
            move |bar: i64| {
                row(7, size, Some(&drawn), Bar::COMMON, bar + 3)[Instrument::Snare.index()]
            }
        };
        let met = |size: f32| {
            let mut met: Vec<_> =
                (0..50).map(|bar| played(size)(bar * 16).unwrap().velocity()).collect();
            met.sort_by(f32::total_cmp);
            met.dedup();
            met
        };
        assert_eq!(met(ANY_SIZE), [0.125, 0.25, 0.375, 0.5]);
        assert_eq!(row(7, ANY_SIZE, Some(&drawn), Bar::COMMON, 4), [None; INSTRUMENTS]);
        // The smaller the size, the smaller the fills; beyond the ends it is the end.
        assert_eq!([met(-3.0), met(0.0), met(0.1)], [[0.125], [0.125], [0.125]]);
        assert_eq!((met(0.25), met(0.75)), (vec![0.125, 0.25], vec![0.375, 0.5]));
        assert_eq!([met(0.9), met(1.0), met(9.0)], [[0.5], [0.5], [0.5]]);
    }

    #[test]
    fn regular_fills_end_every_so_many_bars_and_land_on_the_next() {
        let fills = RegularFills { every: 4, beats: 2, size: ANY_SIZE };
        let of = |part| move |step: &i64| fills.part(Bar::COMMON, *step) == Some(part);
        let filled: Vec<i64> = (-16..128).filter(of(Part::Fill)).collect();
        assert_eq!(filled, (-8..0).chain(56..64).chain(120..128).collect::<Vec<_>>());
        assert_eq!((-16..129).filter(of(Part::Landing)).collect::<Vec<_>>(), [64, 128]);
        assert_eq!(RegularFills::default().part(Bar::COMMON, 63), None);
        let bars = RegularFills { every: 1, beats: 9, size: ANY_SIZE };
        assert!((1..100).all(|step| bars.part(Bar::COMMON, step) == Some(Part::Fill)));
    }

    #[test]
    fn a_crash_follows_as_often_as_drummers_play_one() {
        for (tom, share) in [(Snare, 0.173), (Floor, 0.404)] {
            let mut drawn = Pattern::EMPTY;
            (0..BARS).for_each(|bar| drawn.set(bar * 16 + 13, tom, Some(Hit::new(0.5, 0.0))));
            let fills = RegularFills { every: 1, beats: 1, size: ANY_SIZE };
            let has_crash = |bar: i64| fills.has_crash(7, Some(&drawn), Bar::COMMON, 16 * bar);
            let count = (0..10_000).filter(|&bar| has_crash(bar)).count();
            // Four standard errors.
            assert!((count as f64 / 10_000.0 - share).abs() < 0.02, "{count}");
        }
    }
}
