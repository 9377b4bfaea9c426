//! A collection that grows to a known size: made with room for it.

use ra_ap_syntax::SyntaxKind;

use super::super::{Fix, NoFix, Place};
use super::{node_at, replaced};
use crate::facts::types::Ty;
use crate::facts::{File, bindings, loops, mentions, types};
use crate::flat::Node;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let statement = node_at(file, SyntaxKind::LET_STMT, place)?;
    let name = bindings::let_name(statement).ok_or(changed.clone())?;
    let initial = bindings::initial(statement).ok_or(changed.clone())?;
    let list = statement.parent().ok_or(changed.clone())?;
    let mut later = list.parts().filter(|other| statement.precedes(*other) && mentions(*other, name));
    let fills = later.next().ok_or(changed.clone())?;
    let fills = if fills.is(SyntaxKind::EXPR_STMT) { fills.parts().next().unwrap_or(fills) } else { fills };
    let over = loops::iterated(fills).ok_or(changed)?;
    let size = size(file, over)?;
    let root = loops::root_name(size.of).ok_or(NoFix::NotSafe("the size is that of no name"))?;
    let known = bindings::of_name(statement, root).map(|binding| binding.node);
    if root != "self" && (known.is_none() || known != bindings::of_name(fills, root).map(|found| found.node))
    {
        return Err(NoFix::NotSafe("what the loop goes through is not there yet where the list is made"));
    }
    let made = made(initial, &size.text)?;
    Ok(Fix {
        what: format!("make `{name}` with room for {}", size.text),
        edits: vec![replaced(initial, made)],
    })
}

struct Size<'t> {
    text: String,
    of: Node<'t>,
}

/// How often a loop turns, as an expression that copies nothing.
fn size<'t>(file: &File<'t>, over: Node<'t>) -> Result<Size<'t>, NoFix> {
    let unknown = NoFix::NotSafe("the number of turns is not at hand as a length");
    let is_place = |node: Node<'_>| matches!(node.kind(), SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR);
    let length = |of: Node<'t>| Ok(Size { text: format!("{}.len()", of.text()), of });
    let over = over.peeled();
    match over.kind() {
        SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR if types::is_sized_collection(Ty::of(file, over)) => {
            length(over)
        }
        SyntaxKind::METHOD_CALL_EXPR => {
            let inner = over.receiver().map(Node::peeled).ok_or(unknown.clone())?;
            match over.name() {
                Some("iter" | "iter_mut" | "into_iter" | "keys" | "values") if is_place(inner) => {
                    length(inner)
                }
                Some("enumerate" | "rev" | "cloned" | "copied" | "inspect" | "map") => size(file, inner),
                _ => Err(unknown),
            }
        }
        SyntaxKind::RANGE_EXPR => {
            let ends: Vec<Node<'_>> = over.parts().collect();
            let [from, to] = ends[..] else { return Err(unknown) };
            let is_length = to.is(SyntaxKind::METHOD_CALL_EXPR)
                && to.name() == Some("len")
                && to.receiver().is_some_and(is_place);
            let is_count = is_place(to) && Ty::of(file, to).is_some_and(|ty| ty.name == "usize");
            if from.text() == "0" && over.text().contains("..") && (is_length || is_count) {
                let text = if over.text().contains("..=") {
                    format!("{} + 1", to.text())
                } else {
                    to.text().to_owned()
                };
                return Ok(Size { text, of: to });
            }
            Err(unknown)
        }
        _ => Err(unknown),
    }
}

/// The empty collection with room.
fn made(initial: Node<'_>, size: &str) -> Result<String, NoFix> {
    let path = initial.called().unwrap_or_default();
    if path == "vec!" {
        return Ok(format!("Vec::with_capacity({size})"));
    }
    let callee = initial.receiver().map_or("", Node::text);
    // `default` may be that of another hasher, which has no `with_capacity`.
    let holder = callee
        .strip_suffix("::new")
        .or_else(|| callee.strip_suffix("::default").filter(|holder| holder.starts_with("Vec")));
    let holder = holder.ok_or(NoFix::NotSafe("it is not made by `new`"))?;
    Ok(format!("{holder}::with_capacity({size})"))
}
