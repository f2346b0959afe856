//! Lists of a block's events that keep CLAP's order, whatever comes in and whatever the framework sends.
//!
//! CLAP has it that events come in the order of their samples, inside the block. nice-plug 0.4.2 sends what the window's
//! controls did after the notes of a block, but dated to its start: here it is dated to the last note, a few milliseconds
//! that only a recording of the automation sees. And it takes a host's word for the order: a transport before the last one
//! or beyond the block would have it write outside of the block's buffers.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI_SYSEX, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT,
    clap_event_header, clap_event_midi_sysex, clap_event_param_value, clap_input_events,
    clap_output_events,
};

use super::stepped::Stepped;

/// Room for a copy of any event of CLAP's own.
#[repr(C, align(8))]
struct Copied([u8; Self::ROOM]);

impl Copied {
    /// The largest, a transport, has 104 bytes.
    const ROOM: usize = 128;

    /// Copies `event` here, dated to sample `time`. Null if there is no room for it.
    ///
    /// # Safety
    /// `place` has no references to it, and `event` points to as many bytes as it says.
    unsafe fn fill(
        place: *mut Self,
        event: *const clap_event_header,
        time: u32,
    ) -> *const clap_event_header {
        // SAFETY: as the caller says.
        unsafe {
            let size = (*event).size as usize;
            if !(size_of::<clap_event_header>()..=Self::ROOM).contains(&size) {
                return std::ptr::null();
            }
            let copy = place.cast::<u8>();
            copy.copy_from_nonoverlapping(event.cast(), size);
            let header = copy.cast::<clap_event_header>();
            (*header).time = time;
            header
        }
    }
}

/// What the host sends, as the framework gets it.
pub(super) struct Inputs {
    host: *const clap_input_events,
    frames: u32,
    /// Sample of the last event that was handed on.
    latest: Cell<u32>,
    /// The last event that had to be dated otherwise. The framework reads each before it asks for the next one, but for
    /// transports, which are never copied.
    copied: UnsafeCell<Copied>,
}

impl Inputs {
    /// # Safety
    /// `host` is null or points to a list that outlives this one.
    pub(super) unsafe fn new(host: *const clap_input_events, frames: u32) -> Self {
        let copied = UnsafeCell::new(Copied([0; Copied::ROOM]));
        // A block of none is there for its events.
        Self { host, frames: frames.max(1), latest: Cell::new(0), copied }
    }

    /// The list to hand on; it must not outlive `self`.
    pub(super) fn list(&self) -> clap_input_events {
        let ctx = (&raw const *self).cast_mut().cast::<c_void>();
        clap_input_events { ctx, size: Some(Self::size), get: Some(Self::get) }
    }

    unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
        // SAFETY: the list is one of `list`, and the host's outlives it.
        unsafe {
            let host = (*(*list).ctx.cast::<Self>()).host;
            (*host).size.map_or(0, |size| size(host))
        }
    }

    /// The event at `index`; null, which the framework passes over, for one that means nothing where it is.
    unsafe extern "C" fn get(
        list: *const clap_input_events,
        index: u32,
    ) -> *const clap_event_header {
        // SAFETY: the list is one of `list`, the host's outlives it, and events are what they say they are.
        unsafe {
            let this = &*(*list).ctx.cast::<Self>();
            let event = (*this.host).get.map_or(std::ptr::null(), |get| get(this.host, index));
            if event.is_null() {
                return event;
            }
            let clap_event_header { time, space_id, type_, .. } = *event;
            let is = |wanted| space_id == CLAP_CORE_EVENT_SPACE_ID && type_ == wanted;
            if is(CLAP_EVENT_MIDI_SYSEX)
                && (*event.cast::<clap_event_midi_sysex>()).buffer.is_null()
            {
                return std::ptr::null();
            }
            let latest = this.latest.get();
            if time >= latest && time < this.frames {
                this.latest.set(time);
                return event;
            }
            if is(CLAP_EVENT_TRANSPORT) {
                return std::ptr::null();
            }
            let time = time.clamp(latest, this.frames - 1);
            this.latest.set(time);
            Copied::fill(this.copied.get().cast(), event, time)
        }
    }
}

/// What the framework sends, as the host gets it.
pub(super) struct Outputs<'a> {
    host: *const clap_output_events,
    stepped: &'a Stepped,
    /// Sample of the last event that the host took.
    latest: Cell<u32>,
}

impl<'a> Outputs<'a> {
    /// # Safety
    /// `host` is null or points to a list that outlives this one.
    pub(super) unsafe fn new(host: *const clap_output_events, stepped: &'a Stepped) -> Self {
        Self { host, stepped, latest: Cell::new(0) }
    }

