//! What sampling yields: stacks of addresses, not yet symbols.

use std::path::PathBuf;

use perfaudit_result::{SampleRun, Sampler, Thread, TimeBlocks};

use crate::call_tree::CallTree;

/// How an address in a stack relates to the instruction that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// It is the instruction that was about to run: the innermost frame.
    Instruction,
    /// It is where a call returns to: the call is the instruction before it, so symbols are looked up one byte lower.
    ReturnAddress,
}

/// Where a frame of a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeAddress {
    /// In a file that was mapped.
    InModule {
        /// An index into [`Recording::modules`].
        module: u32,
        /// The address as the file states it (SVMA): what its symbol table and debug information use.
        address: u64,
        /// Innermost or return address.
        lookup: Lookup,
    },
    /// In the kernel.
    Kernel {
        /// The address.
        address: u64,
        /// Innermost or return address.
        lookup: Lookup,
    },
    /// In memory that no file backs, such as code made at run time.
    Anonymous {
        /// The address in the process.
        address: u64,
    },
    /// Stands at the root of a stack that could not be followed to its end.
    Truncated,
}

/// Tells whether a file on disk is still the one that was mapped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FileIdentity {
    /// The build id of its notes.
    pub build_id: Option<Vec<u8>>,
    /// The number of its inode.
    pub inode: Option<u64>,
}

/// A file whose code was mapped.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Module {
    /// Its path as the process saw it; `[vdso]` for the kernel's own page.
    pub path: PathBuf,
    /// Whether the file on disk is still the same can be told by this.
    pub identity: FileIdentity,
}

/// What sampling yields.
#[derive(Debug, Clone)]
pub struct Recording {
    /// How it was taken and what got lost; `unsymbolised` is 0 until there are symbols.
    pub sampler: Sampler,
    /// The files that stacks lie in.
    pub modules: Vec<Module>,
    /// The threads that have samples.
    pub threads: Vec<Thread>,
    /// The stacks.
    pub stacks: CallTree<CodeAddress>,
    /// How time is cut into blocks.
    pub blocks: TimeBlocks,
    /// The samples; nodes are those of `stacks`.
    pub samples: Vec<SampleRun>,
}
