//! MIDI files that somebody meant harm with: valid ones with bytes changed, cut, put in twice and promised.
//! Nothing panics, every error is one line, and memory stays as small as the file.

use groove::midi::{self, Clip, ClipOptions, Performance};
use groove::{Hit, Instrument, KeyMap, NoteMap, Pattern, STEPS};
use proptest::prelude::*;
use testkit::{is_one_line, peak_memory};

/// A file as this program writes it.
fn valid() -> Vec<u8> {
    let mut pattern = Pattern::EMPTY;
    for step in 0..STEPS {
        let instrument = Instrument::from_index(step % 9).unwrap();
        pattern.set(step, instrument, Some(Hit::new(0.7, 0.1)));
    }
    midi::write(&[pattern, pattern], 97.0).unwrap()
}

/// Something done to a file's bytes, at a part of its length.
#[derive(Clone, Debug)]
enum Harm {
    Set(f64, u8),
    /// A number of four bytes, as lengths are.
    Promise(f64, u32),
    Cut(f64),
    Remove(f64, usize),
    Insert(f64, Vec<u8>),
    /// What lies there once more.
    Repeat(f64, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = || 0.0..1.0_f64;
    let length = prop_oneof![Just(u32::MAX), Just(0), Just(1 << 31), any::<u32>()];
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        // The header and its division, the first track's length.
        2 => (0.0..0.03_f64, any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        1 => (place(), length).prop_map(|(at, length)| Harm::Promise(at, length)),
        1 => place().prop_map(Harm::Cut),
        1 => (place(), 1..20_usize).prop_map(|(at, count)| Harm::Remove(at, count)),
        1 => (place(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
        1 => (place(), 1..200_usize).prop_map(|(at, count)| Harm::Repeat(at, count)),
    ]
}

fn harmed(mut bytes: Vec<u8>, harms: &[Harm]) -> Vec<u8> {
    for harm in harms {
        let place = |at: f64| (at * bytes.len() as f64) as usize;
        match harm {
            Harm::Set(at, byte) => {
                let at = place(*at);
                bytes.iter_mut().skip(at).take(1).for_each(|place| *place = *byte);
            }
            Harm::Promise(at, length) => {
                let at = place(*at);
                bytes.iter_mut().skip(at).zip(length.to_be_bytes()).for_each(|(a, b)| *a = b);
            }
            Harm::Cut(at) => bytes.truncate(place(*at)),
            Harm::Remove(at, count) => {
                let (from, to) = (place(*at), (place(*at) + count).min(bytes.len()));
                bytes.drain(from..to);
            }
            Harm::Insert(at, more) => {
                let at = place(*at);
                bytes.splice(at..at, more.iter().copied());
            }
            Harm::Repeat(at, count) => {
                let (from, to) = (place(*at), (place(*at) + count).min(bytes.len()));
                bytes.extend_from_within(from..to);
            }
        }
    }
    bytes
}

/// Reads a file in all the ways that there are.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let one_line = |error: &dyn std::fmt::Display| {
        prop_assert!(is_one_line(&error, 300), "{error}");
        Ok(())
    };
    let sequences = match Performance::read_all(bytes) {
        Ok(sequences) => sequences,
        Err(error) => return one_line(&error),
    };
    prop_assert!(sequences.iter().map(|one| one.notes().count()).sum::<usize>() <= bytes.len());
    let key_maps = NoteMap::ALL.map(KeyMap::Ready).into_iter().chain([KeyMap::Guess]);
    for (channel, key_map) in [None, Some(9), Some(0)].into_iter().zip(key_maps.cycle()) {
        let options = ClipOptions { channel, key_map, only_windows: channel.is_some() };
        let clip = Clip::read(bytes, options).expect("it has been read");
        // A loop of one bar is played four times.
        let hits: usize = clip.sequences.iter().map(|sequence| sequence.hits().len()).sum();
        prop_assert!(hits <= 4 * bytes.len());
        for bar in [1, 2, usize::MAX] {
            match clip.pattern(bar) {
                Ok(pattern) => prop_assert!(pattern.count() > 0),
                Err(error) => one_line(&error)?,
            }
        }
        for (reason, &count) in &clip.report.left_out {
            one_line(&reason.describe(count))?;
        }
        for repair in &clip.report.repairs {
            one_line(repair)?;
        }
    }
    Ok(())
}

#[test]
fn harmed_files_neither_panic_nor_take_memory() {
    let valid = valid();
    read(&valid).unwrap();
    let before = peak_memory();
    let config = ProptestConfig { cases: 20_000, failure_persistence: None, ..Default::default() };
    proptest!(config, |(harms in prop::collection::vec(harm(), 1..8))| {
        read(&harmed(valid.clone(), &harms))?;
    });
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
        let mut harmed = valid.clone();
        harmed[at..at + bytes.len()].copy_from_slice(&bytes);
        let notes = |bytes: &[u8]| Performance::read(bytes).unwrap().notes().count();
        assert_eq!(notes(&harmed), notes(&valid), "{bytes:?} at {at}");
        read(&harmed).unwrap();
    }
}
