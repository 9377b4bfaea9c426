//! What the compiler hands to LLVM.

use serde::{Deserialize, Serialize};

/// Lines of LLVM's intermediate representation before any pass of LLVM, of all crates of one build. They are what LLVM
/// has to work on: more lines take longer to compile, whatever becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ir {
    /// What matters, in one line.
    pub answer: String,
    /// How lines were counted.
    pub method: String,
    /// What is missing, and what would make it known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// All lines within functions.
    pub lines: u64,
    /// All functions, each copy counted.
    pub copies: u64,
    /// Lines by crate: the sum over them is `lines`, and so is that of `compiled_lines`.
    pub packages: Vec<IrPackage>,
    /// The functions with the most lines, by their names without hashes.
    pub functions: Vec<IrFunction>,
    /// The same by names without type arguments.
    pub generics: Vec<IrFunction>,
}

/// The lines of a crate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IrPackage {
    /// The crate, as symbols name it; none where names tell none.
    pub name: Option<String>,
    /// Lines of the functions that it defines, wherever they are compiled.
    pub lines: u64,
    /// How many functions that are, each copy counted.
    pub copies: u64,
    /// Lines that are compiled with it, whoever defines them.
    pub compiled_lines: u64,
}

/// The lines of a function with all its copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IrFunction {
    /// Its name.
    pub name: String,
    /// The crate that defines it; none where the name tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Lines of all copies.
    pub lines: u64,
    /// How many there are.
    pub copies: u64,
}
