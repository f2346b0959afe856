//! The weights file: safetensors with our metadata, read without trusting a byte of it.
//!
//! Knows nothing of candle: the inference kernel reads raw numbers by name from here, and so does
//! the network. The file is read whole; tensors are kept as f32 whatever they are stored as.

pub mod config;
mod error;
pub mod latent_map;
mod tensors;
pub(crate) mod velocity_curves;

pub use self::error::WeightsError;
pub use self::tensors::{Metadata, Precision, RawTensor, Tensors, read_tensors, write_tensors};

use std::fs::File;
use std::io::Read;
use std::path::Path;

use groove::{INSTRUMENTS, Instrument};

use self::config::{Config, Drawn};
use self::tensors::{parse, read_metadata, to_tensors};
use self::velocity_curves::KNOTS;

/// The size in bytes of the largest weights file that is read, 1 GiB. Preset `paper` in f32 takes 712 MB.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// Value of `format` in the metadata; for ever.
pub const FORMAT: &str = "jangdan-groove";
/// Value of `version` in the metadata. A change to the meaning of any tensor changes it.
pub const VERSION: &str = "1";
/// Names of the latent map's tensors: mean `[Z]`, basis `[Z, Z]`, spread `[Z]`.
pub const LATENT_MAP: [&str; 3] = ["latent.mean", "latent.basis", "latent.spread"];

/// Name of the optional tensor of velocity curves `[9, 17]`; see [`VelocityCurves`](crate::VelocityCurves).
pub const VELOCITY_CURVES: &str = "velocity_curves";

/// A list of named vectors that a file may have: a metadata key with their names between commas, and
/// tensors with a row `[Z]` for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedVectors {
    pub(crate) key: &'static str,
    pub(crate) tensors: &'static [&'static str],
}

/// Directions of musical attributes.
pub(crate) const DIRECTIONS: NamedVectors =
    NamedVectors { key: "directions", tensors: &["latent.directions"] };
/// Places of the styles in the latent space.
pub(crate) const STYLES: NamedVectors =
    NamedVectors { key: "styles", tensors: &["latent.style_mean", "latent.style_spread"] };

impl NamedVectors {
    /// The names in `metadata`; none if it says nothing of them.
    pub(crate) fn names(&self, metadata: &Metadata) -> Vec<String> {
        let names = metadata.get(self.key).map_or("", String::as_str);
        names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }
}

/// A weights file in memory: config, metadata, and every tensor the config asks for, in its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsFile {
    config: Config,
    metadata: Metadata,
    tensors: Tensors,
}

/// The instruments as `vocabulary` in the metadata lists them: ids, kick first, between commas.
pub fn vocabulary() -> String {
    Instrument::ALL.map(Instrument::id).join(",")
}

impl WeightsFile {
    /// A file of these tensors, with `format`, `version`, `config` and `vocabulary` filled in.
    ///
    /// `metadata` brings the rest (`data`, `command`, `seed`, `scores`); entries of those four
    /// names are replaced. `tensors` may hold more than the config asks for.
    ///
    /// # Errors
    /// If the config is invalid, or a tensor is missing, misshapen or not finite.
    pub fn new(
        config: Config,
        mut metadata: Metadata,
        tensors: Tensors,
    ) -> Result<Self, WeightsError> {
        config.validate()?;
        check_tensors(&config, &metadata, &tensors)?;
        let json = serde_json::to_string(&config).map_err(WeightsError::ConfigJson)?;
        metadata.insert("format".into(), FORMAT.into());
        metadata.insert("version".into(), VERSION.into());
        metadata.insert("config".into(), json);
        metadata.insert("vocabulary".into(), vocabulary());
        Ok(Self { config, metadata, tensors })
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read or is not, in every part, a weights file of this version.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let io = |source| WeightsError::Io { path: path.to_owned(), source };
        // Before it is opened: that of a pipe would wait for a writer.
        let metadata = std::fs::metadata(path).map_err(io)?;
        if !metadata.is_file() {
            let what = if metadata.is_dir() { "a folder" } else { "a device or a pipe" };
            return Err(io(std::io::Error::other(format!("{what}, not a file"))));
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(WeightsError::TooLarge(metadata.len()));
        }
        let file = File::open(path).map_err(io)?;
        // It may grow meanwhile.
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(&bytes)
    }

