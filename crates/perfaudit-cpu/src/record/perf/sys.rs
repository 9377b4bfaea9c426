//! What of the kernel's interface has no safe form: opening an event, and the memory it is read from.

#![expect(unsafe_code, reason = "a system call without a safe wrapper, and memory shared with the kernel")]

use std::io;
use std::mem::size_of;
use std::num::NonZeroUsize;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

use nix::libc::c_void;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use perf_event_open_sys as perf;
use perf_event_open_sys::bindings::{PERF_FLAG_FD_CLOEXEC, perf_event_attr, perf_event_mmap_page};

/// The size of a record's header: type, flags, length.
pub(super) const HEADER_BYTES: usize = 8;

/// Opens an event of one thread, and of all that come from it if the event is inherited, on one CPU.
pub(super) fn open(attr: &perf_event_attr, thread: i32, cpu: u32) -> io::Result<OwnedFd> {
    let mut attr = *attr;
    attr.size = u32::try_from(size_of::<perf_event_attr>()).expect("a small struct");
    let cpu = i32::try_from(cpu).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // SAFETY: `attr` is a valid struct of the size it states and lives across the call; the kernel checks the rest.
    let fd = unsafe { perf::perf_event_open(&raw mut attr, thread, cpu, -1, PERF_FLAG_FD_CLOEXEC.into()) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call returned a new descriptor, which nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Has an event write to the ring of another one on the same CPU.
pub(super) fn redirect(event: &OwnedFd, ring: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both are open descriptors of events, and the kernel checks that they fit together.
    let done = unsafe { perf::ioctls::SET_OUTPUT(event.as_raw_fd(), ring.as_raw_fd()) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Has an event and all that were inherited from it begin or end to sample.
pub(super) fn switch(event: &OwnedFd, is_on: bool) -> io::Result<()> {
    // SAFETY: it is an open descriptor of an event, and the calls take no memory.
    let done = unsafe {
        if is_on {
            perf::ioctls::ENABLE(event.as_raw_fd(), 0)
        } else {
            perf::ioctls::DISABLE(event.as_raw_fd(), 0)
        }
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The bytes of the struct, for a parser of them.
pub(super) fn bytes_of(attr: &perf_event_attr) -> &[u8] {
    // SAFETY: the struct is plain numbers in C layout without padding, all of which are initialised.
    unsafe { std::slice::from_raw_parts(ptr::from_ref(attr).cast(), size_of::<perf_event_attr>()) }
}

/// The ring that the kernel writes records of one CPU into.
///
/// The kernel writes between its head and our tail, we read between tail and head (`perf_event_open(2)`, "MMAP
/// layout"): what was not yet released does not change.
#[derive(Debug)]
pub(super) struct Ring {
    event: OwnedFd,
    /// One page of control, then a power of two of pages of records.
    memory: NonNull<c_void>,
    mapped_bytes: NonZeroUsize,
    page_bytes: usize,
    /// Where the next record that was not taken begins.
    tail: u64,
    /// A record that goes over the end of the ring is put together here.
    joined: Vec<u8>,
}

// SAFETY: the memory belongs to the value alone; nothing of it depends on the thread.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps a ring of `bytes`, which is a power of two of pages.
    pub(super) fn map(event: OwnedFd, bytes: usize) -> io::Result<Self> {
        let page_bytes = page_bytes();
        let mapped_bytes = NonZeroUsize::new(bytes + page_bytes).expect("a ring has a page of control");
        // SAFETY: a new mapping at a place that the kernel chooses, which nothing else refers to.
        let memory = unsafe {
            mmap(
                None,
                mapped_bytes,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                MapFlags::MAP_SHARED,
                &event,
                0,
            )?
        };
        Ok(Self { event, memory, mapped_bytes, page_bytes, tail: 0, joined: Vec::new() })
    }

    /// The event that owns the ring.
    pub(super) fn event(&self) -> &OwnedFd {
        &self.event
    }

    /// Where the kernel writes next; counts up for ever.
    pub(super) fn head(&self) -> u64 {
        let page: NonNull<perf_event_mmap_page> = self.memory.cast();
        // SAFETY: the mapping begins with this struct, and head is an aligned number that is only used atomically.
        // Acquire: what the kernel wrote before is read after.
        unsafe { AtomicU64::from_ptr(&raw mut (*page.as_ptr()).data_head).load(Ordering::Acquire) }
    }

    /// The next record with its header, if it ends at `head` or before.
    pub(super) fn next(&mut self, head: u64) -> Option<&[u8]> {
        let waiting = usize::try_from(head.checked_sub(self.tail)?).ok()?;
        if waiting < HEADER_BYTES {
            return None;
        }
        // Records are aligned to 8 bytes, so a header is never cut.
        let header = self.piece(self.tail, HEADER_BYTES);
        let length = usize::from(u16::from_ne_bytes([header[6], header[7]]));
        if length < HEADER_BYTES || length > waiting {
            return None;
        }
        let first = self.piece(self.tail, length).len();
        if first == length {
            return Some(self.piece(self.tail, length));
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        joined.extend_from_slice(self.piece(self.tail, first));
        joined.extend_from_slice(self.piece(self.tail + first as u64, length - first));
        self.joined = joined;
        Some(&self.joined)
    }

    /// Goes past a record of this length; the kernel learns of it by [`Ring::release`].
    pub(super) fn advance(&mut self, length: usize) {
        self.tail += length as u64;
    }

    /// Gives what was taken back to the kernel.
    pub(super) fn release(&mut self) {
        let page: NonNull<perf_event_mmap_page> = self.memory.cast();
        // SAFETY: as in `head`. Release: what was read before is not read after.
        unsafe {
            AtomicU64::from_ptr(&raw mut (*page.as_ptr()).data_tail).store(self.tail, Ordering::Release);
        }
    }

    /// Whether something lies before `head`.
    pub(super) fn is_behind(&self, head: u64) -> bool {
        self.tail < head
    }

    /// Gives every record up to `head` back without looking at it.
    pub(super) fn skip_to(&mut self, head: u64) {
        self.tail = head;
        self.release();
    }

    /// What lies at a position, up to the end of the ring.
    fn piece(&self, position: u64, length: usize) -> &[u8] {
        let bytes = self.mapped_bytes.get() - self.page_bytes;
        let start = usize::try_from(position % bytes as u64).expect("below the size of the ring");
        let length = length.min(bytes - start);
        // SAFETY: inside of the mapping, because `start + length <= bytes` and records begin after one page. Callers
        // ask for what lies between tail and head, which the kernel does not write until it is released, and
        // releasing needs `&mut self`.
        unsafe {
            let records = self.memory.as_ptr().cast::<u8>().add(self.page_bytes);
            std::slice::from_raw_parts(records.add(start), length)
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping of `map`, which nothing refers to any more.
        let _ = unsafe { munmap(self.memory, self.mapped_bytes.get()) };
    }
}

/// The size of a page of memory.
pub(super) fn page_bytes() -> usize {
    let known = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    known.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(4096)
}
