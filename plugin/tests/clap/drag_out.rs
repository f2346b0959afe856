//! Grooves dragged out of the window under X11, onto small targets of our own, by a simulated mouse (XTEST).
//!
//! Without a display it says so and passes: `xvfb-run -s "-screen 0 1280x1024x24" cargo test -p jangdan --test clap drag_out`.

use std::cell::Cell;
use std::io::IoSlice;
use std::path::PathBuf;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use groove::midi::Performance;
use jangdan::headless::Headless;
use jangdan::params::JangdanParams;
use jangdan::window::widgets::layout::DEFAULT_SIZE;
use jangdan::window::{Scene, UndoState};
use testhost::Host;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
    EventMask, GrabMode, GrabStatus, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::drop::{Atoms, DISPLAY, wait_for};
use super::host;

/// Many times longer than a drag takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a press of the button may be without effect before the window was not drawn yet.
const PRESS: Duration = Duration::from_secs(5);

/// Where a target is: below the plugin's window.
const TARGET: [i16; 2] = [300, 900];

/// A place without any window that takes files.
const NOWHERE: [i16; 2] = [1000, 900];

/// Types of simulated events, and the key Escape of the server's keyboard.
const KEY: u8 = 2;
const KEY_UP: u8 = 3;
const BUTTON: u8 = 4;
const BUTTON_UP: u8 = 5;
const MOTION: u8 = 6;
const ESCAPE: u8 = 9;

/// The plugin's window and the mouse.
struct Stage {
    host: Host,
    x: RustConnection,
    atoms: Atoms,
    root: u32,
    /// The middle of the handle.
    handle: [i16; 2],
    /// The major number of XTEST's requests.
    xtest: u8,
    _display: MutexGuard<'static, ()>,
}

impl Stage {
    fn new() -> Option<Self> {
        let Ok((x, screen)) = x11rb::connect(None) else {
            eprintln!("skipped: there is no display");
            return None;
        };
        let display = DISPLAY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let xtest = x.query_extension(b"XTEST").unwrap().reply().unwrap().major_opcode;
        assert_ne!(xtest, 0, "the server lacks XTEST");
        let atoms = Atoms::new(&x).unwrap().reply().unwrap();
        let mut host = host();
        let parent = x.generate_id().unwrap();
        let screen = &x.setup().roots[screen];
        let (class, aux) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let (depth, visual, root) = (screen.root_depth, screen.root_visual, screen.root);
        x.create_window(depth, parent, root, 0, 0, 640, 480, 0, class, visual, &aux).unwrap();
        x.map_window(parent).unwrap();
        x.flush().unwrap();
        let (width, height) = host.open_window(parent).unwrap();
        let size = ConfigureWindowAux::new().width(width).height(height);
        x.configure_window(parent, &size).unwrap();
        x.flush().unwrap();
        let handle = handle();
        Some(Self { host, x, atoms, root, handle, xtest, _display: display })
    }

    /// Simulates an event of the mouse or the keyboard.
    fn simulate(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) {
        let mut request = vec![self.xtest, 2, 9, 0, kind, detail, 0, 0, 0, 0, 0, 0];
        request[2..4].copy_from_slice(&9_u16.to_ne_bytes());
        request.extend(self.root.to_ne_bytes());
        request.extend([0; 8]);
        request.extend([x, y].into_iter().flat_map(i16::to_ne_bytes));
        request.extend([0; 8]);
        let request = [IoSlice::new(&request)];
        self.x.send_request_without_reply(&request, Vec::new()).unwrap().check().unwrap();
    }

    fn move_to(&self, place: [i16; 2]) {
        self.simulate(MOTION, 0, place);
    }

    fn release(&self) {
        self.simulate(BUTTON_UP, 1, [0; 2]);
    }

    fn owner(&self) -> u32 {
        let owner = self.x.get_selection_owner(self.atoms.XdndSelection).unwrap();
        owner.reply().unwrap().owner
    }

    /// Presses the button on the handle and moves, until something is dragged.
    fn pick_up(&mut self) {
        let begun = Instant::now();
        let [x, y] = self.handle;
        while begun.elapsed() < PATIENCE {
            self.move_to([x - 8, y - 10]);
            self.simulate(BUTTON, 1, [0; 2]);
            // Still on the handle, in case that all is seen at once.
            [0, 4, 8].into_iter().for_each(|way| self.move_to([x + way, y + way]));
            let pressed = Instant::now();
            while pressed.elapsed() < PRESS {
                self.host.answer_requests();
                if self.owner() != x11rb::NONE {
                    return;
                }
                std::thread::yield_now();
            }
            self.release();
        }
        panic!("nothing is dragged");
    }

