//! A map that is searched, and searched again to insert: one look-up.

use ra_ap_syntax::{SyntaxKind, T};

use super::super::{Fix, NoFix, Place};
use super::{arguments_text, between, method_at};
use crate::facts::File;
use crate::facts::types::Ty;
use crate::flat::Node;

const OTHER: NoFix = NoFix::NotSafe("it is no plain `if` that inserts what is missing");

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let call = method_at(file, &["contains_key", "contains"], place).map_err(|_| OTHER)?;
    let map = call.receiver().ok_or(OTHER)?;
    let tested = call.args().first().copied().ok_or(OTHER)?;
    let not = call.parent().filter(|not| not.is(SyntaxKind::PREFIX_EXPR) && not.has(T![!])).ok_or(OTHER)?;
    let found = not.parent().filter(|found| found.is(SyntaxKind::IF_EXPR) && found.parts().count() == 2);
    let found = found.filter(|found| found.parts().next() == Some(not)).ok_or(OTHER)?;
    let block = found.parts().nth(1).and_then(|block| block.child(SyntaxKind::STMT_LIST)).ok_or(OTHER)?;
    let insert = only_insert(block, map.text());
    if call.name() == Some("contains") {
        return set(file, call, not, block);
    }
    let insert = insert.ok_or(OTHER)?;
    let args = insert.args();
    let [key, value] = args[..] else { return Err(OTHER) };
    if leaves(value) {
        return Err(NoFix::NotSafe("making the value may leave the function"));
    }
    let behind = behind(found);
    let lookup = tested.text();
    let counted = behind.and_then(|next| counted(next, map.text(), lookup));
    let read = behind.filter(|next| is_read(*next, map.text(), lookup));
    let map = map.text();
    if is_copied(key) {
        // An entry would need the copy each time.
        let read = read.ok_or(NoFix::NotSafe("an entry would copy the key for each look-up"))?;
        return get_first(map, lookup, insert, value, found, read);
    }
    let what = format!("look up once in `{map}`");
    let entry = format!("{map}.entry({}).{}", key.text(), or_insert(value));
    if let Some((next, change)) = counted {
        let edit = between(found.start(), next.end(), format!("*{entry} {change};"));
        return Ok(Fix { what, edits: vec![edit] });
    }
    if let Some(next) = read {
        let edit = between(found.start(), next.end(), format!("*{entry}"));
        return Ok(Fix { what, edits: vec![edit] });
    }
    Ok(Fix { what, edits: vec![between(found.start(), found.end(), format!("{entry};"))] })
}

/// `if !set.contains(&x) { set.insert(x); .. }`: `insert` tells whether it was there.
fn set(file: &File<'_>, call: Node<'_>, not: Node<'_>, block: Node<'_>) -> Result<Fix, NoFix> {
    let set = call.receiver().ok_or(OTHER)?;
    let ty = Ty::of(file, set).map(Ty::through_pointers);
    if !ty.is_some_and(|ty| matches!(ty.name.as_str(), "HashSet" | "BTreeSet")) {
        return Err(NoFix::NotSafe("that it is a set is not told by the syntax"));
    }
    let first = block.parts().next().ok_or(OTHER)?;
    let insert = if first.is(SyntaxKind::EXPR_STMT) { first.parts().next().unwrap_or(first) } else { first };
    let inserts = insert.is(SyntaxKind::METHOD_CALL_EXPR)
        && insert.name() == Some("insert")
        && insert.receiver().is_some_and(|receiver| receiver.text() == set.text());
    let value = insert.args().first().copied().filter(|_| inserts && first != insert).ok_or(OTHER)?;
    if is_copied(value) {
        return Err(NoFix::NotSafe("the value would be copied for each look-up"));
    }
    let text = format!("{}.insert({})", set.text(), value.text());
    let next = block.parts().nth(1).ok_or(NoFix::NotSafe("nothing else is done where it is missing"))?;
    Ok(Fix {
        what: format!("look up once in `{}`", set.text()),
        edits: vec![between(not.start(), not.end(), text), between(first.start(), next.start(), "")],
    })
}

/// The `insert` that is all of a block.
fn only_insert<'t>(block: Node<'t>, map: &str) -> Option<Node<'t>> {
    let mut statements = block.parts();
    let (Some(only), None) = (statements.next(), statements.next()) else { return None };
    let call = if only.is(SyntaxKind::EXPR_STMT) { only.parts().next()? } else { only };
    let is_insert = call.is(SyntaxKind::METHOD_CALL_EXPR)
        && call.name() == Some("insert")
        && call.receiver().is_some_and(|receiver| receiver.text() == map);
    is_insert.then_some(call)
}

