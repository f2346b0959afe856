//! X11 only: the names of the protocol XDND, for what is dropped onto the window and what is dragged out of it.

/// The version of the protocol that is spoken.
pub(super) const VERSION: u32 = 5;

x11rb::atom_manager! {
    pub(super) Atoms: AtomsCookie {
        TARGETS,
        TIMESTAMP,
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndProxy,
        XdndSelection,
        XdndStatus,
        XdndTypeList,
        URI_LIST: b"text/uri-list",
        UTF8_TEXT: b"text/plain;charset=utf-8",
        TEXT: b"text/plain",
        END: b"_JANGDAN_END",
        TIME: b"_JANGDAN_TIME",
    }
}
