//! An instance as the host holds it, and what its functions find there.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use nice_plug::wrapper::clap::{clap_host, clap_plugin};

use super::spare_ports::Spare;
use super::stepped::Stepped;
use crate::params::JangdanParams;

/// One instance.
#[repr(C)]
pub(super) struct Instance {
    /// What the host holds. The first field: its address is the instance's. Functions that are not replaced find the
    /// framework's instance by `plugin_data`.
    pub(super) plugin: clap_plugin,
    pub(super) framework: *const clap_plugin,
    pub(super) host: *const clap_host,
    pub(super) params: Arc<JangdanParams>,
    pub(super) stepped: Stepped,
    /// Whether the host is the VST3 wrapper.
    pub(super) is_vst3: bool,
    pub(super) spare: Spare,
}

impl Instance {
    /// # Safety
    /// `plugin` is an instance's, and not destroyed.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> &'a Self {
        // SAFETY: as the caller says.
        unsafe { &*plugin.cast() }
    }

    /// What the framework offers by the name of `id`.
    pub(super) fn framework_extension(&self, id: *const c_char) -> *const c_void {
        // SAFETY: the framework's instance lives as long as this one.
        unsafe {
            let get = (*self.framework).get_extension;
            get.map_or(std::ptr::null(), |get| get(self.framework, id))
        }
    }

    /// What the host offers by the name of `id`; not before the instance is initialised.
    pub(super) fn host_extension<T>(&self, id: &CStr) -> Option<&T> {
        // SAFETY: a host outlives its instances, and what it offers by a name has that name's type.
        unsafe {
            let found = (*self.host).get_extension?(self.host, id.as_ptr());
            found.cast::<T>().as_ref()
        }
    }

    /// The host.
    pub(super) fn host(&self) -> *const clap_host {
        self.host
    }

    /// The plugin's parameters.
    pub(super) fn params(&self) -> &JangdanParams {
        &self.params
    }

    /// Which parameters have steps.
    pub(super) fn stepped(&self) -> &Stepped {
        &self.stepped
    }

    /// The framework's instance, for functions of the framework's.
    pub(super) fn framework(&self) -> *const clap_plugin {
        self.framework
    }
}
