//! `cargo xtask windows` and `macos-check`: what can be built and tried of other systems on Debian.
//!
//! mingw-w64 compiles and links for Windows, Wine runs the tests. The standard library is the target's, where rustup has installed
//! it; else Debian's own compiler (`rustc-web`) builds it from its sources.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::bundle::{self, PLUGIN};
use crate::workspace::Workspace;
use crate::{dist, usage_error};

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const MACOS: &str = "aarch64-apple-darwin";
/// Packages that the plugin is made of.
const TESTED: [&str; 6] = ["jangdan", "engine", "groove", "kit", "sample-kit", "whole-files"];
/// Where Debian's package `wine64` has it.
const WINE: &str = "/usr/lib/wine/wine64";
/// Wine 8 lacks the one function of `bcryptprimitives.dll` that Rust's standard library asks for random numbers.
const RANDOM_NUMBERS: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }\n";

/// `windows test [PACKAGE...]` or `windows dist`.
pub(crate) fn windows(workspace: &Workspace, words: Vec<String>) -> Result<()> {
    match words.split_first() {
        Some((word, packages)) if word == "test" => test(workspace, packages),
        Some((word, [])) if word == "dist" => pack(workspace),
        _ => Err(usage_error("`cargo xtask windows` takes `test [PACKAGE...]` or `dist`")),
    }
}

/// Checks that the plugin compiles for macOS.
pub(crate) fn macos_check(workspace: &Workspace, _words: Vec<String>) -> Result<()> {
    let mut cross = Cross::new(workspace, MACOS, "macos", &[])?;
    // Nothing is linked, so the wrapper's C++, which needs Apple's headers, is not compiled.
    let nothing = || OsString::from("true");
    cross.environment.push(("CC_aarch64_apple_darwin", nothing()));
    cross.environment.push(("CXX_aarch64_apple_darwin", nothing()));
    cross.environment.push(("AR_aarch64_apple_darwin", nothing()));
    succeed(cross.cargo("check", &["-p", PLUGIN]))
}

fn test(workspace: &Workspace, packages: &[String]) -> Result<()> {
    let cross = Cross::for_windows(workspace, &["wine64", "xvfb"])?;
    let prefix = cross.target.join("wine");
    make_prefix(&prefix)?;
    let packages: Vec<&str> = match packages {
        [] => TESTED.into(),
        some => some.iter().map(String::as_str).collect(),
    };
    let mut cargo = cross.cargo("test", &["--lib", "--bins", "--tests"]);
    cargo.args(packages.iter().flat_map(|package| ["-p", package]));
    cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", WINE);
    cargo.env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all");
    // A VST3 makes a window for its messages when it is created: without a display Wine refuses that.
    let mut display = match std::env::var_os("DISPLAY") {
        Some(_) => None,
        None => Some(open_display(&mut cargo)?),
    };
    let result = succeed(cargo);
    if let Some(display) = &mut display {
        let _ = display.kill();
    }
    result
}

fn pack(workspace: &Workspace) -> Result<()> {
    let cross = Cross::for_windows(workspace, &[])?;
    succeed(cross.cargo("build", &["--release", "-p", PLUGIN]))?;
    let options = ["--release".to_owned(), format!("--target={WINDOWS}")];
    bundle::bundle_for(workspace, &cross.target, &options)?;
    dist::archive(workspace, &cross.target.join("bundled"), "windows-x86_64", true)
}

/// Cargo for another system.
struct Cross {
    root: PathBuf,
    /// The build folder.
    target: PathBuf,
    triple: &'static str,
    /// Whether Debian's compiler has to build the standard library.
    builds_std: bool,
    environment: Vec<(&'static str, OsString)>,
}

impl Cross {
    /// Cargo for `triple`, which builds in `target/FOLDER` and needs Debian's `packages`.
    fn new(
        workspace: &Workspace,
        triple: &'static str,
        folder: &str,
        packages: &[&str],
    ) -> Result<Self> {
        let builds_std = !has_std(triple)?;
        let compiler = ["rustc-web", "cargo-web", "rust-web-src"];
        let compiler = compiler.iter().filter(|_| builds_std);
        let wanted = packages.iter().chain(compiler);
        let missing: Vec<&str> = wanted.copied().filter(|package| !is_installed(package)).collect();
        ensure!(missing.is_empty(), "missing: apt-get install {}", missing.join(" "));
        let target = workspace.target().join(folder);
        let mut environment = vec![("CARGO_TARGET_DIR", target.clone().into_os_string())];
        if builds_std {
            environment.push(("RUSTC", "/usr/bin/rustc".into()));
            environment.push(("RUSTC_BOOTSTRAP", "1".into()));
        }
        Ok(Self { root: workspace.root().to_owned(), target, triple, builds_std, environment })
    }

