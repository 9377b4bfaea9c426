use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule, shown};
use crate::facts::futures::async_context;
use crate::facts::types::Ty;
use crate::facts::{File, bindings, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds guards of locks that are still held where `async` code awaits.
    ///
    /// ## Why it matters
    ///
    /// The lock is held for as long as the other side takes. With a lock of the standard library, the next task that wants it
    /// stops its whole thread, and may so stop the task that holds it: a deadlock. With a lock of the runtime, all others
    /// wait in line.
    ///
    /// ## Example
    ///
    ///     let mut cache = self.cache.lock().unwrap();
    ///     let page = fetch(url).await;
    ///     cache.insert(url, page);
    ///
    /// ## What to do
    ///
    ///     let page = fetch(url).await;
    ///     self.cache.lock().unwrap().insert(url, page);
    ///
    /// ## When not to
    ///
    /// Where the lock is there to let one at a time do what is awaited (a lock of the runtime).
    id: "lock-across-await",
    title: "A lock is held while async code awaits",
    category: Locks,
    severity: Warning,
    remedy: "await first and lock afterwards, or drop the guard before",
    saves: Saves::Waiting,
    effort: Deep,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for statement in file.all(SyntaxKind::LET_STMT) {
        let (Some(name), Some(initial)) = (bindings::let_name(statement), bindings::initial(statement))
        else {
            continue;
        };
        let Some((lock, is_async)) = guard(file, initial) else { continue };
        if async_context(statement).is_none() {
            continue;
        }
        let Some(list) = statement.parent() else { continue };
        let later = list.parts().filter(|other| statement.precedes(*other));
        // Until the guard is given away.
        let held = later.take_while(|other| !drops(*other, name));
        let waits = held
            .flat_map(|other| std::iter::once(other).chain(other.descendants()))
            .find(|node| node.is(SyntaxKind::AWAIT_EXPR) && async_context(*node) == async_context(statement));
        let Some(wait) = waits else { continue };
        let line = wait.position().line;
        let message = format!("the guard of {} is held while line {line} awaits", shown(lock));
        let confidence = if is_async { Confidence::Low } else { Confidence::High };
        hits.add(statement, confidence, message).costs(wait);
    }
}

/// The lock that an expression takes, and whether it is one of the runtime; none if the expression is no guard.
pub(super) fn guard<'t>(file: &File<'t>, initial: Node<'t>) -> Option<(Node<'t>, bool)> {
    let mut node = initial;
    let mut unwraps = 0;
    let mut awaits = false;
    loop {
        match node.kind() {
            SyntaxKind::TRY_EXPR => unwraps += 1,
            SyntaxKind::AWAIT_EXPR => awaits = true,
            SyntaxKind::METHOD_CALL_EXPR => match node.name()? {
                "unwrap" | "expect" | "unwrap_or_else" | "map_err" | "unwrap_or_default" => unwraps += 1,
                "lock" if node.args().is_empty() => break,
                "read" | "write" if node.args().is_empty() => break,
                _ => return None,
            },
            _ => return None,
        }
        node = node.receiver()?;
    }
    let ty = Ty::of(file, node.receiver()?).map(Ty::through_pointers);
    let is_lock = ty.as_ref().is_some_and(|ty| matches!(ty.name.as_str(), "Mutex" | "RwLock"));
    let bare = unwraps == 0 && !awaits;
    if bare && !is_lock && !file.uses("parking_lot") {
        return None;
    }
    // `io::stdout().lock()` is no lock of data.
    let of_call = node.receiver()?.is(SyntaxKind::CALL_EXPR);
    (!of_call).then_some((node, awaits))
}

fn drops(statement: Node<'_>, name: &str) -> bool {
    let call = if statement.is(SyntaxKind::EXPR_STMT) {
        statement.parts().next().unwrap_or(statement)
    } else {
        statement
    };
    let is_drop = call.called().is_some_and(|path| path.ends_with("drop"));
    is_drop && call.args().iter().any(|arg| mentions(*arg, name))
}
