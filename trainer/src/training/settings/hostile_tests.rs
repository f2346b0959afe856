//! Damaged config files: no panic, errors of one line, and settings that were read are written and read back the same.

use testkit::{Random, harmed};

use super::*;

/// What is put in the place of numbers, and anywhere.
const PIECES: [&str; 17] = [
    "0.5",
    "1",
    "3",
    "1e999",
    "-1",
    "nan",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296",
    "[]",
    "[[[[",
    "{}",
    "\"\"",
    "\"\\n\\u0000\"",
    "= 1\n",
    "[network]\n",
    "\u{fffd}\u{c7a5}",
];

fn check(text: &[u8]) -> bool {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    match Settings::of_run(file.path()) {
        Ok(settings) => {
            std::fs::write(file.path(), settings.to_toml().unwrap()).unwrap();
            assert_eq!(Settings::of_run(file.path()).unwrap(), settings);
            true
        }
        Err(error) => {
            let error = crate::one_line(&error);
            assert!(!error.contains('\n') && error.len() < 2000, "{error}");
            false
        }
    }
}

#[test]
fn damaged_config_files_give_errors_of_one_line_or_read_back() {
    let whole = Settings::of(Preset::Compact, Windowing::Bars).to_toml().unwrap();
    let mut random = Random(7);
    let read = (0..3000).filter(|_| check(&harmed(whole.as_bytes(), &PIECES, &mut random))).count();
    assert!((650..2900).contains(&read), "{read} were read");
}

#[test]
fn a_config_file_that_is_too_large_is_refused() {
    let mut text = Settings::of(Preset::Tiny, Windowing::Bars).to_toml().unwrap();
    assert!(check(text.as_bytes()));
    text.push_str(&"#\n".repeat(1 << 19));
    assert!(!check(text.as_bytes()));
    // An error far behind, after letters of several bytes.
    assert!(!check("# \u{c7a5}\u{b2e8}\nepochs = \u{c7a5}".as_bytes()));
}
