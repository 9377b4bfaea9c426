//! Where the bytes of programs are.

use serde::{Deserialize, Serialize};

/// Where the bytes of a file are: the sum over `sections` is `file_bytes`, and so is the sum over `packages` with
/// `remainder_bytes`. All lengths are exact, in bytes of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinarySize {
    /// The file: the name of the workload that weighs it, or its path as it was named.
    pub binary: String,
    /// Its length.
    pub file_bytes: u64,
    /// What matters, in one line.
    pub answer: String,
    /// How bytes were charged.
    pub method: String,
    /// What is missing, and what would make it known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// All bytes by section, headers and what lies between sections included; the largest first.
    pub sections: Vec<SectionSize>,
    /// Bytes by package, as crates are named in symbols; the largest first.
    pub packages: Vec<PackageSize>,
    /// Bytes that no symbol names: headers, sections without names, padding, debug information.
    pub remainder_bytes: u64,
    /// The largest modules.
    pub modules: Vec<ModuleSize>,
    /// The largest functions, by their names without hashes.
    pub functions: Vec<FunctionSize>,
    /// The largest statics and constants that have a name.
    pub statics: Vec<FunctionSize>,
    /// The largest generic functions with all their copies.
    pub generics: Vec<GenericSize>,
    /// How many there are in all, of which only the largest are listed.
    pub totals: SizeTotals,
    /// Bytes that several symbols name: one is charged, the others are named here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<SharedBytes>,
    /// Code charged to the functions whose source it comes from; none unless it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inlined: Option<InlinedCode>,
}

/// What a section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// Instructions.
    Code,
    /// Constants.
    ReadOnly,
    /// Variables, and constants with addresses in them.
    Data,
    /// How to unwind the stack.
    Unwind,
    /// Addresses that are filled in when the file is loaded.
    Relocations,
    /// Symbols and their names.
    Names,
    /// Debug information.
    Debug,
    /// Something else.
    Other,
    /// The header of the file, the tables of segments and sections.
    Headers,
    /// Zeros between sections.
    Padding,
    /// Bytes that no part of the file's structure claims.
    Unclaimed,
}

/// The bytes of a section: `bytes` is the sum of `named_bytes`, `padding_bytes` and `unnamed_bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SectionSize {
    /// Its name; in brackets what is no section.
    pub name: String,
    /// What it is for.
    pub kind: SectionKind,
    /// Its bytes in the file.
    pub bytes: u64,
    /// Its bytes in memory; 0 for what is not loaded.
    pub memory_bytes: u64,
    /// Bytes that belong to a symbol.
    pub named_bytes: u64,
    /// Bytes that fill the gaps between symbols.
    pub padding_bytes: u64,
    /// Bytes that belong to no symbol.
    pub unnamed_bytes: u64,
}

/// The bytes of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PackageSize {
    /// The crate, as symbols name it; none for code whose names tell no crate: other languages, assembly.
    pub name: Option<String>,
    /// All its bytes.
    pub bytes: u64,
    /// Of these, instructions.
    pub text_bytes: u64,
    /// Constants and variables that have a name.
    pub data_bytes: u64,
    /// How to unwind its functions.
    pub unwind_bytes: u64,
    /// Relocations in its named data.
    pub relocation_bytes: u64,
    /// Its symbols and their names.
    pub name_bytes: u64,
    /// How many functions it has, each copy counted.
    pub functions: u64,
}

/// The bytes of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModuleSize {
    /// Its path, with the crate.
    pub name: String,
    /// All its bytes.
    pub bytes: u64,
    /// Of these, instructions.
    pub text_bytes: u64,
    /// How many functions it has, each copy counted.
    pub functions: u64,
}

/// The bytes of everything that has one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionSize {
    /// Without hash.
    pub name: String,
    /// The crate; none where the name tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// All its bytes: instructions or data, and what unwinding, relocations and symbols take for it.
    pub bytes: u64,
    /// Of these, instructions.
    pub text_bytes: u64,
    /// How many symbols have the name.
    pub copies: u64,
}

/// The bytes of a function with all its copies for different types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenericSize {
    /// Its name without type arguments.
    pub name: String,
    /// The crate; none where the name tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// All bytes of all copies.
    pub bytes: u64,
    /// Of these, instructions.
    pub text_bytes: u64,
    /// How many symbols there are of it.
    pub copies: u64,
    /// The copy with the most bytes.
    pub largest: String,
}

/// How many there are of which only the largest are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SizeTotals {
    /// Modules.
    pub modules: u64,
    /// Functions by name.
    pub functions: u64,
    /// Bytes of all of them.
    pub function_bytes: u64,
    /// Statics and constants that have a name.
    pub statics: u64,
    /// Bytes of all of them.
    pub static_bytes: u64,
    /// Generic functions with more than one copy.
    pub generics: u64,
    /// Ranges that several symbols name.
    pub shared: u64,
}

/// Bytes that several symbols name: folded by the linker because they are equal, or names for the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedBytes {
    /// How many.
    pub bytes: u64,
    /// The name that they are charged to.
    pub charged: String,
    /// The other names.
    pub others: Vec<String>,
}

/// Code by the functions whose source it comes from: what was inlined counts for its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InlinedCode {
    /// All instructions: the sum over `packages`.
    pub text_bytes: u64,
    /// Of these, what debug information does not cover, charged by symbols.
    pub uncovered_bytes: u64,
    /// By crate, the largest first.
    pub packages: Vec<InlinedPackage>,
    /// The largest functions.
    pub functions: Vec<InlinedFunction>,
}

/// Code that comes from the source of a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InlinedPackage {
    /// The crate; none where names tell none.
    pub name: Option<String>,
    /// Instructions from its source, wherever they are.
    pub text_bytes: u64,
    /// Of these, what was inlined into functions of other crates.
    pub elsewhere_bytes: u64,
}

/// Code that comes from the source of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InlinedFunction {
    /// Its name without hash.
    pub name: String,
    /// The crate; none where the name tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Instructions from its source, wherever they are.
    pub text_bytes: u64,
    /// Of these, what was inlined into other functions.
    pub inlined_bytes: u64,
    /// In how many functions there is code of it.
    pub places: u64,
}

/// Two programs beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SizeDifference {
    /// What matters, in one line.
    pub answer: String,
    /// The file that is compared with.
    pub before: String,
    /// The file that is compared.
    pub after: String,
    /// The length of each.
    pub file_bytes: BytesChange,
    /// What each could not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Sections that differ, those with the largest difference first; the differences sum to that of the files.
    pub sections: Vec<SizeChange>,
    /// Packages that differ; with the remainder the differences sum to that of the files.
    pub packages: Vec<SizeChange>,
    /// Bytes that no symbol names.
    pub remainder: BytesChange,
    /// Functions and statics that differ, by names without hashes.
    pub functions: Vec<SizeChange>,
}

/// Bytes before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BytesChange {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// It takes more bytes.
    Grown,
    /// It takes fewer bytes.
    Shrunk,
    /// It was not there before.
    New,
    /// It is not there any more.
    Gone,
}

/// Something that takes another number of bytes than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SizeChange {
    /// Its name without hash; none for code whose names tell no crate.
    pub name: Option<String>,
    /// What became of it.
    pub state: ChangeState,
    /// Its bytes.
    #[serde(flatten)]
    pub bytes: BytesChange,
}

impl BytesChange {
    /// After less before.
    #[must_use]
    pub fn difference(self) -> i64 {
        i64::try_from(i128::from(self.after) - i128::from(self.before))
            .expect("files are shorter than 2^63 bytes")
    }
}
