//! The drums of an SF2 or SF3: its first preset in bank 128 or, where a file has none, its first preset.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use groove::{Articulation, NoteMap};
use kit::Sound;
use rustysynth::{InstrumentRegion, PresetRegion, SoundFont};

use self::chunks::chunks;
use self::compressed::Compressed;
use crate::names::Stroke;
use crate::{Draft, Error, limits, plain_region, shown, strokes};

mod chunks;
mod compressed;

/// Reads an SF2 or SF3. Keys are those of General MIDI; of avldrums' soundfonts, by their names, its own.
pub(crate) fn read(path: &Path) -> Result<Draft, Error> {
    let told = |why: &dyn std::fmt::Display| Error::new(format!("{}: {why}", shown(path)));
    let bytes =
        whole_files::read(path, limits::SOUNDFONT, "a soundfont").map_err(|error| told(&error))?;
    // A size in the file that is larger than the file would be allocated before it is found out.
    chunks(&bytes).map_err(|why| told(&why))?;
    let (compressed, silenced) = Compressed::of(&bytes).unzip();
    let plain = silenced.as_deref().unwrap_or(&bytes);
    // The reader is not made for files from strangers: what it panics at is broken.
    let font = catch_unwind(AssertUnwindSafe(|| SoundFont::new(&mut Cursor::new(plain))))
        .map_err(|_panic| told(&"a broken soundfont"))?
        .map_err(|error| told(&error))?;
    let preset = font
        .get_presets()
        .iter()
        .filter(|preset| preset.get_bank_number() == 128)
        .min_by_key(|preset| preset.get_patch_number())
        .or(font.get_presets().first())
        .ok_or_else(|| told(&"no preset in it"))?;
    let mut draft = Draft::new(preset.get_name().trim().to_owned());
    draft.files.add(path, &bytes);
    let name = shown(path).to_lowercase();
    let is_avldrums = name.contains("black_pearl") || name.contains("red_zeppelin");
    let map = if is_avldrums { NoteMap::Avldrums } else { NoteMap::GeneralMidi };
    let mut sounds = Sounds { font: &font, compressed, made: Vec::new(), bytes: 0 };
    for (instrument, articulation) in strokes(true).chain(strokes(false)) {
        let key = match articulation {
            Articulation::Plain => Some(map.keys()[instrument.index()]),
            _ => map.key_of_its_own(instrument, articulation),
        };
        let Some(key) = key.map(i32::from) else { continue };
        let mut count = 0;
        for outer in preset.get_regions() {
            if !(outer.get_key_range_start()..=outer.get_key_range_end()).contains(&key) {
                continue;
            }
            let Some(inner) = font.get_instruments().get(outer.get_instrument_id()) else {
                continue;
            };
            for region in inner.get_regions() {
                let keys = region.get_key_range_start()..=region.get_key_range_end();
                if keys.contains(&key) && count < limits::REGIONS_PER_PAD {
                    let stroke = (instrument, articulation);
                    add(&mut draft, stroke, (outer, region), key, &mut sounds);
                    count += 1;
                }
            }
        }
    }
    Ok(draft)
}

/// Recordings cut out of the soundfont, each once.
struct Sounds<'a> {
    font: &'a SoundFont,
    compressed: Option<Compressed<'a>>,
    made: Vec<((usize, usize, usize), Arc<Sound>)>,
    bytes: usize,
}

impl Sounds<'_> {
    fn get(&mut self, region: &InstrumentRegion) -> Option<Arc<Sound>> {
        let wave = self.font.get_wave_data();
        let id = region.get_sample_id();
        let header = self.font.get_sample_headers().get(id)?;
        let rate = header.get_sample_rate();
        let start = usize::try_from(region.get_sample_start()).ok()?;
        let end = usize::try_from(region.get_sample_end()).ok()?;
        let known = (id, start, end);
        if let Some((_, sound)) = self.made.iter().find(|(other, _)| *other == known) {
            return Some(sound.clone());
        }
        let mut samples: Vec<f32> = match &self.compressed {
            Some(compressed) => compressed.samples(id, start, end)?,
            None => wave.get(start..end)?.iter().copied().map(sample).collect(),
        };
        let longest = (limits::SECONDS * f64::from(rate.max(0))) as usize;
        samples.truncate(longest);
        self.bytes += samples.len() * size_of::<f32>();
        if self.bytes > limits::MEMORY || samples.is_empty() {
            return None;
        }
        let sound = Arc::new(Sound::new(rate as f32, 1, samples)?);
        self.made.push((known, sound.clone()));
        Some(sound)
    }
}

/// A sample of 16 bits, from -1 to 1.
fn sample(of_16_bits: i16) -> f32 {
    f32::from(of_16_bits) / 32_768.0
}

fn add(
    draft: &mut Draft,
    (instrument, articulation): Stroke,
    (outer, region): (&PresetRegion, &InstrumentRegion),
    key: i32,
    sounds: &mut Sounds<'_>,
) {
    let Some(sound) = sounds.get(region) else {
        return draft.report(format!("{}: a recording is broken", instrument.name()));
    };
    let low = outer.get_velocity_range_start().max(region.get_velocity_range_start());
    let high = outer.get_velocity_range_end().min(region.get_velocity_range_end());
    if low > high {
        return;
    }
    let mut made = plain_region(sound);
    made.articulation = articulation;
    made.velocity = (
        if low <= 1 { 0.0 } else { (low as f32 - 0.5) / 127.0 },
        if high >= 127 { 1.0 } else { (high as f32 + 0.5) / 127.0 },
    );
    let attenuation_db = region.get_initial_attenuation() + outer.get_initial_attenuation();
    // Players that everybody's soundfonts were made for take four tenths of what a file says (FluidSynth does).
    made.gain = 10_f32.powf(-0.05 * 0.4 * attenuation_db.clamp(0.0, 144.0));
    made.exponent = 2.0;
    made.pan = ((region.get_pan() + outer.get_pan()) / 50.0).clamp(-1.0, 1.0);
    let scale = region.get_scale_tuning() + outer.get_scale_tuning();
    let cents = (key - region.get_root_key()) * scale.clamp(-1200, 1200)
        + 100 * (region.get_coarse_tune() + outer.get_coarse_tune()).clamp(-120, 120)
        + (region.get_fine_tune() + outer.get_fine_tune()).clamp(-1200, 1200);
    made.speed = (cents.clamp(-4800, 4800) as f32 / 1200.0).exp2();
    draft.add(instrument, made);
}
