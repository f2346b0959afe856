//! SFZ: the part of it that drum kits use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use groove::{Articulation, INSTRUMENTS, Instrument, NoteMap};

use crate::audio::Recordings;
use crate::names::Stroke;
use crate::{Draft, Error, inside, limits, plain_region, shown, strokes};

/// Values by opcode.
type Opcodes = HashMap<String, String>;

/// Reads an SFZ. An instrument is what its General MIDI key plays or, if that is empty, the next of its other keys.
pub(crate) fn read(path: &Path) -> Result<Draft, Error> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut text = String::new();
    let mut includes = 0;
    include(path, &folder, &mut text, &mut includes)?;
    let regions = parse(&text);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut draft = Draft::new(stem);
    draft.files.add(path, text.as_bytes());
    let mut recordings = Recordings::default();
    let mut groups: [Vec<String>; INSTRUMENTS] = Default::default();
    let mut offs: [Vec<String>; INSTRUMENTS] = Default::default();
    for instrument in Instrument::ALL {
        let keys = std::iter::once(instrument.key())
            .chain((0..128).filter(|key| Instrument::from_key(*key) == Some(instrument)));
        let Some(key) = keys.into_iter().find(|key| regions.iter().any(|r| plays(r, *key))) else {
            continue;
        };
        let own = regions.iter().filter(|region| plays(region, key));
        for region in own.take(limits::REGIONS_PER_PAD) {
            let i = instrument.index();
            groups[i].extend(region.get("group").cloned());
            offs[i].extend(region.get("off_by").or_else(|| region.get("offby")).cloned());
            let stroke = (instrument, Articulation::Plain);
            add(&mut draft, stroke, region, key, &folder, &mut recordings);
        }
    }
    // As with Hydrogen's kits, other strokes have no part in the hash.
    draft.files.extend(recordings.files());
    for (instrument, articulation) in strokes(false) {
        // V-Drums' keys are General MIDI's, and the rim. What General MIDI calls the electric snare is a rim shot only where the
        // kit says so.
        let map = NoteMap::RolandTd;
        let Some(key) = map.key_of_its_own(instrument, articulation) else { continue };
        let is_meant = |region: &&Opcodes| {
            let names_it = region["sample"].to_lowercase().contains("rim");
            plays(region, key) && (articulation != Articulation::RimShot || names_it)
        };
        for region in regions.iter().filter(is_meant).take(limits::REGIONS_PER_PAD) {
            let stroke = (instrument, articulation);
            add(&mut draft, stroke, region, key, &folder, &mut recordings);
        }
    }
    for (i, group) in groups.iter().enumerate() {
        for (other, off) in offs.iter().enumerate() {
            if i != other && group.iter().any(|group| off.contains(group)) {
                draft.pads[i].chokes |= 1 << other;
            }
        }
    }
    Ok(draft)
}

