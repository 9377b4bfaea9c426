//! What a rule is, and what it says.

use std::borrow::Cow;

use perfaudit_result::{Confidence, Effort, Severity};
use ra_ap_syntax::SyntaxKind;
use serde::{Deserialize, Serialize};

use crate::facts::attributes::is_test_code;
use crate::facts::{File, function_of, symbol_of};
use crate::flat::Node;
use crate::manifest::Manifest;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Memory that is allocated or copied without need.
    Allocation,
    /// Code that waits where it must not, or need not.
    Async,
    /// How the project is built.
    Build,
    /// Work that grows faster than its input.
    Complexity,
    /// Hashing.
    Hashing,
    /// Files, sockets and terminals.
    InputOutput,
    /// The size and place of values and code.
    Layout,
    /// Locks.
    Locks,
    /// Work that several cores could share.
    Parallelism,
    /// What is prepared again and again.
    Preparation,
    /// Reading and writing data formats.
    Serialisation,
    /// Making text.
    Text,
    /// Numbers that nobody measured.
    Tuning,
}

impl Category {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allocation => "allocation",
            Self::Async => "async",
            Self::Build => "build",
            Self::Complexity => "complexity",
            Self::Hashing => "hashing",
            Self::InputOutput => "input-output",
            Self::Layout => "layout",
            Self::Locks => "locks",
            Self::Parallelism => "parallelism",
            Self::Preparation => "preparation",
            Self::Serialisation => "serialisation",
            Self::Text => "text",
            Self::Tuning => "tuning",
        }
    }
}

/// Which part of what its lines cost a remedy can save at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saves {
    /// All of it.
    Lines,
    /// What they spend in functions whose name holds one of these words, called by them or by libraries.
    Through {
        /// Whether functions count that other code of the project calls, to which what is wasted is lent.
        in_own: bool,
        /// The words. One that begins with `::` is how a name ends, and such functions count where they are the project's
        /// own, too.
        words: &'static [&'static str],
        /// What these functions do, as in `growing`.
        doing: &'static str,
    },
    /// No CPU time: the same work, or what waits for it, takes less time.
    Waiting,
    /// None of it that a profile tells apart, as where code is large.
    Elsewhere,
}

impl Saves {
    /// Whether it saves CPU time of its lines, by which its findings are ranked.
    #[must_use]
    pub fn is_cpu_time(self) -> bool {
        !matches!(self, Self::Waiting | Self::Elsewhere)
    }
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// One file of Rust.
    File(fn(&File<'_>, &mut Hits<'_>)),
    /// A `Cargo.toml`.
    Manifest(fn(&Manifest, &mut Vec<ManifestHit>)),
}

/// A pattern in source that costs time or memory where it runs often.
pub struct Rule {
    /// Its stable name.
    pub id: &'static str,
    /// What it looks for, in one line.
    pub title: &'static str,
    /// What it is about.
    pub category: Category,
    /// How much a finding matters where it runs often.
    pub severity: Severity,
    /// What to do, in one line.
    pub remedy: &'static str,
    /// What the remedy can save.
    pub saves: Saves,
    /// How much work the remedy is.
    pub effort: Effort,
    /// What it does, why it matters, an example, what to write instead, when not to: its file's doc comment.
    pub explanation: &'static str,
    pub(crate) check: Check,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Declares the rule of a file. The doc comment in front becomes its explanation.
macro_rules! rule {
    ($(#[doc = $line:literal])+ id: $id:literal, title: $title:literal, category: $category:ident,
     severity: $severity:ident, remedy: $remedy:literal, $(saves: $saves:expr,)? effort: $effort:ident,
     check: $check:expr $(,)?) => {
        $(#[doc = $line])+
        pub(crate) const RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $id,
            title: $title,
            category: $crate::rules::Category::$category,
            severity: perfaudit_result::Severity::$severity,
            remedy: $remedy,
            saves: $crate::rules::rule::saves!($($saves)?),
            effort: perfaudit_result::Effort::$effort,
            explanation: concat!($($line, "\n"),+),
            check: $check,
        };
    };
}
pub(crate) use rule;

/// What a rule declares that the remedy saves; all of its lines where it declares nothing.
macro_rules! saves {
    () => {
        $crate::rules::Saves::Lines
    };
    ($saves:expr) => {
        $saves
    };
}
pub(crate) use saves;

impl Rule {
    /// What to write instead: the part of the explanation below `What to do`, without its indentation.
    #[must_use]
    pub fn instead(&self) -> String {
        let behind = self.explanation.split_once("## What to do").map_or("", |(_, behind)| behind);
        let part = behind.split_once("\n ## ").map_or(behind, |(part, _)| part).trim_matches('\n');
        let indent = |line: &str| line.len() - line.trim_start().len();
        let filled = part.lines().filter(|line| !line.trim().is_empty());
        let common = filled.map(indent).min().unwrap_or(0);
        let lines: Vec<&str> = part.lines().map(|line| line.get(common..).unwrap_or_default()).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// What the compiler is asked about a call, where it can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Where the name of the method, or the path of the function, begins.
    pub line: u32,
    /// Its column, in characters from 1.
    pub column: u32,
    /// What is asked.
    pub ask: Ask,
}

/// What is asked about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Does it copy memory? No for values that are `Copy`, and for counted references.
    CopiesMemory,
    /// Does it go through a slice?
    ScansSlice,
    /// Does it take a lock that blocks?
    Locks,
}

/// A place that a rule found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The rule.
    pub rule: Cow<'static, str>,
    /// The first line, from 1.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// First and last line of each piece of what it costs; none where that is spread over the program, as the size of a
    /// type.
    pub cost: Vec<(u32, u32)>,
    /// First and last line of the function that it is in.
    pub function: Option<(u32, u32)>,
    /// The function or item that it is in.
    pub symbol: String,
    /// What was seen.
    pub message: String,
    /// How sure it is by syntax alone.
    pub confidence: Confidence,
    /// Whether it is in code that only tests and benchmarks run.
    pub is_test: bool,
    /// The reason that a comment `// perfaudit: allow(rule) reason` gives.
    pub allowed: Option<String>,
    /// What the compiler could tell.
    pub question: Option<Question>,
    /// Whether it holds only if the compiler says so: by syntax alone it would be a guess.
    pub is_guess: bool,
    /// Whether the compiler bore it out.
    #[serde(default)]
    pub is_confirmed: bool,
    /// The share of the CPU time of a workload from which on it is worth telling; none if it is told in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_from: Option<f64>,
    /// Whether the remedy saves all of what these lines cost, though the rule's remedies save a part as a rule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub saves_lines: bool,
}

/// A place in a `Cargo.toml`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ManifestHit {
    pub(crate) line: u32,
    pub(crate) symbol: String,
    pub(crate) message: String,
    pub(crate) confidence: Confidence,
}

