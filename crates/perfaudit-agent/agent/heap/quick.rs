//! `malloc`, `free` and `realloc` as the target calls them, on x86-64: those that programs call most.
//!
//! What [`sampled::pass_over`] and [`sampled::is_passed_over`] decide is decided here before any compiled code runs: of a
//! call that is passed over two thirds of the instructions remain. Whatever else is to be done goes on in [`hooks`].
//!
//! Each begins with a cache line, since what is called a million times should not need two of them: an alignment within a
//! section is one of the section, in which the function comes first.

use core::arch::naked_asm;
use core::ffi::c_void;
use core::mem::offset_of;

use super::hooks::{self, ADDRESSES, FREE_PLACE, MALLOC_PLACE, PASSED_ON, REALLOC_PLACE};
use super::sampled::{self, LIVE, LIVE_BYTES, LIVE_COUNTS, NONE_LIVE};
use crate::heap_layout::ThreadTotals;
use crate::tls::{LAST_BLOCK, PASSABLE, TOTALS};

type Pointer = *mut c_void;

/// Goes on at 2 unless the block in `rdi` is one that was passed over.
macro_rules! look_at_block {
    () => {
        "mov rax, rdi
         shr rax, {shift}
         and eax, {mask}
         lea rcx, [rip + {live}]
         cmp byte ptr [rax + rcx], {none}
         jne 2f"
    };
}

/// Counts a block of as many bytes as the register says, and calls the C library for it; goes on at 2 if it is not one to
/// pass over. Where no bytes are asked for that is left to compiled code. A thread that has nothing to add up in has no bytes
/// to pass over, but for a signal handler that comes between the subtraction and its taking back: hence the look at both.
macro_rules! pass_over {
    ($bytes:literal) => {
        concat!(
            "mov rdx, qword ptr [rip + {passed_on} + {place}]
             test rdx, rdx
             jz 2f
             test ",
            $bytes,
            ", ",
            $bytes,
            "
             jz 2f
             mov rax, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]
             sub qword ptr fs:[rax + {passable}], ",
            $bytes,
            "
             jb 4f
             mov rcx, qword ptr fs:[rax + {totals}]
             test rcx, rcx
             jz 4f
             inc qword ptr [rcx + {count}]
             add qword ptr [rcx + {bytes}], ",
            $bytes,
            "
             push ",
            $bytes,
            "
             .cfi_adjust_cfa_offset 8
             call rdx
             pop rdi
             .cfi_adjust_cfa_offset -8
             test rax, rax
             jz 3f
             ret
             3:
             jmp {refused}
             4:
             add qword ptr fs:[rax + {passable}], ",
            $bytes,
        )
    };
}

/// # Safety
/// As `malloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn malloc(bytes: usize) -> Pointer {
    naked_asm!(
        ".cfi_startproc",
        pass_over!("rdi"),
        "2:",
        "mov rsi, rsp",
        "mov rdx, rbp",
        "jmp {counted}",
        ".p2align 6",
        ".cfi_endproc",
        passed_on = sym PASSED_ON,
        passable = const PASSABLE,
        totals = const TOTALS,
        count = const offset_of!(ThreadTotals, count),
        bytes = const offset_of!(ThreadTotals, bytes),
        place = const MALLOC_PLACE * size_of::<usize>(),
        counted = sym hooks::malloc_counted,
        refused = sym refused,
    )
}

/// Takes a block back out that the C library did not give; nothing is what the target gets.
unsafe extern "C" fn refused(bytes: usize) -> Pointer {
    sampled::take_back(bytes);
    core::ptr::null_mut()
}

/// # Safety
/// As `realloc` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn realloc(block: Pointer, bytes: usize) -> Pointer {
    naked_asm!(
        ".cfi_startproc",
        "test rdi, rdi",
        "jz 2f",
        look_at_block!(),
        pass_over!("rsi"),
        "2:",
        "mov rdx, rsp",
        "mov rcx, rbp",
        "jmp {counted}",
        ".p2align 6",
        ".cfi_endproc",
        shift = const LIVE_BYTES.ilog2(),
        mask = const LIVE_COUNTS - 1,
        live = sym LIVE,
        none = const NONE_LIVE,
        passed_on = sym PASSED_ON,
        passable = const PASSABLE,
        totals = const TOTALS,
        count = const offset_of!(ThreadTotals, count),
        bytes = const offset_of!(ThreadTotals, bytes),
        place = const REALLOC_PLACE * size_of::<usize>(),
        counted = sym hooks::reallocate,
        refused = sym refused,
    )
}

/// # Safety
/// As `free` of the C library.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn free(block: Pointer) {
    naked_asm!(
        ".cfi_startproc",
        look_at_block!(),
        "mov rax, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]",
        "mov qword ptr fs:[rax + {last_block}], 0",
        "jmp qword ptr [rip + {addresses} + {place}]",
        "2:",
        "mov rsi, rsp",
        "mov rdx, rbp",
        "jmp {counted}",
        ".p2align 6",
        ".cfi_endproc",
        shift = const LIVE_BYTES.ilog2(),
        mask = const LIVE_COUNTS - 1,
        live = sym LIVE,
        none = const NONE_LIVE,
        last_block = const LAST_BLOCK,
        addresses = sym ADDRESSES,
        place = const FREE_PLACE * size_of::<usize>(),
        counted = sym hooks::free_counted,
    )
}
