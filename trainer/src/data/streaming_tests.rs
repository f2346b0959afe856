//! Archives of any size are read a few megabytes at a time: beside the hits that windows are cut from, memory grows with the
//! list of files alone.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tests::{options, performance};
use super::*;

thread_local! {
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
}
/// Bytes in use by counted threads, and the most there were.
static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting what some threads take and give back.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract; the
// flag is a constant-initialised thread-local without a destructor, so it never allocates itself.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IS_COUNTED.get() {
            let in_use = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
            PEAK.fetch_max(in_use, Ordering::Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if IS_COUNTED.get() {
            IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that a load of `count` files of so many bars takes in use beyond what stays, and what stays.
fn beside_and_staying(count: usize, midi: &[u8]) -> (usize, usize) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::BufWriter::new(file.reopen().unwrap()));
    for i in 0..count {
        let name = format!("folder/{i:06}.mid");
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(midi).unwrap();
    }
    zip.finish().unwrap().flush().unwrap();
    // A pool of its own: what other tests take meanwhile does not count.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .start_handler(|_| IS_COUNTED.set(true))
        .build()
        .unwrap();
    pool.install(|| {
        IN_USE.store(0, Ordering::Relaxed);
        PEAK.store(0, Ordering::Relaxed);
        let data = load(&options(file.path(), Windowing::Bars)).unwrap();
        let staying = IN_USE.load(Ordering::Relaxed);
        assert_eq!(data.report.files, count);
        (PEAK.load(Ordering::Relaxed) - staying, staying)
    })
}

#[test]
fn memory_beside_the_windows_grows_with_the_list_of_files_but_not_with_what_is_in_them() {
    // The most files of an archive; `JANGDAN_FILES=100000` takes some minutes and two gigabytes.
    let files = std::env::var("JANGDAN_FILES").map_or(4000, |n| n.parse().expect("a number"));
    let midi = performance(100);
    let (of_few, staying_few) = beside_and_staying(files / 4, &midi);
    let (of_many, staying) = beside_and_staying(files, &midi);
    println!("{} bytes of MIDI in each file", midi.len());
    println!("{} files: {of_few} bytes beside {staying_few} that stay", files / 4);
    println!("{files} files: {of_many} bytes beside {staying} that stay");
    let per_file = of_many.saturating_sub(of_few) / (files - files / 4);
    assert!(per_file < 1000 && midi.len() > 4000, "{per_file} bytes for each further file");
}
