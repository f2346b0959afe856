//! The kit of the user's own that an instance plays: read, handed to the audio thread, remembered by the project.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use groove::Instrument;
use sample_kit::Loaded;

use crate::files::jobs::JobResult;
use crate::handoff::{KitEnd, KitInfo};
use crate::params::JangdanParams;
use crate::state::chosen_file::ChosenFile;

/// The kit of one instance.
pub(super) struct OwnKit {
    end: KitEnd,
    /// The revision of the project's kit that it follows.
    revision: u64,
}

impl OwnKit {
    pub(super) fn new(end: KitEnd) -> Self {
        Self { end, revision: 0 }
    }

    /// Frees kits that are heard no more; returns whether there are some that still are.
    pub(super) fn reclaim(&mut self) -> bool {
        self.end.reclaim()
    }

    /// Plays the kit at `path`, or the built-in one, because the user says so. The project remembers it. If it cannot be read,
    /// everything stays as it is.
    pub(super) fn choose(&mut self, params: &JangdanParams, path: Option<&Path>) -> JobResult {
        let Some(path) = path else {
            self.play(params.own_kit.set(None), None);
            return JobResult::Kit("The built-in kit plays".to_owned());
        };
        let before = self.end.shown();
        self.end.show(KitInfo { is_loading: true, ..before.clone() });
        let loaded = match read(path) {
            Ok(loaded) => loaded,
            Err(told) => {
                self.end.show(before);
                return JobResult::Failed(told);
            }
        };
        let told = report(&loaded);
        let path = path.to_string_lossy().into_owned();
        let chosen = ChosenFile { path: path.clone(), sha256: loaded.sha256.clone() };
        self.play(params.own_kit.set(Some(chosen)), Some((loaded, path)));
        JobResult::Kit(told)
    }

    /// Plays the kit that the project names, if it is another revision than before.
    pub(super) fn follow(&mut self, params: &JangdanParams) {
        let revision = params.own_kit.changes();
        if self.revision == revision {
            return;
        }
        let Some(chosen) = (*params.own_kit.get()).clone() else {
            return self.play(revision, None);
        };
        self.end.show(KitInfo { is_loading: true, ..KitInfo::default() });
        match read(Path::new(&chosen.path)) {
            Ok(loaded) => {
                let is_other = loaded.sha256 != chosen.sha256;
                let name = loaded.name.clone();
                self.play(revision, Some((loaded, chosen.path)));
                if is_other {
                    let trouble =
                        format!("{name}: the kit has changed since the project was saved");
                    self.end.show(KitInfo { trouble: Some(trouble), ..self.end.shown() });
                }
            }
            Err(told) => {
                self.play(revision, None);
                let trouble = Some(format!("{told}; the built-in kit plays"));
                self.end.show(KitInfo { trouble, ..KitInfo::default() });
            }
        }
    }

    /// Hands a kit from a path to the audio thread, or the built-in one.
    fn play(&mut self, revision: u64, kit: Option<(Loaded, String)>) {
        self.revision = revision;
        let (kit, info) = match kit {
            None => (None, KitInfo::default()),
            Some((loaded, path)) => {
                let info = KitInfo {
                    loaded: Some((loaded.name, path)),
                    bytes: loaded.kit.bytes(),
                    missing: loaded.kit.missing().map(Instrument::name).collect(),
                    ..KitInfo::default()
                };
                (Some(loaded.kit), info)
            }
        };
        self.end.publish(revision, kit);
        self.end.show(info);
    }
}

/// Reads the kit at `path`; a failure is a line for the user.
fn read(path: &Path) -> Result<Loaded, String> {
    let read = || sample_kit::load_shared(path).map_err(|error| error.to_string());
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_panic| Err("the kit cannot be read: a fault of Jangdan's".to_owned()))
}

