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

mod cli {
    use std::path::PathBuf;

    use crate::data::Windowing;
    use crate::training::settings::{Preset, Schedule};

    pub(crate) struct TrainArgs {
        pub(crate) data: Option<PathBuf>,
        pub(crate) init: Option<PathBuf>,
        pub(crate) config: Option<PathBuf>,
        pub(crate) preset: Option<Preset>,
        pub(crate) windowing: Option<Windowing>,
        pub(crate) epochs: Option<u32>,
        pub(crate) batch_size: Option<u32>,
        pub(crate) lr: Option<f64>,
        pub(crate) schedule: Option<Schedule>,
        pub(crate) beta: Option<f64>,
        pub(crate) free_bits: Option<f64>,
        pub(crate) seed: Option<u64>,
        pub(crate) device: Option<String>,
        pub(crate) f32: bool,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    pub(crate) struct UsageError(pub(crate) &'static str);
}

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
