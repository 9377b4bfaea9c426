//! Counting a part: blocks are sampled by the bytes that are allocated, so that each byte has the same chance.
//!
//! Bytes are struck at random, one in `mean` on average and each independently of all others (a Poisson process); a block
//! is counted if one of its bytes is struck, which a block of s bytes is with probability p = 1 - exp(-s / mean). It then
//! stands for 1 / p blocks and s / p bytes, which makes sums unbiased (Horvitz and Thompson, 1952); the variance of such a
//! sum is estimated without bias by the sum of (1 - p) / p^2, times s^2 for bytes. How many blocks and bytes each thread
//! allocates in all is counted exactly.

use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use super::books::{self, Account, Book};
use super::file::HeapFile;
use super::local::Local;
use super::{Amount, Known, blocks, count_allocation, count_end, hooks, local, nested};
use crate::heap_layout::{PARTS, Sampled, ThreadTotals, size_class};
use crate::region::Region;
use crate::tls;
use crate::unwind::Start;

/// Bytes from one that is struck to the next, on average; 0 where every allocation is counted.
static MEAN: AtomicU64 = AtomicU64::new(0);
static SEED: AtomicU64 = AtomicU64::new(0);

/// How many sampled blocks begin in each kilobyte, by the lower bits of its number, from [`NONE_LIVE`] on: of nearly every
/// block that is freed one look here tells that it was not sampled. Neighbours share a count, so that those that a program
/// uses by turns need few cache lines. Where it is [`UNKNOWN_LIVE`], the tables of blocks are asked: at first, and wherever
/// calls may not be passed on. A count that reaches its largest value stays there, since nobody knows how many there are.
pub(super) static LIVE: Live = Live([const { AtomicU8::new(UNKNOWN_LIVE) }; LIVE_COUNTS]);
pub(super) const LIVE_COUNTS: usize = 1 << 13;
pub(super) const LIVE_BYTES: usize = 1 << 10;
const UNKNOWN_LIVE: u8 = 0;
pub(super) const NONE_LIVE: u8 = 1;

/// In as few cache lines as there can be.
#[repr(align(64))]
pub(super) struct Live([AtomicU8; LIVE_COUNTS]);

pub(super) fn install(heap: &HeapFile) {
    let Some(region) = Region::current() else { return };
    let mean = region.header().heap_mean.load(Ordering::Relaxed);
    // Processes that are alike must not be sampled alike.
    let seed = region.header().heap_seed.load(Ordering::Relaxed) ^ mixed(Region::ordinal());
    SEED.store(mixed(seed), Ordering::Relaxed);
    heap.header().mean.store(mean, Ordering::Relaxed);
    MEAN.store(mean, Ordering::Release);
    if mean != 0 && !nested::may_nest() && hooks::pass_on() {
        LIVE.0.iter().for_each(|place| place.store(NONE_LIVE, Ordering::Relaxed));
        hooks::early::keep();
    }
}

/// Whether calls may be passed on at once of which nothing but their size is to be counted: not where some are an
/// allocator's own, and not in the child of a fork before it counts for itself.
pub(super) fn passes_over() -> bool {
    hooks::PASSED_ON.malloc().is_some()
}

/// Counts a block that is about to be allocated, if that is all that there is to do: most are not sampled, and of these
/// the thread's own counters are all that changes. If it is refused, [`take_back`] follows. It is asked where the C
/// library's function is to be called at once, which no process does that may pass nothing over. One subtraction tells
/// blocks that are struck, and threads that may pass nothing over; a signal handler may come before and after it.
#[inline(always)]
pub(super) fn pass_over(bytes: usize) -> bool {
    let Some(left) = tls::passable().checked_sub(bytes as u64) else { return false };
    if bytes == 0 {
        return false;
    }
    // SAFETY: where there are any, they lie in the file of this process, which stays mapped.
    let Some(totals) = (unsafe { tls::totals().cast::<ThreadTotals>().as_ref() }) else { return false };
    tls::set_passable(left);
    local::add_to(totals, bytes, false);
    true
}

