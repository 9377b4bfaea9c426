//! Values that are copied without need: moved, or borrowed.

use ra_ap_syntax::SyntaxKind;

use super::super::uses::uses;
use super::super::{Fix, NoFix, Place};
use super::{added, between, method_at};
use crate::facts::{File, bindings};
use crate::flat::Node;

/// `take(value.clone())` where the value is not used again.
pub(super) fn moved(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let call = method_at(file, &["clone", "to_owned", "to_vec", "to_string"], place)?;
    let value = call.receiver().filter(|value| value.is(SyntaxKind::PATH_EXPR));
    let value = value.ok_or(NoFix::NotSafe("only a part of a value is copied"))?;
    if call.name() != Some("clone") {
        return Err(NoFix::NotSafe("the copy may be of another type"));
    }
    Ok(Fix {
        what: format!("give `{}` away instead of a copy", value.text()),
        edits: vec![between(value.end(), call.end(), "")],
    })
}

/// `let entry = entries[i].clone();` of which only fields are read: those that are given away are copied, the others lent.
pub(super) fn borrowed(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let call = method_at(file, &["clone"], place)?;
    let source = call.receiver().ok_or(NoFix::Changed { line: place.line })?;
    let statement = call.parent().filter(|parent| parent.is(SyntaxKind::LET_STMT));
    let statement = statement.ok_or(NoFix::NotSafe("the copy is passed on as a whole"))?;
    let name = bindings::let_name(statement).ok_or(NoFix::NotSafe("the copy is taken apart"))?;
    if statement.text().contains(" mut ") || statement.parts().count() != 2 {
        return Err(NoFix::NotSafe("the copy is changed, or its type is spelled"));
    }
    let mut edits = vec![added(source.start(), "&"), between(source.end(), call.end(), "")];
    for used in uses(statement, name)? {
        let field = used.parent().filter(|parent| parent.is(SyntaxKind::FIELD_EXPR));
        let field = field.ok_or(NoFix::NotSafe("the copy is used as a whole"))?;
        let around = field.parent().ok_or(NoFix::Changed { line: place.line })?;
        match around.kind() {
            SyntaxKind::RECORD_EXPR_FIELD => edits.push(added(field.end(), ".clone()")),
            SyntaxKind::REF_EXPR if !around.has(SyntaxKind::MUT_KW) => {}
            SyntaxKind::METHOD_CALL_EXPR if around.receiver() == Some(field) && reads(around) => {}
            SyntaxKind::ARG_LIST if is_of_macro(around) => {}
            SyntaxKind::BIN_EXPR if !is_assigned(around, field) => {}
            _ => return Err(NoFix::NotSafe("a part of the copy may be given away")),
        }
    }
    Ok(Fix { what: format!("borrow `{name}`, and copy only what is kept of it"), edits })
}

/// Methods that only look at what they are called on.
fn reads(call: Node<'_>) -> bool {
    call.name().is_some_and(|name| {
        name.starts_with("is_")
            || name.starts_with("as_")
            || name.starts_with("starts_")
            || name.starts_with("ends_")
            || name.starts_with("to_")
            || matches!(name, "len" | "contains" | "contains_key" | "get" | "iter" | "clone" | "cmp" | "eq")
    })
}

fn is_of_macro(list: Node<'_>) -> bool {
    list.parent().and_then(Node::called).is_some_and(|path| path.ends_with('!'))
}

fn is_assigned(sum: Node<'_>, side: Node<'_>) -> bool {
    let assigns = sum.children().any(|child| child.is_token() && child.text().ends_with('='))
        && !sum.has(SyntaxKind::EQ2)
        && !sum.has(SyntaxKind::NEQ);
    assigns && sum.parts().next() == Some(side)
}
