//! How deeply source may be nested.
//!
//! The parser descends recursively, and trees are dropped recursively, on a thread of the library whose stack is small:
//! an overflow would end the whole process. So the depth of the tree is bounded from the tokens before it is parsed.
//! The bound is a sum over the open brackets: each counts for itself, and for everything since the last `;` or `,`
//! within it that can nest without a bracket (operators, references, paths, generic arguments, `else`).

use ra_ap_parser::LexedStr;
use ra_ap_syntax::{Edition, SyntaxKind, T};

/// The deepest tree that is parsed. A tree of 5000 levels was dropped on a stack of 2 MiB in an unoptimised build, and one
/// of 8000 was not.
const DEEPEST: u32 = 3600;
/// The levels that one bracket can make: `use a::{b::{c}}` makes 5, `A<B<C>>` 6.
const BRACKET: u32 = 6;

/// What is open.
struct Level {
    closer: SyntaxKind,
    /// What may have nested since the last separator.
    run: u32,
    /// What may have nested in generic arguments, which a `,` does not end.
    angles: u32,
}

/// The byte at which text may become too deep to be parsed, if it does.
pub(crate) fn too_deep_at(text: &str, edition: Edition) -> Option<usize> {
    lexed_too_deep_at(&LexedStr::new(edition, text), edition)
}

/// The same for text that is cut into tokens already.
pub(crate) fn lexed_too_deep_at(lexed: &LexedStr<'_>, edition: Edition) -> Option<usize> {
    let mut levels = vec![Level { closer: SyntaxKind::EOF, run: 0, angles: 0 }];
    // The sum over `levels`, kept up to date so that the pass stays linear.
    let mut depth = 0_u32;
    let mut before = SyntaxKind::EOF;
    let mut tokens = (0..lexed.len()).filter(|&i| !lexed.kind(i).is_trivia()).peekable();
    while let Some(i) = tokens.next() {
        let kind = lexed.kind(i);
        let level = levels.last_mut().expect("the lowest level has no closer");
        match kind {
            T!['('] | T!['['] | T!['{'] => {
                depth += BRACKET;
                levels.push(Level { closer: closer(kind), run: 0, angles: 0 });
            }
            // A closer that does not fit closes nothing here, since what the parser makes of it is not known.
            T![')'] | T![']'] | T!['}'] if level.closer == kind => {
                depth -= BRACKET + level.run + level.angles;
                levels.pop();
                let next = tokens.peek().map_or(SyntaxKind::EOF, |&next| lexed.kind(next));
                if kind == T!['}'] && begins_anew(next) {
                    let outer = levels.last_mut().expect("the lowest level has no closer");
                    depth -= outer.run + outer.angles;
                    (outer.run, outer.angles) = (0, 0);
                }
            }
            T![;] => {
                depth -= level.run + level.angles;
                (level.run, level.angles) = (0, 0);
            }
            T![,] => {
                depth -= level.run;
                level.run = 0;
            }
            T![<] if !ends_a_value(before) => {
                depth += BRACKET;
                level.angles += BRACKET;
            }
            T![>] if level.angles >= BRACKET && before != T![-] && before != T![=] => {
                depth -= BRACKET;
                level.angles -= BRACKET;
            }
            _ if kind.is_punct() || kind.is_keyword(edition) => {
                depth += 2;
                level.run += 2;
            }
            _ => {}
        }
        if depth > DEEPEST {
            return Some(lexed.text_start(i));
        }
        before = if kind == T![<] && ends_a_value(before) { before } else { kind };
    }
    None
}

fn closer(opener: SyntaxKind) -> SyntaxKind {
    match opener {
        T!['('] => T![')'],
        T!['['] => T![']'],
        _ => T!['}'],
    }
}

/// Whether what follows a `}` begins a statement, an item or an arm of its own.
fn begins_anew(next: SyntaxKind) -> bool {
    !(next == T![else] || next == T![as] || (next.is_punct() && next != T![#] && next != T!['}']))
}

/// After a literal, `<` compares or shifts.
fn ends_a_value(before: SyntaxKind) -> bool {
    before.is_literal()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{self, parse};

    #[test]
    fn source_that_people_write_is_not_too_deep() {
        let table = "pub const T: [u64; 9] = [1 << 3, a < b, x.y(&z)?, B::<C<D>>::e()];\n".repeat(2000);
        let functions = "impl A<B> for C { fn f(&self) -> &'a D { if a { b } else { c } } }\n".repeat(2000);
        assert_eq!(too_deep_at(&(table + &functions), Edition::Edition2024), None);
    }

    #[test]
    fn what_the_guard_lets_pass_is_parsed_and_dropped() {
        let shapes: [(&str, &str, &str, &str); 16] = [
            ("fn f() { ", "(", ")", " }"),
            ("fn f() ", "{", "}", ""),
            ("fn f(x: ", "Option<", ">", ") {}"),
            ("fn f(x: ", "A<u8, ", ">", ") {}"),
            ("fn f(x: ", "A<<", ">", ") {}"),
            ("", "mod a {", "}", ""),
            ("fn f(x: ", "&", "", "u8) {}"),
            ("fn f() { ", "-", "", "1 }"),
            ("fn f() { ", "1+", "", "1 }"),
            ("fn f() { a", ".b()", "", " }"),
            ("m!", "(", ")", ""),
            ("use a", "::{a", "}", ";"),
            ("fn f() { ", "if a {} else ", "", "{} }"),
            ("fn f() { ", "|a| ", "", "1 }"),
            ("fn f() { ", "return ", "", "1 }"),
            ("", "{ (", "", ""),
        ];
        for (before, open, close, after) in shapes {
            let text = |n: usize| format!("{before}{}{}{after}", open.repeat(n), close.repeat(n));
            assert!(too_deep_at(&text(100_000), Edition::Edition2024).is_some(), "{open}");
            // The deepest of its shape that is let through.
            let (mut passes, mut fails) = (1, 100_000);
            while fails - passes > 1 {
                let middle = usize::midpoint(passes, fails);
                match too_deep_at(&text(middle), Edition::Edition2024) {
                    None => passes = middle,
                    Some(_) => fails = middle,
                }
            }
            tree::on_a_deep_stack(|| drop(parse(&text(passes), Edition::Edition2024))).unwrap();
        }
    }
}
