//! What each thread keeps to itself.

use core::cell::Cell;
use core::sync::atomic::{AtomicPtr, AtomicU8, Ordering, compiler_fence};

use super::file::HeapFile;
use super::sampled::Chooser;
use super::{add, nodes, sampled};
use crate::heap_layout::{CUT, MOST_THREADS, ThreadTotals};
use crate::unwind::{Start, Walker};
use crate::{sys, threads, tls};

/// What a thread keeps to itself; only this thread and its signal handlers see it. What every call needs is in [`tls`].
#[repr(C)]
pub(super) struct Local {
    chooser: Chooser,
    /// What the thread could pass over when the last block was counted: each block that is passed over since takes of it.
    left_at_last: Cell<u64>,
    /// Bytes allocated less bytes freed that the header does not know of.
    pending: Cell<i64>,
    /// Whether the thread is in this library: a signal handler that allocates must leave everything alone.
    is_busy: Cell<bool>,
    /// Whether the thread is in an allocator that is not the C library's.
    in_allocator: Cell<bool>,
    place: usize,
    walker: core::cell::UnsafeCell<Walker>,
}

/// The states of the places. They stay when a thread ends, for the next one at its place.
static STATES: [AtomicPtr<Local>; MOST_THREADS] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; MOST_THREADS];

/// The thread's state, in use.
pub(super) struct Entered {
    local: &'static Local,
}

impl Local {
    /// The state of this thread, unless it is in use already or there is no place left.
    #[inline]
    pub(super) fn enter(heap: &HeapFile) -> Option<Entered> {
        Self::of_thread(heap)?.enter_this()
    }

    /// The same for the state that [`Self::of_thread`] gave.
    #[inline]
    pub(super) fn enter_this(&'static self) -> Option<Entered> {
        if self.is_busy.replace(true) {
            return None;
        }
        compiler_fence(Ordering::SeqCst);
        Some(Entered { local: self })
    }

    #[inline]
    pub(super) fn place(&self) -> usize {
        self.place
    }

    #[inline]
    pub(super) fn chooser(&self) -> &Chooser {
        &self.chooser
    }

    /// Notes that a block is the last one that was allocated.
    #[inline]
    pub(super) fn set_last_block(&self, block: usize) {
        self.left_at_last.set(tls::passable());
        tls::set_last_block(block);
    }

    /// The state of this thread, unless there is no place left.
    #[inline]
    pub(super) fn of_thread(heap: &HeapFile) -> Option<&'static Self> {
        let known = tls::get().cast::<Self>();
        let local = if known.is_null() { Self::acquire(heap)? } else { known };
        // SAFETY: a state stays mapped, and only its thread reaches it.
        Some(unsafe { &*local })
    }

    #[cold]
    fn acquire(heap: &HeapFile) -> Option<*mut Self> {
        let place = (1..MOST_THREADS).find(|&place| {
            let taken: &AtomicU8 = heap.taken(place);
            taken.load(Ordering::Relaxed) == 0
                && taken.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        });
        let Some(place) = place else {
            heap.header().shared_threads.fetch_add(1, Ordering::Relaxed);
            heap.no_longer_alone();
            return None;
        };
        if place > 1 {
            heap.no_longer_alone();
        }
        heap.header().threads.fetch_max(u32::try_from(place + 1).unwrap_or(0), Ordering::Relaxed);
        let mut local = STATES[place].load(Ordering::Acquire);
        if local.is_null() {
            local = sys::map(size_of::<Self>())?.cast();
            // SAFETY: new memory that nobody else knows; zeros are a valid value of the other fields.
            unsafe { (&raw mut (*local).place).write(place) };
            STATES[place].store(local, Ordering::Release);
        }
        tls::set(local.cast());
        if sampled::passes_over() {
            tls::set_totals(core::ptr::from_ref(heap.totals(place)).cast_mut().cast());
            // SAFETY: a state stays mapped, and only its thread reaches it.
            unsafe { &*local }.chooser.go_on();
        }
        threads::leave_place_on_exit(place);
        Some(local)
    }
}

/// Adds a block to what the thread at a place allocated in all.
#[inline]
pub(super) fn count_in_totals(heap: &HeapFile, place: usize, bytes: usize) {
    add_to(heap.totals(place), bytes, place == 0);
}

#[inline(always)]
pub(super) fn add_to(totals: &ThreadTotals, bytes: usize, is_shared: bool) {
    add(&totals.count, 1, is_shared);
    add(&totals.bytes, bytes as u64, is_shared);
}

/// Takes a block out of what a thread that is alone at its place allocated in all.
pub(super) fn take_from(totals: &ThreadTotals, bytes: usize) {
    add(&totals.count, 1_u64.wrapping_neg(), false);
    add(&totals.bytes, (bytes as u64).wrapping_neg(), false);
}

/// Whether this thread is in an allocator that is not the C library's; none for a thread without a state.
pub(super) fn in_allocator(heap: &HeapFile) -> Option<&'static Cell<bool>> {
    Local::of_thread(heap).map(|local| &local.in_allocator)
}

/// Gives a place back when its thread ends.
pub(crate) fn leave(place: usize) {
    let Some(heap) = HeapFile::current() else { return };
    if place == 0 || place >= MOST_THREADS {
        return;
    }
    let local = STATES[place].load(Ordering::Acquire);
    if !local.is_null() {
        // SAFETY: a state stays mapped, and this thread is the one at the place.
        let local = unsafe { &*local };
        local.chooser.put_aside();
        let pending = local.pending.replace(0);
        heap.header().live_bytes.fetch_add(pending, Ordering::Relaxed);
    }
    forget_this();
    heap.taken(place).store(0, Ordering::Release);
}

/// In the child of a fork the threads are gone, and the states belong to the file of the parent.
pub(super) fn forget_all() {
    for state in &STATES {
        state.store(core::ptr::null_mut(), Ordering::Relaxed);
    }
    forget_this();
}

/// The thread then has no state.
fn forget_this() {
    tls::set_passable(0);
    tls::set_totals(core::ptr::null_mut());
    tls::set(core::ptr::null_mut());
}

impl Entered {
    #[inline]
    pub(super) fn place(&self) -> usize {
        self.local.place
    }

    /// Whether others count at the same place.
    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        self.local.place == 0
    }

    /// The node of the stack that starts at `start`.
    #[inline]
    pub(super) fn stack(&self, heap: &HeapFile, start: Start) -> u32 {
        // SAFETY: only the thread that entered uses its walker, and it entered once.
        let walker = unsafe { &mut *self.local.walker.get() };
        let child = |parent, address| nodes::child(heap, parent, address);
        walker.walk(start, threads::stack_limit(start.slot), child, || CUT)
    }

    #[inline]
    pub(super) fn set_last_block(&self, block: usize) {
        self.local.set_last_block(block);
    }

    /// Whether nothing was allocated or freed since this block was.
    #[inline]
    pub(super) fn was_last_block(&self, block: usize) -> bool {
        let is_last = tls::last_block() == block && self.local.left_at_last.get() == tls::passable();
        tls::set_last_block(0);
        is_last
    }

    /// Adds to what the header does not know of; answers how much that is.
    #[inline]
    pub(super) fn pending(&self, bytes: i64) -> i64 {
        let pending = self.local.pending.get() + bytes;
        self.local.pending.set(pending);
        pending
    }

    #[inline]
    pub(super) fn take_pending(&self) -> i64 {
        self.local.pending.replace(0)
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        self.local.is_busy.set(false);
    }
}