/// Collects what one rule says of one file.
pub(crate) struct Hits<'a> {
    rule: &'static Rule,
    out: &'a mut Vec<Hit>,
}

impl<'a> Hits<'a> {
    pub(crate) fn new(rule: &'static Rule, out: &'a mut Vec<Hit>) -> Self {
        Self { rule, out }
    }

    /// Notes a place. The span is that of the node.
    pub(crate) fn add(
        &mut self,
        node: Node<'_>,
        confidence: Confidence,
        message: impl Into<String>,
    ) -> &mut Hit {
        let position = node.position_behind_attributes();
        let function = function_of(node).map(|function| (function.position().line, function.last_line()));
        self.out.push(Hit {
            rule: Cow::Borrowed(self.rule.id),
            line: position.line,
            column: position.column,
            end_line: node.last_line(),
            cost: vec![(position.line, node.last_line())],
            function,
            symbol: symbol_of(node),
            message: message.into(),
            confidence,
            is_test: is_test_code(node),
            allowed: None,
            question: None,
            is_guess: false,
            is_confirmed: false,
            only_from: None,
            saves_lines: false,
        });
        self.out.last_mut().expect("it was just pushed")
    }
}

impl Hit {
    /// The compiler is asked about the name of this method call.
    pub(crate) fn asks(&mut self, call: Node<'_>, ask: Ask) -> &mut Self {
        let name = call.child(SyntaxKind::NAME_REF).unwrap_or(call).position();
        self.question = Some(Question { line: name.line, column: name.column, ask });
        self
    }

    /// What it costs is spent on the lines of another node, too, and on all between.
    pub(crate) fn costs(&mut self, node: Node<'_>) -> &mut Self {
        let lines = (node.position().line, node.last_line());
        let all = self.cost.iter().copied().chain([lines]);
        self.cost =
            all.reduce(|(from, to), (first, last)| (from.min(first), to.max(last))).into_iter().collect();
        self
    }

    /// What it costs is spent on the lines of these nodes alone.
    pub(crate) fn costs_only<'a>(&mut self, nodes: impl IntoIterator<Item = Node<'a>>) -> &mut Self {
        self.cost = nodes.into_iter().map(|node| (node.position().line, node.last_line())).collect();
        self
    }

    /// What a `let` binds costs until it is dropped, at the end of the block: its end is part of it, and its uses are,
    /// since what is made anew begins with empty caches (a pattern that is compiled once gains more than its compiling).
    pub(crate) fn costs_until_dropped(&mut self, made: Node<'_>) -> &mut Self {
        let statement =
            made.ancestors().find(|node| node.is(SyntaxKind::LET_STMT) || node.is(SyntaxKind::STMT_LIST));
        let list = statement.filter(|node| node.is(SyntaxKind::LET_STMT)).and_then(Node::parent);
        if let (Some(list), Some((_, to))) = (list, self.cost.last_mut()) {
            *to = list.last_line().max(*to);
        }
        self
    }

    /// The remedy saves all that its lines cost.
    pub(crate) fn saves_lines(&mut self) {
        self.saves_lines = true;
    }

    /// It is only told where it was measured to take this share of the CPU time of a workload.
    pub(crate) fn only_from(&mut self, share: f64) {
        self.only_from = Some(share);
    }

    /// Without the compiler's word it is not told.
    pub(crate) fn guess(&mut self) {
        self.is_guess = true;
    }
}

/// A snippet of source for a message: one line, not long.
pub(crate) fn shown(node: Node<'_>) -> String {
    const LONGEST: usize = 60;
    let text = node.text().split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("`{}...`", &text[..at]),
        None => format!("`{text}`"),
    }
}