    /// The list to hand on; it must not outlive `self`.
    pub(super) fn list(&self) -> clap_output_events {
        let ctx = (&raw const *self).cast_mut().cast::<c_void>();
        clap_output_events { ctx, try_push: Some(Self::try_push) }
    }

    unsafe extern "C" fn try_push(
        list: *const clap_output_events,
        event: *const clap_event_header,
    ) -> bool {
        // SAFETY: the list is one of `list`, the host's outlives it, and the framework's events are what they say they are.
        unsafe {
            let this = &*(*list).ctx.cast::<Self>();
            let Some(push) = (*this.host).try_push else { return false };
            let latest = this.latest.get();
            let mut copied = Copied([0; Copied::ROOM]);
            let is_value = (*event).space_id == CLAP_CORE_EVENT_SPACE_ID
                && (*event).type_ == CLAP_EVENT_PARAM_VALUE;
            let event = match (*event).time >= latest && !is_value {
                true => event,
                false => Copied::fill(&raw mut copied, event, latest.max((*event).time)),
            };
            if event.is_null() {
                return false;
            }
            if is_value {
                let change = &raw mut copied.0;
                let change = &mut *change.cast::<clap_event_param_value>();
                change.value = this.stepped.whole(change.param_id, change.value);
            }
            let time = (*event).time;
            let is_taken = push(this.host, event);
            if is_taken {
                this.latest.set(time);
            }
            is_taken
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use clap_sys::events::{
        CLAP_EVENT_NOTE_OFF, CLAP_EVENT_NOTE_ON, clap_event_note, clap_event_transport,
    };

    use super::*;

    fn header<E>(time: u32, type_: u16) -> clap_event_header {
        let size = size_of::<E>() as u32;
        clap_event_header { size, time, space_id: CLAP_CORE_EVENT_SPACE_ID, type_, flags: 0 }
    }

    fn note(time: u32, type_: u16, key: i16) -> clap_event_note {
        let header = header::<clap_event_note>(time, type_);
        clap_event_note { header, note_id: -1, port_index: 0, channel: 9, key, velocity: 1.0 }
    }

    fn transport(time: u32) -> clap_event_transport {
        // SAFETY: a structure of numbers, for which zeros are values.
        let mut event: clap_event_transport = unsafe { std::mem::zeroed() };
        event.header = header::<clap_event_transport>(time, CLAP_EVENT_TRANSPORT);
        event
    }

    /// A host's list of events.
    struct Sent(Vec<*const clap_event_header>);

    impl Sent {
        fn list(&self) -> clap_input_events {
            let ctx = (&raw const *self).cast_mut().cast();
            clap_input_events { ctx, size: Some(Self::size), get: Some(Self::get) }
        }

        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            // SAFETY: the list is one of `list`.
            let Self(events) = unsafe { &*(*list).ctx.cast() };
            events.len() as u32
        }

        unsafe extern "C" fn get(
            list: *const clap_input_events,
            index: u32,
        ) -> *const clap_event_header {
            // SAFETY: as above.
            let Self(events) = unsafe { &*(*list).ctx.cast() };
            events[index as usize]
        }
    }

    /// Samples, types and keys of what the framework gets of `sent` in a block of `frames`; none where it gets nothing.
    fn gets(sent: Vec<*const clap_event_header>, frames: u32) -> Vec<Option<(u32, u16, i16)>> {
        let sent = Sent(sent);
        let host = sent.list();
        // SAFETY: the lists outlive their use, and the events are whole.
        unsafe {
            let inputs = Inputs::new(&host, frames);
            let list = inputs.list();
            let get = |index| {
                let event = list.get.unwrap()(&list, index);
                (!event.is_null()).then(|| {
                    let clap_event_header { time, type_, .. } = *event;
                    let is_note = [CLAP_EVENT_NOTE_ON, CLAP_EVENT_NOTE_OFF].contains(&type_);
                    let key = if is_note { (*event.cast::<clap_event_note>()).key } else { 0 };
                    (time, type_, key)
                })
            };
            (0..list.size.unwrap()(&list)).map(get).collect()
        }
    }

    #[test]
    fn what_a_host_sends_in_order_is_handed_on_as_it_is() {
        let events = [note(0, CLAP_EVENT_NOTE_ON, 1), note(5, CLAP_EVENT_NOTE_OFF, 1)];
        let change = transport(5);
        let sent = vec![&raw const events[0].header, &raw const events[1].header, &change.header];
        let own = Sent(sent.clone());
        let host = own.list();
        // SAFETY: the lists outlive their use, and the events are whole.
        unsafe {
            let inputs = Inputs::new(&host, 6);
            let list = inputs.list();
            for (index, event) in sent.iter().enumerate() {
                // The framework asks twice for one that it stops at.
                for _ in 0..2 {
                    assert_eq!(list.get.unwrap()(&list, index as u32), *event);
                }
            }
        }
    }

    #[test]
    fn what_comes_late_counts_at_once_and_what_is_beyond_the_block_at_its_end() {
        let (on, off) = (CLAP_EVENT_NOTE_ON, CLAP_EVENT_NOTE_OFF);
        let events = [note(7, on, 1), note(3, on, 2), note(9, off, 1), note(64, off, 2)];
        let sent = events.iter().map(|event| &raw const event.header).collect();
        let got = [(7, on, 1), (7, on, 2), (9, off, 1), (63, off, 2)].map(Some);
        assert_eq!(gets(sent, 64), got);
    }

    #[test]
    fn a_transport_out_of_order_or_beyond_the_block_is_passed_over() {
        let events = [transport(0), transport(9), transport(4), transport(64), transport(u32::MAX)];
        let sent = events.iter().map(|event| &raw const event.header).collect();
        let got = |time| Some((time, CLAP_EVENT_TRANSPORT, 0));
        assert_eq!(gets(sent, 64), [got(0), got(9), None, None, None]);
        let first = transport(0);
        assert_eq!(gets(vec![&first.header], 0), [got(0)]);
    }

    #[test]
    fn what_is_no_event_is_passed_over() {
        let header = header::<clap_event_midi_sysex>(0, CLAP_EVENT_MIDI_SYSEX);
        let empty = clap_event_midi_sysex { header, port_index: 0, buffer: null_mut(), size: 9 };
        let mut endless = note(0, CLAP_EVENT_NOTE_ON, 1);
        (endless.header.size, endless.header.time) = (u32::MAX, 99);
        let sent = vec![std::ptr::null(), &raw const empty.header, &raw const endless.header];
        assert_eq!(gets(sent, 64), [None, None, None]);
    }

    /// What a host took.
    #[derive(Default)]
    struct Taken {
        events: Vec<(u32, u16)>,
        values: Vec<f64>,
        is_full: bool,
    }

    unsafe extern "C" fn take(
        list: *const clap_output_events,
        event: *const clap_event_header,
    ) -> bool {
        // SAFETY: the list is the test's, and the events are whole.
        unsafe {
            let taken = &mut *(*list).ctx.cast::<Taken>();
            if taken.is_full {
                return false;
            }
            taken.events.push(((*event).time, (*event).type_));
            if (*event).type_ == CLAP_EVENT_PARAM_VALUE {
                taken.values.push((*event.cast::<clap_event_param_value>()).value);
            }
            true
        }
    }

    #[test]
    fn a_control_s_move_after_a_note_is_dated_to_the_note() {
        let mut taken = Taken::default();
        let host = clap_output_events { ctx: (&raw mut taken).cast(), try_push: Some(take) };
        let value = |time, value| clap_event_param_value {
            header: header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE),
            param_id: 1,
            cookie: null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        };
        // SAFETY: the lists outlive their use, and the events are whole.
        let push = |is_full: bool, events: &[*const clap_event_header]| unsafe {
            (*host.ctx.cast::<Taken>()).is_full = is_full;
            let stepped = Stepped::default();
            let outputs = Outputs::new(&host, &stepped);
            let list = outputs.list();
            events.iter().map(|event| list.try_push.unwrap()(&list, *event)).collect::<Vec<_>>()
        };
        let (first, last) = (note(4, CLAP_EVENT_NOTE_ON, 36), note(90, CLAP_EVENT_NOTE_OFF, 36));
        let (moved, again) = (value(0, 0.25), value(0, 0.5));
        let sent: [*const clap_event_header; 4] =
            [&first.header, &last.header, &moved.header, &again.header];
        assert_eq!(push(false, &sent), [true; 4]);
        // A full host's answer is the framework's.
        assert_eq!(push(true, &sent), [false; 4]);
        let (on, off, value) = (CLAP_EVENT_NOTE_ON, CLAP_EVENT_NOTE_OFF, CLAP_EVENT_PARAM_VALUE);
        assert_eq!(taken.events, [(4, on), (90, off), (90, value), (90, value)]);
        assert_eq!(taken.values, [0.25, 0.5]);
    }
}
