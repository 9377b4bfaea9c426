//! The files of a library, from its root on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ra_ap_syntax::ast::{self, AstNode as _, HasModuleItem as _, HasVisibility};
use ra_ap_syntax::{Edition, SyntaxNode};

use super::attributes::Attributes;
use super::lower::Lowering;
use super::types::name_of;
use super::{Item, ItemKind, LibrarySource, Location, Module, ModuleId};
use crate::cfg::CfgSet;
use crate::tree;

/// More modules than any library has; a `#[path]` that leads in a circle ends here at the latest.
const MOST_MODULES: usize = 20_000;

/// A file to read for a module.
struct Pending {
    module: ModuleId,
    candidates: Vec<PathBuf>,
    /// Whether it owns its folder: the root, `mod.rs`, and files named by `#[path]` do.
    owns_folder: bool,
}

pub(super) fn load(name: &str, root: &Path, edition: Edition, cfg: &CfgSet) -> LibrarySource {
    let mut source = LibrarySource {
        name: name.to_owned(),
        unread: Vec::new(),
        item_macros: Vec::new(),
        modules: vec![Module::default()],
        functions: Vec::new(),
        types: Vec::new(),
        impls: Vec::new(),
        paths: OnceLock::new(),
    };
    let mut pending =
        vec![Pending { module: ModuleId(0), candidates: vec![root.to_owned()], owns_folder: true }];
    let mut open = BTreeSet::new();
    while let Some(next) = pending.pop() {
        let path = next.candidates.iter().find(|path| path.is_file()).unwrap_or(&next.candidates[0]).clone();
        if !open.insert((path.clone(), next.module)) || source.modules.len() > MOST_MODULES {
            continue;
        }
        let parsed = tree::read(&path).and_then(|text| Ok((tree::parse_file(&text, &path, edition)?, text)));
        let (file, text) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                source.unread.push(error);
                continue;
            }
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let owns = next.owns_folder || path.file_name().is_some_and(|name| name == "mod.rs");
        let below = if owns { folder.to_owned() } else { folder.join(path.file_stem().unwrap_or_default()) };
        let lines = Lines::new(&text);
        let mut walk = Walk { source: &mut source, pending: &mut pending, path: &path, lines: &lines, cfg };
        walk.items(file.items(), next.module, &Folders { of_file: folder.to_owned(), below, inline: false });
    }
    source
}

/// Where the files of a module's children are.
struct Folders {
    /// The folder of the file.
    of_file: PathBuf,
    /// The folder of the module.
    below: PathBuf,
    /// Within an inline module, `#[path]` counts from the module's folder.
    inline: bool,
}

struct Walk<'a> {
    source: &'a mut LibrarySource,
    pending: &'a mut Vec<Pending>,
    path: &'a Path,
    lines: &'a Lines,
    cfg: &'a CfgSet,
}

impl Walk<'_> {
    fn items(&mut self, items: impl Iterator<Item = ast::Item>, module: ModuleId, folders: &Folders) {
        for item in items {
            let attributes = Attributes::of(&item, self.cfg);
            match item {
                ast::Item::Module(item) => self.module(&item, &attributes, module, folders),
                ast::Item::MacroCall(call) if attributes.left_out_by.is_none() => {
                    let name = call.path().map(|path| path.syntax().text().to_string()).unwrap_or_default();
                    let location = self.location(call.syntax());
                    self.source.item_macros.push((name, location));
                }
                item => {
                    let location = self.location(item.syntax());
                    let lines = self.lines;
                    let path = self.path;
                    let place =
                        |node: &SyntaxNode| Location { file: path.to_owned(), line: lines.line_of(node) };
                    Lowering { source: self.source, cfg: self.cfg, module, place: &place }
                        .item(item, attributes, location);
                }
            }
        }
    }

    fn module(&mut self, item: &ast::Module, attributes: &Attributes, parent: ModuleId, folders: &Folders) {
        let name = name_of(item);
        if attributes.left_out_by.is_some() || name.is_empty() {
            return;
        }
        let module = ModuleId(self.source.modules.len());
        self.source.modules.push(Module { parent: Some(parent), ..Module::default() });
        let item_of =
            Item { public: is_public(item), hidden: attributes.hidden, kind: ItemKind::Module(module) };
        self.source.modules[parent.0].items.push((name.clone(), item_of));
        let named = attributes
            .path
            .as_ref()
            .map(|path| if folders.inline { folders.below.join(path) } else { folders.of_file.join(path) });
        match item.item_list() {
            Some(list) => {
                let below = named.unwrap_or_else(|| folders.below.join(&name));
                let folders = Folders { of_file: folders.of_file.clone(), below, inline: true };
                self.items(list.items(), module, &folders);
            }
            None => {
                let owns_folder = named.is_some();
                let candidates = named.map_or_else(
                    || {
                        let base = &folders.below;
                        vec![base.join(format!("{name}.rs")), base.join(&name).join("mod.rs")]
                    },
                    |path| vec![path],
                );
                self.pending.push(Pending { module, candidates, owns_folder });
            }
        }
    }

    fn location(&self, node: &SyntaxNode) -> Location {
        Location { file: self.path.to_owned(), line: self.lines.line_of(node) }
    }
}

/// Whether an item is `pub` without restriction.
pub(super) fn is_public(item: &impl HasVisibility) -> bool {
    item.visibility().is_some_and(|visibility| matches!(visibility.kind(), ast::VisibilityKind::Pub))
}

/// Where lines begin.
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(newlines).collect() }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The line of an item's own keyword or name rather than of its comments and attributes.
    fn line_of(&self, node: &SyntaxNode) -> usize {
        let first = node.children().find(|child| !ast::Attr::can_cast(child.kind()));
        let start = first.map_or_else(|| node.text_range().start(), |child| child.text_range().start());
        self.line_at(usize::from(start))
    }
}
