//! The library that perfaudit preloads into a target.
//!
//! Rules of everything here: no allocation, no lock, no panic in anything that the target can run into; system calls
//! by number, so that nothing of the target's own libraries is entered that it may have replaced; no destructor of a
//! thread-local. Without the environment variable that names the shared file the library does nothing.

#![no_std]
#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "functions of a program's own allocator are taken over on x86-64 only")
)]

#[path = "../src/heap_layout.rs"]
mod heap_layout;
#[path = "../src/layout.rs"]
mod layout;

mod arch;
mod heap;
mod region;
mod sampling;
mod start;
mod sys;
mod threads;
mod tls;
mod unwind;

/// Nothing here panics; the compiler wants to know what would happen.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::abort()
}

// The tables of the core library name the function that exceptions consult. None passes through here; the name must not
// be visible to the target, whose own it would hide.
core::arch::global_asm!(
    ".globl rust_eh_personality",
    ".hidden rust_eh_personality",
    "rust_eh_personality:",
    "nop",
);
