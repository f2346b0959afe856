//! `cargo xtask check`: the rules of this repository that no compiler knows.

mod floors;
mod imports;
mod layers;
mod links;
mod lock;
mod markdown;
mod tree;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use tree::Tree;

/// What a check finds wrong: a file, and what is the matter with it.
type Findings = Vec<String>;

/// The most characters of a line of prose; rows of tables may be longer.
const LONGEST_LINE: usize = 160;

/// Runs every check and reports all that is wrong, not only the first.
pub(crate) fn check(workspace: &Workspace, _words: Vec<String>) -> Result<()> {
    let tree = Tree::read(workspace)?;
    let locked = lock::read(workspace)?;
    let checks: [(&str, Findings); 6] = [
        ("layers", layers::check(workspace, &locked)),
        ("floors inside the packages, circles", floors::check(workspace, &tree)?),
        ("paths and hosts of one machine", tree.check()),
        ("first lines of source files", tree.check_first_lines()),
        ("links in Markdown", links::check(&tree)),
        ("lines of Markdown", lines_that_are_too_long(&tree)),
    ];
    let mut count = 0;
    for (name, findings) in checks {
        println!("{} {name}", if findings.is_empty() { "ok   " } else { "WRONG" });
        for finding in &findings {
            println!("      {finding}");
        }
        count += findings.len();
    }
    if count > 0 {
        bail!("the repository breaks its own rules in {count} places");
    }
    Ok(())
}

/// Lines of prose in Markdown that nobody can read in a window.
fn lines_that_are_too_long(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for file in tree.with_extension("md") {
        for (number, line) in markdown::prose(file.text().unwrap_or_default()) {
            let count = line.chars().count();
            if count > LONGEST_LINE && !line.starts_with(['|', '!']) {
                findings.push(format!("{}:{number}: {count} characters", file.path));
            }
        }
    }
    findings
}
