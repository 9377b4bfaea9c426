//! Text from outside in GitHub-flavoured Markdown: no markup, no HTML, no mention and no link comes through.

use crate::text;

/// Prose on one line. What stands in single backticks is code; other markup is escaped; words that GitHub would
/// make a mention, a reference or a link of become code.
pub(super) fn prose(content: &str) -> String {
    let line = text::one_line(content);
    let pieces: Vec<&str> = line.split('`').collect();
    // Pieces of odd index stand between backticks, if these come in pairs with text between all of them.
    let inner = pieces.get(1..pieces.len() - 1).unwrap_or_default();
    if pieces.len().is_multiple_of(2) || inner.iter().any(|piece| piece.trim().is_empty()) {
        return paragraph(words(&line));
    }
    let piece = |(index, piece): (usize, &&str)| if index % 2 == 1 { code(piece) } else { words(piece) };
    paragraph(pieces.iter().enumerate().map(piece).collect())
}

/// The line with a start that would make it a heading, a list or a rule escaped.
fn paragraph(mut line: String) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = &line[digits..];
    let numbered = digits > 0 && after.starts_with(['.', ')']) && !after[1..].starts_with(|c: char| c != ' ');
    if numbered || line.starts_with(['#', '-', '+', '=']) {
        line.insert(digits, '\\');
    }
    line
}

fn words(line: &str) -> String {
    let words: Vec<String> = line.split(' ').map(word).collect();
    words.join(" ")
}

fn word(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let reference = word.contains('@')
        || lower.contains("://")
        || lower.contains("www.")
        || lower.contains("gh-")
        || word.split('#').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    if reference {
        return code(word);
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Parsers differ on `\|` after a backslash; an entity is never a cell's end.
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Prose that stands out; nothing for nothing, since four asterisks are a rule.
pub(super) fn strong(content: &str) -> String {
    let content = prose(content);
    if content.is_empty() { content } else { format!("**{content}**") }
}

/// A name as code: in backticks, or, when it holds what ends a code span or a cell, as entities in a `code`
/// element. Names of nothing but spaces become `""`.
pub(super) fn code(name: &str) -> String {
    let name = text::visible(name);
    if name.trim().is_empty() {
        return "`\"\"`".to_owned();
    }
    if !name.contains(['`', '|', '\\']) {
        return format!("`{name}`");
    }
    let mut out = String::from("<code>");
    for c in name.chars() {
        if c.is_ascii_punctuation() && !"./,-".contains(c) {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out.push_str("</code>");
    out
}

/// Lines of visible text as a fenced block. The fence is longer than any run of backticks within.
pub(super) fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{fence}{language}\n");
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
    out
}

/// A table of finished cells. A row with too few cells is filled up.
pub(super) fn table(header: &[&str], right: &[bool], rows: &[Vec<String>]) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(header);
    let rule: Vec<&str> = right.iter().map(|&right| if right { "---:" } else { "---" }).collect();
    out.push_str(&line(&rule));
    for row in rows {
        let cells: Vec<&str> =
            (0..header.len()).map(|column| row.get(column).map_or("", String::as_str)).collect();
        out.push_str(&line(&cells));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_its_words_and_loses_its_markup() {
        assert_eq!(prose("a *b* <i>|\nc_d"), r"a \*b\* &lt;i&gt;&#124; c\_d");
        assert_eq!(prose("set `lto_x` in <`a|b`>"), "set `lto_x` in &lt;<code>a&#124;b</code>&gt;");
        assert_eq!(prose("a ` b"), r"a \` b");
        assert_eq!(prose("# a"), r"\# a");
        assert_eq!(prose("12. a"), r"12\. a");
        assert_eq!(prose("6.8.0"), "6.8.0");
        assert_eq!(prose("ask @team, see https://x.y and #12"), "ask `@team,` see `https://x.y` and `#12`");
    }

    #[test]
    fn a_name_is_code_whatever_it_holds() {
        assert_eq!(code("json/1k"), "`json/1k`");
        assert_eq!(code("<script>"), "`<script>`");
        assert_eq!(code("a|b`c"), "<code>a&#124;b&#96;c</code>");
        assert_eq!(code(" "), "`\"\"`");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("sh", &["a ```` b".to_owned()]), "`````sh\na ```` b\n`````\n");
    }
}
