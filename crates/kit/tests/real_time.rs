//! The audio thread's promise: nothing but `new` and `set_sample_rate` allocates or frees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use groove::{INSTRUMENTS, Instrument};
use kit::{InstrumentSettings, Kit, Model, Settings};

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting the calls of each thread.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract; the
// counter is a constant-initialised thread-local without a destructor, so it never allocates itself.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn striking_choking_setting_rendering_and_resetting_never_allocate() {
    let mut kit = Kit::new(48_000.0);
    let (mut left, mut right) = (vec![0.0; 500], vec![0.0; 500]);
    let mut stem = vec![0.0; 1000];
    let before = CALLS.get();
    assert!(before > 0, "the counter does not count");
    for round in 0..100 {
        for instrument in Instrument::ALL {
            kit.trigger(instrument, 0.01 * round as f32);
            kit.render(&mut left[..round * 5], &mut right[..round * 5]);
        }
        let x = 0.01 * round as f32;
        let model = [Model::DryRoom, Model::LargeRoom, Model::Electronic][round % 3];
        let one = InstrumentSettings { level: x, pan: x, tune: 5.0 * x };
        let instruments = [one; INSTRUMENTS];
        kit.set(&Settings { model, tune: -x, damping: x, room: x, instruments });
        kit.choke(Instrument::Crash);
        kit.render(&mut left, &mut right);
        let (a, b) = stem.split_at_mut(500);
        let mut stems = std::array::from_fn(|_| None);
        stems[3] = Some([a, b]);
        kit.render_stems(&mut left, &mut right, &mut stems);
    }
    while !kit.is_silent() {
        kit.render(&mut left, &mut right);
    }
    kit.trigger(Instrument::Ride, 1.0);
    kit.reset();
    assert_eq!(CALLS.get(), before);
}
