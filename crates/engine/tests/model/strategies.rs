//! What is generated: mostly ordinary, now and then anything, and the edges where it matters most.

use std::ops::Range;

use engine::{Ending, PlayMode, Playing, Quantise};
use groove::sequencer::{Feel, Lanes, Length, RegularFills, Speed, VelocitySettings};
use groove::{Articulation, Bar, Beats, Grid, Hit, Instrument, Metre, NoteMap, Pattern};
use proptest::prelude::*;

use crate::case::{Before, Case, Cut, Move, PlayerAction, Refusal, Score, Tempo};
use crate::songs::{Part, Plan};

/// A block in which nothing happens.
pub(crate) fn plain_cut() -> Cut {
    Cut {
        frames: 64,
        before: Vec::new(),
        tempo: Tempo::Same,
        to: Move::On,
        actions: Vec::new(),
        refusal: Refusal::NONE,
    }
}

fn bar() -> impl Strategy<Value = Bar> {
    let any = (prop::sample::select(Metre::ALL.to_vec()), prop::sample::select(Grid::ALL.to_vec()));
    prop_oneof![2 => Just(Bar::COMMON), 3 => any.prop_map(|(metre, grid)| Bar::new(metre, grid))]
}

fn pattern(bar: Bar) -> impl Strategy<Value = Pattern> {
    let steps = bar.pattern_steps();
    let hit = (0..steps, 0..9_usize, 1..8_u8, -8_i8..8);
    let pulse =
        (prop_oneof![1 => Just(steps), 8 => 1..9_usize, 4 => Just(1_usize)], 0..9_usize, -8_i8..8);
    let hits = prop::collection::vec(hit, 0..30);
    (hits, prop::collection::vec(pulse, 1..4)).prop_map(move |(hits, pulses)| {
        let mut pattern = Pattern::empty(bar);
        let mut set = |step: usize, instrument: usize, velocity: f32, late: i8, way: usize| {
            let instrument = Instrument::from_index(instrument).unwrap();
            let ways = Articulation::of(instrument);
            let hit = Hit::new(velocity, f32::from(late) / 16.0);
            pattern.set(step, instrument, Some(hit.struck_as(ways[way % ways.len()])));
        };
        for (every, instrument, late) in pulses {
            (0..steps).step_by(every).for_each(|step| set(step, instrument, 0.5, late, 0));
        }
        for (step, instrument, velocity, late) in hits {
            // In one way or another, by what else it is.
            let way = step + usize::from(velocity);
            set(step, instrument, f32::from(velocity) / 8.0, late, way);
        }
        pattern
    })
}

fn score() -> impl Strategy<Value = Score> {
    prop_oneof![5 => (0..3_usize).prop_map(Score), 1 => Just(Score::VARIED)]
}

fn quantise() -> impl Strategy<Value = Quantise> {
    prop_oneof![
        Just(Quantise::Step),
        Just(Quantise::Beat),
        Just(Quantise::Bar),
        Just(Quantise::Cycle)
    ]
}

fn feel() -> impl Strategy<Value = Feel> {
    prop_oneof![
        Just(Feel::AS_PLAYED),
        Just(Feel::new(0.66, 0.5)),
        Just(Feel::new(0.75, 1.0).with_triplet(0.75).with_humanise(1.0, 3)),
        Just(Feel::new(0.5, 0.0).with_triplet(0.6)),
    ]
}

fn sample_rate() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => Just(48_000.0),
        4 => Just(44_100.0),
        2 => Just(8_000.0),
        2 => Just(96_000.0),
        1 => Just(192_000.0),
        1 => Just(768_000.0),
        1 => 8_000.0..768_000.0_f64,
        1 => prop_oneof![Just(f64::NAN), Just(0.0), Just(-44_100.0), Just(f64::INFINITY)],
    ]
}

fn frames() -> impl Strategy<Value = u32> {
    prop_oneof![
        3 => Just(64_u32),
        2 => Just(1_u32),
        4 => 1..64_u32,
        4 => 64..600_u32,
        4 => 600..2049_u32,
        1 => 2049..8193_u32,
    ]
}

/// On the grid, a few samples beside it, or anywhere; rarely far away.
fn position() -> impl Strategy<Value = f64> {
    let grid = || (-80..160_i32).prop_map(|step| f64::from(step) / 8.0);
    prop_oneof![
        12 => grid(),
        12 => (grid(), -0.01..0.0_f64).prop_map(|(step, off)| step + off),
        12 => -9.0..30.0_f64,
        4 => (-40_000..40_000_i32).prop_map(|step| f64::from(step) / 4.0),
        // As far as a position is believed, and almost as far.
        1 => prop_oneof![Just(-((1_u64 << 40) as f64)), -1e12..1e12_f64],
    ]
}

