//! The files that are mapped into this process, with their unwind tables.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

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
        const MARK: &[u8] = b"/ld-linux";
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
                byte if byte == MARK[matched] => matched + 1,
                b'/' => 1,
                _ => 0,
            };
            if matched == MARK.len() {
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
struct List {
    length: AtomicUsize,
    modules: AtomicPtr<Module>,
}

static LIST: List = List { length: AtomicUsize::new(0), modules: AtomicPtr::new(core::ptr::null_mut()) };
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

/// The list under construction.
struct Building {
    modules: *mut Module,
    length: usize,
}

unsafe extern "C" fn add(loaded: *const Loaded, _: usize, building: *mut c_void) -> c_int {
    // SAFETY: the loader passes its own description, and the pointer that it was given.
    let (loaded, building) = unsafe { (&*loaded, &mut *building.cast::<Building>()) };
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
    if module.table != 0 && module.start < module.end && building.length < MOST {
        // SAFETY: there is room for `MOST` modules.
        unsafe { building.modules.add(building.length).write(module) };
        building.length += 1;
    }
    0
}

/// Makes the list again, for files that were mapped since. The old list stays where it is: another thread may read it.
pub(crate) fn reload_modules() {
    if LOADING.swap(true, Ordering::Acquire) {
        return;
    }
    if let Some(room) = crate::sys::map(MOST * size_of::<Module>()) {
        let mut building = Building { modules: room.cast(), length: 0 };
        // SAFETY: `add` gets what it expects.
        unsafe { dl_iterate_phdr(add, (&raw mut building).cast()) };
        LIST.length.store(0, Ordering::Release);
        LIST.modules.store(building.modules, Ordering::Release);
        LIST.length.store(building.length, Ordering::Release);
        crate::heap::list_modules();
    }
    LOADING.store(false, Ordering::Release);
}

/// Hands out every module.
pub(crate) fn record_modules(mut each: impl FnMut(&Module)) {
    let length = LIST.length.load(Ordering::Acquire);
    let modules = LIST.modules.load(Ordering::Acquire);
    for index in 0..length {
        // SAFETY: a length that is not zero was stored after its list.
        each(unsafe { &*modules.add(index) });
    }
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
