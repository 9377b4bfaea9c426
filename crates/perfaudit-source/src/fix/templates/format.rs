//! `text.push_str(&format!(..))` and `text += &format!(..)`: written into the text itself.

use ra_ap_syntax::{SyntaxKind, T};

use super::super::import::import;
use super::super::{Fix, NoFix, Place};
use super::{arguments_text, method_at, node_at, replaced};
use crate::facts::{File, loops, mentions};
use crate::flat::Node;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let sum = node_at(file, SyntaxKind::BIN_EXPR, place).ok().filter(|sum| sum.has(SyntaxKind::PLUSEQ));
    let (appends, target, made) = match sum {
        Some(sum) => {
            let mut sides = sum.parts();
            (sum, sides.next(), sides.next())
        }
        None => {
            let call = method_at(file, &["push_str"], place)
                .map_err(|_| NoFix::NotSafe("its pieces are collected, and not appended one by one"))?;
            (call, call.receiver(), call.args().first().copied())
        }
    };
    let (Some(target), Some(made)) = (target, made) else {
        return Err(NoFix::Changed { line: place.line });
    };
    let made = if made.is(SyntaxKind::METHOD_CALL_EXPR) { made.receiver().unwrap_or(made) } else { made };
    let format = made.peeled();
    let arguments = arguments_text(format).ok_or(NoFix::Changed { line: place.line })?;
    let target = target_of(target)?;
    if uses_while_written(format, target) {
        return Err(NoFix::NotSafe("what is formatted reads the text that it is appended to"));
    }
    let is_value = !appends
        .parent()
        .is_some_and(|parent| matches!(parent.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST));
    if is_value {
        return Err(NoFix::NotSafe("it is no statement of its own"));
    }
    let ends = if appends.parent().is_some_and(|parent| parent.is(SyntaxKind::EXPR_STMT)) { "" } else { ";" };
    let written = written(target.text(), format, arguments) + ends;
    let mut edits = vec![replaced(appends, written)];
    edits.extend(import(file, appends, "std::fmt::Write as _")?);
    Ok(Fix { what: format!("write into `{}` instead of a text of its own", target.text()), edits })
}

/// `writeln!` where the format ends a line.
fn written(target: &str, format: Node<'_>, arguments: &str) -> String {
    let literal = format.args().first().map_or("", |literal| literal.text());
    let line = literal.strip_suffix("\\n\"").filter(|line| line.starts_with('"') && !line.ends_with('\\'));
    match (line, arguments.strip_prefix(literal)) {
        (Some("\""), Some("")) => format!("let _ = writeln!({target})"),
        (Some(line), Some(rest)) => format!("let _ = writeln!({target}, {line}\"{rest})"),
        _ => format!("let _ = write!({target}, {arguments})"),
    }
}

/// What is written to: a name or a field, without the `*` in front of a borrowed one.
fn target_of(target: Node<'_>) -> Result<Node<'_>, NoFix> {
    let peeled =
        if target.is(SyntaxKind::PREFIX_EXPR) && target.has(T![*]) { target.peeled() } else { target };
    if matches!(peeled.kind(), SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR) {
        Ok(peeled)
    } else {
        Err(NoFix::NotSafe("what it is appended to is no plain name or field"))
    }
}

/// Whether the arguments of a format use what is borrowed while they are written.
fn uses_while_written(format: Node<'_>, target: Node<'_>) -> bool {
    let Some(root) = loops::root_name(target) else { return true };
    if target.text() == root {
        return mentions(format, root);
    }
    format.descendants().any(|node| match node.kind() {
        SyntaxKind::STRING => mentions(node, root),
        SyntaxKind::PATH_EXPR if node.text() == root => {
            let field = node.parent().filter(|parent| parent.is(SyntaxKind::FIELD_EXPR));
            field.is_none_or(|field| target.text().starts_with(field.text()))
        }
        _ => false,
    })
}
