//! Stacks as nodes: a return address below another node, the same for all threads.
//!
//! What is looked up at each step of a walk is kept here; the file gets a word or two of each new node.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::addresses;
use super::file::HeapFile;
use crate::heap_layout::{APART, CALLER, MOST_WORDS, OVERFLOW};
use crate::sys;

/// Twice as many places as words; a power of two.
const PLACES: usize = 2 * MOST_WORDS;
/// How far a node may stand from its place.
const PROBES: usize = 48;
/// How far apart places are that are tried then: a prime.
const APART_PLACES: usize = 4099;
/// A child stands among this many places from one and a half times its parent's number on. Stacks that were met for the first time together
/// have neighbouring numbers, hence stand on neighbouring cache lines and pages: a table that scatters them costs three
/// times as much.
const SPREAD: u64 = 32;

/// A stack.
#[repr(C)]
pub(super) struct Node {
    address: AtomicU64,
    /// The node of the caller; 0 for none.
    parent: AtomicU32,
    /// What it has allocated: see [`super::books`].
    pub(super) state: AtomicU32,
}

/// The nodes by their numbers.
static NODES: AtomicPtr<Node> = AtomicPtr::new(core::ptr::null_mut());
/// The numbers of nodes by their hash; 0 is none.
static TABLE: AtomicPtr<AtomicU32> = AtomicPtr::new(core::ptr::null_mut());

/// Memory for so many nodes is made ready at a time.
const READY_NODES: usize = 2048;

pub(super) fn install() -> bool {
    let nodes = sys::map(MOST_WORDS * size_of::<Node>());
    NODES.store(nodes.map_or(core::ptr::null_mut(), <*mut u8>::cast), Ordering::Release);
    let table = sys::map(PLACES * size_of::<AtomicU32>());
    TABLE.store(table.map_or(core::ptr::null_mut(), <*mut u8>::cast), Ordering::Release);
    nodes.is_some() && table.is_some()
}

/// Makes memory ready for the nodes from a multiple of [`READY_NODES`] on: for themselves, for the places in the table near
/// which most of their children stand, and in the file.
pub(super) fn make_ready(heap: &HeapFile, first: usize) {
    if first + READY_NODES > MOST_WORDS {
        return;
    }
    heap.make_words_ready(first, READY_NODES);
    let places = READY_NODES + READY_NODES / 2;
    // SAFETY: both tables have room for what is below `MOST_WORDS`; the pages are whole.
    unsafe {
        let nodes = NODES.load(Ordering::Acquire).add(first);
        sys::populate(nodes.cast(), READY_NODES * size_of::<Node>());
        let table = TABLE.load(Ordering::Acquire).add(first + first / 2);
        sys::populate(table.cast(), places * size_of::<AtomicU32>());
    }
}

#[inline]
pub(super) fn node(id: u32) -> &'static Node {
    debug_assert!((id as usize) < MOST_WORDS);
    // SAFETY: ids are given out below `MOST_WORDS`, and there is room for that many, which stays mapped.
    unsafe { &*NODES.load(Ordering::Acquire).add(id as usize) }
}

/// The node of a return address below another.
#[inline]
pub(super) fn child(heap: &HeapFile, parent: Option<u32>, address: usize) -> u32 {
    let parent = parent.unwrap_or(0);
    let table = TABLE.load(Ordering::Acquire);
    let hash = (address as u64 ^ u64::from(parent) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let near = parent as usize + parent as usize / 2 + (hash % SPREAD) as usize;
    // A node with very many children puts the rest of them anywhere, far from each other: where other nodes stand close
    // together, neighbouring places would all be taken.
    let far = (hash as usize).wrapping_mul(61);
    let mut made = 0;
    let apart = (0..PROBES).map(|step| far.wrapping_add(step * APART_PLACES));
    for place in (near..near + PROBES).chain(apart) {
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
        let node = node(id);
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
    let Some(number) = addresses::number(heap, address) else { return 0 };
    let words = &heap.header().words;
    let behind_parent =
        words.compare_exchange(parent + 1, parent + 2, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    let id = if behind_parent { parent + 1 } else { words.fetch_add(2, Ordering::Relaxed) + 1 };
    if id as usize >= MOST_WORDS {
        words.store(MOST_WORDS as u32, Ordering::Relaxed);
        return 0;
    }
    let next = id as usize + 1;
    let before = next - if behind_parent { 1 } else { 2 };
    if before / READY_NODES != next / READY_NODES {
        make_ready(heap, next / READY_NODES * READY_NODES);
    }
    let new = node(id);
    new.address.store(address as u64, Ordering::Relaxed);
    new.parent.store(parent, Ordering::Relaxed);
    if behind_parent {
        heap.word(id).store(number, Ordering::Release);
    } else {
        heap.word(id - 1).store(CALLER | parent, Ordering::Relaxed);
        heap.word(id).store(APART | number, Ordering::Release);
    }
    id
}
