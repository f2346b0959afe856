//! Every dependency comes from crates.io: none from git, none from another registry.

use super::Findings;
use super::lock::Locked;
use crate::workspace::Workspace;

/// How `Cargo.lock` names crates.io, wherever the crates were really downloaded from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(workspace: &Workspace, locked: &[Locked]) -> Findings {
    let mut findings = foreign(locked);
    for package in workspace.packages() {
        for dependency in &package.dependencies {
            let is_foreign =
                dependency.source.as_ref().is_some_and(|source| source.repr != CRATES_IO);
            if is_foreign {
                findings.push(format!("{} takes {} from elsewhere", package.name, dependency.name));
            }
        }
    }
    findings
}

fn foreign(locked: &[Locked]) -> Findings {
    let elsewhere = |package: &&Locked| package.source.as_ref().is_some_and(|s| s != CRATES_IO);
    locked
        .iter()
        .filter(elsewhere)
        .map(|Locked { name, source, .. }| {
            format!("Cargo.lock: {name} comes from {}", source.as_deref().unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::lock::parse;
    use super::*;

    #[test]
    fn a_git_dependency_is_found() {
        let lock = r#"
            [[package]]
            name = "ours"
            [[package]]
            name = "theirs"
            source = "git+https://example.org/theirs#abc"
        "#;
        let findings = foreign(&parse(lock).unwrap());
        assert_eq!(findings, ["Cargo.lock: theirs comes from git+https://example.org/theirs#abc"]);
    }
}
