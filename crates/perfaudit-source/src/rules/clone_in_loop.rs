use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Ask, Check, Hits, Saves, rule, shown};
use crate::facts::types::{Ty, last_name};
use crate::facts::{File, bindings, loops, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds values that are cloned in each turn of a loop: the same one every time, or the one that the loop lends, only
    /// to pass it on to a function. Copies that are kept (pushed, put into a record) are left alone.
    ///
    /// ## Why it matters
    ///
    /// Each clone of a `String`, a `Vec` or a record of them allocates and copies. In a loop that is often most of what it
    /// does.
    ///
    /// ## Example
    ///
    ///     for record in records {
    ///         rows.push(row(record.clone()));
    ///     }
    ///
    /// ## What to do
    ///
    /// Let the callee borrow (`row(record)`), give the original away where it is not used again, or clone the part that is
    /// needed.
    ///
    /// ## When not to
    ///
    /// Where the callee keeps the value. With clippy as type oracle, clones of `Arc` and of `Copy` types are left out; by
    /// syntax alone that is told from names and types in the same file.
    id: "clone-in-loop",
    title: "A value is cloned in each turn of a loop",
    category: Allocation,
    severity: Warning,
    remedy: "let the callee borrow it, move the original, or clone only the part that is kept",
    saves: Saves::Through { in_own: false, words: &["::clone", "::to_owned", "::to_vec"], doing: "cloning" },
    effort: Medium,
    check: Check::File(check),
}

/// Names that handles have: cloning them counts a reference.
const HANDLES: [&str; 16] = [
    "arc", "cancel", "client", "ctx", "handle", "pool", "rc", "rx", "sender", "shared", "shutdown", "span",
    "state", "token", "tx", "waker",
];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["clone", "to_owned", "to_vec"]) {
        let Some(receiver) = call.receiver().filter(|_| call.args().is_empty()) else { continue };
        let Some(around) = loops::enclosing_large_loop(call) else { continue };
        let Some(root) = loops::root_name(receiver) else { continue };
        if only_fields_are_used(call) {
            hits.add(
                call,
                Confidence::Medium,
                format!("{} copies all of what only parts are used of", shown(call)),
            )
            .asks(call, Ask::CopiesMemory)
            .guess();
            continue;
        }
        if receiver
            .descendants()
            .any(|node| matches!(node.kind(), SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::INDEX_EXPR))
            || receiver.is(SyntaxKind::METHOD_CALL_EXPR)
            || receiver.is(SyntaxKind::INDEX_EXPR)
        {
            continue;
        }
        let ty = Ty::of(file, receiver);
        let name = receiver.text().rsplit('.').next().unwrap_or_default();
        let is_handle = HANDLES.iter().any(|handle| name == *handle || name.ends_with(&format!("_{handle}")));
        if ty.as_ref().is_some_and(Ty::is_cheap_to_clone)
            || (ty.is_none() && is_handle)
            || is_kept(call)
            || is_rebound(call, name)
        {
            continue;
        }
        let is_heavy = ty.as_ref().is_some_and(Ty::is_heavy);
        let Some(binding) = bindings::of_name(receiver, root) else { continue };
        let is_lent = ty.as_ref().is_some_and(|ty| ty.is_reference);
        let (confidence, what) = if !around.node.contains(binding.node) {
            // What is assigned in the loop is another value each time.
            if is_assigned(around.body, root) || is_used_up(file, call) {
                continue;
            }
            (
                if is_heavy { Confidence::Medium } else { Confidence::Low },
                "copies the same value in each turn",
            )
        } else if binding.node == around.node && is_passed_on(call) {
            let is_sure = is_lent || is_heavy;
            (
                if is_sure { Confidence::Medium } else { Confidence::Low },
                "copies each element only to pass it on",
            )
        } else {
            continue;
        };
        let hit = hits.add(call, confidence, format!("{} {what}", shown(call))).asks(call, Ask::CopiesMemory);
        // Of a type that the file does not tell, only the compiler knows whether it holds memory.
        if confidence == Confidence::Low {
            hit.guess();
        }
    }
}

/// `let copy = list[i].clone();`, of which nothing but fields are read.
fn only_fields_are_used(call: Node<'_>) -> bool {
    let Some(statement) = call.parent().filter(|parent| parent.is(SyntaxKind::LET_STMT)) else {
        return false;
    };
    let (Some(name), Some(list)) = (bindings::let_name(statement), statement.parent()) else { return false };
    let mut uses = list.descendants().filter(|node| statement.precedes(*node) && !statement.contains(*node));
    let mut fields = 0;
    let is_fine = uses.all(|node| match node.kind() {
        SyntaxKind::PATH_EXPR if node.text() == name => {
            fields += 1;
            node.parent().is_some_and(|parent| {
                parent.is(SyntaxKind::FIELD_EXPR)
                    && !parent.ancestors().take(2).any(|above| {
                        above.is(SyntaxKind::BIN_EXPR)
                            && above.has(SyntaxKind::EQ)
                            && above.parts().next() == Some(parent)
                    })
            })
        }
        SyntaxKind::TOKEN_TREE | SyntaxKind::STRING => !mentions(node, name),
        _ => true,
    });
    is_fine && fields > 0
}

