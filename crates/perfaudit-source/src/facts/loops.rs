//! What runs repeatedly.

use ra_ap_syntax::SyntaxKind;

use crate::facts::bindings::BindingKind;
use crate::facts::types::Ty;
use crate::facts::{File, bindings, function_of};
use crate::flat::Node;

/// A loop, or a closure that an iterator calls for each element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loop<'t> {
    pub(crate) node: Node<'t>,
    /// What is repeated.
    pub(crate) body: Node<'t>,
}

/// Methods of iterators and collections that call a closure for each element, and of nothing else.
const EACH_ELEMENT: [&str; 36] = [
    "all",
    "any",
    "binary_search_by",
    "chunk_by",
    "dedup_by",
    "dedup_by_key",
    "filter_map",
    "find",
    "find_map",
    "flat_map",
    "fold",
    "for_each",
    "group_by",
    "map_while",
    "max_by",
    "max_by_key",
    "min_by",
    "min_by_key",
    "par_extend",
    "partition",
    "partition_point",
    "position",
    "reduce",
    "retain",
    "retain_mut",
    "rposition",
    "scan",
    "skip_while",
    "sort_by",
    "sort_by_cached_key",
    "sort_by_key",
    "sort_unstable_by",
    "sort_unstable_by_key",
    "take_while",
    "try_fold",
    "try_for_each",
];

/// Methods that `Option` and `Result` have, too.
const EACH_IF_ITERATOR: [&str; 3] = ["filter", "inspect", "map"];

/// Methods that make or pass on an iterator.
const MAKES_ITERATOR: [&str; 46] = [
    "ancestors",
    "bytes",
    "chain",
    "char_indices",
    "chars",
    "children",
    "chunks",
    "chunks_exact",
    "cloned",
    "copied",
    "cycle",
    "descendants",
    "drain",
    "enumerate",
    "filter",
    "filter_map",
    "flat_map",
    "flatten",
    "fuse",
    "into_iter",
    "into_keys",
    "into_par_iter",
    "into_values",
    "iter",
    "iter_mut",
    "keys",
    "lines",
    "match_indices",
    "par_iter",
    "peekable",
    "rev",
    "rsplit",
    "skip",
    "skip_while",
    "split",
    "split_terminator",
    "split_whitespace",
    "step_by",
    "take",
    "take_while",
    "values",
    "values_mut",
    "walk",
    "windows",
    "zip",
    "split_ascii_whitespace",
];

/// Closures that run on a failure, once, or elsewhere.
const NOT_EACH_TIME: [&str; 22] = [
    "call_once",
    "debug_assert",
    "expect_fn",
    "get_or_init",
    "get_or_insert_with",
    "get_or_try_init",
    "map_err",
    "ok_or_else",
    "or_else",
    "or_insert_with",
    "or_insert_with_key",
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "spawn_scoped",
    "unwrap_or_else",
    "with_context",
    "context",
    "wrap_err_with",
    "map_or_else",
    "resize_with",
    "call_once_force",
];

