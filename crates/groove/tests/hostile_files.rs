//! MIDI files that somebody meant harm with: valid ones with bytes changed, cut, put in twice and promised.
//! Nothing panics, every error is one line, and memory stays as small as the file.

use groove::midi::{self, Clip, ClipOptions, Performance};
use groove::{Hit, Instrument, KeyMap, NoteMap, Pattern, STEPS};
use testkit::{Random, harmed, is_one_line, peak_memory};

/// A file as this program writes it.
fn valid() -> Vec<u8> {
    let mut pattern = Pattern::EMPTY;
    for step in 0..STEPS {
        let instrument = Instrument::from_index(step % 9).unwrap();
        pattern.set(step, instrument, Some(Hit::new(0.7, 0.1)));
    }
    midi::write(&[pattern, pattern], 97.0).unwrap()
}

/// Reads a file in all the ways that there are.
fn read(bytes: &[u8]) {
    let one_line = |error: &dyn std::fmt::Display| assert!(is_one_line(&error, 300), "{error}");
    let sequences = match Performance::read_all(bytes) {
        Ok(sequences) => sequences,
        Err(error) => return one_line(&error),
    };
    assert!(sequences.iter().map(|one| one.notes().count()).sum::<usize>() <= bytes.len());
    let key_maps = NoteMap::ALL.map(KeyMap::Ready).into_iter().chain([KeyMap::Guess]);
    for (channel, key_map) in [None, Some(9), Some(0)].into_iter().zip(key_maps.cycle()) {
        let options = ClipOptions { channel, key_map, only_windows: channel.is_some() };
        let clip = Clip::read(bytes, options).expect("it has been read");
        // A loop of one bar is played four times.
        let hits: usize = clip.sequences.iter().map(|sequence| sequence.hits().len()).sum();
        assert!(hits <= 4 * bytes.len());
        for bar in [1, 2, usize::MAX] {
            match clip.pattern(bar) {
                Ok(pattern) => assert!(pattern.count() > 0),
                Err(error) => one_line(&error),
            }
        }
        let left_out = clip.report.left_out.iter();
        left_out.for_each(|(reason, &count)| one_line(&reason.describe(count)));
        clip.report.repairs.iter().for_each(|repair| one_line(repair));
    }
}

#[test]
fn harmed_files_neither_panic_nor_take_memory() {
    let valid = valid();
    read(&valid);
    let before = peak_memory();
    let mut random = Random(7);
    (0..20_000).for_each(|_| read(&harmed(&valid, &[], &mut random)));
    let grown = peak_memory() - before;
    assert!(grown < 64 << 20, "{grown} bytes for files of {} bytes", valid.len());
}

#[test]
fn what_a_header_promises_is_not_believed() {
    let valid = valid();
    // 65 535 tracks, a header and a track that are longer than the file.
    for (at, bytes) in [
        (10, vec![0xff, 0xff]),
        (4, vec![0xff, 0xff, 0xff, 0xff]),
        (18, vec![0xff, 0xff, 0xff, 0xff]),
        (18, vec![0x7f, 0xff, 0xff, 0xff]),
    ] {
        let mut promising = valid.clone();
        promising[at..at + bytes.len()].copy_from_slice(&bytes);
        let notes = |bytes: &[u8]| Performance::read(bytes).unwrap().notes().count();
        assert_eq!(notes(&promising), notes(&valid), "{bytes:?} at {at}");
        read(&promising);
    }
}
