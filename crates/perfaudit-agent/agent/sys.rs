//! System calls by number.

use core::arch::asm;

/// The numbers of the system calls that the agent makes.
#[cfg(target_arch = "x86_64")]
mod number {
    pub(super) const READ: usize = 0;
    pub(super) const MPROTECT: usize = 10;
    pub(super) const MADVISE: usize = 28;
    pub(super) const UNLINKAT: usize = 263;
    pub(super) const PRLIMIT: usize = 302;
    pub(super) const PRCTL: usize = 157;
    pub(super) const CLOSE: usize = 3;
    pub(super) const FTRUNCATE: usize = 77;
    pub(super) const READLINKAT: usize = 267;
    pub(super) const MMAP: usize = 9;
    pub(super) const MUNMAP: usize = 11;
    pub(super) const GETPID: usize = 39;
    pub(super) const GETTID: usize = 186;
    pub(super) const TIMER_CREATE: usize = 222;
    pub(super) const TIMER_SETTIME: usize = 223;
    pub(super) const TIMER_DELETE: usize = 226;
    pub(super) const CLOCK_GETTIME: usize = 228;
    pub(super) const OPENAT: usize = 257;
    pub(super) const PROCESS_VM_READV: usize = 310;
    pub(super) const EXIT_GROUP: usize = 231;
}

/// The numbers of the system calls that the agent makes.
#[cfg(target_arch = "aarch64")]
mod number {
    pub(super) const READ: usize = 63;
    pub(super) const MPROTECT: usize = 226;
    pub(super) const MADVISE: usize = 233;
    pub(super) const UNLINKAT: usize = 35;
    pub(super) const PRLIMIT: usize = 261;
    pub(super) const PRCTL: usize = 167;
    pub(super) const CLOSE: usize = 57;
    pub(super) const FTRUNCATE: usize = 46;
    pub(super) const READLINKAT: usize = 78;
    pub(super) const MMAP: usize = 222;
    pub(super) const MUNMAP: usize = 215;
    pub(super) const GETPID: usize = 172;
    pub(super) const GETTID: usize = 178;
    pub(super) const TIMER_CREATE: usize = 107;
    pub(super) const TIMER_SETTIME: usize = 110;
    pub(super) const TIMER_DELETE: usize = 111;
    pub(super) const CLOCK_GETTIME: usize = 113;
    pub(super) const OPENAT: usize = 56;
    pub(super) const PROCESS_VM_READV: usize = 270;
    pub(super) const EXIT_GROUP: usize = 94;
}

/// What a system call answered: a value, or an error number.
type Answer = Result<usize, i32>;

/// Makes a system call.
///
/// # Safety
/// The arguments must be what the call expects: pointers that are valid for what it reads and writes.
#[cfg(target_arch = "x86_64")]
unsafe fn call(number: usize, arguments: [usize; 6]) -> Answer {
    let answer: isize;
    // SAFETY: the kernel keeps all registers but these; the caller answers for the arguments.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") arguments[0],
            in("rsi") arguments[1],
            in("rdx") arguments[2],
            in("r10") arguments[3],
            in("r8") arguments[4],
            in("r9") arguments[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    checked(answer)
}

/// Makes a system call.
///
/// # Safety
/// The arguments must be what the call expects: pointers that are valid for what it reads and writes.
#[cfg(target_arch = "aarch64")]
unsafe fn call(number: usize, arguments: [usize; 6]) -> Answer {
    let answer: isize;
    // SAFETY: the kernel keeps all registers but the answer's; the caller answers for the arguments.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") arguments[0] => answer,
            in("x1") arguments[1],
            in("x2") arguments[2],
            in("x3") arguments[3],
            in("x4") arguments[4],
            in("x5") arguments[5],
            options(nostack),
        );
    }
    checked(answer)
}

/// The kernel answers errors as -1 to -4095.
fn checked(answer: isize) -> Answer {
    if (-4095..0).contains(&answer) {
        Err(i32::try_from(-answer).unwrap_or(i32::MAX))
    } else {
        Ok(answer.cast_unsigned())
    }
}

/// Ends the process; only for what cannot happen.
pub(crate) fn abort() -> ! {
    loop {
        // SAFETY: takes no pointer.
        let _ = unsafe { call(number::EXIT_GROUP, [134, 0, 0, 0, 0, 0]) };
    }
}

pub(crate) fn process() -> u32 {
    // SAFETY: takes no pointer.
    let answer = unsafe { call(number::GETPID, [0; 6]) };
    narrow(answer)
}

