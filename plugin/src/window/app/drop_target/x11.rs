//! Drops under X11.
//!
//! The protocol (XDND) lets a window name another one that takes part in its place, its proxy. An invisible window of ours
//! is the proxy, with its own connection to the X server and its own thread, which ends with the window.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::super::x11_atoms::{Atoms, VERSION};
use super::{DragEvent, DragEvents};
use crate::files::address;

/// The most that is read of the addresses that are dropped, in units of four bytes: a million bytes.
const MAX_LENGTH: u32 = 250_000;

/// The proxy of a window, while it lives.
pub(crate) struct Target {
    connection: Arc<RustConnection>,
    proxy: u32,
    end: u32,
    thread: Option<JoinHandle<()>>,
}

impl Target {
    pub(crate) fn new(
        window: &WindowContext,
        events: DragEvents,
        repaint: RepaintNotifier,
    ) -> Option<Self> {
        let handle = window.platform_handle();
        let RawWindowHandle::Xcb(xcb_window) = handle.window_handle().ok()?.as_raw() else {
            return None;
        };
        let (connection, screen) = x11rb::connect(None).ok()?;
        let connection = Arc::new(connection);
        let proxy = Proxy::new(connection.clone(), screen, xcb_window.window.get()).ok()?;
        let (window, end) = (proxy.window, proxy.atoms.END);
        let thread = std::thread::Builder::new().name("jangdan-drops".to_owned());
        // Without the server there is no window either.
        let run = move || _ = proxy.run(&events, &repaint);
        let thread = Some(thread.spawn(run).ok()?);
        Some(Self { connection, proxy: window, end, thread })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let end = ClientMessageEvent::new(32, self.proxy, self.end, [0; 5]);
        let sent = self.connection.send_event(false, self.proxy, EventMask::NO_EVENT, end);
        if sent.is_ok_and(|sent| sent.check().is_ok())
            && let Some(thread) = self.thread.take()
        {
            _ = thread.join();
        }
    }
}

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The invisible window.
struct Proxy {
    connection: Arc<RustConnection>,
    atoms: Atoms,
    root: u32,
    window: u32,
    /// The window whose proxy it is.
    target: u32,
}

/// A drag, from when it enters until it leaves or drops.
struct Drag {
    source: u32,
    has_files: bool,
    at: [f32; 2],
}

impl Proxy {
    fn new(connection: Arc<RustConnection>, screen: usize, target: u32) -> Outcome<Self> {
        let atoms = Atoms::new(&*connection)?.reply()?;
        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id()?;
        let (size, class) = ([-1, -1, 1, 1], WindowClass::INPUT_ONLY);
        let [x, y, width, height] = size;
        let aux = CreateWindowAux::new().override_redirect(1);
        let (width, height) = (width as u16, height as u16);
        connection.create_window(0, window, root, x, y, width, height, 0, class, 0, &aux)?;
        for named in [target, window] {
            let mode = PropMode::REPLACE;
            let (aware, proxy) = (atoms.XdndAware, atoms.XdndProxy);
            connection.change_property32(mode, named, aware, AtomEnum::ATOM, &[VERSION])?;
            // It names itself, which shows that the number is not left over from a dead proxy.
            connection.change_property32(mode, named, proxy, AtomEnum::WINDOW, &[window])?;
        }
        connection.flush()?;
        Ok(Self { connection, atoms, root, window, target })
    }

    /// Takes part in drags until it is told to end.
    fn run(&self, events: &DragEvents, repaint: &RepaintNotifier) -> Outcome<()> {
        let mut drag = None;
        loop {
            let event = match self.connection.wait_for_event()? {
                Event::ClientMessage(message) if message.type_ == self.atoms.END => {
                    return Ok(());
                }
                Event::ClientMessage(message) if message.format == 32 => {
                    self.message(&message, &mut drag)?
                }
                Event::SelectionNotify(_) => self.dropped(&mut drag)?,
                _ => None,
            };
            if let Some(event) = event {
                events.push(event);
                repaint.request_repaint();
            }
        }
    }

