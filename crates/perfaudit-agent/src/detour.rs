//! Functions of a program's own allocator that the agent takes over, because no library can stand before them.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::layout::{
    ALLOCATES, ALLOCATES_TO, FREES, Header, JUMP_BYTES, MOST_DETOURS, MOST_RELATIVE, MOVED_BYTES,
    NO_ARGUMENT, PROGRAM_BYTES, REALLOCATES, REPLACED_BYTES, RESIZES,
};

/// A function that hands out or takes back memory. Arguments are numbered from 0; only the first four can tell anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocatorFunction {
    /// Returns a new block of the bytes in this argument, times those in the other.
    Allocates {
        /// The size.
        size: u8,
        /// What it is multiplied by.
        times: Option<u8>,
    },
    /// Returns a block in place of another.
    Reallocates {
        /// The block.
        block: u8,
        /// The new size.
        size: u8,
    },
    /// Changes the size of a block where it is, if it can, and returns the size that it has then.
    Resizes {
        /// The block.
        block: u8,
        /// The new size.
        size: u8,
    },
    /// Takes a block back.
    Frees {
        /// The block.
        block: u8,
    },
    /// Writes a new block to where an argument points, and returns 0 where there is one.
    AllocatesTo {
        /// The argument that points.
        place: u8,
        /// The size.
        size: u8,
    },
}

impl AllocatorFunction {
    fn shape(self) -> [u8; 4] {
        match self {
            Self::Allocates { size, times } => [ALLOCATES, size, times.unwrap_or(NO_ARGUMENT), 0],
            Self::Reallocates { block, size } => [REALLOCATES, size, NO_ARGUMENT, block],
            Self::Resizes { block, size } => [RESIZES, size, NO_ARGUMENT, block],
            Self::Frees { block } => [FREES, 0, NO_ARGUMENT, block],
            Self::AllocatesTo { place, size } => [ALLOCATES_TO, size, NO_ARGUMENT, place],
        }
    }
}

/// A function to take over: where it is, and the instructions at its start, which a jump replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// Its address as the file says.
    pub address: u64,
    /// What it does.
    pub function: AllocatorFunction,
    /// The bytes of its first instructions: whole ones, as many as the jump overwrites. None of them but the first may be
    /// jumped to.
    pub replaced: Vec<u8>,
    /// Instructions that do the same elsewhere.
    pub moved: Vec<u8>,
    /// Where in these a number of 4 bytes stands that is relative to the next instruction, right for the place where the
    /// function begins.
    pub relative: Vec<u8>,
}

impl Detour {
    /// The most functions that are taken over.
    pub const MOST: usize = MOST_DETOURS;
    /// The bytes that a jump overwrites.
    pub const JUMP_BYTES: usize = JUMP_BYTES;
    /// Whether functions can be taken over on this processor.
    pub const IS_SUPPORTED: bool = cfg!(target_arch = "x86_64");

    fn fits(&self) -> bool {
        (JUMP_BYTES..=REPLACED_BYTES).contains(&self.replaced.len())
            && self.moved.len() <= MOVED_BYTES
            && self.relative.len() <= MOST_RELATIVE
            && self.relative.iter().all(|&at| usize::from(at) + 4 <= self.moved.len())
    }
}

/// Writes down what is to be taken over; answers false where it does not fit.
pub(crate) fn write(header: &Header, program: &Path, detours: &[Detour]) -> bool {
    let path = program.as_os_str().as_bytes();
    if path.len() >= PROGRAM_BYTES || detours.len() > MOST_DETOURS || !detours.iter().all(Detour::fits) {
        return false;
    }
    copy(path, &header.program);
    for (detour, place) in detours.iter().zip(&header.detours) {
        place.address.store(detour.address, Ordering::Relaxed);
        copy(&detour.function.shape(), &place.shape);
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(0);
        place.replaced_bytes.store(length(&detour.replaced), Ordering::Relaxed);
        place.moved_bytes.store(length(&detour.moved), Ordering::Relaxed);
        for (at, to) in detour.relative.iter().zip(&place.relative) {
            to.store(at + 1, Ordering::Relaxed);
        }
        copy(&detour.replaced, &place.replaced);
        copy(&detour.moved, &place.moved);
    }
    header.detour_count.store(detours.len() as u64, Ordering::Release);
    true
}

fn copy(from: &[u8], to: &[AtomicU8]) {
    from.iter().zip(to).for_each(|(byte, place)| place.store(*byte, Ordering::Relaxed));
}