pub(crate) fn thread() -> u32 {
    // SAFETY: takes no pointer.
    let answer = unsafe { call(number::GETTID, [0; 6]) };
    narrow(answer)
}

/// The name of this thread, filled up with zeros.
pub(crate) fn thread_name() -> [u64; 2] {
    const PR_GET_NAME: usize = 16;
    let mut name = [0_u64; 2];
    // SAFETY: the kernel writes 16 bytes.
    let _ = unsafe { call(number::PRCTL, [PR_GET_NAME, name.as_mut_ptr() as usize, 0, 0, 0, 0]) };
    name
}

fn narrow(answer: Answer) -> u32 {
    answer.ok().and_then(|answer| u32::try_from(answer).ok()).unwrap_or(0)
}

const CLOCK_MONOTONIC: usize = 1;
const CLOCK_THREAD_CPUTIME_ID: usize = 3;

#[repr(C)]
#[derive(Default)]
struct TimeSpec {
    seconds: i64,
    nanoseconds: i64,
}

/// The monotonic clock in nanoseconds.
pub(crate) fn now_ns() -> u64 {
    let mut time = TimeSpec::default();
    // SAFETY: the kernel writes one `TimeSpec`.
    let _ = unsafe { call(number::CLOCK_GETTIME, [CLOCK_MONOTONIC, &raw mut time as usize, 0, 0, 0, 0]) };
    time.seconds.cast_unsigned().wrapping_mul(1_000_000_000).wrapping_add(time.nanoseconds.cast_unsigned())
}

const AT_FDCWD: usize = (-100_isize).cast_unsigned();
const O_RDWR_CLOEXEC: usize = 0o2 | 0o2_000_000;
const O_RDONLY_CLOEXEC: usize = 0o2_000_000;
const PROT_READ_WRITE: usize = 1 | 2;
const MAP_SHARED: usize = 1;
const MAP_NORESERVE: usize = 0x4000;
const MAP_PRIVATE_ANONYMOUS: usize = 2 | 0x20 | MAP_NORESERVE;
const O_CREAT_EXCL: usize = 0o100 | 0o200;

/// Maps the first `bytes` of a file that others write, too. `path` ends with a zero byte.
///
/// # Safety
/// `path` must point to a string that ends with a zero byte.
pub(crate) unsafe fn map_file(path: *const u8, bytes: usize) -> Option<*mut u8> {
    // SAFETY: the caller answers for the path.
    let file = unsafe { call(number::OPENAT, [AT_FDCWD, path as usize, O_RDWR_CLOEXEC, 0, 0, 0]) }.ok()?;
    // SAFETY: a new mapping at an address of the kernel's choice touches no memory that is in use.
    let mapped = unsafe { call(number::MMAP, [0, bytes, PROT_READ_WRITE, MAP_SHARED, file, 0]) };
    // SAFETY: takes no pointer.
    let _ = unsafe { call(number::CLOSE, [file, 0, 0, 0, 0, 0]) };
    Some(mapped.ok()? as *mut u8)
}

/// What became of a file that was to be made.
pub(crate) enum Made {
    /// It is there and mapped.
    At(*mut u8),
    /// Something has that name already.
    Exists,
    /// The system does not let this process have it.
    Refused,
}

/// Makes a file of `bytes` that did not exist, and maps it. `path` ends with a zero byte.
///
/// # Safety
/// `path` must point to a string that ends with a zero byte.
pub(crate) unsafe fn create_file(path: *const u8, bytes: usize) -> Made {
    const READABLE_FOR_OWNER: usize = 0o600;
    const EEXIST: i32 = 17;
    // A file that grows beyond the limit would end the process by SIGXFSZ.
    if largest_file() < bytes as u64 {
        return Made::Refused;
    }
    let flags = O_RDWR_CLOEXEC | O_CREAT_EXCL;
    let arguments = [AT_FDCWD, path as usize, flags, READABLE_FOR_OWNER, 0, 0];
    // SAFETY: the caller answers for the path.
    let file = match unsafe { call(number::OPENAT, arguments) } {
        Ok(file) => file,
        Err(EEXIST) => return Made::Exists,
        Err(_) => return Made::Refused,
    };
    // SAFETY: takes no pointer.
    let sized = unsafe { call(number::FTRUNCATE, [file, bytes, 0, 0, 0, 0]) };
    // SAFETY: as in `map_file`.
    let mapped =
        unsafe { call(number::MMAP, [0, bytes, PROT_READ_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0]) };
    // SAFETY: takes no pointer.
    let _ = unsafe { call(number::CLOSE, [file, 0, 0, 0, 0, 0]) };
    if let (Ok(_), Ok(address)) = (sized, mapped) {
        return Made::At(address as *mut u8);
    }
    // SAFETY: the caller answers for the path.
    let _ = unsafe { call(number::UNLINKAT, [AT_FDCWD, path as usize, 0, 0, 0, 0]) };
    Made::Refused
}

