//! A syntax tree that lies in one vector: what analysis of whole projects walks.
//!
//! It is made from the parser's events in one pass, without comments and white space. The arguments of macros that take
//! expressions (`vec!`, `format!`, `assert!` and the like) are parsed as arguments of a call: the `!` is hidden from the
//! parser. Broken code has a tree, too.

mod macros;
mod node;

use ra_ap_parser::{Input, LexedStr, Output, Step, TopEntryPoint};
use ra_ap_syntax::{Edition, SyntaxKind};

use crate::nesting::lexed_too_deep_at;
pub(crate) use node::{Node, Position, path_text};

/// One node or token, in the order of the text.
#[derive(Debug, Clone, Copy)]
struct Data {
    kind: SyntaxKind,
    start: u32,
    end: u32,
    parent: u32,
    /// The first entry behind everything in this one.
    after: u32,
}

/// A tree with its text.
#[derive(Debug)]
pub(crate) struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Data>,
    /// Where lines begin.
    lines: Vec<u32>,
    indexed: Vec<Vec<u32>>,
}

/// Why there is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooDeep {
    /// The line, from 1.
    pub(crate) line: u32,
}

/// The kinds that rules ask for: all nodes of one are found without a walk.
const INDEXED: [SyntaxKind; 15] = [
    SyntaxKind::METHOD_CALL_EXPR,
    SyntaxKind::CALL_EXPR,
    SyntaxKind::FOR_EXPR,
    SyntaxKind::WHILE_EXPR,
    SyntaxKind::LOOP_EXPR,
    SyntaxKind::FN,
    SyntaxKind::LET_STMT,
    SyntaxKind::BIN_EXPR,
    SyntaxKind::ENUM,
    SyntaxKind::STRUCT,
    SyntaxKind::CONST,
    SyntaxKind::STATIC,
    SyntaxKind::AWAIT_EXPR,
    SyntaxKind::ATTR,
    SyntaxKind::USE,
];

fn slot(kind: SyntaxKind) -> Option<usize> {
    INDEXED.iter().position(|indexed| *indexed == kind)
}

impl<'t> Tree<'t> {
    /// The tree of a text.
    pub(crate) fn parse(text: &'t str, edition: Edition) -> Result<Self, TooDeep> {
        let lines = line_starts(text);
        let lexed = LexedStr::new(edition, text);
        if let Some(at) = lexed_too_deep_at(&lexed, edition) {
            let line = lines.partition_point(|start| *start as usize <= at);
            return Err(TooDeep { line: u32::try_from(line).unwrap_or(u32::MAX) });
        }
        let (input, places) = macros::input(&lexed, edition);
        let output = TopEntryPoint::SourceFile.parse(&input);
        Ok(Builder::new(text, lines, &lexed, &places, &input).build(&output))
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// All nodes of an indexed kind.
    ///
    /// # Panics
    /// When the kind is not one of [`INDEXED`].
    pub(crate) fn all(&self, kind: SyntaxKind) -> impl Iterator<Item = Node<'_>> {
        let slot = slot(kind).expect("rules ask for indexed kinds");
        self.indexed[slot].iter().map(|&id| Node::new(self, id))
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    pub(crate) fn line_count(&self) -> u32 {
        let open = u32::from(!self.text.is_empty() && !self.text.ends_with('\n'));
        self.text.bytes().filter(|byte| *byte == b'\n').count() as u32 + open
    }

    /// Line and column of a byte, both from 1; columns count characters.
    fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1] as usize;
        let column = self.text[start..offset as usize].chars().count() as u32 + 1;
        Position { line: line as u32, column }
    }

    /// Where lines begin.
    pub(crate) fn lines(&self) -> &[u32] {
        &self.lines
    }

    /// The text of a line, from 1.
    pub(crate) fn line(&self, line: u32) -> &'t str {
        let at = line as usize - 1;
        let end = self.lines.get(at + 1).map_or(self.text.len(), |end| *end as usize);
        self.lines.get(at).map_or("", |start| self.text[*start as usize..end].trim_end())
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    // Files that are read are smaller than 4 GB.
    std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
}