fn tempo() -> impl Strategy<Value = Tempo> {
    let bpm = || prop_oneof![4 => 40.0..250.0_f64, 4 => 250.0..2000.0_f64, 1 => 10.0..40.0_f64];
    let odd = prop_oneof![Just(0.0), Just(-120.0), Just(1e-3), Just(1e9), Just(9999.0)];
    prop_oneof![
        20 => Just(Tempo::Same),
        4 => bpm().prop_map(Tempo::Named),
        4 => bpm().prop_map(Tempo::RampTo),
        1 => odd.prop_map(Tempo::Named),
        1 => Just(Tempo::Missing),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-f64::INFINITY)]
            .prop_map(Tempo::Nonsense),
    ]
}

fn movement() -> impl Strategy<Value = Move> {
    let start =
        || prop_oneof![(-16..64_i32).prop_map(|step| f64::from(step) / 4.0), -5.0..20.0_f64];
    let length = prop_oneof![
        2 => (1..80_i32).prop_map(|step| f64::from(step) / 4.0),
        2 => 0.02..0.3_f64,
        1 => 0.3..5.0_f64,
        // None, and one that ends before it begins.
        1 => prop_oneof![Just(0.0), Just(-1.0), Just(f64::NAN), Just(f64::INFINITY)],
    ];
    let nowhere = prop_oneof![
        Just(None),
        Just(Some(f64::NAN)),
        Just(Some(f64::INFINITY)),
        Just(Some(-1e300)),
    ];
    prop_oneof![
        30 => Just(Move::On),
        2 => (-0.0009..0.0009_f64).prop_map(Move::Rounded),
        3 => position().prop_map(Move::Seek),
        2 => Just(Move::Stand),
        2 => nowhere.prop_map(Move::Unsaid),
        2 => (start(), length).prop_map(|(start, length)| Move::Loop(start, length)),
        1 => Just(Move::NoLoop),
    ]
}

fn before() -> impl Strategy<Value = Before> {
    let length = prop_oneof![Just(Length::One), Just(Length::Two), Just(Length::Four)];
    let speed = prop_oneof![Just(Speed::Half), Just(Speed::Normal), Just(Speed::Double)];
    let mode = prop_oneof![
        2 => Just(PlayMode::Transport),
        2 => Just(PlayMode::Hold),
        1 => Just(PlayMode::Free)
    ];
    let note_length = prop_oneof![Just(0.125), Just(0.03), Just(1.5), Just(0.0), Just(1e9)];
    prop_oneof![
        4 => (score(), quantise()).prop_map(|(score, at)| Before::Change(score, at)),
        4 => score().prop_map(Before::Refresh),
        2 => (0..3_usize, quantise()).prop_map(|(song, at)| Before::Follow(song, at)),
        1 => Just(Before::RefreshSong),
        1 => sample_rate().prop_map(Before::Reset),
        2 => mode.prop_map(Before::Mode),
        1 => any::<bool>().prop_map(Before::Muted),
        1 => (0..16_u8).prop_map(Before::Channel),
        2 => feel().prop_map(Before::Feel),
        2 => (length, 0..96_u8, speed).prop_map(|(length, start, speed)|
            Before::Shape(length, start, speed)),
        1 => prop_oneof![1 => Just(0), 2 => (0..48_i64).prop_map(|eighth| eighth * 12), 1 => 0..300_i64]
            .prop_map(Before::Origin),
        2 => (0..5_u8, 0..6_u8, 0..5_u8).prop_map(|(every, beats, size)|
            Before::Fills(RegularFills { every, beats, size: f32::from(size) / 4.0 })),
        1 => quantise().prop_map(Before::Quantise),
        1 => note_length.prop_map(Before::NoteLength),
        1 => (0..9_usize, any::<bool>(), -8..3_i8).prop_map(|(instrument, is_on, density)|
            Before::Lane(instrument, is_on, f32::from(density) / 8.0)),
        1 => (0..4_u64).prop_map(Before::Seed),
    ]
}

fn action() -> impl Strategy<Value = PlayerAction> {
    prop_oneof![
        3 => score().prop_map(PlayerAction::Play),
        2 => any::<bool>().prop_map(PlayerAction::Hold),
        1 => any::<bool>().prop_map(PlayerAction::Mute),
        1 => any::<bool>().prop_map(PlayerAction::Fill),
    ]
}

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        12 => Just(Refusal::NONE),
        1 => Just(Refusal { ons: 0x1ff, offs: 0x1ff }),
        1 => (0..0x200_u16, 0..0x200_u16).prop_map(|(ons, offs)| Refusal { ons, offs }),
    ]
}

