//! A key that is copied to be looked up: lent.

use ra_ap_syntax::SyntaxKind;

use super::super::{Fix, NoFix, Place};
use super::{method_at, replaced};
use crate::facts::File;
use crate::facts::types::Ty;
use crate::flat::Node;

const LOOKUPS: [&str; 6] = ["get", "get_mut", "contains_key", "contains", "remove", "get_key_value"];

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let call = method_at(file, &LOOKUPS, place)?;
    let argument = call.args().first().copied().ok_or(changed.clone())?;
    let made = if argument.is(SyntaxKind::REF_EXPR) {
        argument.parts().next()
    } else {
        argument.receiver().filter(|_| argument.is(SyntaxKind::METHOD_CALL_EXPR))
    };
    let made = made.ok_or(changed.clone())?;
    let source =
        if made.is(SyntaxKind::METHOD_CALL_EXPR) { made.receiver() } else { made.args().first().copied() };
    let lent = lent(file, source.ok_or(changed)?);
    Ok(Fix { what: format!("look up `{lent}` without a copy"), edits: vec![replaced(argument, lent)] })
}

/// The key as it is where it is a reference, else a reference to it.
fn lent(file: &File<'_>, source: Node<'_>) -> String {
    let is_reference = source.is(SyntaxKind::LITERAL)
        || source.is(SyntaxKind::REF_EXPR)
        || Ty::of(file, source).is_some_and(|ty| ty.is_reference);
    if is_reference { source.text().to_owned() } else { format!("&{}", source.text()) }
}
