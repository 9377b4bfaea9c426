use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::{File, attributes};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `async fn`s that never await.
    ///
    /// ## Why it matters
    ///
    /// Each call makes a future and polls it, callers must be async themselves, and everything in it runs in one piece on the
    /// thread of the runtime.
    ///
    /// ## Example
    ///
    ///     async fn sum(values: &[u64]) -> u64 {
    ///         values.iter().sum()
    ///     }
    ///
    /// ## What to do
    ///
    ///     fn sum(values: &[u64]) -> u64 {
    ///         values.iter().sum()
    ///     }
    ///
    /// ## When not to
    ///
    /// Where a trait, a handler's signature or a public interface asks for it; those that can be told are left out.
    id: "async-without-await",
    title: "An async function never awaits",
    category: Async,
    severity: Note,
    remedy: "make it a plain function",
    saves: Saves::Elsewhere,
    effort: Quick,
    check: Check::File(check),
}

/// Attributes that do not make a function into something else.
const HARMLESS: [&str; 9] =
    ["allow", "cold", "doc", "expect", "inline", "instrument", "must_use", "cfg", "deprecated"];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for function in file.all(SyntaxKind::FN).filter(|function| never_awaits(*function)) {
        let of_trait = function.ancestors().take(2).any(|ancestor| match ancestor.kind() {
            SyntaxKind::TRAIT => true,
            SyntaxKind::IMPL => {
                ancestor.has(SyntaxKind::FOR_KW) || attributes::attributes(ancestor).next().is_some()
            }
            _ => false,
        });
        let is_other = attributes::attributes(function).any(|attribute| {
            let path = attribute.split(['(', '=']).next().unwrap_or_default().to_owned();
            !HARMLESS.contains(&path.rsplit("::").next().unwrap_or_default())
        });
        if of_trait || is_other || is_value(file, function) {
            continue;
        }
        let name = function.name().unwrap_or("_");
        hits.add(function, Confidence::Low, format!("`{name}` is async and awaits nothing")).end_line =
            function.position_behind_attributes().line;
    }
}

/// Whether a function is async and its body awaits nothing.
pub(crate) fn never_awaits(function: Node<'_>) -> bool {
    let Some(body) = function.child(SyntaxKind::BLOCK_EXPR).filter(|_| function.has(SyntaxKind::ASYNC_KW))
    else {
        return false;
    };
    let is_empty = body.child(SyntaxKind::STMT_LIST).is_none_or(|list| list.parts().next().is_none());
    let awaits = body.descendants().any(|node| match node.kind() {
        SyntaxKind::AWAIT_EXPR | SyntaxKind::AWAIT_KW | SyntaxKind::YIELD_EXPR => true,
        // Macros that are not read may await.
        SyntaxKind::MACRO_CALL => true,
        SyntaxKind::CALL_EXPR => node.called().is_some_and(|path| {
            matches!(
                path.rsplit("::").next(),
                Some("join!" | "try_join!" | "todo!" | "unimplemented!" | "select!" | "pin!")
            )
        }),
        _ => false,
    });
    !is_empty && !awaits
}

/// It is passed on as a value, as to a router, which may ask for a future.
fn is_value(file: &File<'_>, function: Node<'_>) -> bool {
    let Some(name) = function.name() else { return true };
    file.tree.root().descendants().any(|node| {
        node.is(SyntaxKind::PATH_EXPR)
            && (node.text() == name || node.text().ends_with(&format!("::{name}")))
            && node.parent().is_some_and(|parent| !parent.is(SyntaxKind::CALL_EXPR))
    })
}
