//! Functions of the program's own allocator, which no library can stand before: their first instructions are replaced by a
//! jump to here, while there is one thread, and stand elsewhere, followed by a jump back.
//!
//! Which functions these are, what they do and which instructions are moved was found out beforehand, from the program's
//! file; here all bytes are compared first, and either every function is taken over or none.
//!
//! A thread that is in such a function already calls it by itself: one function of an allocator often calls another. A
//! signal handler that allocates in the middle of such a call, which no such allocator allows, is not told from that.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::region::Region;

/// Whether functions were taken over: the child of a fork inherits that.
static IS_DONE: AtomicBool = AtomicBool::new(false);

/// Whether functions of the program were taken over.
#[inline]
pub(super) fn is_done() -> bool {
    IS_DONE.load(Ordering::Relaxed)
}

/// Takes the functions over, if this is the program that they are of. Answers whether that is done; where the system
/// refuses it, that is noted.
pub(super) fn install() -> bool {
    if IS_DONE.load(Ordering::Relaxed) {
        return true;
    }
    let Some(region) = Region::current() else { return false };
    if !machine::is_meant(&region) {
        return false;
    }
    let is_done = machine::take_over(&region);
    if !is_done {
        region.header().detours_refused.fetch_add(1, Ordering::Relaxed);
    }
    IS_DONE.store(is_done, Ordering::Relaxed);
    is_done
}

/// Instructions of other processors are not moved.
#[cfg(not(target_arch = "x86_64"))]
mod machine {
    use crate::region::Region;

    pub(super) fn is_meant(_: &Region) -> bool {
        false
    }

    pub(super) fn take_over(_: &Region) -> bool {
        false
    }
}

#[cfg(target_arch = "x86_64")]
mod machine {
    use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

    use crate::heap::{Why, allocated, freed, unfreed};
    use crate::layout::{
        ALLOCATES, ALLOCATES_TO, Detour, FREES, JUMP_BYTES, MOST_DETOURS, NO_ARGUMENT, PROGRAM_BYTES,
        REALLOCATES, RESIZES,
    };
    use crate::region::Region;
    use crate::unwind::{Module, Start, record_modules};
    use crate::{sys, tls};

    /// A piece for each function: the moved instructions and the jump back; then the call of the code here.
    const PIECE_BYTES: usize = 64;
    const CALL_AT: usize = 48;
    const ALL_BYTES: usize = (PIECE_BYTES * MOST_DETOURS).next_multiple_of(PAGE);
    const PAGE: usize = 4096;

    /// Where the pieces begin.
    static PIECES: AtomicUsize = AtomicUsize::new(0);

    // Called by a piece. A compiler that sees an allocator's functions together lets one of them count on registers that
    // another leaves alone, whatever the calling convention says, and on less alignment of the stack (`-fipa-ra`,
    // `-fipa-stack-alignment` of GCC): here all registers stay as they are, and the stack is aligned. Where the thread is
    // in the allocator already, the moved instructions run at once.
    core::arch::global_asm!(
        ".p2align 4",
        ".globl perfaudit_agent_stand_in",
        ".hidden perfaudit_agent_stand_in",
        ".type perfaudit_agent_stand_in, @function",
        "perfaudit_agent_stand_in:",
        ".cfi_startproc",
        "push rax",
        "mov rax, qword ptr [rip + perfaudit_agent_word@GOTTPOFF]",
        "cmp byte ptr fs:[rax + 8], 0",
        "jne 2f",
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "push rbp",
        "mov rdi, rsp",
        "mov rbp, rsp",
        ".cfi_def_cfa rbp, 96",
        ".cfi_offset rbp, -96",
        "sub rsp, 256",
        "and rsp, -16",
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
        "movaps xmmword ptr [rsp + 16 * \\n], xmm\\n",
        ".endr",
        "call {stand_in}",
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
        "movaps xmm\\n, xmmword ptr [rsp + 16 * \\n]",
        ".endr",
        "mov rsp, rbp",
        "pop rbp",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rdx",
        "pop rcx",
        // The answer is in `rax`.
        "lea rsp, [rsp + 16]",
        "ret",
        "2:",
        "pop rax",
        // From the place in the piece to its start.
        "and qword ptr [rsp], -64",
        "ret",
        ".cfi_endproc",
        stand_in = sym stand_in,
    );

    unsafe extern "C" {
        fn perfaudit_agent_stand_in();
    }

    /// What the code above leaves on the stack.
    #[repr(C)]
    struct Call {
        frame_pointer: usize,
        r11: usize,
        r10: usize,
        r9: usize,
        r8: usize,
        rdi: usize,
        rsi: usize,
        rdx: usize,
        rcx: usize,
        rax: usize,
        /// A place in the piece that called.
        piece: usize,
        return_address: usize,
    }

