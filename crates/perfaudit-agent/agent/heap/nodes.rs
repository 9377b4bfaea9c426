//! Stacks as nodes: a return address below another node, the same for all threads.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::file::HeapFile;
use crate::heap_layout::{MOST_NODES, OVERFLOW};
use crate::sys;

/// Twice as many places as nodes; a power of two.
const PLACES: usize = 2 * MOST_NODES;
/// How far a node may stand from its place.
const PROBES: usize = 48;
/// A child stands among this many places from twice its parent's number on. Stacks that were met for the first time
/// together have neighbouring numbers, hence stand on neighbouring cache lines and pages: a table that scatters them
/// costs three times as much.
const SPREAD: u64 = 32;

/// The nodes by their hash; 0 is none.
static TABLE: AtomicPtr<AtomicU32> = AtomicPtr::new(core::ptr::null_mut());

pub(super) fn install() -> bool {
    let memory = sys::map(PLACES * size_of::<AtomicU32>());
    TABLE.store(memory.map_or(core::ptr::null_mut(), <*mut u8>::cast), Ordering::Release);
    memory.is_some()
}

/// The node of a return address below another.
#[inline]
pub(super) fn child(heap: &HeapFile, parent: Option<u32>, address: usize) -> u32 {
    let parent = parent.unwrap_or(0);
    let table = TABLE.load(Ordering::Acquire);
    let hash = (address as u64 ^ u64::from(parent) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let near = 2 * parent as usize + (hash % SPREAD) as usize;
    // A node with very many children puts the rest of them anywhere.
    let far = (hash as usize).wrapping_mul(61);
    let mut made = 0;
    for place in (near..near + PROBES).chain(far..far + PROBES) {
        // SAFETY: the place is below the number of places.
        let entry = unsafe { &*table.add(place & (PLACES - 1)) };
        let mut id = entry.load(Ordering::Acquire);
        if id == 0 {
            if made == 0 {
                made = make(heap, parent, address);
                if made == 0 {
                    break;
                }
            }
            match entry.compare_exchange(0, made, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return made,
                Err(others) => id = others,
            }
        }
        let node = heap.node(id);
        if node.address.load(Ordering::Relaxed) == address as u64
            && node.parent.load(Ordering::Relaxed) == parent
        {
            return id;
        }
    }
    heap.header().overflown.fetch_add(1, Ordering::Relaxed);
    OVERFLOW
}

/// A new node; 0 when there is no room.
#[cold]
fn make(heap: &HeapFile, parent: u32, address: usize) -> u32 {
    let id = heap.header().nodes.fetch_add(1, Ordering::Relaxed);
    if id as usize >= MOST_NODES {
        heap.header().nodes.store(MOST_NODES as u32, Ordering::Relaxed);
        return 0;
    }
    let node = heap.node(id);
    node.address.store(address as u64, Ordering::Relaxed);
    node.parent.store(parent, Ordering::Release);
    id
}
