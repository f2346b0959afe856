//! Any bytes as a MIDI file, read as a performance and as a clip.
#![no_main]

use groove::midi::{Clip, ClipOptions, Performance};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Performance::read_all(bytes) {
        Ok(sequences) => {
            let notes = || sequences.iter().flat_map(|one| one.notes().map(move |note| (one, note)));
            assert!(notes().count() <= bytes.len());
            for (one, note) in notes() {
                assert!(one.tempo.seconds(note.start).is_finite());
            }
            let clip = Clip::read(bytes, ClipOptions::default()).expect("it has been read");
            let hits: usize = clip.sequences.iter().map(|sequence| sequence.hits().len()).sum();
            // A loop of one bar is played four times.
            assert!(hits <= 4 * bytes.len());
            if let Err(error) = clip.pattern(1) {
                assert!(!error.to_string().contains('\n'));
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
});
