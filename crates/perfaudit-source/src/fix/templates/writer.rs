//! A file that is written in small pieces: a buffer around it, flushed before it is dropped, with its error kept.

use ra_ap_syntax::SyntaxKind;

use super::super::import::{import, indent};
use super::super::uses::{method_on, uses};
use super::super::{Fix, NoFix, Place};
use super::{added, method_at, node_at};
use crate::facts::File;
use crate::facts::bindings::{self, BindingKind};
use crate::flat::Node;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let (write, target) = match method_at(file, &["write_all", "write_fmt"], place) {
        Ok(call) => (call, call.receiver()),
        Err(_) => {
            let call = node_at(file, SyntaxKind::CALL_EXPR, place)
                .map_err(|_| NoFix::NotSafe("it is read, and what reads it may need all of it"))?;
            (call, call.args().first().copied())
        }
    };
    let target = target.map(Node::peeled).ok_or(changed.clone())?;
    let name = target.text();
    let binding = bindings::of_name(target, name)
        .filter(|binding| binding.kind == BindingKind::Let && binding.is_whole)
        .ok_or(NoFix::NotSafe("the file is kept elsewhere: who flushes it is not told here"))?;
    let statement = binding.node;
    let initial = bindings::initial(statement).ok_or(changed.clone())?;
    if statement.parts().count() != 2 {
        return Err(NoFix::NotSafe("the type of the file is spelled"));
    }
    let list = statement.parent().ok_or(changed.clone())?;
    let last = last_use(statement, name)?.ok_or(changed)?;
    let leaves =
        list.descendants().any(|node| node.start() >= statement.end() && node.is(SyntaxKind::RETURN_EXPR));
    if leaves {
        return Err(NoFix::NotSafe("the function returns in between, where nothing would be flushed"));
    }
    let handled = handled(write, statement)?;
    let mut edits = vec![added(initial.start(), "BufWriter::new("), added(initial.end(), ")")];
    let is_loop =
        matches!(last.kind(), SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR);
    if list.parts().last() == Some(last) && !last.is(SyntaxKind::EXPR_STMT) && !is_loop {
        return Err(NoFix::NotSafe("the last write is the value of the function"));
    }
    let indent = indent(file, last);
    edits.push(added(last.end(), format!("\n{indent}{name}.flush(){handled};")));
    edits.extend(import(file, write, "std::io::BufWriter")?);
    edits.extend(import(file, write, "std::io::Write as _")?);
    Ok(Fix { what: format!("buffer `{name}`, and flush it before it is dropped"), edits })
}

/// What stands behind a write for its error: `?`, `.map_err(..)?`, `.unwrap()`.
fn handled<'t>(write: Node<'t>, made: Node<'_>) -> Result<&'t str, NoFix> {
    let mut whole = write;
    while let Some(parent) = whole.parent() {
        let passes_on = parent.is(SyntaxKind::TRY_EXPR)
            || (parent.is(SyntaxKind::METHOD_CALL_EXPR) && parent.receiver() == Some(whole));
        if !passes_on {
            break;
        }
        whole = parent;
    }
    if whole == write || !whole.parent().is_some_and(|parent| parent.is(SyntaxKind::EXPR_STMT)) {
        return Err(NoFix::NotSafe("the error of writing is dropped or kept"));
    }
    let is_of_loop = whole.descendants().filter(|node| node.start() >= write.end()).any(|node| {
        node.is(SyntaxKind::PATH_EXPR)
            && bindings::of_name(node, node.text()).is_some_and(|binding| binding.node.start() >= made.end())
    });
    if is_of_loop {
        return Err(NoFix::NotSafe("its error is told with what the loop binds"));
    }
    whole.text().get((write.end() - whole.start()) as usize..).ok_or(NoFix::NotSafe("its error is dropped"))
}

/// The last statement of the block that uses the file; all uses write to it.
fn last_use<'t>(statement: Node<'t>, name: &str) -> Result<Option<Node<'t>>, NoFix> {
    let mut last = None;
    let list = statement.parent();
    for used in uses(statement, name)? {
        let is_target = used.parent().is_some_and(|list| {
            let call = list.parent();
            list.is(SyntaxKind::ARG_LIST)
                && call.and_then(Node::called).is_some_and(|path| {
                    matches!(path.as_str(), "write!" | "writeln!" | "std::write!" | "std::writeln!")
                })
                && list.parts().next() == Some(used)
        });
        let writes =
            method_on(used).is_some_and(|name| matches!(name, "write_all" | "write_fmt" | "write" | "flush"));
        if !is_target && !writes {
            return Err(NoFix::NotSafe("the file is given to other code, or more than written"));
        }
        last = std::iter::once(used).chain(used.ancestors()).find(|node| node.parent() == list);
    }
    Ok(last)
}
