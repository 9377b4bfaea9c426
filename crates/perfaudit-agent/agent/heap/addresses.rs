//! Numbers of return addresses: there are a thousand times fewer than nodes of stacks.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::file::HeapFile;
use crate::heap_layout::MOST_ADDRESSES;
use crate::sys;

/// How many places the first part of the table has, as a power of two. Most programs have a few thousand return addresses:
/// a part that few pages hold is there for them, since each page that is touched first costs as much as following a stack.
const FEW_BITS: u32 = 13;
/// How far a number may stand from its place there.
const FEW_PROBES: usize = 8;
/// How many the rest has: twice as many as numbers.
const MANY_BITS: u32 = MOST_ADDRESSES.ilog2() + 1;
/// How far a number may stand from its place there.
const MANY_PROBES: usize = 64;
const PLACES: usize = (1 << FEW_BITS) + (1 << MANY_BITS);

/// The numbers by the hash of their address; 0 is none.
static TABLE: AtomicPtr<AtomicU32> = AtomicPtr::new(core::ptr::null_mut());

pub(super) fn install() -> bool {
    let Some(memory) = sys::map(PLACES * size_of::<AtomicU32>()) else { return false };
    // SAFETY: the first part of the new mapping.
    unsafe { sys::populate(memory, size_of::<AtomicU32>() << FEW_BITS) };
    TABLE.store(memory.cast(), Ordering::Release);
    true
}

/// The number of an address, from 1 on; none when there is no room.
pub(super) fn number(heap: &HeapFile, address: usize) -> Option<u32> {
    let table = TABLE.load(Ordering::Acquire);
    let hash = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let among = |bits: u32, probes: usize, before: usize| {
        let place = (hash >> (u64::BITS - bits)) as usize;
        (place..place + probes).map(move |place| before + (place & ((1 << bits) - 1)))
    };
    let mut made = None;
    for place in among(FEW_BITS, FEW_PROBES, 0).chain(among(MANY_BITS, MANY_PROBES, 1 << FEW_BITS)) {
        // SAFETY: the place is below the number of places.
        let entry = unsafe { &*table.add(place) };
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
