//! Files dropped onto the window under X11, by a small source of drags of our own.
//!
//! Without a display it says so and passes: `xvfb-run -s "-screen 0 1280x1024x24" cargo test -p jangdan --test clap drop`.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use groove::midi;
use testhost::Host;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
    EventMask, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::host;

/// Many times longer than a drop takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Held while a test has a window on the display.
pub(super) static DISPLAY: Mutex<()> = Mutex::new(());

x11rb::atom_manager! {
    pub(super) Atoms: AtomsCookie {
        TARGETS,
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
        URI_LIST: b"text/uri-list",
    }
}

/// A window from which files are dragged.
struct Source<'a> {
    x: &'a RustConnection,
    atoms: Atoms,
    window: u32,
    /// The window that files are dragged onto, and who speaks for it.
    target: u32,
    proxy: u32,
}

impl<'a> Source<'a> {
    /// A source for the first window below `parent` that takes drops, once there is one.
    fn new(x: &'a RustConnection, root: u32, parent: u32, host: &mut Host) -> Self {
        let atoms = Atoms::new(x).unwrap().reply().unwrap();
        let window = x.generate_id().unwrap();
        let (class, aux) = (WindowClass::INPUT_ONLY, CreateWindowAux::new());
        x.create_window(0, window, root, -5, -5, 1, 1, 0, class, 0, &aux).unwrap();
        let number = |window, atom| {
            let kind = AtomEnum::ANY;
            let property = x.get_property(false, window, atom, kind, 0, 1).unwrap();
            let property = property.reply().ok()?;
            property.value32()?.next()
        };
        let begun = Instant::now();
        loop {
            host.answer_requests();
            let below = x.query_tree(parent).unwrap().reply().unwrap().children;
            let taking = below.iter().find_map(|&window| {
                let _version = number(window, atoms.XdndAware).filter(|&version| version >= 3)?;
                Some((window, number(window, atoms.XdndProxy)?))
            });
            if let Some((target, proxy)) = taking {
                // As the protocol has it, a proxy that lives names itself.
                assert_eq!(number(proxy, atoms.XdndProxy), Some(proxy));
                return Self { x, atoms, window, target, proxy };
            }
            assert!(begun.elapsed() < PATIENCE, "no window takes drops");
            std::thread::yield_now();
        }
    }

    fn send(&self, kind: u32, data: [u32; 4]) {
        let [a, b, c, d] = data;
        let message = ClientMessageEvent::new(32, self.target, kind, [self.window, a, b, c, d]);
        self.x.send_event(false, self.proxy, EventMask::NO_EVENT, message).unwrap();
        self.x.flush().unwrap();
    }

    /// The answer of that kind, while the host goes on and requests for the data are served by `addresses`.
    fn answer(&self, kind: u32, addresses: &str, host: &mut Host) -> [u32; 5] {
        let begun = Instant::now();
        loop {
            host.answer_requests();
            match self.x.poll_for_event().unwrap() {
                Some(Event::ClientMessage(message)) if message.type_ == kind => {
                    return message.data.as_data32();
                }
                Some(Event::SelectionRequest(asked)) => {
                    assert_eq!(asked.target, self.atoms.URI_LIST);
                    let (mode, property) = (PropMode::REPLACE, asked.property);
                    let bytes = addresses.as_bytes();
                    self.x
                        .change_property8(mode, asked.requestor, property, asked.target, bytes)
                        .unwrap();
                    let reply = SelectionNotifyEvent {
                        response_type: SELECTION_NOTIFY_EVENT,
                        sequence: 0,
                        time: asked.time,
                        requestor: asked.requestor,
                        selection: asked.selection,
                        target: asked.target,
                        property,
                    };
                    let mask = EventMask::NO_EVENT;
                    self.x.send_event(false, asked.requestor, mask, reply).unwrap();
                    self.x.flush().unwrap();
                }
                _ => std::thread::yield_now(),
            }
            assert!(begun.elapsed() < PATIENCE, "no answer");
        }
    }