/// Takes a block out of the thread's counters that was passed over and then refused.
#[cold]
pub(super) fn take_back(bytes: usize) {
    // SAFETY: as in `pass_over`.
    let Some(totals) = (unsafe { tls::totals().cast::<ThreadTotals>().as_ref() }) else { return };
    local::take_from(totals, bytes);
    tls::set_passable(tls::passable() + bytes as u64);
}

/// Whether a block that is about to be freed was not sampled, so that nothing is to be done.
#[inline(always)]
pub(super) fn is_passed_over(block: usize) -> bool {
    live(block).load(Ordering::Relaxed) == NONE_LIVE
}

#[inline]
pub(super) fn is_on() -> bool {
    MEAN.load(Ordering::Relaxed) != 0
}

/// What a thread needs to choose blocks.
pub(super) struct Chooser {
    /// Bytes until the next one that is struck, where each call is looked at; otherwise they are in [`tls`], of the thread
    /// that is at this place.
    looked_at: core::cell::Cell<u64>,
    /// The state of the random numbers; 0 before the first.
    random: core::cell::Cell<u64>,
}

#[inline]
pub(super) fn allocated(heap: &HeapFile, block: usize, bytes: usize, start: Start) {
    let Some(local) = Local::of_thread(heap) else {
        local::count_in_totals(heap, 0, bytes);
        return count_certain(heap, block, bytes);
    };
    local::count_in_totals(heap, local.place(), bytes);
    match local.chooser().left().checked_sub(size(bytes)) {
        Some(left) => local.chooser().set_left(left),
        None => sample(heap, local, block, bytes, start),
    }
    local.set_last_block(block);
}

/// A block of no bytes counts as one of a single byte.
#[inline]
fn size(bytes: usize) -> u64 {
    bytes.max(1) as u64
}

#[cold]
fn sample(heap: &HeapFile, local: &'static Local, block: usize, bytes: usize, start: Start) {
    let Some(entered) = local.enter_this() else { return count_certain(heap, block, bytes) };
    let chooser = local.chooser();
    if chooser.random.get() == 0 {
        let place = local.place() as u64;
        chooser.random.set(mixed(SEED.load(Ordering::Relaxed) ^ mixed(place)) | 1);
        if let Some(left) = chooser.gap().checked_sub(size(bytes)) {
            return chooser.set_left(left);
        }
    }
    chooser.set_left(chooser.gap());
    let weight = weight(bytes);
    let account = books::account(heap, entered.stack(heap, start));
    count_allocation(heap, Some(&entered), account, amount(bytes, weight));
    if let Some(sampled) = heap.counts::<Sampled>(entered.place(), account) {
        note_variance(sampled, bytes, weight);
    }
    keep(heap, block, Known { book: Book::Account(account), bytes });
}

/// Counts a block of a thread that has no state of its own, or is in this library: with certainty, for itself alone.
#[cold]
fn count_certain(heap: &HeapFile, block: usize, bytes: usize) {
    count_allocation(heap, None, Account::INTERRUPTED, amount(bytes, 1.0));
    keep(heap, block, Known { book: Book::Account(Account::INTERRUPTED), bytes });
}

fn keep(heap: &HeapFile, block: usize, known: Known) {
    change(live(block), 1);
    blocks::put(heap, block, known);
}

/// Has all blocks that begin in a piece of memory looked at when they are freed.
pub(super) fn always_look_at(start: usize, bytes: usize) {
    for block in (start..start + bytes).step_by(LIVE_BYTES).chain([start + bytes]) {
        live(block).store(UNKNOWN_LIVE, Ordering::Relaxed);
    }
}

fn change(count: &AtomicU8, by: i8) {
    let changed = |count: u8| match count {
        UNKNOWN_LIVE | u8::MAX => None,
        count => Some(count.saturating_add_signed(by)),
    };
    let _ = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed);
}

#[inline]
fn live(block: usize) -> &'static AtomicU8 {
    &LIVE.0[block / LIVE_BYTES % LIVE_COUNTS]
}

