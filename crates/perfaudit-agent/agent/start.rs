//! What happens when the library is loaded, and in the child of a fork.

use core::ffi::{c_char, c_int};
use core::sync::atomic::Ordering;

use crate::layout::{FILE_VARIABLE, FORKED, MAPPED, STARTED};
use crate::region::{Region, sign};
use crate::{heap, sampling, sys, threads};

/// What the loader of glibc passes to a constructor.
type Constructor = extern "C" fn(c_int, *const *const c_char, *const *const c_char);

/// The loader calls this before every other constructor (the library is linked with `initfirst`), so that what those
/// allocate is counted; the C library's own `environ` is not set by then.
#[used]
#[unsafe(link_section = ".init_array")]
static START: Constructor = start;

extern "C" fn start(_: c_int, _: *const *const c_char, environment: *const *const c_char) {
    // Also where nothing is to be counted: the hooks stand before the functions all the same.
    heap::look_up_all();
    // SAFETY: the loader passes the environment, and nothing changes it meanwhile.
    let Some(path) = (unsafe { variable(environment, FILE_VARIABLE.as_bytes()) }) else { return };
    // SAFETY: the values of the environment end with a zero byte.
    let Some(region) = (unsafe { Region::open(path) }) else { return };
    region.count_process();
    threads::remember_stack_end(path as usize);
    threads::install();
    if region.header().heap.load(Ordering::Relaxed) != 0 {
        heap::install();
    }
    if region.header().period_ns.load(Ordering::Relaxed) != 0 && sampling::install() {
        tell_maps(&region);
        threads::adopt(&region);
    }
}

/// Tells what is mapped: the program and everything it was linked with. The reader may come too late to ask for it.
fn tell_maps(region: &Region) {
    let Some(file) = sys::open_maps() else { return };
    let mut kind = STARTED;
    let mut is_over = false;
    while !is_over {
        let is_written = region.write(|slot, room, bytes| {
            let mut length = 0;
            while length < bytes && !is_over {
                // SAFETY: the rest of the room is writable.
                let read = unsafe { sys::read(&file, room.add(length), bytes - length) };
                length += read;
                is_over = read == 0;
            }
            sign(slot, kind, length);
        });
        is_over |= !is_written;
        kind = MAPPED;
    }
}

/// Timers stay behind in a fork.
pub(crate) fn in_child(parent: u32) {
    if let Some(region) = Region::current() {
        region.count_process();
        if region.header().period_ns.load(Ordering::Relaxed) != 0 {
            region.write(|slot, _, _| {
                slot.parent.store(parent, Ordering::Relaxed);
                sign(slot, FORKED, 0);
            });
        }
        if region.header().heap.load(Ordering::Relaxed) != 0 {
            heap::in_child();
        }
        threads::adopt(&region);
    }
}

/// The value of a variable of the environment.
///
/// # Safety
/// `environment` must be null or a list of strings that ends with null.
unsafe fn variable(environment: *const *const c_char, name: &[u8]) -> Option<*const u8> {
    let mut entry = environment;
    if entry.is_null() {
        return None;
    }
    loop {
        // SAFETY: the list has not ended yet.
        let text = unsafe { entry.read() }.cast::<u8>();
        if text.is_null() {
            return None;
        }
        // SAFETY: a byte is read only when all before it were equal to those of the name, hence not the final zero.
        let is_named = (0..name.len()).all(|at| unsafe { text.add(at).read() } == name[at]);
        // SAFETY: as above: the string is at least as long as the name.
        if is_named && unsafe { text.add(name.len()).read() } == b'=' {
            // SAFETY: the final zero stands here at the earliest.
            return Some(unsafe { text.add(name.len() + 1) });
        }
        // SAFETY: the list has not ended yet.
        entry = unsafe { entry.add(1) };
    }
}