    /// The same for Windows, with what C++ among the dependencies needs: the compiler with threads, and a library of Windows
    /// under the name by which the wrapper asks for it.
    fn for_windows(workspace: &Workspace, packages: &[&str]) -> Result<Self> {
        let compilers = ["gcc-mingw-w64-x86-64", "g++-mingw-w64-x86-64"];
        let packages = [&compilers[..], packages].concat();
        let mut cross = Self::new(workspace, WINDOWS, "windows", &packages)?;
        let libraries = cross.target.join("lib");
        fs::create_dir_all(&libraries)?;
        fs::write(libraries.join("libShell32.a"), "INPUT(-lshell32 -luuid)\n")?;
        let mut flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
        flags.push(" -L native=");
        flags.push(&libraries);
        let gcc = "x86_64-w64-mingw32-gcc-posix";
        cross.environment.extend([
            ("RUSTFLAGS", flags),
            ("CC_x86_64_pc_windows_gnu", gcc.into()),
            ("CXX_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-g++-posix".into()),
            ("AR_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-ar".into()),
            ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", gcc.into()),
        ]);
        Ok(cross)
    }

    fn cargo(&self, verb: &str, options: &[&str]) -> Command {
        let mut command = Command::new(if self.builds_std { "/usr/bin/cargo" } else { "cargo" });
        command.current_dir(&self.root).envs(self.environment.iter().cloned());
        // What cargo has set for this program is another toolchain's.
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        command.args([verb, "--target", self.triple]);
        if self.builds_std {
            command.args(["-Z", "build-std=std,panic_unwind,test"]);
        }
        command.args(options);
        command
    }
}

/// Whether the compiler in use has the standard library of `triple`.
fn has_std(triple: &str) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "sysroot"]);
    let sysroot = Workspace::output(rustc)?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(triple).join("lib").is_dir())
}

fn is_installed(package: &str) -> bool {
    let mut dpkg = Command::new("dpkg");
    dpkg.args(["-s", package]).stdout(Stdio::null()).stderr(Stdio::null());
    dpkg.status().is_ok_and(|status| status.success())
}

fn succeed(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}

/// A folder for Wine with what the tests need.
fn make_prefix(prefix: &Path) -> Result<()> {
    let system = prefix.join("drive_c/windows/system32");
    if !system.is_dir() {
        fs::create_dir_all(prefix)?;
        let mut boot = Command::new(WINE);
        boot.args(["wineboot", "-i"]).env("WINEPREFIX", prefix).env("WINEDEBUG", "-all");
        succeed(boot)?;
    }
    let random = system.join("bcryptprimitives.dll");
    if !random.exists() {
        let source = prefix.join("random.c");
        fs::write(&source, RANDOM_NUMBERS)?;
        let mut compile = Command::new("x86_64-w64-mingw32-gcc");
        compile.args(["-shared", "-O2", "-o"]).arg(&random).arg(&source).arg("-ladvapi32");
        succeed(compile)?;
    }
    let name = "libwinpthread-1.dll";
    fs::copy(Path::new("/usr/x86_64-w64-mingw32/lib").join(name), system.join(name))?;
    for name in ["libstdc++-6.dll", "libgcc_s_seh-1.dll"] {
        let mut ask = Command::new("x86_64-w64-mingw32-g++-posix");
        ask.arg(format!("-print-file-name={name}"));
        fs::copy(Workspace::output(ask)?.trim(), system.join(name))?;
    }
    Ok(())
}

/// A display without a screen, which `command` is told of.
fn open_display(command: &mut Command) -> Result<Child> {
    let mut server = Command::new("Xvfb");
    server.args(["-displayfd", "1", "-screen", "0", "1400x1000x24"]);
    server.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = server.spawn().context("cannot run Xvfb")?;
    let mut number = String::new();
    if let Some(output) = server.stdout.as_mut() {
        BufReader::new(output).read_line(&mut number)?;
    }
    if number.trim().is_empty() {
        let _ = server.kill();
        bail!("Xvfb opens no display");
    }
    command.env("DISPLAY", format!(":{}", number.trim()));
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_cannot_do_is_wrong_usage() {
        let workspace = Workspace::find().unwrap();
        for words in [vec![], vec!["play".to_owned()], vec!["dist".to_owned(), "x".to_owned()]] {
            assert!(windows(&workspace, words).unwrap_err().is::<crate::UsageError>());
        }
    }

    #[test]
    fn a_package_that_nobody_makes_is_not_installed() {
        assert!(!is_installed("no-such-package-as-this"));
        assert!(!has_std("no-such-target").unwrap());
    }
}
