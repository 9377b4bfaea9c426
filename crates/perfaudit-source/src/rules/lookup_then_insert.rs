use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::{File, function_of, loops, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds maps and sets that are searched for a key and then, for the same key, inserted into.
    ///
    /// ## Why it matters
    ///
    /// The key is hashed and searched twice, three times where the value is then changed.
    ///
    /// ## Example
    ///
    ///     if !counts.contains_key(&word) {
    ///         counts.insert(word, 0);
    ///     }
    ///
    /// ## What to do
    ///
    ///     *counts.entry(word).or_default() += 1;
    ///
    /// For a set, `insert` itself tells whether the value was new.
    ///
    /// ## When not to
    ///
    /// Where `entry` would need a copy of the key that a hit does not need: then search first with the borrowed key.
    id: "lookup-then-insert",
    title: "A map is searched twice for the same key",
    category: Hashing,
    severity: Note,
    remedy: "use `entry` for a map, and the answer of `insert` for a set",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["contains_key", "contains", "get", "get_mut"]) {
        let (Some(map), [key]) = (call.receiver(), &call.args()[..]) else { continue };
        let is_lent = key.is(SyntaxKind::REF_EXPR);
        let key = key_text(*key);
        let Some(branches) = branches(call) else { continue };
        let is_read_again = call
            .ancestors()
            .find(|ancestor| ancestor.is(SyntaxKind::IF_EXPR))
            .is_some_and(|test| is_read_behind(test, map.text(), &key));
        let inserts = |part: Node<'_>| {
            insert_into(part, map.text(), &key).is_some_and(|insert| {
                is_read_again || !insert.args().first().is_some_and(|first| is_made_owned(*first, is_lent))
            })
        };
        let is_found = match branches {
            Branches::Missing(part) => inserts(part),
            // `if seen.contains(&x) { continue; } seen.insert(x);`
            Branches::Behind(node) => behind(node).is_some_and(inserts),
        };
        if is_found {
            hits.add(
                call,
                Confidence::High,
                format!("`{}` is searched for `{key}`, and again to insert it", map.text()),
            );
        }
    }
}

/// Where the key is not there.
enum Branches<'t> {
    Missing(Node<'t>),
    /// Behind an `if` that leaves.
    Behind(Node<'t>),
}

fn branches(call: Node<'_>) -> Option<Branches<'_>> {
    let is_test = matches!(call.name(), Some("contains_key" | "contains"));
    let mut child = call;
    let mut is_negated = false;
    for ancestor in call.ancestors() {
        match ancestor.kind() {
            SyntaxKind::PAREN_EXPR | SyntaxKind::LET_EXPR => {}
            SyntaxKind::PREFIX_EXPR if ancestor.has(SyntaxKind::BANG) => is_negated = !is_negated,
            SyntaxKind::METHOD_CALL_EXPR if ancestor.receiver() == Some(child) => match ancestor.name() {
                Some("is_none") => is_negated = !is_negated,
                Some("is_some" | "copied" | "cloned") => {}
                _ => return None,
            },
            SyntaxKind::IF_EXPR => {
                let mut parts = ancestor.parts();
                if parts.next() != Some(child) {
                    return None;
                }
                let then = parts.next()?;
                let other = parts.next();
                return match (is_negated, other) {
                    (true, _) => Some(Branches::Missing(then)),
                    (false, Some(other)) => Some(Branches::Missing(other)),
                    (false, None) if is_test && leaves(then) => Some(Branches::Behind(ancestor)),
                    (false, None) => None,
                };
            }
            SyntaxKind::MATCH_EXPR if !is_test => {
                let arms = ancestor.child(SyntaxKind::MATCH_ARM_LIST)?;
                let none =
                    arms.parts().find(|arm| arm.text().starts_with("None") || arm.text().starts_with('_'))?;
                return Some(Branches::Missing(none));
            }
            _ => return None,
        }
        child = ancestor;
    }
    None
}

fn leaves(block: Node<'_>) -> bool {
    let Some(list) = block.child(SyntaxKind::STMT_LIST) else { return false };
    let mut statements = list.parts();
    let (Some(only), None) = (statements.next(), statements.next()) else { return false };
    let only = if only.is(SyntaxKind::EXPR_STMT) { only.parts().next().unwrap_or(only) } else { only };
    matches!(only.kind(), SyntaxKind::CONTINUE_EXPR | SyntaxKind::RETURN_EXPR)
}

/// The statement behind.
fn behind(node: Node<'_>) -> Option<Node<'_>> {
    let statement = node.parent().filter(|parent| parent.is(SyntaxKind::EXPR_STMT)).unwrap_or(node);
    let list = statement.parent()?;
    list.parts().skip_while(|part| *part != statement).nth(1)
}

/// An entry would be borrowed all the while: nothing in between may wait, use the map, or what it is a field of.
fn insert_into<'t>(part: Node<'t>, map: &str, key: &str) -> Option<Node<'t>> {
    let within = || std::iter::once(part).chain(part.descendants());
    let is_owner = |node: &Node<'_>| {
        let is_field = node.parent().is_some_and(|parent| parent.is(SyntaxKind::FIELD_EXPR));
        node.text() == "self" && !is_field && map.starts_with("self.")
    };
    let uses = within().filter(|node| {
        matches!(node.kind(), SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR)
            && node.text() == map
            && node.parent().is_none_or(|call| call.name() != Some("len"))
    });
    let is_held_back = within().any(|node| match node.kind() {
        SyntaxKind::AWAIT_EXPR => true,
        SyntaxKind::PATH_EXPR => is_owner(&node),
        _ => false,
    });
    if uses.count() != 1 || is_held_back {
        return None;
    }
    within().find(|node| {
        node.is(SyntaxKind::METHOD_CALL_EXPR)
            && node.name() == Some("insert")
            && node.receiver().is_some_and(|receiver| receiver.text() == map)
            && node.args().first().is_some_and(|first| key_text(*first) == key)
    })
}

