//! The window under X11, opened and closed while parameters change.
//!
//! Without a display it says so and passes: `xvfb-run -s "-screen 0 1280x1024x24" cargo test -p jangdan --test vst3 window`.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::thread::sleep;
use std::time::Duration;

use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait,
    TimerInterval,
};
use vst3::Steinberg::Vst::IEditControllerTrait;
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupportTrait, IPlugViewTrait, ViewRect, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, WindowClass};

use crate::host::{Instance, Module};
use crate::played::Played;
use crate::{AUTOMATION, BLOCK, normalised, parameter};

/// The window that the host has for the plugin's, and its main loop.
#[derive(Default)]
struct Frame {
    timers: RefCell<Vec<ComPtr<ITimerHandler>>>,
}

impl Frame {
    /// What the main loop does now and then.
    fn tick(&self) {
        let timers: Vec<_> = self.timers.borrow().clone();
        for timer in timers {
            // SAFETY: the plugin has registered it, and not unregistered.
            unsafe { timer.onTimer() };
        }
    }

    /// The same on another thread.
    fn tick_elsewhere(&self) {
        let timers = Timers(self.timers.borrow().clone());
        let thread = std::thread::spawn(move || {
            let Timers(timers) = &timers;
            // SAFETY: as in `tick`.
            timers.iter().for_each(|timer| unsafe { timer.onTimer() });
        });
        thread.join().unwrap();
    }
}

/// Timers, for another thread.
struct Timers(Vec<ComPtr<ITimerHandler>>);

// SAFETY: the handlers' references are counted atomically; that they are called elsewhere is what is tried.
unsafe impl Send for Timers {}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, _view: *mut IPlugView, _size: *mut ViewRect) -> tresult {
        kResultOk
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(&self, _: *mut IEventHandler, _: FileDescriptor) -> tresult {
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, _: *mut IEventHandler) -> tresult {
        kResultOk
    }

    unsafe fn registerTimer(&self, timer: *mut ITimerHandler, _ms: TimerInterval) -> tresult {
        // SAFETY: the caller points to a handler.
        let timer = unsafe { ComRef::from_raw(timer) }.unwrap();
        self.timers.borrow_mut().push(timer.to_com_ptr());
        kResultOk
    }

    unsafe fn unregisterTimer(&self, timer: *mut ITimerHandler) -> tresult {
        self.timers.borrow_mut().retain(|own| own.as_ptr() != timer);
        kResultOk
    }
}

/// Open sockets and event descriptors: a window has some, other tests have none.
fn descriptors() -> usize {
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = all.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| !target.is_absolute()).count()
}

/// Width and height.
fn size(view: &ComPtr<IPlugView>) -> (i32, i32) {
    let mut rect = ViewRect { left: 0, top: 0, right: 0, bottom: 0 };
    // SAFETY: the view writes the rectangle.
    assert_eq!(unsafe { view.getSize(&mut rect) }, kResultOk);
    (rect.right - rect.left, rect.bottom - rect.top)
}

/// Waits until it is so: what the X server and the threads of a window do comes late.
fn becomes(is_so: impl Fn() -> bool) -> bool {
    (0..10_000).any(|_| {
        sleep(Duration::from_millis(1));
        is_so()
    })
}

#[test]
fn a_window_that_comes_and_goes_while_automation_plays_leaves_nothing_behind() {
    let Ok((x, screen)) = x11rb::connect(None) else {
        println!("there is no display: nothing was opened");
        return;
    };
    let parent = x.generate_id().unwrap();
    let root = &x.setup().roots[screen];
    let (depth, visual, class) = (root.root_depth, root.root_visual, WindowClass::INPUT_OUTPUT);
    let look = CreateWindowAux::new();
    x.create_window(depth, parent, root.root, 0, 0, 1280, 1024, 0, class, visual, &look).unwrap();
    x.map_window(parent).unwrap();
    x.flush().unwrap();

    let module = Module::load();
    let instance = Instance::new(&module);
    instance.set_handler();
    instance.begin(false);
    let changes: Vec<_> = AUTOMATION
        .iter()
        .map(|&(_, name, value)| (instance.id(name), normalised(&parameter(name), value)))
        .collect();
    let mut played = Played::default();
    let mut kept = 0;
    for round in 0..20 {
        // SAFETY: the calls are in the order that VST3 asks for, and what they are given outlives them.
        unsafe {
            let view = instance.controller.createView(c"editor".as_ptr());
            let view = ComPtr::from_raw(view).expect("there is a window");
            let plain = size(&view);
            // A host may say it before the window is there.
            let scale = view.cast::<IPlugViewContentScaleSupport>().unwrap();
            assert_eq!(scale.setContentScaleFactor(2.0), kResultOk);
            assert!(becomes(|| size(&view) == (2 * plain.0, 2 * plain.1)), "{:?}", size(&view));
            assert_eq!(scale.setContentScaleFactor(1.0), kResultOk);
            assert!(becomes(|| size(&view) == plain), "{:?}", size(&view));
            let frame = ComWrapper::new(Frame::default());
            let pointer = frame.to_com_ptr::<IPlugFrame>().unwrap();
            assert_eq!(view.setFrame(pointer.as_ptr()), kResultOk);
            let handle = parent as usize as *mut c_void;
            assert_eq!(view.attached(handle, c"X11EmbedWindowID".as_ptr()), kResultOk);
            for block in 0..40 {
                let start = (round * 40 + block) * BLOCK;
                instance.process(start, BLOCK, &changes, &mut played);
                // Carla does this on a thread of its own.
                if round % 2 == 1 {
                    frame.tick_elsewhere();
                }
                frame.tick();
                std::thread::yield_now();
            }
            assert_eq!(view.removed(), kResultOk);
            assert_eq!(view.setFrame(null_mut()), kResultOk);
        }
        // By then whatever a process keeps for good is there.
        if round == 3 {
            kept = descriptors();
        }
        let has_left_nothing = round <= 3 || becomes(|| descriptors() <= kept);
        assert!(has_left_nothing, "{kept} became {} in round {round}", descriptors());
    }
    // A host may unload the library as soon as the window is closed.
    instance.end();
    drop(instance);
    drop(module);
    assert!(!played.notes.is_empty());
}
