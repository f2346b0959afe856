//! Lists of events, as the host keeps them.

use std::cell::RefCell;

use vst3::Class;
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::{Event, IEventList, IEventListTrait, NoteOffEvent, NoteOnEvent};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};

/// Events that the plugin sends, or is sent.
#[derive(Default)]
pub(crate) struct Events(pub(crate) RefCell<Vec<Event>>);

/// A key at a sample of the song: pressed (true) or let go.
pub(crate) type KeyPress = (usize, i16, bool);

impl Events {
    /// Those of `keys` that fall into the `frames` from `start` on.
    pub(crate) fn of(keys: &[KeyPress], start: usize, frames: usize) -> Self {
        let due = keys.iter().filter(|(at, ..)| (start..start + frames).contains(at));
        let events = due.map(|&(at, key, is_on)| {
            // SAFETY: a structure of numbers, for which zeros are values.
            let mut event: Event = unsafe { std::mem::zeroed() };
            event.sampleOffset = (at - start) as int32;
            if is_on {
                event.r#type = kNoteOnEvent as u16;
                // SAFETY: as above.
                let mut note: NoteOnEvent = unsafe { std::mem::zeroed() };
                (note.pitch, note.velocity, note.noteId) = (key, 0.8, -1);
                event.__field0.noteOn = note;
            } else {
                event.r#type = kNoteOffEvent as u16;
                // SAFETY: as above.
                let mut note: NoteOffEvent = unsafe { std::mem::zeroed() };
                (note.pitch, note.noteId) = (key, -1);
                event.__field0.noteOff = note;
            }
            event
        });
        Self(RefCell::new(events.collect()))
    }
}

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let Some(held) = self.0.borrow().get(index as usize).copied() else {
            return kInvalidArgument;
        };
        // SAFETY: the caller points to room for an event.
        unsafe { *event = held };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        // SAFETY: the caller points to an event.
        self.0.borrow_mut().push(unsafe { *event });
        kResultOk
    }
}
