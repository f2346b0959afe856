//! Who may depend on whom. What the audio thread runs must not even be able to reach tensors,
//! locks or the plugin framework.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Dependency, DependencyKind, Package};

use super::Findings;
use super::lock::Locked;
use crate::workspace::Workspace;

/// Every package of the workspace and those of ours it may build on.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("groove", &[]),
    ("engine", &["groove"]),
    ("kit", &["groove"]),
    ("musicvae", &["groove"]),
    ("onsets", &[]),
    ("testhost", &[]),
    ("testkit", &[]),
    ("whole-files", &[]),
    ("sample-kit", &["groove", "kit", "whole-files"]),
    ("trainer", &["groove", "musicvae", "onsets", "whole-files"]),
    ("jangdan", &["engine", "groove", "kit", "musicvae", "onsets", "sample-kit", "whole-files"]),
    ("screenshot", &["groove", "jangdan", "musicvae"]),
    ("xtask", &["testhost", "whole-files"]),
];

/// The packages that the audio thread runs, and all that they may name from outside.
const AUDIO: [(&str, &[&str]); 4] = [
    ("groove", &["midly", "serde", "thiserror"]),
    ("engine", &[]),
    ("kit", &[]),
    ("onsets", &["realfft"]),
];

/// What those must not reach by any way: tensors, locks, threads, hosts, windows.
const OUT_OF_REACH: [&str; 12] = [
    "candle",
    "clack",
    "crossbeam",
    "egui",
    "gemm",
    "libloading",
    "mio",
    "nice-plug",
    "parking_lot",
    "rayon",
    "tokio",
    "tracing",
];

/// Dependencies of every package in `Cargo.lock`, by name.
type Lock = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(workspace: &Workspace, locked: &[Locked]) -> Findings {
    let lock = dependencies(locked);
    let mut findings = Findings::new();
    for package in workspace.packages() {
        if package.name == "jangdan" && package.dependencies.iter().any(trains) {
            findings.push(
                "jangdan must not use musicvae's feature training: no tensors in a host".into(),
            );
        }
        findings.extend(check_package(&package.name, &used_by(package), &lock));
    }
    findings
}

/// Whether this is `musicvae` with the feature that brings candle.
fn trains(dependency: &Dependency) -> bool {
    dependency.name == "musicvae"
        && (dependency.uses_default_features
            || dependency.features.iter().any(|feature| feature == "training" || feature == "cuda"))
}

/// Direct dependencies outside tests, and whether each is ours.
fn used_by(package: &Package) -> Vec<(String, bool)> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| (dependency.name.clone(), dependency.path.is_some()))
        .collect()
}

fn check_package(name: &str, used: &[(String, bool)], lock: &Lock) -> Findings {
    let mut findings = Findings::new();
    match MAY_USE.iter().find(|(package, _)| *package == name) {
        None => findings.push(format!("{name}: no layer is known; add it to the table")),
        Some((_, ours)) => {
            for (other, _) in
                used.iter().filter(|(other, is_ours)| *is_ours && !ours.contains(&&**other))
            {
                findings.push(format!("{name} must not depend on {other}"));
            }
        }
    }
    if let Some((_, outside)) = AUDIO.iter().find(|(package, _)| *package == name) {
        for (other, is_ours) in used {
            if !is_ours && !outside.contains(&&**other) {
                findings.push(format!("{name} runs on the audio thread and must not name {other}"));
            }
            let reached = reach(other, lock);
            for far in
                reached.iter().filter(|far| OUT_OF_REACH.iter().any(|no| far.starts_with(no)))
            {
                findings
                    .push(format!("{name} runs on the audio thread but reaches {far} by {other}"));
            }
        }
    }
    findings
}

/// All packages that `name` leads to, itself included. Ours are not followed: `Cargo.lock` mixes
/// their test dependencies in, and each of them is checked for itself.
fn reach(name: &str, lock: &Lock) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![name.to_owned()];
    while let Some(name) = next.pop() {
        let is_ours = MAY_USE.iter().any(|(package, _)| *package == name);
        if reached.insert(name.clone()) && !is_ours {
            next.extend(lock.get(&name).into_iter().flatten().cloned());
        }
    }
    reached
}

fn dependencies(locked: &[Locked]) -> Lock {
    let mut lock = Lock::new();
    for package in locked {
        lock.entry(package.name.clone()).or_default().extend(package.uses().map(str::to_owned));
    }
    lock
}

#[cfg(test)]
mod tests {
    use super::super::lock::parse;
    use super::*;

    const LOCK: &str = r#"
        [[package]]
        name = "midly"
        dependencies = ["helper 1.0.0"]
        [[package]]
        name = "helper"
        dependencies = ["rayon-core"]
    "#;

    fn used(names: &[(&str, bool)]) -> Vec<(String, bool)> {
        names.iter().map(|&(name, is_ours)| (name.to_owned(), is_ours)).collect()
    }

    #[test]
    fn a_package_may_only_use_the_layers_below_it() {
        let lock = Lock::new();
        assert!(check_package("engine", &used(&[("groove", true)]), &lock).is_empty());
        assert_eq!(
            check_package("groove", &used(&[("engine", true)]), &lock),
            ["groove must not depend on engine"]
        );
        assert_eq!(check_package("new", &[], &lock).len(), 1);
    }

    #[test]
    fn the_audio_thread_cannot_reach_a_thread_pool_by_a_detour() {
        let lock = dependencies(&parse(LOCK).unwrap());
        assert_eq!(
            check_package("groove", &used(&[("midly", false)]), &lock),
            ["groove runs on the audio thread but reaches rayon-core by midly"]
        );
        assert_eq!(
            check_package("kit", &used(&[("hound", false)]), &lock),
            ["kit runs on the audio thread and must not name hound"]
        );
    }
}
