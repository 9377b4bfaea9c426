//! A buffer that is made in each turn of a loop: made once, and emptied in each.

use ra_ap_syntax::SyntaxKind;

use super::super::import::indent;
use super::super::uses::uses;
use super::super::{Fix, NoFix, Place};
use super::{added, node_at, replaced};
use crate::facts::{File, bindings, loops, mentions};
use crate::flat::Node;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let statement = node_at(file, SyntaxKind::LET_STMT, place)?;
    let name = bindings::let_name(statement).ok_or(changed.clone())?;
    let initial = bindings::initial(statement).ok_or(changed.clone())?;
    let around = loops::enclosing_loop(statement).ok_or(changed.clone())?;
    if around.node.is(SyntaxKind::CLOSURE_EXPR) {
        return Err(NoFix::NotSafe("its loop is a closure that an iterator calls"));
    }
    let is_direct = statement.parent().and_then(Node::parent) == Some(around.body);
    let whole = around.node.parent().filter(|parent| parent.is(SyntaxKind::EXPR_STMT)).unwrap_or(around.node);
    let is_statement = whole.parent().is_some_and(|list| list.is(SyntaxKind::STMT_LIST));
    let is_empty = matches!(
        initial.called().unwrap_or_default().as_str(),
        "String::new" | "Vec::new" | "String::with_capacity" | "Vec::with_capacity"
    );
    if !is_direct || !is_statement || !is_empty {
        return Err(NoFix::NotSafe("it does not begin empty at the beginning of each turn"));
    }
    let is_taken = around.node.ancestors().find(|node| node.is(SyntaxKind::FN)).is_some_and(|function| {
        function
            .descendants()
            .any(|node| node.is(SyntaxKind::PATH_EXPR) && node.text() == name && !around.node.contains(node))
    });
    let depends = initial.descendants().any(|node| {
        node.is(SyntaxKind::PATH_EXPR)
            && bindings::of_name(node, node.text()).is_some_and(|binding| around.node.contains(binding.node))
    });
    if is_taken || depends || mentions(initial, name) {
        return Err(NoFix::NotSafe("its name or its size is not known before the loop"));
    }
    uses(statement, name)?;
    let made = format!("{}\n{}", statement.text(), indent(file, whole));
    Ok(Fix {
        what: format!("make `{name}` once, and empty it in each turn"),
        edits: vec![added(whole.start(), made), replaced(statement, format!("{name}.clear();"))],
    })
}