/// `map[key]` in what follows in the same block: what is there is searched for once more.
fn is_read_behind(test: Node<'_>, map: &str, key: &str) -> bool {
    let statement = test.parent().filter(|parent| parent.is(SyntaxKind::EXPR_STMT)).unwrap_or(test);
    let later = statement.parent().into_iter().flat_map(Node::parts);
    later
        .filter(|part| statement.precedes(*part))
        .flat_map(|part| std::iter::once(part).chain(part.descendants()))
        .filter(|node| node.is(SyntaxKind::INDEX_EXPR))
        .any(|node| {
            let mut parts = node.parts();
            parts.next().is_some_and(|receiver| receiver.text() == map)
                && parts.next().is_some_and(|index| key_text(index) == key)
        })
}

/// What is looked up by a borrowed key is made into an owned one where it is missing: an entry would need that one each
/// time. So it is with a copy of an owned key that something else needs afterwards.
fn is_made_owned(key: Node<'_>, is_lent: bool) -> bool {
    if !key.is(SyntaxKind::METHOD_CALL_EXPR) {
        return false;
    }
    match key.name() {
        Some("to_string" | "to_owned" | "into" | "to_vec") => true,
        Some("clone") => !is_lent || is_used_behind(key),
        _ => false,
    }
}

/// Whether the function mentions what is copied once more, further down.
fn is_used_behind(copy: Node<'_>) -> bool {
    let name = copy.receiver().and_then(loops::root_name);
    let (Some(name), Some(function)) = (name, function_of(copy)) else { return true };
    function
        .descendants()
        .filter(|node| copy.end() <= node.start())
        .any(|node| matches!(node.kind(), SyntaxKind::NAME_REF | SyntaxKind::STRING) && mentions(node, name))
}

/// What the key is, however it is lent or copied.
fn key_text(key: Node<'_>) -> String {
    let mut node = key.peeled();
    while node.is(SyntaxKind::METHOD_CALL_EXPR)
        && matches!(
            node.name(),
            Some("clone" | "to_string" | "to_owned" | "as_str" | "as_ref" | "into" | "to_vec" | "as_slice")
        )
    {
        match node.receiver() {
            Some(inner) => node = inner.peeled(),
            None => break,
        }
    }
    node.dense()
}
