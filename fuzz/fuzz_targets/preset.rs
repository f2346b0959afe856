//! Any bytes as a preset file; what is read is written and read to the same, and put in place.
#![no_main]

use jangdan::headless::Host;
use jangdan::editing::history::History;
use jangdan::params::JangdanParams;
use jangdan::params::preset::{read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match read(bytes) {
        Ok(mut state) => {
            // A value beyond single precision is read as an infinity, and is none of any parameter's.
            state.parameters.retain(|_, value| value.is_finite());
            let text = write(&state).unwrap();
            assert_eq!(read(text.as_bytes()).as_ref(), Ok(&state));
            let params = JangdanParams::default();
            History::default().place(&params, &Host::default(), &state);
            assert!(params.recipe().temperature.is_finite());
            params.playing();
            params.live_groove();
        }
        Err(error) => assert!(!error.contains('\n'), "{error}"),
    }
});
