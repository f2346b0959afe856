//! A value for each instrument.

use std::ops::{Index, IndexMut};

use groove::{INSTRUMENTS, Instrument};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A value for each instrument, kick first. In JSON an object with their ids as names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerInstrument<T>([T; INSTRUMENTS]);

impl<T> PerInstrument<T> {
    /// `of` applied to each instrument.
    pub(crate) fn new(of: impl FnMut(Instrument) -> T) -> Self {
        Self(Instrument::ALL.map(of))
    }

    /// Each instrument with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Instrument, &T)> {
        Instrument::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Instrument> for PerInstrument<T> {
    type Output = T;

    fn index(&self, instrument: Instrument) -> &T {
        &self.0[instrument.index()]
    }
}

impl<T> IndexMut<Instrument> for PerInstrument<T> {
    fn index_mut(&mut self, instrument: Instrument) -> &mut T {
        &mut self.0[instrument.index()]
    }
}

impl<T: Serialize> Serialize for PerInstrument<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(INSTRUMENTS))?;
        for (instrument, value) in self.iter() {
            map.serialize_entry(instrument.id(), value)?;
        }
        map.end()
    }
}
