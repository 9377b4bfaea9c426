use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule, shown};
use crate::facts::File;
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds text that is formatted into a `String` of its own only to be appended to another: `out += &format!(...)`,
    /// `out.push_str(&format!(...))`, and `.map(|x| format!(...)).collect::<String>()`.
    ///
    /// ## Why it matters
    ///
    /// Each temporary is an allocation, a copy and a release. `write!` formats into the text that is there.
    ///
    /// ## Example
    ///
    ///     json += &format!("{key}:{value}");
    ///
    /// ## What to do
    ///
    ///     use std::fmt::Write as _;
    ///     write!(json, "{key}:{value}").expect("writing to a string cannot fail");
    ///
    /// ## When not to
    ///
    /// Where it runs a few times, and the shorter line reads better.
    id: "format-push",
    title: "Text is formatted into a temporary and then appended",
    category: Text,
    severity: Warning,
    remedy: "format into the text itself with `write!` of `std::fmt::Write`",
    saves: Saves::Through {
        in_own: false,
        words: &["raw_vec", "add_assign", "push_str"],
        doing: "memory and copying",
    },
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for sum in file.all(SyntaxKind::BIN_EXPR).filter(|sum| sum.has(SyntaxKind::PLUSEQ)) {
        if let Some(made) = sum.parts().nth(1).filter(|right| is_lent_format(*right)) {
            hits.add(
                sum,
                Confidence::High,
                format!("{} is made, appended and thrown away", shown(made.peeled())),
            );
        }
    }
    for call in file.methods(&["push_str"]) {
        if let Some(made) = call.args().first().copied().filter(|made| is_lent_format(*made)) {
            hits.add(
                call,
                Confidence::High,
                format!("{} is made, appended and thrown away", shown(made.peeled())),
            );
        }
    }
    for call in file.methods(&["collect"]) {
        let is_text =
            call.child(SyntaxKind::GENERIC_ARG_LIST).is_some_and(|args| args.dense() == "::<String>");
        let map =
            call.receiver().filter(|map| map.is(SyntaxKind::METHOD_CALL_EXPR) && map.name() == Some("map"));
        let closure = map.and_then(|map| map.args().first().copied());
        let body = closure
            .filter(|closure| closure.is(SyntaxKind::CLOSURE_EXPR))
            .and_then(|closure| closure.parts().last());
        if is_text && body.is_some_and(is_format) {
            hits.add(
                call,
                Confidence::High,
                "each piece is formatted into a text of its own before it is appended",
            );
        }
    }
}

fn is_lent_format(expression: Node<'_>) -> bool {
    let by_method = expression.is(SyntaxKind::METHOD_CALL_EXPR) && expression.name() == Some("as_str");
    if by_method {
        return expression.receiver().is_some_and(is_format);
    }
    expression.is(SyntaxKind::REF_EXPR) && is_format(expression.peeled())
}

pub(super) fn is_format(expression: Node<'_>) -> bool {
    expression.called().is_some_and(|path| path == "format!" || path.ends_with("::format!"))
}
