//! Kits of the drum machine Hydrogen: `drumkit.xml` and the recordings beside it.

use std::path::Path;

use roxmltree::{Document, Node};

use crate::audio::Recordings;
use crate::names::Stroke;
use crate::{Draft, Error, inside, limits, names, plain_region, shown, strokes};

/// Reads a `drumkit.xml`. Each of the nine instruments, and each of their strokes, is the first drum whose name says so.
pub(crate) fn read(path: &Path) -> Result<Draft, Error> {
    let told = |why: &dyn std::fmt::Display| Error::new(format!("{}: {why}", shown(path)));
    let bytes = whole_files::read(path, limits::TEXT, "a kit").map_err(|error| told(&error))?;
    // Old files say UTF-8 and are not always.
    let text = String::from_utf8_lossy(&bytes);
    let document = Document::parse(&text).map_err(|error| told(&error))?;
    let root = document.root_element();
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = text_of(root, "name").filter(|name| !name.is_empty());
    let mut draft = Draft::new(name.map_or_else(|| shown(folder), str::to_owned));
    let drums: Vec<Node<'_, '_>> = root
        .descendants()
        .filter(|node| node.has_tag_name_of("instrument"))
        .take(limits::RECORDINGS)
        .collect();
    draft.files.add(path, &bytes);
    let mut recordings = Recordings::default();
    let add_all = |draft: &mut Draft, recordings: &mut Recordings, is_plain: bool| {
        for stroke in strokes(is_plain) {
            let named = |drum: &&Node<'_, '_>| {
                let name = text_of(**drum, "name").unwrap_or_default();
                names::stroke(name) == Some(stroke) && has_sound(**drum)
            };
            if let Some(drum) = drums.iter().find(named) {
                add(draft, stroke, *drum, folder, recordings);
            }
        }
    };
    add_all(&mut draft, &mut recordings, true);
    // Kits that projects know from before are the same kits: other strokes have no part in the hash.
    draft.files.extend(recordings.files());
    add_all(&mut draft, &mut recordings, false);
    Ok(draft)
}

fn has_sound(drum: Node<'_, '_>) -> bool {
    drum.descendants().any(|node| node.has_tag_name_of("filename"))
}

/// Adds the layers of `drum`; in files before 2007 it has one recording and no layer.
fn add(
    draft: &mut Draft,
    (instrument, articulation): Stroke,
    drum: Node<'_, '_>,
    folder: &Path,
    recordings: &mut Recordings,
) {
    let gain = number(drum, "gain", 1.0) * number(drum, "volume", 1.0);
    let pan = match text_of(drum, "pan") {
        Some(_) => number(drum, "pan", 0.0),
        // Gains of both sides, of which the louder one is 1.
        None => number(drum, "pan_R", 1.0) - number(drum, "pan_L", 1.0),
    };
    let pitch_offset = number(drum, "pitchOffset", 0.0);
    let layers: Vec<Node<'_, '_>> =
        drum.descendants().filter(|node| node.has_tag_name_of("layer")).collect();
    let sources = if layers.is_empty() { vec![drum] } else { layers };
    for source in sources.into_iter().take(limits::REGIONS_PER_PAD) {
        let Some(name) = text_of(source, "filename") else {
            continue;
        };
        let Some(path) = inside(folder, name, 0) else {
            draft.report(format!("{name}: outside the kit's folder"));
            continue;
        };
        let sound = match recordings.get(&path) {
            Ok(sound) => sound,
            Err(why) => {
                draft.report(why);
                continue;
            }
        };
        let is_layer = source.has_tag_name_of("layer");
        let layer_gain = if is_layer { number(source, "gain", 1.0) } else { 1.0 };
        let semitones = pitch_offset + if is_layer { number(source, "pitch", 0.0) } else { 0.0 };
        let mut region = plain_region(sound);
        region.articulation = articulation;
        region.velocity = (
            number(source, "min", 0.0).clamp(0.0, 1.0),
            number(source, "max", 1.0).clamp(0.0, 1.0),
        );
        region.gain = (gain * layer_gain).clamp(0.0, 16.0);
        region.exponent = 1.0;
        region.pan = pan.clamp(-1.0, 1.0);
        region.speed = (semitones.clamp(-48.0, 48.0) / 12.0).exp2();
        draft.add(instrument, region);
    }
}

/// The text of the first child of this name.
fn text_of<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.has_tag_name_of(name))?.text().map(str::trim)
}

/// A number in the first child of this name, `default` where there is none.
fn number(node: Node<'_, '_>, name: &str, default: f32) -> f32 {
    let parsed = text_of(node, name).and_then(|text| text.parse::<f32>().ok());
    parsed.filter(|x| x.is_finite()).unwrap_or(default)
}

trait LocalName {
    /// Whether an element has this name, in whatever name space: files of different years differ in it.
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
