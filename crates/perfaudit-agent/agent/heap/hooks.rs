//! The functions of the C library that this library stands before.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::nested::Request;
use super::{Why, allocated, freed, sampled, unfreed};
use crate::sys;
use crate::unwind::Start;

type Pointer = *mut c_void;
type Malloc = unsafe extern "C" fn(usize) -> Pointer;
type Calloc = unsafe extern "C" fn(usize, usize) -> Pointer;
type Realloc = unsafe extern "C" fn(Pointer, usize) -> Pointer;
type Free = unsafe extern "C" fn(Pointer);
type Aligned = unsafe extern "C" fn(usize, usize) -> Pointer;
type PosixAligned = unsafe extern "C" fn(*mut Pointer, usize, usize) -> c_int;

unsafe extern "C" {
    fn dlsym(handle: Pointer, name: *const c_char) -> Pointer;
}

const RTLD_NEXT: Pointer = -1_isize as Pointer;
const ENOMEM: c_int = 12;

/// A function that this library stands before.
struct Hidden {
    place: usize,
    name: &'static core::ffi::CStr,
}

/// The addresses of these functions once they were looked up, in one cache line: each call needs one of them.
#[repr(align(64))]
pub(super) struct Addresses([AtomicUsize; 8]);

pub(super) static ADDRESSES: Addresses = Addresses([const { AtomicUsize::new(0) }; 8]);

/// Whether a look-up is under way: it may itself allocate.
static LOOKING_UP: AtomicBool = AtomicBool::new(false);

impl Hidden {
    const fn new(place: usize, name: &'static core::ffi::CStr) -> Self {
        Self { place, name }
    }

    #[inline(always)]
    fn place(&self) -> &'static AtomicUsize {
        &ADDRESSES.0[self.place]
    }

    /// The address of the next definition; none while it is being looked up (see [`look_up_all`]), and where there is
    /// none.
    #[inline]
    fn address(&self) -> Option<usize> {
        match self.place().load(Ordering::Acquire) {
            0 => self.look_up(),
            known => Some(known),
        }
    }

    /// The address of a function that was looked up already; 0 of one that was not, or is not there.
    #[inline(always)]
    fn known(&self) -> usize {
        self.place().load(Ordering::Relaxed)
    }

    #[cold]
    fn look_up(&self) -> Option<usize> {
        if LOOKING_UP.swap(true, Ordering::Acquire) {
            return None;
        }
        // SAFETY: the name ends with a zero byte.
        let found = unsafe { dlsym(RTLD_NEXT, self.name.as_ptr()) } as usize;
        LOOKING_UP.store(false, Ordering::Release);
        self.place().store(found, Ordering::Release);
        (found != 0).then_some(found)
    }
}

/// The places of those that are also called from [`quick`](super::quick).
pub(super) const MALLOC_PLACE: usize = 0;
pub(super) const REALLOC_PLACE: usize = 2;
pub(super) const FREE_PLACE: usize = 3;

static MALLOC: Hidden = Hidden::new(MALLOC_PLACE, c"malloc");
static CALLOC: Hidden = Hidden::new(1, c"calloc");
static REALLOC: Hidden = Hidden::new(REALLOC_PLACE, c"realloc");
static FREE: Hidden = Hidden::new(FREE_PLACE, c"free");
static MEMALIGN: Hidden = Hidden::new(4, c"memalign");
static ALIGNED_ALLOC: Hidden = Hidden::new(5, c"aligned_alloc");
static POSIX_MEMALIGN: Hidden = Hidden::new(6, c"posix_memalign");
static PVALLOC: Hidden = Hidden::new(7, c"pvalloc");

/// Looks every function up while there is one thread. Looking one up may allocate, and is answered from [`early`] memory,
/// of which there is little: another thread that came upon a look-up under way would soon get nothing, and nobody would
/// count it.
pub(crate) fn look_up_all() {
    let all = [&MALLOC, &CALLOC, &REALLOC, &FREE, &MEMALIGN, &ALIGNED_ALLOC, &POSIX_MEMALIGN, &PVALLOC];
    for hidden in all {
        hidden.address();
    }
}

