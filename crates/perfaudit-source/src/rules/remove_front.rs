use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::types::Ty;
use crate::facts::{File, bindings, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `remove(0)` and `insert(0, ...)` on vectors and strings in loops.
    ///
    /// ## Why it matters
    ///
    /// Each moves everything that follows by one place: emptying a list from the front so takes time with the square of its
    /// length.
    ///
    /// ## Example
    ///
    ///     while !queue.is_empty() {
    ///         let job = queue.remove(0);
    ///     }
    ///
    /// ## What to do
    ///
    /// Use a `VecDeque` with `pop_front`, drain from the front once, or go through the list in reverse.
    ///
    /// ## When not to
    ///
    /// Where the list is short by construction.
    id: "remove-front",
    title: "Elements are taken from, or put at, the front of a list one by one",
    category: Complexity,
    severity: Warning,
    remedy: "use a `VecDeque`, `drain(..)`, or the other end of the list",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["remove", "insert", "insert_str"]) {
        let args = call.args();
        let wanted = if call.name() == Some("remove") { 1 } else { 2 };
        if args.len() != wanted || args[0].text() != "0" {
            continue;
        }
        let (Some(around), Some(list)) = (loops::enclosing_loop(call), call.receiver()) else { continue };
        let Some(root) = loops::root_name(list) else { continue };
        let is_bound_inside =
            bindings::of_name(list, root).is_some_and(|binding| around.node.contains(binding.node));
        let ty = Ty::of(file, list).map(Ty::through_pointers);
        let is_list = ty.as_ref().is_none_or(|ty| matches!(ty.name.as_str(), "Vec" | "String" | "[]"));
        if is_bound_inside || !is_list || loops::is_small(around) || others_are_pushed(call, list) {
            continue;
        }
        let confidence = if ty.is_some() { Confidence::High } else { Confidence::Medium };
        hits.add(call, confidence, format!("{} moves all of `{}` in each turn", shown(call), list.text()));
    }
}

/// `if is_first { list.insert(0, it) } else { list.push(it) }`: one goes to the front, the others to the end.
fn others_are_pushed(call: Node<'_>, list: Node<'_>) -> bool {
    let Some(choice) = call.ancestors().find(|ancestor| ancestor.is(SyntaxKind::IF_EXPR)) else {
        return false;
    };
    let mut branches = choice.parts().skip(1).filter(|branch| !branch.contains(call));
    branches.any(|branch| {
        branch.descendants().any(|node| {
            node.is(SyntaxKind::METHOD_CALL_EXPR)
                && matches!(node.name(), Some("push" | "push_str"))
                && node.receiver().is_some_and(|receiver| receiver.text() == list.text())
        })
    })
}
