//! Five words for each thread. The language's own thread-locals are not to be had without its library on a stable
//! compiler; and the model matters: a library that is preloaded has its place in the static block, so that no access
//! allocates.

use core::ffi::c_void;

#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".section .tbss,\"awT\",@nobits",
    ".globl perfaudit_agent_word",
    ".hidden perfaudit_agent_word",
    ".type perfaudit_agent_word, @object",
    ".size perfaudit_agent_word, 40",
    ".p2align 6",
    "perfaudit_agent_word:",
    ".zero 40",
    ".text",
);

#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(
    ".section .tbss,\"awT\",%nobits",
    ".globl perfaudit_agent_word",
    ".hidden perfaudit_agent_word",
    ".type perfaudit_agent_word, %object",
    ".size perfaudit_agent_word, 40",
    ".p2align 6",
    "perfaudit_agent_word:",
    ".zero 40",
    ".text",
);

/// Where the block that was allocated last stands, from the first word on.
pub(crate) const LAST_BLOCK: usize = 16;
/// Where it stands how many bytes of blocks may be passed over.
pub(crate) const PASSABLE: usize = 24;
/// Where it stands where what is passed over is added up.
pub(crate) const TOTALS: usize = 32;

/// Where this thread's word is.
#[inline(always)]
fn place() -> *mut *mut c_void {
    let place: *mut *mut c_void;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: reads the thread pointer and the offset that the loader gave the word.
    unsafe {
        core::arch::asm!(
            "mov {place}, qword ptr fs:[0]",
            "add {place}, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]",
            place = out(reg) place,
            options(nostack, readonly, pure),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: reads the thread pointer and the offset that the loader gave the word.
    unsafe {
        core::arch::asm!(
            "adrp {offset}, :gottprel:perfaudit_agent_word",
            "ldr {offset}, [{offset}, :gottprel_lo12:perfaudit_agent_word]",
            "mrs {place}, tpidr_el0",
            "add {place}, {place}, {offset}",
            place = out(reg) place,
            offset = out(reg) _,
            options(nostack, readonly, pure),
        );
    }
    place
}

/// The word of this thread; null at first.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) fn get() -> *mut c_void {
    let word: *mut c_void;
    // SAFETY: reads the word, which is the thread's own and lives as long as the thread, by its offset.
    unsafe {
        core::arch::asm!(
            "mov {word}, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]",
            "mov {word}, qword ptr fs:[{word}]",
            word = out(reg) word,
            options(nostack, readonly, preserves_flags),
        );
    }
    word
}

/// The word of this thread; null at first.
#[inline(always)]
#[cfg(target_arch = "aarch64")]
pub(crate) fn get() -> *mut c_void {
    // SAFETY: the word is the thread's own and lives as long as the thread.
    unsafe { place().read() }
}

#[inline(always)]
pub(crate) fn set(word: *mut c_void) {
    // SAFETY: as in `get`.
    unsafe { place().write(word) }
}

/// Notes the block that this thread allocated last, or 0: it gave one back since.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) fn set_last_block(block: usize) {
    // SAFETY: writes the third word, which is the thread's own and lives as long as the thread, by its offset.
    unsafe {
        core::arch::asm!(
            "mov {place}, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]",
            "mov qword ptr fs:[{place} + {last_block}], {block}",
            place = out(reg) _,
            block = in(reg) block,
            last_block = const LAST_BLOCK,
            options(nostack, preserves_flags),
        );
    }
}

/// Notes the block that this thread allocated last, or 0: it gave one back since.
#[inline(always)]
#[cfg(target_arch = "aarch64")]
pub(crate) fn set_last_block(block: usize) {
    // SAFETY: the third word is the thread's own and lives as long as the thread.
    unsafe { place().byte_add(LAST_BLOCK).cast::<usize>().write(block) }
}

/// The block that this thread allocated last, if it gave none back since.
#[inline(always)]
pub(crate) fn last_block() -> usize {
    // SAFETY: as in `set_last_block`.
    unsafe { place().byte_add(LAST_BLOCK).cast::<usize>().read() }
}

/// How many bytes of blocks this thread may pass over, as far as any may be.
#[inline(always)]
pub(crate) fn passable() -> u64 {
    // SAFETY: the fourth word is the thread's own and lives as long as the thread.
    unsafe { place().byte_add(PASSABLE).cast::<u64>().read() }
}

#[inline(always)]
pub(crate) fn set_passable(bytes: u64) {
    // SAFETY: as in `passable`.
    unsafe { place().byte_add(PASSABLE).cast::<u64>().write(bytes) }
}

/// Where this thread adds up what it passes over; null where it may pass over nothing.
#[inline(always)]
pub(crate) fn totals() -> *mut c_void {
    // SAFETY: the fifth word is the thread's own and lives as long as the thread.
    unsafe { place().byte_add(TOTALS).read() }
}

#[inline(always)]
pub(crate) fn set_totals(totals: *mut c_void) {
    // SAFETY: as in `totals`.
    unsafe { place().byte_add(TOTALS).write(totals) }
}

/// Marks whether this thread is in an allocator that was taken over.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) fn set_in_allocator(is_in: bool) {
    // SAFETY: the second word is the thread's own, too, and a valid flag: it begins as zeros.
    unsafe { place().add(1).cast::<bool>().write(is_in) }
}

/// Whether this thread is in an allocator that was taken over.
#[inline(always)]
pub(crate) fn is_in_allocator() -> bool {
    // SAFETY: as in `set_in_allocator`.
    unsafe { place().add(1).cast::<bool>().read() }
}

/// The thread pointer: threads other than the first have it at the upper end of their stack.
#[inline(always)]
pub(crate) fn thread_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: reads the thread pointer.
    unsafe {
        core::arch::asm!("mov {}, qword ptr fs:[0]", out(reg) pointer, options(nostack, readonly, pure));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: reads the thread pointer.
    unsafe {
        core::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, nomem, pure));
    }
    pointer
}
