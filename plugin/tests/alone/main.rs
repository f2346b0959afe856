//! Tests of the built plugin that count the memory, the threads or the mapped files of their process, or do what it does not
//! survive: each runs in a process of its own, this executable once more.

mod endurance;
mod hostile_state;
mod instances;
mod system_calls;
mod unload;

use std::process::Command;

/// Runs `test`, the whole of the test called `name`, in a process of its own.
fn alone(name: &str, test: impl FnOnce()) {
    /// Says in that process which test it is there for.
    const ALONE: &str = "JANGDAN_ALONE";
    if std::env::var(ALONE).as_deref() == Ok(name) {
        return test();
    }
    let output = process(name).env(ALONE, name).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", output.status);
    assert!(said.contains("1 passed"), "there is no test called {name}");
}

/// A process for the test called `name`.
fn process(name: &str) -> Command {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", name, "--nocapture"]);
    process
}
