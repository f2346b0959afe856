//! Any text as a config file of the trainer; what is read is written and read to the same.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;

// The trainer is a program and no library: its reader is taken as it stands, with as much of the rest as that names.
#[path = "../../trainer/src/training"]
mod training {
    #[expect(dead_code, reason = "training has use for the rest")]
    pub(crate) mod settings;

    pub(crate) mod init {
        use std::path::Path;

        pub(crate) fn network(
            _: &Path,
            config: Option<&musicvae::Config>,
        ) -> anyhow::Result<musicvae::Config> {
            Ok(config.cloned().unwrap_or_else(musicvae::Config::compact))
        }
    }
}

use training::settings;

#[expect(dead_code, reason = "only its types are needed")]
mod data {
    use std::path::PathBuf;

    use serde::{Deserialize, Serialize};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub(crate) enum Windowing {
        Seed,
        Bars,
    }

    pub(crate) struct DataOptions {
        pub(crate) path: PathBuf,
        pub(crate) windowing: Windowing,
        pub(crate) train_hop_beats: Option<u32>,
        pub(crate) split_seed: u64,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("jangdan-fuzz-{}.toml", std::process::id()));
    let write = |bytes: &[u8]| std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    write(bytes);
    if let Ok(settings) = settings::Settings::of_run(&path) {
        write(settings.to_toml().unwrap().as_bytes());
        assert_eq!(settings::Settings::of_run(&path).unwrap(), settings);
    }
});
