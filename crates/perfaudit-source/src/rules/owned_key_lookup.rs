use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule, shown};
use crate::facts::File;
use crate::facts::types::Ty;
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds look-ups that make an owned key only to lend it: `map.get(&key.to_string())`.
    ///
    /// ## Why it matters
    ///
    /// A map with `String` keys is searched by `&str`, one with `Vec<u8>` keys by `&[u8]`: the copy is allocated, hashed and
    /// thrown away.
    ///
    /// ## Example
    ///
    ///     let found = counts.get(&word.to_string());
    ///
    /// ## What to do
    ///
    ///     let found = counts.get(word);
    ///
    /// In a vector, whose `contains` wants what it holds: `words.iter().any(|known| known == word)`.
    ///
    /// ## When not to
    ///
    /// Where the key is made from something else, such as a number that is written as text. For tuples of texts, which
    /// cannot be borrowed so, see `hashbrown::Equivalent`.
    id: "owned-key-lookup",
    title: "A key is copied in order to look it up",
    category: Allocation,
    severity: Warning,
    remedy: "look up by the borrowed form: `&str` for `String`, `&[T]` for `Vec<T>`, `&Path` for `PathBuf`; in a vector by `iter().any`",
    saves: Saves::Through {
        in_own: false,
        words: &["to_string", "to_owned", "to_vec", "String::from", "fmt::format", "raw_vec"],
        doing: "copying the key",
    },
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["get", "get_mut", "contains_key", "contains", "remove", "get_key_value"]) {
        let args = call.args();
        let [argument] = args[..] else { continue };
        let made = if argument.is(SyntaxKind::REF_EXPR) {
            argument.parts().next()
        } else if argument.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(argument.name(), Some("as_str" | "as_slice" | "as_ref" | "as_path"))
        {
            argument.receiver()
        } else {
            None
        };
        if let Some(made) = made.filter(|made| is_copy_of_borrowed(file, *made)) {
            hits.add(
                call,
                Confidence::High,
                format!("{} copies the key for the time of a look-up", shown(made)),
            );
        }
    }
}

fn is_copy_of_borrowed(file: &File<'_>, made: Node<'_>) -> bool {
    match made.kind() {
        SyntaxKind::METHOD_CALL_EXPR if made.args().is_empty() => {
            let Some(receiver) = made.receiver() else { return false };
            let is_text =
                || Ty::of(file, receiver).is_some_and(|ty| matches!(ty.name.as_str(), "str" | "String"));
            match made.name() {
                Some("to_owned" | "to_vec" | "to_path_buf") => true,
                Some("clone") => !Ty::of(file, receiver).is_some_and(|ty| ty.is_cheap_to_clone()),
                Some("to_string" | "into_string") => is_text(),
                _ => false,
            }
        }
        SyntaxKind::CALL_EXPR => {
            let path = made.called().unwrap_or_default();
            let args = made.args();
            let [argument] = args[..] else { return false };
            let is_text = argument.is(SyntaxKind::LITERAL)
                || Ty::of(file, argument).is_some_and(|ty| matches!(ty.name.as_str(), "str" | "String"));
            matches!(path.as_str(), "String::from" | "PathBuf::from") && is_text
        }
        _ => false,
    }
}
