//! The files of the repository, and rules for all of them: first lines, no paths and hosts of one machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Findings;
use crate::workspace::Workspace;

/// The start of paths that exist on one machine only, cut so that this file does not hold them.
const MACHINE_PATHS: [[&str; 2]; 6] = [
    ["/ho", "me/"],
    ["/ro", "ot/"],
    ["/Us", "ers/"],
    ["/wo", "rk/"],
    ["/tm", "p/"],
    ["C:\\", "Users"],
];

/// Host names that mean something in one network only.
const PRIVATE_HOSTS: [&str; 5] = [".internal", ".local", ".corp", ".lan", "localhost"];

/// A file of the repository.
pub(super) struct File {
    /// Relative to the top folder, with `/`.
    pub(super) path: String,
    bytes: Vec<u8>,
}

impl File {
    /// The content, unless it is binary.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

/// Every file that git tracks, or would track.
pub(super) struct Tree {
    files: Vec<File>,
}

impl Tree {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let root = workspace.root();
        let mut git = Command::new("git");
        git.current_dir(root).args(["ls-files", "-z", "--cached", "--others"]);
        git.arg("--exclude-standard");
        let list = Workspace::output(git).context("cannot list the repository's files")?;
        let mut files = Vec::new();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file removed but not yet committed is still listed.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                files.push(File { path: path.to_owned(), bytes });
            }
        }
        Ok(Self { files })
    }

    /// A tree of `files`, paths with texts.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            bytes: (*text).as_bytes().to_vec(),
        };
        Self { files: files.iter().map(file).collect() }
    }

    /// All files with this extension.
    pub(super) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| Path::new(&file.path).extension().is_some_and(|e| e == extension))
    }

    /// Whether `path`, relative to the top folder, is a file or folder of the repository.
    pub(super) fn holds(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty() || self.files.iter().any(|f| f.path == path || f.path.starts_with(&folder))
    }

    /// The text of the file at `path`.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path)?.text()
    }

    pub(super) fn check(&self) -> Findings {
        self.files.iter().flat_map(|file| check_file(&file.path, &file.bytes)).collect()
    }

    /// Every Rust file begins with a `//!` line that says what it does.
    pub(super) fn check_first_lines(&self) -> Findings {
        self.with_extension("rs")
            .filter(|file| !file.text().is_some_and(says_what_it_is))
            .map(|file| format!("{}: the first line should say what it does (//! ...)", file.path))
            .collect()
    }
}

fn says_what_it_is(text: &str) -> bool {
    text.strip_prefix("//! ").is_some_and(|rest| {
        let line = rest.lines().next().unwrap_or_default();
        line.len() > 10 && line != "placeholder"
    })
}

fn check_file(path: &str, bytes: &[u8]) -> Findings {
    let mut findings = Findings::new();
    let Ok(text) = std::str::from_utf8(bytes) else { return findings };
    for (index, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", index + 1);
        for machine in MACHINE_PATHS.map(|parts| parts.concat()) {
            if starts_a_path(line, &machine) {
                findings.push(format!("{place}: a path of one machine ({machine}...)"));
            }
        }
        for host in hosts(line).filter(|host| is_private(host)) {
            findings.push(format!("{place}: host {host} means nothing elsewhere"));
        }
    }
    findings
}

/// Whether `prefix` stands in `line` as the start of a path, not in the middle of a relative one.
fn starts_a_path(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '}' | ']'))
    })
}

/// The hosts of the URLs in `line`.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.split("://").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '@'));
        let authority = &rest[..end.unwrap_or(rest.len())];
        authority.rsplit('@').next().unwrap_or(authority)
    })
}

fn is_private(host: &str) -> bool {
    let is_number = !host.is_empty() && host.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number || PRIVATE_HOSTS.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_a_relative_one_is_not() {
        let path = ["see /ho", "me/someone/x"].concat();
        assert_eq!(check_file("a.md", path.as_bytes()).len(), 1);
        let relative = ["see docs/ho", "me/x"].concat();
        assert!(check_file("a.md", relative.as_bytes()).is_empty());
    }

    #[test]
    fn a_host_of_one_network_is_found_and_a_public_one_is_not() {
        let private = ["https:", "//crates.corp/index and http:", "//10.0.0.7:8080/"].concat();
        assert_eq!(check_file("a.toml", private.as_bytes()).len(), 2);
        assert!(check_file("a.toml", b"https://arxiv.org/abs/1803.05428").is_empty());
    }

    #[test]
    fn a_source_file_says_what_it_is() {
        assert!(says_what_it_is("//! Reads MIDI files.\nuse x;"));
        assert!(!says_what_it_is("use x;"));
        assert!(!says_what_it_is("//! placeholder"));
    }
}
