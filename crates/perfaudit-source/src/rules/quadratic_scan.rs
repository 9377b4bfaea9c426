use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Ask, Check, Hits, rule, shown};
use crate::facts::bindings::BindingKind;
use crate::facts::loops::{self, Loop};
use crate::facts::types::Ty;
use crate::facts::{File, bindings, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds lists that are searched from the front in each turn of a loop: `contains`, `position`, `find` or `any` on a
    /// vector or slice, and two loops over the same list that compare its elements.
    ///
    /// ## Why it matters
    ///
    /// The time grows with the product of both lengths. With a hundred elements nobody notices; with a hundred thousand the
    /// program stands still.
    ///
    /// ## Example
    ///
    ///     for row in rows {
    ///         if !names.contains(&row.name) {
    ///             names.push(row.name.clone());
    ///         }
    ///     }
    ///
    /// ## What to do
    ///
    /// Keep a `HashSet`, or a `HashMap` from value to index, beside the list; or sort once and use `binary_search`.
    ///
    /// ## When not to
    ///
    /// Where the list holds a handful of elements: a scan of twenty beats a hash.
    id: "quadratic-scan",
    title: "A list is searched in each turn of a loop",
    category: Complexity,
    severity: Warning,
    remedy: "look up in a `HashSet` or `HashMap` built once, or sort and use `binary_search`",
    effort: Medium,
    check: Check::File(check),
}

/// Types that are searched in another way, or hold little.
const OTHERS: [&str; 13] = [
    "str",
    "String",
    "[;]",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "IndexMap",
    "IndexSet",
    "Range",
    "RangeInclusive",
    "Option",
    "Path",
];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    let mut seen: Vec<(u32, String)> = Vec::new();
    for call in file.methods(&["contains", "position", "find", "any", "iter_position"]) {
        let Some((list, is_direct)) = scanned(call).filter(|_| !judges_by_call(call)) else { continue };
        let Some(around) = loops::enclosing_large_loop(call) else { continue };
        let Some(root) = loops::root_name(list) else { continue };
        let is_bound_inside =
            bindings::of_name(list, root).is_none_or(|binding| around.node.contains(binding.node));
        if is_bound_inside
            || std::iter::once(list)
                .chain(list.descendants())
                .any(|node| matches!(node.kind(), SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::INDEX_EXPR))
        {
            continue;
        }
        if is_few(list) {
            continue;
        }
        // Another scan of the same list in the same loop is the same finding.
        let key = (around.node.start(), list.text().to_owned());
        if seen.contains(&key) || !depends_on(around, call) {
            continue;
        }
        let grows = grows_in(around.body, list.text());
        let ty = Ty::of(file, list).map(Ty::through_pointers);
        let is_list = ty.as_ref().is_some_and(|ty| matches!(ty.name.as_str(), "Vec" | "[]" | "VecDeque"));
        let is_unknown = !is_list && !ty.as_ref().is_some_and(|ty| OTHERS.contains(&ty.name.as_str()));
        let message = format!("{} goes through `{}` in each turn", shown(call), list.text());
        if is_list || (grows && is_unknown) {
            let confidence = if grows { Confidence::High } else { Confidence::Medium };
            hits.add(call, confidence, message).asks(call, Ask::ScansSlice);
            seen.push(key);
        } else if is_unknown && is_direct && call.name() == Some("contains") {
            hits.add(call, Confidence::Medium, message).asks(call, Ask::ScansSlice).guess();
        }
    }
    nested(file, hits);
}

/// A constant of a few values that stand in the source: no set would be faster.
fn is_few(list: Node<'_>) -> bool {
    const FEW: usize = 16;
    let constant = bindings::of_name(list, list.text()).filter(|binding| binding.kind == BindingKind::Item);
    let mut values = constant.into_iter().flat_map(|constant| constant.node.descendants());
    values.find(|value| value.is(SyntaxKind::ARRAY_EXPR)).is_some_and(|array| array.parts().count() <= FEW)
}

/// The list that a call searches, and whether it is its receiver itself.
fn scanned(call: Node<'_>) -> Option<(Node<'_>, bool)> {
    let receiver = call.receiver()?;
    if call.name() == Some("contains") {
        let is_lent = call
            .args()
            .first()
            .is_some_and(|arg| arg.is(SyntaxKind::REF_EXPR) || arg.is(SyntaxKind::PATH_EXPR));
        return (is_lent && call.args().len() == 1).then_some((receiver, true));
    }
    let is_iterator =
        receiver.is(SyntaxKind::METHOD_CALL_EXPR) && matches!(receiver.name(), Some("iter" | "iter_mut"));
    is_iterator.then(|| receiver.receiver().map(|list| (list, false)))?
}

/// A function says what fits: no set or map knows what it would say.
fn judges_by_call(call: Node<'_>) -> bool {
    let mut parts = call.args().into_iter().flat_map(Node::descendants);
    parts.any(|node| {
        node.is(SyntaxKind::CALL_EXPR)
            && node.called().is_some_and(|path| !path.rsplit("::").next().is_some_and(is_wrapper))
    })
}

/// `Some(x)`, `Id::new(x)`.
fn is_wrapper(name: &str) -> bool {
    name.starts_with(char::is_uppercase) || matches!(name, "new" | "from")
}

/// Whether what is searched for is another value in each turn.
fn depends_on(around: Loop<'_>, call: Node<'_>) -> bool {
    call.args().iter().any(|arg| {
        arg.descendants().chain(std::iter::once(*arg)).filter(|node| node.is(SyntaxKind::PATH_EXPR)).any(
            |name| {
                let binding = bindings::of_name(name, name.text());
                binding
                    .is_some_and(|binding| around.node.contains(binding.node) && !call.contains(binding.node))
            },
        )
    })
}

fn grows_in(body: Node<'_>, list: &str) -> bool {
    body.descendants().any(|node| {
        node.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(node.name(), Some("push" | "push_back"))
            && node.receiver().is_some_and(|receiver| receiver.text() == list)
    })
}

/// `for i in 0..v.len() { for j in i..v.len() { if v[i] == v[j] ...`
fn nested(file: &File<'_>, hits: &mut Hits<'_>) {
    for inner in file.all(SyntaxKind::FOR_EXPR) {
        let Some(list) = indexed_list(inner) else { continue };
        let Some(outer) = loops::enclosing_loop(inner).filter(|outer| indexed_list(outer.node) == Some(list))
        else {
            continue;
        };
        let compares = inner.descendants().any(|node| {
            node.is(SyntaxKind::BIN_EXPR)
                && node.has(SyntaxKind::EQ2)
                && node.parts().all(|side| {
                    let indexed = std::iter::once(side)
                        .chain(side.descendants())
                        .find(|part| part.is(SyntaxKind::INDEX_EXPR));
                    indexed.and_then(Node::receiver).is_some_and(|receiver| receiver.text() == list)
                })
        });
        if compares {
            hits.add(
                inner,
                Confidence::Medium,
                format!("every element of `{list}` is compared with every other"),
            )
            .end_line = inner.position().line;
            let _ = outer;
        }
    }
}

/// The list whose indices a `for` goes through.
fn indexed_list(found: Node<'_>) -> Option<&str> {
    let over = loops::iterated(found)?.peeled();
    let end = over.is(SyntaxKind::RANGE_EXPR).then(|| over.parts().last())??;
    let is_length = end.is(SyntaxKind::METHOD_CALL_EXPR) && end.name() == Some("len");
    let list = is_length.then(|| end.receiver())??;
    let body = found.parts().last()?;
    mentions(body, loops::root_name(list)?).then(|| list.text())
}