/// How large a file of this process may become.
fn largest_file() -> u64 {
    const RLIMIT_FSIZE: usize = 1;
    let mut limits = [u64::MAX; 2];
    // SAFETY: the kernel writes the present and the highest limit, and reads no new one.
    let _ = unsafe { call(number::PRLIMIT, [0, RLIMIT_FSIZE, 0, limits.as_mut_ptr() as usize, 0, 0]) };
    limits[0]
}

/// Writes the path of the running program to `room`; answers its length.
pub(crate) fn program(room: &mut [u8]) -> usize {
    let path = c"/proc/self/exe".as_ptr() as usize;
    let arguments = [AT_FDCWD, path, room.as_mut_ptr() as usize, room.len(), 0, 0];
    // SAFETY: the path ends with a zero byte, and the kernel writes into the room only.
    unsafe { call(number::READLINKAT, arguments) }.unwrap_or(0)
}

/// An open file.
pub(crate) struct OpenFile(usize);

impl Drop for OpenFile {
    fn drop(&mut self) {
        // SAFETY: takes no pointer.
        let _ = unsafe { call(number::CLOSE, [self.0, 0, 0, 0, 0, 0]) };
    }
}

/// What this process has mapped, as text.
pub(crate) fn open_maps() -> Option<OpenFile> {
    let path = c"/proc/self/maps".as_ptr() as usize;
    let arguments = [AT_FDCWD, path, O_RDONLY_CLOEXEC, 0, 0, 0];
    // SAFETY: the path ends with a zero byte.
    unsafe { call(number::OPENAT, arguments) }.ok().map(OpenFile)
}

/// Reads what follows in a file; answers how many bytes, 0 at its end and when it cannot be read.
///
/// # Safety
/// `to` must be writable for `bytes`.
pub(crate) unsafe fn read(file: &OpenFile, to: *mut u8, bytes: usize) -> usize {
    // SAFETY: the caller answers for the target.
    unsafe { call(number::READ, [file.0, to as usize, bytes, 0, 0, 0]) }.unwrap_or(0)
}

/// New memory, zeroed.
pub(crate) fn map(bytes: usize) -> Option<*mut u8> {
    let nothing = usize::MAX;
    // SAFETY: as in `map_file`.
    let mapped =
        unsafe { call(number::MMAP, [0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, nothing, 0]) };
    Some(mapped.ok()? as *mut u8)
}

/// New memory, zeroed, which is zero again in each child of a fork, however that was made; none where the system does not
/// know that.
pub(crate) fn map_wiped_on_fork(bytes: usize) -> Option<*mut u8> {
    let memory = map(bytes)?;
    // SAFETY: the mapping is new, and its pages are whole.
    if unsafe { wipe_on_fork(memory, bytes) } {
        return Some(memory);
    }
    // SAFETY: nobody else knows the mapping.
    unsafe { unmap(memory, bytes) };
    None
}

/// Has whole pages become zeros in each child of a fork, however that is made (`madvise(2)`, `MADV_WIPEONFORK`, since Linux
/// 4.14); answers false where the system does not know that.
///
/// # Safety
/// The pages must be this library's, of no file, and nobody may mind that they are zeros in a child.
pub(crate) unsafe fn wipe_on_fork(start: *mut u8, bytes: usize) -> bool {
    const MADV_WIPEONFORK: usize = 18;
    // SAFETY: the caller answers for the pages, whose content stays in this process.
    unsafe { call(number::MADVISE, [start as usize, bytes, MADV_WIPEONFORK, 0, 0, 0]) }.is_ok()
}

/// Gets whole pages ready that are about to be written (`madvise(2)`, `MADV_POPULATE_WRITE`, since Linux 5.14): one call
/// for all of them instead of a fault for each, or two where it is read first. Elsewhere the faults come.
///
/// # Safety
/// The pages must be mapped writable, and the mapping be this library's.
pub(crate) unsafe fn populate(start: *mut u8, bytes: usize) {
    const MADV_POPULATE_WRITE: usize = 23;
    // SAFETY: the caller answers for the pages, whose content stays.
    let _ = unsafe { call(number::MADVISE, [start as usize, bytes, MADV_POPULATE_WRITE, 0, 0, 0]) };
}

