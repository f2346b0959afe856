//! What the audio thread does while its worker does not answer.

use std::sync::Arc;
use std::time::Instant;

use nice_plug::context::process::SendEventError;
use nice_plug::midi::Key;
use nice_plug::prelude::NoteEvent;

use super::*;
use crate::generation::weights::{Fake, Gate};
use crate::state::chosen_file::ChosenFile;

const RATE: f32 = 48_000.0;
const FRAMES: usize = 4096;
/// Four bars at 120 beats a minute, and a little more.
const BLOCKS: u32 = 100;

/// What an instance sees of the host in one block, and sends it.
struct Block {
    transport: nice_plug::prelude::Transport,
    sent: Vec<NoteEvent<()>>,
}

impl ActivateContext<Jangdan> for () {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    fn execute(&self, (): ()) {}

    fn set_latency_samples(&self, _: u32) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}

impl ProcessContext<Jangdan> for Block {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    fn execute_background(&self, (): ()) {}

    fn execute_gui(&self, (): ()) {}

    fn transport(&self) -> &nice_plug::prelude::Transport {
        &self.transport
    }

    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        None
    }

    fn try_send_event(
        &mut self,
        event: NoteEvent<()>,
    ) -> Result<(), (NoteEvent<()>, SendEventError)> {
        self.sent.push(event);
        Ok(())
    }

    fn set_latency_samples(&self, _: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}

fn activate(plugin: &mut Jangdan, process_mode: ProcessMode) {
    let max_buffer_size = FRAMES as u32;
    let config =
        BufferConfig { sample_rate: RATE, min_buffer_size: None, max_buffer_size, process_mode };
    assert!(plugin.activate(&Jangdan::AUDIO_IO_LAYOUTS[0], &config, &mut ()));
    plugin.reset();
}

/// Plays one block at 120 beats a minute, and returns the keys that are struck.
fn play(plugin: &mut Jangdan, block: u32) -> Vec<(u32, u8)> {
    let mut transport = nice_plug::prelude::Transport::new(RATE);
    transport.playing = true;
    transport.tempo = Some(120.0);
    transport.pos_beats = Some(f64::from(block) * FRAMES as f64 * 2.0 / f64::from(RATE));
    let mut context = Block { transport, sent: Vec::new() };
    let mut sound = [vec![0.0; FRAMES], vec![0.0; FRAMES]];
    let mut buffer = Buffer::default();
    let [left, right] = &mut sound;
    #[expect(unsafe_code, reason = "the framework's way to make a buffer")]
    // SAFETY: the slices are equally long and live as long as `buffer`.
    unsafe {
        buffer.set_slices(FRAMES, |slices| *slices = vec![left, right]);
    }
    let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
    assert_eq!(plugin.process(&mut buffer, &mut aux, &mut context), ProcessStatus::KeepAlive);
    let struck = context.sent.into_iter().filter_map(|event| match event {
        NoteEvent::NoteOn { timing, key: Key::Number(key), .. } => Some((timing, key)),
        _ => None,
    });
    struck.collect()
}

/// What is struck in the first four bars.
fn notes(plugin: &mut Jangdan) -> Vec<Vec<(u32, u8)>> {
    (0..BLOCKS).map(|block| play(plugin, block)).collect()
}

/// What is struck where there is no network.
fn without_a_network() -> Vec<Vec<(u32, u8)>> {
    let mut plugin = Jangdan::with(|_| Err::<Arc<Fake>, _>("none".to_owned()));
    activate(&mut plugin, ProcessMode::Realtime);
    notes(&mut plugin)
}

/// An instance whose worker has come to `gate`, and no further.
fn stuck(gate: &Gate) -> Jangdan {
    let at_work = gate.clone();
    let plugin = Jangdan::with(move |_| {
        at_work.pass();
        Ok(Arc::new(Fake("fake")))
    });
    gate.wait_for_arrival();
    plugin
}

#[test]
fn while_the_worker_hangs_the_pattern_plays_on_in_real_time_and_what_it_makes_is_played_later() {
    let expected = without_a_network();
    assert!(expected.iter().flatten().count() > 60);
    let gate = Gate::default();
    let mut plugin = stuck(&gate);
    activate(&mut plugin, ProcessMode::Realtime);
    assert_eq!(notes(&mut plugin), expected);
    gate.open();
    let deadline = Instant::now() + Duration::from_secs(60);
    while notes(&mut plugin) == expected {
        assert!(Instant::now() < deadline, "nothing new is played");
    }
}

#[test]
fn an_offline_bounce_waits_for_a_hanging_worker_once_and_plays_on() {
    let gate = Gate::default();
    let mut plugin = stuck(&gate);
    activate(&mut plugin, ProcessMode::Offline);
    plugin.offline_timeout = Duration::from_millis(1);
    let mut played = vec![play(&mut plugin, 0)];
    // From here on it does not wait, whatever is asked for, or the test hangs.
    plugin.offline_timeout = Duration::from_secs(3600);
    for block in 1..BLOCKS {
        if block % 10 == 0 {
            plugin.params.slots.store(3, None);
        }
        played.push(play(&mut plugin, block));
    }
    assert_eq!(played, without_a_network());
    gate.open();
    let deadline = Instant::now() + Duration::from_secs(60);
    while notes(&mut plugin) == played {
        assert!(Instant::now() < deadline, "nothing new is played");
    }
}

#[test]
fn what_changes_while_a_bounce_waits_is_waited_for_as_it_is_then() {
    let gate = Gate::default();
    let mut plugin = stuck(&gate);
    activate(&mut plugin, ProcessMode::Offline);
    let (params, mut gui) = (plugin.params.clone(), plugin.gui.take().unwrap());
    let given_up = std::thread::scope(|scope| {
        let bounce = scope.spawn(|| {
            // In the second cycle: four bars have some 94 blocks.
            play(&mut plugin, BLOCKS);
            plugin.given_up
        });
        // By then it is about to wait.
        while gui.state().cycles[0] == 0 {
            std::thread::yield_now();
        }
        let chosen = ChosenFile { path: "another".into(), sha256: String::new() };
        params.weights.set(Some(chosen));
        gate.open();
        bounce.join().unwrap()
    });
    assert_eq!(given_up, None, "it has waited for what nobody wants any more");
}
