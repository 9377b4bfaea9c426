//! The functions of the C library that this library stands before, as the target calls them.
//!
//! Each tells where its return address is and what its caller's frame pointer holds before any compiled code has run, and
//! goes on in [`hooks`], whose own frame and calls are then of no matter. On x86-64 `malloc`, `free` and `realloc`
//! are in [`quick`](super::quick).

use core::arch::naked_asm;
use core::ffi::{c_int, c_void};

use super::hooks;

type Pointer = *mut c_void;

/// Goes on in a function that has a [`Start`](crate::unwind::Start) behind so many arguments, as if it had been called
/// instead.
#[cfg(target_arch = "x86_64")]
macro_rules! go_on {
    (behind 1, $hook:path) => { go_on!("rsi", "rdx", $hook) };
    (behind 2, $hook:path) => { go_on!("rdx", "rcx", $hook) };
    (behind 3, $hook:path) => { go_on!("rcx", "r8", $hook) };
    ($slot:literal, $frame_pointer:literal, $hook:path) => {
        naked_asm!(
            ".cfi_startproc",
            concat!("mov ", $slot, ", rsp"),
            concat!("mov ", $frame_pointer, ", rbp"),
            "jmp {hook}",
            ".cfi_endproc",
            hook = sym $hook,
        )
    };
}

/// Calls a function that has a [`Start`](crate::unwind::Start) behind so many arguments. The return address comes in a
/// register here: it is put on the stack.
#[cfg(target_arch = "aarch64")]
macro_rules! go_on {
    (behind 1, $hook:path) => { go_on!("x1", "x2", $hook) };
    (behind 2, $hook:path) => { go_on!("x2", "x3", $hook) };
    (behind 3, $hook:path) => { go_on!("x3", "x4", $hook) };
    ($slot:literal, $frame_pointer:literal, $hook:path) => {
        naked_asm!(
            ".cfi_startproc",
            "stp x29, x30, [sp, #-16]!",
            ".cfi_def_cfa_offset 16",
            ".cfi_offset x29, -16",
            ".cfi_offset x30, -8",
            concat!("mov ", $frame_pointer, ", x29"),
            concat!("add ", $slot, ", sp, #8"),
            "mov x29, sp",
            "bl {hook}",
            "ldp x29, x30, [sp], #16",
            ".cfi_def_cfa_offset 0",
            ".cfi_restore x29",
            ".cfi_restore x30",
            "ret",
            ".cfi_endproc",
            hook = sym $hook,
        )
    };
}

/// # Safety
/// As `malloc` of the C library.
#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn malloc(bytes: usize) -> Pointer {
    go_on!(behind 1, hooks::malloc)
}

/// # Safety
/// As `calloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn calloc(count: usize, size: usize) -> Pointer {
    go_on!(behind 2, hooks::calloc)
}

/// # Safety
/// As `realloc` of the C library.
#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn realloc(block: Pointer, bytes: usize) -> Pointer {
    go_on!(behind 2, hooks::realloc)
}

/// # Safety
/// As `reallocarray` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn reallocarray(block: Pointer, count: usize, size: usize) -> Pointer {
    go_on!(behind 3, hooks::reallocarray)
}

/// # Safety
/// As `free` of the C library.
#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn free(block: Pointer) {
    go_on!(behind 1, hooks::free)
}

/// # Safety
/// As `memalign` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn memalign(alignment: usize, bytes: usize) -> Pointer {
    go_on!(behind 2, hooks::memalign)
}

/// # Safety
/// As `aligned_alloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn aligned_alloc(alignment: usize, bytes: usize) -> Pointer {
    go_on!(behind 2, hooks::aligned_alloc)
}

/// # Safety
/// As `posix_memalign` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn posix_memalign(to: *mut Pointer, alignment: usize, bytes: usize) -> c_int {
    go_on!(behind 3, hooks::posix_memalign)
}

/// # Safety
/// As `valloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn valloc(bytes: usize) -> Pointer {
    go_on!(behind 1, hooks::valloc)
}

/// # Safety
/// As `pvalloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn pvalloc(bytes: usize) -> Pointer {
    go_on!(behind 1, hooks::pvalloc)
}
