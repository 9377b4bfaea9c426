//! Lines that are printed one by one in a loop: written through a buffer that is flushed behind it.

use ra_ap_syntax::SyntaxKind;

use super::super::import::{import, indent};
use super::super::{Fix, NoFix, Place};
use super::{added, arguments_text, is_taken, node_at, replaced};
use crate::facts::{File, loops};
use crate::flat::Node;

/// What `println!` says when it panics.
const FAILED: &str = ".expect(\"failed printing to stdout\")";

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let call = node_at(file, SyntaxKind::CALL_EXPR, place)?;
    let around = loops::enclosing_loop(call).ok_or(changed.clone())?;
    let whole = around.node.parent().filter(|parent| parent.is(SyntaxKind::EXPR_STMT)).unwrap_or(around.node);
    let is_statement = whole.parent().is_some_and(|list| list.is(SyntaxKind::STMT_LIST));
    if !is_statement || !around.node.is(SyntaxKind::FOR_EXPR) {
        return Err(NoFix::NotSafe("its loop is no `for` of its own"));
    }
    if is_taken(file, "out") {
        return Err(NoFix::NotSafe("the name `out` is in use"));
    }
    let mut edits = Vec::new();
    for node in around.body.descendants() {
        match node.kind() {
            SyntaxKind::CALL_EXPR => match node.called().unwrap_or_default().as_str() {
                name @ ("println!" | "print!") => {
                    let line = if name == "println!" { "writeln!" } else { "write!" };
                    let arguments = arguments_text(node).ok_or(changed.clone())?;
                    let comma = if arguments.is_empty() { "" } else { ", " };
                    edits.push(replaced(node, format!("{line}(out{comma}{arguments}){FAILED}")));
                }
                "format!" => {}
                _ => return Err(NoFix::NotSafe("what the loop calls may print, too")),
            },
            SyntaxKind::MACRO_EXPR
            | SyntaxKind::RETURN_EXPR
            | SyntaxKind::TRY_EXPR
            | SyntaxKind::AWAIT_EXPR => {
                return Err(NoFix::NotSafe("the loop may be left, or call what prints"));
            }
            SyntaxKind::METHOD_CALL_EXPR if !is_of_std(node) => {
                return Err(NoFix::NotSafe("what the loop calls may print, too"));
            }
            _ => {}
        }
    }
    let indent = indent(file, whole);
    edits.push(added(
        whole.start(),
        format!("let mut out = std::io::BufWriter::new(std::io::stdout().lock());\n{indent}"),
    ));
    edits.push(added(whole.end(), format!("\n{indent}out.flush(){FAILED};")));
    edits.extend(import(file, call, "std::io::Write as _")?);
    Ok(Fix { what: "print through a buffer, and flush it behind the loop".to_owned(), edits })
}

/// Methods of texts, lists and numbers, by their names.
fn is_of_std(call: Node<'_>) -> bool {
    call.name().is_some_and(|name| {
        matches!(
            name,
            "join"
                | "len"
                | "trim"
                | "trim_end"
                | "trim_start"
                | "as_str"
                | "display"
                | "to_string"
                | "clone"
                | "iter"
                | "get"
                | "is_empty"
                | "unwrap_or"
                | "unwrap_or_default"
                | "concat"
                | "first"
                | "last"
                | "to_lowercase"
                | "to_uppercase"
                | "as_deref"
                | "as_ref"
                | "keys"
                | "values"
                | "copied"
        )
    })
}
