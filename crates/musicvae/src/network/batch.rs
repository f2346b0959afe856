//! Windows as the network reads them: tokens, velocities and micro-offsets, in plain vectors.

use candle_core::{Device, Result, Tensor};
use groove::{INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR, TOKENS, Token};

use crate::weights::config::{Config, TokenInput};

/// B windows. Everything window-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Tokens `[B, T]`, each below 512.
    tokens: Vec<u16>,
    /// `[B, T, 9]` in `[0, 1]`; 0 where there is no hit. Empty if unknown.
    velocity: Vec<f32>,
    /// `[B, T, 9]` in `[-0.5, 0.5)` steps; 0 where there is no hit. Empty if unknown.
    micro_offset: Vec<f32>,
}

impl Batch {
    /// Windows with their velocities and micro-offsets.
    pub fn from_patterns<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        let mut batch = Self::default();
        for pattern in patterns {
            let base = batch.tokens.len() * INSTRUMENTS;
            batch.tokens.extend(pattern.tokens().map(Token::value));
            batch.velocity.resize(base + STEPS * INSTRUMENTS, 0.0);
            batch.micro_offset.resize(base + STEPS * INSTRUMENTS, 0.0);
            for (step, instrument, hit) in pattern.iter() {
                let cell = base + step * INSTRUMENTS + instrument.index();
                batch.velocity[cell] = hit.velocity();
                batch.micro_offset[cell] = hit.micro_offset();
            }
        }
        batch
    }

    /// Windows of which only the tokens are known, `[B, T]`. For a network with `expression` their
    /// velocities and micro-offsets count as 0.
    ///
    /// # Panics
    /// If the tokens are not whole windows or one is 512 or more.
    pub fn from_tokens(tokens: Vec<u16>) -> Self {
        assert_eq!(tokens.len() % STEPS, 0, "whole windows");
        assert!(tokens.iter().all(|&t| usize::from(t) < TOKENS), "tokens below 512");
        Self { tokens, velocity: Vec::new(), micro_offset: Vec::new() }
    }

    /// Number of windows, B.
    pub fn len(&self) -> usize {
        self.tokens.len() / STEPS
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Tokens `[B, T]`.
    pub fn tokens(&self) -> &[u16] {
        &self.tokens
    }

    /// The struck instruments as 1, `[B, T, 9]`.
    pub(crate) fn columns(&self, device: &Device) -> Result<Tensor> {
        self.token_columns(TokenInput::MultiHot, device)
    }

    fn token_columns(&self, input: TokenInput, device: &Device) -> Result<Tensor> {
        let width = input.width();
        let mut x = vec![0.0; self.tokens.len() * width];
        for (row, &token) in x.chunks_exact_mut(width).zip(&self.tokens) {
            write_columns(input, token, row);
        }
        Tensor::from_vec(x, (self.len(), STEPS, width), device)
    }

    /// The encoder's input, `[B, T, F]`: the token's columns and, with `expression`, velocities
    /// and twice the micro-offsets.
    pub(crate) fn features(&self, config: &Config, device: &Device) -> Result<Tensor> {
        if !config.expression {
            return self.token_columns(config.input, device);
        }
        let (width, features) = (config.input.width(), config.features());
        let mut x = vec![0.0; self.tokens.len() * features];
        for (step, row) in x.chunks_exact_mut(features).enumerate() {
            write_columns(config.input, self.tokens[step], &mut row[..width]);
            let cells = step * INSTRUMENTS..(step + 1) * INSTRUMENTS;
            let (velocities, offsets) = row[width..].split_at_mut(INSTRUMENTS);
            if let Some(velocity) = self.velocity.get(cells.clone()) {
                velocities.copy_from_slice(velocity);
            }
            if let Some(offset) = self.micro_offset.get(cells) {
                offsets.iter_mut().zip(offset).for_each(|(to, from)| *to = 2.0 * from);
            }
        }
        Tensor::from_vec(x, (self.len(), STEPS, features), device)
    }

    /// Columns of the token before each step, `[B, T, C]`: zeros at the first step, at each bar's
    /// first step with `independent_bars`, and where `hidden` (`[B, T]`) says so.
    pub(crate) fn previous(
        &self,
        config: &Config,
        hidden: Option<Vec<bool>>,
        device: &Device,
    ) -> Result<Tensor> {
        let width = config.input.width();
        let fresh = if config.independent_bars { STEPS_PER_BAR } else { STEPS };
        let mut x = vec![0.0; self.tokens.len() * width];
        for (step, row) in x.chunks_exact_mut(width).enumerate() {
            if step % fresh != 0 && hidden.as_ref().is_none_or(|hidden| !hidden[step]) {
                write_columns(config.input, self.tokens[step - 1], row);
            }
        }
        Tensor::from_vec(x, (self.len(), STEPS, width), device)
    }

    /// Columns of the earlier tokens that `config.look_back` names, `[B, T, 9 x distances]`: zeros
    /// before the first step.
    pub(crate) fn earlier(&self, config: &Config, device: &Device) -> Result<Tensor> {
        let width = config.look_back.len() * INSTRUMENTS;
        let mut x = vec![0.0; self.tokens.len() * width];
        for (at, row) in x.chunks_exact_mut(width).enumerate() {
            for (&ago, columns) in config.look_back.iter().zip(row.chunks_exact_mut(INSTRUMENTS)) {
                if at % STEPS >= ago {
                    write_columns(TokenInput::MultiHot, self.tokens[at - ago], columns);
                }
            }
        }
        Tensor::from_vec(x, (self.len(), STEPS, width), device)
    }

    /// Velocities `[B, T, 9]`, zeros if unknown.
    pub(crate) fn velocities(&self, device: &Device) -> Result<Tensor> {
        self.cells(&self.velocity, device)
    }

    /// Micro-offsets `[B, T, 9]`, zeros if unknown.
    pub(crate) fn micro_offsets(&self, device: &Device) -> Result<Tensor> {
        self.cells(&self.micro_offset, device)
    }

    fn cells(&self, numbers: &[f32], device: &Device) -> Result<Tensor> {
        let mut numbers = numbers.to_vec();
        numbers.resize(self.tokens.len() * INSTRUMENTS, 0.0);
        Tensor::from_vec(numbers, (self.len(), STEPS, INSTRUMENTS), device)
    }
}

/// Writes the columns of `token` over zeros.
fn write_columns(input: TokenInput, token: u16, row: &mut [f32]) {
    match input {
        TokenInput::OneHot => row[usize::from(token)] = 1.0,
        TokenInput::MultiHot => {
            for instrument in Instrument::ALL {
                if token & instrument.bit() != 0 {
                    row[instrument.index()] = 1.0;
                }
            }
        }
    }
}
