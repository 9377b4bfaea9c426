use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::bindings::{self, BindingKind};
use crate::facts::{File, function_of, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds regular expressions and globs that are compiled in the body of a function or a loop although their pattern
    /// does not change.
    ///
    /// ## Why it matters
    ///
    /// Compiling a pattern takes microseconds to milliseconds; matching one takes nanoseconds. A function that compiles its
    /// pattern for each call spends nearly all of its time on that.
    ///
    /// ## Example
    ///
    ///     fn mask(text: &str) -> String {
    ///         let secret = Regex::new("token=[^ ]+").unwrap();
    ///         secret.replace_all(text, "token=***").into_owned()
    ///     }
    ///
    /// ## What to do
    ///
    ///     static SECRET: LazyLock<Regex> = LazyLock::new(|| Regex::new("token=[^ ]+").unwrap());
    ///
    /// ## When not to
    ///
    /// Where the function runs once for each process, or the pattern comes from the caller.
    id: "regex-per-call",
    title: "A regular expression or glob is compiled for each call",
    category: Preparation,
    severity: Warning,
    remedy: "compile it once: a `static` with `LazyLock`, or a field that the constructor fills",
    effort: Quick,
    check: Check::File(check),
}

const COMPILES: [&str; 8] = [
    "Regex::new",
    "RegexSet::new",
    "RegexBuilder::new",
    "Glob::new",
    "GlobBuilder::new",
    "Pattern::new",
    "GlobSetBuilder::new",
    "RegexSetBuilder::new",
];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for (call, path) in file.calls() {
        if !COMPILES.iter().any(|compiles| path == *compiles || path.ends_with(&format!("::{compiles}"))) {
            continue;
        }
        let Some(function) = function_of(call) else { continue };
        if is_lazy(call) {
            continue;
        }
        let pattern = call.args().first().copied();
        let around = loops::enclosing_loop(call);
        if let Some(around) = around {
            if !pattern.is_some_and(|pattern| is_fixed(pattern) || !names_change(around, pattern)) {
                if is_of_caller(around) && is_used_up(call) && !is_constructor(function) {
                    let name = function.name().unwrap_or("_");
                    let message =
                        format!("{} is compiled for each pattern in each call of `{name}`", shown(call));
                    hits.add(call, Confidence::Medium, message).costs_until_dropped(call);
                }
                continue;
            }
            hits.add(
                call,
                Confidence::High,
                format!("{} is compiled in each turn of a loop, with the same pattern", shown(call)),
            )
            .costs_until_dropped(call);
        } else if pattern.is_some_and(is_fixed) && !is_constructor(function) && !is_kept(call, function) {
            hits.add(
                call,
                Confidence::Medium,
                format!("{} is compiled in each call of `{}`", shown(call), function.name().unwrap_or("_")),
            )
            .costs_until_dropped(call);
        }
    }
}

/// A loop over what the caller lends: the same patterns come again with the next call.
fn is_of_caller(around: loops::Loop<'_>) -> bool {
    let over = loops::iterated(around.node).filter(|over| over.is(SyntaxKind::PATH_EXPR));
    let binding = over.and_then(|over| bindings::of_name(over, over.text()));
    binding.is_some_and(|binding| {
        matches!(binding.kind, BindingKind::Parameter) && binding.node.text().contains(": &")
    })
}

/// What is compiled is bound by a `let`, and nothing but its methods are used.
fn is_used_up(call: Node<'_>) -> bool {
    let Some(statement) = call.ancestors().find(|node| node.is(SyntaxKind::LET_STMT)) else { return false };
    let (Some(name), Some(list)) = (bindings::let_name(statement), statement.parent()) else { return false };
    let mut uses = list
        .descendants()
        .filter(|node| node.is(SyntaxKind::PATH_EXPR) && node.text() == name && statement.precedes(*node));
    uses.all(|place| {
        place
            .parent()
            .is_some_and(|parent| parent.is(SyntaxKind::METHOD_CALL_EXPR) && parent.receiver() == Some(place))
    })
}

/// In the closure of something that runs it once, or in an initialiser.
pub(super) fn is_lazy(node: Node<'_>) -> bool {
    node.ancestors().any(|ancestor| match ancestor.kind() {
        SyntaxKind::CALL_EXPR => ancestor.called().is_some_and(|path| {
            ["LazyLock::new", "LazyCell::new", "Lazy::new"].iter().any(|lazy| path.ends_with(lazy))
        }),
        SyntaxKind::METHOD_CALL_EXPR => matches!(
            ancestor.name(),
            Some("get_or_init" | "get_or_try_init" | "call_once" | "get_or_insert_with")
        ),
        SyntaxKind::STATIC | SyntaxKind::CONST => true,
        _ => false,
    })
}

/// A literal, or a constant by its name.
fn is_fixed(pattern: Node<'_>) -> bool {
    let pattern = pattern.peeled();
    pattern.is(SyntaxKind::LITERAL)
        || (pattern.is(SyntaxKind::PATH_EXPR)
            && pattern
                .text()
                .chars()
                .all(|c| c.is_ascii_uppercase() || c == '_' || c == ':' || c.is_ascii_digit()))
        || (pattern.is(SyntaxKind::CALL_EXPR) && pattern.called().is_some_and(|path| path == "concat!"))
}

fn names_change(around: loops::Loop<'_>, pattern: Node<'_>) -> bool {
    let names =
        pattern.descendants().chain(std::iter::once(pattern)).filter(|node| node.is(SyntaxKind::PATH_EXPR));
    let mut names = names.peekable();
    // Inline arguments of a format string are names, too.
    let has_format = pattern.text().contains("format!");
    has_format || names.any(|name| loops::changes_in(around, name)) || pattern.text().contains('(')
}

/// Functions that run once for what they make.
pub(super) fn is_constructor(function: Node<'_>) -> bool {
    let name = function.name().unwrap_or_default();
    let words = [
        "new",
        "default",
        "build",
        "builder",
        "main",
        "init",
        "setup",
        "load",
        "compile",
        "try_new",
        "configure",
        "run",
        "start",
        "create",
        "open",
    ];
    words.contains(&name)
        || [
            "new_", "from_", "with_", "init_", "build_", "setup_", "load_", "compile_", "make_", "create_",
            "try_from", "into_",
        ]
        .iter()
        .any(|start| name.starts_with(start))
        || function.child(SyntaxKind::RET_TYPE).is_some_and(|ty| {
            let ty = ty.dense();
            ty.contains("Self") || ty.contains("Regex") || ty.contains("Glob")
        })
}

/// It becomes part of a value that the function gives back.
fn is_kept(call: Node<'_>, function: Node<'_>) -> bool {
    let in_record = call
        .ancestors()
        .take_while(|ancestor| *ancestor != function)
        .any(|ancestor| ancestor.is(SyntaxKind::RECORD_EXPR));
    let assigned = call.ancestors().take_while(|ancestor| *ancestor != function).any(|ancestor| {
        ancestor.is(SyntaxKind::BIN_EXPR)
            && ancestor.has(SyntaxKind::EQ)
            && ancestor.parts().next().is_some_and(|left| left.is(SyntaxKind::FIELD_EXPR))
    });
    in_record || assigned
}
