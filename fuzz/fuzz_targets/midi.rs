//! Any bytes as a MIDI file, read as a performance and as a clip.
#![no_main]

use groove::midi::{Clip, ClipOptions, Performance};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Performance::read(bytes) {
        Ok(performance) => {
            assert!(performance.notes().count() <= bytes.len());
            for note in performance.notes() {
                assert!(performance.tempo.seconds(note.start).is_finite());
            }
            let clip = Clip::of(&performance, ClipOptions::default());
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
