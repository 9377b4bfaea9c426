use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule, shown};
use crate::facts::File;
use crate::facts::bindings::{self, BindingKind};
use crate::facts::loops::{self, Loop};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `for` loops that await one call for each element, where no turn depends on the one before.
    ///
    /// ## Why it matters
    ///
    /// The loop waits for the sum of all calls; at the same time they would take as long as the slowest.
    ///
    /// ## Example
    ///
    ///     for url in urls {
    ///         pages.push(fetch(url).await?);
    ///     }
    ///
    /// ## What to do
    ///
    ///     let pages = futures::future::try_join_all(urls.iter().map(fetch)).await?;
    ///
    /// or `buffer_unordered(n)`, so that not all run at the same time.
    ///
    /// ## When not to
    ///
    /// Where the order matters to the other side, or it must not be asked for more than one thing at a time. Only the
    /// syntax is known here: it is a suggestion.
    id: "sequential-awaits",
    title: "Independent calls are awaited one after the other",
    category: Async,
    severity: Note,
    remedy: "consider `try_join_all`, or `buffer_unordered` with a limit",
    saves: Saves::Waiting,
    effort: Medium,
    check: Check::File(check),
}

/// Calls whose order is the point, or that take turns by nature.
const IN_ORDER: [&str; 26] = [
    "accept",
    "acquire",
    "close",
    "commit",
    "execute",
    "feed",
    "flush",
    "join",
    "lock",
    "next",
    "notified",
    "read",
    "read_exact",
    "read_line",
    "recv",
    "send",
    "shutdown",
    "sleep",
    "sleep_until",
    "tick",
    "wait",
    "write",
    "write_all",
    "yield_now",
    "changed",
    "ready",
];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for wait in file.all(SyntaxKind::AWAIT_EXPR) {
        let Some(found) = loops::enclosing_loop(wait).filter(|found| found.node.is(SyntaxKind::FOR_EXPR))
        else {
            continue;
        };
        let Some(call) = wait
            .receiver()
            .filter(|call| matches!(call.kind(), SyntaxKind::CALL_EXPR | SyntaxKind::METHOD_CALL_EXPR))
        else {
            continue;
        };
        let path = call.called().unwrap_or_default();
        let name = call.name().or_else(|| path.rsplit("::").next()).unwrap_or_default();
        let is_in_order = IN_ORDER.contains(&name)
            || ["read_", "recv_", "send_", "write_"].iter().any(|start| name.starts_with(start));
        if is_in_order
            || takes_turns(found, call)
            || loops::is_small(found)
            || !is_independent(found, wait)
            || !takes_element(found, call)
        {
            continue;
        }
        hits.add(wait, Confidence::Low, format!("{} is awaited before the next turn begins", shown(call)));
    }
}

/// One await in each turn, no early end but by error, nothing changed but by pushing results.
fn is_independent(found: Loop<'_>, wait: Node<'_>) -> bool {
    found.body.descendants().all(|node| match node.kind() {
        SyntaxKind::AWAIT_EXPR => node == wait,
        SyntaxKind::BREAK_EXPR | SyntaxKind::RETURN_EXPR | SyntaxKind::MACRO_CALL => false,
        SyntaxKind::REF_EXPR => !(node.has(SyntaxKind::MUT_KW) && outer(found, node)),
        SyntaxKind::BIN_EXPR => {
            let assigns = node.children().any(|child| {
                matches!(
                    child.kind(),
                    SyntaxKind::EQ | SyntaxKind::PLUSEQ | SyntaxKind::MINUSEQ | SyntaxKind::PIPEEQ
                )
            });
            !assigns
        }
        _ => true,
    })
}

/// One value is lent to every turn so that it can be changed: as the receiver, or as an argument.
fn takes_turns(found: Loop<'_>, call: Node<'_>) -> bool {
    let is_mutable = |place: Node<'_>, is_receiver: bool| {
        let Some(root) = loops::root_name(place) else { return false };
        bindings::of_name(place, root).filter(|binding| !found.node.contains(binding.node)).is_some_and(
            |binding| match binding.kind {
                BindingKind::Parameter => {
                    let text = binding.node.text();
                    text.contains("&mut ") || (is_receiver && text.starts_with("mut "))
                }
                BindingKind::Let => {
                    is_receiver
                        && binding
                            .node
                            .parts()
                            .any(|part| part.is(SyntaxKind::IDENT_PAT) && part.has(SyntaxKind::MUT_KW))
                }
                _ => false,
            },
        )
    };
    let receiver = call.is(SyntaxKind::METHOD_CALL_EXPR).then(|| call.receiver()).flatten();
    receiver.is_some_and(|receiver| is_mutable(receiver, true))
        || call.args().iter().any(|arg| arg.is(SyntaxKind::PATH_EXPR) && is_mutable(*arg, false))
}

fn outer(found: Loop<'_>, expression: Node<'_>) -> bool {
    loops::root_name(expression)
        .and_then(|root| bindings::of_name(expression, root))
        .is_none_or(|binding| !found.node.contains(binding.node))
}

/// What is awaited is about the element of this turn.
fn takes_element(found: Loop<'_>, call: Node<'_>) -> bool {
    call.args().iter().flat_map(|arg| std::iter::once(*arg).chain(arg.descendants())).any(|node| {
        node.is(SyntaxKind::PATH_EXPR)
            && bindings::of_name(node, node.text()).is_some_and(|binding| found.node.contains(binding.node))
    })
}
