use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::{File, attributes};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `#[inline(always)]` on functions that are long, call themselves, or hold several loops.
    ///
    /// ## Why it matters
    ///
    /// The compiler must copy the body into every caller, whatever it costs: more code to compile and to keep in the
    /// instruction cache. It inlines small functions by itself.
    ///
    /// ## Example
    ///
    ///     #[inline(always)]
    ///     fn parse_header(bytes: &[u8]) -> Header { /* sixty lines */ }
    ///
    /// ## What to do
    ///
    /// Use `#[inline]`, which allows it across crates, or nothing. Keep `always` where a measurement shows its gain.
    ///
    /// ## When not to
    ///
    /// Small functions in the innermost loop, and those whose callers must be compiled for a target feature.
    id: "inline-always",
    title: "A long function is copied into each of its callers",
    category: Layout,
    severity: Note,
    remedy: "use `#[inline]` unless a measurement speaks for `always`",
    saves: Saves::Elsewhere,
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    const LONG: usize = 30;
    for function in file.all(SyntaxKind::FN) {
        if !attributes::attributes(function).any(|attribute| attribute == "inline(always)") {
            continue;
        }
        let (Some(body), Some(name)) = (function.child(SyntaxKind::BLOCK_EXPR), function.name()) else {
            continue;
        };
        let statements = body
            .descendants()
            .filter(|node| {
                matches!(node.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::LET_STMT | SyntaxKind::MATCH_ARM)
            })
            .count();
        let loops = body
            .descendants()
            .filter(|node| {
                matches!(node.kind(), SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR)
            })
            .count();
        let calls_itself =
            body.descendants().any(|node| node.is(SyntaxKind::CALL_EXPR) && is_itself(node, name));
        let why = if calls_itself {
            "calls itself".to_owned()
        } else if statements > LONG {
            format!("has {statements} statements")
        } else if loops > 2 {
            format!("has {loops} loops")
        } else {
            continue;
        };
        hits.add(
            function,
            Confidence::Low,
            format!("`{name}` {why}, and must be copied into every caller"),
        )
        .end_line = function.position_behind_attributes().line;
    }
}

fn is_itself(call: Node<'_>, name: &str) -> bool {
    call.called().is_some_and(|path| path == name || path == format!("Self::{name}"))
}
