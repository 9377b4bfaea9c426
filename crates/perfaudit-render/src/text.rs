//! Text from outside (names, messages) made fit for a terminal or a line of a report: harmless, and of a known
//! width.

use unicode_width::UnicodeWidthChar;

/// The text with control, bidirectional and other invisible characters written as escapes: `\n`, `\u{1b}`. What
/// is left cannot move the cursor, hide or reorder anything.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters of the Unicode categories Cf, Zl and Zp, the variation selectors, and what XML forbids.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The text on one line: white space folded to single spaces, the rest made visible.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&visible(word));
    }
    out
}

/// The text on one line, ended by a full stop unless it ends a sentence already.
pub(crate) fn sentence(text: &str) -> String {
    let mut out = one_line(text);
    if !out.is_empty() && !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

/// The lines of a message, each made visible, tabs as four spaces, without blank lines at either end.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.lines().map(|line| visible(&line.replace('\t', "    ")).trim_end().to_owned()).collect();
    let filled = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines.truncate(filled);
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..blank);
    lines
}

/// The columns that a visible text takes on a terminal, at most: sequences that a terminal joins to one glyph
/// are counted by their parts.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The text shortened in the middle to at most `max` columns. Both ends of a name tell it from its neighbours.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    const GAP: &str = "...";
    if width(text) <= max {
        return text.to_owned();
    }
    if max <= GAP.len() {
        return GAP[..max].to_owned();
    }
    let room = max - GAP.len();
    let head = &text[..prefix_within(text.chars(), room.div_ceil(2))];
    let tail_start = text.len() - prefix_within(text.chars().rev(), room - width(head));
    format!("{head}{GAP}{}", &text[tail_start..])
}

/// The length in bytes of the longest prefix of `chars` that takes at most `max` columns.
fn prefix_within(chars: impl Iterator<Item = char>, max: usize) -> usize {
    let mut columns = 0;
    let mut bytes = 0;
    for c in chars {
        columns += char_width(c);
        if columns > max {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes
}

/// The text in lines of at most `max` columns, broken at spaces, and within a word only when it is longer than a
/// line. At least one line.
#[must_use]
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(3);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = width(word);
        match lines.last_mut() {
            Some(line) if used > 0 && used + 1 + wide <= max => {
                line.push(' ');
                line.push_str(word);
                used += 1 + wide;
                continue;
            }
            Some(line) if line.is_empty() => drop(lines.pop()),
            _ => {}
        }
        lines.extend(split(word, max).into_iter().map(str::to_owned));
        used = lines.last().map_or(0, |line| width(line));
    }
    lines
}

/// The text cut into pieces of at most `max` columns, behind a space where there is one in the second half of a piece.
/// All spaces are kept. At least one piece.
pub(crate) fn split(text: &str, max: usize) -> Vec<&str> {
    // A character is at most three columns wide, so that each piece holds one at least.
    let max = max.max(3);
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let fitting = prefix_within(rest.chars(), max);
        if fitting == rest.len() {
            pieces.push(rest);
            return pieces;
        }
        let behind_space = rest[..fitting].rfind(' ').map(|space| space + 1).filter(|&end| 2 * end > fitting);
        let (piece, after) = rest.split_at(behind_space.unwrap_or(fitting));
        pieces.push(piece);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_the_cursor_or_hide_text_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{202e}c\u{200b}"), r"a\u{1b}[31mb\r\n\u{202e}c\u{200b}");
        assert_eq!(visible("größe/日本"), "größe/日本");
        assert_eq!(one_line("  a\n\tb \u{7} "), r"a b \u{7}");
        assert_eq!(lines("\n\nfn main() {\n\tboom\u{1b}[0m\n\n"), ["fn main() {", r"    boom\u{1b}[0m"]);
    }

    #[test]
    fn a_name_is_shortened_in_the_middle() {
        assert_eq!(shorten("decode/json/1000", 16), "decode/json/1000");
        assert_eq!(shorten("decode/json/1000", 11), "deco...1000");
        assert_eq!(shorten("日本語日本語", 8), "日...語");
        assert_eq!(shorten("abcdef", 2), "..");
    }

    #[test]
    fn lines_break_at_spaces_and_within_a_word_only_when_it_does_not_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefgh b", 3), ["a", "abc", "def", "gh", "b"]);
        assert_eq!(wrap("日本語", 3), ["日", "本", "語"]);
        assert_eq!(wrap("", 3), [""]);
    }

    #[test]
    fn a_line_whose_spaces_matter_breaks_behind_one_and_keeps_all() {
        assert_eq!(split("  one two  three", 9), ["  one ", "two  ", "three"]);
        assert_eq!(split("abcdef g", 4), ["abcd", "ef g"]);
        assert_eq!(split("", 4), [""]);
    }
}
