//! What a name is bound by.

use ra_ap_syntax::SyntaxKind;

use crate::facts::loops;
use crate::flat::Node;

/// What binds a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'t> {
    pub(crate) kind: BindingKind,
    /// The `let`, the parameter, the loop, the closure or the pattern.
    pub(crate) node: Node<'t>,
    /// Whether the name is bound as a whole, and not as a part of a pattern.
    pub(crate) is_whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BindingKind {
    Let,
    Parameter,
    For,
    Closure,
    Pattern,
    /// A constant or static of the file.
    Item,
}

/// The innermost binding of a name that is seen from a place.
pub(crate) fn of_name<'t>(from: Node<'t>, name: &str) -> Option<Binding<'t>> {
    let bound = |kind, node, is_whole| Some(Binding { kind, node, is_whole });
    let mut child = from;
    for ancestor in from.ancestors() {
        match ancestor.kind() {
            SyntaxKind::STMT_LIST => {
                let before: Vec<Node<'_>> = ancestor
                    .parts()
                    .take_while(|statement| *statement != child)
                    .filter(|statement| statement.is(SyntaxKind::LET_STMT))
                    .collect();
                for statement in before.into_iter().rev() {
                    if let Some(is_whole) =
                        pattern_binds(statement.parts().find(|part| !part.is(SyntaxKind::ATTR)), name)
                    {
                        return bound(BindingKind::Let, statement, is_whole);
                    }
                }
            }
            SyntaxKind::FOR_EXPR => {
                let in_body = ancestor.parts().last() == Some(child);
                if in_body && let Some(is_whole) = pattern_binds(loops::pattern(ancestor), name) {
                    return bound(BindingKind::For, ancestor, is_whole);
                }
            }
            SyntaxKind::CLOSURE_EXPR => {
                for parameter in parameters(ancestor) {
                    if let Some(is_whole) = pattern_binds(parameter.parts().next(), name) {
                        return bound(BindingKind::Closure, parameter, is_whole);
                    }
                }
            }
            SyntaxKind::MATCH_ARM
                if pattern_binds(ancestor.parts().find(|part| !part.is(SyntaxKind::ATTR)), name)
                    .is_some() =>
            {
                return bound(BindingKind::Pattern, ancestor, false);
            }
            SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR => {
                let condition = ancestor.parts().next().filter(|condition| *condition != child);
                let lets = condition
                    .into_iter()
                    .flat_map(|condition| std::iter::once(condition).chain(condition.descendants()));
                for part in lets.filter(|part| part.is(SyntaxKind::LET_EXPR)) {
                    if pattern_binds(part.parts().next(), name).is_some() {
                        return bound(BindingKind::Pattern, ancestor, false);
                    }
                }
            }
            SyntaxKind::FN => {
                for parameter in parameters(ancestor) {
                    let is_self = parameter.is(SyntaxKind::SELF_PARAM) && name == "self";
                    if let Some(is_whole) =
                        pattern_binds(parameter.parts().next(), name).or(is_self.then_some(true))
                    {
                        return bound(BindingKind::Parameter, parameter, is_whole);
                    }
                }
            }
            SyntaxKind::SOURCE_FILE => {
                let mut items = ancestor
                    .parts()
                    .filter(|item| matches!(item.kind(), SyntaxKind::CONST | SyntaxKind::STATIC));
                let item = items.find(|item| item.name() == Some(name))?;
                return bound(BindingKind::Item, item, true);
            }
            _ => {}
        }
        child = ancestor;
    }
    None
}

pub(crate) fn parameters(function: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    function.child(SyntaxKind::PARAM_LIST).into_iter().flat_map(Node::parts)
}

/// Whether a pattern binds a name: none if not, else whether it is nothing but the name.
fn pattern_binds(pattern: Option<Node<'_>>, name: &str) -> Option<bool> {
    let pattern = pattern?;
    let is_it = |node: Node<'_>| node.is(SyntaxKind::IDENT_PAT) && node.name() == Some(name);
    if is_it(pattern) {
        return Some(true);
    }
    let is_pattern = matches!(
        pattern.kind(),
        SyntaxKind::TUPLE_PAT
            | SyntaxKind::TUPLE_STRUCT_PAT
            | SyntaxKind::RECORD_PAT
            | SyntaxKind::REF_PAT
            | SyntaxKind::OR_PAT
            | SyntaxKind::SLICE_PAT
            | SyntaxKind::PAREN_PAT
            | SyntaxKind::IDENT_PAT
            | SyntaxKind::BOX_PAT
    );
    (is_pattern && pattern.descendants().any(is_it)).then_some(false)
}

/// The initial value of a `let`.
pub(crate) fn initial(statement: Node<'_>) -> Option<Node<'_>> {
    let mut behind = statement.children().skip_while(|child| !child.is(SyntaxKind::EQ));
    behind.next()?;
    behind.next()
}

/// The plain name that a `let` binds.
pub(crate) fn let_name(statement: Node<'_>) -> Option<&str> {
    let pattern = statement.parts().find(|part| !part.is(SyntaxKind::ATTR))?;
    pattern.is(SyntaxKind::IDENT_PAT).then(|| pattern.name())?
}