/// Makes the vector from the parser's events.
struct Builder<'a, 't> {
    lexed: &'a LexedStr<'t>,
    /// The token of each token of the parser's input.
    places: &'a [u32],
    tree: Tree<'t>,
    /// What is open, with the number of tokens before it.
    open: Vec<(u32, usize)>,
    /// Tokens in the tree.
    tokens: usize,
    /// The next token of the input.
    next: usize,
    /// Where the last token ended.
    last_end: u32,
}

impl<'a, 't> Builder<'a, 't> {
    fn new(
        text: &'t str,
        lines: Vec<u32>,
        lexed: &'a LexedStr<'t>,
        places: &'a [u32],
        input: &Input,
    ) -> Self {
        let nodes = Vec::with_capacity(input.len() * 3);
        let tree = Tree { text, nodes, lines, indexed: vec![Vec::new(); INDEXED.len()] };
        Self { lexed, places, tree, open: Vec::new(), tokens: 0, next: 0, last_end: 0 }
    }

    fn build(mut self, output: &Output) -> Tree<'t> {
        for step in output.iter() {
            match step {
                Step::Enter { kind } => {
                    let start = self.next_start();
                    let id = self.push(kind, start, start);
                    if let Some(slot) = slot(kind) {
                        self.tree.indexed[slot].push(id);
                    }
                    self.open.push((id, self.tokens));
                }
                Step::Exit => self.exit(),
                Step::Token { kind, n_input_tokens } => {
                    let start = self.next_start();
                    self.next += usize::from(n_input_tokens);
                    let end =
                        self.place(self.next - 1).map_or(start, |at| self.lexed.text_range(at).end as u32);
                    self.leaf(kind, start, end);
                }
                Step::FloatSplit { ends_in_dot } => self.split_float(ends_in_dot),
                Step::Error { .. } => {}
            }
        }
        while !self.open.is_empty() {
            self.exit();
        }
        self.tree
    }

    fn place(&self, token: usize) -> Option<usize> {
        self.places.get(token).map(|&at| at as usize)
    }

    fn next_start(&self) -> u32 {
        self.place(self.next).map_or(self.last_end, |at| self.lexed.text_start(at) as u32)
    }

    fn push(&mut self, kind: SyntaxKind, start: u32, end: u32) -> u32 {
        let id = self.tree.nodes.len() as u32;
        let parent = self.open.last().map_or(0, |(id, _)| *id);
        self.tree.nodes.push(Data { kind, start, end, parent, after: id + 1 });
        id
    }

    fn leaf(&mut self, kind: SyntaxKind, start: u32, end: u32) {
        self.push(kind, start, end);
        self.tokens += 1;
        self.last_end = end;
    }

    fn exit(&mut self) {
        let Some((id, tokens)) = self.open.pop() else { return };
        if tokens == self.tokens {
            self.leave_empty(id);
        }
        let after = self.tree.nodes.len() as u32;
        let data = &mut self.tree.nodes[id as usize];
        data.after = after;
        data.end = self.last_end.max(data.start);
    }

    /// What holds no token begins and ends where the text was read to, and holds nothing.
    fn leave_empty(&mut self, id: u32) {
        let length = id as usize + 1;
        self.tree.nodes.truncate(length);
        for list in &mut self.tree.indexed {
            while list.last().is_some_and(|last| *last as usize >= length) {
                list.pop();
            }
        }
        let parent = self.tree.nodes[self.tree.nodes[id as usize].parent as usize].start;
        self.tree.nodes[id as usize].start = if id == 0 { 0 } else { parent.max(self.last_end) };
    }

    /// `a.0.1` has the token `0.1`, which is two names and a dot; the parser leaves the exits in between to us.
    fn split_float(&mut self, ends_in_dot: bool) {
        let start = self.next_start();
        let Some(at) = self.place(self.next) else { return };
        self.next += 1;
        let text = self.lexed.text(at);
        let end = start + text.len() as u32;
        match text.find('.') {
            Some(dot) => {
                let dot = start + dot as u32;
                self.leaf(SyntaxKind::INT_NUMBER, start, dot);
                self.exit();
                self.leaf(SyntaxKind::DOT, dot, dot + 1);
                if !ends_in_dot {
                    self.leaf(SyntaxKind::INT_NUMBER, dot + 1, end);
                    self.exit();
                }
            }
            None => {
                self.leaf(SyntaxKind::FLOAT_NUMBER, start, end);
                self.exit();
            }
        }
    }
}

#[cfg(test)]
mod tests;
