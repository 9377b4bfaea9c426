//! Frames as debug information and symbol tables name them, before it is known whose code they are.

use std::sync::Arc;

use super::name::{ReadableName, readable};

/// The crate that symbols name of functions which the compiler makes itself, between a program and its allocator.
pub(super) const COMPILER_CRATE: &str = "__rustc";

/// A function as its module names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RawFunction {
    /// Readable.
    pub(super) name: String,
    /// The crate that its mangled name names.
    pub(super) crate_name: Option<String>,
    /// The source file, with the folders that the debug information names.
    pub(super) file: Option<Arc<str>>,
    /// The folder that the compiler ran in.
    pub(super) folder: Option<Arc<str>>,
    /// The line of its declaration.
    pub(super) line: Option<u32>,
}

impl RawFunction {
    /// A function of which the symbol table alone knows.
    pub(super) fn of_symbol(symbol: &str) -> Self {
        let ReadableName { text, crate_name } = readable(symbol, None);
        Self { name: text, crate_name, file: None, folder: None, line: None }
    }

    /// What its name alone tells of it: all that there is where the compiler made it, which gives such functions no lines
    /// and inlines nothing into them.
    pub(super) fn known_by_symbol(&self) -> Known {
        if self.crate_name.as_deref() == Some(COMPILER_CRATE) { Known::Lines } else { Known::Name }
    }
}

/// A place in a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawFrame {
    pub(super) function: Arc<RawFunction>,
    /// The file that the line is in, which macros make another than the function's.
    pub(super) file: Option<Arc<str>>,
    /// The line that runs or calls the next frame.
    pub(super) line: Option<u32>,
    pub(super) inlined: bool,
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// Nothing but its module.
    Nothing,
    /// The name of its function, without lines and inlined functions.
    Name,
    /// Function, line and inlined functions.
    Lines,
}

/// What an address was found to be: the innermost frame first.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) known: Known,
    pub(super) frames: Vec<RawFrame>,
}
