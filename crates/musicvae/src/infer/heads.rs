//! What reads the decoder's top layer: logits of the 512 tokens, or as much of them as it takes to choose one.

use groove::{INSTRUMENTS, TOKENS, Token};

use super::isa::Isa;
use super::matrix::{Linear, Matrix, Rows};
use super::shortlist::{Shortlist, ShortlistScratch};
use super::tensors::Source;
use super::tokens::{AddOnsets, Draw};
use crate::weights::WeightsError;

/// The layers `joint` and, with a sketch, `single`.
#[derive(Debug)]
pub(super) struct Heads {
    /// To 512 logits and, with a sketch, to `single`'s nine below them.
    all: Linear,
    /// `single` alone.
    single: Option<Linear>,
    /// `None` where it gains nothing.
    shortlist: Option<Shortlist>,
    /// How much of the sketch is in the logits; `None` without a sketch.
    sketch_gain: Option<f32>,
}

/// Buffers.
#[derive(Debug, Default)]
pub(super) struct HeadsScratch {
    all: Rows,
    single: Rows,
    shortlist: ShortlistScratch,
}

/// Who is shown a step's number and all its logits `[512]`, if anyone is.
pub(super) type See<'a> = Option<&'a mut dyn FnMut(usize, &[f32])>;

/// The logits of one step.
pub(super) enum Logits<'a> {
    /// All of them.
    All(&'a [f32; TOKENS]),
    /// What they are made of.
    Listed {
        list: &'a Shortlist,
        /// What `joint` reads.
        x: &'a [f32],
        onsets: [f32; INSTRUMENTS],
        scratch: &'a mut ShortlistScratch,
    },
}

impl Logits<'_> {
    /// The token that `draw` takes at `step`.
    pub(super) fn draw(self, isa: Isa, step: usize, draw: Draw<'_>) -> Token {
        let token = match self {
            Self::All(logits) => draw.token(isa, step, logits),
            Self::Listed { list, x, onsets, scratch } => {
                list.token(isa, step, x, &onsets, draw, scratch)
            }
        };
        Token::new(token).unwrap_or(Token::SILENCE)
    }
}

impl Heads {
    pub(super) fn pack(source: Source<'_>) -> Result<Self, WeightsError> {
        let has_sketch = source.file.config().direct_path;
        let (weight, bias) = (source.numbers("joint.weight")?, source.numbers("joint.bias")?);
        Ok(Self {
            all: if has_sketch { joint_and_single(source)? } else { source.linear("joint")? },
            single: has_sketch.then(|| source.linear("single")).transpose()?,
            shortlist: source.isa.multiplies_bytes().then(|| Shortlist::pack(weight, bias)),
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

    /// The shortlist, unless all logits are wanted or it gains nothing here.
    fn list(&self, sees_all: bool) -> Option<&Shortlist> {
        self.shortlist.as_ref().filter(|_| !sees_all)
    }

    /// Buffers for `lanes` steps side by side.
    pub(super) fn scratch(&self, lanes: usize) -> HeadsScratch {
        HeadsScratch {
            all: self.all.rows(lanes),
            single: self.single.as_ref().map(|single| single.rows(lanes)).unwrap_or_default(),
            shortlist: ShortlistScratch::default(),
        }
    }

    /// Reads the first `lanes` rows of `top`; `sees_all`: all logits are wanted.
    pub(super) fn read(
        &self,
        isa: Isa,
        top: &Rows,
        lanes: usize,
        sees_all: bool,
        scratch: &mut HeadsScratch,
    ) {
        if self.list(sees_all).is_none() {
            self.all.apply(isa, top, &mut scratch.all, lanes);
        } else if let Some(single) = &self.single {
            single.apply(isa, top, &mut scratch.single, lanes);
        }
    }

    /// The logits of `lane`, as [`read`](Self::read) left them: `top` is its row, `sketch` the step's onset logits `[9]` there.
    pub(super) fn logits<'a>(
        &'a self,
        isa: Isa,
        lane: usize,
        top: &'a [f32],
        sketch: &[f32],
        sees_all: bool,
        scratch: &'a mut HeadsScratch,
    ) -> Logits<'a> {
        let onsets = |single: &[f32]| match self.sketch_gain {
            Some(gain) => std::array::from_fn(|i| single[i] + gain * sketch[i]),
            None => [0.0; INSTRUMENTS],
        };
        match self.list(sees_all) {
            Some(list) => Logits::Listed {
                list,
                x: top,
                onsets: onsets(scratch.single.row(lane)),
                scratch: &mut scratch.shortlist,
            },
            None => {
                let (joint, single) = scratch.all.row_mut(lane).split_at_mut(TOKENS);
                let logits = joint.first_chunk_mut().expect("512 logits");
                if self.has_sketch() {
                    isa.run(AddOnsets { onsets: &onsets(single), logits });
                }
                Logits::All(logits)
            }
        }
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
