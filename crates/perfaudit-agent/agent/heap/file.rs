//! The file of this process's allocations, mapped.

use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::books::{self, Account};
use super::nodes;
use crate::heap_layout::{
    ADDRESSES_AT, CHUNK_ACCOUNTS, DIRECTORY, FIRST_NODE, HEAP_MAGIC, HeapHeader, Kind, MODULES_AT,
    MOST_ACCOUNTS, MOST_ADDRESSES, MOST_CHUNKS, MOST_MODULES, MOST_SINGLES, MOST_THREADS, MOST_WORDS,
    MappedFile, OWNERS_AT, PATH_BYTES, SINGLES_AT, Sampled, Single, TAKEN_AT, TOTALS_AT, ThreadTotals,
    WORDS_AT,
};
use crate::region::Region;
use crate::sys::Made;
use crate::{sys, unwind};

/// The size of the file: it is sparse.
const HEAP_BYTES: usize = Sampled::CHUNKS_END;

/// A page that holds the address of the file in use, and is zeros in the child of a fork: the file is then another
/// process's, which still writes it. Null before the file is complete and where allocations are not counted.
static CURRENT: AtomicPtr<AtomicPtr<u8>> = AtomicPtr::new(core::ptr::null_mut());
/// The page where the system does not wipe one; then only children of `fork` itself are told.
static UNWIPED: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
/// The file that is being made.
static MADE: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
/// Whether one thread alone allocates.
static ALONE: AtomicBool = AtomicBool::new(true);

/// The file of this process's allocations.
#[derive(Clone, Copy)]
pub(crate) struct HeapFile {
    base: *mut u8,
}

impl HeapFile {
    #[inline]
    pub(crate) fn current() -> Option<Self> {
        let page = CURRENT.load(Ordering::Acquire);
        if page.is_null() {
            return None;
        }
        // SAFETY: the page stays mapped.
        let base = unsafe { &*page }.load(Ordering::Acquire);
        if base.is_null() { Self::of_child() } else { Some(Self { base }) }
    }

    /// The file of a child that came to be by other means than `fork`, such as `clone`: made when it first allocates.
    #[cold]
    fn of_child() -> Option<Self> {
        if let Some(region) = Region::current() {
            region.count_process();
        }
        super::in_child();
        // SAFETY: the page stays mapped.
        let base = unsafe { CURRENT.load(Ordering::Acquire).as_ref() }?.load(Ordering::Acquire);
        (!base.is_null()).then_some(Self { base })
    }

    pub(crate) fn made() -> Option<Self> {
        let base = MADE.load(Ordering::Acquire);
        (!base.is_null()).then_some(Self { base })
    }

    /// Makes the file: `FOLDER/heap.PROCESS.N`, where N counts what the process executed.
    pub(crate) fn create() -> bool {
        let Some(region) = Region::current() else { return false };
        let folder = &region.header().folder;
        let mut path = [0_u8; crate::layout::FOLDER_BYTES + 64];
        let mut length = 0;
        for byte in folder {
            let byte = byte.load(Ordering::Relaxed);
            if byte == 0 {
                break;
            }
            path[length] = byte;
            length += 1;
        }
        length = append(&mut path, length, b"/heap.");
        length = append_number(&mut path, length, sys::process());
        length = append(&mut path, length, b".");
        for attempt in 0..1000 {
            let mut name = path;
            append_number(&mut name, length, attempt);
            // SAFETY: the path is shorter than its room, which is zeroed.
            let base = match unsafe { sys::create_file(name.as_ptr(), HEAP_BYTES) } {
                Made::At(base) => base,
                Made::Exists => continue,
                Made::Refused => return false,
            };
            let heap = Self { base };
            let header = heap.header();
            header.process.store(sys::process(), Ordering::Relaxed);
            header.words.store(FIRST_NODE, Ordering::Relaxed);
            header.addresses.store(1, Ordering::Relaxed);
            header.singles.store(1, Ordering::Relaxed);
            // The first place is the shared one.
            header.threads.store(1, Ordering::Relaxed);
            nodes::make_ready(&heap, 0);
            books::open(&heap);
            MADE.store(base, Ordering::Release);
            ALONE.store(true, Ordering::Relaxed);
            return true;
        }
        false
    }

