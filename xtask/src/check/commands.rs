//! Commands in Markdown exist: chores, packages, examples, features, the trainer's options.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;

use super::Findings;
use super::markdown;
use super::tree::Tree;
use crate::CHORES;
use crate::workspace::Workspace;

/// Cargo's own subcommands that the documents use.
const CARGO: [&str; 13] = [
    "add", "bench", "build", "check", "clean", "clippy", "deny", "doc", "fmt", "install", "run",
    "test", "xtask",
];

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Result<Findings> {
    let mut findings = Findings::new();
    let mut help = TrainerHelp { workspace, is_built: false, texts: BTreeMap::new() };
    for file in tree.with_extension("md") {
        let Some(text) = file.text() else { continue };
        for (number, line) in markdown::commands(text) {
            for problem in problems(workspace, tree, &mut help, line)? {
                findings.push(format!("{}:{number}: {problem}", file.path));
            }
        }
    }
    Ok(findings)
}

fn problems(
    workspace: &Workspace,
    tree: &Tree,
    help: &mut TrainerHelp<'_>,
    line: &str,
) -> Result<Findings> {
    let words: Vec<&str> = line.split('#').next().unwrap_or(line).split_whitespace().collect();
    let mut findings = Findings::new();
    let Some(&program) = words.iter().find(|word| !word.contains('=') && **word != "$") else {
        return Ok(findings);
    };
    if program == ".ci/run" && !tree.root().join(program).exists() {
        findings.push(format!("{program} does not exist"));
    }
    let start = words.iter().position(|word| *word == program).unwrap_or(0);
    let words = &words[start..];
    if program == "cargo" {
        findings.extend(cargo_problems(workspace, words));
    }
    // `trainer ...`, and `cargo run ... -p trainer -- ...`.
    let arguments = match words.iter().position(|word| *word == "--") {
        _ if program == "trainer" => &words[1..],
        Some(at) if value_of(words, &["-p", "--package"]) == Some("trainer") => &words[at + 1..],
        _ => return Ok(findings),
    };
    let subcommand = arguments.first().filter(|word| word.chars().all(|c| c.is_ascii_lowercase()));
    let text = help.of(subcommand.copied())?;
    let Some(text) = text else {
        findings.push(format!("trainer has no subcommand {:?}", subcommand.unwrap_or(&"")));
        return Ok(findings);
    };
    for option in arguments.iter().filter(|word| word.starts_with("--")) {
        let option = option.split(['=', '|', ']']).next().unwrap_or(option);
        if !text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == option) {
            findings.push(format!("trainer has no option {option} there"));
        }
    }
    Ok(findings)
}

fn cargo_problems(workspace: &Workspace, words: &[&str]) -> Findings {
    let mut findings = Findings::new();
    let own = words.split(|word| *word == "--").next().unwrap_or(words);
    let Some(&subcommand) = own.get(1) else { return findings };
    if !CARGO.contains(&subcommand) {
        findings.push(format!("cargo {subcommand}: not a command that these documents use"));
    }
    if let Some(chore) = own.get(2).filter(|_| subcommand == "xtask")
        && !CHORES.iter().any(|known| known.name == *chore || *chore == "CHORE")
    {
        findings.push(format!("cargo xtask {chore}: no such chore"));
    }
    let Some(name) = value_of(own, &["-p", "--package"]).filter(|name| *name != "PACKAGE") else {
        return findings;
    };
    let Some(package) = workspace.packages().iter().find(|package| *package.name == name) else {
        findings.push(format!("no package {name}"));
        return findings;
    };
    for (option, kind) in
        [("--example", "example"), ("--bench", "bench"), ("--bin", "bin"), ("--test", "test")]
    {
        if let Some(target) = value_of(own, &[option])
            && !package
                .targets
                .iter()
                .any(|t| t.name == target && t.kind.iter().any(|k| k.to_string() == kind))
        {
            findings.push(format!("package {name} has no {kind} {target}"));
        }
    }
    if let Some(feature) = value_of(own, &["--features"])
        && !package.features.contains_key(feature)
    {
        findings.push(format!("package {name} has no feature {feature}"));
    }
    findings
}

/// The word after one of `options`.
fn value_of<'a>(words: &[&'a str], options: &[&str]) -> Option<&'a str> {
    let at = words.iter().position(|word| options.contains(word))?;
    words.get(at + 1).copied()
}

/// `trainer --help`, and of its subcommands, each asked for once.
struct TrainerHelp<'a> {
    workspace: &'a Workspace,
    is_built: bool,
    texts: BTreeMap<String, Option<String>>,
}

impl TrainerHelp<'_> {
    /// The help text; none if there is no such subcommand.
    fn of(&mut self, subcommand: Option<&str>) -> Result<Option<&str>> {
        let key = subcommand.unwrap_or_default().to_owned();
        if !self.texts.contains_key(&key) {
            // A trainer that cannot be built is an error; one that refuses the subcommand is a finding.
            if !self.is_built {
                let mut build = self.workspace.cargo();
                // Together with what uses the packages' test dependencies: so cargo chooses the features that the
                // tests were built with, and builds nothing twice.
                build.args(["build", "--quiet", "--workspace", "--bins", "--examples"]);
                Workspace::output(build)?;
                self.is_built = true;
            }
            let name = format!("trainer{}", std::env::consts::EXE_SUFFIX);
            let mut run = Command::new(self.workspace.target().join("debug").join(name));
            run.args(subcommand).arg("--help");
            self.texts.insert(key.clone(), Workspace::output(run).ok());
        }
        Ok(self.texts[&key].as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(line: &str) -> Findings {
        let words: Vec<&str> = line.split_whitespace().collect();
        cargo_problems(&Workspace::find().unwrap(), &words)
    }

    #[test]
    fn commands_that_exist_pass() {
        for line in [
            "cargo xtask",
            "cargo xtask bundle --install",
            "cargo test --workspace",
            "cargo run -p kit --example audition -- FOLDER",
            "cargo build -p trainer --features cuda",
        ] {
            assert_eq!(problems_of(line), Findings::new(), "{line}");
        }
    }

    #[test]
    fn chores_packages_examples_and_features_that_do_not_exist_are_found() {
        for line in [
            "cargo xtask release",
            "cargo frobnicate",
            "cargo test -p drums",
            "cargo run -p kit --example listen",
            "cargo build -p trainer --features metal",
        ] {
            assert_eq!(problems_of(line).len(), 1, "{line}");
        }
    }
}