/// The functions of the C library that calls are passed on to at once of which nothing but their size is to be counted, by
/// their places; 0 where none may be. The page is zeros in the child of a fork, which so comes to count for itself.
#[repr(align(4096))]
pub(super) struct PassedOn([AtomicUsize; 512]);

pub(super) static PASSED_ON: PassedOn = PassedOn([const { AtomicUsize::new(0) }; 512]);

impl PassedOn {
    #[inline(always)]
    fn of(&self, hidden: &Hidden) -> Option<usize> {
        let address = self.0[hidden.place].load(Ordering::Relaxed);
        (address != 0).then_some(address)
    }

    pub(super) fn malloc(&self) -> Option<usize> {
        self.of(&MALLOC)
    }
}

/// Lets calls be passed on; answers false where that cannot be.
pub(super) fn pass_on() -> bool {
    let all = [&MALLOC, &CALLOC, &REALLOC];
    let are_known = FREE.known() != 0 && all.iter().all(|hidden| hidden.known() != 0);
    let page = (&raw const PASSED_ON).cast_mut().cast();
    // SAFETY: the page is this library's own, of no file since nothing but zeros is in it, and zeros say that no call is
    // passed on.
    let is_on = are_known && unsafe { sys::wipe_on_fork(page, size_of::<PassedOn>()) };
    if is_on {
        all.iter().for_each(|hidden| PASSED_ON.0[hidden.place].store(hidden.known(), Ordering::Relaxed));
    }
    is_on
}

/// The `malloc` that this library stands before.
pub(super) fn next_malloc() -> Option<usize> {
    MALLOC.address()
}

/// Memory for what is allocated while a function is looked up.
pub(super) mod early {
    use core::cell::UnsafeCell;
    use core::ffi::c_void;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::sampled;

    const BYTES: usize = 64 * 1024;

    #[repr(align(16))]
    struct Arena(UnsafeCell<[u8; BYTES]>);

    // SAFETY: pieces are handed out once, by an atomic.
    unsafe impl Sync for Arena {}

    static ARENA: Arena = Arena(UnsafeCell::new([0; BYTES]));
    static USED: AtomicUsize = AtomicUsize::new(0);

    /// A piece that is zeroed and never reused; null when there is no room.
    pub(super) fn allocate(bytes: usize) -> *mut c_void {
        let bytes = bytes.next_multiple_of(16);
        let start = USED.fetch_add(bytes, Ordering::Relaxed);
        if start.saturating_add(bytes) > BYTES {
            return core::ptr::null_mut();
        }
        keep();
        // SAFETY: the piece lies within the arena.
        unsafe { ARENA.0.get().cast::<u8>().add(start).cast() }
    }

    /// Has these pieces looked at when they are freed: the C library does not know them.
    pub(in crate::heap) fn keep() {
        let used = USED.load(Ordering::Relaxed).min(BYTES);
        sampled::always_look_at(ARENA.0.get() as usize, used);
    }

    pub(super) fn holds(block: *mut c_void) -> bool {
        let start = ARENA.0.get() as usize;
        (start..start + BYTES).contains(&(block as usize))
    }
}

/// What the C library answers to a call that was passed over: it was counted before, and is not if it is refused.
#[inline(always)]
fn given(block: Pointer, bytes: usize) -> Pointer {
    if block.is_null() {
        sampled::take_back(bytes);
    }
    block
}

/// # Safety
/// As `malloc` of the C library.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe extern "C" fn malloc(bytes: usize, start: Start) -> Pointer {
    if let Some(address) = PASSED_ON.of(&MALLOC)
        && sampled::pass_over(bytes)
    {
        // SAFETY: the C library's function has this type.
        return given(unsafe { core::mem::transmute::<usize, Malloc>(address)(bytes) }, bytes);
    }
    // SAFETY: the caller answers for it.
    unsafe { malloc_counted(bytes, start) }
}

