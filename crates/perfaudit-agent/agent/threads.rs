//! Threads and processes that the target starts.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::region::Region;
use crate::{heap, sampling, start, sys, tls};

type Routine = extern "C" fn(*mut c_void) -> *mut c_void;
type Create = unsafe extern "C" fn(*mut c_void, *const c_void, Routine, *mut c_void) -> c_int;
type Fork = unsafe extern "C" fn() -> c_int;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn pthread_key_create(key: *mut u32, destructor: extern "C" fn(*mut c_void)) -> c_int;
    fn pthread_setspecific(key: u32, value: *const c_void) -> c_int;
}

/// The next definition after this library's.
const RTLD_NEXT: *mut c_void = -1_isize as *mut c_void;

static CREATE: AtomicUsize = AtomicUsize::new(0);
static FORK: AtomicUsize = AtomicUsize::new(0);

/// The address of the definition that this library hides.
fn hidden(cache: &AtomicUsize, name: &core::ffi::CStr) -> usize {
    let known = cache.load(Ordering::Acquire);
    if known != 0 {
        return known;
    }
    // SAFETY: the name ends with a zero byte.
    let found = unsafe { dlsym(RTLD_NEXT, name.as_ptr()) } as usize;
    cache.store(found, Ordering::Release);
    found
}

/// The end of the first thread's stack, or the largest address where that is not known.
static MAIN_STACK_END: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Remembers where the first thread's stack ends: the environment lies there.
pub(crate) fn remember_stack_end(environment: usize) {
    const PAGE: usize = 4096;
    MAIN_STACK_END.store(environment.next_multiple_of(PAGE), Ordering::Relaxed);
}

/// Where the stack that holds `address` ends, or something below that. The first thread's ends at the environment; the
/// others have the thread pointer at their end; of a stack that the program made itself only some is certain.
#[inline]
pub(crate) fn stack_limit(address: usize) -> usize {
    /// No stack is larger.
    const LARGEST: usize = 1 << 30;
    /// What programs give the stacks that they make, or more.
    const CERTAIN: usize = 16 * 1024;
    let main = MAIN_STACK_END.load(Ordering::Relaxed);
    let pointer = tls::thread_pointer();
    if main.wrapping_sub(address) < LARGEST {
        main
    } else if pointer.wrapping_sub(address) < LARGEST {
        pointer
    } else {
        (address + CERTAIN) & !4095
    }
}

/// A key of the thread library; `u32::MAX` without one.
struct Key(AtomicU32);

impl Key {
    const fn new() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }

    fn install(&self, destructor: extern "C" fn(*mut c_void)) {
        let mut key = 0;
        // SAFETY: the library writes one key; the destructor follows the rules of this library.
        if unsafe { pthread_key_create(&raw mut key, destructor) } == 0 {
            self.0.store(key, Ordering::Release);
        }
    }

    /// Lets the destructor get `number` when this thread ends, whichever way. Numbers are kept plus one: a null value
    /// means that there is nothing to destroy.
    fn set(&self, number: usize) {
        let key = self.0.load(Ordering::Acquire);
        if key != u32::MAX {
            // SAFETY: the value is a number that is never followed as a pointer.
            unsafe { pthread_setspecific(key, (number + 1) as *const c_void) };
        }
    }
}

/// Its destructor ends the timer of a thread.
static TIMER: Key = Key::new();
/// Its destructor gives back the place where a thread counts allocations.
static PLACE: Key = Key::new();

extern "C" fn end_timer(number: *mut c_void) {
    sampling::stop(i32::try_from(number as usize).map_or(-1, |number| number - 1));
}

extern "C" fn leave_place(number: *mut c_void) {
    heap::leave((number as usize).wrapping_sub(1));
}

/// Gets ready to end with threads what was begun for them.
pub(crate) fn install() {
    TIMER.install(end_timer);
    PLACE.install(leave_place);
}

/// Samples this thread until it ends.
pub(crate) fn adopt(region: &Region) {
    if let Ok(timer) = usize::try_from(sampling::start(region)) {
        TIMER.set(timer);
    }
}

/// Gives the place of this thread back when it ends.
pub(crate) fn leave_place_on_exit(place: usize) {
    PLACE.set(place);
}

/// What a new thread is to run, in a page of its own.
struct Errand {
    routine: Routine,
    argument: *mut c_void,
}

extern "C" fn run_errand(page: *mut c_void) -> *mut c_void {
    let errand = page.cast::<Errand>();
    // SAFETY: `pthread_create` below wrote the errand, and gave the page to this thread alone.
    let Errand { routine, argument } = unsafe { errand.read() };
    // SAFETY: as above; the errand was moved out.
    unsafe { sys::unmap(page.cast(), size_of::<Errand>()) };
    if let Some(region) = Region::current() {
        adopt(&region);
    }
    routine(argument)
}

/// Starts a thread whose CPU time is sampled.
///
/// # Safety
/// As `pthread_create` of the C library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_create(
    thread: *mut c_void,
    attributes: *const c_void,
    routine: Routine,
    argument: *mut c_void,
) -> c_int {
    /// The library is not complete.
    const ENOSYS: c_int = 38;
    let address = hidden(&CREATE, c"pthread_create");
    if address == 0 {
        return ENOSYS;
    }
    // SAFETY: the C library's function has this type.
    let create = unsafe { core::mem::transmute::<usize, Create>(address) };
    let page = if Region::current().is_some() { sys::map(size_of::<Errand>()) } else { None };
    let Some(page) = page else {
        // SAFETY: the caller answers for the arguments.
        return unsafe { create(thread, attributes, routine, argument) };
    };
    // SAFETY: the page is new, writable and aligned.
    unsafe { page.cast::<Errand>().write(Errand { routine, argument }) };
    // SAFETY: the caller answers for the arguments; the errand takes the place of its own.
    let code = unsafe { create(thread, attributes, run_errand, page.cast()) };
    if code != 0 {
        // SAFETY: no thread was started that would use the page.
        unsafe { sys::unmap(page, size_of::<Errand>()) };
    }
    code
}

/// Forks; the child's only thread is sampled, too.
///
/// # Safety
/// As `fork` of the C library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fork() -> c_int {
    let address = hidden(&FORK, c"fork");
    if address == 0 {
        return -1;
    }
    // SAFETY: the C library's function has this type.
    let fork = unsafe { core::mem::transmute::<usize, Fork>(address) };
    let parent = sys::process();
    // SAFETY: the caller answers for it.
    let child = unsafe { fork() };
    if child == 0 {
        start::in_child(parent);
    }
    child
}
