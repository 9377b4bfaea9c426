//! What cargo says when it runs clippy: one JSON object a line, in the form of
//! <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>.

use serde::Deserialize;

/// What a lint says.
#[derive(Deserialize)]
pub(crate) struct Message {
    code: Option<Code>,
    /// In words; the first line is the answer.
    pub(crate) message: String,
    /// Where it says so.
    pub(crate) spans: Vec<Span>,
    /// Notes and helps.
    #[serde(default)]
    pub(crate) children: Vec<Child>,
}

/// A note or a help.
#[derive(Deserialize)]
pub(crate) struct Child {
    /// The places that it is about.
    pub(crate) spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
}

/// A piece of a file.
#[derive(Deserialize)]
pub(crate) struct Span {
    file_name: String,
    pub(crate) byte_start: usize,
    pub(crate) byte_end: usize,
    /// From 1, as are the others.
    pub(crate) line_start: u32,
    pub(crate) line_end: u32,
    pub(crate) column_start: u32,
    pub(crate) column_end: u32,
    /// Whether the lint is about this piece, and does not just point at it.
    pub(crate) is_primary: bool,
    /// What could stand there instead.
    pub(crate) suggested_replacement: Option<String>,
    /// How sure clippy is of that.
    pub(crate) suggestion_applicability: Option<String>,
    /// The macro that wrote this piece.
    pub(crate) expansion: Option<serde_json::Value>,
}

impl Span {
    /// The file, relative to where clippy ran, with forward slashes.
    pub(crate) fn file(&self) -> String {
        self.file_name.replace('\\', "/")
    }
}

/// The lints among cargo's messages, with their names, as in `clippy::redundant_clone`. Other lines are left out.
pub(crate) fn lints(output: &str) -> impl Iterator<Item = (String, Message)> {
    output.lines().filter(|line| line.starts_with('{')).filter_map(|line| {
        let Line { reason, message } = serde_json::from_str(line).ok()?;
        let mut message = message.filter(|_| reason == "compiler-message")?;
        let Code { code } = message.code.take()?;
        Some((code, message))
    })
}
