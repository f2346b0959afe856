//! The Audio Unit for macOS: the VST3's library, which has clap-wrapper's entry point for it as well, in a bundle of its own.
//!
//! Not yet run: no Mac has tried it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::install;

/// What Logic and `auval` know it by: an instrument, ours, from us. Projects refer to these codes: they stay.
pub(crate) const CODES: [&str; 3] = ["aumu", "Jgdn", "Jngd"];

/// Makes the Audio Unit beside the VST3 bundle `vst3`, signed for this machine.
pub(crate) fn make(vst3: &Path, version: &str) -> Result<PathBuf> {
    let place = vst3.with_extension("component");
    let told = || format!("cannot write {}", place.display());
    if place.exists() {
        fs::remove_dir_all(&place).with_context(told)?;
    }
    install::copy_all(vst3, &place).with_context(told)?;
    // A signature of the bundle that was copied.
    let signature = place.join("Contents").join("_CodeSignature");
    if signature.exists() {
        fs::remove_dir_all(&signature).with_context(told)?;
    }
    let name = vst3.file_stem().context("a bundle without a name")?.to_string_lossy();
    fs::write(place.join("Contents").join("Info.plist"), info(&name, version))
        .with_context(told)?;
    let signed = Command::new("codesign").args(["-f", "-s", "-"]).arg(&place).status();
    ensure!(signed.context("cannot run codesign")?.success(), "codesign refuses {place:?}");
    Ok(place)
}

/// The bundle's `Info.plist`.
fn info(name: &str, version: &str) -> String {
    let [kind, own, maker] = CODES;
    let number = number(version);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>CFBundleExecutable</key><string>{name}</string>
    <key>CFBundleIdentifier</key><string>org.jangdan.jangdan.component</string>
    <key>CFBundleName</key><string>{name}</string>
    <key>CFBundlePackageType</key><string>BNDL</string>
    <key>CFBundleShortVersionString</key><string>{version}</string>
    <key>CFBundleVersion</key><string>{version}</string>
    <key>AudioComponents</key>
    <array>
        <dict>
            <key>type</key><string>{kind}</string>
            <key>subtype</key><string>{own}</string>
            <key>manufacturer</key><string>{maker}</string>
            <key>name</key><string>Jangdan: {name}</string>
            <key>description</key><string>{name}</string>
            <key>version</key><integer>{number}</integer>
            <key>factoryFunction</key><string>GetPluginFactoryAUV2</string>
            <key>sandboxSafe</key><true/>
        </dict>
    </array>
</dict>
</plist>
"#
    )
}

/// A version as Audio Units count it: 16 bits, 8 and 8.
fn number(version: &str) -> u32 {
    let parts = version.split(['.', '-', '+']).map(|part| part.parse::<u32>().unwrap_or(0));
    let [major, minor, patch] = [0, 1, 2].map(|i| parts.clone().nth(i).unwrap_or(0));
    major << 16 | (minor & 0xff) << 8 | patch & 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_described_by_its_codes_its_version_and_the_wrapper_s_entry() {
        assert_eq!(number("1.2.3"), 0x1_0203);
        assert_eq!(number("0.1.0-beta"), 0x100);
        assert!(CODES.iter().all(|code| code.len() == 4));
        let info = info("Jangdan", "0.1.0");
        for part in ["<string>aumu</string>", "<integer>256</integer>", "GetPluginFactoryAUV2"] {
            assert!(info.contains(part), "{part}");
        }
    }
}
