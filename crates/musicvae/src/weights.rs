//! The weights file: safetensors with our metadata, read without trusting a byte of it.
//!
//! Knows nothing of candle: the inference kernel reads raw numbers by name from here, and so does
//! the network. The file is read whole; tensors are kept as f32 whatever they are stored as.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use groove::{INSTRUMENTS, Instrument};
use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::config::{Config, ConfigError};
use crate::velocity_curves::KNOTS;

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
/// Where the styles are.
pub(crate) const STYLES: NamedVectors =
    NamedVectors { key: "styles", tensors: &["latent.style_mean", "latent.style_spread"] };

impl NamedVectors {
    /// The names in `metadata`; none if it says nothing of them.
    pub(crate) fn names(&self, metadata: &Metadata) -> Vec<String> {
        let names = metadata.get(self.key).map_or("", String::as_str);
        names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }
}

/// The largest file that is read: preset `paper` in f32 takes 0.7 GB.
pub const MAX_FILE_BYTES: u64 = 4 << 30;

/// How the tensors are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats: exact.
    F32,
    /// 16-bit floats, rounded to nearest: half the size.
    F16,
}

/// A named block of numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct RawTensor {
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// The numbers, as many as the product of `shape`.
    pub data: Vec<f32>,
}

/// Tensors by name.
pub type Tensors = BTreeMap<String, RawTensor>;
/// A file's metadata: text by key.
pub type Metadata = BTreeMap<String, String>;

/// A weights file in memory: config, metadata, and every tensor the config asks for, in its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsFile {
    config: Config,
    metadata: Metadata,
    tensors: Tensors,
}