    /// Lets hooks use the file.
    pub(crate) fn publish() {
        let Some(heap) = Self::made() else { return };
        let page = match sys::map_wiped_on_fork(size_of::<AtomicPtr<u8>>()) {
            Some(page) => page.cast(),
            None => (&raw const UNWIPED).cast_mut(),
        };
        heap.header().magic.store(HEAP_MAGIC, Ordering::Release);
        // SAFETY: the page is new or a static, and never given back.
        unsafe { &*page }.store(heap.base, Ordering::Release);
        CURRENT.store(page, Ordering::Release);
    }

    /// Keeps hooks from using the file of the parent in the child of a fork; answers false where the child has a file
    /// of its own already, or none of both has one.
    pub(crate) fn withdraw() -> bool {
        let page = CURRENT.load(Ordering::Acquire);
        // SAFETY: the page stays mapped.
        let Some(current) = (unsafe { page.as_ref() }) else { return false };
        let is_unwiped = core::ptr::eq(page, (&raw const UNWIPED).cast());
        if !is_unwiped && !current.load(Ordering::Acquire).is_null() {
            return false;
        }
        CURRENT.store(core::ptr::null_mut(), Ordering::Release);
        MADE.store(core::ptr::null_mut(), Ordering::Release);
        true
    }

    #[inline]
    pub(crate) fn header(&self) -> &HeapHeader {
        // SAFETY: the file begins with the header and stays mapped.
        unsafe { &*self.base.cast::<HeapHeader>() }
    }

    #[inline]
    pub(crate) fn is_alone(&self) -> bool {
        ALONE.load(Ordering::Relaxed)
    }

    pub(crate) fn no_longer_alone(&self) {
        ALONE.store(false, Ordering::Relaxed);
    }

    /// A word of a node.
    pub(crate) fn word(&self, id: u32) -> &AtomicU32 {
        debug_assert!((id as usize) < MOST_WORDS);
        // SAFETY: ids are given out below `MOST_WORDS`, and the file has room for that many.
        unsafe { &*self.base.add(WORDS_AT).cast::<AtomicU32>().add(id as usize) }
    }

    /// Makes memory ready for words; both numbers are of whole pages.
    pub(crate) fn make_words_ready(&self, first: usize, words: usize) {
        debug_assert!(first + words <= MOST_WORDS);
        // SAFETY: the file has room for `MOST_WORDS` words.
        unsafe { sys::populate(self.base.add(WORDS_AT + first * 4), words * 4) };
    }

    /// Makes memory ready for records of single blocks; both numbers are of whole pages.
    pub(crate) fn make_singles_ready(&self, first: usize, records: usize) {
        debug_assert!(first + records <= MOST_SINGLES);
        let size = size_of::<Single>();
        // SAFETY: the file has room for `MOST_SINGLES` records.
        unsafe { sys::populate(self.base.add(SINGLES_AT + first * size), records * size) };
    }

    /// An address, by its number.
    pub(crate) fn address(&self, number: u32) -> &AtomicU64 {
        debug_assert!((number as usize) < MOST_ADDRESSES);
        // SAFETY: numbers are given out below `MOST_ADDRESSES`, and the file has room for that many.
        unsafe { &*self.base.add(ADDRESSES_AT).cast::<AtomicU64>().add(number as usize) }
    }

    /// The record of a single block.
    #[inline]
    pub(crate) fn single(&self, number: u32) -> &Single {
        debug_assert!((number as usize) < MOST_SINGLES);
        // SAFETY: numbers are given out below `MOST_SINGLES`, and the file has room for that many.
        unsafe { &*self.base.add(SINGLES_AT).cast::<Single>().add(number as usize) }
    }

    /// The node of an account.
    pub(crate) fn owner(&self, account: u32) -> &AtomicU32 {
        debug_assert!((account as usize) < MOST_ACCOUNTS);
        // SAFETY: accounts are below `MOST_ACCOUNTS`, and the file has room for that many.
        unsafe { &*self.base.add(OWNERS_AT).cast::<AtomicU32>().add(account as usize) }
    }

    /// Whether the place of a thread is taken.
    pub(crate) fn taken(&self, place: usize) -> &AtomicU8 {
        debug_assert!(place < MOST_THREADS);
        // SAFETY: the file has room for `MOST_THREADS` places.
        unsafe { &*self.base.add(TAKEN_AT).cast::<AtomicU8>().add(place) }
    }

