//! The callbacks a plugin may use: what it asks for is noted, nothing is done behind its back. A call on a thread where
//! CLAP has it that there is none is noted, too.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::ThreadId;

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::*;

pub(crate) struct Handlers;

thread_local! {
    /// Whether the plugin processes a block on this thread.
    static IS_AUDIO: Cell<bool> = const { Cell::new(false) };
}

/// Does what the audio thread does.
pub(crate) fn in_audio_call<R>(call: impl FnOnce() -> R) -> R {
    IS_AUDIO.set(true);
    let done = call();
    IS_AUDIO.set(false);
    done
}

/// Requests that may come from any thread of the plugin.
pub(crate) struct Requests {
    callback: AtomicBool,
    /// Width and height in pixels, 32 bits each; 0 if none.
    window_size: AtomicU64,
    main_thread: ThreadId,
    /// The first call on a wrong thread.
    misplaced: OnceLock<&'static str>,
}

impl Default for Requests {
    /// Of an instance that is made on this thread.
    fn default() -> Self {
        Self {
            callback: AtomicBool::new(false),
            window_size: AtomicU64::new(0),
            main_thread: std::thread::current().id(),
            misplaced: OnceLock::new(),
        }
    }
}

impl Requests {
    /// Whether a call on the main thread was asked for since the last time.
    pub(crate) fn take_callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
    }

    /// The host's function that the plugin called on a wrong thread, if it did.
    pub(crate) fn misplaced(&self) -> Option<&'static str> {
        self.misplaced.get().copied()
    }

    /// `call` is for the main thread alone.
    fn expect_main_thread(&self, call: &'static str) {
        if std::thread::current().id() != self.main_thread {
            self.misplaced.get_or_init(|| call);
        }
    }

    /// The size that the plugin's window asked for since the last time, in pixels.
    pub(crate) fn take_window_size(&self) -> Option<(u32, u32)> {
        match self.window_size.swap(0, Ordering::AcqRel) {
            0 => None,
            size => Some(((size >> 32) as u32, size as u32)),
        }
    }
}

impl HostGuiImpl for Requests {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, size: GuiSize) -> Result<(), HostError> {
        let size = u64::from(size.width) << 32 | u64::from(size.height);
        self.window_size.store(size, Ordering::Release);
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Err(HostError::Message("windows open when their owner says so"))
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Err(HostError::Message("windows close when their owner says so"))
    }

    fn closed(&self, _was_destroyed: bool) {}
}

impl<'a> SharedHandler<'a> for Requests {
    fn request_restart(&self) {}

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostParamsImplShared for Requests {
    // Parameter values are read afresh whenever the host's owner asks, so nothing needs flushing.
    fn request_flush(&self) {
        if IS_AUDIO.get() {
            self.misplaced.get_or_init(|| "params.request_flush");
        }
    }
}

pub(crate) struct MainThread<'a> {
    pub(crate) requests: &'a Requests,
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {
        self.requests.expect_main_thread("params.rescan");
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {
        self.requests.expect_main_thread("params.clear");
    }
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {
        self.requests.expect_main_thread("latency.changed");
    }
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.requests.expect_main_thread("state.mark_dirty");
    }
}

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder
            .register::<HostParams>()
            .register::<HostLatency>()
            .register::<HostState>()
            .register::<HostGui>();
    }
}
