//! Opens the built CLAP's window in a host's window under X11, to see and measure the real thing.
//!
//! ```text
//! cargo run -p jangdan --example host_window -- PLUGIN.clap STEP...
//!
//!   open, close       the plugin's window
//!   play, stop        the transport, in real time
//!   resize=WxH        the host's window, in pixels
//!   save=F, load=F    the project's state, in the file F
//!   wait=S            seconds; prints the processor time they took, in per cent of one core
//! ```
//!
//! Without a display, run it under `xvfb-run -s "-screen 0 1280x1024x24"`.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match x11::run(std::env::args().skip(1)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("error: this needs X11");
}

#[cfg(target_os = "linux")]
mod x11 {
    use std::error::Error;
    use std::time::{Duration, Instant};

    use testhost::{Host, HostError, Transport};
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::{
        ConfigureWindowAux, ConnectionExt, CreateWindowAux, WindowClass,
    };
    use x11rb::rust_connection::RustConnection;

    const RATE: f64 = 48_000.0;
    const BLOCK: u32 = 512;
    const TEMPO: f64 = 100.0;

    /// A host with one plugin, one window and a transport.
    struct Session {
        host: Host,
        x: RustConnection,
        window: u32,
        is_playing: bool,
        /// Samples of the song played.
        played: u64,
        time: u64,
    }

    pub(super) fn run(mut words: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
        let plugin = words.next().ok_or("name the plugin's file, then the steps")?;
        let mut host = Host::load(plugin)?;
        host.activate(RATE, BLOCK)?;
        let (x, screen) = x11rb::connect(None)?;
        let window = x.generate_id()?;
        let root = &x.setup().roots[screen];
        let look = CreateWindowAux::new().background_pixel(root.white_pixel);
        let (depth, visual) = (root.root_depth, root.root_visual);
        let class = WindowClass::INPUT_OUTPUT;
        x.create_window(depth, window, root.root, 0, 0, 640, 480, 0, class, visual, &look)?;
        x.map_window(window)?;
        x.flush()?;
        let mut session = Session { host, x, window, is_playing: false, played: 0, time: 0 };
        for step in words {
            session.step(&step).map_err(|error| format!("{step}: {error}"))?;
        }
        Ok(())
    }

    impl Session {
        fn step(&mut self, step: &str) -> Result<(), Box<dyn Error>> {
            match step.split_once('=').unwrap_or((step, "")) {
                ("open", _) => {
                    let (width, height) = self.host.open_window(self.window)?;
                    println!("open: {width} x {height}");
                    self.resize(width, height)?;
                }
                ("close", _) => self.host.close_window()?,
                ("play", _) => self.is_playing = true,
                ("stop", _) => self.is_playing = false,
                ("resize", size) => {
                    let (width, height) = size.split_once('x').ok_or("no size WxH")?;
                    let (width, height) = (width.parse()?, height.parse()?);
                    self.resize(width, height)?;
                    self.host.resize_window(width, height)?;
                }
                ("save", file) => std::fs::write(file, self.host.save_state()?)?,
                ("load", file) => self.host.load_state(&std::fs::read(file)?)?,
                ("wait", seconds) => self.wait(Duration::from_secs_f64(seconds.parse()?))?,
                _ => return Err("there is no such step".into()),
            }
            Ok(())
        }

        fn resize(&self, width: u32, height: u32) -> Result<(), Box<dyn Error>> {
            let size = ConfigureWindowAux::new().width(width).height(height);
            self.x.configure_window(self.window, &size)?;
            self.x.flush()?;
            Ok(())
        }

        /// Runs the host's main loop and, in real time, its audio.
        fn wait(&mut self, length: Duration) -> Result<(), Box<dyn Error>> {
            let (start, used) = (Instant::now(), processor_seconds()?);
            let first = self.time;
            while start.elapsed() < length {
                self.host.answer_requests();
                if let Some((width, height)) = self.host.take_window_request() {
                    println!("the window asks for {width} x {height}");
                    self.resize(width, height)?;
                    self.host.resize_window(width, height)?;
                }
                while ((self.time - first) as f64) < start.elapsed().as_secs_f64() * RATE {
                    let beats = self.played as f64 / RATE * TEMPO / 60.0;
                    let transport = Transport {
                        is_playing: self.is_playing,
                        ..Transport::playing(beats, TEMPO)
                    };
                    match self.host.process(BLOCK, Some(&transport), &[]) {
                        // nice-plug 0.4.2 sends what the window has set after the block's notes, at its first
                        // sample. Hosts sort events, and so none of them minds.
                        Err(HostError::OutOfOrder { offset: 0, .. }) => {}
                        result => result?,
                    }
                    self.host.take_recording();
                    self.time += u64::from(BLOCK);
                    self.played += u64::from(BLOCK) * u64::from(self.is_playing);
                }
                std::thread::sleep(Duration::from_millis(4));
            }
            let share = (processor_seconds()? - used) / start.elapsed().as_secs_f64();
            println!("{:.1} s at {:.1} % of a core", start.elapsed().as_secs_f64(), share * 100.0);
            Ok(())
        }
    }

    /// Processor time of this process so far, threads that have ended included.
    fn processor_seconds() -> Result<f64, Box<dyn Error>> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let fields = stat.rsplit_once(')').ok_or("no stat")?.1;
        let ticks: Vec<f64> =
            fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(ticks.iter().sum::<f64>() / 100.0) // Linux counts hundredths of a second for programs
    }
}