/// Takes a block out of the books, if it was sampled.
#[inline]
pub(super) fn freed(heap: &HeapFile, block: usize, is_free: bool) {
    if !is_passed_over(block) {
        end(heap, block, is_free);
    }
    tls::set_last_block(0);
}

#[cold]
fn end(heap: &HeapFile, block: usize, is_free: bool) {
    let Some(known) = blocks::take(block) else { return };
    change(live(block), -1);
    let is_certain = matches!(known.book, Book::Account(Account::INTERRUPTED));
    let weight = if is_certain { 1.0 } else { weight(known.bytes) };
    count_end(heap, block, known.book, amount(known.bytes, weight), is_free);
}

/// What a sampled block stands for.
fn amount(bytes: usize, weight: f64) -> Amount {
    Amount {
        count: (weight * PARTS as f64 + 0.5) as u64,
        bytes: (weight * bytes as f64 + 0.5) as u64,
        size_class: size_class(bytes),
    }
}

/// How many blocks like it a sampled block stands for.
fn weight(bytes: usize) -> f64 {
    1.0 / struck(size(bytes) as f64 / MEAN.load(Ordering::Relaxed) as f64)
}

/// 1 - exp(-x).
fn struck(x: f64) -> f64 {
    const HALVINGS: u32 = 10;
    if x > 40.0 {
        return 1.0;
    }
    let small = x / f64::from(1 << HALVINGS);
    // The series of 1 - exp(-small), which is below 0.04; then 1 - (1 - y)^2 = y (2 - y) as often as it was halved.
    let mut y = small * (1.0 - small / 2.0 * (1.0 - small / 3.0 * (1.0 - small / 4.0 * (1.0 - small / 5.0))));
    for _ in 0..HALVINGS {
        y *= 2.0 - y;
    }
    y
}

fn note_variance(sampled: &Sampled, bytes: usize, weight: f64) {
    let of_count = weight * (weight - 1.0);
    let bytes = bytes as f64;
    // The place is the thread's own.
    let add = |variance: &AtomicU64, more: f64| {
        let sum = f64::from_bits(variance.load(Ordering::Relaxed)) + more;
        variance.store(sum.to_bits(), Ordering::Relaxed);
    };
    add(&sampled.count_variance, of_count);
    add(&sampled.bytes_variance, of_count * bytes * bytes);
    sampled.heaviest.fetch_max(amount(0, weight).count, Ordering::Relaxed);
}

impl Chooser {
    /// The bytes to the next one that is struck: exponentially distributed.
    fn gap(&self) -> u64 {
        // Xorshift: Marsaglia, 2003, with the multiplier of Vigna, 2016.
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        let uniform = (bits + 1) as f64 / (1_u64 << 53) as f64;
        (-logarithm(uniform) * MEAN.load(Ordering::Relaxed) as f64) as u64
    }

    /// Bytes until the next one that is struck.
    #[inline]
    fn left(&self) -> u64 {
        tls::passable() + self.looked_at.get()
    }

    /// Sets how many bytes there are until the next one that is struck: blocks up to there may be passed over where the
    /// thread has something to add them up in.
    fn set_left(&self, left: u64) {
        let may_pass = !tls::totals().is_null();
        let (passable, looked_at) = if may_pass { (left, 0) } else { (0, left) };
        tls::set_passable(passable);
        self.looked_at.set(looked_at);
    }

    /// A thread has come to this place.
    pub(super) fn go_on(&self) {
        self.set_left(self.left());
    }

    /// The thread at this place leaves it.
    pub(super) fn put_aside(&self) {
        self.looked_at.set(self.left());
        tls::set_passable(0);
    }
}

/// The natural logarithm of a positive number, as exact as eleven digits.
fn logarithm(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits(bits & MANTISSA | 1023 << 52);
    if mantissa > core::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let square = z * z;
    let series = (0..7).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    exponent as f64 * core::f64::consts::LN_2 + 2.0 * z * series
}

/// A number whose bits depend on all bits of another: SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
