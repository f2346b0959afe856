//! A drag under X11, from when the file is there until it is dropped.
//!
//! The button was pressed in baseview's window, so that baseview's connection holds the pointer until it is released. Nothing
//! is taken from it: this thread asks the server where the pointer is and whether the button is down, some hundred times a
//! second. Whatever becomes of the drag, no pointer is left grabbed, and baseview sees the button go up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use parking_lot::Mutex;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, KeyButMask, ModMask};

use super::Aim;
use super::xdnd::{Heard, Offer, Outcome};
use crate::files::address;

/// Time between two looks at the pointer.
const TICK: Duration = Duration::from_millis(8);

/// How often the window under a pointer that rests is looked at: another may have come up, or it may have thought better of
/// it.
const LOOK: Duration = Duration::from_millis(200);

/// How long a target may think about the last place before the file counts as refused.
const DECISION: Duration = Duration::from_secs(5);

/// How long a target may take to fetch the file's address after the drop.
const FETCH: Duration = Duration::from_secs(20);

/// The key that ends a drag.
const ESCAPE: u32 = 0xff1b;

/// The drags of one window.
pub(crate) struct Source {
    window: u32,
    repaint: RepaintNotifier,
    shown: Arc<Shown>,
    running: Mutex<Option<Running>>,
}

/// What the window shows of a drag.
#[derive(Default)]
struct Shown(AtomicU8);

impl Shown {
    fn aim(&self) -> Aim {
        [Aim::Idle, Aim::Nothing, Aim::Taker][usize::from(self.0.load(Ordering::Relaxed))]
    }

    /// Whether it is another than before.
    fn set(&self, aim: Aim) -> bool {
        self.0.swap(aim as u8, Ordering::Relaxed) != aim as u8
    }
}

impl Source {
    pub(crate) fn new(window: &WindowContext, repaint: RepaintNotifier) -> Option<Self> {
        let handle = window.platform_handle();
        let RawWindowHandle::Xcb(xcb_window) = handle.window_handle().ok()?.as_raw() else {
            return None;
        };
        let window = xcb_window.window.get();
        Some(Self { window, repaint, shown: Arc::default(), running: Mutex::default() })
    }

    pub(crate) fn start(&self, path: &Path) {
        let mut running = self.running.lock();
        // The one before is long over, or its target has never fetched the file.
        drop(running.take());
        let (window, text) = (self.window, format!("{}\r\n", address::of(path)));
        let (shown, repaint) = (self.shown.clone(), self.repaint.clone());
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let run = move || {
            let show = |aim| {
                if shown.set(aim) {
                    repaint.request_repaint();
                }
            };
            // Without the server there is no drag either.
            _ = drag(window, text, &told, &show);
            show(Aim::Idle);
        };
        let thread = std::thread::Builder::new().name("jangdan-drag".to_owned()).spawn(run);
        *running = thread.ok().map(|thread| Running { is_over, thread: Some(thread) });
    }

    pub(crate) fn aim(&self) -> Aim {
        self.shown.aim()
    }
}

/// A drag that goes on, until it is dropped.
struct Running {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// How far a drag is.
enum Phase {
    /// The button is held.
    Held,
    /// It was released; the target has not decided yet.
    Released(Instant),
    /// The target fetches the address.
    Dropped(Instant),
}

/// Drags `text`, the address of a file, out of `window`, until it is taken or refused, or `is_over` says so.
fn drag(window: u32, text: String, is_over: &AtomicBool, show: &impl Fn(Aim)) -> Outcome<()> {
    let (connection, screen) = x11rb::connect(None)?;
    let root = connection.setup().roots[screen].root;
    let pointer = || -> Outcome<_> {
        let pointer = connection.query_pointer(root)?.reply()?;
        let is_held = pointer.mask.contains(KeyButMask::BUTTON1);
        Ok((is_held, [pointer.root_x, pointer.root_y]))
    };
    if !pointer()?.0 {
        return Ok(());
    }
    let mut offer = Offer::new(&connection, root, window, text)?;
    let escape = grab_escape(&connection, root)?;
    let mut phase = Phase::Held;
    let mut looked: Option<([i16; 2], Instant)> = None;
    while !is_over.load(Ordering::Relaxed) {
        while let Some(event) = connection.poll_for_event()? {
            match event {
                Event::KeyPress(key) if Some(key.detail) == escape => return offer.leave(),
                event => match offer.hear(&event)? {
                    Heard::Nothing => {}
                    Heard::Fetched if matches!(phase, Phase::Dropped(_)) => {
                        phase = Phase::Dropped(Instant::now());
                    }
                    Heard::Fetched => {}
                    Heard::Over => return offer.leave(),
                },
            }
        }
        match phase {
            Phase::Held => {
                let (is_held, place) = pointer()?;
                let is_stale = looked
                    .is_none_or(|(looked_at, time)| looked_at != place || time.elapsed() > LOOK);
                if is_stale || !is_held {
                    looked = Some((place, Instant::now()));
                    offer.move_to(place)?;
                }
                if !is_held {
                    phase = Phase::Released(Instant::now());
                }
                show(if offer.is_taken() { Aim::Taker } else { Aim::Nothing });
            }
            Phase::Released(since) => {
                if offer.is_decided() {
                    if !offer.drop_it()? {
                        return Ok(());
                    }
                    show(Aim::Idle);
                    phase = Phase::Dropped(Instant::now());
                } else if since.elapsed() > DECISION {
                    return offer.leave();
                }
            }
            Phase::Dropped(since) if since.elapsed() > FETCH => return Ok(()),
            Phase::Dropped(_) => {}
        }
        offer.ask_for_time()?;
        connection.flush()?;
        std::thread::sleep(TICK);
    }
    offer.leave()
}

/// Has Escape come to this connection alone, if nobody else has taken it: a host may close a window by it. The connection
/// gives it back when it ends.
fn grab_escape(connection: &impl Connection, root: u32) -> Outcome<Option<u8>> {
    let setup = connection.setup();
    let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
    let map = connection.get_keyboard_mapping(first, count)?.reply()?;
    let per_key = usize::from(map.keysyms_per_keycode).max(1);
    let place = map.keysyms.chunks(per_key).position(|key| key.contains(&ESCAPE));
    let Some(key) = place.map(|place| first + place as u8) else { return Ok(None) };
    let (any, mode) = (ModMask::ANY, GrabMode::ASYNC);
    let grabbed = connection.grab_key(false, root, any, key, mode, mode)?.check();
    Ok(grabbed.is_ok().then_some(key))
}
