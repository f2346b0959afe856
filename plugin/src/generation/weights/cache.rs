//! The networks of this process: each weights file is parsed once, however many instances play with it.

use std::path::Path;
use std::sync::{Arc, Weak};

use musicvae::weights::MAX_FILE_BYTES;
use parking_lot::Mutex;

use super::Weights;
use crate::factory::weights::EMBEDDED;

/// All weights in use.
static WEIGHTS_CACHE: Mutex<Vec<Weak<Weights>>> = Mutex::new(Vec::new());

impl Weights {
    /// The weights in the file at `path`, or the embedded ones. They stay in memory while an instance holds them.
    ///
    /// # Errors
    /// A line for the user, if there is no weights file of this version.
    pub fn load(path: Option<&Path>) -> Result<Arc<Self>, String> {
        let Some(path) = path else {
            let embedded = Self::shared(EMBEDDED);
            return embedded.map_err(|error| format!("the built-in network: {error}"));
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let bytes =
            whole_files::read(path, MAX_FILE_BYTES, "weights").map_err(|error| told(&error))?;
        Self::shared(&bytes).map_err(|error| told(&error))
    }

    fn shared(bytes: &[u8]) -> Result<Arc<Self>, musicvae::WeightsError> {
        let identity = identity(bytes);
        let find = |cached: &mut Vec<Weak<Self>>| {
            cached.retain(|weights| weights.strong_count() > 0);
            cached.iter().filter_map(Weak::upgrade).find(|weights| weights.identity == identity)
        };
        if let Some(weights) = find(&mut WEIGHTS_CACHE.lock()) {
            return Ok(weights);
        }
        // Parsed without the lock, so that nobody waits for other weights. Two instances may parse the same.
        let weights = Arc::new(Self::from_bytes(bytes)?);
        let mut cached = WEIGHTS_CACHE.lock();
        if let Some(first) = find(&mut cached) {
            return Ok(first);
        }
        cached.push(Arc::downgrade(&weights));
        Ok(weights)
    }
}

/// SHA-256 of a weights file, in hexadecimal.
pub(super) fn identity(bytes: &[u8]) -> String {
    whole_files::sha256(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_share_what_they_load() {
        let path = std::env::temp_dir().join(format!("jangdan-cached-{}", std::process::id()));
        std::fs::write(&path, EMBEDDED).unwrap();
        let [a, b] = [None, Some(path.as_path())].map(|path| Weights::load(path).unwrap());
        assert!(Arc::ptr_eq(&a, &b));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_weights_file_is_told_in_a_line_that_names_it() {
        let folder =
            std::env::temp_dir().join(format!("jangdan-no-weights-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let torn = folder.join("torn.safetensors");
        std::fs::write(&torn, &EMBEDDED[..1000]).unwrap();
        for (path, name) in [(folder.join("nowhere"), "nowhere"), (torn, "torn.safetensors")] {
            let told = Weights::load(Some(&path)).unwrap_err();
            assert!(told.starts_with(&format!("{name}: ")) && !told.contains('\n'), "{told}");
        }
        assert!(Weights::load(Some(&folder)).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
