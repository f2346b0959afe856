//! A host that does anything: the blocks that a [`Case`] comes to.

use engine::{Playing, Transport};
use groove::sequencer::{PlaybackSettings, Shape};
use groove::{Beats, INSTRUMENTS};

use crate::case::{Before, Between, Block, Case, Cut, Move, PlayerAction, Tempo};

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
