//! Pieces of a text that are copied into a list to be looked at: borrowed.

use ra_ap_syntax::SyntaxKind;

use super::super::uses::{method_on, uses};
use super::super::{Fix, NoFix, Place};
use super::{between, node_at, replaced};
use crate::facts::{File, bindings};
use crate::flat::Node;

const COPIES: [&str; 5] =
    ["str::to_owned", "str::to_string", "ToOwned::to_owned", "ToString::to_string", "String::from"];
const BORROWS: [&str; 8] = [
    "lines",
    "split",
    "split_terminator",
    "split_whitespace",
    "split_ascii_whitespace",
    "rsplit",
    "splitn",
    "matches",
];
const LOOKS: [&str; 12] = [
    "iter", "len", "is_empty", "first", "last", "get", "contains", "windows", "chunks", "join", "concat",
    "sort",
];

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let other = NoFix::NotSafe("whether its elements may be made one by one is not told by the syntax");
    let statement = node_at(file, SyntaxKind::LET_STMT, place)?;
    let name = bindings::let_name(statement).ok_or(other.clone())?;
    let spelled = statement.parts().nth(1).filter(|ty| ty.dense() == "Vec<String>").ok_or(other.clone())?;
    let collect =
        bindings::initial(statement).filter(|call| is_call(*call, &["collect"])).ok_or(other.clone())?;
    let map = collect.receiver().filter(|call| is_call(*call, &["map"])).ok_or(other.clone())?;
    let pieces = map.receiver().filter(|call| is_call(*call, &BORROWS)).ok_or(other.clone())?;
    if !map.args().first().is_some_and(|made| COPIES.contains(&made.dense().as_str())) {
        return Err(other);
    }
    for used in uses(statement, name)? {
        if !method_on(used).is_some_and(|method| LOOKS.contains(&method)) {
            return Err(NoFix::NotSafe("the list is more than looked at"));
        }
    }
    Ok(Fix {
        what: format!("let `{name}` borrow its texts"),
        edits: vec![replaced(spelled, "Vec<&str>"), between(pieces.end(), map.end(), "")],
    })
}

fn is_call(node: Node<'_>, names: &[&str]) -> bool {
    node.is(SyntaxKind::METHOD_CALL_EXPR) && node.name().is_some_and(|name| names.contains(&name))
}
