//! Any bytes as a MIDI file, read as a clip and as a performance; what is read is written and read again.
#![no_main]

use groove::StepSequence;
use groove::midi::Performance;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Performance::read(bytes) {
        Ok(performance) => {
            assert!(performance.notes().count() <= bytes.len());
            for note in performance.notes() {
                assert!(performance.tempo.seconds(note.start).is_finite());
            }
            if let Ok(sequence) = StepSequence::from_clip(&performance) {
                assert!(sequence.hits().len() <= bytes.len());
            }
            if let Err(error) = StepSequence::from_performance(&performance) {
                assert!(!error.to_string().contains('\n'));
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
});