/// The copy is what the loop is there to make: it becomes part of another value.
fn is_kept(call: Node<'_>) -> bool {
    let mut child = call;
    for parent in call.ancestors() {
        match parent.kind() {
            SyntaxKind::PAREN_EXPR
            | SyntaxKind::TUPLE_EXPR
            | SyntaxKind::ARG_LIST
            | SyntaxKind::REF_EXPR
            | SyntaxKind::TRY_EXPR => {}
            SyntaxKind::RECORD_EXPR_FIELD
            | SyntaxKind::RETURN_EXPR
            | SyntaxKind::CLOSURE_EXPR
            | SyntaxKind::ARRAY_EXPR => return true,
            SyntaxKind::METHOD_CALL_EXPR => {
                let is_receiver = parent.receiver() == Some(child);
                let name = parent.name().unwrap_or_default();
                return is_receiver
                    || matches!(
                        name,
                        "push"
                            | "push_back"
                            | "push_front"
                            | "insert"
                            | "extend"
                            | "entry"
                            | "send"
                            | "replace"
                            | "set"
                            | "add"
                            | "append"
                            | "try_send"
                            | "or_insert"
                            | "unwrap_or"
                    );
            }
            SyntaxKind::CALL_EXPR => {
                let path = parent.called().unwrap_or_default();
                let last = path.rsplit("::").next().unwrap_or_default();
                return path.ends_with('!')
                    || last.starts_with(char::is_uppercase)
                    || matches!(last, "new" | "from" | "spawn" | "once" | "replace");
            }
            SyntaxKind::BIN_EXPR => {
                return parent.parts().next() != Some(child) && !parent.has(SyntaxKind::EQ2);
            }
            SyntaxKind::STMT_LIST => {
                // The value of a block becomes that of what is around it.
                return parent.parts().last() == Some(child);
            }
            SyntaxKind::MATCH_ARM | SyntaxKind::MATCH_ARM_LIST => return true,
            _ => return false,
        }
        child = parent;
    }
    false
}

/// `let x = x.clone()`: made for a closure that takes it.
fn is_rebound(call: Node<'_>, name: &str) -> bool {
    let statement = call.parent().filter(|parent| parent.is(SyntaxKind::LET_STMT));
    statement.is_some_and(|statement| {
        let is_same = bindings::let_name(statement) == Some(name);
        is_same || statement.parts().next().is_some_and(|pattern| pattern.text().starts_with("mut "))
    })
}

/// A function of this file takes it as `mut name`: it changes the copy, which it therefore must have.
fn is_used_up(file: &File<'_>, clone: Node<'_>) -> bool {
    let call = clone.parent().filter(|list| list.is(SyntaxKind::ARG_LIST)).and_then(Node::parent);
    let Some(call) = call else { return false };
    let Some(at) = call.args().iter().position(|arg| *arg == clone) else { return false };
    let path = call.called();
    let Some(name) = call.name().or_else(|| path.as_deref().map(last_name)) else { return false };
    let mut callees = file.all(SyntaxKind::FN).filter(|function| function.name() == Some(name));
    callees.any(|function| {
        let mut parameters =
            bindings::parameters(function).filter(|parameter| !parameter.is(SyntaxKind::SELF_PARAM));
        parameters.nth(at).is_some_and(|parameter| parameter.text().starts_with("mut "))
    })
}

fn is_passed_on(call: Node<'_>) -> bool {
    call.parent()
        .and_then(Node::parent)
        .is_some_and(|parent| parent.is(SyntaxKind::CALL_EXPR) || parent.is(SyntaxKind::METHOD_CALL_EXPR))
}

fn is_assigned(body: Node<'_>, root: &str) -> bool {
    body.descendants().any(|node| match node.kind() {
        SyntaxKind::BIN_EXPR => {
            let assigns = node.children().any(|child| {
                matches!(child.kind(), SyntaxKind::EQ | SyntaxKind::PLUSEQ | SyntaxKind::MINUSEQ)
            });
            assigns && node.receiver().and_then(loops::root_name) == Some(root)
        }
        SyntaxKind::METHOD_CALL_EXPR => {
            let changes = matches!(
                node.name(),
                Some(
                    "push"
                        | "push_str"
                        | "insert"
                        | "remove"
                        | "pop"
                        | "clear"
                        | "next"
                        | "extend"
                        | "truncate"
                        | "retain"
                        | "sort"
                )
            );
            changes && node.receiver().and_then(loops::root_name) == Some(root)
        }
        SyntaxKind::REF_EXPR => node.has(SyntaxKind::MUT_KW) && loops::root_name(node) == Some(root),
        _ => false,
    })
}
