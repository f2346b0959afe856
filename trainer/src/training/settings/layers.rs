//! Layers of settings: the preset, the config file over it, the flags over both.

use std::path::Path;

use anyhow::{Context, Result, bail};
use musicvae::Config;
use serde::Deserialize;
use toml::{Table, Value};

use super::{Preset, Settings};
use crate::data::Windowing;

/// Maximum size of a config file in bytes; one with every key has 1 kB.
pub(crate) const LARGEST_CONFIG: u64 = 1 << 20;

/// Reads the config file at `path`.
pub(super) fn read_config(path: &Path) -> Result<Table> {
    let context = || format!("cannot read config file {}", path.display());
    let bytes = whole_files::read(path, LARGEST_CONFIG, "a config file").with_context(context)?;
    let text = String::from_utf8(bytes).with_context(context)?;
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
        anyhow::anyhow!("{}: line {line}: {}", path.display(), error.message())
    })
}

/// Preset, then the user's `file`, then `flags`.
pub(super) fn layered(file: Table, flags: Table) -> Result<Settings> {
    over_preset(None, file, flags)
}

/// A run's config file, then `flags`. Its network is complete: missing parts must not come from the preset.
pub(super) fn of_run(mut file: Table, flags: Table) -> Result<Settings> {
    let network = file.remove("network");
    over_preset(network, file, flags)
}

/// Preset, its network replaced by `network` if there is one, then `file`, then `flags`.
fn over_preset(network: Option<Value>, file: Table, flags: Table) -> Result<Settings> {
    fn chosen<'a, T: Deserialize<'a>>(key: &str, from: [&Table; 2], or: T) -> Result<T> {
        match from.iter().find_map(|table| table.get(key)) {
            Some(value) => T::deserialize(value.clone()).map_err(|e| in_one_line(key, &e)),
            None => Ok(or),
        }
    }
    let preset = chosen("preset", [&flags, &file], Preset::Compact)?;
    let windowing = chosen("windowing", [&flags, &file], Windowing::Bars)?;
    let mut base = Settings::of(preset, windowing);
    if file.get("network").and_then(|network| network.get("prior")).is_some() {
        base.network.prior = base.network.prior.or(Config::compact().prior);
    }
    let mut table = Table::try_from(base).context("preset")?;
    if let Some(network) = network {
        table.insert("network".into(), network);
    }
    // Optional keys are known too.
    let optional =
        || ["data", "init", "command", "note_map"].map(|key| (key, Value::String(String::new())));
    let optional = || optional().into_iter().chain([("channel", Value::Integer(0))]);
    table.extend(optional().map(|(key, missing)| (key.to_owned(), missing)));
    overlay(&mut table, file, "")?;
    overlay(&mut table, flags, "")?;
    for (key, missing) in optional() {
        if table.get(key) == Some(&missing) {
            table.remove(key);
        }
    }
    Settings::deserialize(table).map_err(|e| in_one_line("value", &e))?.check()
}

/// Replaces the values in `onto` by those in `from`; a key that `onto` lacks is an error.
fn overlay(onto: &mut Table, from: Table, within: &str) -> Result<()> {
    for (key, value) in from {
        let known = onto.keys().cloned().collect::<Vec<_>>().join(", ");
        match (onto.get_mut(&key), value) {
            (None, _) => bail!("unknown key `{within}{key}` (known here: {known})"),
            (Some(Value::Table(onto)), Value::Table(from)) => {
                overlay(onto, from, &format!("{within}{key}."))?;
            }
            (Some(Value::Table(_)), _) => bail!("`{within}{key}` must be a table"),
            // `lr = 1` means 1.0.
            (Some(old @ Value::Float(_)), Value::Integer(new)) => *old = Value::Float(new as f64),
            (Some(old), new) if old.same_type(&new) => *old = new,
            (Some(old), new) => {
                bail!("`{within}{key}` must be of type {}, not {}", old.type_str(), new.type_str())
            }
        }
    }
    Ok(())
}

fn in_one_line(what: &str, error: &toml::de::Error) -> anyhow::Error {
    anyhow::anyhow!("{what}: {}", error.message().replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(file: &str, flags: &str) -> Result<Settings> {
        layered(file.parse().unwrap(), flags.parse().unwrap())
    }

    #[test]
    fn parts_that_a_runs_network_lacks_do_not_come_from_its_preset() {
        let mut settings = Settings::of(Preset::Compact, Windowing::Bars);
        (settings.network.look_back, settings.network.prior) = (Vec::new(), None);
        let again = of_run(settings.to_toml().unwrap().parse().unwrap(), Table::new()).unwrap();
        assert_eq!(again, settings);
    }

    #[test]
    fn a_file_may_add_network_parts_that_its_preset_lacks() {
        let file = "preset = \"paper\"\n[network]\nlook_back = [16]\n[network.prior]\nsteps = 3";
        let network = settings(file, "").unwrap().network;
        assert_eq!((network.look_back, network.prior.unwrap().steps), (vec![16], 3));
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_preset() {
        let file = "preset = \"tiny\"\nbeta = 1\nepochs = 7\n[network]\nlatent = 5";
        let settings = settings(file, "epochs = 9").unwrap();
        assert_eq!(settings.preset, Preset::Tiny);
        assert_eq!((settings.beta, settings.epochs, settings.network.latent), (1.0, 9, 5));
        assert_eq!(settings.batch_size, Settings::of(Preset::Tiny, Windowing::Bars).batch_size);
    }

    #[test]
    fn values_of_another_type_are_named() {
        let error = |file| settings(file, "").unwrap_err().to_string();
        assert!(error("epochs = \"many\"").contains("`epochs` must be of type integer"));
        assert!(error("epochs = -1").contains("-1"));
        assert!(error("drop_previous = 1.5").contains("probability"));
    }

    #[test]
    fn settings_written_as_a_config_file_read_back() {
        for preset in [Preset::Compact, Preset::Paper, Preset::Tiny] {
            for windowing in [Windowing::Bars, Windowing::Seed] {
                let data = Some("a \"b\"/c.zip".into());
                let settings = Settings { data, ..Settings::of(preset, windowing) };
                let again = of_run(settings.to_toml().unwrap().parse().unwrap(), Table::new());
                assert_eq!(again.unwrap(), settings);
            }
        }
    }

    #[test]
    fn seed_windows_train_without_expression() {
        assert!(!settings("windowing = \"seed\"", "").unwrap().network.expression);
        assert!(settings("[network]\nexpression = true", "windowing = \"seed\"").is_err());
    }
}
