//! Adam with decoupled weight decay (Kingma and Ba 2015, Loshchilov and Hutter 2019), whose state
//! can be saved and restored to the bit.

#[cfg(any(test, feature = "cuda"))]
mod queued;

use std::collections::BTreeMap;
use std::sync::Mutex;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, Device, InplaceOp2, Layout, Result, Tensor, bail};
use rayon::prelude::*;

use crate::activation::vectorised;
#[cfg(feature = "cuda")]
use crate::kernels::{Kernels, cuda::Cuda};
use crate::network::{contiguous, with_numbers};
use crate::parameters::Parameters;
use crate::weights::RawTensor;

/// Settings of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamConfig {
    /// Decay of the mean of the gradients.
    pub beta_1: f32,
    /// Decay of the mean of their squares.
    pub beta_2: f32,
    /// Added to the root of that mean.
    pub epsilon: f32,
    /// Share of each parameter, times the learning rate, that every step takes away.
    pub weight_decay: f32,
}

impl Default for AdamConfig {
    /// The values of Kingma and Ba; no weight decay.
    fn default() -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// The optimiser of some parameters.
#[derive(Debug)]
pub struct Adam {
    config: AdamConfig,
    steps: u64,
    moments: BTreeMap<String, Moments>,
}

/// Means of a parameter's gradients and of their squares.
#[derive(Debug)]
enum Moments {
    Cpu(Vec<f32>, Vec<f32>),
    /// One after the other.
    #[cfg(feature = "cuda")]
    Cuda(<Cuda as Kernels>::Buffer),
}

impl Moments {
    /// Those of a parameter, given their numbers.
    fn on(device: &Device, first: Vec<f32>, second: Vec<f32>) -> Result<Self> {
        #[cfg(feature = "cuda")]
        if let Device::Cuda(device) = device {
            return Ok(Self::Cuda(device.clone_htod(&[first, second].concat())?));
        }
        let _ = device;
        Ok(Self::Cpu(first, second))
    }

    /// The two means' numbers.
    fn numbers(&self) -> Result<(Vec<f32>, Vec<f32>)> {
        match self {
            Self::Cpu(first, second) => Ok((first.clone(), second.clone())),
            #[cfg(feature = "cuda")]
            Self::Cuda(both) => {
                let stream = both.stream();
                let mut first = stream.clone_dtoh(both).map_err(candle_core::Error::wrap)?;
                let second = first.split_off(both.len() / 2);
                Ok((first, second))
            }
        }
    }
}

/// A saved state that does not belong to these parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the optimiser's `{name}` has shape {found:?}, expected {expected:?}")]
pub struct AdamStateError {
    /// Tensor name.
    pub name: String,
    /// Shape of the parameter.
    pub expected: Vec<usize>,
    /// Shape found; `None` if the tensor is missing.
    pub found: Option<Vec<usize>>,
}

const FIRST: &str = "adam.first.";
const SECOND: &str = "adam.second.";

impl Adam {
    /// An optimiser that has seen no gradient.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(parameters: &Parameters, config: AdamConfig) -> Result<Self> {
        let mut moments = BTreeMap::new();
        for (name, var) in parameters.variables() {
            let zeros = || vec![0.0; var.elem_count()];
            let zeros = Moments::on(var.device(), zeros(), zeros())?;
            moments.insert(name.clone(), zeros);
        }
        Ok(Self { config, steps: 0, moments })
    }

