//! What the parser is given to read.

use ra_ap_parser::{Input, LexedStr};
use ra_ap_syntax::{Edition, SyntaxKind, T};

/// Macros whose arguments are expressions.
const OF_EXPRESSIONS: [&str; 24] = [
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "join",
    "panic",
    "print",
    "println",
    "todo",
    "try_join",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The tokens for the parser, and for each the place of its first token in the text. A `!` of such a macro is left out,
/// its brackets become parentheses, and the `;` of `vec![a; n]` becomes a comma.
pub(super) fn input(lexed: &LexedStr<'_>, edition: Edition) -> (Input, Vec<u32>) {
    let mut input = Input::with_capacity(lexed.len());
    let mut places = Vec::with_capacity(lexed.len());
    let mut was_joint = false;
    // Whether each open bracket is that of such a macro.
    let mut open: Vec<bool> = Vec::new();
    let mut hides_bang = false;
    let mut opens_macro = false;
    for i in 0..lexed.len() {
        let kind = lexed.kind(i);
        if kind.is_trivia() {
            was_joint = false;
            continue;
        }
        if hides_bang {
            hides_bang = false;
            opens_macro = true;
            was_joint = false;
            continue;
        }
        if kind == SyntaxKind::IDENT {
            let text = lexed.text(i);
            let contextual = SyntaxKind::from_contextual_keyword(text, edition).unwrap_or(SyntaxKind::IDENT);
            input.push_ident(contextual, edition);
            places.push(i as u32);
            hides_bang = is_call_of_macro(lexed, i) && OF_EXPRESSIONS.binary_search(&text).is_ok();
            continue;
        }
        if was_joint {
            input.was_joint();
        }
        let given = match kind {
            T!['('] | T!['['] | T!['{'] => {
                open.push(opens_macro);
                if opens_macro { T!['('] } else { kind }
            }
            T![')'] | T![']'] | T!['}'] => match open.pop() {
                Some(true) => T![')'],
                _ => kind,
            },
            T![;] if open.last() == Some(&true) => T![,],
            _ => kind,
        };
        opens_macro = false;
        input.push(given, edition);
        places.push(i as u32);
        if kind == SyntaxKind::FLOAT_NUMBER {
            // As the parser's own front end tells it which floats `a.0.1` may be cut into.
            if lexed.text(i).ends_with('.') {
                was_joint = false;
            } else {
                input.was_joint();
            }
        } else {
            was_joint = true;
        }
    }
    (input, places)
}

/// Whether `!` and a bracket other than a brace stand behind this token.
fn is_call_of_macro(lexed: &LexedStr<'_>, i: usize) -> bool {
    if i + 1 >= lexed.len() || lexed.kind(i + 1) != T![!] {
        return false;
    }
    let next = (i + 2..lexed.len()).map(|at| lexed.kind(at)).find(|kind| !kind.is_trivia());
    matches!(next, Some(T!['('] | T!['[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_as_the_search_needs_it() {
        assert!(OF_EXPRESSIONS.is_sorted());
    }
}
