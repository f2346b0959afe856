//! Adam with decoupled weight decay (Kingma and Ba 2015, Loshchilov and Hutter 2019), whose state
//! can be saved and restored to the bit.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var, bail};
use rayon::prelude::*;

use crate::network::cpu::activation::vectorised;
use crate::network::parameters::Parameters;
use crate::network::{Operations, with_numbers};
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
    operations: Operations,
    steps: u64,
    moments: BTreeMap<String, Moments>,
}

/// Means of a parameter's gradients and of their squares.
#[derive(Debug)]
struct Moments {
    first: Tensor,
    second: Tensor,
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
        let moments = |(name, var): (&String, &Var)| {
            let moments = Moments { first: var.zeros_like()?, second: var.zeros_like()? };
            Ok((name.clone(), moments))
        };
        let moments = parameters.variables().iter().map(moments).collect::<Result<_>>()?;
        Ok(Self { config, operations: Operations::of(parameters.device()), steps: 0, moments })
    }

    /// The same, computed with `operations`.
    pub fn with_operations(self, operations: Operations) -> Self {
        Self { operations, ..self }
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
        let norm = self.norm(work.iter().map(|(_, _, gradient)| gradient).collect())?;
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
        let apply = |(var, gradient, moments)| update.apply(var, gradient, moments);
        match self.operations {
            Operations::Cpu => jobs.into_par_iter().try_for_each(apply)?,
            // A GPU takes its work from one thread: others have streams of their own, out of order.
            Operations::Candle => jobs.into_iter().try_for_each(apply)?,
        }
        Ok(norm)
    }

    /// The common norm of `gradients`.
    fn norm(&self, gradients: Vec<&Tensor>) -> Result<f64> {
        let squares: Vec<f64> = match self.operations {
            Operations::Cpu => {
                gradients.into_par_iter().map(sum_of_squares).collect::<Result<_>>()?
            }
            Operations::Candle => {
                let sums = gradients.into_iter().map(|gradient| gradient.sqr()?.sum_all());
                let sums: Vec<f32> =
                    Tensor::stack(&sums.collect::<Result<Vec<_>>>()?, 0)?.to_vec1()?;
                sums.into_iter().map(f64::from).collect()
            }
        };
        Ok(squares.iter().sum::<f64>().sqrt())
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
    pub fn state(&self) -> Result<BTreeMap<String, RawTensor>> {
        let mut state = BTreeMap::new();
        for (name, moments) in &self.moments {
            for (prefix, moment) in [(FIRST, &moments.first), (SECOND, &moments.second)] {
                let data = moment.flatten_all()?.to_vec1()?;
                let raw = RawTensor { shape: moment.dims().to_vec(), data };
                state.insert(format!("{prefix}{name}"), raw);
            }
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
                    Some(raw) if raw.shape == var.dims() => {
                        Tensor::from_slice(&raw.data, var.dims(), var.device())
                    }
                    other => Err(candle_core::Error::wrap(AdamStateError {
                        name,
                        expected: var.dims().to_vec(),
                        found: other.map(|raw| raw.shape.clone()),
                    })),
                }
            };
            *moments = Moments { first: find(FIRST)?, second: find(SECOND)? };
        }
        Ok(adam)
    }
}

/// Numbers of one step, the same for all parameters.
#[derive(Clone, Copy, Debug)]
struct Update {
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
    /// Share of a parameter that weight decay leaves.
    kept: f32,
    /// Learning rate over the first mean's correction.
    rate: f32,
    /// Root of the second mean's correction.
    root_scale: f32,
    gradient_scale: f32,
}

impl Update {
    fn apply(self, parameter: &Var, gradient: Tensor, moments: &mut Moments) -> Result<()> {
        let scaled = |x: &Tensor, by: f32| x.affine(by.into(), 0.0);
        let g = scaled(&gradient, self.gradient_scale)?;
        let Moments { first, second } = moments;
        *first = (scaled(first, self.beta_1)? + scaled(&g, 1.0 - self.beta_1)?)?;
        *second = (scaled(second, self.beta_2)? + (scaled(&g, 1.0 - self.beta_2)? * &g)?)?;
        let root = second.sqrt()?.affine(self.root_scale.into(), self.epsilon.into())?;
        let change = (scaled(first, self.rate)? / root)?;
        parameter.set(&(scaled(parameter, self.kept)? - change)?)
    }
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
