//! Runs of the built trainer.

use std::path::Path;
use std::process::{Command, Output};

/// Exit status and output of a run of the trainer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the trainer in `folder`.
pub(crate) fn trainer(folder: &Path, args: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the trainer starts");
    said(output)
}

/// Runs the trainer in `folder`, which must succeed.
pub(crate) fn trainer_succeeds(folder: &Path, args: &[&str]) -> Said {
    let said = trainer(folder, args);
    assert_eq!(said.status, 0, "trainer {args:?}: {said:?}");
    said
}

/// Runs the trainer in `folder`, which must fail with status 1 and one `error: ...` line; the line.
pub(crate) fn trainer_fails(folder: &Path, args: &[&str]) -> String {
    let said = trainer(folder, args);
    assert_eq!(said.status, 1, "trainer {args:?}: {said:?}");
    let errors: Vec<&str> = said.stderr.lines().filter(|l| l.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "trainer {args:?}: {said:?}");
    assert_eq!(said.stderr.lines().last(), Some(errors[0]), "trainer {args:?}: {said:?}");
    errors[0].to_owned()
}

pub(crate) fn said(output: Output) -> Said {
    Said {
        status: output.status.code().expect("the trainer ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}
