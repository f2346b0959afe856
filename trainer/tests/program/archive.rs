//! A small archive with the layout of the Groove MIDI Dataset.

use std::io::{Cursor, Write};
use std::path::Path;

use groove::midi::{DRUM_CHANNEL, SoundedNote, write_notes};
use groove::{Beats, Hit, Instrument, Pattern, STEPS, STEPS_PER_BEAT};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Performances in the archive: 16 train, 4 validation, 4 test.
pub(crate) const PERFORMANCES: usize = 24;

/// Writes the archive to `path`: `PERFORMANCES` performances of six bars, with info.csv.
pub(crate) fn write(path: &Path) {
    let mut files = vec![("groove/info.csv".to_owned(), info().into_bytes())];
    files.extend((0..PERFORMANCES).map(|i| (format!("groove/{}", file_name(i)), midi(i))));
    write_zip(path, &files);
}

/// Writes these files as a zip archive to `path`.
pub(crate) fn write_zip(path: &Path, files: &[(String, Vec<u8>)]) {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    std::fs::write(path, zip.finish().unwrap().into_inner()).unwrap();
}

/// Performance `i` as a MIDI file, of six bars.
pub(crate) fn midi(i: usize) -> Vec<u8> {
    let patterns = [(0, pattern(2 * i, STEPS)), (STEPS, pattern(2 * i + 1, STEPS / 2))];
    let beats = |steps: f64| Beats(steps / STEPS_PER_BEAT as f64);
    let mut notes = Vec::new();
    for (first, pattern) in patterns {
        notes.extend(pattern.iter().map(|(step, instrument, hit)| SoundedNote {
            start: beats((first + step) as f64 + f64::from(hit.micro_offset())),
            length: beats(0.5),
            channel: DRUM_CHANNEL,
            key: instrument.key(),
            velocity: hit.velocity(),
            foot: None,
            is_grabbed: false,
        }));
    }
    write_notes(&notes, &[], beats(1.5 * STEPS as f64), 120.0).unwrap()
}

fn file_name(i: usize) -> String {
    format!("drummer1/session1/{}_rock_120_beat_4-4.mid", i + 1)
}

fn info() -> String {
    let mut text = String::from(
        "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,\
         duration,split\n",
    );
    for i in 0..PERFORMANCES {
        let split = match i % 6 {
            4 => "validation",
            5 => "test",
            _ => "train",
        };
        let name = file_name(i);
        text += &format!(
            "drummer1,drummer1/session1,drummer1/session1/{},rock,120,beat,4-4,{name},,16.0,{split}\n",
            i + 1
        );
    }
    text
}

/// The first `steps` steps of four bars, each `number` another mix of kick, snare, hats and a tom.
fn pattern(number: usize, steps: usize) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for step in 0..steps {
        let mut strike = |instrument, is_struck: bool| {
            let velocity = 0.4 + 0.1 * ((step + number) % 5) as f32;
            let hit = Hit::new(velocity, 0.05 * ((step * 7 + number) % 5) as f32 - 0.1);
            if is_struck {
                pattern.set(step, instrument, Some(hit));
            }
        };
        let beat = step / STEPS_PER_BEAT;
        strike(Instrument::Kick, step % (4 + 2 * (number % 3)) == 0);
        strike(Instrument::Snare, beat % 2 == 1 && step % STEPS_PER_BEAT == 0);
        strike(Instrument::ClosedHiHat, step.is_multiple_of(1 + number % 4));
        strike(Instrument::HighTom, step % 16 > 16 - 1 - number % 4);
        strike(Instrument::Ride, number.is_multiple_of(2) && step % 4 == 2);
    }
    pattern
}