    fn message(
        &self,
        message: &ClientMessageEvent,
        drag: &mut Option<Drag>,
    ) -> Outcome<Option<DragEvent>> {
        let data = message.data.as_data32();
        let atoms = &self.atoms;
        if message.type_ == atoms.XdndEnter {
            let source = data[0];
            let has_more = data[1] & 1 == 1;
            let types = if has_more { self.types(source)? } else { data[2..].to_vec() };
            let has_files = types.contains(&atoms.URI_LIST);
            *drag = Some(Drag { source, has_files, at: [0.0; 2] });
            return Ok(None);
        }
        let Some(drag) = drag.as_mut().filter(|drag| drag.source == data[0]) else {
            return Ok(None);
        };
        if message.type_ == atoms.XdndPosition {
            let [x, y] = [data[2] >> 16, data[2] & 0xffff].map(|place| place as u16 as i16);
            let reply = self.connection.translate_coordinates(self.root, self.target, x, y)?;
            if let Ok(at) = reply.reply() {
                drag.at = [at.dst_x.into(), at.dst_y.into()];
            }
            // A copy is accepted anywhere in the window; positions are wanted all the time.
            let (accepts, action) = if drag.has_files { (3, atoms.XdndActionCopy) } else { (0, 0) };
            self.answer(drag.source, atoms.XdndStatus, [self.target, accepts, 0, 0, action])?;
            return Ok(drag.has_files.then_some(DragEvent::Over(drag.at)));
        }
        if message.type_ == atoms.XdndDrop && drag.has_files {
            let (selection, property) = (atoms.XdndSelection, atoms.XdndSelection);
            let (window, time) = (self.window, data[2]);
            let connection = &self.connection;
            connection.convert_selection(window, selection, atoms.URI_LIST, property, time)?;
            connection.flush()?;
        } else if message.type_ == atoms.XdndLeave || message.type_ == atoms.XdndDrop {
            return Ok(Some(DragEvent::Left));
        }
        Ok(None)
    }

    /// The source has given the addresses of the files.
    fn dropped(&self, drag: &mut Option<Drag>) -> Outcome<Option<DragEvent>> {
        let Some(drag) = drag.take() else { return Ok(None) };
        let (property, any) = (self.atoms.XdndSelection, AtomEnum::ANY);
        let connection = &self.connection;
        let reply =
            connection.get_property(true, self.window, property, any, 0, MAX_LENGTH)?.reply()?;
        let text = String::from_utf8_lossy(&reply.value);
        let paths: Vec<PathBuf> = text.lines().filter_map(address::path).collect();
        let action = if paths.is_empty() { [0, 0] } else { [1, self.atoms.XdndActionCopy] };
        let finished = [self.target, action[0], action[1], 0, 0];
        self.answer(drag.source, self.atoms.XdndFinished, finished)?;
        let is_empty = paths.is_empty();
        Ok(Some(if is_empty { DragEvent::Left } else { DragEvent::Dropped(paths, drag.at) }))
    }

    /// The types of data that `source` offers, where they are more than three.
    fn types(&self, source: u32) -> Outcome<Vec<u32>> {
        let (property, kind) = (self.atoms.XdndTypeList, AtomEnum::ATOM);
        let reply = self.connection.get_property(false, source, property, kind, 0, 1024)?;
        // A source that is gone offers none.
        let types = reply.reply().ok().and_then(|reply| Some(reply.value32()?.collect()));
        Ok(types.unwrap_or_default())
    }

    fn answer(&self, to: u32, kind: u32, data: [u32; 5]) -> Outcome<()> {
        let message = ClientMessageEvent::new(32, to, kind, data);
        self.connection.send_event(false, to, EventMask::NO_EVENT, message)?;
        self.connection.flush()?;
        Ok(())
    }
}
