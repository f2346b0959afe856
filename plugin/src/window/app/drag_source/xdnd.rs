//! A file offered by the protocol XDND: which window is under the pointer, and what it is told.

use std::error::Error;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, CreateWindowAux,
    EventMask, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::super::x11_atoms::{Atoms, VERSION};

/// The oldest version of the protocol that is understood.
const OLDEST: u32 = 3;

/// How long a target that does not answer is left alone before it is asked again.
const SILENCE: Duration = Duration::from_secs(1);

pub(super) type Outcome<T> = Result<T, Box<dyn Error>>;

/// What an event meant.
pub(super) enum Heard {
    /// Nothing that ends the drag.
    Nothing,
    /// Somebody has fetched the address.
    Fetched,
    /// The drag is over: the target has finished or is gone after the drop, or something else is dragged now.
    Over,
}

/// A file that is offered.
pub(super) struct Offer<'a> {
    connection: &'a RustConnection,
    atoms: Atoms,
    root: u32,
    /// The window that the file comes from. It comes before the window that it is in, the host's.
    origin: u32,
    /// The invisible window that owns the selection and gets the answers.
    source: u32,
    /// The address of the file, with the end of its line.
    text: String,
    /// The server's time when the selection was taken, and now.
    taken_at: u32,
    now: u32,
    target: Option<Target>,
}

/// The window under the pointer.
struct Target {
    window: u32,
    /// The window that answers for it: itself, or its proxy.
    proxy: u32,
    /// The place that it was told last, and when, as long as it has not answered.
    asked: Option<Instant>,
    told: [i16; 2],
    /// The newest place.
    place: [i16; 2],
    /// Whether it takes the file at the place that it was told.
    takes: bool,
    is_dropped: bool,
}

impl<'a> Offer<'a> {
    /// Offers `text`, the address of a file that comes from the window `origin`.
    pub(super) fn new(
        connection: &'a RustConnection,
        root: u32,
        origin: u32,
        text: String,
    ) -> Outcome<Self> {
        let atoms = Atoms::new(connection)?.reply()?;
        let source = connection.generate_id()?;
        let aux = CreateWindowAux::new().override_redirect(1);
        let aux = aux.event_mask(EventMask::PROPERTY_CHANGE);
        let class = WindowClass::INPUT_ONLY;
        connection.create_window(0, source, root, -1, -1, 1, 1, 0, class, 0, &aux)?;
        let (target, now) = (None, 0);
        let mut offer =
            Self { connection, atoms, root, origin, source, text, taken_at: now, now, target };
        offer.ask_for_time()?;
        connection.flush()?;
        while offer.now == 0 {
            offer.hear(&connection.wait_for_event()?)?;
        }
        offer.taken_at = offer.now;
        connection.set_selection_owner(source, atoms.XdndSelection, offer.now)?;
        connection.flush()?;
        Ok(offer)
    }

    /// Asks for the server's time, which comes as an event.
    pub(super) fn ask_for_time(&self) -> Outcome<()> {
        let (mode, kind) = (PropMode::APPEND, AtomEnum::INTEGER);
        self.connection.change_property32(mode, self.source, self.atoms.TIME, kind, &[])?;
        Ok(())
    }

    /// Whether the window under the pointer takes the file.
    pub(super) fn is_taken(&self) -> bool {
        self.target.as_ref().is_some_and(|target| target.takes)
    }

    /// Whether the window under the pointer, if one is, has answered for where it is.
    pub(super) fn is_decided(&self) -> bool {
        let is_decided = |target: &Target| target.asked.is_none() && target.told == target.place;
        self.target.as_ref().is_none_or(is_decided)
    }

