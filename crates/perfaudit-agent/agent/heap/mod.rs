//! Counting allocations: which stack asked for how much, and what became of it.

mod addresses;
mod blocks;
mod books;
mod detour;
mod entries;
mod file;
mod hooks;
mod local;
mod nested;
mod nodes;
#[cfg(target_arch = "x86_64")]
mod quick;
mod sampled;

pub(crate) use file::list_modules;
pub(crate) use hooks::look_up_all;
pub(crate) use local::leave;

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::heap_layout::{Growth, Statistics, size_class};
use crate::region::Region;
use crate::unwind::Start;
use books::{Account, Book};
use file::HeapFile;
use local::Local;

/// A thread that works alone tells the header each change; one of several tells it when this much has changed.
const FLUSH_BYTES: i64 = 64 * 1024;

/// Starts to count in this process; where the system refuses that, the process is noted as not counted.
pub(crate) fn install() {
    let is_mapped = addresses::install() && nodes::install() && blocks::install();
    let is_ready = is_mapped && crate::unwind::install() && HeapFile::create();
    if let (true, Some(heap)) = (is_ready, HeapFile::made()) {
        list_modules();
        nested::look_at_allocator(hooks::next_malloc());
        let is_detoured = detour::install();
        blocks::set_alignment(is_detoured);
        heap.header().is_detoured.store(is_detoured.into(), Ordering::Relaxed);
        sampled::install(&heap);
        HeapFile::publish();
    } else if let Some(region) = Region::current() {
        region.header().heap_refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// Starts anew in the child of a fork, unless it has: what the parent allocated is the parent's.
pub(crate) fn in_child() {
    if HeapFile::withdraw() {
        local::forget_all();
        crate::unwind::forget_reloading();
        install();
    }
}

/// Adds without a lock: alone where the place is the thread's own, as one operation where it is shared.
#[inline]
fn add(counter: &AtomicU64, value: u64, is_shared: bool) {
    if is_shared {
        counter.fetch_add(value, Ordering::Relaxed);
    } else {
        counter.store(counter.load(Ordering::Relaxed).wrapping_add(value), Ordering::Relaxed);
    }
}

#[inline]
fn add_signed(counter: &AtomicI64, value: i64, is_shared: bool) {
    if is_shared {
        counter.fetch_add(value, Ordering::Relaxed);
    } else {
        counter.store(counter.load(Ordering::Relaxed).wrapping_add(value), Ordering::Relaxed);
    }
}

/// Notes what was live at the last peak before the first change after it.
#[inline]
fn keep_peak(statistics: &Statistics, epoch: u64) {
    if statistics.epoch.load(Ordering::Relaxed) != epoch {
        statistics.peak_count.store(statistics.live_count.load(Ordering::Relaxed), Ordering::Relaxed);
        statistics.peak_bytes.store(statistics.live_bytes.load(Ordering::Relaxed), Ordering::Relaxed);
        statistics.epoch.store(epoch, Ordering::Relaxed);
    }
}

/// A block that was taken out of the books.
#[derive(Clone, Copy)]
struct Known {
    book: Book,
    bytes: usize,
}

/// What is added to the books for a block, or taken out: itself, or what it stands for.
#[derive(Clone, Copy)]
struct Amount {
    count: u64,
    bytes: u64,
    /// The class of the block's own size.
    size_class: usize,
}

impl Amount {
    /// A block that stands for itself.
    #[inline]
    fn of(bytes: usize) -> Self {
        Self { count: 1, bytes: bytes as u64, size_class: size_class(bytes) }
    }
}

/// Counts a block. `grown_from` is the size of what it was reallocated from, where that was smaller.
#[inline]
fn allocated(block: usize, bytes: usize, grown_from: Option<usize>, start: Start) {
    let Some(heap) = HeapFile::current() else { return };
    if sampled::is_on() {
        return sampled::allocated(&heap, block, bytes, start);
    }
    let Some(entered) = Local::enter(&heap) else {
        count_allocation(&heap, None, Account::INTERRUPTED, Amount::of(bytes));
        if let Some(before) = grown_from {
            count_growth(&heap, None, Account::INTERRUPTED, before);
        }
        blocks::put(&heap, block, Known { book: Book::Account(Account::INTERRUPTED), bytes });
        return;
    };
    let node = entered.stack(&heap, start);
    let book = books::of_block(&heap, node, bytes, grown_from.is_some());
    match book {
        Book::Single(number) => {
            number.begin(&heap, node, bytes, grown_from);
            change_live(&heap, Some(&entered), Amount::of(bytes).bytes.cast_signed());
        }
        Book::Account(account) => {
            count_allocation(&heap, Some(&entered), account, Amount::of(bytes));
            if let Some(before) = grown_from {
                count_growth(&heap, Some(&entered), account, before);
            }
        }
    }
    blocks::put(&heap, block, Known { book, bytes });
    entered.set_last_block(block);
}

#[inline]
fn count_allocation(heap: &HeapFile, entered: Option<&local::Entered>, account: Account, amount: Amount) {
    let is_shared = entered.is_none_or(local::Entered::is_shared);
    if let Some(statistics) = heap.counts::<Statistics>(entered.map_or(0, local::Entered::place), account) {
        keep_peak(statistics, heap.header().epoch.load(Ordering::Relaxed));
        add(&statistics.count, amount.count, is_shared);
        add(&statistics.bytes, amount.bytes, is_shared);
        add_signed(&statistics.live_count, amount.count.cast_signed(), is_shared);
        add_signed(&statistics.live_bytes, amount.bytes.cast_signed(), is_shared);
        let blocks = &statistics.sizes[amount.size_class];
        if is_shared {
            blocks.fetch_add(1, Ordering::Relaxed);
        } else {
            blocks.store(blocks.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
    }
    change_live(heap, entered, amount.bytes.cast_signed());
}

/// Counts that a block was reallocated from a smaller one, of `before` bytes.
fn count_growth(heap: &HeapFile, entered: Option<&local::Entered>, account: Account, before: usize) {
    let is_shared = entered.is_none_or(local::Entered::is_shared);
    if let Some(growth) = heap.counts::<Growth>(entered.map_or(0, local::Entered::place), account) {
        add(&growth.grown_count, 1, is_shared);
        add(&growth.grown_bytes, before as u64, is_shared);
    }
}

/// Why a block is taken out of the books.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Free,
    /// What is reallocated lives on: it is no temporary block.
    Reallocation,
}

/// Takes a block out of the books before it is given back, when another thread may get it at once. What it was is known
/// where every block is counted.
#[inline]
fn freed(block: usize, why: Why) -> Option<Known> {
    let heap = HeapFile::current()?;
    if sampled::is_on() {
        sampled::freed(&heap, block, why == Why::Free);
        return None;
    }
    let Some(known) = blocks::take(block) else {
        heap.header().foreign_frees.fetch_add(1, Ordering::Relaxed);
        return None;
    };
    count_end(&heap, block, known.book, Amount::of(known.bytes), why == Why::Free);
    Some(known)
}

#[inline]
fn count_end(heap: &HeapFile, block: usize, book: Book, amount: Amount, is_free: bool) {
    let entered = Local::enter(heap);
    let entered = entered.as_ref();
    let is_temporary = entered.is_some_and(|entered| entered.was_last_block(block)) && is_free;
    match book {
        Book::Single(number) => number.end(heap, is_temporary),
        Book::Account(account) => {
            let is_shared = entered.is_none_or(local::Entered::is_shared);
            let place = entered.map_or(0, local::Entered::place);
            if let Some(statistics) = heap.counts::<Statistics>(place, account) {
                keep_peak(statistics, heap.header().epoch.load(Ordering::Relaxed));
                add_signed(&statistics.live_count, -amount.count.cast_signed(), is_shared);
                add_signed(&statistics.live_bytes, -amount.bytes.cast_signed(), is_shared);
                if is_temporary {
                    add(&statistics.temporary, amount.count, is_shared);
                }
            }
        }
    }
    change_live(heap, entered, -amount.bytes.cast_signed());
}

/// Puts a block back that was not given back after all.
fn unfreed(block: usize, known: Known) {
    let Some(heap) = HeapFile::current() else { return };
    let size = i64::try_from(known.bytes).unwrap_or(i64::MAX);
    match known.book {
        Book::Single(number) => number.go_on(&heap),
        Book::Account(account) => {
            if let Some(statistics) = heap.counts::<Statistics>(0, account) {
                add_signed(&statistics.live_count, 1, true);
                add_signed(&statistics.live_bytes, size, true);
            }
        }
    }
    change_live(&heap, None, size);
    blocks::put(&heap, block, known);
}

/// What is live in all, and whether that is a new peak. A thread that is not alone tells it now and then: a counter that
/// all write would slow all of them down.
#[inline]
fn change_live(heap: &HeapFile, entered: Option<&local::Entered>, bytes: i64) {
    let header = heap.header();
    let change = match entered {
        Some(entered) if !heap.is_alone() => {
            let pending = entered.pending(bytes);
            if pending.abs() < FLUSH_BYTES {
                return;
            }
            entered.take_pending()
        }
        _ => bytes,
    };
    let is_shared = entered.is_none() || !heap.is_alone();
    let live = if is_shared {
        header.live_bytes.fetch_add(change, Ordering::Relaxed) + change
    } else {
        let live = header.live_bytes.load(Ordering::Relaxed) + change;
        header.live_bytes.store(live, Ordering::Relaxed);
        live
    };
    if change > 0 && live > header.peak_bytes.load(Ordering::Relaxed) {
        header.peak_bytes.fetch_max(live, Ordering::Relaxed);
        add(&header.epoch, 1, is_shared);
    }
}
