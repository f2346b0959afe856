//! The network's trained parameters: made from a seed, loaded from and turned into weights files.

use std::collections::{BTreeMap, HashMap};

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::VarBuilder;

use crate::noise::{Noise, Purpose};
use crate::weights::{RawTensor, WeightsError, WeightsFile};

/// Every trained tensor of a network, by its name in the weights file.
#[derive(Clone, Debug)]
pub struct Parameters {
    variables: BTreeMap<String, Var>,
    device: Device,
}

impl Parameters {
    /// First weights of the parameters in `list`, by name and shape, drawn from `seed`, on `device`, as PyTorch draws them: uniform
    /// within 1 / sqrt(H) for LSTMs and 1 / sqrt(inputs) for linear layers, weights and biases alike. `sketch_gain` is 1.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn initial(list: &[(String, Vec<usize>)], seed: u64, device: &Device) -> Result<Self> {
        let shapes: HashMap<&str, &[usize]> =
            list.iter().map(|(name, shape)| (name.as_str(), shape.as_slice())).collect();
        let mut variables = BTreeMap::new();
        for (index, (name, shape)) in list.iter().enumerate() {
            let count = shape.iter().product();
            let mut x = vec![1.0; count];
            if name != "sketch_gain" {
                // A stream for each, so that adding a layer leaves the others as they were.
                Noise::new(seed, Purpose::Weights, index as u64).fill_uniform(&mut x);
                let bound = 1.0 / (fan_in(name, &shapes) as f32).sqrt();
                x.iter_mut().for_each(|x| *x = (2.0 * *x - 1.0) * bound);
            }
            let tensor = Tensor::from_vec(x, shape.as_slice(), device)?;
            variables.insert(name.clone(), Var::from_tensor(&tensor)?);
        }
        Ok(Self { variables, device: device.clone() })
    }

    /// The parameters in a weights file, on `device`.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn from_weights(weights: &WeightsFile, device: &Device) -> Result<Self> {
        Self::from_numbers(weights.config().parameters(), weights.tensors(), device)
    }

    /// The parameters in `list`, by name and shape, among `tensors` (those of a checkpoint or a weights file), on `device`.
    ///
    /// # Errors
    /// If one is missing or misshapen ([`WeightsError`] inside), or the device has no room.
    pub fn from_numbers(
        list: Vec<(String, Vec<usize>)>,
        tensors: &BTreeMap<String, RawTensor>,
        device: &Device,
    ) -> Result<Self> {
        let mut variables = BTreeMap::new();
        for (name, expected) in list {
            let error = match tensors.get(&name) {
                None => WeightsError::Missing { name, expected },
                Some(raw) if raw.shape != expected => {
                    WeightsError::Shape { name, expected, found: raw.shape.clone() }
                }
                Some(raw) => {
                    let tensor = Tensor::from_slice(&raw.data, expected.as_slice(), device)?;
                    variables.insert(name, Var::from_tensor(&tensor)?);
                    continue;
                }
            };
            return Err(candle_core::Error::wrap(error));
        }
        Ok(Self { variables, device: device.clone() })
    }

    /// Copies of all parameters.
    ///
    /// # Panics
    /// If the device is lost.
    pub fn numbers(&self) -> BTreeMap<String, RawTensor> {
        let copy = |var: &Var| {
            let data = var.flatten_all().and_then(|x| x.to_vec1()).expect("parameters are f32");
            RawTensor { shape: var.dims().to_vec(), data }
        };
        self.variables.iter().map(|(name, var)| (name.clone(), copy(var))).collect()
    }

    /// A builder for networks, which share these parameters.
    pub fn builder(&self) -> VarBuilder<'static> {
        self.builder_of(|var| var.as_tensor().clone())
    }

    /// A builder for networks that are only measured: nothing is kept for gradients.
    pub fn fixed_builder(&self) -> VarBuilder<'static> {
        self.builder_of(|var| var.as_detached_tensor())
    }

    fn builder_of(&self, tensor: impl Fn(&Var) -> Tensor) -> VarBuilder<'static> {
        let tensors: HashMap<String, Tensor> =
            self.variables.iter().map(|(name, var)| (name.clone(), tensor(var))).collect();
        VarBuilder::from_tensors(tensors, DType::F32, &self.device)
    }

    /// All of them, by name, in alphabetical order.
    pub fn variables(&self) -> &BTreeMap<String, Var> {
        &self.variables
    }

    /// Their device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.variables.values().map(|var| var.elem_count()).sum()
    }
}

/// The number of inputs that the range of tensor `name`'s first weights depends on: the inputs of a linear layer, the
/// units of an LSTM.
fn fan_in(name: &str, shapes: &HashMap<&str, &[usize]>) -> usize {
    let (layer, tensor) = name.rsplit_once('.').unwrap_or(("", name));
    match tensor {
        "weight" => shapes[name][1],
        "bias" => shapes[format!("{layer}.weight").as_str()][1],
        _ => shapes[name][0] / 4,
    }
}
