//! Tensors and metadata as the bytes of a safetensors file, and back.

use std::collections::BTreeMap;

use half::f16;
use safetensors::{Dtype, SafeTensors};

use super::error::WeightsError;

/// How the tensors are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats: exact.
    F32,
    /// 16-bit floats, rounded to nearest: half the size.
    F16,
}

impl Precision {
    /// Rounds the numbers of `tensors` to those that a file of this precision holds.
    pub fn round(self, tensors: &mut Tensors) {
        if self == Self::F16 {
            for number in tensors.values_mut().flat_map(|tensor| &mut tensor.data) {
                *number = f16::from_f32(*number).to_f32();
            }
        }
    }
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

pub(super) fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>, WeightsError> {
    SafeTensors::deserialize(bytes).map_err(|e| WeightsError::NotSafetensors(e.to_string()))
}

pub(super) fn read_metadata(bytes: &[u8]) -> Result<Metadata, WeightsError> {
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|e| WeightsError::NotSafetensors(e.to_string()))?;
    Ok(header.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect())
}

pub(super) fn to_tensors(file: &SafeTensors<'_>) -> Result<Tensors, WeightsError> {
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
