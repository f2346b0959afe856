//! Every dependency comes from crates.io: none from git, none from another registry.

use anyhow::{Context, Result};

use super::Findings;
use crate::workspace::Workspace;

/// How `Cargo.lock` names crates.io, wherever the crates were really downloaded from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(workspace: &Workspace) -> Result<Findings> {
    let path = workspace.root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut findings =
        foreign(&text).with_context(|| format!("cannot parse {}", path.display()))?;
    for package in workspace.packages() {
        for dependency in &package.dependencies {
            let is_foreign =
                dependency.source.as_ref().is_some_and(|source| source.repr != CRATES_IO);
            if is_foreign {
                findings.push(format!("{} takes {} from elsewhere", package.name, dependency.name));
            }
        }
    }
    Ok(findings)
}

fn foreign(lock: &str) -> Result<Findings> {
    #[derive(serde::Deserialize)]
    struct File {
        package: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        name: String,
        source: Option<String>,
    }
    let file: File = toml::from_str(lock)?;
    Ok(file
        .package
        .into_iter()
        .filter_map(|Entry { name, source }| {
            let source = source.filter(|source| source != CRATES_IO)?;
            Some(format!("Cargo.lock: {name} comes from {source}"))
        })
        .collect())
}

#[cfg(test)]
mod tests {
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
        let findings = foreign(lock).unwrap();
        assert_eq!(findings, ["Cargo.lock: theirs comes from git+https://example.org/theirs#abc"]);
    }
}