/// # Safety
/// As `malloc` of the C library.
#[inline(never)]
pub(super) unsafe extern "C" fn malloc_counted(bytes: usize, start: Start) -> Pointer {
    let Some(address) = MALLOC.address() else { return early::allocate(bytes) };
    let request = Request::begin(start);
    // SAFETY: the C library's function has this type.
    let block = unsafe { core::mem::transmute::<usize, Malloc>(address)(bytes) };
    if request.is_some() && !block.is_null() {
        allocated(block as usize, bytes, None, start);
    }
    block
}

/// # Safety
/// As `calloc` of the C library.
pub(super) unsafe extern "C" fn calloc(count: usize, size: usize, start: Start) -> Pointer {
    if let (Some(address), Some(bytes)) = (PASSED_ON.of(&CALLOC), count.checked_mul(size))
        && sampled::pass_over(bytes)
    {
        // SAFETY: the C library's function has this type.
        return given(unsafe { core::mem::transmute::<usize, Calloc>(address)(count, size) }, bytes);
    }
    // SAFETY: the caller answers for it.
    unsafe { calloc_counted(count, size, start) }
}

/// # Safety
/// As `calloc` of the C library.
#[inline(never)]
unsafe fn calloc_counted(count: usize, size: usize, start: Start) -> Pointer {
    let Some(address) = CALLOC.address() else { return early::allocate(count.saturating_mul(size)) };
    let request = Request::begin(start);
    // SAFETY: the C library's function has this type.
    let block = unsafe { core::mem::transmute::<usize, Calloc>(address)(count, size) };
    if request.is_some() && !block.is_null() {
        allocated(block as usize, count.wrapping_mul(size), None, start);
    }
    block
}

/// # Safety
/// As `realloc` of the C library.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe extern "C" fn realloc(block: Pointer, bytes: usize, start: Start) -> Pointer {
    if let Some(address) = PASSED_ON.of(&REALLOC)
        && !block.is_null()
        && sampled::is_passed_over(block as usize)
        && sampled::pass_over(bytes)
    {
        // SAFETY: the C library's function has this type.
        return given(unsafe { core::mem::transmute::<usize, Realloc>(address)(block, bytes) }, bytes);
    }
    // SAFETY: the caller answers for the block.
    unsafe { reallocate(block, bytes, start) }
}

/// # Safety
/// As `reallocarray` of the C library.
pub(super) unsafe extern "C" fn reallocarray(
    block: Pointer,
    count: usize,
    size: usize,
    start: Start,
) -> Pointer {
    match count.checked_mul(size) {
        // SAFETY: the caller answers for the block.
        Some(bytes) => unsafe { reallocate(block, bytes, start) },
        None => core::ptr::null_mut(),
    }
}

/// # Safety
/// As `realloc` of the C library.
#[inline(never)]
pub(super) unsafe extern "C" fn reallocate(block: Pointer, bytes: usize, start: Start) -> Pointer {
    if early::holds(block) {
        let new = early::allocate(bytes);
        if !new.is_null() {
            // SAFETY: the old piece ends within the arena, and so does one as long that follows it.
            unsafe {
                core::ptr::copy(
                    block.cast::<u8>(),
                    new.cast::<u8>(),
                    bytes.min(new as usize - block as usize),
                )
            };
        }
        return new;
    }
    let Some(address) = REALLOC.address() else { return core::ptr::null_mut() };
    let request = Request::begin(start);
    let is_known = request.is_some() && !block.is_null();
    let known = if is_known { freed(block as usize, Why::Reallocation) } else { None };
    // SAFETY: the C library's function has this type.
    let new = unsafe { core::mem::transmute::<usize, Realloc>(address)(block, bytes) };
    if request.is_some() && !new.is_null() {
        let grown_from = known.filter(|known| known.bytes < bytes).map(|known| known.bytes);
        allocated(new as usize, bytes, grown_from, start);
    } else if let (Some(known), true) = (known, bytes != 0) {
        unfreed(block as usize, known);
    }
    new
}