    /// Moves the parameters by `gradients`, whose common norm is first brought down to `max_norm`
    /// if it is larger. Returns the norm before that.
    ///
    /// Parameters without a gradient stay. If the norm is not a finite number, nothing is changed;
    /// the caller sees it in the result.
    ///
    /// # Errors
    /// If a tensor operation fails, or the parameters are not those of [`new`](Self::new).
    pub fn step(
        &mut self,
        parameters: &Parameters,
        gradients: &GradStore,
        learning_rate: f64,
        max_norm: Option<f64>,
    ) -> Result<f64> {
        let mut work = Vec::new();
        for (name, var) in parameters.variables() {
            if let Some(gradient) = gradients.get(var.as_tensor()) {
                work.push((name, var, gradient.contiguous()?));
            }
        }
        let gradients: Vec<&Tensor> = work.iter().map(|(_, _, gradient)| gradient).collect();
        let norm = sum_of_all_squares(parameters.device(), &gradients)?.sqrt();
        if !norm.is_finite() {
            return Ok(norm);
        }
        let scale = match max_norm {
            Some(max_norm) if norm > max_norm => max_norm / norm,
            _ => 1.0,
        };

        self.steps += 1;
        let AdamConfig { beta_1, beta_2, epsilon, weight_decay } = self.config;
        // Corrections for the means having started at zero, in double precision.
        let power = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let correction_1 = 1.0 - f64::from(beta_1).powi(power);
        let correction_2 = 1.0 - f64::from(beta_2).powi(power);
        let update = Update {
            beta_1,
            beta_2,
            epsilon,
            kept: (1.0 - learning_rate * f64::from(weight_decay)) as f32,
            rate: (learning_rate / correction_1) as f32,
            root_scale: (1.0 / correction_2.sqrt()) as f32,
            gradient_scale: scale as f32,
        };
        let mut moments: BTreeMap<&String, &mut Moments> = self.moments.iter_mut().collect();
        let mut jobs = Vec::new();
        for (name, var, gradient) in work {
            let Some(moments) = moments.remove(name) else {
                bail!("adam: `{name}` was not among the parameters it was made for");
            };
            jobs.push((var, gradient, moments));
        }
        // A GPU takes its work from one thread: others have streams of their own, out of order.
        #[cfg(feature = "cuda")]
        if parameters.device().is_cuda() {
            for (var, gradient, moments) in jobs {
                let Moments::Cuda(both) = moments else {
                    bail!("adam: its moments are on the CPU, the parameters are not");
                };
                var.inplace_op2(&gradient, &queued::QueuedUpdate(update, Mutex::new(both)))?;
            }
            return Ok(norm);
        }
        jobs.into_par_iter().try_for_each(|(var, gradient, moments)| match moments {
            Moments::Cpu(first, second) => {
                var.inplace_op2(&gradient, &CpuUpdate(update, Mutex::new((first, second))))
            }
            #[cfg(feature = "cuda")]
            Moments::Cuda(_) => bail!("adam: its moments are on a GPU, the parameters are not"),
        })?;
        Ok(norm)
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The state as tensors, named `adam.first.NAME` and `adam.second.NAME`. With
    /// [`steps`](Self::steps) this is all there is.
    ///
    /// # Errors
    /// If a tensor cannot be copied from its device.
    pub fn state(&self, parameters: &Parameters) -> Result<BTreeMap<String, RawTensor>> {
        let mut state = BTreeMap::new();
        for (name, moments) in &self.moments {
            let shape = parameters.variables()[name].dims().to_vec();
            let (first, second) = moments.numbers()?;
            let raw = |data| RawTensor { shape: shape.clone(), data };
            state.insert(format!("{FIRST}{name}"), raw(first));
            state.insert(format!("{SECOND}{name}"), raw(second));
        }
        Ok(state)
    }

    /// An optimiser that goes on where one with this state stopped. `state` may hold other tensors
    /// too.
    ///
    /// # Errors
    /// If a tensor is missing or misshapen ([`AdamStateError`] inside), or the device has no room.
    pub fn restore(
        parameters: &Parameters,
        config: AdamConfig,
        steps: u64,
        state: &BTreeMap<String, RawTensor>,
    ) -> Result<Self> {
        let mut adam = Self::new(parameters, config)?;
        adam.steps = steps;
        for (name, moments) in &mut adam.moments {
            let var = &parameters.variables()[name];
            let find = |prefix: &str| {
                let name = format!("{prefix}{name}");
                match state.get(&name) {
                    Some(raw) if raw.shape == var.dims() => Ok(raw.data.clone()),
                    other => Err(candle_core::Error::wrap(AdamStateError {
                        name,
                        expected: var.dims().to_vec(),
                        found: other.map(|raw| raw.shape.clone()),
                    })),
                }
            };
            *moments = Moments::on(var.device(), find(FIRST)?, find(SECOND)?)?;
        }
        Ok(adam)
    }
}

/// Numbers of one step, the same for all parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update {
    pub(crate) beta_1: f32,
    pub(crate) beta_2: f32,
    pub(crate) epsilon: f32,
    /// What weight decay leaves of a parameter.
    pub(crate) kept: f32,
    /// Learning rate over the first mean's correction.
    pub(crate) rate: f32,
    /// Root of the second mean's correction.
    pub(crate) root_scale: f32,
    pub(crate) gradient_scale: f32,
}

