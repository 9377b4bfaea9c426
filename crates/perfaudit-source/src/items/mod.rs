//! The items of a library, in modules as its files make them.

mod attributes;
mod load;
mod lower;
mod resolve;
mod types;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ra_ap_syntax::Edition;

pub(crate) use lower::use_paths;
pub(crate) use types::{Bound, GenericKind, GenericParameter, TypeExpr, TypePath};

use crate::api::Paths;
use crate::cfg::CfgSet;
use crate::error::SourceError;

/// The source of a library.
#[derive(Debug)]
pub struct LibrarySource {
    /// The name by which users of the library refer to it.
    pub name: String,
    /// The files that could not be read; their items are missing.
    pub unread: Vec<SourceError>,
    /// Macro calls between items, by the name of the macro: what they make is not seen.
    pub item_macros: Vec<(String, Location)>,
    /// The first is the root.
    pub(crate) modules: Vec<Module>,
    pub(crate) functions: Vec<Function>,
    pub(crate) types: Vec<TypeDefinition>,
    pub(crate) impls: Vec<Impl>,
    /// Made when they are first asked for.
    pub(crate) paths: OnceLock<Paths>,
}

impl LibrarySource {
    /// Reads a library from its root file on. `cfg` decides what belongs to it.
    ///
    /// # Errors
    /// When no thread can be started to read on. Files that cannot be read are in [`LibrarySource::unread`].
    pub fn read(name: &str, root: &Path, edition: Edition, cfg: &CfgSet) -> Result<Self, SourceError> {
        crate::tree::on_a_deep_stack(|| load::load(name, root, edition, cfg))
    }
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModuleId(pub(crate) usize);
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FunctionId(pub(crate) usize);
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub(crate) usize);

/// A module and what it names.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) parent: Option<ModuleId>,
    pub(crate) items: Vec<(String, Item)>,
    pub(crate) imports: Vec<Import>,
}

/// An item by its name.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) public: bool,
    pub(crate) hidden: bool,
    pub(crate) kind: ItemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Module(ModuleId),
    Function(FunctionId),
    Type(TypeId),
}

/// One name that a `use` brings into a module, or all names of another.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) public: bool,
    pub(crate) hidden: bool,
    pub(crate) path: Vec<String>,
    pub(crate) name: ImportName,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImportName {
    Named(String),
    Glob,
}

/// A function or an associated function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) module: ModuleId,
    pub(crate) public: bool,
    pub(crate) marks: Marks,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Option<TypeExpr>,
    pub(crate) generics: Vec<GenericParameter>,
}

/// What is said about a function beside its signature.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// The `cfg` that leaves it out, as it is written.
    pub(crate) left_out_by: Option<String>,
    pub(crate) hidden: bool,
    pub(crate) deprecated: bool,
    /// Marked as not safe: its documentation says what the caller must see to.
    pub(crate) has_contract: bool,
    pub(crate) is_async: bool,
    /// `const`, and its body calls nothing and has no loop.
    pub(crate) constant: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Shared,
    Mutable,
    Owned,
    /// `self: Pin<&mut Self>` and the like.
    Other,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: TypeExpr,
}

/// A struct, an enum or a union.
#[derive(Debug)]
pub(crate) struct TypeDefinition {
    pub(crate) name: String,
    pub(crate) generics: Vec<GenericParameter>,
    /// A value of it without parameters that its definition offers, behind its path: `::Variant`, or nothing for a unit
    /// struct.
    pub(crate) constant: Option<String>,
    pub(crate) derives_default: bool,
    pub(crate) is_copy: bool,
}

/// An `impl` block.
#[derive(Debug)]
pub(crate) struct Impl {
    pub(crate) module: ModuleId,
    pub(crate) generics: Vec<GenericParameter>,
    pub(crate) of: TypeExpr,
    pub(crate) trait_path: Option<TypePath>,
    pub(crate) functions: Vec<FunctionId>,
}
