//! Any bytes as a weights file; what is read after all is decoded with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use musicvae::weights::{self, WeightsFile};
use musicvae::{GrooveModel, Recipe};

fuzz_target!(|bytes: &[u8]| {
    _ = weights::styles(bytes);
    _ = weights::directions(bytes);
    _ = weights::read_tensors(bytes);
    match WeightsFile::from_bytes(bytes).and_then(|file| GrooveModel::new(&file)) {
        Ok(model) => {
            model.decode(&Recipe::default(), 0, &mut Default::default());
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
});