    /// What the thread at `place` allocated in all, where only a part is counted by stack.
    #[inline]
    pub(crate) fn totals(&self, place: usize) -> &ThreadTotals {
        debug_assert!(place < MOST_THREADS);
        // SAFETY: the file has room for the totals of `MOST_THREADS` places.
        unsafe { &*self.base.add(TOTALS_AT).cast::<ThreadTotals>().add(place) }
    }

    /// What the thread at `place` counts for an account; none when there is no chunk left.
    #[inline]
    pub(crate) fn counts<K: Kind>(&self, place: usize, account: Account) -> Option<&K> {
        let number = account.number() as usize;
        debug_assert!(place < MOST_THREADS && number < MOST_ACCOUNTS);
        let index = place * DIRECTORY + number / CHUNK_ACCOUNTS;
        // SAFETY: the file has room for the directories of `MOST_THREADS` places, and accounts are below
        // `MOST_ACCOUNTS`.
        let entry = unsafe { &*self.base.add(K::DIRECTORIES_AT).cast::<AtomicU32>().add(index) };
        let chunk = match entry.load(Ordering::Acquire) {
            0 => self.new_chunk(entry, &self.header().chunks[K::NUMBER])?,
            chunk => chunk,
        };
        let start = K::CHUNKS_AT + (chunk as usize - 1) * K::CHUNK_BYTES;
        // SAFETY: chunks are given out below `MOST_CHUNKS`, and the file has room for that many.
        Some(unsafe { &*self.base.add(start).cast::<K>().add(number % CHUNK_ACCOUNTS) })
    }

    #[cold]
    fn new_chunk(&self, entry: &AtomicU32, next: &AtomicU32) -> Option<u32> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number as usize >= MOST_CHUNKS {
            next.store(MOST_CHUNKS as u32, Ordering::Relaxed);
            self.header().overflown.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        match entry.compare_exchange(0, number + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Some(number + 1),
            Err(others) => Some(others),
        }
    }

    fn module(&self, index: usize) -> &MappedFile {
        debug_assert!(index < MOST_MODULES);
        // SAFETY: the file has room for `MOST_MODULES`.
        unsafe { &*self.base.add(MODULES_AT).cast::<MappedFile>().add(index) }
    }
}

/// Writes down which files are mapped, so that addresses can be told apart when the process is gone.
pub(crate) fn list_modules() {
    let Some(heap) = HeapFile::made() else { return };
    unwind::record_modules(|module| {
        let listed = heap.header().modules.load(Ordering::Acquire) as usize;
        let start = module.start as u64;
        let is_listed = (0..listed).any(|index| {
            let known = heap.module(index);
            known.start.load(Ordering::Relaxed) == start
                && known.bias.load(Ordering::Relaxed) == module.bias as u64
        });
        if is_listed || listed >= MOST_MODULES {
            return;
        }
        let entry = heap.module(listed);
        entry.bias.store(module.bias as u64, Ordering::Relaxed);
        entry.start.store(start, Ordering::Relaxed);
        entry.end.store(module.end as u64, Ordering::Relaxed);
        write_path(entry, module);
        let next = u32::try_from(listed + 1).unwrap_or(0);
        heap.header().modules.store(next, Ordering::Release);
    });
}

fn write_path(entry: &MappedFile, module: &unwind::Module) {
    let mut program = [0_u8; PATH_BYTES];
    let name = module.name.cast::<u8>();
    // SAFETY: the loader's names end with a zero byte.
    let is_program = name.is_null() || unsafe { name.read() } == 0;
    if is_program {
        let length = sys::program(&mut program[..PATH_BYTES - 1]);
        for (byte, to) in program[..length].iter().zip(&entry.path) {
            to.store(*byte, Ordering::Relaxed);
        }
        return;
    }
    for (at, to) in entry.path[..PATH_BYTES - 1].iter().enumerate() {
        // SAFETY: the loop ends at the final zero.
        let byte = unsafe { name.add(at).read() };
        if byte == 0 {
            break;
        }
        to.store(byte, Ordering::Relaxed);
    }
}

fn append(path: &mut [u8], length: usize, text: &[u8]) -> usize {
    for (at, byte) in text.iter().enumerate() {
        if let Some(place) = path.get_mut(length + at) {
            *place = *byte;
        }
    }
    length + text.len()
}

fn append_number(path: &mut [u8], length: usize, number: u32) -> usize {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            return append(path, length, &digits[at..]);
        }
    }
}