fn behind(found: Node<'_>) -> Option<Node<'_>> {
    let statement = found.parent().filter(|parent| parent.is(SyntaxKind::EXPR_STMT)).unwrap_or(found);
    let list = statement.parent().filter(|list| list.is(SyntaxKind::STMT_LIST))?;
    list.parts().skip_while(|part| *part != statement).nth(1)
}

/// `if let Some(count) = map.get_mut(&key) { *count += 1; }`: the statement, and what it does to the value.
fn counted<'t>(next: Node<'t>, map: &str, lookup: &str) -> Option<(Node<'t>, String)> {
    let found = if next.is(SyntaxKind::EXPR_STMT) { next.parts().next()? } else { next };
    let test =
        found.parts().next().filter(|test| found.is(SyntaxKind::IF_EXPR) && test.is(SyntaxKind::LET_EXPR))?;
    let (pattern, call) = (test.parts().next()?, test.parts().nth(1)?);
    let name = pattern.text().strip_prefix("Some(")?.strip_suffix(')')?;
    let is_same = call.is(SyntaxKind::METHOD_CALL_EXPR)
        && call.name() == Some("get_mut")
        && call.receiver().is_some_and(|receiver| receiver.text() == map)
        && arguments_text(call) == Some(lookup);
    let block = found.parts().nth(1)?.child(SyntaxKind::STMT_LIST)?;
    let mut statements = block.parts();
    let (Some(only), None) = (statements.next(), statements.next()) else { return None };
    let change = only.text().trim_end_matches(';').strip_prefix('*')?.strip_prefix(name)?.trim_start();
    let is_change = is_same && found.parts().count() == 2 && change.starts_with("+= ");
    (is_change && !crate::facts::mentions(only.parts().next()?.parts().nth(1)?, name))
        .then(|| (next, change.to_owned()))
}

/// `map[key]` as the value of the block.
fn is_read(next: Node<'_>, map: &str, lookup: &str) -> bool {
    let is_last = next.parent().is_some_and(|list| list.parts().last() == Some(next));
    let mut parts = next.parts();
    is_last
        && next.is(SyntaxKind::INDEX_EXPR)
        && parts.next().is_some_and(|receiver| receiver.text() == map)
        && parts.next().is_some_and(|index| {
            index.text() == lookup
                || format!("&{}", index.text()) == lookup
                || index.peeled().text() == lookup
        })
}

/// Where the key is copied to be inserted, what is there is looked up by the key that is lent.
fn get_first(
    map: &str,
    lookup: &str,
    insert: Node<'_>,
    value: Node<'_>,
    found: Node<'_>,
    read: Node<'_>,
) -> Result<Fix, NoFix> {
    if !matches!(value.kind(), SyntaxKind::PATH_EXPR | SyntaxKind::LITERAL) {
        return Err(NoFix::NotSafe("the value would be made twice"));
    }
    let column = found.position().column as usize - 1;
    let indent = " ".repeat(column);
    let text = format!(
        "match {map}.get({lookup}) {{\n{indent}    Some(known) => *known,\n{indent}    None => {{\n{indent}        {};\n{indent}        {}\n{indent}    }}\n{indent}}}",
        insert.text(),
        value.text(),
    );
    Ok(Fix {
        what: format!("look up what is known once in `{map}`"),
        edits: vec![between(found.start(), read.end(), text)],
    })
}

fn or_insert(value: Node<'_>) -> String {
    let is_plain = matches!(value.kind(), SyntaxKind::LITERAL | SyntaxKind::PATH_EXPR);
    match value.called().as_deref() {
        Some("Vec::new" | "String::new" | "HashMap::new" | "HashSet::new" | "BTreeMap::new") => {
            "or_default()".to_owned()
        }
        _ if is_plain => format!("or_insert({})", value.text()),
        _ => format!("or_insert_with(|| {})", value.text()),
    }
}

fn is_copied(key: Node<'_>) -> bool {
    key.is(SyntaxKind::METHOD_CALL_EXPR)
        && matches!(key.name(), Some("clone" | "to_string" | "to_owned" | "into" | "to_vec"))
}

fn leaves(value: Node<'_>) -> bool {
    std::iter::once(value).chain(value.descendants()).any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::TRY_EXPR
                | SyntaxKind::AWAIT_EXPR
                | SyntaxKind::RETURN_EXPR
                | SyntaxKind::BREAK_EXPR
                | SyntaxKind::CONTINUE_EXPR
        )
    })
}
