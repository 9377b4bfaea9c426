//! Imports that a change needs.

use ra_ap_syntax::SyntaxKind;

use super::{Edit, NoFix};
use crate::facts::{File, imported};
use crate::flat::Node;

/// The import of something of the standard library, as in `std::fmt::Write as _`, for code at `near`; none where the file
/// has it.
pub(super) fn import(file: &File<'_>, near: Node<'_>, what: &str) -> Result<Option<Edit>, NoFix> {
    if near.ancestors().any(|ancestor| ancestor.is(SyntaxKind::MODULE)) {
        return Err(NoFix::NotSafe("it stands in a module within the file, which has imports of its own"));
    }
    let path = what.trim_end_matches(" as _");
    let top = || file.all(SyntaxKind::USE).filter(|item| is_top(*item));
    if top().any(|item| imported(item).values().any(|known| known == path)) {
        return Ok(None);
    }
    let new = format!("use {what};\n");
    let text = file.tree.text();
    let std: Vec<Node<'_>> = top().filter(|item| is_of_std(*item)).collect();
    if let Some(next) = std.iter().find(|item| key(item.text()) > key(&new)) {
        return Ok(Some(added(line_start(text, next.start()), new)));
    }
    if let Some(last) = std.last() {
        return Ok(Some(added(next_line(text, last.end()), new)));
    }
    let first = top().next().or_else(|| file.tree.root().parts().find(|item| !item.is(SyntaxKind::ATTR)));
    let Some(first) = first else { return Err(NoFix::NotSafe("the file has no item")) };
    Ok(Some(added(above_comments(text, line_start(text, first.start())), format!("{new}\n"))))
}

fn added(at: usize, text: String) -> Edit {
    Edit { start: at, end: at, text }
}

fn is_top(item: Node<'_>) -> bool {
    item.parent().is_some_and(|parent| parent.is(SyntaxKind::SOURCE_FILE))
}

fn is_of_std(item: Node<'_>) -> bool {
    ["use std::", "use core::", "use alloc::"].iter().any(|start| item.text().starts_with(start))
}

/// Orders imports as rustfmt does: names in lower case, then others, then lists.
fn key(item: &str) -> Vec<(u8, String)> {
    let path = item.trim().trim_start_matches("use ").trim_end_matches(';');
    let rank = |part: &str| match part.chars().next() {
        Some('{') => 2,
        Some(first) if first.is_uppercase() => 1,
        _ => 0,
    };
    // What stands in a list has no say.
    let head = path.split_once('{').map_or(path.to_owned(), |(head, _)| format!("{head}{{"));
    head.split("::").map(|part| (rank(part), part.to_owned())).collect()
}

pub(super) fn line_start(text: &str, at: u32) -> usize {
    text[..at as usize].rfind('\n').map_or(0, |line| line + 1)
}

fn next_line(text: &str, at: u32) -> usize {
    text[at as usize..].find('\n').map_or(text.len(), |line| at as usize + line + 1)
}

/// Above the comments that belong to what stands below them; those of the file stay on top.
fn above_comments(text: &str, at: usize) -> usize {
    let mut start = at;
    for line in text[..at].lines().rev() {
        let line_of_item = line.trim_start();
        let belongs = (line_of_item.starts_with("//") && !line_of_item.starts_with("//!"))
            || (line_of_item.starts_with("#[") && !line_of_item.is_empty());
        if !belongs {
            break;
        }
        start -= line.len() + 1;
    }
    start
}

/// The white space that the line of a node begins with.
pub(super) fn indent(file: &File<'_>, node: Node<'_>) -> String {
    let text = file.tree.text();
    let line = &text[line_start(text, node.start())..];
    line.chars().take_while(|c| *c == ' ' || *c == '\t').collect()
}
