//! Samples by a timer on each thread's CPU time.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicI32, Ordering};

use crate::arch::Registers;
use crate::layout::SAMPLE;
use crate::region::{Region, sign};
use crate::sys::{self, Timer};
use crate::threads;

/// Nothing else on Linux uses the signal of the stack fault: it has had no sender since the x87 coprocessor. A target
/// may well use `SIGPROF` for a profiler of its own.
const SIGNAL: c_int = 16;
const SA_SIGINFO: c_int = 4;
const SA_RESTART: c_int = 0x1000_0000;
const SA_ONSTACK: c_int = 0x0800_0000;

/// `struct sigaction` of glibc and musl for x86-64 and aarch64.
#[repr(C)]
struct SignalAction {
    handler: usize,
    mask: [u64; 16],
    flags: c_int,
    restorer: usize,
}

unsafe extern "C" {
    fn sigaction(signal: c_int, new: *const SignalAction, old: *mut SignalAction) -> c_int;
}

/// No timer.
const NONE: i32 = -1;

/// Gets the process ready for samples. Answers false where the system refuses.
pub(crate) fn install() -> bool {
    let action = SignalAction {
        handler: on_signal as *const () as usize,
        // Nothing may interrupt the handler: the stack below it may be small.
        mask: [u64::MAX; 16],
        flags: SA_SIGINFO | SA_RESTART | SA_ONSTACK,
        restorer: 0,
    };
    // SAFETY: the library reads one action; the handler follows the rules of signal handlers.
    unsafe { sigaction(SIGNAL, &raw const action, core::ptr::null_mut()) == 0 }
}

/// Samples this thread from now on; answers the number of its timer for [`stop`].
pub(crate) fn start(region: &Region) -> i32 {
    let header = region.header();
    let period = header.period_ns.load(Ordering::Relaxed);
    if period == 0 {
        return NONE;
    }
    let Some(timer) = Timer::start(SIGNAL, period) else {
        header.refused.fetch_add(1, Ordering::Relaxed);
        return NONE;
    };
    header.threads.fetch_add(1, Ordering::Relaxed);
    timer.id()
}

/// Ends sampling of a thread.
pub(crate) fn stop(timer: i32) {
    if timer != NONE {
        Timer::of(timer).stop();
    }
}

/// What the kernel says of a signal: `siginfo_t`, as far as a timer fills it in.
#[repr(C)]
struct SignalInfo {
    signal: c_int,
    error: c_int,
    code: c_int,
    padding: c_int,
    timer: c_int,
    overrun: c_int,
}

/// The number of a signal that a timer sent, in `si_code`.
const SI_TIMER: c_int = -2;

/// Copies registers and stack into a slot, and nothing else: everything that takes thought is the reader's.
extern "C" fn on_signal(_: c_int, info: *const SignalInfo, context: *const c_void) {
    let Some(region) = Region::current() else { return };
    // SAFETY: the kernel passes both to a handler with `SA_SIGINFO`.
    let (info, registers) = unsafe { (&*info, Registers::of(context)) };
    if info.code != SI_TIMER {
        return;
    }
    region.write(|slot, room, bytes| {
        let start = usize::try_from(registers.stack_pointer).unwrap_or(0);
        let bytes = bytes.min(threads::stack_limit(start).saturating_sub(start)) & !7;
        // SAFETY: the room is part of the slot.
        let copied = unsafe { copy_stack(start, room, bytes) };
        slot.overrun.store(info.overrun.cast_unsigned(), Ordering::Relaxed);
        slot.instruction.store(registers.instruction, Ordering::Relaxed);
        slot.stack_pointer.store(registers.stack_pointer, Ordering::Relaxed);
        slot.frame_pointer.store(registers.frame_pointer, Ordering::Relaxed);
        slot.link.store(registers.link, Ordering::Relaxed);
        sign(slot, SAMPLE, copied);
    });
}

/// Whether the system lets a process copy from itself; some sandboxes do not.
static COPY_REFUSED: AtomicI32 = AtomicI32::new(0);

/// Copies the stack. The system call cannot fault; without it the stack is read by word, up to where it ends.
///
/// # Safety
/// `to` must be writable for `bytes`.
unsafe fn copy_stack(from: usize, to: *mut u8, bytes: usize) -> usize {
    /// Past the end of the stack that the thread was given only on an alternate or a made stack.
    const PAGE: usize = 4096;
    if COPY_REFUSED.load(Ordering::Relaxed) == 0 {
        // SAFETY: the caller answers for the target.
        let copied = unsafe { sys::copy_own(from, to, bytes) };
        if copied > 0 || bytes == 0 {
            return copied;
        }
        COPY_REFUSED.store(1, Ordering::Relaxed);
    }
    // What is certain to be mapped: the rest of the page that the stack pointer is in.
    let bytes = bytes.min(PAGE - from % PAGE) & !7;
    for offset in (0..bytes).step_by(8) {
        // SAFETY: the page holds the stack pointer, so the kernel has mapped it; the caller answers for the target.
        unsafe {
            let word = core::ptr::read_volatile((from + offset) as *const u64);
            core::ptr::write_volatile(to.add(offset).cast::<u64>(), word);
        }
    }
    bytes
}
