//! Calls that an allocator makes of itself.
//!
//! An allocator that another library brings may call its own functions by their public names, for instance `malloc` from
//! `realloc`, and then comes by here once more for one request of the program. Such a call comes from that library while
//! the thread is in it already. What the program's own allocator, whose functions are taken over, asks of another is no
//! request of the program either. The C library's own allocator calls no public names.

use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::file::HeapFile;
use super::{detour, local};
use crate::tls;
use crate::unwind::{Start, module_of};

/// The library that brings the allocator, from its first address up to `END`, which is 0 for the C library.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Finds out whose allocator it is, by the address of its `malloc`.
pub(super) fn look_at_allocator(malloc: Option<usize>) {
    if let Some(module) = malloc.and_then(module_of).filter(|module| !module.is_c_library()) {
        START.store(module.start, Ordering::Relaxed);
        END.store(module.end, Ordering::Relaxed);
    }
}

/// Whether an allocator may call itself by here.
pub(super) fn may_nest() -> bool {
    END.load(Ordering::Relaxed) != 0 || detour::is_done()
}

/// A request of the program: while it lasts the thread is in the allocator.
pub(super) struct Request {
    flag: Option<(&'static Cell<bool>, bool)>,
}

impl Request {
    /// None for a call that the allocator makes of itself.
    #[inline(always)]
    pub(super) fn begin(start: Start) -> Option<Self> {
        if may_nest() { Self::of_other(start) } else { Some(Self { flag: None }) }
    }

    #[cold]
    #[inline(never)]
    fn of_other(start: Start) -> Option<Self> {
        if detour::is_done() && tls::is_in_allocator() {
            return None;
        }
        if END.load(Ordering::Relaxed) == 0 { Some(Self { flag: None }) } else { Self::of_library(start) }
    }

    #[cold]
    fn of_library(start: Start) -> Option<Self> {
        let flag = HeapFile::current().and_then(|heap| local::in_allocator(&heap));
        let Some(flag) = flag else { return Some(Self { flag: None }) };
        let library = START.load(Ordering::Relaxed)..END.load(Ordering::Relaxed);
        if flag.get() && library.contains(&start.return_address()) {
            return None;
        }
        // A signal handler of the program may allocate in the middle of another request.
        Some(Self { flag: Some((flag, flag.replace(true))) })
    }
}

impl Drop for Request {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some((flag, before)) = self.flag {
            flag.set(before);
        }
    }
}
