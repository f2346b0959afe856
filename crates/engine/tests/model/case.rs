//! What happens in a test: a host that does anything, as it is generated.
//!
//! A [`Case`] is made of what a host and a player do one after another, each relative to where things
//! stand, so that any part of it may be left out and the rest still makes sense. That is what shrinking
//! does to a case that fails.

use engine::{CYCLES, PlayMode, Playing, Quantise, Transport};
use groove::Pattern;
use groove::sequencer::{Feel, Length, RegularFills, Speed};

use crate::songs::Plan;

/// What happens in one test.
#[derive(Clone)]
pub(crate) struct Case {
    /// The patterns that [`Score`]s are made of; the first and the last have the same bars.
    pub(crate) patterns: [Pattern; 3],
    /// The second is the first with other patterns.
    pub(crate) songs: [Plan; 3],
    /// Samples per second to begin with.
    pub(crate) sample_rate: f64,
    /// Whether the host cuts blocks where a loop ends. Others go round within a block.
    pub(crate) splits_at_loops: bool,
    /// The settings to begin with.
    pub(crate) playing: Playing,
    /// One block after another.
    pub(crate) cuts: Vec<Cut>,
}

impl std::fmt::Debug for Case {
    /// What differs from the ordinary, a line per block.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cuts = if self.splits_at_loops { "cuts" } else { "does not cut" };
        writeln!(f, "{} Hz, a host that {cuts} blocks where loops end", self.sample_rate)?;
        for (number, pattern) in self.patterns.iter().enumerate() {
            write!(
                f,
                "pattern {number}, {} in {:?}:",
                pattern.bar().metre(),
                pattern.bar().grid()
            )?;
            for (step, instrument, hit) in pattern.iter() {
                write!(f, " {instrument:?} {step}{:+}", hit.micro_offset())?;
            }
            writeln!(f)?;
        }
        let ordinary = Playing::default();
        for (now, lane) in self.playing.lanes.0.iter().zip(ordinary.lanes.0) {
            if *now != lane {
                writeln!(f, "{now:?} and not {lane:?}")?;
            }
        }
        let Playing { playback, velocity_settings, note_length, quantise, .. } = self.playing;
        writeln!(f, "{playback:?}, {velocity_settings:?}, {note_length:?}, {quantise:?}")?;
        writeln!(f, "songs {:?}", self.songs)?;
        for (number, cut) in self.cuts.iter().enumerate() {
            write!(f, "block {number}: {} frames, {:?}, {:?}", cut.frames, cut.to, cut.tempo)?;
            if !cut.before.is_empty() {
                write!(f, ", before it {:?}", cut.before)?;
            }
            if !cut.actions.is_empty() {
                write!(f, ", actions {:?}", cut.actions)?;
            }
            if cut.refusal != Refusal::NONE {
                write!(f, ", {:?}", cut.refusal)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The number of a score: three of one pattern each, and one that has another pattern in every cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Score(pub(crate) usize);

impl Score {
    pub(crate) const VARIED: Self = Self(3);
    pub(crate) const COUNT: usize = 4;
    /// What plays before and after a song.
    pub(crate) const SILENCE: Self = Self(4);

    pub(crate) fn tag(self) -> u64 {
        if self == Self::SILENCE { 0 } else { self.0 as u64 }
    }

    /// The number of the pattern in `cycle`; those of one score have the same bars.
    pub(crate) fn pattern(self, cycle: i64) -> usize {
        match self {
            Self::VARIED => 2 * cycle.rem_euclid(2) as usize,
            Self::SILENCE => 3,
            Self(number) => number,
        }
    }

    /// The number of the pattern whose bars are its fills, if it has some.
    pub(crate) fn fills(self) -> Option<usize> {
        (self.0 % 2 == 1).then_some(self.0 / 2)
    }

    /// The same for the engine: of the varied one only `cycles`, as the plugin's worker makes it.
    pub(crate) fn made(self, patterns: &[Pattern; 3], cycles: [i64; CYCLES]) -> engine::Score {
        let fills = self.fills().map(|number| patterns[number].to_window());
        if self != Self::VARIED {
            return engine::Score::steady(patterns[self.0]).with_fills(fills);
        }
        let mut score = engine::Score::varied().with_fills(fills);
        for cycle in cycles {
            assert!(score.insert(cycle, &patterns[self.pattern(cycle)]));
        }
        score
    }
}

/// One block as a host asks for it, and what happens before and in it.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) frames: u32,
    pub(crate) before: Vec<Before>,
    pub(crate) tempo: Tempo,
    pub(crate) to: Move,
    /// What the player does, at these parts of the block.
    pub(crate) actions: Vec<(f64, PlayerAction)>,
    pub(crate) refusal: Refusal,
}

/// What the host says of the tempo.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tempo {
    Same,
    /// From here on.
    Named(f64),
    /// Goes there during the block, as an automated tempo does; the host names the one at the start.
    RampTo(f64),
    Missing,
    /// NaN or infinite.
    Nonsense(f64),
}

/// Where the transport is in this block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// Runs on, or starts from where it stood.
    On,
    /// Runs on, and the host's position is this many beats off.
    Rounded(f64),
    Seek(f64),
    Stand,
    /// Runs on, and the host does not say where; or says NaN, or an infinite or impossible place.
    Unsaid(Option<f64>),
    /// Runs on, in a loop from here to so many beats later.
    Loop(f64, f64),
    /// Runs on; the loop is over.
    NoLoop,
}

/// What happens between two blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    /// A pattern from the worker: another one.
    Change(Score, Quantise),
    /// A pattern from the worker: the same groove, other cycles.
    Refresh(Score),
    /// Another song is followed.
    Follow(usize, Quantise),
    /// The same song with other patterns.
    RefreshSong,
    /// The host resets, or deactivates and activates again, perhaps at another sample rate.
    Reset(f64),
    Mode(PlayMode),
    Muted(bool),
    Channel(u8),
    Feel(Feel),
    Shape(Length, u8, Speed),
    /// Bars begin there, in clocks after beat 0.
    Origin(i64),
    Fills(RegularFills),
    Quantise(Quantise),
    NoteLength(f64),
    /// An instrument on or off, with its density.
    Lane(usize, bool, f32),
    Seed(u64),
}

/// Something the player does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PlayerAction {
    Play(Score),
    Mute(bool),
    Hold(bool),
    Fill(bool),
}

/// What the host does not take in this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Bit by instrument.
    pub(crate) ons: u16,
    pub(crate) offs: u16,
}

impl Refusal {
    pub(crate) const NONE: Self = Self { ons: 0, offs: 0 };
}

/// A block as the engine gets it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) frames: u32,
    pub(crate) before: Vec<Between>,
    pub(crate) transport: Transport,
    pub(crate) playing: Playing,
    /// In order of samples, `0..=frames`.
    pub(crate) actions: Vec<(u32, PlayerAction)>,
    pub(crate) refusal: Refusal,
}

/// What is done to the engine between two blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Between {
    Change(Score, Quantise),
    Refresh(Score),
    Follow(usize, Quantise),
    /// To this one.
    RefreshSong(usize),
    Reset,
}
