use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::lock_across_await::guard;
use super::rule::{Ask, Check, Hits, Saves, rule, shown};
use crate::facts::{File, bindings, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds locks that are taken and released in each turn of a `for` loop, always the same one.
    ///
    /// ## Why it matters
    ///
    /// An uncontended lock costs tens of nanoseconds each time. A contended one moves between cores with each turn, and each
    /// turn may wait for another thread.
    ///
    /// ## Example
    ///
    ///     for row in rows {
    ///         *total.lock().unwrap() += row.value;
    ///     }
    ///
    /// ## What to do
    ///
    ///     let sum: u64 = rows.iter().map(|row| row.value).sum();
    ///     *total.lock().unwrap() += sum;
    ///
    /// ## When not to
    ///
    /// Where a turn takes long, so that holding the lock meanwhile would keep others waiting.
    id: "lock-in-loop",
    title: "The same lock is taken in each turn of a loop",
    category: Locks,
    severity: Note,
    remedy: "gather the result of the loop and lock once, or lock before the loop",
    saves: Saves::Through {
        in_own: false,
        words: &["Mutex", "RwLock", "futex", "parking_lot"],
        doing: "taking locks and giving them back",
    },
    effort: Medium,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["lock", "read", "write"]) {
        if !call.args().is_empty() {
            continue;
        }
        let Some(around) = loops::enclosing_large_loop(call) else { continue };
        let is_bounded = matches!(around.node.kind(), SyntaxKind::FOR_EXPR | SyntaxKind::CLOSURE_EXPR);
        let waits = around.body.descendants().any(|node| matches!(node.kind(), SyntaxKind::AWAIT_EXPR));
        // The chain that ends in a guard or uses one at once.
        let outer = call
            .parent()
            .filter(|parent| parent.is(SyntaxKind::METHOD_CALL_EXPR) || parent.is(SyntaxKind::TRY_EXPR));
        let takes = guard(file, call).or_else(|| guard(file, outer?));
        let (Some((lock, false)), true, false) = (takes, is_bounded, waits) else { continue };
        let Some(root) = lock.receiver().and_then(loops::root_name) else { continue };
        let is_other =
            bindings::of_name(call, root).is_some_and(|binding| around.node.contains(binding.node));
        let is_indexed = lock.descendants().any(|node| matches!(node.kind(), SyntaxKind::INDEX_EXPR))
            || calls_before(lock);
        if is_other || is_indexed || is_long(around.body) {
            continue;
        }
        hits.add(call, Confidence::Medium, format!("{} in each turn", shown(call))).asks(call, Ask::Locks);
    }
}

/// The lock itself is looked up: it may be another one each time.
fn calls_before(lock: Node<'_>) -> bool {
    lock.receiver().is_some_and(|receiver| {
        receiver.is(SyntaxKind::METHOD_CALL_EXPR)
            || receiver.descendants().any(|node| node.is(SyntaxKind::METHOD_CALL_EXPR))
    })
}

/// A body that does much else: it would hold the lock for that long.
fn is_long(body: Node<'_>) -> bool {
    const LINES: u32 = 15;
    let waits = body.descendants().any(|node| {
        node.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(node.name(), Some("recv" | "wait" | "join" | "sleep" | "accept"))
    });
    waits || body.last_line() - body.position().line > LINES
}