/// Adds the text of `path`, and of the files that it includes, to `text`.
fn include(
    path: &Path,
    folder: &Path,
    text: &mut String,
    includes: &mut usize,
) -> Result<(), Error> {
    let told = |why: &dyn std::fmt::Display| Error::new(format!("{}: {why}", shown(path)));
    *includes += 1;
    if *includes > limits::INCLUDES {
        return Err(told(&"it includes too many files"));
    }
    let bytes = whole_files::read(path, limits::TEXT, "a kit").map_err(|error| told(&error))?;
    if text.len() as u64 + bytes.len() as u64 > limits::TEXT {
        return Err(told(&"the kit's text is too long"));
    }
    for line in String::from_utf8_lossy(&bytes).lines() {
        let line = line.split("//").next().unwrap_or_default();
        if let Some(name) = line.trim().strip_prefix("#include") {
            let file: Option<PathBuf> = inside(folder, name.trim().trim_matches('"'));
            include(
                &file.ok_or_else(|| told(&"it includes a file elsewhere"))?,
                folder,
                text,
                includes,
            )?;
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(())
}

/// The regions of a file, each with what it takes over from `<global>`, `<master>`, `<group>` and `<control>`.
fn parse(text: &str) -> Vec<Opcodes> {
    let mut defines: Vec<(String, String)> = Vec::new();
    let mut levels: [Opcodes; 5] = Default::default(); // control, global, master, group, region
    let mut level = 1;
    let mut regions = Vec::new();
    let mut finish = |levels: &mut [Opcodes; 5]| {
        if !levels[4].is_empty() && regions.len() < limits::RECORDINGS * 4 {
            let mut region = Opcodes::new();
            for level in levels.iter() {
                region.extend(level.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            regions.push(region);
        }
        levels[4].clear();
    };
    for line in text.lines() {
        let mut line = line.to_owned();
        if let Some(define) = line.trim().strip_prefix("#define") {
            let mut words = define.split_whitespace();
            if let (Some(name), Some(value)) = (words.next(), words.next())
                && defines.len() < 1000
            {
                defines.push((name.to_owned(), value.to_owned()));
            }
            continue;
        }
        if line.contains('$') {
            for (name, value) in &defines {
                line = line.replace(name, value);
                line.truncate(line.floor_char_boundary(4096));
            }
        }
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
    regions.retain(|region: &Opcodes| region.contains_key("sample"));
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

fn number(region: &Opcodes, name: &str) -> Option<f32> {
    region.get(name)?.parse::<f32>().ok().filter(|x| x.is_finite())
}

/// A key, as a number or as a name such as `c#2` (middle C, 60, is `c4`).
fn key(region: &Opcodes, name: &str) -> Option<i32> {
    let text = region.get(name)?.to_lowercase();
    if let Ok(key) = text.parse() {
        return Some(key);
    }
    let mut letters = text.chars();
    let note = "c d ef g a b".find(letters.next().filter(|c| *c != ' ')?)? as i32;
    let rest = letters.as_str();
    let (sharp, octave) = match rest.strip_prefix('#') {
        Some(octave) => (1, octave),
        None => match rest.strip_prefix('b') {
            Some(octave) => (-1, octave),
            None => (0, rest),
        },
    };
    Some(12 * (octave.parse::<i32>().ok()?.clamp(-2, 10) + 1) + note + sharp)
}

/// Whether a stroke on `played` sounds it, with all controllers at rest.
fn plays(region: &Opcodes, played: u8) -> bool {
    let played = i32::from(played);
    let low = key(region, "lokey").or_else(|| key(region, "key")).unwrap_or(0);
    let high = key(region, "hikey").or_else(|| key(region, "key")).unwrap_or(127);
    let is_stroke = region.get("trigger").is_none_or(|trigger| trigger == "attack");
    let at_rest = region.iter().all(|(name, value)| {
        !name.starts_with("locc") || value.parse::<f32>().is_ok_and(|lowest| lowest <= 0.0)
    });
    (low..=high).contains(&played) && is_stroke && at_rest
}

fn add(
    draft: &mut Draft,
    (instrument, articulation): Stroke,
    region: &Opcodes,
    played: u8,
    folder: &Path,
    recordings: &mut Recordings,
) {
    let sample = &region["sample"];
    if sample.starts_with('*') {
        return; // a sound that a player would make
    }
    let name = format!("{}{sample}", region.get("default_path").map_or("", String::as_str));
    let Some(path) = inside(folder, &name) else {
        draft.report(format!("{name}: outside the kit's folder"));
        return;
    };
    let sound = match recordings.get(&path) {
        Ok(sound) => sound,
        Err(why) => return draft.report(why),
    };
    let read = |name: &str, default: f32| number(region, name).unwrap_or(default);
    let mut made = plain_region(sound);
    made.articulation = articulation;
    // From border to border: 63 ends where 64 begins.
    let (low, high) = (read("lovel", 0.0), read("hivel", 127.0));
    made.velocity = (
        if low <= 1.0 { 0.0 } else { ((low - 0.5) / 127.0).clamp(0.0, 1.0) },
        if high >= 127.0 { 1.0 } else { ((high + 0.5) / 127.0).clamp(0.0, 1.0) },
    );
    let db = read("volume", 0.0).clamp(-144.0, 24.0);
    let amplitude = read("amplitude", 100.0).clamp(0.0, 400.0) / 100.0;
    made.gain = amplitude * 10_f32.powf(0.05 * db);
    // SFZ's own curve is the square of the velocity.
    made.exponent = 2.0 * read("amp_veltrack", 100.0).clamp(0.0, 100.0) / 100.0;
    made.pan = read("pan", 0.0).clamp(-100.0, 100.0) / 100.0;
    let centre = key(region, "pitch_keycenter").or_else(|| key(region, "key"));
    let track = read("pitch_keytrack", 100.0) / 100.0;
    let keys = (i32::from(played) - centre.unwrap_or(60)) as f32 * track;
    let semitones =
        keys + read("transpose", 0.0) + (read("tune", 0.0) + read("pitch", 0.0)) / 100.0;
    made.speed = (semitones.clamp(-48.0, 48.0) / 12.0).exp2();
    let length = read("seq_length", 1.0).clamp(1.0, 100.0) as u32;
    let position = read("seq_position", 1.0).clamp(1.0, 100.0) as u32;
    made.turn = (length, position - 1);
    made.chance = (read("lorand", 0.0), read("hirand", 1.0));
    draft.add(instrument, made);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_take_over_from_their_groups_and_values_may_have_spaces() {
        let regions = parse(
            "#define $K 36\n<control>default_path=../a/\n<global>loop_mode=one_shot\n\
             <group> key=$K seq_length=2\n <region>seq_position=1 sample=kick drum/01.wav pan=-15\n\
             <region>sample=b.wav seq_position=2\n<group>key=d2\n<region>sample=x y.wav\n<curve>v=1",
        );
        assert_eq!(regions.len(), 3);
        assert_eq!(regions[0]["sample"], "kick drum/01.wav");
        assert_eq!(regions[0]["pan"], "-15");
        assert_eq!(regions[1]["default_path"], "../a/");
        assert!(plays(&regions[1], 36) && !plays(&regions[1], 38));
        assert!(plays(&regions[2], 38) && !regions[2].contains_key("seq_length"));
    }

    #[test]
    fn key_names_are_read_with_middle_c_as_c4() {
        for (name, expected) in
            [("c4", 60), ("C#2", 37), ("db2", 37), ("e1", 28), ("f1", 29), ("b1", 35), ("36", 36)]
        {
            let region = Opcodes::from([("key".to_owned(), name.to_owned())]);
            assert_eq!(key(&region, "key"), Some(expected), "{name}");
        }
    }
}
