//! What the host offers beside the parameters' values: its menu for each, and marks of those that it has mapped or automates.
//!
//! Neither a parameter nor saved. Parameters are known by their names, which are all different.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use parking_lot::Mutex;

/// How the host marks a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The name of the controller that is mapped to it; empty if the host gives none.
    pub mapping: Option<String>,
    /// The host's colour for it: red, green, blue.
    pub color: Option<[u8; 3]>,
    /// Whether the host has automation for it.
    pub is_automated: bool,
}

impl Mark {
    fn is_empty(&self) -> bool {
        self.mapping.is_none() && !self.is_automated
    }
}

/// A wish for the host's menu of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuWish {
    /// The parameter's name.
    pub name: String,
    /// Where, in pixels of the window.
    pub at: (i32, i32),
}

/// Wakes the host's main thread.
type Wake = Box<dyn Fn() + Send + Sync>;

/// See the module. The audio thread locks none of it.
#[derive(Default)]
pub struct HostOffers {
    /// Present if the host has menus.
    wake: Mutex<Option<Wake>>,
    wish: Mutex<Option<MenuWish>>,
    /// The parameter whose menu the host did not show.
    refused: Mutex<Option<String>>,
    marks: Mutex<BTreeMap<String, Mark>>,
    /// Whether the host takes none of the stems that it has been offered.
    leaves_stems_out: AtomicBool,
    /// Whether the host has said of this block that it is rendered offline.
    is_offline: AtomicBool,
    /// The thread on which the host opened the window last.
    window_thread: Mutex<Option<ThreadId>>,
}

impl std::fmt::Debug for HostOffers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostOffers").finish_non_exhaustive()
    }
}

impl HostOffers {
    /// The host has menus; `wake` has its main thread [take](Self::take_wish) a wish.
    pub(crate) fn offer_menu(&self, wake: Wake) {
        *self.wake.lock() = Some(wake);
    }

    /// Asks for the menu of the parameter `name` at `at`, in pixels of the window. Returns whether the host has menus.
    pub(crate) fn ask_for_menu(&self, name: &str, at: (i32, i32)) -> bool {
        let wake = self.wake.lock();
        let Some(wake) = wake.as_ref() else { return false };
        *self.wish.lock() = Some(MenuWish { name: name.to_owned(), at });
        wake();
        true
    }

    /// The menu that is wished for; each wish once.
    pub(crate) fn take_wish(&self) -> Option<MenuWish> {
        self.wish.lock().take()
    }

    /// The host has shown no menu of the parameter `name`.
    pub(crate) fn refuse(&self, name: String) {
        *self.refused.lock() = Some(name);
    }

    /// Whether the host has shown no menu of the parameter `name`; once for each wish.
    pub(crate) fn take_refusal(&self, name: &str) -> bool {
        self.refused.lock().take_if(|refused| refused == name).is_some()
    }

    /// Changes the mark of the parameter `name`.
    pub(crate) fn change_mark(&self, name: &str, change: impl FnOnce(&mut Mark)) {
        let mut marks = self.marks.lock();
        let mut mark = marks.remove(name).unwrap_or_default();
        change(&mut mark);
        if !mark.is_empty() {
            marks.insert(name.to_owned(), mark);
        }
    }

    /// The host takes none of the stems, or some.
    pub(crate) fn leave_stems_out(&self, is_so: bool) {
        self.leaves_stems_out.store(is_so, Ordering::Relaxed);
    }

    /// Whether nobody hears the stems.
    pub(crate) fn leaves_stems_out(&self) -> bool {
        self.leaves_stems_out.load(Ordering::Relaxed)
    }

    /// The block to come is rendered offline, or not.
    pub(crate) fn render_offline(&self, is_so: bool) {
        self.is_offline.store(is_so, Ordering::Relaxed);
    }

    /// Whether the host has said of this block that it is rendered offline.
    pub(crate) fn renders_offline(&self) -> bool {
        self.is_offline.load(Ordering::Relaxed)
    }

    /// The host opens a window on this thread.
    pub(crate) fn open_window(&self) {
        *self.window_thread.lock() = Some(thread::current().id());
    }

    /// Whether the window, if there ever was one, is this thread's.
    pub(crate) fn has_window_here(&self) -> bool {
        self.window_thread.lock().is_none_or(|owner| owner == thread::current().id())
    }

    /// The mark of the parameter `name`, if it has one.
    pub fn mark(&self, name: &str) -> Option<Mark> {
        self.marks.lock().get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    #[test]
    fn a_menu_is_asked_for_once_and_a_refusal_is_told_once() {
        let offers = HostOffers::default();
        assert!(!offers.ask_for_menu("Swing", (1, 2)), "no host, no menu");
        let woken = Arc::new(AtomicU32::new(0));
        let count = woken.clone();
        offers.offer_menu(Box::new(move || _ = count.fetch_add(1, Ordering::Relaxed)));
        assert!(offers.ask_for_menu("Swing", (1, 2)));
        let wish = MenuWish { name: "Swing".to_owned(), at: (1, 2) };
        assert_eq!((offers.take_wish(), offers.take_wish()), (Some(wish), None));
        offers.refuse("Swing".to_owned());
        assert!(!offers.take_refusal("Feel"));
        assert!(offers.take_refusal("Swing") && !offers.take_refusal("Swing"));
        assert_eq!(woken.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_mark_is_there_as_long_as_the_host_has_a_mapping_or_automation() {
        let offers = HostOffers::default();
        offers.change_mark("Swing", |mark| mark.mapping = Some("CC 7".to_owned()));
        offers.change_mark("Swing", |mark| mark.is_automated = true);
        offers.change_mark("Swing", |mark| mark.mapping = None);
        assert!(offers.mark("Swing").unwrap().is_automated && offers.mark("Feel").is_none());
        offers.change_mark("Swing", |mark| mark.is_automated = false);
        assert_eq!(offers.mark("Swing"), None);
    }
}
