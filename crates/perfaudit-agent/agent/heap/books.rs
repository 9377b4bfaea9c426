//! Where a block is counted: in a record of its own, or in the account of its stack.
//!
//! Most stacks allocate once. The first blocks of a stack therefore have a record each, a tenth of what an account takes;
//! the account is opened for the next one. A record is written by the thread that has its block at the time, and by none
//! else.

use core::sync::atomic::Ordering;

use super::file::HeapFile;
use super::nodes;
use crate::heap_layout::{
    CUT, FIRST_NODE, INTERRUPTED, MOST_ACCOUNTS, MOST_SINGLES, OVERFLOW, SINGLE_AT_PEAK, SINGLE_EPOCH,
    SINGLE_FREED, SINGLE_GROWN, SINGLE_TEMPORARY,
};

/// How many blocks of a stack have records; up to there a node's state is their number, from there on that of its account
/// plus this.
const SINGLES: u32 = 2;

/// Memory for so many records is made ready at a time.
const READY_SINGLES: usize = 1024;

/// The number of a stack that has statistics.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account(u32);

impl Account {
    /// Of allocations while the thread was in this library already.
    pub(super) const INTERRUPTED: Self = Self(INTERRUPTED);

    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// The number of a record.
#[derive(Clone, Copy)]
pub(super) struct SingleNumber(u32);

/// Where a block is counted.
#[derive(Clone, Copy)]
pub(super) enum Book {
    Single(SingleNumber),
    Account(Account),
}

impl Book {
    /// Tells records from accounts.
    const SINGLE: u32 = 1 << 31;

    #[inline]
    pub(super) fn packed(self) -> u32 {
        match self {
            Self::Single(SingleNumber(number)) => number | Self::SINGLE,
            Self::Account(Account(number)) => number,
        }
    }

    #[inline]
    pub(super) fn unpacked(packed: u32) -> Self {
        match packed & Self::SINGLE {
            0 => Self::Account(Account(packed)),
            _ => Self::Single(SingleNumber(packed & !Self::SINGLE)),
        }
    }
}

/// Opens the accounts of what is no stack: they have the numbers of their nodes.
pub(super) fn open(heap: &HeapFile) {
    heap.header().accounts.store(FIRST_NODE, Ordering::Relaxed);
    for special in [CUT, INTERRUPTED, OVERFLOW] {
        nodes::node(special).state.store(special + SINGLES, Ordering::Relaxed);
        heap.owner(special).store(special, Ordering::Relaxed);
    }
}

/// Where the next block of a stack is counted. It has the record that is answered to itself.
#[inline]
pub(super) fn of_block(heap: &HeapFile, node: u32, bytes: usize, has_grown: bool) -> Book {
    match nodes::node(node).state.load(Ordering::Relaxed) {
        state @ ..=SINGLES => of_young(heap, node, state, bytes, has_grown),
        state => Book::Account(Account(state - SINGLES)),
    }
}

#[cold]
fn of_young(heap: &HeapFile, node: u32, mut state: u32, bytes: usize, has_grown: bool) -> Book {
    let counter = &nodes::node(node).state;
    while state < SINGLES && bytes < u32::MAX as usize {
        match counter.compare_exchange(state, state + 1, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => match new_single(heap, has_grown) {
                Some(number) => return Book::Single(number),
                None => state += 1,
            },
            Err(now) => state = now,
        }
    }
    Book::Account(account(heap, node))
}

fn new_single(heap: &HeapFile, has_grown: bool) -> Option<SingleNumber> {
    let next = &heap.header().singles;
    let records = 1 + u32::from(has_grown);
    let number = next.fetch_add(records, Ordering::Relaxed);
    if (number + records) as usize > MOST_SINGLES {
        next.store(MOST_SINGLES as u32, Ordering::Relaxed);
        return None;
    }
    let next = (number + records) as usize;
    let first = next / READY_SINGLES * READY_SINGLES;
    if first > number as usize && first + READY_SINGLES <= MOST_SINGLES {
        heap.make_singles_ready(first, READY_SINGLES);
    }
    Some(SingleNumber(number))
}

/// The account of a node, opened if it has none.
#[inline]
pub(super) fn account(heap: &HeapFile, node: u32) -> Account {
    match nodes::node(node).state.load(Ordering::Relaxed) {
        state @ ..=SINGLES => open_account(heap, node, state),
        state => Account(state - SINGLES),
    }
}

#[cold]
fn open_account(heap: &HeapFile, node: u32, mut state: u32) -> Account {
    let next = &heap.header().accounts;
    let new = next.fetch_add(1, Ordering::Relaxed);
    if new as usize >= MOST_ACCOUNTS {
        next.store(MOST_ACCOUNTS as u32, Ordering::Relaxed);
        heap.header().overflown.fetch_add(1, Ordering::Relaxed);
        return Account(OVERFLOW);
    }
    let counter = &nodes::node(node).state;
    while state <= SINGLES {
        match counter.compare_exchange(state, new + SINGLES, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => {
                heap.owner(new).store(node, Ordering::Relaxed);
                return Account(new);
            }
            Err(now) => state = now,
        }
    }
    // Another thread was first: the number stays unused.
    Account(state - SINGLES)
}

impl SingleNumber {
    /// Writes down a block. `grown_from` is the size of what it was reallocated from, where that was smaller.
    pub(super) fn begin(self, heap: &HeapFile, node: u32, bytes: usize, grown_from: Option<usize>) {
        let record = heap.single(self.0);
        let epoch = heap.header().epoch.load(Ordering::Relaxed) << SINGLE_EPOCH;
        let grown = if let Some(before) = grown_from {
            heap.single(self.0 + 1).state.store(before as u64, Ordering::Relaxed);
            SINGLE_GROWN
        } else {
            0
        };
        record.bytes.store(bytes as u32, Ordering::Relaxed);
        record.state.store(epoch | grown, Ordering::Relaxed);
        record.node.store(node, Ordering::Release);
    }

    /// Notes that the block was freed.
    #[inline]
    pub(super) fn end(self, heap: &HeapFile, is_temporary: bool) {
        self.change(heap, SINGLE_FREED | if is_temporary { SINGLE_TEMPORARY } else { 0 });
    }

    /// Notes that the block was not freed after all.
    pub(super) fn go_on(self, heap: &HeapFile) {
        self.change(heap, 0);
    }

    /// Sets what becomes of the block, and what it was at the last peak before, if there was one since its last change.
    #[inline]
    fn change(self, heap: &HeapFile, fate: u64) {
        let state = &heap.single(self.0).state;
        let before = state.load(Ordering::Relaxed);
        let epoch = heap.header().epoch.load(Ordering::Relaxed) << SINGLE_EPOCH;
        let at_peak = match before >> SINGLE_EPOCH << SINGLE_EPOCH == epoch {
            true => before & SINGLE_AT_PEAK,
            false if before & SINGLE_FREED == 0 => SINGLE_AT_PEAK,
            false => 0,
        };
        state.store(epoch | before & SINGLE_GROWN | at_peak | fate, Ordering::Relaxed);
    }
}
