//! One file for each template. A template gets the place of a finding and says what would mend it, or why it does not
//! dare.

mod borrowed;
mod buffer;
mod capacity;
mod clone;
mod entry;
mod format;
mod owned_key;
mod pattern;
mod print;
mod queue;
mod seen;
mod writer;

use ra_ap_syntax::SyntaxKind;

use super::{Edit, Fix, NoFix, Place};
use crate::facts::File;
use crate::flat::{Node, Position};

type Template = fn(&File<'_>, Place<'_>) -> Result<Fix, NoFix>;

/// The template of each rule that has one.
const TEMPLATES: [(&str, Template); 13] = [
    ("buffer-in-loop", buffer::fix),
    ("clone-in-loop", clone::borrowed),
    ("collect-then-iterate", borrowed::fix),
    ("format-push", format::fix),
    ("lookup-then-insert", entry::fix),
    ("no-capacity", capacity::fix),
    ("owned-key-lookup", owned_key::fix),
    ("print-in-loop", print::fix),
    ("quadratic-scan", seen::fix),
    ("redundant-clone", clone::moved),
    ("regex-per-call", pattern::fix),
    ("remove-front", queue::fix),
    ("unbuffered-io", writer::fix),
];

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let template = TEMPLATES.iter().find(|(rule, _)| *rule == place.rule);
    template.ok_or(NoFix::NoTemplate).and_then(|(_, template)| template(file, place))
}

/// The node of a kind that begins where something was found; of several the outermost.
fn node_at<'t>(file: &File<'t>, kind: SyntaxKind, place: Place<'_>) -> Result<Node<'t>, NoFix> {
    let wanted = Position { line: place.line, column: place.column };
    let mut all = file.all(kind).filter(|node| node.position_behind_attributes() == wanted);
    all.next().ok_or(NoFix::Changed { line: place.line })
}

/// The call of one of these methods that begins where something was found.
fn method_at<'t>(file: &File<'t>, names: &[&str], place: Place<'_>) -> Result<Node<'t>, NoFix> {
    let wanted = Position { line: place.line, column: place.column };
    let mut all = file.all(SyntaxKind::METHOD_CALL_EXPR).filter(|node| {
        node.position_behind_attributes() == wanted && node.name().is_some_and(|name| names.contains(&name))
    });
    all.next().ok_or(NoFix::Changed { line: place.line })
}

fn replaced(node: Node<'_>, text: impl Into<String>) -> Edit {
    Edit { start: node.start() as usize, end: node.end() as usize, text: text.into() }
}

fn added(at: u32, text: impl Into<String>) -> Edit {
    Edit { start: at as usize, end: at as usize, text: text.into() }
}

/// What stands between two places.
fn between(start: u32, end: u32, text: impl Into<String>) -> Edit {
    Edit { start: start as usize, end: end as usize, text: text.into() }
}

/// Whether a name stands anywhere in a file, so that it cannot be given to something new.
fn is_taken(file: &File<'_>, name: &str) -> bool {
    file.tree.root().descendants().any(|node| node.is(SyntaxKind::IDENT) && node.text() == name)
}

/// A name that nothing in the file has.
fn free_name(file: &File<'_>, wanted: &str) -> String {
    if !is_taken(file, wanted) {
        return wanted.to_owned();
    }
    let mut numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
    numbered.find(|name| !is_taken(file, name)).unwrap_or_else(|| wanted.to_owned())
}

/// What stands between the brackets of a call.
fn arguments_text(call: Node<'_>) -> Option<&str> {
    let list = call.child(SyntaxKind::ARG_LIST)?.text();
    Some(list.get(1..list.len().checked_sub(1)?)?.trim())
}
