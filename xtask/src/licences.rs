//! The licences of everything that is linked into the plugin, as one text to pass on with it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::workspace::Workspace;

/// What the file is called, in archives and bundles.
pub(crate) const FILE_NAME: &str = "THIRD-PARTY.txt";

/// What is no crate but comes with the plugin: its name, its licence and where the text is.
const OTHERS: [(&str, &str, &str); 1] =
    [("Inter, the typeface of the window", "OFL-1.1", "assets/fonts/OFL.txt")];

/// The terms of the ISC licence, for packages that name it but have no file of it; whose they are goes before.
const ISC: &str = "\
Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
";

const PREFACE: &str = "\
What Jangdan is built from, and under which terms. Jangdan itself is under MIT or Apache 2.0, at your choice.

Its network was trained on the Groove MIDI Dataset (Gillick, Roberts, Engel, Eck, Bamman: Learning to Groove with Inverse Sequence
Transformations, ICML 2019; https://magenta.tensorflow.org/datasets/groove), (c) Google LLC, under Creative Commons Attribution 4.0
(https://creativecommons.org/licenses/by/4.0/). Some of its factory grooves are excerpts of that data set.
";

/// The text for `package`, the plugin's, as built for this machine: who is in it, then every licence once.
///
/// # Errors
/// If cargo cannot tell, or a file of a crate cannot be read.
pub(crate) fn text(workspace: &Workspace, package: &str) -> Result<String> {
    let metadata = MetadataCommand::new()
        .current_dir(workspace.root())
        .exec()
        .context("cannot read the manifests of all dependencies")?;
    let mut crates = linked(workspace, &metadata, package)?;
    crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));

    let mut list = String::new();
    // Each text, and whose it is, in the order of the first.
    let mut texts: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut add = |owner: &str, text: String| {
        let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = *places.entry(key).or_insert_with(|| {
            texts.push((text, BTreeSet::new()));
            texts.len() - 1
        });
        texts[place].1.insert(owner.to_owned());
    };
    for package in crates {
        let owner = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its licence below");
        let source = package.repository.as_deref().unwrap_or_default();
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        let mut found = licence_files(folder.as_std_path())?;
        // Where egui's fonts have theirs, and the C++ that clap-wrapper brings along.
        for own in ["fonts", "external/clap", "external/clap-wrapper", "external/vst3sdk"] {
            found.extend(licence_files(&folder.as_std_path().join(own))?);
        }
        if found.is_empty() && package.license.as_deref() == Some("ISC") {
            let authors = match &package.authors[..] {
                [] => format!("the authors of {}", package.name),
                authors => authors.join(", "),
            };
            found.push(format!("Copyright (c) {authors}\n\n{ISC}"));
        }
        let note = if found.is_empty() { " (its package has no file of it)" } else { "" };
        writeln!(list, "{owner}: {licence}{note} {source}")?;
        found.into_iter().for_each(|text| add(&owner, text));
    }
    for (name, licence, path) in OTHERS {
        writeln!(list, "{name}: {licence}")?;
        add(name, read(&workspace.root().join(path))?);
    }

    let mut whole = format!("{PREFACE}\n{list}");
    for (text, owners) in &texts {
        let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
        let line = "-".repeat(80);
        write!(whole, "\n{line}\n{}\n{line}\n\n{}\n", owners.join(", "), text.trim_end())?;
    }
    Ok(whole)
}

/// Everything of others that is linked into `package`, as built for this machine.
fn linked<'a>(
    workspace: &Workspace,
    metadata: &'a Metadata,
    package: &str,
) -> Result<Vec<&'a Package>> {
    // Unlike the metadata, this leaves out what only other packages of the workspace switch on.
    let mut tree = workspace.cargo();
    tree.args(["tree", "--package", package, "--edges", "normal,no-proc-macro"]);
    tree.args(["--prefix", "none", "--format", "{p}"]);
    let tree = Workspace::output(tree)?;
    // Each line begins with `name v1.2.3`.
    let names: HashSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect();
    let is_linked = |found: &&Package| {
        let version = found.version.to_string();
        found.source.is_some() && names.contains(&(found.name.as_str(), version.as_str()))
    };
    Ok(metadata.packages.iter().filter(is_linked).collect())
}

/// The licences in `folder`, in the order of their files' names; none if there is no such folder.
fn licence_files(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let told = || format!("cannot read {}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(told)? {
        let entry = entry.with_context(told)?;
        if is_licence(&entry.file_name().to_string_lossy()) && entry.path().is_file() {
            paths.push(entry.path());
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// Whether a file of that name has terms in it.
fn is_licence(name: &str) -> bool {
    let name = name.to_uppercase();
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE", "OFL", "UFL"]
        .iter()
        .any(|start| name.starts_with(start))
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_linked_in_is_named_with_terms_and_who_only_tests_is_not() {
        let text = text(&Workspace::find().unwrap(), "jangdan").unwrap();
        let (list, terms) = text.split_at(text.find("\n---").unwrap());
        for name in ["nice-plug 0", "egui 0", "safetensors 0", "triple_buffer 9", "Inter,"] {
            assert!(list.contains(name), "{name} in\n{list}");
        }
        for name in ["\nproptest ", "\nclack-host ", "\ncandle-core ", "\njangdan "] {
            assert!(!list.contains(name), "{name} in\n{list}");
        }
        let terms_of = ["Mozilla Public License", "SIL OPEN FONT LICENSE", "Permission is hereby"];
        assert!(terms_of.iter().all(|words| terms.contains(words)));
        assert!(list.contains("Groove MIDI Dataset"));
    }

    #[test]
    fn licence_files_are_known_by_name() {
        assert!(["LICENSE", "license-mit", "COPYING.txt", "UNLICENSE"].into_iter().all(is_licence));
        assert!(!["README.md", "Cargo.toml", "src"].into_iter().any(is_licence));
    }
}