/// New memory at an address that is free; none where it is not.
pub(crate) fn map_at(address: usize, bytes: usize) -> Option<*mut u8> {
    const MAP_FIXED_NOREPLACE: usize = 0x10_0000;
    let (flags, nothing) = (MAP_PRIVATE_ANONYMOUS | MAP_FIXED_NOREPLACE, usize::MAX);
    // SAFETY: the flag keeps what is mapped there; systems before Linux 4.17, which do not know it, choose another place.
    let mapped = unsafe { call(number::MMAP, [address, bytes, PROT_READ_WRITE, flags, nothing, 0]) }.ok()?;
    if mapped == address {
        return Some(mapped as *mut u8);
    }
    // SAFETY: the mapping is new.
    unsafe { unmap(mapped as *mut u8, bytes) };
    None
}

/// What may be done with memory.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    Write = 1 | 2,
    Execute = 1 | 4,
}

/// Changes what may be done with whole pages; answers whether the system allows it.
///
/// # Safety
/// Nothing may use the pages in a way that is no longer allowed.
pub(crate) unsafe fn protect(start: usize, bytes: usize, access: Access) -> bool {
    // SAFETY: the caller answers for it.
    unsafe { call(number::MPROTECT, [start, bytes, access as usize, 0, 0, 0]) }.is_ok()
}

/// Gives memory back.
///
/// # Safety
/// Nothing may use it any more; it must come from [`map`] or [`map_file`].
pub(crate) unsafe fn unmap(address: *mut u8, bytes: usize) {
    // SAFETY: the caller answers for it.
    let _ = unsafe { call(number::MUNMAP, [address as usize, bytes, 0, 0, 0, 0]) };
}

#[repr(C)]
struct Span {
    start: usize,
    bytes: usize,
}

/// Copies memory of this process that may not be there: an unmapped page ends the copy instead of the process.
/// Answers how many bytes were copied.
///
/// # Safety
/// `to` must be writable for `bytes`.
pub(crate) unsafe fn copy_own(from: usize, to: *mut u8, bytes: usize) -> usize {
    let local = Span { start: to as usize, bytes };
    let remote = Span { start: from, bytes };
    let process = process() as usize;
    let arguments = [process, &raw const local as usize, 1, &raw const remote as usize, 1, 0];
    // SAFETY: both spans live until the call returns; the caller answers for the target.
    unsafe { call(number::PROCESS_VM_READV, arguments) }.unwrap_or(0)
}

/// How a timer tells: `struct sigevent`.
#[repr(C)]
struct SignalEvent {
    value: usize,
    signal: i32,
    notify: i32,
    thread: i32,
    rest: [i32; 11],
}

const SIGEV_THREAD_ID: i32 = 4;

/// A timer on the CPU time of one thread.
#[derive(Clone, Copy)]
pub(crate) struct Timer(i32);

impl Timer {
    /// A timer that sends `signal` to this thread each time it has used `period_ns` of CPU time.
    pub(crate) fn start(signal: i32, period_ns: u64) -> Option<Self> {
        let event = SignalEvent {
            value: 0,
            signal,
            notify: SIGEV_THREAD_ID,
            thread: thread().cast_signed(),
            rest: [0; 11],
        };
        let mut id = 0_i32;
        let arguments = [CLOCK_THREAD_CPUTIME_ID, &raw const event as usize, &raw mut id as usize, 0, 0, 0];
        // SAFETY: the kernel reads one event and writes one id.
        unsafe { call(number::TIMER_CREATE, arguments) }.ok()?;
        let period = || TimeSpec {
            seconds: (period_ns / 1_000_000_000).cast_signed(),
            nanoseconds: (period_ns % 1_000_000_000).cast_signed(),
        };
        let schedule = [period(), period()];
        // SAFETY: the kernel reads the two times.
        let set = unsafe {
            call(
                number::TIMER_SETTIME,
                [id.cast_unsigned() as usize, 0, &raw const schedule as usize, 0, 0, 0],
            )
        };
        let timer = Self(id);
        match set {
            Ok(_) => Some(timer),
            Err(_) => {
                timer.stop();
                None
            }
        }
    }

    /// The timer that [`Self::id`] gave.
    pub(crate) fn of(id: i32) -> Self {
        Self(id)
    }

    pub(crate) fn id(self) -> i32 {
        self.0
    }

    pub(crate) fn stop(self) {
        // SAFETY: takes no pointer.
        let _ = unsafe { call(number::TIMER_DELETE, [self.0.cast_unsigned() as usize, 0, 0, 0, 0, 0]) };
    }
}
