//! Numbers of return addresses: there are a thousand times fewer than nodes of stacks.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::file::HeapFile;
use crate::heap_layout::MOST_ADDRESSES;
use crate::sys;

/// Twice as many places as numbers; a power of two.
const PLACES: usize = 2 * MOST_ADDRESSES;
/// How far a number may stand from its place.
const PROBES: usize = 64;

/// The numbers by the hash of their address; 0 is none.
static TABLE: AtomicPtr<AtomicU32> = AtomicPtr::new(core::ptr::null_mut());

pub(super) fn install() -> bool {
    let memory = sys::map(PLACES * size_of::<AtomicU32>());
    TABLE.store(memory.map_or(core::ptr::null_mut(), <*mut u8>::cast), Ordering::Release);
    memory.is_some()
}

/// The number of an address, from 1 on; none when there is no room.
pub(super) fn number(heap: &HeapFile, address: usize) -> Option<u32> {
    let table = TABLE.load(Ordering::Acquire);
    let hash = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let mut made = None;
    for place in (hash as usize..).take(PROBES) {
        // SAFETY: the place is below the number of places.
        let entry = unsafe { &*table.add(place & (PLACES - 1)) };
        let mut number = entry.load(Ordering::Acquire);
        if number == 0 {
            let new = match made {
                Some(made) => made,
                None => make(heap, address)?,
            };
            made = Some(new);
            match entry.compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return made,
                // Where another thread was first, this number stays unused.
                Err(others) => number = others,
            }
        }
        if heap.address(number).load(Ordering::Relaxed) == address as u64 {
            return Some(number);
        }
    }
    None
}

fn make(heap: &HeapFile, address: usize) -> Option<u32> {
    let next = &heap.header().addresses;
    let number = next.fetch_add(1, Ordering::Relaxed);
    if number as usize >= MOST_ADDRESSES {
        next.store(MOST_ADDRESSES as u32, Ordering::Relaxed);
        return None;
    }
    heap.address(number).store(address as u64, Ordering::Relaxed);
    Some(number)
}
