//! Where the built plugin is.

use std::path::PathBuf;

/// The library that cargo has built of the plugin, beside the executable that asks: it is CLAP and VST3 in one.
///
/// # Panics
/// If the system does not say where the executable is.
pub fn library() -> PathBuf {
    let name = format!("{}jangdan{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    std::env::current_exe().expect("the executable has a path").with_file_name(name)
}

/// The bundle that `JANGDAN_BUNDLE` names: what is tested in place of the [`library`], if it is set.
pub fn bundle() -> Option<PathBuf> {
    std::env::var_os("JANGDAN_BUNDLE").map(PathBuf::from)
}

/// The CLAP to test: the [`bundle`], else the [`library`].
///
/// # Panics
/// As [`library`].
pub fn plugin() -> PathBuf {
    bundle().unwrap_or_else(library)
}
