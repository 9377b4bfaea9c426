//! Registers of an interrupted thread.

use core::ffi::c_void;

/// What unwinding starts from.
pub(crate) struct Registers {
    pub(crate) instruction: u64,
    pub(crate) stack_pointer: u64,
    pub(crate) frame_pointer: u64,
    pub(crate) link: u64,
}

/// Where the registers lie in `ucontext_t`, in words from its start: `<sys/ucontext.h>` of glibc and musl, which
/// follow the kernel here.
#[cfg(target_arch = "x86_64")]
mod place {
    /// `uc_flags`, `uc_link` and `uc_stack` take 5 words; then `gregs`, of which these are numbers 10, 15 and 16.
    pub(super) const FRAME_POINTER: usize = 5 + 10;
    pub(super) const STACK_POINTER: usize = 5 + 15;
    pub(super) const INSTRUCTION: usize = 5 + 16;
    pub(super) const LINK: Option<usize> = None;
}

/// Where the registers lie in `ucontext_t`, in words from its start.
#[cfg(target_arch = "aarch64")]
mod place {
    /// `uc_mcontext` begins at byte 176 with the fault address; then x0 to x30, sp, pc.
    const X0: usize = 176 / 8 + 1;
    pub(super) const FRAME_POINTER: usize = X0 + 29;
    pub(super) const LINK: Option<usize> = Some(X0 + 30);
    pub(super) const STACK_POINTER: usize = X0 + 31;
    pub(super) const INSTRUCTION: usize = X0 + 32;
}

impl Registers {
    /// # Safety
    /// `context` must be what a signal handler got as its third argument.
    pub(crate) unsafe fn of(context: *const c_void) -> Self {
        let words = context.cast::<u64>();
        // SAFETY: a context is longer than all of these places.
        let word = |place: usize| unsafe { words.add(place).read() };
        Self {
            instruction: word(place::INSTRUCTION),
            stack_pointer: word(place::STACK_POINTER),
            frame_pointer: word(place::FRAME_POINTER),
            link: place::LINK.map_or(0, word),
        }
    }
}
