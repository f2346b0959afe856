//! `clap.context-menu` of the host: its menu for a parameter, with MIDI learn, where the window wishes for it.

use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT,
    clap_context_menu_target, clap_host_context_menu,
};
use nice_plug::wrapper::clap::clap_host;

use super::instance::Instance;
use super::params::id_of;

/// The host, for threads that may only wake it.
struct Host(*const clap_host);

// SAFETY: CLAP has it that `request_callback` may be called on any thread.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    fn wake(&self) {
        // SAFETY: a host outlives its instances, and the window goes before its instance does.
        unsafe {
            if let Some(request_callback) = (*self.0).request_callback {
                request_callback(self.0);
            }
        }
    }
}

fn menus(instance: &Instance) -> Option<&clap_host_context_menu> {
    instance
        .host_extension(CLAP_EXT_CONTEXT_MENU)
        .or_else(|| instance.host_extension(CLAP_EXT_CONTEXT_MENU_COMPAT))
}

/// Tells the window that the host has menus, if it has. After the instance is initialised.
pub(super) fn offer(instance: &Instance) {
    if menus(instance).is_some_and(|menus| menus.popup.is_some()) {
        let host = Host(instance.host());
        instance.params().host_offers.offer_menu(Box::new(move || host.wake()));
    }
}

/// Shows the menu that the window wishes for. For the main thread.
pub(super) fn show_wished(instance: &Instance) {
    let offers = &instance.params().host_offers;
    let Some(wish) = offers.take_wish() else { return };
    let (x, y) = wish.at;
    let is_shown = menus(instance).zip(id_of(instance, &wish.name)).is_some_and(|(menus, id)| {
        let target = clap_context_menu_target { kind: CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, id };
        let host = instance.host();
        // SAFETY: these are the host's functions, called on its main thread.
        unsafe {
            menus.can_popup.is_some_and(|can| can(host))
                && menus.popup.is_some_and(|popup| popup(host, &target, 0, x, y))
        }
    });
    if !is_shown {
        offers.refuse(wish.name);
    }
}
