//! Hours of playing, faster than real time, every cycle another: memory stays as it was.
//!
//! In the built CLAP, with the worker decoding beside it. Alone in its process, so that its memory can be
//! measured. Plays for six minutes of music, or for `JANGDAN_HOURS`.

use testhost::{Host, Input, NoteKind, Transport};
use testkit::built::plugin;

/// The memory that this process has now, in bytes.
fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat_while_it_plays_and_every_note_ends() {
    crate::alone("endurance::memory_stays_flat_while_it_plays_and_every_note_ends", play);
}

#[cfg(target_os = "linux")]
fn play() {
    let hours: f64 = testkit::effort("JANGDAN_HOURS", 0.1);
    let mut host = Host::load(plugin()).unwrap();
    // So that on a busy machine, too, all that is kept has been made when the memory is looked at first.
    host.set_offline(true).unwrap();
    host.activate(48_000.0, 512).unwrap();
    let parameters = host.parameters().unwrap();
    let variation = parameters.iter().find(|parameter| parameter.name == "Variation").unwrap();
    let evolve = [Input::Parameter { offset: 0, id: variation.id, value: variation.maximum }];
    let blocks = (hours * 3600.0 * 48_000.0 / 512.0) as u64;
    let (mut notes, mut held, mut memory_before, mut most) = (0_u64, 0_i64, 0, 0);
    for block in 0..blocks {
        let beats = block as f64 * 512.0 / 24_000.0;
        let inputs: &[Input] = if block == 0 { &evolve } else { &[] };
        host.process(512, Some(&Transport::playing(beats, 120.0)), inputs).unwrap();
        if block % 1000 == 0 {
            for note in host.take_recording().notes {
                let is_on = matches!(note.kind, NoteKind::On(_));
                notes += u64::from(is_on);
                held += if is_on { 1 } else { -1 };
            }
            // After a tenth of it everything there is to keep has been made.
            if block <= blocks / 10 {
                memory_before = memory();
            }
            most = most.max(memory());
        }
    }
    host.process(512, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
    for note in host.take_recording().notes {
        held += if matches!(note.kind, NoteKind::On(_)) { 1 } else { -1 };
    }
    println!("{notes} notes in {hours} hours; {memory_before} bytes, at most {most}");
    assert!(notes > blocks / 100, "{notes} notes in {blocks} blocks");
    assert_eq!(held, 0, "every note has ended");
    assert!(most < memory_before + (16 << 20), "{memory_before} bytes became {most}");
}
