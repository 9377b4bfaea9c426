//! Commands as a reader can paste them into a shell.

use crate::text;

/// The words as one line that a POSIX shell splits into the same words again, free of control characters.
/// Assignments before the program keep their names outside of the quotes.
pub(crate) fn command<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| quoted_word(word)).collect();
    words.join(" ")
}

fn quoted_word(word: &str) -> String {
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./:,@%+".contains(c)) {
        return word.to_owned();
    }
    match word.split_once('=') {
        Some((name, value))
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') =>
        {
            format!("{name}={}", quoted(value))
        }
        _ => quoted(word),
    }
}

/// In single quotes, or, with characters that cannot be shown, in `$'...'` (POSIX.1-2024, section 2.2.4).
fn quoted(text: &str) -> String {
    if text::visible(text) == text {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    let mut utf8 = [0; 4];
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' | '\'' => out.extend(['\\', c]),
            _ if text::visible(c.encode_utf8(&mut utf8)) == *c.encode_utf8(&mut [0; 4]) => out.push(c),
            _ => out.extend(c.encode_utf8(&mut utf8).bytes().map(|byte| format!("\\{byte:03o}"))),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_as_a_shell_needs_it() {
        for (word, shown) in [
            ("--bench=decode", "--bench=decode"),
            ("it's", r"'it'\''s'"),
            ("RUSTFLAGS=-C debuginfo=1", "RUSTFLAGS='-C debuginfo=1'"),
            ("", "''"),
            ("a\nb\\\u{1b}[m'\u{202e}", r"$'a\nb\\\033[m\'\342\200\256'"),
        ] {
            assert_eq!(command([&word.to_owned()]), shown);
        }
    }
}
