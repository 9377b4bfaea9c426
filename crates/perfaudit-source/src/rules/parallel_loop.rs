use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::loops::{self, Loop};
use crate::facts::{File, bindings};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `for` loops over collections in which no turn needs what another one made: all they leave behind is one value
    /// each. They are only told where they were measured to take a tenth of the CPU time or more.
    ///
    /// ## Why it matters
    ///
    /// Turns that do not depend on each other can run on all cores.
    ///
    /// ## Example
    ///
    ///     let mut out = Vec::with_capacity(rows.len());
    ///     for row in &rows {
    ///         out.push(render(row));
    ///     }
    ///
    /// ## What to do
    ///
    ///     let out: Vec<_> = rows.par_iter().map(render).collect();
    ///
    /// ## When not to
    ///
    /// Where turns take less than some microseconds, all cores are busy already, or the callee has side effects that the
    /// syntax does not show. Measure it: `perfaudit compare`.
    id: "parallel-loop",
    title: "A hot loop whose turns do not depend on each other",
    category: Parallelism,
    severity: Note,
    remedy: "try `par_iter` of rayon, and measure whether it pays",
    saves: Saves::Waiting,
    effort: Deep,
    check: Check::File(check),
}

/// A hot loop is worth splitting from this share of a workload on.
const WORTH_SPLITTING: f64 = 0.1;

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for node in file.all(SyntaxKind::FOR_EXPR) {
        let (Some(over), Some(body)) = (loops::iterated(node), node.parts().last()) else { continue };
        let found = Loop { node, body };
        if loops::is_small(found)
            || !loops::has_known_size(file, over)
            || loops::enclosing_loop(node).is_some()
            || is_async(node)
        {
            continue;
        }
        if leaves_one_value(found) {
            hits.add(node, Confidence::Low, "each turn leaves one value and needs none of the others")
                .only_from(WORTH_SPLITTING);
        }
    }
}

fn is_async(node: Node<'_>) -> bool {
    crate::facts::futures::async_context(node).is_some()
}

/// The last statement pushes the result of a call; nothing else outside of the loop is changed.
fn leaves_one_value(found: Loop<'_>) -> bool {
    let Some(list) = found.body.child(SyntaxKind::STMT_LIST) else { return false };
    let mut pushes = 0;
    let is_fine = list.descendants().all(|node| match node.kind() {
        SyntaxKind::BREAK_EXPR
        | SyntaxKind::RETURN_EXPR
        | SyntaxKind::CONTINUE_EXPR
        | SyntaxKind::TRY_EXPR
        | SyntaxKind::AWAIT_EXPR
        | SyntaxKind::MACRO_CALL => false,
        SyntaxKind::REF_EXPR => !node.has(SyntaxKind::MUT_KW),
        SyntaxKind::PATH_EXPR => !is_lent_to_change(node),
        SyntaxKind::BIN_EXPR => !node
            .children()
            .any(|child| matches!(child.kind(), SyntaxKind::EQ | SyntaxKind::PLUSEQ | SyntaxKind::MINUSEQ)),
        SyntaxKind::CALL_EXPR => !node
            .called()
            .is_some_and(|path| matches!(path.as_str(), "print!" | "println!" | "write!" | "writeln!")),
        SyntaxKind::METHOD_CALL_EXPR => {
            let is_outer = node.receiver().is_some_and(|receiver| is_outer(found, receiver));
            let name = node.name().unwrap_or_default();
            if name == "push" && is_outer {
                pushes += 1;
                let value = node.args().first().copied();
                return value.is_some_and(|value| {
                    matches!(value.kind(), SyntaxKind::CALL_EXPR | SyntaxKind::METHOD_CALL_EXPR)
                });
            }
            // Methods of what is outside may change it.
            !is_outer
                || matches!(
                    name,
                    "len"
                        | "get"
                        | "iter"
                        | "as_ref"
                        | "clone"
                        | "as_str"
                        | "is_empty"
                        | "contains"
                        | "contains_key"
                )
        }
        _ => true,
    });
    is_fine && pushes == 1
}

/// A parameter of type `&mut T` that is passed on.
fn is_lent_to_change(name: Node<'_>) -> bool {
    name.parent().is_some_and(|parent| parent.is(SyntaxKind::ARG_LIST))
        && bindings::of_name(name, name.text()).is_some_and(|binding| {
            binding.kind == bindings::BindingKind::Parameter && binding.node.text().contains("&mut ")
        })
}

fn is_outer(found: Loop<'_>, expression: Node<'_>) -> bool {
    let Some(root) = loops::root_name(expression) else { return false };
    bindings::of_name(expression, root).is_none_or(|binding| !found.node.contains(binding.node))
}
