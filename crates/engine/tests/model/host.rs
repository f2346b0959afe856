//! A host that does anything: what is generated, and the blocks that it comes to.
//!
//! A [`Case`] is made of what a host and a player do one after another, each relative to where things
//! stand, so that any part of it may be left out and the rest still makes sense. That is what shrinking
//! does to a case that fails.

use engine::{CYCLES, PlayMode, Playing, Quantise, Transport};
use groove::sequencer::{Feel, Length, PlaybackSettings, RegularFills, Shape, Speed};
use groove::{Beats, INSTRUMENTS, Pattern};

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

/// The sample rate counted with where the host names `rate`.
pub(crate) fn believed_rate(rate: f64) -> f64 {
    if rate.is_finite() && rate >= 1000.0 { rate } else { 48_000.0 }
}

/// The tempo counted with where the host names `tempo`; `None` for nonsense.
pub(crate) fn believed_tempo(tempo: f64) -> Option<f64> {
    if tempo.is_nan() || tempo.is_infinite() {
        None
    } else if tempo < 0.0 {
        Some(0.0)
    } else if tempo > 10_000.0 {
        Some(10_000.0)
    } else {
        Some(tempo)
    }
}

/// The host's own clock.
struct Host {
    sample_rate: f64,
    tempo: f64,
    has_ramped: bool,
    position: f64,
    looped: Option<(f64, f64)>,
    song: Option<usize>,
}

/// The blocks that a case comes to.
pub(crate) fn blocks(case: &Case) -> Vec<Block> {
    let mut host = Host {
        sample_rate: case.sample_rate,
        tempo: 120.0,
        has_ramped: false,
        position: 0.0,
        looped: None,
        song: None,
    };
    let mut playing = case.playing;
    case.cuts.iter().map(|cut| block(&mut host, &mut playing, cut, case.splits_at_loops)).collect()
}

fn block(host: &mut Host, playing: &mut Playing, cut: &Cut, splits_at_loops: bool) -> Block {
    let mut before = Vec::new();
    for &happens in &cut.before {
        match happens {
            Before::Change(score, quantise) => {
                host.song = None;
                before.push(Between::Change(score, quantise));
            }
            Before::Refresh(score) => before.push(Between::Refresh(score)),
            Before::Follow(song, quantise) => {
                host.song = Some(song);
                before.push(Between::Follow(song, quantise));
            }
            Before::RefreshSong => {
                // The first two are the same but for their patterns.
                host.song = host.song.map(|song| [1, 0, 2][song]);
                before.extend(host.song.map(Between::RefreshSong));
            }
            Before::Reset(rate) => {
                host.sample_rate = rate;
                before.push(Between::Reset);
            }
            setting => set(playing, setting),
        }
    }

    let mut ends_at = host.tempo;
    // Where a ramp ends the host says where it has led.
    let said = match cut.tempo {
        Tempo::RampTo(_) => cut.tempo,
        _ if host.has_ramped => Tempo::Same,
        otherwise => otherwise,
    };
    host.has_ramped = matches!(said, Tempo::RampTo(_));
    let tempo = match said {
        Tempo::Same => Some(host.tempo),
        Tempo::Named(tempo) => {
            (host.tempo, ends_at) =
                (believed_tempo(tempo).unwrap(), believed_tempo(tempo).unwrap());
            Some(tempo)
        }
        Tempo::RampTo(tempo) => {
            ends_at = tempo;
            Some(host.tempo)
        }
        Tempo::Missing => None,
        Tempo::Nonsense(nonsense) => Some(nonsense),
    };

    match cut.to {
        Move::Seek(position) => host.position = position,
        Move::Loop(start, length) => host.looped = Some((start, start + length)),
        Move::NoLoop => host.looped = None,
        _ => {}
    }
    let is_playing = !matches!(cut.to, Move::Stand);
    let position = match cut.to {
        Move::Rounded(off) => Some(host.position + off),
        Move::Unsaid(position) => position,
        _ => Some(host.position),
    };

    let per_sample = |tempo: f64| tempo / 60.0 / believed_rate(host.sample_rate);
    let step = per_sample(host.tempo);
    let mut frames = cut.frames;
    if let Some((_, end)) = host.looped
        && splits_at_loops
        && is_playing
        && host.position < end
        && step > 0.0
    {
        let left = ((end - host.position) / step).ceil().max(1.0);
        frames = frames.min(left.min(1e9) as u32);
    }
    let transport = Transport {
        is_playing,
        position: position.map(Beats),
        tempo,
        loop_range: host.looped.map(|(start, end)| (Beats(start), Beats(end))),
        sample_rate: host.sample_rate,
    };

    if is_playing {
        let samples = f64::from(frames);
        let mut passed = samples * step;
        let ramped = samples * (per_sample(ends_at) - step) / 2.0;
        // A host whose tempo changes faster changes it between blocks.
        if ramped.abs() < 0.1 {
            passed += ramped;
        }
        let time = host.position + passed;
        host.position = match host.looped {
            Some((start, end)) if host.position < end && time >= end && end - start > step => {
                start + (time - end) % (end - start)
            }
            _ => time,
        };
    }
    host.tempo = ends_at;

    let mut actions: Vec<(u32, PlayerAction)> = cut
        .actions
        .iter()
        .map(|&(place, action)| ((place * f64::from(frames)).round() as u32, action))
        .collect();
    actions.sort_by_key(|&(at, _)| at);
    Block { frames, before, transport, playing: *playing, actions, refusal: cut.refusal }
}

fn set(playing: &mut Playing, setting: Before) {
    match setting {
        Before::Mode(mode) => playing.mode = mode,
        Before::Muted(is_muted) => playing.is_muted = is_muted,
        Before::Channel(channel) => playing.channel = channel,
        Before::Feel(feel) => playing.playback.feel = feel,
        Before::Fills(fills) => playing.playback.fills = fills,
        Before::Shape(length, start, speed) => {
            let shape = Shape { length, start, speed, ..playing.playback.shape };
            playing.playback = PlaybackSettings { shape, ..playing.playback };
        }
        Before::Origin(origin) => playing.playback.shape.origin = origin,
        Before::Quantise(quantise) => playing.quantise = quantise,
        Before::NoteLength(beats) => playing.note_length = Beats(beats),
        Before::Lane(instrument, is_on, density) => {
            let lane = &mut playing.lanes.0[instrument % INSTRUMENTS];
            (lane.is_on, lane.density) = (is_on, density);
        }
        Before::Seed(seed) => playing.seed = seed,
        Before::Change(..)
        | Before::Refresh(_)
        | Before::Follow(..)
        | Before::RefreshSong
        | Before::Reset(_) => {}
    }
}
