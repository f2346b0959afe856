//! The notes of a performance, and the controllers between them, as a Standard MIDI File.

use anyhow::{Context, Result, bail};
use midly::live::LiveEvent;
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use testhost::{NoteEvent, NoteKind};

use super::performance::{Performance, TEMPO, beats, played_samples};

/// Ticks per quarter note: 25 samples at 120 BPM and 48 kHz, half a millisecond.
const PPQ: u16 = 960;

/// The file's bytes: one track, at least as long as the bars played.
pub(super) fn file(performance: &Performance) -> Result<Vec<u8>> {
    bytes(&performance.notes, &performance.midi, played_samples())
}

fn bytes(notes: &[NoteEvent], midi: &[(u64, [u8; 3])], end: u64) -> Result<Vec<u8>> {
    let tempo = u24::new((60_000_000.0 / TEMPO) as u32);
    let mut track = vec![
        meta(MetaMessage::TrackName(b"Jangdan")),
        meta(MetaMessage::Tempo(tempo)),
        meta(MetaMessage::TimeSignature(4, 2, 24, 8)),
    ];
    let mut events = Vec::new();
    // A hi-hat's pedal is moved before the stroke.
    for (time, bytes) in midi {
        let event = LiveEvent::parse(bytes).context("raw bytes that are no MIDI")?;
        let LiveEvent::Midi { channel, message } = event else { bail!("no message of a channel") };
        events.push((*time, channel, message));
    }
    for note in notes {
        let key = u7::try_from(u8::try_from(note.key)?).context("a key above 127")?;
        let channel = u4::try_from(u8::try_from(note.channel)?).context("a channel above 15")?;
        let message = match note.kind {
            // Velocity 0 would mean note-off to a reader.
            NoteKind::On(velocity) => {
                let vel = u7::new(((velocity * 127.0).round() as u8).clamp(1, 127));
                MidiMessage::NoteOn { key, vel }
            }
            NoteKind::Off | NoteKind::Choke => MidiMessage::NoteOff { key, vel: u7::new(0) },
        };
        events.push((note.time, channel, message));
    }
    events.sort_by_key(|(time, ..)| *time);
    let mut now = 0;
    for (time, channel, message) in events {
        let time = ticks(time);
        track.push(TrackEvent {
            delta: u28::new(time - now),
            kind: TrackEventKind::Midi { channel, message },
        });
        now = time;
    }
    track.push(TrackEvent {
        delta: u28::new(ticks(end).saturating_sub(now)),
        kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
    });
    let header = Header::new(Format::SingleTrack, Timing::Metrical(u15::new(PPQ)));
    let mut bytes = Vec::new();
    Smf { header, tracks: vec![track] }.write_std(&mut bytes).context("cannot write MIDI")?;
    Ok(bytes)
}

fn meta(message: MetaMessage<'static>) -> TrackEvent<'static> {
    TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(message) }
}

fn ticks(time: u64) -> u32 {
    (beats(time) * f64::from(PPQ)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_at_their_ticks_and_the_track_ends_with_the_bars() {
        let note = |time, kind| NoteEvent { time, channel: 9, key: 38, kind };
        // A 16th at 120 BPM and 48 kHz is 6000 samples.
        let notes = [note(6000, NoteKind::On(0.004)), note(9000, NoteKind::Off)];
        let pedal = [(6000, [0xB9, 4, 64])];
        let bytes = bytes(&notes, &pedal, 16 * 24_000).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        let mut time = 0;
        let mut seen = Vec::new();
        for event in &smf.tracks[0] {
            time += event.delta.as_int();
            if let TrackEventKind::Midi { message, .. } = event.kind {
                seen.push((time, message));
            }
        }
        let key = u7::new(38);
        let on = MidiMessage::NoteOn { key, vel: u7::new(1) };
        let off = MidiMessage::NoteOff { key, vel: u7::new(0) };
        let pedal = MidiMessage::Controller { controller: u7::new(4), value: u7::new(64) };
        assert_eq!(seen, [(240, pedal), (240, on), (360, off)]);
        assert_eq!(time, 16 * 960);
    }
}
