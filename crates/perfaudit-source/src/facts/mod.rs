//! What syntax alone tells of a place in the code: loops around it, types of what it names, whether it is test code.

pub(crate) mod attributes;
pub(crate) mod bindings;
pub(crate) mod futures;
pub(crate) mod loops;
pub(crate) mod sizes;
pub(crate) mod types;

use std::collections::HashMap;

use ra_ap_syntax::SyntaxKind;

use crate::flat::{Node, Tree, path_text};

/// A file as rules see it.
pub(crate) struct File<'t> {
    pub(crate) tree: &'t Tree<'t>,
    /// The path that each imported name stands for.
    imports: HashMap<&'t str, String>,
    structs: HashMap<&'t str, Node<'t>>,
    functions: HashMap<&'t str, Node<'t>>,
}

impl<'t> File<'t> {
    pub(crate) fn new(tree: &'t Tree<'t>) -> Self {
        let mut imports = HashMap::new();
        for item in tree.all(SyntaxKind::USE) {
            imports.extend(imported(item));
        }
        let named = |kind| tree.all(kind).filter_map(|item| Some((item.name()?, item))).collect();
        Self { tree, imports, structs: named(SyntaxKind::STRUCT), functions: named(SyntaxKind::FN) }
    }

    pub(crate) fn all(&self, kind: SyntaxKind) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.tree.all(kind)
    }

    /// The calls of methods with one of these names.
    pub(crate) fn methods(&self, names: &'static [&'static str]) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.all(SyntaxKind::METHOD_CALL_EXPR)
            .filter(move |call| call.name().is_some_and(|name| names.contains(&name)))
    }

    /// All calls with the path they name, its first segment resolved by the imports of the file.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (Node<'t>, String)> {
        self.all(SyntaxKind::CALL_EXPR).filter_map(|call| Some((call, self.resolved(&call.called()?))))
    }

    /// A path with its first segment in full: `fs::read` is `std::fs::read` where `std::fs` is imported.
    pub(crate) fn resolved(&self, path: &str) -> String {
        let (first, rest) = path.split_once("::").map_or((path, ""), |(first, rest)| (first, rest));
        match self.imports.get(first) {
            Some(full) if rest.is_empty() => full.clone(),
            Some(full) => format!("{full}::{rest}"),
            None => path.to_owned(),
        }
    }

    /// Whether something of a crate is imported.
    pub(crate) fn uses(&self, root: &str) -> bool {
        self.imports.values().any(|path| path.split("::").next() == Some(root))
    }

    pub(crate) fn structure(&self, name: &str) -> Option<Node<'t>> {
        self.structs.get(name).copied()
    }

    pub(crate) fn function(&self, name: &str) -> Option<Node<'t>> {
        self.functions.get(name).copied()
    }
}

/// What a `use` imports: the path that each name stands for.
pub(crate) fn imported(item: Node<'_>) -> HashMap<&str, String> {
    let mut imports = HashMap::new();
    if let Some(tree) = item.child(SyntaxKind::USE_TREE) {
        collect_imports(tree, "", &mut imports);
    }
    imports
}

fn collect_imports<'t>(tree: Node<'t>, prefix: &str, imports: &mut HashMap<&'t str, String>) {
    let path = tree.child(SyntaxKind::PATH).map(path_text).unwrap_or_default();
    let full = match (prefix, path.as_str()) {
        ("", path) => path.to_owned(),
        (prefix, "" | "self") => prefix.to_owned(),
        (prefix, path) => format!("{prefix}::{path}"),
    };
    if let Some(list) = tree.child(SyntaxKind::USE_TREE_LIST) {
        for inner in list.parts() {
            collect_imports(inner, &full, imports);
        }
        return;
    }
    let rename = tree.child(SyntaxKind::RENAME).and_then(Node::name);
    let own = tree.child(SyntaxKind::PATH).and_then(|path| path.parts().filter_map(Node::name).last());
    let by_parent = || {
        tree.parent()
            .and_then(Node::parent)
            .and_then(|up| up.child(SyntaxKind::PATH)?.parts().filter_map(Node::name).last())
    };
    if let Some(name) = rename.or_else(|| own.filter(|name| *name != "self")).or_else(by_parent) {
        imports.insert(name, full);
    }
}

/// The function that a node is in.
pub(crate) fn function_of(node: Node<'_>) -> Option<Node<'_>> {
    node.ancestors().find(|ancestor| ancestor.is(SyntaxKind::FN))
}

/// The type whose `impl` a node is in.
pub(crate) fn impl_type(node: Node<'_>) -> Option<types::Ty> {
    let block =
        node.ancestors().find(|ancestor| matches!(ancestor.kind(), SyntaxKind::IMPL | SyntaxKind::TRAIT))?;
    block.is(SyntaxKind::IMPL).then_some(())?;
    // `impl Trait for Type`: the type comes last.
    block.parts().filter_map(types::Ty::of_node).last()
}

/// `Type::function`, `function`, or the name of the item that a node is in.
pub(crate) fn symbol_of(node: Node<'_>) -> String {
    let item = std::iter::once(node).chain(node.ancestors()).find(|node| {
        use SyntaxKind::{CONST, ENUM, FN, STATIC, STRUCT};
        matches!(node.kind(), FN | CONST | STATIC | ENUM | STRUCT)
    });
    let Some(item) = item else { return String::new() };
    let name = item.name().unwrap_or("_");
    match impl_type(item) {
        Some(ty) if !ty.name.is_empty() => format!("{}::{name}", ty.name),
        _ => name.to_owned(),
    }
}

/// Whether a name occurs in a node: as a token, or in the text of a format string.
pub(crate) fn mentions(node: Node<'_>, name: &str) -> bool {
    node.descendants().chain(std::iter::once(node)).any(|inner| match inner.kind() {
        SyntaxKind::IDENT | SyntaxKind::SELF_KW => inner.text() == name,
        SyntaxKind::STRING => inner.text().match_indices(name).any(|(at, _)| {
            inner.text()[..at].ends_with('{') && inner.text()[at + name.len()..].starts_with(['}', ':'])
        }),
        _ => false,
    })
}
