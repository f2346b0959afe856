//! The text of an SFZ, with all that it includes and defines, as regions.

use std::cmp::Reverse;
use std::path::Path;

use super::{Opcodes, UP};
use crate::{Error, inside, limits, shown};

/// The longest line, once names are replaced by what they are defined as, bytes.
const LINE: usize = 4096;
/// The most names that are defined at a time.
const DEFINES: usize = 500;

/// The text of `path` and of the files that it includes, without comments.
pub(super) fn whole(path: &Path, folder: &Path) -> Result<String, Error> {
    let mut text = String::new();
    include(path, folder, &mut text, &mut 0, 0)?;
    Ok(text)
}

/// Adds the text of `path`, and of the files that it includes, to `text`. It is included by `depth` files, one in another.
fn include(
    path: &Path,
    folder: &Path,
    text: &mut String,
    includes: &mut usize,
    depth: usize,
) -> Result<(), Error> {
    let told = |why: &dyn std::fmt::Display| Error::new(format!("{}: {why}", shown(path)));
    *includes += 1;
    if *includes > limits::INCLUDES || depth > limits::INCLUDED {
        return Err(told(&"it includes too many files"));
    }
    let bytes = whole_files::read(path, limits::TEXT, "a kit").map_err(|error| told(&error))?;
    if text.len() as u64 + bytes.len() as u64 > limits::TEXT {
        return Err(told(&"the kit's text is too long"));
    }
    for line in String::from_utf8_lossy(&bytes).lines() {
        let mut rest = line.split("//").next().unwrap_or_default();
        // Several may stand in a line, after a header, too.
        while let Some((before, after)) = rest.split_once("#include") {
            text.push_str(before);
            text.push('\n');
            let (name, after) = match after.trim_start().strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => (after.trim(), ""),
            };
            let file = inside(folder, name, UP);
            let file = file.ok_or_else(|| told(&"it includes a file elsewhere"))?;
            include(&file, folder, text, includes, depth + 1)?;
            rest = after;
        }
        text.push_str(rest);
        text.push('\n');
    }
    Ok(())
}

/// Names, the longest first, and what they stand for.
#[derive(Default)]
struct Defines(Vec<(String, String)>);

impl Defines {
    /// `line` without its definitions, and with what its names stand for; for later lines, too. A name may be defined again.
    fn read(&mut self, line: &str) -> String {
        let mut read = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("#define") {
            read += &self.replaced(before);
            let (name, after) = word(after);
            let (value, after) = word(after);
            if let Some(name) = name.strip_prefix('$').filter(|name| !name.is_empty()) {
                let value = self.replaced(value);
                self.0.retain(|(known, _)| known != name);
                if self.0.len() < DEFINES {
                    let place = self
                        .0
                        .partition_point(|(known, _)| Reverse(known.len()) <= Reverse(name.len()));
                    self.0.insert(place, (name.to_owned(), value));
                }
            }
            rest = after;
        }
        read + &self.replaced(rest)
    }

    fn replaced(&self, text: &str) -> String {
        let mut read = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            read += before;
            rest = match self.0.iter().find(|(name, _)| after.starts_with(name)) {
                Some((name, value)) => {
                    read += value;
                    &after[name.len()..]
                }
                None => {
                    read.push('$');
                    after
                }
            };
            if read.len() > LINE {
                break;
            }
        }
        read += rest;
        read.truncate(read.floor_char_boundary(LINE));
        read
    }
}

/// The first word of `text`, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// The regions of a file, each with what it takes over from `<global>`, `<master>`, `<group>` and `<control>`.
pub(super) fn regions(text: &str) -> Vec<Opcodes> {
    let mut defines = Defines::default();
    let mut levels: [Opcodes; 5] = Default::default(); // control, global, master, group, region
    let mut level = 1;
    let mut regions: Vec<Opcodes> = Vec::new();
    let mut finish = |levels: &mut [Opcodes; 5]| {
        if !levels[4].is_empty() && regions.len() < limits::REGIONS {
            let mut region = Opcodes::new();
            for level in levels.iter() {
                region.extend(level.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            regions.push(region);
        }
        levels[4].clear();
    };
    for line in text.lines() {
        let line = defines.read(line);
        let mut rest = line.as_str();
        while let Some((before, after)) = next_header(rest) {
            assign(&mut levels[level], before);
            let (header, after) = after.split_once('>').unwrap_or((after, ""));
            rest = after;
            finish(&mut levels);
            level = match header.trim() {
                "control" => 0,
                "global" => 1,
                "master" => 2,
                "group" => 3,
                "region" => 4,
                // Curves and effects: nothing of them is played.
                _ => {
                    levels[4].clear();
                    4
                }
            };
            for inner in &mut levels[level.max(1)..] {
                inner.clear();
            }
        }
        assign(&mut levels[level], rest);
    }
    finish(&mut levels);
    regions.retain(|region| region.contains_key("sample"));
    // Initial values of controllers count for regions before them, too.
    let set = levels[0].iter().filter(|(name, _)| name.starts_with("set_"));
    let set: Opcodes = set.map(|(name, value)| (name.clone(), value.clone())).collect();
    for region in &mut regions {
        region.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    regions
}

/// What stands before the next `<`, and after it.
fn next_header(line: &str) -> Option<(&str, &str)> {
    line.split_once('<')
}

/// Reads `name=value name=value ...`; a value goes on, spaces and all, up to the next name.
fn assign(opcodes: &mut Opcodes, line: &str) {
    let mut name: Option<&str> = None;
    let mut rest = line;
    loop {
        let (value, next) = match rest.split_once('=') {
            None => (rest, None),
            Some((before, after)) => {
                // The word before `=` is the next name.
                let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                (&before[..start], Some((&before[start..], after)))
            }
        };
        if let Some(name) = name {
            opcodes.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let Some((next_name, after)) = next else {
            return;
        };
        (name, rest) = (Some(next_name), after);
    }
}