    /// The pointer is at `place` now.
    pub(super) fn move_to(&mut self, place: [i16; 2]) -> Outcome<()> {
        let found = self.find(place)?;
        let is_same = |target: &Target| found.is_some_and(|[window, ..]| window == target.window);
        if !self.target.as_ref().is_some_and(is_same) {
            self.leave()?;
            let Some([window, proxy, version]) = found else { return Ok(()) };
            let (asked, takes, is_dropped) = (None, false, false);
            let told = place;
            self.target = Some(Target { window, proxy, asked, told, place, takes, is_dropped });
            // Shows whether a silent target has been closed.
            let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            self.connection.change_window_attributes(proxy, &aux)?.ignore_error();
            let Atoms { XdndEnter, URI_LIST, UTF8_TEXT, TEXT, .. } = self.atoms;
            self.tell(XdndEnter, [version << 24, URI_LIST, UTF8_TEXT, TEXT])?;
            return self.tell_place();
        }
        let Some(target) = &mut self.target else { return Ok(()) };
        let has_moved = std::mem::replace(&mut target.place, place) != place;
        match target.asked {
            // Some targets look at the type first, and accept only when asked again.
            None if has_moved || !target.takes => self.tell_place(),
            // The answer may have been lost.
            Some(asked) if asked.elapsed() > SILENCE => self.tell_place(),
            _ => Ok(()),
        }
    }

    /// Leaves the window under the pointer, if there is one and nothing was dropped there.
    pub(super) fn leave(&mut self) -> Outcome<()> {
        if self.target.as_ref().is_some_and(|target| !target.is_dropped) {
            self.tell(self.atoms.XdndLeave, [0; 4])?;
        }
        self.target = None;
        Ok(())
    }

    /// Drops the file on the window under the pointer, if that takes it; whether it does.
    pub(super) fn drop_it(&mut self) -> Outcome<bool> {
        if !self.is_taken() {
            self.leave()?;
            return Ok(false);
        }
        self.tell(self.atoms.XdndDrop, [0, self.now, 0, 0])?;
        let Some(target) = &mut self.target else { return Ok(false) };
        target.is_dropped = true;
        Ok(true)
    }

    /// Takes in an event, and answers it.
    pub(super) fn hear(&mut self, event: &Event) -> Outcome<Heard> {
        match event {
            Event::PropertyNotify(changed) if changed.window == self.source => {
                self.now = changed.time;
            }
            Event::ClientMessage(message) if message.format == 32 => {
                let data = message.data.as_data32();
                let Some(target) = self.target.as_mut().filter(|target| target.window == data[0])
                else {
                    return Ok(Heard::Nothing);
                };
                if message.type_ == self.atoms.XdndStatus && target.asked.is_some() {
                    (target.asked, target.takes) = (None, data[1] & 1 == 1);
                    if target.told != target.place {
                        self.tell_place()?;
                    }
                } else if message.type_ == self.atoms.XdndFinished && target.is_dropped {
                    return Ok(Heard::Over);
                }
            }
            Event::SelectionRequest(asked) => {
                self.give(asked)?;
                return Ok(Heard::Fetched);
            }
            Event::SelectionClear(_) => return Ok(Heard::Over),
            Event::DestroyNotify(gone) => {
                let is_target = |target: &mut Target| target.proxy == gone.window;
                if let Some(target) = self.target.take_if(is_target)
                    && target.is_dropped
                {
                    return Ok(Heard::Over);
                }
            }
            _ => {}
        }
        Ok(Heard::Nothing)
    }

    /// The window at `place` that takes drops, the window that answers for it, and its version of the protocol. It is the
    /// outermost that takes drops; inside the window that the file comes from, it is that window.
    fn find(&self, [x, y]: [i16; 2]) -> Outcome<Option<[u32; 3]>> {
        let (mut window, mut found) = (self.root, None);
        loop {
            let below = self.connection.translate_coordinates(self.root, window, x, y)?.reply();
            match below {
                Ok(below) if below.child != x11rb::NONE => window = below.child,
                Ok(_) => break,
                // It has just gone.
                Err(error) => return absent(error),
            }
            if window == self.origin {
                found = self.taker(window)?.or(found);
                break;
            }
            if found.is_none() {
                found = self.taker(window)?;
            }
        }
        // The desktop takes drops only through a proxy.
        let desktop = if found.is_none() { self.taker(self.root)? } else { None };
        Ok(found.or(desktop.filter(|[_, proxy, _]| *proxy != self.root)))
    }