/// The innermost loop that repeats a node; none where it runs at most once in it, as in `return` or on a failure.
pub(crate) fn enclosing_loop(node: Node<'_>) -> Option<Loop<'_>> {
    let mut child = node;
    for ancestor in node.ancestors() {
        match ancestor.kind() {
            SyntaxKind::FOR_EXPR => {
                let body = ancestor.parts().last().filter(|body| body.is(SyntaxKind::BLOCK_EXPR));
                if body == Some(child) {
                    return Some(Loop { node: ancestor, body: child });
                }
            }
            SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR => {
                let body = ancestor.parts().last()?;
                return Some(Loop { node: ancestor, body });
            }
            SyntaxKind::CLOSURE_EXPR => match closure_use(ancestor) {
                ClosureUse::EachElement => {
                    let body = ancestor.parts().last()?;
                    return Some(Loop { node: ancestor, body });
                }
                ClosureUse::NotEachTime => return None,
                ClosureUse::Unknown => {}
            },
            SyntaxKind::RETURN_EXPR | SyntaxKind::BREAK_EXPR => return None,
            SyntaxKind::STMT_LIST if leaves(ancestor, node) => return None,
            SyntaxKind::MATCH_ARM if is_of_failure(ancestor) => return None,
            SyntaxKind::CALL_EXPR if is_failure(ancestor) => return None,
            SyntaxKind::FN | SyntaxKind::CONST | SyntaxKind::STATIC | SyntaxKind::SOURCE_FILE => return None,
            _ => {}
        }
        child = ancestor;
    }
    None
}

/// Like [`enclosing_loop`], without loops over a few values that stand in the source.
pub(crate) fn enclosing_large_loop(node: Node<'_>) -> Option<Loop<'_>> {
    let found = enclosing_loop(node)?;
    if is_small(found) { enclosing_large_loop(found.node) } else { Some(found) }
}

/// `for x in [a, b]`, `for i in 0..4`.
pub(crate) fn is_small(found: Loop<'_>) -> bool {
    const FEW: u64 = 16;
    let Some(over) = iterated(found.node) else { return false };
    let over = over.peeled();
    match over.kind() {
        SyntaxKind::ARRAY_EXPR => true,
        SyntaxKind::RANGE_EXPR => {
            let ends: Vec<u64> = over.parts().filter_map(|end| end.text().parse().ok()).collect();
            ends.len() == 2 && ends[1].saturating_sub(ends[0]) <= FEW
        }
        SyntaxKind::METHOD_CALL_EXPR => {
            let receiver = over.receiver().map(Node::peeled);
            receiver.is_some_and(|receiver| receiver.is(SyntaxKind::ARRAY_EXPR))
        }
        _ => false,
    }
}

/// What a `for` goes through.
pub(crate) fn iterated(node: Node<'_>) -> Option<Node<'_>> {
    if !node.is(SyntaxKind::FOR_EXPR) {
        return None;
    }
    let mut behind_in = node.children().skip_while(|child| !child.is(SyntaxKind::IN_KW));
    behind_in.nth(1).filter(|over| !over.is(SyntaxKind::BLOCK_EXPR) || node.parts().last() != Some(*over))
}

/// The pattern of a `for`.
pub(crate) fn pattern(node: Node<'_>) -> Option<Node<'_>> {
    node.parts().find(|part| !part.is(SyntaxKind::LABEL) && !part.is(SyntaxKind::ATTR))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ClosureUse {
    EachElement,
    NotEachTime,
    Unknown,
}

fn closure_use(closure: Node<'_>) -> ClosureUse {
    let Some(call) = closure.parent().filter(|list| list.is(SyntaxKind::ARG_LIST)).and_then(Node::parent)
    else {
        return ClosureUse::Unknown;
    };
    if call.is(SyntaxKind::CALL_EXPR) {
        let path = call.called().unwrap_or_default();
        let last = path.rsplit("::").next().unwrap_or_default();
        let is_lazy = ["LazyLock::new", "LazyCell::new", "Lazy::new", "thread::spawn"]
            .iter()
            .any(|lazy| path.ends_with(lazy));
        let is_each =
            ["iter::repeat_with", "iter::from_fn", "array::from_fn"].iter().any(|each| path.ends_with(each));
        return match (is_lazy || NOT_EACH_TIME.contains(&last), is_each) {
            (true, _) => ClosureUse::NotEachTime,
            (_, true) => ClosureUse::EachElement,
            _ => ClosureUse::Unknown,
        };
    }
    let name = call.name().unwrap_or_default();
    if EACH_ELEMENT.contains(&name) || (EACH_IF_ITERATOR.contains(&name) && makes_iterator(call.receiver())) {
        ClosureUse::EachElement
    } else if NOT_EACH_TIME.contains(&name) {
        ClosureUse::NotEachTime
    } else {
        ClosureUse::Unknown
    }
}

/// Whether an expression is an iterator by the methods that made it.
pub(crate) fn makes_iterator(expression: Option<Node<'_>>) -> bool {
    let Some(expression) = expression.map(Node::peeled) else { return false };
    match expression.kind() {
        SyntaxKind::RANGE_EXPR => true,
        SyntaxKind::METHOD_CALL_EXPR => {
            let name = expression.name().unwrap_or_default();
            let passes_on = matches!(
                name,
                "map" | "inspect" | "filter" | "take" | "flatten" | "copied" | "cloned" | "zip"
            );
            if passes_on && !matches!(name, "take" | "zip") {
                return makes_iterator(expression.receiver());
            }
            MAKES_ITERATOR.contains(&name) && (!matches!(name, "take") || !expression.args().is_empty())
        }
        _ => false,
    }
}

/// Whether a block that a node is in ends with `return`, `break`, or a panic, so that it runs once at most.
fn leaves(list: Node<'_>, node: Node<'_>) -> bool {
    // The body of the loop itself may end with `break` behind a `continue`: it says nothing.
    let owner = list.ancestors().nth(1);
    if owner.is_some_and(|owner| {
        matches!(
            owner.kind(),
            SyntaxKind::LOOP_EXPR | SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FN
        )
    }) {
        return false;
    }
    let Some(last) = list.parts().last() else { return false };
    let last = if last.is(SyntaxKind::EXPR_STMT) { last.parts().next().unwrap_or(last) } else { last };
    !last.contains(node)
        && match last.kind() {
            SyntaxKind::RETURN_EXPR | SyntaxKind::BREAK_EXPR => true,
            SyntaxKind::CALL_EXPR => is_failure(last),
            _ => false,
        }
}

/// `Err(...) =>`, unless that says where something belongs, or that another thread was faster.
fn is_of_failure(arm: Node<'_>) -> bool {
    let pattern = arm.parts().find(|part| part.is(SyntaxKind::TUPLE_STRUCT_PAT));
    let is_error =
        pattern.and_then(|pattern| pattern.child(SyntaxKind::PATH)).is_some_and(|path| path.text() == "Err");
    let matched = arm.ancestors().nth(1).and_then(|matching| matching.parts().next());
    is_error
        && matched.is_none_or(|value| {
            !["binary_search", "compare_exchange"].iter().any(|name| value.text().contains(name))
        })
}

/// Ends what goes on: `Err(...)`, `panic!`, `bail!`, `exit`.
fn is_failure(call: Node<'_>) -> bool {
    call.called().is_some_and(|path| {
        let last = path.rsplit("::").next().unwrap_or_default();
        matches!(
            last,
            "Err"
                | "panic!"
                | "bail!"
                | "ensure!"
                | "unreachable!"
                | "todo!"
                | "exit"
                | "abort"
                | "anyhow!"
                | "assert!"
                | "assert_eq!"
                | "assert_ne!"
                | "debug_assert!"
                | "debug_assert_eq!"
                | "debug_assert_ne!"
        )
    })
}

/// Whether a path starts from a name that changes in each turn of a loop: what the loop itself binds, or what is bound in
/// its body.
pub(crate) fn changes_in(found: Loop<'_>, expression: Node<'_>) -> bool {
    let root = root_name(expression);
    let Some(root) = root else { return true };
    bindings::of_name(expression, root).is_some_and(|binding| found.node.contains(binding.node))
}

/// The name that a path of fields and calls starts from.
pub(crate) fn root_name(expression: Node<'_>) -> Option<&str> {
    let mut node = expression.peeled();
    loop {
        match node.kind() {
            SyntaxKind::FIELD_EXPR
            | SyntaxKind::METHOD_CALL_EXPR
            | SyntaxKind::INDEX_EXPR
            | SyntaxKind::TRY_EXPR => {
                node = node.receiver()?.peeled();
            }
            SyntaxKind::PATH_EXPR => return Some(node.text()),
            _ => return None,
        }
    }
}

/// The size of a loop can be told before it runs: it goes through a collection, a range, or an adaptor that keeps the
/// number.
pub(crate) fn has_known_size(file: &File<'_>, over: Node<'_>) -> bool {
    let over = over.peeled();
    match over.kind() {
        SyntaxKind::RANGE_EXPR => over.parts().count() == 2,
        SyntaxKind::METHOD_CALL_EXPR => {
            let name = over.name().unwrap_or_default();
            let receiver = over.receiver();
            match name {
                "iter" | "iter_mut" | "into_iter" => receiver.is_none_or(|inner| !hides_length(file, inner)),
                "keys" | "values" | "drain" | "chunks" | "windows" | "chunks_exact" => true,
                "enumerate" | "rev" | "cloned" | "copied" | "map" | "zip" | "take" | "skip" | "inspect" => {
                    receiver.is_some_and(|inner| makes_iterator(Some(inner)) && has_known_size(file, inner))
                }
                _ => false,
            }
        }
        SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR => {
            types::is_sized_collection(Ty::of(file, over)) || tells_length(over)
        }
        _ => false,
    }
}

/// What is known to be no collection, or a name of an iterator of a length that nobody tells.
fn hides_length(file: &File<'_>, place: Node<'_>) -> bool {
    const OTHERS: [&str; 7] =
        ["ArrayVec", "BinaryHeap", "IndexMap", "IndexSet", "LinkedList", "Option", "SmallVec"];
    if let Some(ty) = Ty::of(file, place) {
        let is_counted = OTHERS.contains(&ty.name.as_str());
        return !is_counted && !types::is_sized_collection(Some(ty));
    }
    if !place.is(SyntaxKind::PATH_EXPR) {
        return false;
    }
    let made = bindings::of_name(place, place.text()).filter(|binding| binding.kind == BindingKind::Let);
    let initial = made.and_then(|binding| bindings::initial(binding.node));
    initial.is_some_and(|initial| makes_iterator(Some(initial)) && !has_known_size(file, initial))
}

/// The function asks the same name for its length.
fn tells_length(list: Node<'_>) -> bool {
    /// Longer functions were generated; they may hold as many loops, and are not searched for each of them.
    const LONGEST: u32 = 500;
    let function = function_of(list);
    let function = function.filter(|of| of.last_line() - of.position().line <= LONGEST);
    let within = function.into_iter().flat_map(Node::descendants);
    within.filter(|node| node.is(SyntaxKind::METHOD_CALL_EXPR) && node.name() == Some("len")).any(|call| {
        call.args().is_empty() && call.receiver().is_some_and(|receiver| receiver.text() == list.text())
    })
}

use crate::facts::types;