    type Function = unsafe extern "C" fn(usize, usize, usize, usize, usize, usize) -> usize;

    /// Calls the function that was taken over, and counts what it did.
    unsafe extern "C" fn stand_in(call: *const Call) -> usize {
        // SAFETY: the code above passes what it has written.
        let call = unsafe { &*call };
        let start =
            Start { slot: &raw const call.return_address as usize, frame_pointer: call.frame_pointer };
        let piece = call.piece & !(PIECE_BYTES - 1);
        // SAFETY: the piece begins with the function's own instructions. More arguments than it has do no harm.
        let original = unsafe { core::mem::transmute::<usize, Function>(piece) };
        // SAFETY: the arguments are the caller's own.
        let original = || unsafe { original(call.rdi, call.rsi, call.rdx, call.rcx, call.r8, call.r9) };
        let number = piece.wrapping_sub(PIECES.load(Ordering::Relaxed)) / PIECE_BYTES;
        let region = Region::current();
        let detour = region.as_ref().and_then(|region| region.header().detours.get(number));
        let Some(detour) = detour else { return original() };
        tls::set_in_allocator(true);
        let [kind, size, factor, block] = core::array::from_fn(|at| detour.shape[at].load(Ordering::Relaxed));
        let arguments = [call.rdi, call.rsi, call.rdx, call.rcx];
        let argument = |index: u8| arguments[usize::from(index & 3)];
        let bytes = match factor {
            NO_ARGUMENT => argument(size),
            factor => argument(size).wrapping_mul(argument(factor)),
        };
        let block = argument(block);
        let known = match kind {
            FREES if block != 0 => freed(block, Why::Free),
            REALLOCATES if block != 0 => freed(block, Why::Reallocation),
            _ => None,
        };
        let answer = original();
        match kind {
            ALLOCATES if answer != 0 => allocated(answer, bytes, None, start),
            REALLOCATES if answer != 0 => {
                let grown_from = known.filter(|known| known.bytes < bytes).map(|known| known.bytes);
                allocated(answer, bytes, grown_from, start);
            }
            REALLOCATES if bytes != 0 => {
                if let Some(known) = known {
                    unfreed(block, known);
                }
            }
            RESIZES if block != 0 && answer >= bytes => {
                let known = freed(block, Why::Reallocation);
                let grown_from = known.filter(|known| known.bytes < bytes).map(|known| known.bytes);
                allocated(block, bytes, grown_from, start);
            }
            // It answers with an `int`.
            #[expect(clippy::cast_possible_truncation, reason = "the rest of the register is not defined")]
            ALLOCATES_TO if answer as u32 == 0 => {
                // SAFETY: the function has written the block there.
                allocated(unsafe { (block as *const usize).read() }, bytes, None, start);
            }
            _ => {}
        }
        tls::set_in_allocator(false);
        // What frees answers nothing, and its caller may count on the register.
        if kind == FREES { call.rax } else { answer }
    }

    fn detours(region: &Region) -> impl Iterator<Item = (usize, &Detour)> {
        let header = region.header();
        let count = usize::try_from(header.detour_count.load(Ordering::Acquire)).unwrap_or(0);
        header.detours.iter().take(count).enumerate()
    }

    /// Whether there are functions to take over, and this is the program that they are of.
    pub(super) fn is_meant(region: &Region) -> bool {
        let mut path = [0_u8; PROGRAM_BYTES];
        let length = sys::program(&mut path[..PROGRAM_BYTES - 1]);
        let is_named = path.iter().zip(&region.header().program).all(|(byte, meant)| {
            // What follows the final zero does not matter; there is nothing but zeros in both.
            *byte == meant.load(Ordering::Relaxed)
        });
        length > 0 && is_named && detours(region).next().is_some()
    }

    pub(super) fn take_over(region: &Region) -> bool {
        let Some(program) = program() else { return false };
        let is_as_expected = detours(region).all(|(_, detour)| {
            let at = function(&program, detour);
            let code = &detour.replaced[..replaced_bytes(detour)];
            at >= program.start && at.saturating_add(code.len()) <= program.end && stands(at, code)
        });
        if !is_as_expected {
            return false;
        }
        let Some(room) = map_near(program.start) else { return false };
        for (number, detour) in detours(region) {
            let piece = room as usize + number * PIECE_BYTES;
            // SAFETY: the piece lies within the new memory, which only this thread knows.
            if !unsafe { write_piece(piece, function(&program, detour), detour) } {
                return false;
            }
        }
        PIECES.store(room as usize, Ordering::Relaxed);
        // SAFETY: the memory is only to be run from here on.
        if !unsafe { sys::protect(room as usize, ALL_BYTES, sys::Access::Execute) } {
            return false;
        }
        detours(region).all(|(number, detour)| {
            let at = function(&program, detour);
            // SAFETY: the instructions there have been compared and moved, and no other thread runs.
            unsafe { write_jump(at, room as usize + number * PIECE_BYTES + CALL_AT) }
        })
    }