/// One line on what was read.
fn report(loaded: &Loaded) -> String {
    let recordings: usize = loaded.kit.pads.iter().map(|pad| pad.regions.len()).sum();
    let mut line = format!("The kit {} plays: {recordings} recordings", loaded.name);
    if let Some(first) = loaded.unread.first() {
        line += &format!("; not read: {first}");
        if loaded.unread.len() > 1 {
            line += " and more";
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::handoff::{AudioEnd, GuiEnd, handoff};

    /// A folder with a kick and a snare, of this frequency.
    fn folder(hz: f32) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), hz);
        folder
    }

    fn write(folder: &Path, hz: f32) {
        for name in ["Kick.wav", "Snare.wav"] {
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 48_000,
                bits_per_sample: 16,
                sample_format: hound::SampleFormat::Int,
            };
            let mut file = hound::WavWriter::create(folder.join(name), spec).unwrap();
            for n in 0..4800 {
                let x = (std::f32::consts::TAU * hz * n as f32 / 48_000.0).sin();
                file.write_sample((8000.0 * x) as i16).unwrap();
            }
            file.finalize().unwrap();
        }
    }

    /// An instance without a window, and its kit.
    fn instance() -> (JangdanParams, OwnKit, AudioEnd, GuiEnd) {
        let (mut audio, _, gui) = handoff();
        let kit = OwnKit::new(audio.kit_end());
        (JangdanParams::default(), kit, audio, gui)
    }

    /// Whether the audio thread gets recordings of a kick.
    fn plays(audio: &mut AudioEnd) -> bool {
        let mut kit = kit::Kit::new(48_000.0);
        let strike = |kit: &mut kit::Kit| {
            kit.trigger(Instrument::Kick, 0.8);
            let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
            kit.render(&mut left, &mut right);
            left
        };
        let built_in = strike(&mut kit);
        kit.reset();
        audio.take_kit(&mut kit);
        strike(&mut kit) != built_in
    }

    fn is_line(told: &str) -> bool {
        !told.is_empty() && !told.contains('\n')
    }

    #[test]
    fn a_kit_that_is_chosen_plays_and_the_project_plays_it_again_in_another_instance() {
        let folder = folder(100.0);
        let (params, mut kit, mut audio, gui) = instance();
        let JobResult::Kit(told) = kit.choose(&params, Some(folder.path())) else { panic!() };
        assert!(is_line(&told) && told.contains("2 recordings"), "{told}");
        let info = gui.kit();
        assert_eq!((info.bytes, info.missing.len(), &info.trouble), (2 * 4800 * 4, 7, &None));
        assert!(plays(&mut audio) && !info.is_loading);
        // The worker sees another revision; nothing is read anew.
        kit.follow(&params);
        assert!(Arc::ptr_eq(&gui.kit(), &info));

        let (other, mut other_kit, mut other_audio, other_gui) = instance();
        other.own_kit.set(params.own_kit.get());
        other_kit.follow(&other);
        assert!(other_audio.wait_for_kit(|| other.own_kit.changes(), Duration::ZERO));
        assert!(plays(&mut other_audio));
        assert_eq!(other_gui.kit(), info);

        let JobResult::Kit(_) = kit.choose(&params, None) else { panic!() };
        assert_eq!((params.own_kit.get().is_none(), gui.kit().loaded.is_none()), (true, true));
    }

    #[test]
    fn a_kit_that_is_missing_or_has_changed_is_told_and_what_can_be_played_plays() {
        let folder = folder(100.0);
        let (params, mut kit, ..) = instance();
        kit.choose(&params, Some(folder.path()));
        let load = || {
            let (other, mut other_kit, mut audio, gui) = instance();
            other.own_kit.set(params.own_kit.get());
            other_kit.follow(&other);
            // A bounce need not wait for it.
            assert!(audio.wait_for_kit(|| other.own_kit.changes(), Duration::ZERO));
            // It is still what the project names.
            assert_eq!(other.own_kit.get(), params.own_kit.get());
            (plays(&mut audio), gui.kit().trouble.clone().unwrap_or_default())
        };
        assert_eq!(load(), (true, String::new()));
        write(folder.path(), 200.0);
        let (plays, told) = load();
        assert!(plays && is_line(&told) && told.contains("has changed"), "{told}");
        folder.close().unwrap();
        let (plays, told) = load();
        assert!(!plays && is_line(&told) && told.contains("the built-in kit plays"), "{told}");
    }

    #[test]
    fn what_cannot_be_read_is_told_in_a_line_and_the_kit_before_plays_on() {
        let (own, other) = (folder(100.0), tempfile::tempdir().unwrap());
        let (params, mut kit, mut audio, gui) = instance();
        kit.choose(&params, Some(own.path()));
        let (before, info) = (params.own_kit.get(), gui.kit());
        let broken = other.path().join("broken.sf2");
        std::fs::write(&broken, [0xff; 1000]).unwrap();
        for path in [broken.as_path(), other.path(), Path::new("/nowhere.sfz")] {
            let JobResult::Failed(told) = kit.choose(&params, Some(path)) else { panic!() };
            assert!(is_line(&told), "{told}");
        }
        assert_eq!((params.own_kit.get(), gui.kit()), (before, info));
        assert!(plays(&mut audio));
    }
}
