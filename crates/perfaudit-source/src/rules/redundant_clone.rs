use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Ask, Check, Hits, Saves, rule, shown};
use crate::facts::bindings::{self, BindingKind};
use crate::facts::types::Ty;
use crate::facts::{File, function_of, loops, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds clones of a local value that owns memory and is not used afterwards.
    ///
    /// ## Why it matters
    ///
    /// The original is thrown away behind the copy: an allocation and a copy for nothing.
    ///
    /// ## Example
    ///
    ///     let name = path.to_string();
    ///     register(name.clone());
    ///
    /// ## What to do
    ///
    ///     register(name);
    ///
    /// ## When not to
    ///
    /// Where a value with a `Drop` of its own must live longer.
    id: "redundant-clone",
    title: "A value is cloned although the original is not used again",
    category: Allocation,
    severity: Warning,
    remedy: "move the original",
    saves: Saves::Through { in_own: false, words: &["::clone"], doing: "cloning" },
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["clone"]) {
        let Some(receiver) = call.receiver().filter(|receiver| receiver.is(SyntaxKind::PATH_EXPR)) else {
            continue;
        };
        let name = receiver.text();
        let (Some(function), Some(binding)) = (function_of(call), bindings::of_name(receiver, name)) else {
            continue;
        };
        let is_owned_binding =
            matches!(binding.kind, BindingKind::Let | BindingKind::Parameter) && binding.is_whole;
        let ty = Ty::of(file, receiver).filter(|ty| !ty.is_reference);
        // Of a type of the project the compiler must say whether it holds memory.
        let is_of_project =
            |ty: &Ty| !ty.is_cheap_to_clone() && ty.name.len() > 1 && ty.name.starts_with(char::is_uppercase);
        let is_heavy = ty.as_ref().is_some_and(Ty::is_heavy);
        let owns = is_heavy || ty.as_ref().is_some_and(is_of_project);
        if name == "self" || !is_owned_binding || !owns || !function.contains(binding.node) {
            continue;
        }
        let between = call.ancestors().take_while(|ancestor| !ancestor.contains(binding.node));
        let repeats = between.into_iter().any(|ancestor| {
            matches!(
                ancestor.kind(),
                SyntaxKind::FOR_EXPR
                    | SyntaxKind::WHILE_EXPR
                    | SyntaxKind::LOOP_EXPR
                    | SyntaxKind::CLOSURE_EXPR
            )
        });
        let is_borrowed = borrowed(binding.node, function, name);
        let used_later = function.descendants().filter(|node| node.start() >= call.end()).any(|node| {
            matches!(node.kind(), SyntaxKind::NAME_REF | SyntaxKind::STRING) && mentions(node, name)
        });
        if !repeats
            && !used_later
            && !is_borrowed
            && loops::enclosing_loop(call).is_none_or(|around| around.node.contains(binding.node))
        {
            let hit =
                hits.add(call, Confidence::Medium, format!("{}: `{name}` is not used again", shown(call)));
            hit.asks(call, Ask::CopiesMemory);
            if !is_heavy {
                hit.guess();
            }
        }
    }
}

/// Whether another name may borrow from it: `let part = &name[..]`, `let part = name.as_str()`.
fn borrowed(binding: Node<'_>, function: Node<'_>, name: &str) -> bool {
    let mut lets = function.descendants().filter(|node| node.is(SyntaxKind::LET_STMT) && *node != binding);
    lets.any(|statement| {
        bindings::initial(statement).is_some_and(|initial| {
            mentions(initial, name)
                && (initial.is(SyntaxKind::REF_EXPR) || !initial.text().contains("clone()"))
        })
    })
}
