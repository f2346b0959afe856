//! One copy of a kit in memory for all that play it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use kit::SampleKit;

use crate::{Error, load};

/// A kit, and when its own file was last written: a changed kit is read anew.
type Known = HashMap<(PathBuf, Option<SystemTime>), (Weak<SampleKit>, String, Vec<String>)>;

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// Like [`load`], but whoever asks for a kit that is in memory gets that one: the kit, its name, and what could not be read of it.
///
/// # Errors
/// As [`load`].
pub fn load_shared(path: &Path) -> Result<(Arc<SampleKit>, String, Vec<String>), Error> {
    let written = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let key = (path.to_path_buf(), written);
    let find = || {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        known.retain(|_, (kit, ..)| kit.strong_count() > 0);
        let (kit, name, unread) = known.get(&key)?;
        Some((kit.upgrade()?, name.clone(), unread.clone()))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    let loaded = load(path)?;
    let kit = Arc::new(loaded.kit);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = (Arc::downgrade(&kit), loaded.name.clone(), loaded.unread.clone());
    known.get_or_insert_default().insert(key, entry);
    Ok((kit, loaded.name, loaded.unread))
}
