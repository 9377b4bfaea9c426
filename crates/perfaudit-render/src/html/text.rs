//! Text that others wrote: benchmark names, messages, paths. It is shown as it is, and it cannot act.

use std::fmt::Write;

use maud::{Escaper, Render};

use crate::text;

/// One line of foreign text. Markup is escaped; characters that hide or reorder text are spelled out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a>(pub(super) &'a str);

impl Render for Line<'_> {
    fn render_to(&self, buffer: &mut String) {
        write_escaped(&text::visible(self.0), buffer);
    }
}

/// One line of prose of our own, with foreign names in it: what stands between backticks is set as code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Render for Prose<'_> {
    fn render_to(&self, buffer: &mut String) {
        let mut rest = self.0;
        while let Some((before, code, after)) = code_span(rest) {
            Line(before).render_to(buffer);
            buffer.push_str("<code>");
            Line(code).render_to(buffer);
            buffer.push_str("</code>");
            rest = after;
        }
        Line(rest).render_to(buffer);
    }
}

/// The text before the first pair of backticks, between them, and behind them.
fn code_span(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// What we say of a row, which may hold what a program printed: prose where it is one line, else as it was printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remark<'a>(pub(super) &'a str);

impl Render for Remark<'_> {
    fn render_to(&self, buffer: &mut String) {
        if self.0.contains(['\n', '\u{1b}']) {
            Block(self.0).render_to(buffer);
        } else {
            Prose(self.0).render_to(buffer);
        }
    }
}

/// Foreign text of several lines, as a terminal shows it: line ends stay, colour codes go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a>(pub(super) &'a str);

impl Render for Block<'_> {
    fn render_to(&self, buffer: &mut String) {
        let plain = anstream::adapter::strip_str(self.0).to_string();
        write_escaped(&text::lines(&plain).join("\n"), buffer);
    }
}

fn write_escaped(text: &str, buffer: &mut String) {
    // Writing to a string cannot fail.
    let _ = Escaper::new(buffer).write_str(text);
}

/// A link target for a path within the run directory; none for a path that leads out of it.
pub(super) fn relative_link(path: &str) -> Option<String> {
    if path.is_empty() || path.split('/').any(|part| matches!(part, "" | "..")) || path.contains('\\') {
        return None;
    }
    // The leading dot keeps `javascript:x` a path.
    let mut link = String::from("./");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            link.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(link, "%{byte:02X}");
        }
    }
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_characters_that_act_are_spelled_out() {
        assert_eq!(
            Line("<b a=\"1\">&\u{202e}\u{0}é\n").render().into_string(),
            "&lt;b a=&quot;1&quot;&gt;&amp;\\u{202e}\\u{0}é\\n"
        );
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let html = Prose("pass `a<b>` through `black_box`; a lone ` stays").render().into_string();
        assert_eq!(html, "pass <code>a&lt;b&gt;</code> through <code>black_box</code>; a lone ` stays");
    }

    #[test]
    fn a_message_keeps_its_lines_and_loses_its_colours() {
        assert_eq!(
            Block("\u{1b}[31merror\u{1b}[0m:\n\tx < y\n\n").render().into_string(),
            "error:\n    x &lt; y"
        );
    }

    #[test]
    fn a_link_stays_in_the_run_directory() {
        assert_eq!(relative_link("artifacts/a b#.json").as_deref(), Some("./artifacts/a%20b%23.json"));
        assert_eq!(relative_link("javascript:alert(1)").as_deref(), Some("./javascript%3Aalert%281%29"));
        for path in ["", "/etc/passwd", "../x", "a/../../x", "//host/x", "a\\..\\x"] {
            assert_eq!(relative_link(path), None, "{path}");
        }
    }
}
