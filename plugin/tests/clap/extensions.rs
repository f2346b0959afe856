//! What a host finds beside notes and parameters: names of keys, presets in its browser, states kept for a purpose, marks of
//! parameters, program changes.

use std::ffi::{CStr, CString};

use clack_extensions::note_name::{NoteNameBuffer, PluginNoteName};
use clack_extensions::param_indication::{ParamIndicationAutomation, PluginParamIndication};
use clack_extensions::preset_discovery::prelude::*;
use clack_extensions::state_context::{PluginStateContext, StateContextType};
use clack_host::prelude::{ClapId, HostError, HostInfo, PluginEntry};
use groove::{Hit, Instrument};
use jangdan::factory::grooves::grooves;

use super::perform::{host_with, state_with_slots};
use super::*;

#[test]
fn control_keys_and_instruments_have_names_that_follow_the_note_map() {
    let names = |host: &mut Host| {
        let plugin = host.plugin();
        let names: PluginNoteName = plugin.get_extension().unwrap();
        let mut all = Vec::new();
        for index in 0..names.count(&plugin) {
            let mut buffer = NoteNameBuffer::new();
            let name = names.get(&plugin, index as u32, &mut buffer).unwrap();
            all.push((format!("{:?}", name.key), String::from_utf8(name.name.to_vec()).unwrap()));
        }
        assert!(names.get(&plugin, all.len() as u32, &mut NoteNameBuffer::new()).is_none());
        all
    };
    let mut host = Host::load(plugin()).unwrap();
    let before = names(&mut host);
    assert_eq!(before.len(), 19 + 9);
    let key_of = |all: &[(String, String)], name: &str| {
        all.iter().find(|(_, own)| own == name).unwrap_or_else(|| panic!("{name}")).0.clone()
    };
    assert_ne!(key_of(&before, "Slot 3"), key_of(&before, "Mute"));
    let (tom, kick) = (Instrument::HighTom.name(), Instrument::Kick.name());
    // Roland's high tom is on another key than General MIDI's, the kick is not.
    let roland = set(&mut host, "Note map", 1.0);
    host.flush(&[roland]).unwrap();
    let after = names(&mut host);
    assert_ne!(key_of(&before, tom), key_of(&after, tom));
    assert_eq!(key_of(&before, kick), key_of(&after, kick));
}

#[test]
fn a_program_change_chooses_the_slot_of_its_number() {
    let mut ride = Pattern::EMPTY;
    for step in 0..64 {
        ride.set(step, Instrument::Ride, Some(Hit::new(0.8, 0.0)));
    }
    let mut host = host_with(&state_with_slots(&[(2, ride)], &[]));
    let third = Input::Midi { offset: 0, port: 0, data: [0xC9, 2, 0] };
    play_with(&mut host, 0.0, 120.0, 48_000, 512, &[third]);
    let keys: Vec<i16> = onsets(host.recording(), 0).iter().map(|&(_, key)| key).collect();
    assert!(keys.len() >= 7 && keys.iter().all(|&key| key == 51), "{keys:?}");
}

#[test]
fn a_state_kept_as_a_preset_has_nothing_of_the_user_s_and_loads() {
    let mut host = Host::load(plugin()).unwrap();
    let seed = set(&mut host, "Seed", 4711.0);
    host.flush(&[seed]).unwrap();
    let save = |host: &mut Host, context| {
        let plugin = host.plugin();
        let states: PluginStateContext = plugin.get_extension().unwrap();
        let mut bytes = Vec::new();
        states.save(&plugin, &mut bytes, context).unwrap();
        bytes
    };
    let fields = |bytes: &[u8]| {
        let state: serde_json::Value = serde_json::from_slice(&bytes[8..]).unwrap();
        let fields = state["fields"].as_object().unwrap();
        ["folder", "presets", "window"].map(|name| fields.contains_key(name))
    };
    let project = save(&mut host, StateContextType::ForProject);
    assert_eq!(project, host.save_state().unwrap());
    assert_eq!(fields(&project), [true; 3]);
    let preset = save(&mut host, StateContextType::ForPreset);
    assert_eq!(fields(&preset), [false; 3]);
    let mut other = Host::load(plugin()).unwrap();
    {
        let plugin = other.plugin();
        let states: PluginStateContext = plugin.get_extension().unwrap();
        states.load(&plugin, &mut &preset[..], StateContextType::ForPreset).unwrap();
    }
    let seed = other.parameters().unwrap().into_iter().find(|own| own.name == "Seed").unwrap();
    assert_eq!(seed.value, 4711.0);
}

#[test]
fn the_host_may_mark_any_parameter_and_one_that_there_is_not() {
    let mut host = Host::load(plugin()).unwrap();
    let ids: Vec<u32> = host.parameters().unwrap().iter().map(|own| own.id).collect();
    let plugin = host.plugin();
    let marks: PluginParamIndication = plugin.get_extension().unwrap();
    for id in ids.into_iter().chain([u32::MAX - 1]) {
        let id = ClapId::new(id);
        for is_mapped in [true, false] {
            marks.set_mapping(&plugin, id, is_mapped, None, Some(c"CC 7"), None);
        }
        let automation = ParamIndicationAutomation::Playing;
        marks.set_automation(&plugin, id, automation, None);
    }
}

