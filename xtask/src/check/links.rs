//! Links in Markdown point to files and headings that exist.

use super::Findings;
use super::markdown;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for file in tree.with_extension("md") {
        let Some(text) = file.text() else { continue };
        for (number, line) in markdown::prose(text) {
            for link in markdown::links(line) {
                if let Some(problem) = problem(tree, &file.path, link) {
                    findings.push(format!("{}:{number}: {problem}", file.path));
                }
            }
        }
    }
    findings
}

fn problem(tree: &Tree, from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(p, a)| (p, Some(a)));
    let target = if path.is_empty() { from.to_owned() } else { resolve(from, path) };
    if !tree.holds(&target) {
        return Some(format!("{link}: no such file in the repository"));
    }
    let anchor = anchor.filter(|_| target.ends_with(".md"))?;
    let has_heading =
        tree.text(&target).is_some_and(|t| markdown::anchors(t).iter().any(|a| a == anchor));
    (!has_heading).then(|| format!("{link}: {target} has no such heading"))
}

/// The path that `path` means in file `from`, relative to the top folder; a path above it stays as
/// written, so that it is not found.
fn resolve(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.is_empty() => return path.to_owned(),
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_from_their_file() {
        assert_eq!(resolve("docs/a.md", "../assets/x.png"), "assets/x.png");
        assert_eq!(resolve("README.md", "./docs/"), "docs");
        assert_eq!(resolve("README.md", "../other/x"), "../other/x");
    }
}