    /// Drags `file` to `(x, y)` of the target and drops it there; whether it was taken.
    fn drop_file(&self, file: &Path, (x, y): (i16, i16), host: &mut Host) -> bool {
        let atoms = &self.atoms;
        let time = x11rb::CURRENT_TIME;
        self.x.set_selection_owner(self.window, atoms.XdndSelection, time).unwrap();
        self.send(atoms.XdndEnter, [5 << 24, atoms.URI_LIST, 0, 0]);
        let root = self.x.query_tree(self.target).unwrap().reply().unwrap().root;
        let at = self.x.translate_coordinates(self.target, root, x, y).unwrap().reply().unwrap();
        let at = u32::from(at.dst_x as u16) << 16 | u32::from(at.dst_y as u16);
        self.send(atoms.XdndPosition, [0, at, time, atoms.XdndActionCopy]);
        let status = self.answer(atoms.XdndStatus, "", host);
        assert_eq!((status[0], status[1] & 1, status[4]), (self.target, 1, atoms.XdndActionCopy));
        let addresses = format!("file://{}\r\n", file.display().to_string().replace(' ', "%20"));
        self.send(atoms.XdndDrop, [0, time, 0, 0]);
        let finished = self.answer(atoms.XdndFinished, &addresses, host);
        finished[0] == self.target && finished[1] & 1 == 1
    }
}

/// The project's field `name`, once `is_there` says that it is as it should be.
pub(super) fn wait_for(host: &mut Host, name: &str, is_there: impl Fn(&str) -> bool) {
    let begun = Instant::now();
    loop {
        host.answer_requests();
        let state = host.save_state().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
        let field = json["fields"][name].as_str().unwrap_or_default();
        if is_there(field) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{name}: {field}");
        std::thread::yield_now();
    }
}

#[test]
fn files_dropped_onto_the_window_go_where_they_are_dropped() {
    let Ok((x, screen)) = x11rb::connect(None) else {
        eprintln!("skipped: there is no display");
        return;
    };
    let _display = DISPLAY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = std::env::temp_dir().join(format!("jangdan drop {}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("dropped groove.mid");
    std::fs::write(&file, midi::write(&[jangdan::factory::pattern()], 120.0).unwrap()).unwrap();

    let mut host = host();
    let parent = x.generate_id().unwrap();
    let root = &x.setup().roots[screen];
    let (class, aux) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
    let (depth, visual, root) = (root.root_depth, root.root_visual, root.root);
    x.create_window(depth, parent, root, 40, 30, 640, 480, 0, class, visual, &aux).unwrap();
    x.map_window(parent).unwrap();
    x.flush().unwrap();
    let (width, height) = host.open_window(parent).unwrap();
    x.configure_window(parent, &ConfigureWindowAux::new().width(width).height(height)).unwrap();
    x.flush().unwrap();
    let source = Source::new(&x, root, parent, &mut host);

    // On the grid: the live groove, by its name.
    assert!(source.drop_file(&file, (700, 300), &mut host));
    wait_for(&mut host, "name", |name| name.contains("dropped groove"));
    // On the pad's upper right corner, and on the third slot.
    wait_for(&mut host, "corners", |corners| !corners.contains("dropped groove"));
    assert!(source.drop_file(&file, (240, 170), &mut host));
    wait_for(&mut host, "corners", |corners| corners.contains("dropped groove"));
    wait_for(&mut host, "slots", |slots| slots == "[]");
    assert!(source.drop_file(&file, (492, 624), &mut host));
    wait_for(&mut host, "slots", |slots| slots.starts_with("[[2,"));
    // A drag that leaves takes nothing and hinders none.
    source.send(source.atoms.XdndEnter, [5 << 24, source.atoms.URI_LIST, 0, 0]);
    source.send(source.atoms.XdndLeave, [0; 4]);
    assert!(source.drop_file(&file, (540, 624), &mut host));
    wait_for(&mut host, "slots", |slots| slots.contains("[3,"));
    host.close_window().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}