impl Update {
    #[inline(always)]
    fn apply(
        self,
        parameters: &mut [f32],
        gradients: &[f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let moments = first.iter_mut().zip(second);
        for ((p, g), (m, v)) in parameters.iter_mut().zip(gradients).zip(moments) {
            let g = g * self.gradient_scale;
            *m = self.beta_1 * *m + (1.0 - self.beta_1) * g;
            *v = self.beta_2 * *v + (1.0 - self.beta_2) * g * g;
            let root = v.sqrt() * self.root_scale + self.epsilon;
            *p = self.kept * *p - self.rate * *m / root;
        }
    }
}

/// The update in place on the CPU, with the moments.
struct CpuUpdate<'a>(Update, Mutex<(&'a mut Vec<f32>, &'a mut Vec<f32>)>);

impl InplaceOp2 for CpuUpdate<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(
        &self,
        parameters: &mut CpuStorage,
        layout: &Layout,
        gradients: &CpuStorage,
        gradients_layout: &Layout,
    ) -> Result<()> {
        let gradients = contiguous(gradients, gradients_layout)?;
        let (CpuStorage::F32(parameters), Some((from, to))) =
            (parameters, layout.contiguous_offsets())
        else {
            bail!("adam: expected a contiguous parameter of F32");
        };
        let mut moments = self.1.lock().expect("no holder of the lock panics");
        let (first, second) = &mut *moments;
        vectorised(
            #[inline(always)]
            || self.0.apply(&mut parameters[from..to], gradients, first, second),
        );
        Ok(())
    }
}

/// Sum of all squares of `gradients`, which are on `device`.
fn sum_of_all_squares(device: &Device, gradients: &[&Tensor]) -> Result<f64> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(device) = device {
        return queued::sum_of_all_squares(&Cuda::new(device)?, gradients);
    }
    let _ = device;
    let squares: Vec<f64> =
        gradients.par_iter().map(|gradient| sum_of_squares(gradient)).collect::<Result<_>>()?;
    Ok(squares.iter().sum())
}

/// Sum of squares in double precision, in an order that depends on the shape alone.
fn sum_of_squares(x: &Tensor) -> Result<f64> {
    const LANES: usize = 16;
    with_numbers(x, |x| {
        vectorised(
            #[inline(always)]
            || {
                let mut total = 0.0;
                // Single precision within a block, double over blocks.
                for block in x.chunks(4096) {
                    let mut sums = [0.0f32; LANES];
                    let (rows, rest) = block.as_chunks::<LANES>();
                    for row in rows {
                        for (sum, x) in sums.iter_mut().zip(row) {
                            *sum += x * x;
                        }
                    }
                    total += sums.iter().chain(&[0.0]).map(|&x| f64::from(x)).sum::<f64>();
                    total += rest.iter().map(|&x| f64::from(x * x)).sum::<f64>();
                }
                total
            },
        )
    })
}
