//! The library that perfaudit preloads into a target.
//!
//! Rules of everything here: no allocation, no lock, no panic in anything that the target can run into; system calls
//! by number, so that nothing of the target's own libraries is entered that it may have replaced; no destructor of a
//! thread-local. Without the environment variable that names the shared file the library does nothing.

#![no_std]

#[path = "../src/layout.rs"]
mod layout;

mod arch;
mod region;
mod sampling;
mod start;
mod sys;
mod threads;

/// Nothing here panics; the compiler wants to know what would happen.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::abort()
}
