//! The formats that the plugin is built in.

/// A plugin format.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    Clap,
    Vst3,
    /// Audio Unit, on macOS.
    Au,
}

impl Format {
    /// Those of this platform.
    pub(crate) const ALL: &[Self] = if cfg!(target_os = "macos") {
        &[Self::Clap, Self::Vst3, Self::Au]
    } else {
        &[Self::Clap, Self::Vst3]
    };

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Clap => "CLAP",
            Self::Vst3 => "VST3",
            Self::Au => "Audio Unit",
        }
    }

    /// The extension of its bundles.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Clap => "clap",
            Self::Vst3 => "vst3",
            Self::Au => "component",
        }
    }
}
