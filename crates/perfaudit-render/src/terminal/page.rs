//! Lines of a known width, styled only when styles are wanted.

use anstyle::{AnsiColor, Style};

use crate::text;

/// Text as it is.
pub(super) const PLAIN: Style = Style::new();
/// What heads a section or names a place.
pub(super) const HEADING: Style = Style::new().bold();
/// What matters less.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What holds.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What misleads.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub(super) const CRITICAL: Style = AnsiColor::Red.on_default();

/// Lines that never exceed a width and never end in a space. What is given to it must be visible text.
pub(super) struct Page {
    width: usize,
    colour: bool,
    text: String,
}

impl Page {
    /// An empty page.
    pub(super) fn new(width: usize, colour: bool) -> Self {
        Self { width: width.max(20), colour, text: String::new() }
    }

    /// The columns of a line.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// All lines.
    pub(super) fn into_string(self) -> String {
        self.text
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// An empty line and a heading.
    pub(super) fn heading(&mut self, title: &str) {
        self.blank();
        self.paragraph("", 0, HEADING, title);
    }

    /// Text broken at spaces: `first` leads the first line, `indent` spaces the others.
    pub(super) fn paragraph(&mut self, first: &str, indent: usize, style: Style, text: &str) {
        let room = self.width.saturating_sub(indent.max(text::width(first)));
        let rest = " ".repeat(indent);
        for (index, line) in text::wrap(text, room).iter().enumerate() {
            self.line(&[(PLAIN, if index == 0 { first } else { &rest }), (style, line)]);
        }
    }

    /// A line whose spaces matter, broken where it does not fit.
    pub(super) fn block(&mut self, indent: &str, style: Style, line: &str) {
        let room = self.width.saturating_sub(indent.len());
        for piece in text::split(line, room) {
            self.line(&[(PLAIN, indent), (style, piece)]);
        }
    }

    /// A command, continued over lines as a shell takes it. One with quotes is broken where the line ends, since
    /// a continuation within quotes would change it.
    pub(super) fn command(&mut self, indent: &str, command: &str) {
        if command.contains(['\'', '"', '\\']) {
            return self.block(indent, HEADING, command);
        }
        let room = self.width.saturating_sub(indent.len() + 2);
        let lines = text::wrap(command, room);
        for (index, line) in lines.iter().enumerate() {
            let end = if index + 1 < lines.len() { " \\" } else { "" };
            self.line(&[(PLAIN, indent), (HEADING, line), (PLAIN, end)]);
        }
    }

    /// One line of styled pieces; spaces at its end are dropped.
    pub(super) fn line(&mut self, pieces: &[(Style, &str)]) {
        let filled =
            pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        for (index, (style, text)) in pieces[..filled].iter().enumerate() {
            let text = if index + 1 == filled { text.trim_end() } else { text };
            let (body, pad) = text.split_at(text.trim_end().len());
            if self.colour && !body.is_empty() && *style != PLAIN {
                self.text.push_str(&format!("{style}{body}{style:#}{pad}"));
            } else {
                self.text.push_str(text);
            }
        }
        self.text.push('\n');
    }
}
