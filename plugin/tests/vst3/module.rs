//! The loaded library, its factory, and what that makes.

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

use libloading::Library;
use testkit::built;
use vst3::Steinberg::Vst::{IAudioProcessor, IComponent, IComponentTrait, IEditController};
use vst3::Steinberg::{
    IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, TUID, char8, kResultOk,
};
use vst3::{ComPtr, Interface};

/// Where a VST3 bundle has its library.
const INSIDE: &str = if cfg!(target_os = "macos") {
    "Contents/MacOS/Jangdan"
} else if cfg!(windows) {
    "Contents/x86_64-win/Jangdan.vst3"
} else {
    "Contents/x86_64-linux/Jangdan.so"
};

fn library() -> PathBuf {
    built::bundle().map_or_else(built::library, |bundle| bundle.with_extension("vst3").join(INSIDE))
}

/// The loaded library and its factory, which must be released first.
pub(crate) struct Module {
    pub(crate) factory: ComPtr<IPluginFactory>,
    _library: Library,
    _alone: MutexGuard<'static, ()>,
}

impl Module {
    pub(crate) fn load() -> Self {
        /// One test at a time: the threads that one counts are its own.
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the library is this package's; loading it runs nothing but its constructors.
        let library = unsafe { Library::new(library()) }.unwrap();
        type Entry = unsafe extern "C" fn(*mut c_void) -> bool;
        type GetFactory = unsafe extern "system" fn() -> *mut IPluginFactory;
        if cfg!(target_os = "linux") {
            // SAFETY: VST3 gives this function this type, and the plugin has no use for the handle.
            assert!(unsafe { library.get::<Entry>(b"ModuleEntry").unwrap()(null_mut()) });
        }
        // SAFETY: VST3 gives this function this type.
        let raw = unsafe { library.get::<GetFactory>(b"GetPluginFactory").unwrap()() };
        // SAFETY: the factory comes with a reference that is ours.
        let factory = unsafe { ComPtr::from_raw(raw) }.unwrap();
        Self { factory, _library: library, _alone: alone }
    }

    /// The class of the drummer.
    pub(crate) fn class(&self) -> TUID {
        // SAFETY: a structure of numbers, for which zeros are values; the factory writes it.
        unsafe {
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(self.factory.getClassInfo(0, &mut class), kResultOk);
            class.cid
        }
    }

    pub(crate) fn instance(&self, class: &TUID) -> ComPtr<IComponent> {
        let mut raw = null_mut::<c_void>();
        let id = IComponent::IID.as_ptr().cast::<char8>();
        // SAFETY: both ids are 16 bytes long, and `raw` is written before it is read.
        let result = unsafe { self.factory.createInstance(class.as_ptr(), id, &mut raw) };
        assert_eq!(result, kResultOk);
        // SAFETY: the component comes with a reference that is ours.
        unsafe { ComPtr::from_raw(raw.cast()) }.unwrap()
    }
}

/// An instance that is initialised, by all of its interfaces that a host works with.
pub(crate) struct Instance {
    pub(crate) component: ComPtr<IComponent>,
    pub(crate) processor: ComPtr<IAudioProcessor>,
    pub(crate) controller: ComPtr<IEditController>,
}

impl Instance {
    pub(crate) fn new(module: &Module) -> Self {
        let component = module.instance(&module.class());
        // SAFETY: a plugin can do without a host context.
        assert_eq!(unsafe { component.initialize(null_mut()) }, kResultOk);
        let processor = component.cast().expect("the component processes");
        let controller = component.cast().expect("the component has its controller");
        Self { component, processor, controller }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: whatever has been done to it, this is the order to end it in.
        unsafe {
            self.component.setActive(0);
            self.component.terminate();
        }
    }
}

/// Releases the last reference. Everything of the instance is gone with it.
pub(crate) fn release_last(component: ComPtr<IComponent>) {
    let raw = component.into_raw();
    // SAFETY: `raw` is a component to which this reference is ours.
    let left = unsafe { ((*(*raw).vtbl).base.base.release)(raw.cast()) };
    assert_eq!(left, 0, "somebody else still holds the instance");
}
