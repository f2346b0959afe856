//! SFZ: the part of it that drum kits use.

use std::collections::HashMap;
use std::path::Path;

use groove::{Articulation, INSTRUMENTS, Instrument};

use self::keys::Keys;
use crate::audio::Recordings;
use crate::names::Stroke;
use crate::{Draft, Error, inside, limits, plain_region, strokes};

mod keys;
mod text;
mod velocity;

/// Folders above its own in which an SFZ may name files: big kits have `Programs` beside `Samples`.
const UP: usize = 2;

/// Values by opcode.
type Opcodes = HashMap<String, String>;

/// Reads an SFZ.
pub(crate) fn read(path: &Path) -> Result<Draft, Error> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let text = text::whole(path, &folder)?;
    let regions = text::regions(&text);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut draft = Draft::new(stem);
    draft.files.add(path, text.as_bytes());
    let mut recordings = Recordings::default();
    let mut groups: [Vec<String>; INSTRUMENTS] = Default::default();
    let mut offs: [Vec<String>; INSTRUMENTS] = Default::default();
    let keys = Keys::of(&regions);
    for instrument in Instrument::ALL {
        let Some(key) = keys.plain(instrument) else { continue };
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
    for stroke in strokes(false) {
        let Some(key) = keys.other(stroke) else { continue };
        let is_meant = |region: &&Opcodes| plays(region, key) && keys.is_meant(stroke, region);
        for region in regions.iter().filter(is_meant).take(limits::REGIONS_PER_PAD) {
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

fn number(region: &Opcodes, name: &str) -> Option<f32> {
    region.get(name)?.parse::<f32>().ok().filter(|x| x.is_finite())
}

/// The key that `name` names, moved as the kit moves all keys.
fn key(region: &Opcodes, name: &str) -> Option<i32> {
    let key = named_key(region, name)?;
    let moved = |name, step: f32| (step * number(region, name).unwrap_or(0.0)).clamp(-127.0, 127.0);
    Some(key.clamp(-1000, 1000) + (moved("note_offset", 1.0) + moved("octave_offset", 12.0)) as i32)
}

/// A key, as a number or as a name such as `c#2` (middle C, 60, is `c4`).
fn named_key(region: &Opcodes, name: &str) -> Option<i32> {
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

/// Whether a stroke on `played` sounds it, with all controllers and switches as the kit sets them at first.
fn plays(region: &Opcodes, played: u8) -> bool {
    let played = i32::from(played);
    let low = key(region, "lokey").or_else(|| key(region, "key")).unwrap_or(0);
    let high = key(region, "hikey").or_else(|| key(region, "key")).unwrap_or(127);
    let is_stroke =
        region.get("trigger").is_none_or(|trigger| ["attack", "first"].contains(&&**trigger));
    let is_met = |(name, value): (&String, &String)| {
        let value = value.parse().unwrap_or(0.0);
        let border = |kind| Some(controller(region, name.strip_prefix(kind)?));
        border("locc").is_none_or(|now| now >= value)
            && border("hicc").is_none_or(|now| now <= value)
    };
    let switch = key(region, "sw_last").zip(key(region, "sw_default"));
    let is_chosen = switch.is_none_or(|(switch, chosen)| switch == chosen);
    (low..=high).contains(&played) && is_stroke && is_chosen && region.iter().all(is_met)
}

/// Where controller `number` stands at first.
fn controller(region: &Opcodes, number: &str) -> f32 {
    let otherwise = match number {
        "7" => 100.0,
        "10" => 64.0,
        "11" => 127.0,
        _ => 0.0,
    };
    let set = |kind: &str| self::number(region, &format!("{kind}{number}"));
    set("set_cc").or(set("set_hdcc").map(|value| 127.0 * value)).unwrap_or(otherwise)
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
    let Some(path) = inside(folder, &name, UP) else {
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
    let volumes = ["volume", "group_volume", "master_volume", "global_volume"];
    let db: f32 = volumes.into_iter().map(|name| read(name, 0.0).clamp(-144.0, 24.0)).sum();
    let amplitude = read("amplitude", 100.0).clamp(0.0, 400.0) / 100.0;
    let (loudest, exponent) = velocity::power(region, low, high);
    made.gain = loudest * amplitude * 10_f32.powf(0.05 * db.clamp(-144.0, 24.0));
    made.exponent = exponent;
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
        let regions = text::regions(
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
