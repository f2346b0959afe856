//! Which of the framework's parameters have whole steps.
//!
//! nice-plug 0.4.2 keeps a step as a 32-bit part of the parameter's range, so that the seed 138 is 137.9999992 to a host, and the
//! VST3 wrapper, which rounds down, makes 137 of it.

use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_IS_STEPPED, clap_param_info, clap_plugin_params,
};
use clap_sys::id::clap_id;
use nice_plug::wrapper::clap::clap_plugin;

/// The ids of parameters that have steps, in ascending order.
#[derive(Default)]
pub(super) struct Stepped(Vec<clap_id>);

impl Stepped {
    /// Those of `framework`'s instance.
    ///
    /// # Safety
    /// `framework` is an instance of the framework's.
    pub(super) unsafe fn of(framework: *const clap_plugin) -> Self {
        // SAFETY: as the caller says; all of these the framework has, and the structure is of numbers, for which zeros are values.
        unsafe {
            let params = framework_params(framework);
            let count = params.count.map_or(0, |count| count(framework));
            let mut ids: Vec<clap_id> = (0..count)
                .filter_map(|index| {
                    let mut info: clap_param_info = std::mem::zeroed();
                    let is_there = params.get_info?(framework, index, &mut info);
                    (is_there && info.flags & CLAP_PARAM_IS_STEPPED != 0).then_some(info.id)
                })
                .collect();
            ids.sort_unstable();
            Self(ids)
        }
    }

    /// `value` of parameter `id`, at a whole step if it has steps.
    pub(super) fn whole(&self, id: clap_id, value: f64) -> f64 {
        if self.0.binary_search(&id).is_ok() { value.round() } else { value }
    }
}

/// The framework's `clap.params`.
///
/// # Safety
/// `framework` is an instance of the framework's.
pub(super) unsafe fn framework_params<'a>(framework: *const clap_plugin) -> &'a clap_plugin_params {
    static NONE: clap_plugin_params = clap_plugin_params {
        count: None,
        get_info: None,
        get_value: None,
        value_to_text: None,
        text_to_value: None,
        flush: None,
    };
    // SAFETY: the caller has an instance of the framework's, whose extensions live as long.
    unsafe {
        let get = (*framework).get_extension;
        let params = get.map_or(std::ptr::null(), |get| get(framework, CLAP_EXT_PARAMS.as_ptr()));
        params.cast::<clap_plugin_params>().as_ref().unwrap_or(&NONE)
    }
}
