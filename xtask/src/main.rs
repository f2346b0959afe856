//! The repository's chores, as `cargo xtask CHORE`. Alone, `cargo xtask` lists them.

mod bundle;
mod check;
mod component;
mod cross;
mod demo;
mod dist;
mod format;
mod install;
mod licences;
mod picture;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use workspace::Workspace;

/// One thing that `cargo xtask` can do.
struct Chore {
    name: &'static str,
    /// What follows the name.
    words: &'static str,
    what: &'static str,
    run: fn(&Workspace, Vec<String>) -> Result<()>,
}

const CHORES: [Chore; 8] = [
    Chore {
        name: "bundle",
        words: "[--install] [-p PACKAGE] [cargo build's options]",
        what: "build the CLAP and VST3 plugins, on macOS the Audio Unit too (release, unless options say otherwise)",
        run: bundle::bundle,
    },
    Chore {
        name: "bundle-universal",
        words: "[--install] [-p PACKAGE] [cargo build's options]",
        what: "the same for both processors of macOS at once",
        run: bundle::bundle_universal,
    },
    Chore {
        name: "dist",
        words: "[cargo build's options]",
        what: "bundle, and pack what musicians download into target/dist: plugins, licences, checksum",
        run: dist::dist,
    },
    Chore {
        name: "windows",
        words: "test [PACKAGE...] | dist",
        what: "on Debian: run the tests under Wine, or pack the plugins for Windows into target/dist",
        run: cross::windows,
    },
    Chore {
        name: "macos-check",
        words: "",
        what: "on Debian: check that the plugin compiles for macOS",
        run: cross::macos_check,
    },
    Chore {
        name: "demo",
        words: "[FILE or FOLDER of a kit...]",
        what: "play 8 bars of the bundled plugin into target/demo: MIDI, PNG and, with each kit, WAV",
        run: demo::demo,
    },
    Chore {
        name: "picture",
        words: "--out FILE.png [options of the package screenshot]",
        what: "draw the plugin's window, without a display",
        run: picture::picture,
    },
    Chore {
        name: "check",
        words: "",
        what: "the repository's own rules: layers, floors, circles, first lines, links, long lines, paths of one machine",
        run: check::check,
    },
];

/// The words after `cargo xtask` make no sense: exit status 2.
#[derive(Debug)]
struct UsageError(String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

fn usage_error(message: impl Into<String>) -> anyhow::Error {
    UsageError(message.into()).into()
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let result = match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => {
            print!("{}", list());
            Ok(())
        }
        Some(name) => run(name, words.collect()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
}

fn run(name: &str, words: Vec<String>) -> Result<()> {
    let chore = CHORES
        .iter()
        .find(|chore| chore.name == name)
        .ok_or_else(|| usage_error(format!("no chore {name:?}: `cargo xtask` lists them")))?;
    if chore.words.is_empty()
        && let Some(word) = words.first()
    {
        return Err(usage_error(format!("`cargo xtask {name}` takes no further words: {word:?}")));
    }
    (chore.run)(&Workspace::find()?, words)
}

fn list() -> String {
    let mut text = String::from("Usage: cargo xtask CHORE\n\nChores:\n");
    for Chore { name, words, what, .. } in &CHORES {
        let space = if words.is_empty() { "" } else { " " };
        text += &format!("  {name}{space}{words}\n      {what}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_chore_is_wrong_usage() {
        let error = run("bundel", Vec::new()).unwrap_err();
        assert!(error.is::<UsageError>());
        assert_eq!(error.to_string(), r#"no chore "bundel": `cargo xtask` lists them"#);
    }

    #[test]
    fn a_chore_without_options_refuses_words() {
        let error = run("check", vec!["--fast".into()]).unwrap_err();
        assert!(error.is::<UsageError>());
    }
}