    /// Waits until nothing is dragged, and checks that nobody holds the pointer.
    fn wait_until_over(&mut self) {
        let begun = Instant::now();
        while self.owner() != x11rb::NONE {
            self.host.answer_requests();
            assert!(begun.elapsed() < PATIENCE, "the drag never ends");
            std::thread::yield_now();
        }
        let (mask, mode, none) = (EventMask::NO_EVENT, GrabMode::ASYNC, x11rb::NONE);
        let now = x11rb::CURRENT_TIME;
        let grab = self.x.grab_pointer(false, self.root, mask, mode, mode, none, none, now);
        assert_eq!(grab.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
        self.x.ungrab_pointer(now).unwrap().check().unwrap();
    }
}

/// The middle of the handle in a window of the default size.
fn handle() -> [i16; 2] {
    let mut scene = Scene::of(jangdan::factory::pattern());
    (scene.undo, scene.is_b) = (Some(UndoState::default()), Some(false));
    let mut window = Headless::new(JangdanParams::default(), scene, DEFAULT_SIZE, 1.0);
    window.frame(Vec::new());
    let place = window.place_of(egui::Id::unique("drag out")).unwrap().center();
    [place.x as i16, place.y as i16]
}

/// A window that files are dragged onto.
struct Target {
    x: RustConnection,
    atoms: Atoms,
    window: u32,
    proxy: u32,
    /// What it answers wherever it is asked; `None` for nothing.
    takes: Cell<Option<bool>>,
}

impl Target {
    /// With a proxy, if it `has_proxy`.
    fn new(stage: &Stage, has_proxy: bool) -> Self {
        let (x, _) = x11rb::connect(None).unwrap();
        let atoms = Atoms::new(&x).unwrap().reply().unwrap();
        let aux = CreateWindowAux::new().override_redirect(1);
        let [left, top] = TARGET.map(|place| place - 40);
        let create = || {
            let window = x.generate_id().unwrap();
            let (class, root) = (WindowClass::INPUT_OUTPUT, stage.root);
            x.create_window(0, window, root, left, top, 80, 80, 0, class, 0, &aux).unwrap();
            window
        };
        let window = create();
        let proxy = if has_proxy { create() } else { window };
        let (mode, kind) = (PropMode::REPLACE, AtomEnum::ATOM);
        x.change_property32(mode, proxy, atoms.XdndAware, kind, &[5]).unwrap();
        if has_proxy {
            for named in [window, proxy] {
                let kind = AtomEnum::WINDOW;
                x.change_property32(mode, named, atoms.XdndProxy, kind, &[proxy]).unwrap();
            }
        }
        x.map_window(window).unwrap().check().unwrap();
        Self { x, atoms, window, proxy, takes: Cell::new(None) }
    }

    /// The next message of that kind. Those before it tell places, and are answered.
    fn hear(&self, stage: &mut Stage, kind: u32) -> [u32; 5] {
        let begun = Instant::now();
        loop {
            stage.host.answer_requests();
            match self.x.poll_for_event().unwrap() {
                Some(Event::ClientMessage(message)) => {
                    assert_eq!(message.window, self.window);
                    let (found, data) = (message.type_, message.data.as_data32());
                    let tells_place = found == self.atoms.XdndPosition;
                    if let Some(takes) = self.takes.get().filter(|_| tells_place) {
                        let action = if takes { self.atoms.XdndActionCopy } else { 0 };
                        self.answer(data[0], self.atoms.XdndStatus, [takes.into(), action]);
                    }
                    if found == kind {
                        return data;
                    }
                    assert!(tells_place, "{found} before {kind}");
                }
                _ => std::thread::yield_now(),
            }
            assert!(begun.elapsed() < PATIENCE, "there is no message {kind}");
        }
    }

    fn answer(&self, source: u32, kind: u32, data: [u32; 2]) {
        let [a, b] = data;
        let data = [self.window, a, 0, 0, b];
        let message = ClientMessageEvent::new(32, source, kind, data);
        self.x.send_event(false, source, EventMask::NO_EVENT, message).unwrap();
        self.x.flush().unwrap();
    }

    /// Waits for the drag, and takes it or not; from where it is.
    fn decide(&self, stage: &mut Stage, takes: bool) -> u32 {
        self.takes.set(Some(takes));
        stage.move_to(TARGET);
        let Atoms { XdndEnter, XdndPosition, XdndActionCopy, URI_LIST, .. } = self.atoms;
        let [source, version, types @ ..] = self.hear(stage, XdndEnter);
        assert_eq!((version >> 24, version & 1), (5, 0));
        assert!(types.contains(&URI_LIST));
        let [_, _, at, _, action] = self.hear(stage, XdndPosition);
        assert_eq!(action, XdndActionCopy);
        let [x, y] = TARGET.map(|place| place as u32);
        assert_eq!(at, x << 16 | y);
        source
    }

