use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::format_push::is_format;
use super::rule::{Check, Hits, rule, shown};
use crate::facts::{File, bindings, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds text that is made anew from itself in each turn of a loop: `text = format!("{text}{word}")`,
    /// `text = text.clone() + word`.
    ///
    /// ## Why it matters
    ///
    /// Each turn copies everything that was there: the time grows with the square of the length.
    ///
    /// ## Example
    ///
    ///     for word in words {
    ///         text = format!("{text} {word}");
    ///     }
    ///
    /// ## What to do
    ///
    ///     for word in words {
    ///         text.push(' ');
    ///         text.push_str(word);
    ///     }
    ///
    /// ## When not to
    ///
    /// Where the loop has few turns. `text = text + word` is no such case: it appends in place.
    id: "string-growth",
    title: "Text is copied as a whole to make it longer",
    category: Text,
    severity: Warning,
    remedy: "append in place with `push_str` or `write!`",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for assignment in file.all(SyntaxKind::BIN_EXPR).filter(|sum| sum.has(SyntaxKind::EQ)) {
        let mut sides = assignment.parts();
        let (Some(left), Some(right)) = (sides.next(), sides.next()) else { continue };
        let target = left.peeled();
        let Some(root) = loops::root_name(target) else { continue };
        let Some(around) = loops::enclosing_large_loop(assignment) else { continue };
        let is_bound_inside =
            bindings::of_name(target, root).is_some_and(|binding| around.node.contains(binding.node));
        if is_bound_inside || !remakes(target, right) {
            continue;
        }
        hits.add(
            assignment,
            Confidence::High,
            format!("{} copies all of `{}` in each turn", shown(assignment), target.text()),
        );
    }
}

/// What a format begins with, if that is a hole: the name in it, or nothing.
fn first_hole(format: &str) -> Option<&str> {
    let inner = format.split_once('"')?.1.strip_prefix('{')?;
    let end = inner.find(['}', ':'])?;
    (!inner.starts_with('{')).then_some(&inner[..end])
}

fn remakes(target: Node<'_>, right: Node<'_>) -> bool {
    let text = target.text();
    if is_format(right) {
        let args = right.args();
        // What stands in front of it cannot be appended.
        let Some(begins) = args.first().and_then(|format| first_hole(format.text())) else { return false };
        let direct = begins.is_empty() && args.get(1).is_some_and(|arg| arg.peeled().text() == text);
        return direct || (target.is(SyntaxKind::PATH_EXPR) && begins == text);
    }
    if right.is(SyntaxKind::BIN_EXPR) && right.has(SyntaxKind::PLUS) {
        let mut first = right;
        while first.is(SyntaxKind::BIN_EXPR) {
            let Some(left) = first.parts().next() else { return false };
            first = left;
        }
        let copied = first.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(first.name(), Some("clone" | "to_string" | "to_owned"))
            && first.receiver().is_some_and(|receiver| receiver.text() == text);
        return copied;
    }
    if right.is(SyntaxKind::METHOD_CALL_EXPR) && matches!(right.name(), Some("concat" | "join")) {
        return right.receiver().is_some_and(|list| {
            list.is(SyntaxKind::ARRAY_EXPR)
                && list.parts().next().is_some_and(|first| loops::root_name(first) == Some(text))
        });
    }
    false
}
