//! The step model of other weights, for the styles and the bars of these.

use musicvae::config::{Drawn, StepModelConfig};
use musicvae::context::columns::STYLE_COLUMN;
use musicvae::weights::{RawTensor, Tensors};
use musicvae::{Config, LatentMap, WeightsFile};

/// The step model's tensors in `init` for the one of `config` that draws such bars and knows `styles`; `None` if there is none
/// or its sizes differ. Styles are matched by name; a new one starts as any style. The model of any bar may start as that of 4/4
/// in 16ths: what a bar is then weighs nothing yet.
pub(super) fn adapted(
    init: &WeightsFile,
    config: &Config,
    drawn: Drawn,
    styles: &[&str],
) -> Option<Tensors> {
    let has = |drawn: &Drawn| init.config().drawn_by(*drawn).is_some();
    let from = [drawn, Drawn::Common].into_iter().find(has)?;
    let (old, new) = (init.config().drawn_by(from)?, config.drawn_by(drawn)?);
    let sizes = |of: &StepModelConfig| (of.input, of.hidden, of.ahead, of.heads);
    if sizes(old) != sizes(new) {
        return None;
    }
    let map = LatentMap::from_weights(init);
    // Of each column of the new styles, the old one that it starts as.
    let sources: Vec<usize> = [0]
        .into_iter()
        .chain(styles.iter().map(|name| map.style(name).map_or(0, |i| i + 1)))
        .collect();
    let (before, after) = (from.layout(old), drawn.layout(new));
    let mut tensors = Tensors::new();
    for (name, shape) in config.step_model_parameters(drawn) {
        let part = name.strip_prefix(drawn.key())?;
        let tensor = init.tensors().get(&format!("{}{part}", from.key()))?;
        // Where the styles begin; and after which column, old and new, what a bar is comes in.
        let step = |first: usize| {
            (
                Some(first + STYLE_COLUMN),
                first + before.step(),
                after.step() + old.styles - before.step() - new.styles,
            )
        };
        let more = after.velocity() - before.velocity();
        let (first, end, added) = match part {
            ".input.weight" => step(0),
            ".single.weight" => step(new.hidden),
            ".ahead.weight_ih_l0" => (None, before.ahead(), after.ahead() - before.ahead()),
            ".copy_0.weight" => {
                (None, new.hidden + new.ahead + before.copy(), after.copy() - before.copy())
            }
            ".velocity_0.weight" | ".offset_0.weight" => {
                (None, new.hidden + before.velocity(), more)
            }
            _ => (None, 0, 0),
        };
        let width = *tensor.shape.last()?;
        let row = |row: &[f32]| {
            let (mut own, rest) = (row[..end].to_vec(), &row[end..]);
            if let Some(first) = first {
                let styles = sources.iter().map(|source| row[first + source]);
                own.splice(first..first + old.styles + 1, styles);
            }
            own.extend(std::iter::repeat_n(0.0, added));
            own.extend(rest);
            own
        };
        let data = tensor.data.chunks_exact(width).flat_map(row).collect();
        tensors.insert(name, RawTensor { shape, data });
    }
    Some(tensors)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use candle_core::Device;
    use musicvae::Parameters;
    use musicvae::weights::Metadata;

    use super::*;

    #[test]
    fn styles_keep_their_columns_by_name_and_a_new_one_starts_as_any() {
        let of = |styles| Config {
            step_model: Some(StepModelConfig { styles, ..StepModelConfig::tiny() }),
            ..Config::tiny()
        };
        let device = Device::Cpu;
        let old = of(2);
        let mut tensors = Parameters::initial(&old.parameters(), 1, &device).unwrap().numbers();
        tensors.extend(Parameters::initial(&old.prior_parameters(), 1, &device).unwrap().numbers());
        tensors.extend(
            Parameters::initial(&old.step_model_parameters(Drawn::Common), 1, &device)
                .unwrap()
                .numbers(),
        );
        let mut metadata: Metadata = BTreeMap::new();
        let z = old.latent;
        let map = LatentMap::standard(z)
            .with_styles(&vec![0.0; 2 * z], &[("rock".into(), vec![0]), ("jazz".into(), vec![1])]);
        map.describe_in(&mut tensors, &mut metadata);
        let init = WeightsFile::new(old, metadata, tensors).unwrap();

        let new = of(3);
        let found = adapted(&init, &new, Drawn::Common, &["jazz", "samba", "rock"]).unwrap();
        let before = &init.tensors()["step_model.input.weight"];
        let after = &found["step_model.input.weight"];
        let rows = before.data.chunks_exact(before.shape[1]);
        for (before, after) in rows.zip(after.data.chunks_exact(after.shape[1])) {
            let styles = |row: &[f32], count| row[STYLE_COLUMN..][..count].to_vec();
            let [any, rock, jazz] = styles(before, 3)[..] else { panic!() };
            assert_eq!(styles(after, 4), [any, jazz, any, rock]);
            assert_eq!(before[..STYLE_COLUMN], after[..STYLE_COLUMN]);
            assert_eq!(before[STYLE_COLUMN + 3..], after[STYLE_COLUMN + 4..]);
        }
        assert!(adapted(&init, &Config::tiny(), Drawn::Common, &[]).is_none());
    }
}
