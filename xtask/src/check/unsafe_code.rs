//! Unsafe code is listed where it is justified: in the reliability document's table, file by file.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::Tree;

/// Where the table is.
const DOCUMENT: &str = "docs/reliability.md";

/// The heading above it.
const HEADING: &str = "## Unsafe code";

/// What lets a file have unsafe code, cut so that this file has none.
const EXCEPTIONS: [[&str; 2]; 2] = [["allow(", "unsafe_code"], ["expect(", "unsafe_code"]];

/// Folders that are listed together, as what tests and measures.
const TOGETHER: [&str; 4] = ["tests/", "benches/", "examples/", "fuzz_targets/"];

pub(super) fn check(tree: &Tree) -> Findings {
    let Some(text) = tree.text(DOCUMENT) else { return vec![format!("{DOCUMENT} is missing")] };
    let files = tree.with_extension("rs").filter_map(|file| Some((&*file.path, file.text()?)));
    compare(&listed(text), &excepted(files))
}

/// The Rust files that the table names.
fn listed(document: &str) -> BTreeSet<&str> {
    let section = document.split_once(HEADING).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('`')).filter(|word| word.ends_with(".rs")).collect()
}

/// The files that may have unsafe code, apart from those that are listed together.
fn excepted<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<&'a str> {
    let is_together = |path: &str| {
        path.ends_with("tests.rs") || TOGETHER.iter().any(|folder| path.contains(folder))
    };
    let has_exception =
        |text: &str| EXCEPTIONS.iter().any(|exception| text.contains(&exception.concat()));
    let mine = files.filter(|(path, text)| !is_together(path) && has_exception(text));
    mine.map(|(path, _)| path).collect()
}

fn compare(listed: &BTreeSet<&str>, excepted: &BTreeSet<&str>) -> Findings {
    let unlisted = excepted.difference(listed);
    let unlisted = unlisted.map(|path| format!("{path}: its unsafe code is not in {DOCUMENT}"));
    let gone = listed.difference(excepted);
    let gone = gone.map(|path| format!("{DOCUMENT}: {path} has no exception for unsafe code"));
    unlisted.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_listed_is_found_and_so_is_one_that_has_none() {
        let table = "`x.rs`\n## Unsafe code\n\n| `a.rs`, `gone.rs` | why |\n\nnot `b.rs`\n## Next\n| `c.rs` |";
        let [allow, expect] = EXCEPTIONS.map(|exception| exception.concat());
        let files = [
            ("a.rs", allow.as_str()),
            ("b.rs", expect.as_str()),
            ("c.rs", "deny(unsafe_code)"),
            ("tests/d.rs", allow.as_str()),
            ("src/a/tests.rs", expect.as_str()),
        ];
        let findings = compare(&listed(table), &excepted(files.into_iter()));
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].starts_with("b.rs: ") && findings[1].contains(": gone.rs "));
    }
}
