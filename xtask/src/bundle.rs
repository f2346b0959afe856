//! `cargo xtask bundle`: the framework's bundler, with release bundles of the plugin as its default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::format::Format;
use crate::workspace::Workspace;
use crate::{component, install, licences, usage_error};

/// The plugin's package, and its entry in `bundler.toml`.
pub(crate) const PLUGIN: &str = "jangdan";

/// What the words after `bundle` mean.
#[derive(Debug, PartialEq)]
struct Plan {
    packages: Vec<String>,
    cargo_options: Vec<String>,
    installs: bool,
}

/// Builds and bundles, then installs or says how.
pub(crate) fn bundle(workspace: &Workspace, words: Vec<String>) -> Result<()> {
    let plan = Plan::from_words(words)?;
    enter(workspace)?;
    nice_plug_xtask::build(&plan.packages, &plan.cargo_options)?;
    finish(workspace, &plan, false)
}

/// The same for both processors of macOS.
pub(crate) fn bundle_universal(workspace: &Workspace, words: Vec<String>) -> Result<()> {
    let plan = Plan::from_words(words)?;
    if plan.builds_for_another_target() {
        return Err(usage_error("bundle-universal chooses the targets itself: drop --target"));
    }
    enter(workspace)?;
    for target in ["x86_64-apple-darwin", "aarch64-apple-darwin"] {
        let mut options = plan.cargo_options.clone();
        options.push(format!("--target={target}"));
        nice_plug_xtask::build(&plan.packages, &options)?;
    }
    finish(workspace, &plan, true)
}

/// Builds release bundles quietly and gives the plugin's CLAP bundle.
pub(crate) fn clap_bundle(workspace: &Workspace) -> Result<PathBuf> {
    let plan = Plan::from_words(Vec::new())?;
    enter(workspace)?;
    nice_plug_xtask::build(&plan.packages, &plan.cargo_options)?;
    nice_plug_xtask::bundle(workspace.target(), PLUGIN, &plan.cargo_options, false)?;
    bundle_path(workspace, PLUGIN, Format::Clap)
}

/// The framework's functions work in the current folder.
fn enter(workspace: &Workspace) -> Result<()> {
    std::env::set_current_dir(workspace.root())
        .with_context(|| format!("cannot enter {}", workspace.root().display()))
}

fn finish(workspace: &Workspace, plan: &Plan, is_universal: bool) -> Result<()> {
    for package in &plan.packages {
        let options = options_for_bundler(&plan.cargo_options);
        nice_plug_xtask::bundle(workspace.target(), package, &options, is_universal)?;
    }
    let mut bundles = Vec::new();
    for package in &plan.packages {
        let terms = licences::text(workspace, package)?;
        if cfg!(target_os = "macos") {
            let vst3 = bundle_path(workspace, package, Format::Vst3)?;
            component::make(&vst3, &workspace.version(package)?)?;
        }
        for &format in Format::ALL {
            let path = bundle_path(workspace, package, format)?;
            if path.is_dir() {
                add_licences(&path, &terms)?;
            }
            if path.exists() {
                bundles.push((format, path));
            }
        }
    }
    println!("\nBundles:");
    for (format, path) in &bundles {
        println!("  {}  {}", format.name(), path.display());
    }
    if plan.installs {
        for (format, path) in &bundles {
            let installed = install::install(path, &install::user_folder(*format)?)?;
            println!("Installed {}", installed.display());
        }
        println!("Now let your music software scan for new plugins.");
    } else {
        println!("Install them for yourself with `cargo xtask bundle --install`, or copy them to:");
        for &format in Format::ALL {
            println!("  {}  {}", format.name(), install::shown_folder(format, cfg!(windows)));
        }
    }
    Ok(())
}

/// Bundles the plugin that was built with `options` in the build folder `target`, with the licences.
pub(crate) fn bundle_for(workspace: &Workspace, target: &Path, options: &[String]) -> Result<()> {
    enter(workspace)?;
    nice_plug_xtask::bundle(target, PLUGIN, options, false)?;
    let vst3 = target.join("bundled").join(bundle_name(workspace, PLUGIN, Format::Vst3)?);
    add_licences(&vst3, &licences::text(workspace, PLUGIN)?)
}

pub(crate) fn bundle_path(workspace: &Workspace, package: &str, format: Format) -> Result<PathBuf> {
    Ok(workspace.target().join("bundled").join(bundle_name(workspace, package, format)?))
}

