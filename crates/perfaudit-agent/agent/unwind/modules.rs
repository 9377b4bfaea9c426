//! The files that are mapped into this process, with their unwind tables.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::cursor::Cursor;

/// A mapped file.
#[derive(Clone, Copy)]
pub(crate) struct Module {
    /// What is added to addresses of the file.
    pub(crate) bias: usize,
    /// The first address of its segments.
    pub(crate) start: usize,
    /// The address behind its last segment.
    pub(crate) end: usize,
    /// Where `.eh_frame_hdr` is.
    pub(crate) table: usize,
    /// Its path, as the loader knows it; empty for the program itself.
    pub(crate) name: *const c_char,
}

impl Module {
    /// Whether it is the loader, by its name.
    pub(crate) fn is_loader(&self) -> bool {
        self.is_named(b"/ld-linux")
    }

    /// Whether it is the C library, by its name: `libc.so.6`, in older versions `libc-2.31.so`.
    pub(crate) fn is_c_library(&self) -> bool {
        self.is_named(b"/libc.so") || self.is_named(b"/libc-2.")
    }

    /// Whether this stands in its path; it begins with the only slash in it.
    fn is_named(&self, mark: &[u8]) -> bool {
        let name = self.name.cast::<u8>();
        if name.is_null() {
            return false;
        }
        let mut matched = 0;
        let mut at = 0;
        loop {
            // SAFETY: the loader's names end with a zero byte, and the loop ends there.
            let byte = unsafe { name.add(at).read() };
            matched = match byte {
                0 => return false,
                byte if byte == mark[matched] => matched + 1,
                b'/' => 1,
                _ => 0,
            };
            if matched == mark.len() {
                return true;
            }
            at += 1;
        }
    }

    pub(crate) fn cursor(&self, at: usize) -> Cursor {
        // SAFETY: the loader has mapped the segments of the file; gaps between them are part of its reservation, and
        // tables do not point there.
        unsafe { Cursor::new(at, self.start, self.end) }
    }
}

/// How many files a process may map; more are unknown.
const MOST: usize = 1024;

/// A list that is written once and then only replaced as a whole.
#[repr(C)]
struct List {
    length: usize,
    modules: [Module; MOST],
}

static LIST: AtomicPtr<List> = AtomicPtr::new(core::ptr::null_mut());
/// One thread at a time makes the list; others go on with the old one.
static LOADING: AtomicBool = AtomicBool::new(false);

/// `struct dl_phdr_info`, as far as it is used.
#[repr(C)]
struct Loaded {
    bias: usize,
    name: *const c_char,
    headers: *const ProgramHeader,
    count: u16,
}

/// `Elf64_Phdr`.
#[repr(C)]
struct ProgramHeader {
    kind: u32,
    flags: u32,
    offset: u64,
    address: usize,
    physical: u64,
    file_bytes: u64,
    bytes: usize,
    alignment: u64,
}

const PT_LOAD: u32 = 1;
const PT_GNU_EH_FRAME: u32 = 0x6474_e550;

unsafe extern "C" {
    fn dl_iterate_phdr(
        each: unsafe extern "C" fn(*const Loaded, usize, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

unsafe extern "C" fn add(loaded: *const Loaded, _: usize, list: *mut c_void) -> c_int {
    // SAFETY: the loader passes its own description, and the pointer that it was given.
    let (loaded, list) = unsafe { (&*loaded, &mut *list.cast::<List>()) };
    let mut module = Module { bias: loaded.bias, start: usize::MAX, end: 0, table: 0, name: loaded.name };
    for index in 0..usize::from(loaded.count) {
        // SAFETY: the loader says how many headers there are.
        let header = unsafe { &*loaded.headers.add(index) };
        let address = loaded.bias.wrapping_add(header.address);
        if header.kind == PT_LOAD {
            module.start = module.start.min(address);
            module.end = module.end.max(address.wrapping_add(header.bytes));
        } else if header.kind == PT_GNU_EH_FRAME {
            module.table = address;
        }
    }
    if module.table != 0
        && module.start < module.end
        && let Some(place) = list.modules.get_mut(list.length)
    {
        *place = module;
        list.length += 1;
    }
    0
}

/// Makes the list again, for files that were mapped since; answers false while another thread does that. The old list
/// stays where it is: another thread may read it.
pub(crate) fn reload_modules() -> bool {
    if LOADING.swap(true, Ordering::Acquire) {
        return false;
    }
    if let Some(room) = crate::sys::map(size_of::<List>()) {
        // SAFETY: zeros are a valid list, and `add` gets what it expects.
        unsafe { dl_iterate_phdr(add, room.cast()) };
        LIST.store(room.cast(), Ordering::Release);
        crate::heap::list_modules();
    }
    LOADING.store(false, Ordering::Release);
    true
}

/// In the child of a fork nobody else makes a list.
pub(crate) fn forget_reloading() {
    LOADING.store(false, Ordering::Release);
}

/// Hands out every module.
pub(crate) fn record_modules(each: impl FnMut(&Module)) {
    // SAFETY: a list stays mapped and does not change once it is published.
    let Some(list) = (unsafe { LIST.load(Ordering::Acquire).as_ref() }) else { return };
    list.modules.iter().take(list.length).for_each(each);
}

/// The module that holds an address.
pub(crate) fn module_of(address: usize) -> Option<Module> {
    let mut found = None;
    record_modules(|module| {
        if (module.start..module.end).contains(&address) {
            found = Some(*module);
        }
    });
    found
}
