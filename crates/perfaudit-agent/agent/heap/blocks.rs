//! Which blocks are allocated, by their address: two levels of tables that are mapped as they are needed.
//!
//! A block belongs to one thread at a time, so that an entry needs no lock. An entry covers 16 bytes; no block of an
//! allocator that aligns to 16 shares one. Where functions of the program's own allocator are taken over, which may have
//! blocks of 8 bytes, it covers 8. It holds where the block is counted and the size, or a mark and the size in the next entry,
//! which a block that large covers, too.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::Known;
use super::books::Book;
use super::file::HeapFile;
use crate::sys;

/// The alignment of the C library's blocks, and the least of any allocator's.
const WIDE_BITS: u32 = 4;
const NARROW_BITS: u32 = 3;
const LEAF_BITS: u32 = 22;
const TOP_BITS: u32 = 48 - NARROW_BITS - LEAF_BITS;
/// The size stands in the next entry.
const LARGE: u64 = 0xffff_ffff;

type Leaf = AtomicPtr<AtomicU64>;

static TOP: AtomicPtr<Leaf> = AtomicPtr::new(core::ptr::null_mut());
/// How many bits of an address are within an entry.
static GRANULE_BITS: AtomicU32 = AtomicU32::new(WIDE_BITS);

/// Tells whether blocks may be aligned to 8 bytes only; before the first is entered.
pub(super) fn set_alignment(is_narrow: bool) {
    GRANULE_BITS.store(if is_narrow { NARROW_BITS } else { WIDE_BITS }, Ordering::Relaxed);
}

#[inline]
fn granule_bits() -> u32 {
    GRANULE_BITS.load(Ordering::Relaxed)
}

/// Starts with an empty table.
pub(super) fn install() -> bool {
    let memory = sys::map((1 << TOP_BITS) * size_of::<Leaf>());
    TOP.store(memory.map_or(core::ptr::null_mut(), <*mut u8>::cast), Ordering::Release);
    memory.is_some()
}

#[inline]
fn leaf(block: usize) -> Option<(&'static Leaf, usize)> {
    let granule = block >> granule_bits();
    let top = granule >> LEAF_BITS;
    if top >> TOP_BITS != 0 {
        return None;
    }
    // SAFETY: the index was checked; the table stays mapped.
    let leaf = unsafe { &*TOP.load(Ordering::Acquire).add(top) };
    Some((leaf, granule & ((1 << LEAF_BITS) - 1)))
}

#[inline]
fn entry(block: usize) -> Option<&'static AtomicU64> {
    let (leaf, index) = leaf(block)?;
    let entries = leaf.load(Ordering::Acquire);
    // SAFETY: a leaf has `1 << LEAF_BITS` entries and stays mapped.
    (!entries.is_null()).then(|| unsafe { &*entries.add(index) })
}

#[cold]
fn make_leaf(block: usize) {
    let Some((leaf, _)) = leaf(block) else { return };
    let bytes = (1 << LEAF_BITS) * size_of::<AtomicU64>();
    let Some(memory) = sys::map(bytes) else { return };
    let made =
        leaf.compare_exchange(core::ptr::null_mut(), memory.cast(), Ordering::AcqRel, Ordering::Relaxed);
    if made.is_err() {
        // SAFETY: nobody else has seen it.
        unsafe { sys::unmap(memory, bytes) };
    }
}

/// Enters a block.
#[inline]
pub(super) fn put(heap: &HeapFile, block: usize, known: Known) {
    if block % (1 << granule_bits()) != 0 {
        heap.header().unaligned.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let place = entry(block).or_else(|| {
        make_leaf(block);
        entry(block)
    });
    let Some(place) = place else {
        heap.header().unaligned.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let bytes = known.bytes as u64;
    let size = if bytes < LARGE {
        bytes
    } else {
        if entry(block + (1 << granule_bits())).is_none() {
            make_leaf(block + (1 << granule_bits()));
        }
        if let Some(next) = entry(block + (1 << granule_bits())) {
            next.store(bytes, Ordering::Relaxed);
        }
        LARGE
    };
    place.store(u64::from(known.book.packed()) | size << 32, Ordering::Relaxed);
}

/// Takes a block out; none if it was never entered.
#[inline]
pub(super) fn take(block: usize) -> Option<Known> {
    if block % (1 << granule_bits()) != 0 {
        return None;
    }
    let place = entry(block)?;
    let packed = place.load(Ordering::Relaxed);
    if packed == 0 {
        return None;
    }
    place.store(0, Ordering::Relaxed);
    let size = packed >> 32;
    let bytes = if size == LARGE {
        entry(block + (1 << granule_bits())).map_or(LARGE, |next| next.swap(0, Ordering::Relaxed))
    } else {
        size
    };
    Some(Known {
        book: Book::unpacked((packed & 0xffff_ffff) as u32),
        bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
    })
}
