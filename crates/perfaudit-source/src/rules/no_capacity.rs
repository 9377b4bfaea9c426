use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::loops::{self, Loop};
use crate::facts::{File, bindings, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds collections that begin empty and are filled, once in each turn and unconditionally, by a loop whose number of
    /// turns is known beforehand.
    ///
    /// ## Why it matters
    ///
    /// A vector that grows by doubling allocates again for each doubling, copies what it holds each time, and may end up
    /// with nearly twice the memory.
    ///
    /// ## Example
    ///
    ///     let mut rows = Vec::new();
    ///     for record in records {
    ///         rows.push(row(record));
    ///     }
    ///
    /// ## What to do
    ///
    ///     let mut rows = Vec::with_capacity(records.len());
    ///
    /// or `records.iter().map(row).collect()`, which does the same.
    ///
    /// ## When not to
    ///
    /// Where the push depends on a condition that rarely holds, or the input is always tiny.
    id: "no-capacity",
    title: "A collection grows step by step to a size that is known",
    category: Allocation,
    severity: Note,
    remedy: "make it with `with_capacity`, or collect from the iterator",
    saves: Saves::Through {
        in_own: false,
        words: &[
            "grow_one", "grow_amortized", "grow_exact", "finish_grow", "reserve_rehash", "do_reserve",
        ],
        doing: "growing",
    },
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for statement in file.all(SyntaxKind::LET_STMT) {
        let (Some(name), Some(initial)) = (bindings::let_name(statement), bindings::initial(statement))
        else {
            continue;
        };
        let Some(kind) = empty_collection(initial) else { continue };
        let Some(list) = statement.parent() else { continue };
        let mut later = list.parts().filter(|other| statement.precedes(*other) && mentions(*other, name));
        let Some(first_use) = later.next() else { continue };
        let first_use = if first_use.is(SyntaxKind::EXPR_STMT) {
            first_use.parts().next().unwrap_or(first_use)
        } else {
            first_use
        };
        let Some(over) = loops::iterated(first_use) else { continue };
        let Some(body) = first_use.parts().last() else { continue };
        let found = Loop { node: first_use, body };
        let adds = adding(body, name);
        if loops::is_small(found)
            || mentions(over, name)
            || !loops::has_known_size(file, over)
            || adds.is_empty()
            || is_told_by_input(over)
        {
            continue;
        }
        let confidence = if kind == "Vec" || kind == "VecDeque" { Confidence::High } else { Confidence::Low };
        let by = over.text().split_whitespace().collect::<Vec<_>>().join(" ");
        hits.add(
            statement,
            confidence,
            format!("`{name}` is filled by the loop over `{by}`, whose length is known"),
        )
        .costs_only(adds);
    }
}

/// `0..n` where `n` was read from somewhere: memory for as many as a broken or hostile input names must not be taken at
/// once.
fn is_told_by_input(over: Node<'_>) -> bool {
    let end = over.peeled().parts().last().filter(|_| over.peeled().is(SyntaxKind::RANGE_EXPR));
    let Some((end, name)) = end.and_then(|end| Some((end, loops::root_name(end)?))) else { return false };
    let made = bindings::of_name(end, name)
        .filter(|binding| binding.kind == bindings::BindingKind::Let)
        .and_then(|binding| bindings::initial(binding.node));
    const READS: [&str; 6] = ["read", "deserialize", "decode", "parse", "next", "take"];
    made.is_some_and(|made| {
        made.descendants().any(|node| {
            node.is(SyntaxKind::NAME_REF)
                && (READS.iter().any(|reads| node.text().starts_with(reads))
                    || node.text().ends_with("_bytes"))
        })
    })
}

/// The type of an empty collection that allocates when it is filled and could be told how far.
fn empty_collection(initial: Node<'_>) -> Option<&'static str> {
    let path = initial.called()?;
    if path == "vec!" {
        return initial.args().is_empty().then_some("Vec");
    }
    let (holder, made_by) = path.rsplit_once("::")?;
    if !matches!(made_by, "new" | "default") || !initial.args().is_empty() {
        return None;
    }
    let kinds = ["Vec", "VecDeque", "HashMap", "HashSet", "BinaryHeap"];
    kinds.into_iter().find(|kind| holder == *kind || holder.ends_with(&format!("::{kind}")))
}

/// The statements that add an element in every turn; none where something may skip them, or adds an unknown number.
fn adding<'a>(body: Node<'a>, name: &str) -> Vec<Node<'a>> {
    let Some(list) = body.child(SyntaxKind::STMT_LIST) else { return Vec::new() };
    let skips = body.descendants().any(|node| {
        matches!(node.kind(), SyntaxKind::CONTINUE_EXPR | SyntaxKind::BREAK_EXPR | SyntaxKind::RETURN_EXPR)
    });
    let adds = list.parts().filter(|statement| {
        let call = if statement.is(SyntaxKind::EXPR_STMT) {
            statement.parts().next().unwrap_or(*statement)
        } else {
            *statement
        };
        call.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(call.name(), Some("push" | "push_back" | "insert"))
            && call.receiver().is_some_and(|receiver| receiver.text() == name)
    });
    let adds_many = body.descendants().any(|node| {
        node.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(node.name(), Some("extend" | "extend_from_slice" | "append"))
            && node.receiver().is_some_and(|receiver| receiver.text() == name)
    });
    if skips || adds_many { Vec::new() } else { adds.collect() }
}
