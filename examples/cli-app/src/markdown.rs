use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::note::slug;

static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\[([^\[\]|]+)(?:\|([^\[\]]*))?\]\]").expect("the pattern is valid"));

/// Headings, lists, paragraphs and links between notes as HTML. Links begin with `base_url`.
pub fn to_html(body: &str, base_url: &str) -> String {
    let mut html = String::new();
    let mut block = Block::None;
    for line in body.lines() {
        let line = line.trim_end();
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        if line.is_empty() {
            block.end(&mut html);
        } else if (1..=6).contains(&marks) && line[marks..].starts_with(' ') {
            block.end(&mut html);
            let title = line[marks..].trim();
            html += &format!("<h{marks} id=\"{}\">{}</h{marks}>\n", slug(title), inline(title, base_url));
        } else if let Some(item) = line.strip_prefix("- ") {
            block.become_of(Block::List, &mut html);
            html += &format!("<li>{}</li>\n", inline(item, base_url));
        } else {
            block.become_of(Block::Paragraph, &mut html);
            html += &format!("{}\n", inline(line, base_url));
        }
    }
    block.end(&mut html);
    html
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Paragraph,
    List,
}

impl Block {
    fn become_of(&mut self, next: Block, html: &mut String) {
        if *self != next {
            self.end(html);
            html.push_str(if next == Block::List { "<ul>\n" } else { "<p>\n" });
            *self = next;
        }
    }

    fn end(&mut self, html: &mut String) {
        match self {
            Block::None => {}
            Block::Paragraph => html.push_str("</p>\n"),
            Block::List => html.push_str("</ul>\n"),
        }
        *self = Block::None;
    }
}

/// A text with its links.
fn inline(text: &str, base_url: &str) -> String {
    let text = escape(text);
    let anchor = |found: &Captures| {
        let name = found[1].trim();
        let shown = found.get(2).map_or(name, |shown| shown.as_str().trim());
        format!("<a href=\"{base_url}{name}.html\">{shown}</a>")
    };
    LINK.replace_all(&text, anchor).into_owned()
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn headings_lists_paragraphs_and_links_become_html() {
        let body = "## On <tea>\nA [[cup]] of\n[[tea| \"green\" ]]\n- one\n- two & [[x|y]]\n\n\nEnd #1\n#no heading\n";
        let expected = "<h2 id=\"on-tea\">On &lt;tea&gt;</h2>\n\
            <p>\nA <a href=\"/n/cup.html\">cup</a> of\n<a href=\"/n/tea.html\">&quot;green&quot;</a>\n</p>\n\
            <ul>\n<li>one</li>\n<li>two &amp; <a href=\"/n/x.html\">y</a></li>\n</ul>\n\
            <p>\nEnd #1\n#no heading\n</p>\n";
        assert_eq!(to_html(body, "/n/"), expected);
    }

    #[test]
    fn an_empty_note_is_an_empty_page() {
        assert_eq!(to_html("\n\n", "/"), "");
    }
}
