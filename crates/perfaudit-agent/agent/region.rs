//! The shared file, mapped.

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crate::layout::{FREE, Header, MAGIC, READY, SLOT_HEAD, SLOTS_OFFSET, Slot};
use crate::sys;

/// A slot that a writer fills.
const TAKEN: u32 = 1;

/// The shared file; null until the agent has started, and for good where it has nothing to do.
static REGION: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());

/// The number of this process among those in which the library started.
static ORDINAL: AtomicU64 = AtomicU64::new(0);

/// Writes into a slot what it holds, and who wrote it when.
pub(crate) fn sign(slot: &Slot, kind: u32, bytes: usize) {
    slot.kind.store(kind, Ordering::Relaxed);
    slot.process.store(sys::process(), Ordering::Relaxed);
    slot.thread.store(sys::thread(), Ordering::Relaxed);
    slot.time_ns.store(sys::now_ns(), Ordering::Relaxed);
    for (place, word) in slot.name.iter().zip(sys::thread_name()) {
        place.store(word, Ordering::Relaxed);
    }
    slot.bytes.store(bytes as u64, Ordering::Relaxed);
}

/// The shared file of this process.
#[derive(Clone, Copy)]
pub(crate) struct Region {
    base: *mut u8,
}

impl Region {
    /// Maps the file.
    ///
    /// # Safety
    /// `path` must point to a string that ends with a zero byte.
    pub(crate) unsafe fn open(path: *const u8) -> Option<Self> {
        // SAFETY: the caller answers for the path.
        let first = unsafe { sys::map_file(path, SLOTS_OFFSET) }?;
        // SAFETY: the first page holds the header; the mapping is page-aligned.
        let header = unsafe { &*first.cast::<Header>() };
        let is_ours = header.magic.load(Ordering::Acquire) == MAGIC;
        let bytes = usize::try_from(header.file_bytes.load(Ordering::Relaxed)).unwrap_or(0);
        // SAFETY: nobody else knows this mapping.
        unsafe { sys::unmap(first, SLOTS_OFFSET) };
        if !is_ours || bytes <= SLOTS_OFFSET {
            return None;
        }
        // SAFETY: the caller answers for the path.
        let base = unsafe { sys::map_file(path, bytes) }?;
        REGION.store(base, Ordering::Release);
        Some(Self { base })
    }

    /// The region of this process, once it is there.
    pub(crate) fn current() -> Option<Self> {
        let base = REGION.load(Ordering::Acquire);
        (!base.is_null()).then_some(Self { base })
    }

    /// Counts this process as one in which the library started.
    pub(crate) fn count_process(&self) {
        ORDINAL.store(self.header().processes.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The number of this process among those in which the library started: no two have the same.
    pub(crate) fn ordinal() -> u64 {
        ORDINAL.load(Ordering::Relaxed)
    }

    pub(crate) fn header(&self) -> &Header {
        // SAFETY: the region begins with the header and stays mapped for the life of the process.
        unsafe { &*self.base.cast::<Header>() }
    }

    /// Fills a free slot; counts a loss when there is none and answers false. `fill` gets the slot's head and room for
    /// bytes.
    pub(crate) fn write(&self, fill: impl FnOnce(&Slot, *mut u8, usize)) -> bool {
        let header = self.header();
        let slots = header.slots.load(Ordering::Relaxed).max(1);
        let slot_bytes = usize::try_from(header.slot_bytes.load(Ordering::Relaxed)).unwrap_or(0);
        if slot_bytes < SLOT_HEAD {
            return false;
        }
        let mut head = header.head.load(Ordering::Relaxed);
        loop {
            if head.wrapping_sub(header.tail.load(Ordering::Acquire)) >= slots {
                header.lost.fetch_add(1, Ordering::Relaxed);
                return false;
            }
            match header.head.compare_exchange_weak(head, head + 1, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => break,
                Err(other) => head = other,
            }
        }
        let place = usize::try_from(head % slots).unwrap_or(0);
        // SAFETY: the file holds `slots` slots of `slot_bytes` behind the header, and each begins at a multiple of 8.
        let start = unsafe { self.base.add(SLOTS_OFFSET + place * slot_bytes) };
        // SAFETY: a slot begins with its head.
        let slot = unsafe { &*start.cast::<Slot>() };
        if slot.state.compare_exchange(FREE, TAKEN, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            // The reader gave up on a writer that now woke up: it holds the slot.
            header.lost.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        // SAFETY: the bytes follow the head within the slot.
        let room = unsafe { start.add(SLOT_HEAD) };
        fill(slot, room, slot_bytes - SLOT_HEAD);
        slot.state.store(READY, Ordering::Release);
        true
    }
}