pub(crate) fn bundle_name(workspace: &Workspace, package: &str, format: Format) -> Result<String> {
    Ok(format!("{}.{}", display_name(workspace, package)?, format.extension()))
}

/// Where a bundle that is a folder has the licences of what is linked into it.
pub(crate) fn licences_in(bundle: &Path) -> PathBuf {
    bundle.join("Contents").join("Resources").join(licences::FILE_NAME)
}

fn add_licences(bundle: &Path, terms: &str) -> Result<()> {
    let path = licences_in(bundle);
    std::fs::create_dir_all(path.parent().unwrap_or(bundle))
        .and_then(|()| std::fs::write(&path, terms))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The bundles' name: from `bundler.toml`, or the package's.
fn display_name(workspace: &Workspace, package: &str) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Entry {
        name: Option<String>,
    }
    let path = workspace.root().join("bundler.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut entries: BTreeMap<String, Entry> =
        toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
    Ok(entries.remove(package).and_then(|entry| entry.name).unwrap_or(package.to_owned()))
}

/// The bundler looks for profile `dev` in a folder `dev`, but cargo builds it in `debug`, which is
/// where the bundler looks when no profile is named.
fn options_for_bundler(options: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = options.iter().peekable();
    while let Some(option) = rest.next() {
        if option == "--profile" && rest.peek().is_some_and(|profile| *profile == "dev") {
            rest.next();
        } else if option != "--profile=dev" {
            kept.push(option.clone());
        }
    }
    kept
}

impl Plan {
    fn from_words(words: Vec<String>) -> Result<Self> {
        let mut packages = Vec::new();
        let mut cargo_options = Vec::new();
        let mut installs = false;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--install" => installs = true,
                "-p" | "--package" => packages.push(
                    words.next().ok_or_else(|| usage_error(format!("{word} needs a package")))?,
                ),
                // The framework's bundler takes its first word as a package.
                _ if packages.is_empty() && cargo_options.is_empty() && !word.starts_with('-') => {
                    packages.push(word);
                }
                _ => cargo_options.push(word),
            }
        }
        let names_profile = cargo_options
            .iter()
            .any(|word| word == "--release" || word.split('=').next() == Some("--profile"));
        if packages.is_empty() {
            packages.push(PLUGIN.to_owned());
            if !names_profile {
                cargo_options.push("--release".to_owned());
            }
        }
        let plan = Self { packages, cargo_options, installs };
        if plan.installs && plan.builds_for_another_target() {
            bail!(usage_error("--install is for plugins of this machine: drop --target"));
        }
        Ok(plan)
    }

    fn builds_for_another_target(&self) -> bool {
        self.cargo_options.iter().any(|word| word.split('=').next() == Some("--target"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(words: &str) -> Plan {
        Plan::from_words(words.split_whitespace().map(str::to_owned).collect()).unwrap()
    }

    #[test]
    fn no_words_mean_release_bundles_of_the_plugin() {
        let plan = plan("");
        assert_eq!(plan.packages, ["jangdan"]);
        assert_eq!(plan.cargo_options, ["--release"]);
        assert!(!plan.installs);
    }

    #[test]
    fn the_framework_s_own_words_keep_their_meaning() {
        let debug = plan("jangdan");
        assert_eq!((debug.packages, debug.cargo_options), (vec!["jangdan".into()], vec![]));
        let profile = plan("-p jangdan --profile bench --install");
        assert_eq!(profile.cargo_options, ["--profile", "bench"]);
        assert!(profile.installs);
        assert_eq!(plan("--features standalone").cargo_options[2], "--release");
    }

    #[test]
    fn the_dev_profile_is_found_where_cargo_builds_it() {
        let options: Vec<String> = ["--profile", "dev", "--locked"].map(str::to_owned).into();
        assert_eq!(options_for_bundler(&options), ["--locked"]);
        assert_eq!(options_for_bundler(&["--profile=bench".into()]), ["--profile=bench"]);
    }

    #[test]
    fn installing_what_another_machine_would_run_is_refused() {
        let words = ["--install", "--target=x86_64-pc-windows-gnu"].map(str::to_owned).into();
        assert!(Plan::from_words(words).unwrap_err().is::<crate::UsageError>());
    }
}
