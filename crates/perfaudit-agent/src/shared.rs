//! The file that the agent and its reader share, mapped into this process.
#![expect(
    unsafe_code,
    reason = "other processes write the mapped file: it is read by atomics and volatile copies"
)]

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memmap2::MmapRaw;

use crate::layout::{
    FOLDER_BYTES, FORKED, FREE, Header, MAGIC, MAPPED, READY, SAMPLE, SLOT_HEAD, SLOTS_OFFSET, STARTED, Slot,
};
use crate::ring::{Counters, Record, StackSample};
use crate::{Sampling, Task};

/// The shared file. Its geometry is kept here and never read back: the target could have changed it.
#[derive(Debug)]
pub(crate) struct SharedFile {
    map: MmapRaw,
    slots: u64,
    slot_bytes: usize,
}

impl SharedFile {
    /// Gives the file its size and its header. `folder` is where processes put files of their own.
    pub(crate) fn make(file: &File, task: Task, folder: &Path) -> io::Result<Self> {
        let nothing = Sampling { period: Duration::ZERO, stack_bytes: 0, waiting: 1 };
        let sampling = if let Task::Sample(sampling) = task { sampling } else { nothing };
        let folder = folder.canonicalize()?;
        let folder = folder.as_os_str().as_bytes();
        if folder.len() >= FOLDER_BYTES {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let slots = u64::from(sampling.waiting.max(1));
        let stack = usize::try_from(sampling.stack_bytes).unwrap_or(usize::MAX).next_multiple_of(8);
        let slot_bytes = SLOT_HEAD + stack;
        let bytes = SLOTS_OFFSET as u64 + slots * slot_bytes as u64;
        // Written, not only stretched: a target that fills a hole of a full disk would be ended by SIGBUS.
        io::copy(&mut io::repeat(0).take(bytes), &mut &*file)?;
        let map = MmapRaw::map_raw(file)?;
        let shared = Self { map, slots, slot_bytes };
        let header = shared.header();
        header.file_bytes.store(bytes, Ordering::Relaxed);
        header.slots.store(slots, Ordering::Relaxed);
        header.slot_bytes.store(slot_bytes as u64, Ordering::Relaxed);
        let period = u64::try_from(sampling.period.as_nanos()).unwrap_or(u64::MAX);
        header.period_ns.store(period, Ordering::Relaxed);
        let (heap, mean, seed) = match task {
            Task::Sample(_) => (0, 0, 0),
            Task::CountAllocations => (1, 0, 0),
            Task::SampleAllocations(sampling) => (1, sampling.mean_bytes.get().into(), sampling.seed),
        };
        header.heap.store(heap, Ordering::Relaxed);
        header.heap_mean.store(mean, Ordering::Relaxed);
        header.heap_seed.store(seed, Ordering::Relaxed);
        for (place, byte) in header.folder.iter().zip(folder) {
            place.store(*byte, Ordering::Relaxed);
        }
        header.magic.store(MAGIC, Ordering::Release);
        Ok(shared)
    }

    fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, longer than a header, lives as long as `self`, and a header is made of
        // atomics only, for which every content is valid.
        unsafe { &*self.map.as_ptr().cast::<Header>() }
    }

    pub(crate) fn take_over(&self, program: &Path, detours: &[crate::Detour]) -> bool {
        crate::detour::write(self.header(), program, detours)
    }

    pub(crate) fn counters(&self) -> Counters {
        let header = self.header();
        Counters {
            lost: header.lost.load(Ordering::Relaxed),
            refused_threads: header.refused.load(Ordering::Relaxed),
            refused_detours: header.detours_refused.load(Ordering::Relaxed),
            refused_heaps: header.heap_refused.load(Ordering::Relaxed),
            processes: header.processes.load(Ordering::Relaxed),
            threads: header.threads.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn read(&self, is_over: bool, each: &mut dyn FnMut(Record<'_>)) -> u64 {
        let header = self.header();
        let mut room = vec![0; self.slot_bytes - SLOT_HEAD];
        let mut records = 0;
        let mut tail = header.tail.load(Ordering::Relaxed);
        // The target could have written anything here: never more than one round.
        let waiting = header.head.load(Ordering::Acquire).wrapping_sub(tail).min(self.slots);
        for _ in 0..waiting {
            let place = usize::try_from(tail % self.slots).expect("the number of slots fits into memory");
            let start = self.map.as_mut_ptr().wrapping_add(SLOTS_OFFSET + place * self.slot_bytes);
            // SAFETY: the slot lies within the mapping and begins at a multiple of 8; its head is made of atomics.
            let slot = unsafe { &*start.cast::<Slot>() };
            if slot.state.load(Ordering::Acquire) == READY {
                let bytes = usize::try_from(slot.bytes.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
                let bytes = bytes.min(room.len());
                // SAFETY: source and target are both that long and do not overlap; the writer of this slot is done, and
                // a target that writes nevertheless changes bytes, not what Rust knows of them.
                unsafe {
                    std::ptr::copy_nonoverlapping(start.wrapping_add(SLOT_HEAD), room.as_mut_ptr(), bytes);
                }
                if let Some(record) = record(slot, &room[..bytes]) {
                    each(record);
                    records += 1;
                }
            } else if is_over {
                header.lost.fetch_add(1, Ordering::Relaxed);
            } else {
                break;
            }
            slot.state.store(FREE, Ordering::Release);
            tail = tail.wrapping_add(1);
            header.tail.store(tail, Ordering::Release);
        }
        records
    }
}

/// What a slot says; none if it says what nobody knows.
fn record<'a>(slot: &Slot, bytes: &'a [u8]) -> Option<Record<'a>> {
    let process = slot.process.load(Ordering::Relaxed);
    let time_ns = slot.time_ns.load(Ordering::Relaxed);
    let mut name = [0; 16];
    for (place, word) in name.chunks_exact_mut(8).zip(&slot.name) {
        place.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes());
    }
    match slot.kind.load(Ordering::Relaxed) {
        SAMPLE => Some(Record::Sample(StackSample {
            process,
            thread: slot.thread.load(Ordering::Relaxed),
            name,
            weight: 1 + u64::from(slot.overrun.load(Ordering::Relaxed)),
            time_ns,
            instruction: slot.instruction.load(Ordering::Relaxed),
            stack_pointer: slot.stack_pointer.load(Ordering::Relaxed),
            frame_pointer: slot.frame_pointer.load(Ordering::Relaxed),
            link: slot.link.load(Ordering::Relaxed),
            stack: bytes,
        })),
        STARTED => Some(Record::Started { process, name, time_ns, maps: bytes }),
        MAPPED => Some(Record::Mapped { process, maps: bytes }),
        FORKED => Some(Record::Forked { process, parent: slot.parent.load(Ordering::Relaxed), time_ns }),
        _ => None,
    }
}