    /// `window`, the window that answers for it, and the version, if it takes drops.
    fn taker(&self, window: u32) -> Outcome<Option<[u32; 3]>> {
        let Atoms { XdndAware, XdndProxy, .. } = self.atoms;
        let named = self.number(window, XdndProxy)?.unwrap_or(window);
        // A proxy that lives names itself; a number that is left over from a dead one does not.
        let is_live = named == window || self.number(named, XdndProxy)? == Some(named);
        let proxy = if is_live { named } else { window };
        let version = self.number(proxy, XdndAware)?;
        let spoken = version.filter(|version| *version >= OLDEST);
        Ok(spoken.map(|version| [window, proxy, version.min(VERSION)]))
    }

    fn number(&self, window: u32, property: u32) -> Outcome<Option<u32>> {
        let reply = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 1)?;
        match reply.reply() {
            Ok(reply) => Ok(reply.value32().and_then(|mut numbers| numbers.next())),
            Err(error) => absent(error),
        }
    }

    fn tell_place(&mut self) -> Outcome<()> {
        let Some(target) = &mut self.target else { return Ok(()) };
        target.told = target.place;
        target.asked = Some(Instant::now());
        let [x, y] = target.place.map(|place| u32::from(place as u16));
        let Atoms { XdndPosition, XdndActionCopy, .. } = self.atoms;
        self.tell(XdndPosition, [0, x << 16 | y, self.now, XdndActionCopy])
    }

    /// Sends the target a message. If it is gone, there is none any more.
    fn tell(&mut self, kind: u32, [a, b, c, d]: [u32; 4]) -> Outcome<()> {
        let Some(target) = &self.target else { return Ok(()) };
        let message = ClientMessageEvent::new(32, target.window, kind, [self.source, a, b, c, d]);
        let sent = self.connection.send_event(false, target.proxy, EventMask::NO_EVENT, message)?;
        match sent.check() {
            Ok(()) => Ok(()),
            Err(error) => {
                self.target = None;
                absent::<()>(error).map(|_| ())
            }
        }
    }

    /// Sends the address to the window that asks for the selection.
    fn give(&self, asked: &SelectionRequestEvent) -> Outcome<()> {
        let Atoms { TARGETS, TIMESTAMP, URI_LIST, UTF8_TEXT, TEXT, .. } = self.atoms;
        let SelectionRequestEvent { requestor, selection, target, time, .. } = *asked;
        let property = if asked.property == x11rb::NONE { target } else { asked.property };
        let (connection, mode) = (self.connection, PropMode::REPLACE);
        let is_known = [TARGETS, TIMESTAMP, URI_LIST, UTF8_TEXT, TEXT].contains(&target);
        if target == TARGETS {
            let all = [TARGETS, TIMESTAMP, URI_LIST, UTF8_TEXT, TEXT];
            let kind = AtomEnum::ATOM;
            connection.change_property32(mode, requestor, property, kind, &all)?.ignore_error();
        } else if target == TIMESTAMP {
            let (kind, time) = (AtomEnum::INTEGER, [self.taken_at]);
            connection.change_property32(mode, requestor, property, kind, &time)?.ignore_error();
        } else if is_known {
            let text = self.text.as_bytes();
            connection.change_property8(mode, requestor, property, target, text)?.ignore_error();
        }
        let property = if is_known { property } else { x11rb::NONE };
        let reply = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time,
            requestor,
            selection,
            target,
            property,
        };
        connection.send_event(false, requestor, EventMask::NO_EVENT, reply)?.ignore_error();
        connection.flush()?;
        Ok(())
    }
}

/// `None` if the server says that a window is gone; an error if the server itself is gone.
fn absent<T>(error: ReplyError) -> Outcome<Option<T>> {
    match error {
        ReplyError::X11Error(_) => Ok(None),
        ReplyError::ConnectionError(error) => Err(error.into()),
    }
}