    /// Reads and checks a file's content.
    ///
    /// Allocates no more than a small multiple of `bytes`, whatever the header promises.
    ///
    /// # Errors
    /// If it is not, in every part, a weights file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(WeightsError::TooLarge(bytes.len() as u64));
        }
        let file = parse(bytes)?;
        let metadata = read_metadata(bytes)?;
        let config = read_config(&metadata)?;
        let tensors = to_tensors(&file)?;
        check_tensors(&config, &metadata, &tensors)?;
        Ok(Self { config, metadata, tensors })
    }

    /// The file's content. The same tensors and metadata always give the same bytes.
    ///
    /// # Errors
    /// [`WeightsError::NotFinite`] if a number is too large for `precision`.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, WeightsError> {
        write_tensors(&self.metadata, &self.tensors, precision)
    }

    /// The network's sizes and switches.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every metadata entry.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Adds an entry to the metadata; `key` is none of those that [`new`](Self::new) fills in.
    pub fn describe(&mut self, key: &str, value: String) {
        self.metadata.insert(key.to_owned(), value);
    }

    /// Every tensor, by name.
    pub fn tensors(&self) -> &Tensors {
        &self.tensors
    }

    /// The numbers of the tensor called `name`, row-major.
    ///
    /// Never fails for the names of [`Config::parameters`] and [`LATENT_MAP`].
    ///
    /// # Errors
    /// [`WeightsError::Missing`] for any other name that the file does not have.
    pub fn numbers(&self, name: &str) -> Result<&[f32], WeightsError> {
        match self.tensors.get(name) {
            Some(tensor) => Ok(&tensor.data),
            None => Err(WeightsError::Missing { name: name.to_owned(), expected: Vec::new() }),
        }
    }
}

/// Names of the styles that a weights file knows, in their order, from its header alone.
///
/// # Errors
/// If the bytes are not safetensors.
pub fn styles(bytes: &[u8]) -> Result<Vec<String>, WeightsError> {
    Ok(STYLES.names(&read_metadata(bytes)?))
}

/// Names of the musical attributes that a weights file has directions for, in their order, from its header
/// alone.
///
/// # Errors
/// If the bytes are not safetensors.
pub fn directions(bytes: &[u8]) -> Result<Vec<String>, WeightsError> {
    Ok(DIRECTIONS.names(&read_metadata(bytes)?))
}

/// The config of a file with this metadata, once format, version and vocabulary are right.
fn read_config(metadata: &Metadata) -> Result<Config, WeightsError> {
    // Clipped and escaped: the text is the file's, and ends up in a log or a window.
    let quoted = |text: &String| format!("{:?}", text.chars().take(80).collect::<String>());
    match metadata.get("format") {
        Some(format) if format == FORMAT => {}
        other => {
            let found = other.map_or_else(|| "none".to_owned(), quoted);
            return Err(WeightsError::Format { found });
        }
    }
    let version = metadata.get("version").ok_or(WeightsError::MissingMetadata("version"))?;
    if version != VERSION {
        return Err(WeightsError::Version { found: quoted(version) });
    }
    let found = metadata.get("vocabulary").ok_or(WeightsError::MissingMetadata("vocabulary"))?;
    let expected = vocabulary();
    if *found != expected {
        return Err(WeightsError::Vocabulary { found: quoted(found), expected });
    }
    let json = metadata.get("config").ok_or(WeightsError::MissingMetadata("config"))?;
    let config: Config = serde_json::from_str(json).map_err(WeightsError::ConfigJson)?;
    config.validate()?;
    Ok(config)
}

/// Checks that every tensor that config and metadata ask for is there in its shape, and all numbers
/// are finite.
fn check_tensors(
    config: &Config,
    metadata: &Metadata,
    tensors: &Tensors,
) -> Result<(), WeightsError> {
    let z = config.latent;
    let mut expected_list = config.parameters();
    expected_list.extend(config.prior_parameters());
    for drawn in Drawn::ALL {
        expected_list.extend(config.step_model_parameters(drawn));
    }
    expected_list.extend(config.critic_parameters());
    expected_list.extend(config.articulation_parameters());
    for (name, shape) in LATENT_MAP.into_iter().zip([vec![z], vec![z, z], vec![z]]) {
        expected_list.push((name.to_owned(), shape));
    }
    if tensors.contains_key(VELOCITY_CURVES) {
        expected_list.push((VELOCITY_CURVES.to_owned(), vec![INSTRUMENTS, KNOTS]));
    }
    for list in [DIRECTIONS, STYLES] {
        let count = list.names(metadata).len();
        if count > 0 {
            let tensors = list.tensors.iter();
            expected_list.extend(tensors.map(|name| ((*name).to_owned(), vec![count, z])));
        }
    }
    for (name, expected) in expected_list {
        match tensors.get(&name) {
            None => return Err(WeightsError::Missing { name, expected }),
            Some(tensor) if tensor.shape != expected => {
                return Err(WeightsError::Shape { name, expected, found: tensor.shape.clone() });
            }
            Some(_) => {}
        }
    }
    for (name, tensor) in tensors {
        let count = tensor.shape.iter().product::<usize>();
        if count != tensor.data.len() {
            let (expected, found) = (tensor.shape.clone(), vec![tensor.data.len()]);
            return Err(WeightsError::Shape { name: name.clone(), expected, found });
        }
        if let Some(index) = tensor.data.iter().position(|x| !x.is_finite()) {
            let found = tensor.data[index];
            return Err(WeightsError::NotFinite { name: name.clone(), index, found });
        }
    }
    Ok(())
}

#[cfg(all(test, feature = "training"))]
mod tests;
