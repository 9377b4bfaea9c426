//! A list that is searched before each element is added: a set beside it.

use ra_ap_syntax::{SyntaxKind, T};

use super::super::import::{import, indent};
use super::super::uses::{method_on, uses};
use super::super::{Fix, NoFix, Place};
use super::{added, free_name, method_at, replaced};
use crate::facts::File;
use crate::facts::bindings::{self, BindingKind};
use crate::facts::types::Ty;
use crate::flat::Node;

/// What changes a list in a way that a set beside it would not know of.
const FORGETS: [&str; 17] = [
    "insert",
    "remove",
    "swap_remove",
    "clear",
    "pop",
    "retain",
    "retain_mut",
    "truncate",
    "drain",
    "extend",
    "extend_from_slice",
    "append",
    "dedup",
    "dedup_by",
    "dedup_by_key",
    "iter_mut",
    "split_off",
];

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let call = method_at(file, &["contains", "position", "find", "any"], place)?;
    if call.name() != Some("contains") {
        return Err(NoFix::NotSafe("what it searches for is told by a closure"));
    }
    let list = call.receiver().ok_or(changed.clone())?;
    let name = list.text();
    let binding = bindings::of_name(list, name)
        .filter(|binding| binding.kind == BindingKind::Let && binding.is_whole)
        .ok_or(NoFix::NotSafe("the list comes from elsewhere, and may change there"))?;
    let statement = binding.node;
    let is_empty = bindings::initial(statement).is_some_and(|initial| {
        let path = initial.called().unwrap_or_default();
        matches!(path.as_str(), "Vec::new" | "Vec::with_capacity" | "Vec::default")
            || (path == "vec!" && initial.args().is_empty())
    });
    if !is_empty {
        return Err(NoFix::NotSafe("the list is not empty where it is made"));
    }
    let (test, pushed) = added_when_missing(call, name)?;
    for used in uses(statement, name)? {
        let method = method_on(used);
        let is_this_push = used.parent() == Some(pushed.push);
        let is_lent_to_change = used
            .parent()
            .is_some_and(|parent| parent.is(SyntaxKind::REF_EXPR) && parent.has(SyntaxKind::MUT_KW));
        if is_lent_to_change
            || (!is_this_push && method.is_some_and(|name| name == "push" || FORGETS.contains(&name)))
        {
            return Err(NoFix::NotSafe("the list changes elsewhere, too"));
        }
    }
    let set = free_name(file, &format!("seen_{name}"));
    let key = key(file, call, pushed.value)?;
    let made = format!("\n{}let mut {set} = HashSet::new();", indent(file, statement));
    let mut edits = vec![added(statement.end(), made), replaced(test, format!("{set}.insert({key})"))];
    edits.extend(import(file, call, "std::collections::HashSet")?);
    Ok(Fix { what: format!("look up in a set instead of all of `{name}`"), edits })
}

struct Pushed<'t> {
    push: Node<'t>,
    value: Node<'t>,
}

/// `if !list.contains(&x) { list.push(x); .. }`: the condition, and what is added.
fn added_when_missing<'t>(call: Node<'t>, name: &str) -> Result<(Node<'t>, Pushed<'t>), NoFix> {
    let other = NoFix::NotSafe("what is missing is not added at once");
    let test =
        call.parent().filter(|not| not.is(SyntaxKind::PREFIX_EXPR) && not.has(T![!])).ok_or(other.clone())?;
    let found = test
        .parent()
        .filter(|found| found.is(SyntaxKind::IF_EXPR) && found.parts().next() == Some(test))
        .ok_or(other.clone())?;
    let list =
        found.parts().nth(1).and_then(|block| block.child(SyntaxKind::STMT_LIST)).ok_or(other.clone())?;
    let leaves_before = |statement: Node<'_>| {
        statement.descendants().any(|node| {
            matches!(
                node.kind(),
                SyntaxKind::RETURN_EXPR
                    | SyntaxKind::BREAK_EXPR
                    | SyntaxKind::CONTINUE_EXPR
                    | SyntaxKind::TRY_EXPR
            )
        })
    };
    for statement in list.parts() {
        let push = if statement.is(SyntaxKind::EXPR_STMT) {
            statement.parts().next().unwrap_or(statement)
        } else {
            statement
        };
        let is_push = push.is(SyntaxKind::METHOD_CALL_EXPR)
            && push.name() == Some("push")
            && push.receiver().is_some_and(|receiver| receiver.text() == name);
        if is_push {
            let value = push.args().first().copied().ok_or(other)?;
            return Ok((test, Pushed { push, value }));
        }
        if leaves_before(statement) {
            return Err(NoFix::NotSafe("what is missing is not added in every case"));
        }
    }
    Err(other)
}

/// What the set holds: what was compared, without one `&` where that is a reference or copied for free.
fn key(file: &File<'_>, call: Node<'_>, pushed: Node<'_>) -> Result<String, NoFix> {
    let argument = call.args().first().copied().ok_or(NoFix::NotSafe("nothing is searched for"))?;
    let Some(bare) = argument.text().strip_prefix('&') else {
        return Ok(argument.text().to_owned());
    };
    let inner = argument.parts().next().unwrap_or(argument);
    if bare.starts_with('&') || !matches!(inner.kind(), SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR) {
        return Ok(bare.to_owned());
    }
    let ty = Ty::of(file, inner);
    if ty.as_ref().is_some_and(|ty| ty.is_reference || ty.is_plain()) {
        return Ok(bare.to_owned());
    }
    // What is moved into the list cannot be borrowed by the set.
    if pushed.text() == bare { Ok(format!("{bare}.clone()")) } else { Ok(format!("&{bare}")) }
}
