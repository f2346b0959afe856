//! The layers that read the decoder's top layer: the logits of the 512 tokens.

use groove::{INSTRUMENTS, TOKENS};

use super::isa::Isa;
use super::matrix::{Linear, Matrix, Rows};
use super::tensors::Source;
use super::tokens::AddOnsets;
use crate::weights::WeightsError;

/// The layers `joint` and, with a sketch, `single`.
#[derive(Debug)]
pub(super) struct Heads {
    /// To 512 logits and, with a sketch, to `single`'s nine below them.
    all: Linear,
    /// How much of the sketch is in the logits; `None` without a sketch.
    sketch_gain: Option<f32>,
}

impl Heads {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let has_sketch = source.file.config().direct_path;
        Ok(Self {
            all: if has_sketch { joint_and_single(source)? } else { source.linear("joint")? },
            sketch_gain: match has_sketch {
                true => Some(source.numbers("sketch_gain")?[0]),
                false => None,
            },
        })
    }

    /// Whether there is a sketch.
    pub(super) fn has_sketch(&self) -> bool {
        self.sketch_gain.is_some()
    }

    /// Rows for [`read`](Self::read) to write, for `lanes` steps side by side.
    pub(super) fn rows(&self, lanes: usize) -> Rows {
        self.all.rows(lanes)
    }

    /// Reads the first `lanes` rows of `top` into those of `out`.
    pub(super) fn read(&self, isa: Isa, top: &Rows, out: &mut Rows, lanes: usize) {
        self.all.apply(isa, top, out, lanes);
    }

    /// The logits in a row that [`read`](Self::read) wrote; `sketch` is the step's onset logits `[9]`, or empty.
    pub(super) fn logits<'a>(
        &self,
        isa: Isa,
        row: &'a mut [f32],
        sketch: &[f32],
    ) -> &'a [f32; TOKENS] {
        let (joint, single) = row.split_at_mut(TOKENS);
        let logits = joint.first_chunk_mut().expect("512 logits");
        if let Some(gain) = self.sketch_gain {
            let onsets: [f32; INSTRUMENTS] = std::array::from_fn(|i| single[i] + gain * sketch[i]);
            isa.run(AddOnsets { onsets: &onsets, logits });
        }
        logits
    }
}

/// `joint`, and `single` below it.
fn joint_and_single(source: Source<'_>) -> Result<Linear, WeightsError> {
    let (joint, single) = (source.numbers("joint.weight")?, source.numbers("single.weight")?);
    let bias = [source.numbers("joint.bias")?, source.numbers("single.bias")?].concat();
    let hidden = joint.len() / TOKENS;
    let at = |output: usize, k| match output {
        token if token < TOKENS => joint[token * hidden + k],
        output => single[(output - TOKENS) * hidden + k],
    };
    let matrix = Matrix::pack_sparse(source.isa, bias.len(), 0, hidden, true, at);
    Ok(Linear::new(matrix, &bias))
}
