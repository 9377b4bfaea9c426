//! Where the bytes of a program are.
//!
//! - [`weigh`]: bytes by section, package, module, function and generic function. Each byte of the file is charged to
//!   exactly one owner ([`partition`]), so that the parts sum to the file.
//! - [`count_ir`]: lines of what the compiler hands to LLVM, by crate, function and generic function.
//! - [`difference`]: two programs beside each other, by names without hashes.

mod charge;
mod claims;
mod difference;
mod elf;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod inlined;
mod ir;
mod name;
mod padding;
mod partition;
mod symbols;
mod tables;
mod unwind;
mod v0;
mod weigh;

#[cfg(test)]
mod tests;

pub use difference::difference;
pub use error::SizeError;
pub use ir::{CountedIr, IrCount, IrFile, count as count_ir};
pub use weigh::{Detail, weigh, weigh_bytes};
