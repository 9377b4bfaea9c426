//! How many instructions a program runs: a witness of its work that repeats where time does not.
//!
//! Where the processor counts nothing, as in most virtual machines, valgrind's callgrind runs every instruction of user
//! code itself and counts it: some 50 times slower, and the same in each run of a program that does the same.

mod callgrind;
mod dump;
mod figures;

use perfaudit_exec::RunError;

pub use callgrind::{Callgrind, Counted};
pub use dump::{Below, InstructionCount};
pub use figures::{of_command, of_iteration};

/// Why instructions were not counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// There is no valgrind.
    #[error(
        "instructions are counted by callgrind, and there is no `valgrind` here: install the package `valgrind`, or leave the witness out"
    )]
    NoValgrind,
    /// It cannot be started.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is no room for what it writes.
    #[error("there is no room for what callgrind writes: {0}; `TMPDIR` names another folder")]
    Folder(std::io::Error),
    /// The program has instructions that valgrind does not know.
    #[error(
        "valgrind does not know an instruction of the program: build it for a plainer processor (without `target-cpu=native`), or take a newer valgrind"
    )]
    UnknownInstruction,
    /// It wrote nothing.
    #[error("callgrind wrote no counts: {0}")]
    Nothing(String),
    /// What it wrote cannot be read.
    #[error("what callgrind wrote cannot be read ({file}, line {line}): take another version of valgrind")]
    Unreadable {
        /// The name of its file.
        file: String,
        /// The line.
        line: usize,
    },
}