fn cut() -> impl Strategy<Value = Cut> {
    let events_before =
        prop_oneof![5 => Just(Vec::new()), 1 => prop::collection::vec(before(), 1..3)];
    let place = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 4 => 0.0..1.0_f64];
    let actions =
        prop_oneof![6 => Just(Vec::new()), 1 => prop::collection::vec((place, action()), 1..4)];
    (frames(), events_before, tempo(), movement(), actions, refusal()).prop_map(
        |(frames, before, tempo, to, actions, refusal)| Cut {
            frames,
            before,
            tempo,
            to,
            actions,
            refusal,
        },
    )
}

fn playing() -> impl Strategy<Value = Playing> {
    let lane = (0..10_u8, 0..20_u8, -6..3_i8, 0..4_u8, 30..36_u8, 0..4_u8);
    let lanes = prop_oneof![
        Just(Lanes::default()),
        prop::collection::vec(lane, 9).prop_map(|all| {
            let mut lanes = Lanes::default();
            for (lane, (on, solo, density, velocity, key, choke)) in lanes.0.iter_mut().zip(all) {
                lane.is_on = on > 0;
                lane.is_solo = solo == 19;
                lane.density = f32::from(density) / 8.0;
                lane.velocity = f32::from(velocity) / 2.0;
                lane.key = key;
                lane.note_map =
                    NoteMap::ALL.get(usize::from(key) - 30).copied().filter(|_| choke < 3);
                lane.choke = choke;
            }
            lanes
        }),
    ];
    let touches = [
        VelocitySettings::AS_PLAYED,
        VelocitySettings { humanise: 0.5, accent_amount: 0.5, ..VelocitySettings::AS_PLAYED },
    ];
    let note_length = prop_oneof![Just(0.125), Just(0.03), Just(1.5)];
    (feel(), lanes, quantise(), note_length, prop::sample::select(touches.to_vec())).prop_map(
        |(feel, lanes, quantise, note_length, velocity_settings)| Playing {
            playback: groove::sequencer::PlaybackSettings::whole(feel),
            lanes,
            quantise,
            note_length: Beats(note_length),
            velocity_settings,
            ..Playing::default()
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    let ending = prop_oneof![
        1 => Just(Ending::Plain),
        2 => (0..5_u8, 0..5_u8).prop_map(|(beats, size)|
            Ending::Fill { beats, size: f32::from(size) / 4.0 }),
        1 => (0..5_u8).prop_map(|beats| Ending::Stop { beats }),
    ];
    (score(), 1..6_u16, ending, any::<bool>()).prop_map(|(score, bars, ending, has_crash)| {
        // Of the varied score there are four cycles.
        let bars = if score == Score::VARIED { bars.min(2) } else { bars };
        Part { score, bars, ending, has_crash }
    })
}

/// A song in which each of the bars that there are comes at least once.
fn plan() -> impl Strategy<Value = Plan> {
    (prop::collection::vec(part(), 1..4), 0..2_usize, any::<bool>()).prop_map(
        |(mut parts, first, is_repeated)| {
            for score in [first, 1 - first] {
                let ending = Ending::Fill { beats: 1, size: 0.5 };
                parts.push(Part { score: Score(score), bars: 1, ending, has_crash: true });
            }
            Plan { parts, is_repeated }
        },
    )
}

/// A case of so many blocks.
pub(crate) fn case(blocks: Range<usize>) -> impl Strategy<Value = Case> {
    let bars = prop_oneof![(bar(), bar()), bar().prop_map(|bar| (bar, bar))];
    let patterns = bars.prop_flat_map(|(bar, other)| [pattern(bar), pattern(other), pattern(bar)]);
    let cuts = prop::collection::vec(cut(), blocks);
    let songs = (plan(), plan(), any::<bool>());
    (patterns, songs, sample_rate(), any::<bool>(), playing(), cuts).prop_map(
        |(
            patterns,
            (song, other, is_followed),
            sample_rate,
            splits_at_loops,
            playing,
            mut cuts,
        )| {
            if is_followed && let Some(first) = cuts.first_mut() {
                first.before.push(Before::Follow(0, Quantise::Bar));
            }
            Case {
                songs: [song.clone(), song.with_others(), other],
                patterns,
                sample_rate,
                splits_at_loops,
                playing,
                cuts,
            }
        },
    )
}
