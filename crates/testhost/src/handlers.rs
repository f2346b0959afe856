//! The callbacks a plugin may use: what it asks for is noted, nothing is done behind its back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::*;

pub(crate) struct Handlers;

/// Requests that may come from any thread of the plugin.
#[derive(Default)]
pub(crate) struct Requests {
    callback: AtomicBool,
    /// Width and height in pixels, 32 bits each; 0 if none.
    window_size: AtomicU64,
}

impl Requests {
    /// Whether a call on the main thread was asked for since the last time.
    pub(crate) fn take_callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
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
    fn request_flush(&self) {}
}

pub(crate) struct MainThread;

impl<'a> MainThreadHandler<'a> for MainThread {}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {}
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {}
}

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder
            .register::<HostParams>()
            .register::<HostLatency>()
            .register::<HostState>()
            .register::<HostGui>();
    }
}
