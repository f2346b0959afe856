//! What a host finds when it scans: the entry, its factory, what that describes and makes.
#![expect(unsafe_code, reason = "a factory of another kind can only be asked for by pointers")]

use std::collections::HashSet;
use std::ffi::CStr;

use clack_host::prelude::{
    HostExtensions, HostHandlers, HostInfo, PluginEntry, PluginInstance, PluginInstanceError,
    SharedHandler,
};

use super::*;

/// A host that cares for nothing.
struct Nobody;

struct Nothing;

impl SharedHandler<'_> for Nothing {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

impl HostHandlers for Nobody {
    type Shared<'a> = Nothing;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(_builder: &mut HostExtensions<Self>, _shared: &Nothing) {}
}

fn entry() -> PluginEntry {
    // SAFETY: the library is this package's; loading it runs nothing but its constructors.
    unsafe { PluginEntry::load(plugin()) }.unwrap()
}

/// An instance of the plugin of this id.
fn instance(entry: &PluginEntry, id: &CStr) -> Result<PluginInstance<Nobody>, PluginInstanceError> {
    let info = HostInfo::new("nobody", "nobody", "", "1").unwrap();
    PluginInstance::new(|_| Nothing, |_| (), entry, id, &info)
}

const ID: &CStr = c"org.jangdan.jangdan";

#[test]
fn the_factory_describes_one_drum_machine() {
    let entry = entry();
    let factory = entry.get_plugin_factory().unwrap();
    assert_eq!(factory.plugin_count(), 1);
    let descriptor = factory.plugin_descriptor(0).unwrap();
    assert_eq!(descriptor.id(), Some(ID));
    assert_eq!(descriptor.name(), Some(c"Jangdan"));
    assert_eq!(descriptor.vendor(), Some(c"Jangdan"));
    let version = descriptor.version().unwrap().to_str().unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let features: Vec<&CStr> = descriptor.features().collect();
    assert!(features.contains(&c"instrument") && features.contains(&c"drum-machine"));
    assert_eq!(features.iter().collect::<HashSet<_>>().len(), features.len());
    for index in [1, 2, u32::MAX] {
        assert!(factory.plugin_descriptor(index).is_none());
    }
}

#[test]
fn an_instance_is_what_the_factory_described() {
    let entry = entry();
    let factory = entry.get_plugin_factory().unwrap();
    let described = factory.plugin_descriptor(0).unwrap();
    let instance = instance(&entry, ID).unwrap();
    // SAFETY: an instance's descriptor lives as long as the instance.
    let own = unsafe { &*instance.raw_instance().desc };
    // SAFETY: its texts are C strings.
    let text = |pointer| unsafe { CStr::from_ptr(pointer) };
    assert_eq!(Some(text(own.id)), described.id());
    assert_eq!(Some(text(own.name)), described.name());
    assert_eq!(Some(text(own.vendor)), described.vendor());
    assert_eq!(Some(text(own.version)), described.version());
    assert_eq!(Some(text(own.description)), described.description());
}

#[test]
fn an_id_that_is_not_ours_makes_nothing() {
    let entry = entry();
    for id in [
        c"",
        c"org.jangdan.jangda",
        c"org.jangdan.jangdan ",
        c"org.jangdan.jangdan.2",
        c"Org.Jangdan.Jangdan",
        c"\xff\xfe",
    ] {
        assert!(instance(&entry, id).is_err(), "{id:?}");
    }
    // A host that offers no extension at all is no reason not to be made.
    assert!(instance(&entry, ID).is_ok());
}

#[test]
fn factories_and_extensions_that_are_not_ours_are_none() {
    let entry = entry();
    let get_factory = entry.raw_entry().get_factory.unwrap();
    for id in [c"", c"clap.plugin-factory.2", c"clap.preset-discovery-factory/2", c"\xff"] {
        // SAFETY: the entry is initialised, the id a C string.
        assert!(unsafe { get_factory(id.as_ptr()) }.is_null(), "{id:?}");
    }
    let instance = instance(&entry, ID).unwrap();
    let raw = instance.raw_instance();
    let get_extension = raw.get_extension.unwrap();
    // SAFETY: the instance is initialised, the id a C string.
    let extension = |id: &CStr| unsafe { get_extension(raw, id.as_ptr()) };
    for id in [c"", c"clap.params2", c"clap.param", c"org.jangdan.none", c"\xff"] {
        assert!(extension(id).is_null(), "{id:?}");
    }
    for id in [c"clap.params", c"clap.state", c"clap.audio-ports", c"clap.note-ports"] {
        assert!(!extension(id).is_null(), "{id:?}");
        assert_eq!(extension(id), extension(id), "{id:?}");
    }
}

#[test]
fn instances_of_one_library_do_not_know_of_each_other() {
    let mut random = Random(7);
    let mut hosts: Vec<Host> = (0..4).map(|_| inactive()).collect();
    let rest = values(&mut hosts[0]);
    let inputs = scramble(&mut hosts[2], &mut random);
    hosts[2].flush(&inputs).unwrap();
    let changed = values(&mut hosts[2]);
    assert_ne!(changed, rest);
    drop(hosts.remove(1));
    assert_eq!(values(&mut hosts[0]), rest);
    assert_eq!(values(&mut hosts[1]), changed);
    assert_eq!(values(&mut hosts[2]), rest);
}
