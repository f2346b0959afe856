//! The step model of other weights, for the styles of these.

use musicvae::context::columns::{STYLE_COLUMN, step_columns};
use musicvae::weights::{RawTensor, Tensors};
use musicvae::{Config, LatentMap, WeightsFile};

/// The step model's tensors in `init` for `config`, which knows `styles`; `None` if there is none or its sizes differ. Styles are
/// matched by name; a new one starts as any style.
pub(super) fn adapted(init: &WeightsFile, config: &Config, styles: &[&str]) -> Option<Tensors> {
    let (old, new) = (init.config().step_model.as_ref()?, config.step_model.as_ref()?);
    let sizes = |of: &musicvae::config::StepModelConfig| (of.input, of.hidden, of.ahead, of.heads);
    if sizes(old) != sizes(new) {
        return None;
    }
    let map = LatentMap::from_weights(init);
    // Of each column of the new styles, the old one that it starts as.
    let sources: Vec<usize> = [0]
        .into_iter()
        .chain(styles.iter().map(|name| map.style(name).map_or(0, |i| i + 1)))
        .collect();
    let mut tensors = Tensors::new();
    for (name, shape) in config.step_model_parameters() {
        let from = init.tensors().get(&name)?;
        let first = match name.as_str() {
            "step_model.input.weight" => Some(STYLE_COLUMN),
            "step_model.single.weight" => Some(new.hidden + STYLE_COLUMN),
            _ => None,
        };
        let data = match first {
            None => from.data.clone(),
            Some(first) => {
                let after = first + old.styles + 1;
                let width = *from.shape.last()?;
                let row = |row: &[f32]| {
                    let styles = sources.iter().map(|source| row[first + source]);
                    row[..first]
                        .iter()
                        .copied()
                        .chain(styles)
                        .chain(row[after..].iter().copied())
                        .collect::<Vec<f32>>()
                };
                from.data.chunks_exact(width).flat_map(row).collect()
            }
        };
        debug_assert!(step_columns(old.styles) > STYLE_COLUMN);
        tensors.insert(name, RawTensor { shape, data });
    }
    Some(tensors)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use candle_core::Device;
    use musicvae::Parameters;
    use musicvae::config::StepModelConfig;
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
        let mut tensors = Parameters::initial(&old, 1, &device).unwrap().numbers();
        tensors.extend(Parameters::initial_of_prior(&old, 1, &device).unwrap().numbers());
        tensors.extend(Parameters::initial_of_step_model(&old, 1, &device).unwrap().numbers());
        let mut metadata: Metadata = BTreeMap::new();
        let z = old.latent;
        let map = LatentMap::standard(z)
            .with_styles(&vec![0.0; 2 * z], &[("rock".into(), vec![0]), ("jazz".into(), vec![1])]);
        map.describe_in(&mut tensors, &mut metadata);
        let init = WeightsFile::new(old, metadata, tensors).unwrap();

        let new = of(3);
        let found = adapted(&init, &new, &["jazz", "samba", "rock"]).unwrap();
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
        assert!(adapted(&init, &Config::tiny(), &[]).is_none());
    }
}