    /// The program itself: the loader names it by nothing.
    fn program() -> Option<Module> {
        let mut found = None;
        record_modules(|module| {
            // SAFETY: the loader's names end with a zero byte.
            let is_program = module.name.is_null() || unsafe { module.name.read() } == 0;
            if is_program && found.is_none() {
                found = Some(*module);
            }
        });
        found
    }

    fn function(program: &Module, detour: &Detour) -> usize {
        let address = usize::try_from(detour.address.load(Ordering::Relaxed)).unwrap_or(0);
        program.bias.wrapping_add(address)
    }

    fn replaced_bytes(detour: &Detour) -> usize {
        (detour.replaced_bytes.load(Ordering::Relaxed) as usize).min(detour.replaced.len())
    }

    fn stands(at: usize, code: &[AtomicU8]) -> bool {
        code.iter().enumerate().all(|(index, expected)| {
            // SAFETY: the place lies within the program's segments.
            let byte = unsafe { ((at + index) as *const u8).read() };
            byte == expected.load(Ordering::Relaxed)
        })
    }

    /// Memory below an address, as near as a jump reaches.
    fn map_near(address: usize) -> Option<*mut u8> {
        const STEP: usize = 1 << 20;
        const FARTHEST: usize = 1 << 30;
        let highest = address & !(PAGE - 1);
        (1..FARTHEST / STEP).find_map(|step| {
            let place = highest.checked_sub(step * STEP)?;
            sys::map_at(place, ALL_BYTES)
        })
    }

    /// Writes the moved instructions, the jump back, and the call of the code here; answers whether all numbers reach.
    ///
    /// # Safety
    /// `piece` must be writable for [`PIECE_BYTES`].
    unsafe fn write_piece(piece: usize, from: usize, detour: &Detour) -> bool {
        let write = |at: usize, byte: u8| {
            // SAFETY: the caller answers for the piece, and what is written is shorter.
            unsafe { ((piece + at) as *mut u8).write(byte) };
        };
        let length = (detour.moved_bytes.load(Ordering::Relaxed) as usize).min(detour.moved.len());
        for (at, byte) in detour.moved[..length].iter().enumerate() {
            write(at, byte.load(Ordering::Relaxed));
        }
        let moved = (from as i64).wrapping_sub(piece as i64);
        for place in &detour.relative {
            let Some(at) = usize::from(place.load(Ordering::Relaxed)).checked_sub(1) else { break };
            if at + 4 > length {
                return false;
            }
            let number: [u8; 4] =
                core::array::from_fn(|index| detour.moved[at + index].load(Ordering::Relaxed));
            let new = i64::from(i32::from_le_bytes(number)).checked_add(moved);
            let Some(new) = new.and_then(|new| i32::try_from(new).ok()) else { return false };
            for (index, byte) in new.to_le_bytes().into_iter().enumerate() {
                write(at + index, byte);
            }
        }
        let write_all = |at: usize, code: [u8; 6], address: usize| {
            for (index, byte) in code.into_iter().chain(address.to_le_bytes()).enumerate() {
                write(at + index, byte);
            }
        };
        // `jmp [rip]` and `call [rip]`: the address follows.
        write_all(length, [0xff, 0x25, 0, 0, 0, 0], from + replaced_bytes(detour));
        write_all(CALL_AT, [0xff, 0x15, 0, 0, 0, 0], perfaudit_agent_stand_in as *const () as usize);
        true
    }

    /// Writes a jump; answers whether the system allows that.
    ///
    /// # Safety
    /// What is overwritten must be whole instructions that nothing runs any more.
    unsafe fn write_jump(at: usize, to: usize) -> bool {
        let Ok(distance) = i32::try_from((to as i64).wrapping_sub((at + JUMP_BYTES) as i64)) else {
            return false;
        };
        let first = at & !(PAGE - 1);
        let bytes = (at + JUMP_BYTES).next_multiple_of(PAGE) - first;
        // SAFETY: these pages hold code of the program, of which nothing runs now.
        if !unsafe { sys::protect(first, bytes, sys::Access::Write) } {
            return false;
        }
        for (index, byte) in [0xe9].into_iter().chain(distance.to_le_bytes()).enumerate() {
            // SAFETY: the pages are writable.
            unsafe { ((at + index) as *mut u8).write(byte) };
        }
        // SAFETY: as it was.
        unsafe { sys::protect(first, bytes, sys::Access::Execute) }
    }
}
