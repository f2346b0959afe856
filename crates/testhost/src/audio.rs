//! The audio thread's side of a plugin: blocks, and what came of them.

use std::collections::VecDeque;

use clack_extensions::params::PluginParams;
use clack_host::prelude::*;

use crate::error::HostError;
use crate::handlers::{Handlers, Requests, in_audio_call};
use crate::input::{Input, input_events};
use crate::recording::{BlockEvents, Recording};
use crate::transport::Transport;

/// What an activated plugin was promised.
struct Activation {
    processor: PluginAudioProcessor<Handlers>,
    max_frames: u32,
}

/// The audio thread's side of a plugin. It may be another thread than its host's.
pub struct Audio {
    activation: Option<Activation>,
    /// Samples processed since loading.
    time: u64,
    room: usize,
    /// Stereo outputs.
    pub(crate) outputs: usize,
    /// Of these, the last ones that the plugin is not handed.
    pub(crate) withheld: usize,
    /// Whether there is an input, and what it is to hear, the next sample first; silence after that.
    pub(crate) has_input: bool,
    pub(crate) heard: VecDeque<f32>,
    recording: Recording,
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            activation: None,
            time: 0,
            room: usize::MAX,
            outputs: 1,
            withheld: 0,
            has_input: false,
            heard: VecDeque::new(),
            recording: Recording::default(),
        }
    }
}

impl Audio {
    /// Readies `processor` for blocks of 1 to `max_frames` frames and starts it.
    pub(crate) fn start(
        &mut self,
        processor: StoppedPluginAudioProcessor<Handlers>,
        max_frames: u32,
    ) -> Result<(), HostError> {
        let mut processor = PluginAudioProcessor::from(processor);
        processor.start_processing()?;
        self.activation = Some(Activation { processor, max_frames });
        Ok(())
    }

    /// Stops processing and hands out what was started; nothing if nothing was.
    pub(crate) fn stop(&mut self) -> Option<StoppedPluginAudioProcessor<Handlers>> {
        Some(self.activation.take()?.processor.into_stopped())
    }

    /// Stops processing and starts again, without deactivation.
    ///
    /// # Errors
    /// [`HostError::Inactive`], or if the plugin does not start again.
    pub fn pause(&mut self) -> Result<(), HostError> {
        let processor = &mut self.activation.as_mut().ok_or(HostError::Inactive)?.processor;
        processor.ensure_processing_stopped();
        processor.start_processing()?;
        Ok(())
    }

    /// Clears voices and play state, as hosts do on a jump.
    ///
    /// # Errors
    /// [`HostError::Inactive`].
    pub fn reset(&mut self) -> Result<(), HostError> {
        self.activation.as_mut().ok_or(HostError::Inactive)?.processor.reset();
        Ok(())
    }

    /// Sends events without a block. `false` if this is for the main thread to do: the plugin is inactive.
    pub(crate) fn flush(&mut self, params: PluginParams, inputs: &[Input]) -> bool {
        let Some(activation) = &mut self.activation else { return false };
        let events = input_events(inputs);
        let mut plugin = activation.processor.plugin_handle();
        params.flush_active(&mut plugin, &events.as_input(), &mut OutputEvents::void());
        true
    }

    pub(crate) fn refuse_events_beyond(&mut self, count: usize) {
        self.room = count;
    }

    /// Plays one block of `frames` frames into the [`recording`](Self::recording).
    ///
    /// `inputs` must be in order of their offsets.
    ///
    /// # Errors
    /// If the plugin fails, or breaks a rule of CLAP: the block is recorded all the same.
    #[allow(unsafe_code)]
    pub fn process(
        &mut self,
        frames: u32,
        transport: Option<&Transport>,
        inputs: &[Input],
    ) -> Result<(), HostError> {
        let activation = self.activation.as_mut().ok_or(HostError::Inactive)?;
        if frames == 0 || frames > activation.max_frames {
            return Err(HostError::BlockLength { frames, max: activation.max_frames });
        }
        let input = input_events(inputs);
        // NaN shows samples that the plugin leaves unwritten.
        let mut buffers = vec![[(); 2].map(|()| vec![f32::NAN; frames as usize]); self.outputs];
        let mut ports = AudioPorts::with_capacity(2 * self.outputs, self.outputs);
        let outputs = ports.with_output_buffers(buffers.iter_mut().map(|channels| {
            let channels = channels.iter_mut().map(Vec::as_mut_slice);
            let channels = AudioPortBufferType::f32_output_only(channels);
            AudioPortBuffer { latency: 0, channels }
        }));
        let mut next = || self.heard.pop_front().unwrap_or(0.0);
        let mut sound: Vec<f32> = match self.has_input {
            true => (0..frames).map(|_| next()).collect(),
            false => Vec::new(),
        };
        let mut sides = [sound.clone(), std::mem::take(&mut sound)];
        let mut input_ports = AudioPorts::with_capacity(2, 1);
        let heard = match self.has_input {
            true => input_ports.with_input_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_input_only(
                    sides.iter_mut().map(InputChannel::variable),
                ),
            }]),
            false => InputAudioBuffers::empty(),
        };
        let handed = self.outputs - self.withheld;
        // SAFETY: the buffers are those of this block, some of them.
        let mut outputs = unsafe {
            OutputAudioBuffers::from_raw_buffers(&mut outputs.into_raw_buffers()[..handed], frames)
        };
        let mut events = BlockEvents {
            recording: &mut self.recording,
            start: self.time,
            frames,
            room: self.room,
            previous: 0,
            error: None,
        };
        let processor = activation.processor.as_started_mut()?;
        let status = in_audio_call(|| {
            processor.process(
                &heard,
                &mut outputs,
                &input.as_input(),
                &mut OutputEvents::from_buffer(&mut events),
                Some(self.time),
                transport.map(|transport| transport.event()).as_ref(),
            )
        });
        let mut error = events.error;
        self.recording.aux.resize_with(self.outputs - 1, Default::default);
        let recorded = std::iter::once(&mut self.recording.audio).chain(&mut self.recording.aux);
        for (port, (recorded, buffers)) in recorded.zip(buffers).enumerate() {
            for (side, samples) in buffers.into_iter().enumerate() {
                if let Some(offset) = samples.iter().position(|sample| !sample.is_finite()) {
                    let (value, channel) = (samples[offset], 2 * port + side);
                    error.get_or_insert(HostError::BadSample { channel, offset, value });
                }
                recorded[side].extend(samples);
            }
        }
        self.time += u64::from(frames);
        status?;
        if let Some(call) = activation.processor.access_shared_handler(Requests::misplaced) {
            error.get_or_insert(HostError::WrongThread(call));
        }
        error.map_or(Ok(()), Err)
    }

    /// What was played so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    pub(crate) fn take_recording(&mut self) -> Recording {
        std::mem::take(&mut self.recording)
    }
}
