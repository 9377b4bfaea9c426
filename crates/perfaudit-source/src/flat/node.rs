//! Walking a tree.

use ra_ap_syntax::{SyntaxKind, T};

use super::{Data, Tree};

/// A node or token of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree<'t>,
    id: u32,
}

/// A place in a text, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.kind(), self.text())
    }
}

impl<'t> Node<'t> {
    pub(super) fn new(tree: &'t Tree<'_>, id: u32) -> Self {
        Self { tree, id }
    }

    fn data(self) -> Data {
        self.tree.nodes[self.id as usize]
    }

    pub(crate) fn kind(self) -> SyntaxKind {
        self.data().kind
    }

    pub(crate) fn is(self, kind: SyntaxKind) -> bool {
        self.kind() == kind
    }

    /// Where it stands in the text.
    pub(crate) fn start(self) -> u32 {
        self.data().start
    }

    pub(crate) fn end(self) -> u32 {
        self.data().end
    }

    pub(crate) fn text(self) -> &'t str {
        let Data { start, end, .. } = self.data();
        &self.tree.text[start as usize..end as usize]
    }

    /// The text without white space.
    pub(crate) fn dense(self) -> String {
        self.text().split_whitespace().collect()
    }

    pub(crate) fn position(self) -> Position {
        self.tree.position(self.start())
    }

    /// Where it begins behind its attributes.
    pub(crate) fn position_behind_attributes(self) -> Position {
        let first = self.children().find(|child| !child.is(SyntaxKind::ATTR));
        first.unwrap_or(self).position()
    }

    pub(crate) fn last_line(self) -> u32 {
        self.tree.position(self.end()).line
    }

    pub(crate) fn parent(self) -> Option<Self> {
        (self.id > 0).then(|| Self::new(self.tree, self.data().parent))
    }

    /// From the parent outwards.
    pub(crate) fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    /// Nodes and tokens in it, in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let end = self.data().after;
        let first = (self.id + 1 < end).then(|| Self::new(self.tree, self.id + 1));
        std::iter::successors(first, move |node| {
            let next = node.data().after;
            (next < end).then(|| Self::new(node.tree, next))
        })
    }

    /// Children that are no punctuation and no keyword.
    pub(crate) fn parts(self) -> impl Iterator<Item = Self> {
        self.children().filter(|node| !node.is_token())
    }

    /// Tokens stand before nodes in the list of kinds, `ERROR` apart.
    pub(crate) fn is_token(self) -> bool {
        let kind = self.kind();
        (kind as u16) < (SyntaxKind::ABI as u16) && kind != SyntaxKind::ERROR
    }

    /// The first child of a kind.
    pub(crate) fn child(self, kind: SyntaxKind) -> Option<Self> {
        self.children().find(|node| node.is(kind))
    }

    pub(crate) fn has(self, kind: SyntaxKind) -> bool {
        self.child(kind).is_some()
    }

    /// Everything within, without itself, in the order of the text.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Self> {
        let tree = self.tree;
        (self.id + 1..self.data().after).map(move |id| Self::new(tree, id))
    }

    /// Whether the other node is this one or within it.
    pub(crate) fn contains(self, other: Self) -> bool {
        (self.id..self.data().after).contains(&other.id)
    }

    /// Whether it stands before the other in the text.
    pub(crate) fn precedes(self, other: Self) -> bool {
        self.id < other.id
    }

    /// The text of the name of an item, a method call or a field.
    pub(crate) fn name(self) -> Option<&'t str> {
        self.children()
            .find(|node| matches!(node.kind(), SyntaxKind::NAME | SyntaxKind::NAME_REF))
            .map(Self::text)
    }

    /// Of a method call, a field, an index, an await, a `?`: what stands before the dot or the bracket. Of a call: what
    /// is called.
    pub(crate) fn receiver(self) -> Option<Self> {
        self.parts().next()
    }

    /// The arguments of a call or method call.
    pub(crate) fn args(self) -> Vec<Self> {
        self.child(SyntaxKind::ARG_LIST).map(|list| list.parts().collect()).unwrap_or_default()
    }

    /// The path that a call calls, without white space and generic arguments: `fs::read`. With `!` if it is a macro.
    pub(crate) fn called(self) -> Option<String> {
        let callee = self
            .receiver()
            .filter(|callee| self.is(SyntaxKind::CALL_EXPR) && callee.is(SyntaxKind::PATH_EXPR))?;
        let mut path = path_text(callee);
        if self.tree.text[callee.end() as usize..].trim_start().starts_with('!') {
            path.push('!');
        }
        Some(path)
    }

    /// Itself without parentheses, references and `mut`.
    pub(crate) fn peeled(self) -> Self {
        let mut node = self;
        while matches!(node.kind(), SyntaxKind::REF_EXPR | SyntaxKind::PAREN_EXPR)
            || (node.is(SyntaxKind::PREFIX_EXPR) && node.has(T![*]))
        {
            match node.parts().next() {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }
}

/// A path without white space and generic arguments.
pub(crate) fn path_text(path: Node<'_>) -> String {
    let mut text = String::new();
    let mut behind = 0;
    for node in path.descendants() {
        if node.start() < behind {
            continue;
        }
        match node.kind() {
            SyntaxKind::GENERIC_ARG_LIST => {
                behind = node.end();
                if text.ends_with("::") {
                    text.truncate(text.len() - 2);
                }
            }
            SyntaxKind::IDENT | T![::] | T![self] | T![Self] | T![crate] | T![super] => {
                text.push_str(node.text());
            }
            _ => {}
        }
    }
    text
}