    /// What is dragged, as `kind`.
    fn fetch(&self, stage: &mut Stage, kind: u32, time: u32) -> Vec<u8> {
        let (window, selection) = (self.proxy, self.atoms.XdndSelection);
        self.x.convert_selection(window, selection, kind, selection, time).unwrap();
        self.x.flush().unwrap();
        let begun = Instant::now();
        loop {
            stage.host.answer_requests();
            if let Some(Event::SelectionNotify(given)) = self.x.poll_for_event().unwrap() {
                assert_eq!(given.property, selection);
                let any = AtomEnum::ANY;
                let property = self.x.get_property(true, window, selection, any, 0, 10_000);
                return property.unwrap().reply().unwrap().value;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing is given");
            std::thread::yield_now();
        }
    }

    /// Takes what is dropped; the path of it.
    fn take(&self, stage: &mut Stage) -> PathBuf {
        let source = self.decide(stage, true);
        stage.release();
        let Atoms { XdndDrop, XdndFinished, XdndActionCopy, TARGETS, URI_LIST, .. } = self.atoms;
        let [dropped_by, _, time, ..] = self.hear(stage, XdndDrop);
        assert_eq!(dropped_by, source);
        let kinds = self.fetch(stage, TARGETS, time);
        assert!(kinds.chunks(4).any(|kind| kind == URI_LIST.to_ne_bytes()));
        let text = String::from_utf8(self.fetch(stage, URI_LIST, time)).unwrap();
        let line = text.strip_suffix("\r\n").unwrap();
        self.answer(source, XdndFinished, [1, XdndActionCopy]);
        let path = line.strip_prefix("file://").unwrap().replace("%20", " ").replace("%2C", ",");
        assert!(!path.contains('%'), "{path}");
        path.into()
    }
}

#[test]
fn a_groove_is_dragged_out_as_a_midi_file() {
    let Some(mut stage) = Stage::new() else { return };
    for has_proxy in [false, true, false] {
        let target = Target::new(&stage, has_proxy);
        stage.pick_up();
        let path = target.take(&mut stage);
        stage.wait_until_over();
        assert_eq!(path.extension().unwrap(), "mid");
        let file = Performance::read(&std::fs::read(&path).unwrap()).unwrap();
        assert!(file.notes().count() > 10, "{}", path.display());
        std::fs::remove_file(path).unwrap();
    }
    stage.host.close_window().unwrap();
}

#[test]
fn a_drag_ends_however_its_target_behaves() {
    let Some(mut stage) = Stage::new() else { return };
    let Atoms { XdndEnter, XdndLeave, XdndDrop, .. } = stage.atoms;
    // It refuses.
    let target = Target::new(&stage, false);
    stage.pick_up();
    target.decide(&mut stage, false);
    stage.release();
    target.hear(&mut stage, XdndLeave);
    stage.wait_until_over();
    // It never answers.
    target.takes.set(None);
    stage.pick_up();
    stage.move_to(TARGET);
    target.hear(&mut stage, XdndEnter);
    stage.release();
    target.hear(&mut stage, XdndLeave);
    stage.wait_until_over();
    // It is left for a place where there is none.
    stage.pick_up();
    target.decide(&mut stage, true);
    stage.move_to(NOWHERE);
    target.hear(&mut stage, XdndLeave);
    stage.release();
    stage.wait_until_over();
    // Escape.
    stage.pick_up();
    target.decide(&mut stage, true);
    stage.simulate(KEY, ESCAPE, [0; 2]);
    stage.simulate(KEY_UP, ESCAPE, [0; 2]);
    target.hear(&mut stage, XdndLeave);
    stage.release();
    stage.wait_until_over();
    // It dies with the file over it, and after the drop.
    stage.pick_up();
    target.decide(&mut stage, true);
    drop(target);
    stage.release();
    stage.wait_until_over();
    let target = Target::new(&stage, false);
    stage.pick_up();
    target.decide(&mut stage, true);
    stage.release();
    target.hear(&mut stage, XdndDrop);
    drop(target);
    stage.wait_until_over();
    // The next one is as the first.
    let target = Target::new(&stage, false);
    stage.pick_up();
    std::fs::remove_file(target.take(&mut stage)).unwrap();
    stage.wait_until_over();
    // The window closes in the middle.
    stage.pick_up();
    target.decide(&mut stage, true);
    stage.host.close_window().unwrap();
    target.hear(&mut stage, XdndLeave);
    stage.release();
    stage.wait_until_over();
}

#[test]
fn a_groove_is_dragged_onto_a_slot_of_its_own_window() {
    let Some(mut stage) = Stage::new() else { return };
    stage.pick_up();
    stage.move_to([492, 624]);
    stage.release();
    wait_for(&mut stage.host, "slots", |slots| slots.starts_with("[[2,"));
    stage.wait_until_over();
    stage.host.close_window().unwrap();
}
