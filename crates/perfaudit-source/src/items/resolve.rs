//! From names to items, within the library.

use super::{ImportName, ItemKind, LibrarySource, ModuleId, TypeExpr, TypeId, TypePath};

/// Re-exports of re-exports; a circle ends here.
const MOST_STEPS: u32 = 32;

impl LibrarySource {
    /// What a path in a module leads to, if that is an item of this library.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Option<ItemKind> {
        self.resolve_within(from, path, MOST_STEPS)
    }

    fn resolve_within(&self, from: ModuleId, path: &[String], steps: u32) -> Option<ItemKind> {
        let mut here = from;
        let mut rest = path;
        let mut anchored = false;
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "crate" => here = ModuleId(0),
                "self" => {}
                "super" => here = self.modules[here.0].parent?,
                // The root names its own library in some editions, and macros do so too.
                name if !anchored && name == self.name && !others.is_empty() => here = ModuleId(0),
                _ => break,
            }
            anchored = true;
            rest = others;
        }
        let Some((first, others)) = rest.split_first() else { return Some(ItemKind::Module(here)) };
        let mut found = self.named(here, first, steps)?;
        for name in others {
            let ItemKind::Module(module) = found else { return None };
            found = self.named(module, name, steps)?;
        }
        Some(found)
    }

    /// What a name means in a module: an item of it, or what it imports.
    fn named(&self, module: ModuleId, name: &str, steps: u32) -> Option<ItemKind> {
        let steps = steps.checked_sub(1)?;
        let module_items = &self.modules[module.0];
        if let Some((_, item)) = module_items.items.iter().find(|(of, _)| of == name) {
            return Some(item.kind);
        }
        for import in &module_items.imports {
            match &import.name {
                ImportName::Named(named) if named == name && import.path != [name] => {
                    if let Some(found) = self.resolve_within(module, &import.path, steps) {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
        module_items.imports.iter().filter(|import| import.name == ImportName::Glob).find_map(|import| {
            // A glob of few steps is enough: chains of globs multiply.
            match self.resolve_within(module, &import.path, steps.min(6))? {
                ItemKind::Module(from) if from != module => self.named(from, name, steps.min(6)),
                _ => None,
            }
        })
    }

    /// The type of this library that a type names in a module.
    pub(crate) fn type_of(&self, from: ModuleId, ty: &TypeExpr) -> Option<TypeId> {
        match ty {
            TypeExpr::Path(path) => self.type_at(from, path),
            _ => None,
        }
    }

    pub(crate) fn type_at(&self, from: ModuleId, path: &TypePath) -> Option<TypeId> {
        match self.resolve(from, &path.segments)? {
            ItemKind::Type(id) => Some(id),
            _ => None,
        }
    }

    /// The full path of a name from another library, as far as imports tell: `fmt::Write` is `std::fmt::Write`.
    pub(crate) fn foreign_path(&self, from: ModuleId, path: &[String]) -> Vec<String> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let import = self.modules[from.0]
            .imports
            .iter()
            .find(|import| matches!(&import.name, ImportName::Named(name) if name == first));
        match import {
            Some(import) => import.path.iter().chain(rest).cloned().collect(),
            None => path.to_vec(),
        }
    }
}
