//! Every use of what a `let` binds.

use ra_ap_syntax::SyntaxKind;

use super::NoFix;
use crate::facts::bindings;
use crate::flat::Node;

/// All uses of the name that a `let` binds, in its block. None are overlooked: where the name stands in a macro that is
/// not understood, in a format string, or is bound again, that is refused.
pub(super) fn uses<'t>(statement: Node<'t>, name: &str) -> Result<Vec<Node<'t>>, NoFix> {
    let list = statement.parent().ok_or(NoFix::NotSafe("what is bound has no block"))?;
    let mut found = Vec::new();
    for node in list.descendants().filter(|node| node.start() >= statement.end()) {
        match node.kind() {
            SyntaxKind::STRING if crate::facts::mentions(node, name) => {
                return Err(NoFix::NotSafe("a format string names it"));
            }
            SyntaxKind::IDENT if node.text() == name => {}
            _ => continue,
        }
        if !node.is(SyntaxKind::IDENT) {
            continue;
        }
        let Some(around) = node.parent() else { continue };
        let owner = around.parent();
        match (around.kind(), owner.map(Node::kind)) {
            // The name of a field or a method.
            (SyntaxKind::NAME_REF, Some(SyntaxKind::FIELD_EXPR | SyntaxKind::METHOD_CALL_EXPR)) => {}
            (SyntaxKind::NAME_REF, Some(SyntaxKind::PATH_SEGMENT)) => {
                let path = node.ancestors().find(|ancestor| ancestor.is(SyntaxKind::PATH_EXPR));
                let Some(path) = path.filter(|path| path.text() == name) else {
                    return Err(NoFix::NotSafe("its name is that of something else, too"));
                };
                let binding = bindings::of_name(path, name);
                if binding.is_none_or(|binding| binding.node != statement) {
                    return Err(NoFix::NotSafe("its name is bound more than once"));
                }
                found.push(path);
            }
            _ => return Err(NoFix::NotSafe("its name stands where it is not understood")),
        }
    }
    Ok(found)
}

/// The method that a use calls on it.
pub(super) fn method_on(place: Node<'_>) -> Option<&str> {
    let call = place.parent().filter(|parent| parent.is(SyntaxKind::METHOD_CALL_EXPR))?;
    (call.receiver() == Some(place)).then(|| call.name())?
}