/// What a host's browser learns.
#[derive(Default)]
struct Browser {
    endings: Vec<CString>,
    places: usize,
    /// Names and keys.
    presets: Vec<(CString, Option<CString>)>,
    plugins: usize,
    errors: usize,
}

impl IndexerImpl for &mut Browser {
    fn declare_filetype(&mut self, kind: FileType) -> Result<(), HostError> {
        self.endings.extend(kind.file_extension.map(CStr::to_owned));
        Ok(())
    }

    fn declare_location(&mut self, _place: LocationInfo) -> Result<(), HostError> {
        self.places += 1;
        Ok(())
    }

    fn declare_soundpack(&mut self, _pack: Soundpack) -> Result<(), HostError> {
        Ok(())
    }
}

impl MetadataReceiverImpl for Browser {
    fn on_error(&mut self, _code: i32, _message: Option<&CStr>) {
        self.errors += 1;
    }

    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        self.presets.push((name.unwrap().to_owned(), key.map(CStr::to_owned)));
        Ok(())
    }

    fn add_plugin_id(&mut self, id: UniversalPluginId) {
        assert_eq!(id.id, c"org.jangdan.jangdan");
        self.plugins += 1;
    }

    fn set_soundpack_id(&mut self, _id: &CStr) {}
    fn set_flags(&mut self, _flags: Flags) {}
    fn add_creator(&mut self, _creator: &CStr) {}
    fn set_description(&mut self, _description: &CStr) {}
    fn set_timestamps(&mut self, _made: Option<Timestamp>, _changed: Option<Timestamp>) {}
    fn add_feature(&mut self, _feature: &CStr) {}
    fn add_extra_info(&mut self, _key: &CStr, _value: &CStr) {}
}

#[test]
fn the_host_s_browser_lists_and_loads_factory_grooves_and_preset_files() {
    // SAFETY: the library is this package's; loading it runs nothing but its constructors.
    #[expect(unsafe_code, reason = "loading a library runs its code")]
    let entry = unsafe { PluginEntry::load(plugin()) }.unwrap();
    let info = HostInfo::new("browser", "Jangdan", "", "1").unwrap();
    let (mut declared, mut found) = (Browser::default(), Browser::default());
    let id = c"org.jangdan.jangdan.presets";
    let mut provider = Provider::instantiate(&mut declared, &entry, id, &info).unwrap();
    provider.get_metadata(Location::Plugin, &mut found);
    assert_eq!(
        (found.presets.len(), found.plugins, found.errors),
        (grooves().len(), grooves().len(), 0)
    );

    let mut host = Host::load(plugin()).unwrap();
    let groove = grooves().into_iter().find(|groove| groove.performance.is_none()).unwrap();
    let wanted = CString::new(groove.name()).unwrap();
    let (_, key) = found.presets.iter().find(|(name, _)| *name == wanted).unwrap();
    let load = |host: &mut Host, place: Location, key: Option<&CStr>| {
        let plugin = host.plugin();
        let presets: PluginPresetLoad = plugin.get_extension().unwrap();
        presets.load_from_location(&plugin, place, key)
    };
    let seed = |host: &mut Host| {
        let seed = host.parameters().unwrap().into_iter().find(|own| own.name == "Seed");
        seed.unwrap().value
    };
    load(&mut host, Location::Plugin, key.as_deref()).unwrap();
    assert_eq!(seed(&mut host), groove.recipe.seed as f64);
    load(&mut host, Location::Plugin, Some(c"Polka 7")).unwrap_err();
    load(&mut host, Location::Plugin, None).unwrap_err();

    // A file of another instance's.
    let path = std::env::temp_dir().join(format!("jangdan-browser-{}.jangdan", std::process::id()));
    let preset =
        "{\"format\": \"jangdan-preset\", \"version\": 2, \"parameters\": {\"seed\": 4711}}";
    std::fs::write(&path, preset).unwrap();
    let place = CString::new(path.to_str().unwrap()).unwrap();
    let mut own = Browser::default();
    provider.get_metadata(Location::File { path: &place }, &mut own);
    assert_eq!((own.presets.len(), own.plugins, own.errors), (1, 1, 0));
    load(&mut host, Location::File { path: &place }, None).unwrap();
    assert_eq!(seed(&mut host), 4711.0);
    std::fs::write(&path, "{}").unwrap();
    provider.get_metadata(Location::File { path: &place }, &mut own);
    assert_eq!((own.presets.len(), own.errors), (1, 1));
    load(&mut host, Location::File { path: &place }, None).unwrap_err();
    assert_eq!(seed(&mut host), 4711.0);
    std::fs::remove_file(&path).unwrap();
    drop(provider);
    assert_eq!(declared.endings, [c"jangdan".to_owned()]);
    assert!(declared.places >= 1);
}