/// Why a weights file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is larger than any weights file.
    #[error("{} bytes are more than any weights file has (at most {MAX_FILE_BYTES})", .0)]
    TooLarge(u64),
    /// The bytes are not safetensors.
    #[error("not a whole safetensors file: {}", printable(.0))]
    NotSafetensors(String),
    /// The file says it is something else, or nothing.
    #[error(
        "safetensors, but not a groove network: its metadata has format {found}, expected \
         \"{FORMAT}\""
    )]
    Format {
        /// What it says.
        found: String,
    },
    /// Written by another version of this program.
    #[error("weights format version {found}, but this program reads version {VERSION}")]
    Version {
        /// What it says.
        found: String,
    },
    /// A metadata entry is missing.
    #[error("the file's metadata has no `{0}`")]
    MissingMetadata(&'static str),
    /// The file's instruments are not ours, or in another order.
    #[error("the file's vocabulary is `{found}`, but this program's is `{expected}`")]
    Vocabulary {
        /// What it says.
        found: String,
        /// [`vocabulary`].
        expected: String,
    },
    /// The config is not JSON or has unknown or missing keys.
    #[error("the file's config cannot be read: {}", printable(&.0.to_string()))]
    ConfigJson(#[source] serde_json::Error),
    /// The config cannot be built.
    #[error("the file's config cannot be used: {0}")]
    Config(#[from] ConfigError),
    /// A tensor is missing.
    #[error("tensor `{name}` is missing (expected shape {expected:?})")]
    Missing {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the config asks for.
    #[error("tensor `{}` has shape {found:?}, expected {expected:?}", printable(name))]
    Shape {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// A tensor's numbers are neither F32 nor F16.
    #[error("tensor `{}` holds {found} numbers, expected F32 or F16", printable(name))]
    NumberType {
        /// Its name.
        name: String,
        /// What they are.
        found: String,
    },
    /// A tensor holds NaN or infinity, or a number too large for the precision asked for.
    #[error("tensor `{}` holds {found} at index {index}, not a finite number", printable(name))]
    NotFinite {
        /// Its name.
        name: String,
        /// Row-major index.
        index: usize,
        /// The number.
        found: f32,
    },
}

/// `text`, which may be the file's own, as one line that is not too long.
fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let is_longer = text.chars().nth(LONGEST).is_some();
    text.chars().take(LONGEST).map(visible).chain(is_longer.then_some('…')).collect()
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
        let file = File::open(path).map_err(io)?;
        // The length may be unknown (a pipe) or a lie (a device), so the read is bounded as well.
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

    /// Writes the file whole: to `PATH.part`, synced, then renamed, so that `path` never holds half
    /// a file.
    ///
    /// # Errors
    /// If it cannot be written; what was at `path` is then still there.
    pub fn write(&self, path: &Path, precision: Precision) -> Result<(), WeightsError> {
        let bytes = self.to_bytes(precision)?;
        write_whole(path, &bytes)
    }

    /// The network's sizes and switches.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every metadata entry.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
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

/// Any tensors and metadata as the content of a safetensors file (a checkpoint, say). The same
/// tensors and metadata always give the same bytes.
///
/// # Errors
/// [`WeightsError::NotFinite`] if a number is too large for `precision`.
pub fn write_tensors(
    metadata: &Metadata,
    tensors: &Tensors,
    precision: Precision,
) -> Result<Vec<u8>, WeightsError> {
    let (dtype, size) = match precision {
        Precision::F32 => ("F32", 4),
        Precision::F16 => ("F16", 2),
    };
    // Written by hand because the library keeps metadata in an unordered map, and so would give
    // other bytes in every run.
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".into(), serde_json::json!(metadata));
    let mut offset = 0;
    for (name, tensor) in tensors {
        let end = offset + tensor.data.len() * size;
        let entry = serde_json::json!({
            "dtype": dtype, "shape": tensor.shape, "data_offsets": [offset, end],
        });
        header.insert(name.clone(), entry);
        offset = end;
    }
    let mut header = serde_json::Value::Object(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');

    let mut bytes = Vec::with_capacity(8 + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for (name, tensor) in tensors {
        for (index, &number) in tensor.data.iter().enumerate() {
            match precision {
                Precision::F32 => bytes.extend(number.to_le_bytes()),
                Precision::F16 => {
                    let short = f16::from_f32(number);
                    if number.is_finite() && !short.is_finite() {
                        let (name, found) = (name.clone(), short.to_f32());
                        return Err(WeightsError::NotFinite { name, index, found });
                    }
                    bytes.extend(short.to_le_bytes());
                }
            }
        }
    }
    Ok(bytes)
}

/// Metadata and tensors of any safetensors file of F32 or F16 numbers, whatever it is for.
///
/// Allocates no more than a small multiple of `bytes`, whatever the header promises.
///
/// # Errors
/// If the bytes are not safetensors or hold other numbers.
pub fn read_tensors(bytes: &[u8]) -> Result<(Metadata, Tensors), WeightsError> {
    let file = parse(bytes)?;
    Ok((read_metadata(bytes)?, to_tensors(&file)?))
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

fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>, WeightsError> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(WeightsError::TooLarge(bytes.len() as u64));
    }
    SafeTensors::deserialize(bytes).map_err(|e| WeightsError::NotSafetensors(e.to_string()))
}

fn read_metadata(bytes: &[u8]) -> Result<Metadata, WeightsError> {
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|e| WeightsError::NotSafetensors(e.to_string()))?;
    Ok(header.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect())
}

fn to_tensors(file: &SafeTensors<'_>) -> Result<Tensors, WeightsError> {
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        let data = match view.dtype() {
            Dtype::F32 => {
                view.data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
            }
            Dtype::F16 => {
                view.data().as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect()
            }
            other => {
                let found = format!("{other:?}");
                return Err(WeightsError::NumberType { name: name.to_owned(), found });
            }
        };
        tensors.insert(name.to_owned(), RawTensor { shape: view.shape().to_vec(), data });
    }
    Ok(tensors)
}

/// Writes `bytes` to `path` by way of `PATH.part`, synced and renamed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WeightsError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = File::create(&part)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&part, path));
    written.map_err(|source| {
        // Best effort: the error worth telling is the first one.
        let _ = std::fs::remove_file(&part);
        WeightsError::Io { path: path.to_owned(), source }
    })
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
