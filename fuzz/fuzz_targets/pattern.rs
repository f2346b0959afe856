//! Any bytes as a pattern and a recipe saved in a project; what is read is saved and read to the same.
#![no_main]

use groove::Pattern;
use libfuzzer_sys::fuzz_target;
use musicvae::Recipe;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(pattern) = serde_json::from_slice::<Pattern>(bytes) {
        let saved = serde_json::to_vec(&pattern).unwrap();
        assert_eq!(serde_json::from_slice::<Pattern>(&saved).unwrap(), pattern);
    }
    _ = serde_json::from_slice::<Recipe>(bytes);
});