/// # Safety
/// As `free` of the C library.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe extern "C" fn free(block: Pointer, start: Start) {
    if sampled::is_passed_over(block as usize) {
        crate::tls::set_last_block(0);
        // SAFETY: as in `malloc`.
        return unsafe { core::mem::transmute::<usize, Free>(FREE.known())(block) };
    }
    // SAFETY: the caller answers for the block.
    unsafe { free_counted(block, start) }
}

/// # Safety
/// As `free` of the C library.
#[inline(never)]
pub(super) unsafe extern "C" fn free_counted(block: Pointer, start: Start) {
    if block.is_null() || early::holds(block) {
        return;
    }
    let request = Request::begin(start);
    if request.is_some() {
        freed(block as usize, Why::Free);
    }
    if let Some(address) = FREE.address() {
        // SAFETY: the C library's function has this type.
        unsafe { core::mem::transmute::<usize, Free>(address)(block) };
    }
}

/// # Safety
/// As `memalign` of the C library.
pub(super) unsafe extern "C" fn memalign(alignment: usize, bytes: usize, start: Start) -> Pointer {
    // SAFETY: the caller answers for it.
    unsafe { aligned(&MEMALIGN, alignment, bytes, start) }
}

/// # Safety
/// As `aligned_alloc` of the C library.
pub(super) unsafe extern "C" fn aligned_alloc(alignment: usize, bytes: usize, start: Start) -> Pointer {
    // SAFETY: the caller answers for it.
    unsafe { aligned(&ALIGNED_ALLOC, alignment, bytes, start) }
}

/// # Safety
/// As `memalign` of the C library.
#[inline(always)]
unsafe fn aligned(hidden: &Hidden, alignment: usize, bytes: usize, start: Start) -> Pointer {
    let Some(address) = hidden.address() else { return core::ptr::null_mut() };
    let request = Request::begin(start);
    // SAFETY: the C library's function has this type.
    let block = unsafe { core::mem::transmute::<usize, Aligned>(address)(alignment, bytes) };
    if request.is_some() && !block.is_null() {
        allocated(block as usize, bytes, None, start);
    }
    block
}

/// # Safety
/// As `posix_memalign` of the C library.
pub(super) unsafe extern "C" fn posix_memalign(
    to: *mut Pointer,
    alignment: usize,
    bytes: usize,
    start: Start,
) -> c_int {
    let Some(address) = POSIX_MEMALIGN.address() else { return ENOMEM };
    let request = Request::begin(start);
    // SAFETY: the C library's function has this type.
    let code = unsafe { core::mem::transmute::<usize, PosixAligned>(address)(to, alignment, bytes) };
    if request.is_some() && code == 0 {
        // SAFETY: the C library has written the block there.
        allocated(unsafe { to.read() } as usize, bytes, None, start);
    }
    code
}

/// # Safety
/// As `valloc` of the C library.
pub(super) unsafe extern "C" fn valloc(bytes: usize, start: Start) -> Pointer {
    /// What every system that has this function takes for a page here.
    const PAGE: usize = 4096;
    // SAFETY: the caller answers for it.
    unsafe { aligned(&MEMALIGN, PAGE, bytes, start) }
}

/// # Safety
/// As `pvalloc` of the C library.
pub(super) unsafe extern "C" fn pvalloc(bytes: usize, start: Start) -> Pointer {
    let Some(address) = PVALLOC.address() else { return core::ptr::null_mut() };
    let request = Request::begin(start);
    // SAFETY: the C library's function has this type.
    let block = unsafe { core::mem::transmute::<usize, Malloc>(address)(bytes) };
    if request.is_some() && !block.is_null() {
        allocated(block as usize, bytes, None, start);
    }
    block
}
