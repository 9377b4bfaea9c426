use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule, shown};
use crate::facts::{File, bindings, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds vectors and strings that are made, filled and thrown away in each turn of a loop, and are only lent in between.
    ///
    /// ## Why it matters
    ///
    /// Each turn allocates and releases what the turn before had at hand.
    ///
    /// ## Example
    ///
    ///     for row in rows {
    ///         let mut line = String::new();
    ///         row.format(&mut line);
    ///         out.write_all(line.as_bytes())?;
    ///     }
    ///
    /// ## What to do
    ///
    ///     let mut line = String::new();
    ///     for row in rows {
    ///         line.clear();
    ///         ...
    ///
    /// ## When not to
    ///
    /// Where the turns run on several threads, or one turn needs far more memory than the others.
    id: "buffer-in-loop",
    title: "A buffer is allocated anew in each turn of a loop",
    category: Allocation,
    severity: Note,
    remedy: "make it before the loop and `clear` it in each turn",
    saves: Saves::Through { in_own: true, words: &["raw_vec"], doing: "taking memory and giving it back" },
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for statement in file.all(SyntaxKind::LET_STMT) {
        let is_mutable = statement
            .parts()
            .find(|part| !part.is(SyntaxKind::ATTR))
            .is_some_and(|pattern| pattern.has(SyntaxKind::MUT_KW));
        let (Some(name), Some(initial)) = (bindings::let_name(statement), bindings::initial(statement))
        else {
            continue;
        };
        if !is_mutable || !is_buffer(initial) {
            continue;
        }
        let Some(list) = statement.parent() else { continue };
        let in_body = list.ancestors().nth(1).is_some_and(|owner| {
            matches!(owner.kind(), SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR)
        });
        if !in_body || loops::enclosing_large_loop(statement).is_none() {
            continue;
        }
        let uses: Vec<Node<'_>> = list
            .descendants()
            .filter(|node| {
                statement.end() <= node.start() && node.is(SyntaxKind::PATH_EXPR) && node.text() == name
            })
            .collect();
        let in_macros = list
            .descendants()
            .any(|node| node.is(SyntaxKind::TOKEN_TREE) && crate::facts::mentions(node, name));
        let fills = uses.iter().any(|place| is_filled(*place));
        if fills && !in_macros && uses.iter().all(|place| is_lent(*place)) {
            hits.add(
                statement,
                Confidence::Medium,
                format!("{} in each turn, although `{name}` never leaves the loop", shown(initial)),
            )
            .costs(list);
        }
    }
}

fn is_buffer(initial: Node<'_>) -> bool {
    let Some(path) = initial.called() else { return false };
    match path.as_str() {
        "String::new" | "Vec::new" | "String::with_capacity" | "Vec::with_capacity" => true,
        "vec!" => initial.args().is_empty() || (initial.args().len() == 2 && initial.text().contains(';')),
        _ => false,
    }
}

/// It is used where it is and goes nowhere.
fn is_lent(place: Node<'_>) -> bool {
    let Some(parent) = place.parent() else { return false };
    match parent.kind() {
        SyntaxKind::METHOD_CALL_EXPR => {
            let is_receiver = parent.receiver() == Some(place);
            is_receiver
                && !parent
                    .name()
                    .is_some_and(|name| name.starts_with("into_") || matches!(name, "drain" | "split_off"))
        }
        SyntaxKind::REF_EXPR => {
            // Lent to a call that ends with the turn, and not kept in a value.
            let list = parent.parent().filter(|list| list.is(SyntaxKind::ARG_LIST));
            let call = list.and_then(Node::parent);
            call.is_some_and(|call| {
                let kept = matches!(call.name(), Some("push" | "insert" | "extend" | "spawn"))
                    || call.called().is_some_and(|path| {
                        path.rsplit("::")
                            .next()
                            .is_some_and(|last| last.starts_with(char::is_uppercase) || last == "new")
                    });
                !kept
            })
        }
        SyntaxKind::INDEX_EXPR => parent.receiver() == Some(place),
        SyntaxKind::BIN_EXPR => parent.receiver() == Some(place) && parent.has(SyntaxKind::PLUSEQ),
        SyntaxKind::FOR_EXPR => false,
        SyntaxKind::ARG_LIST => parent
            .parent()
            .and_then(Node::called)
            .is_some_and(|path| matches!(path.as_str(), "write!" | "writeln!" | "println!" | "print!")),
        _ => false,
    }
}

fn is_filled(place: Node<'_>) -> bool {
    place.parent().is_some_and(|parent| match parent.kind() {
        SyntaxKind::METHOD_CALL_EXPR => matches!(
            parent.name(),
            Some("push" | "push_str" | "extend" | "extend_from_slice" | "resize" | "insert" | "append")
        ),
        SyntaxKind::REF_EXPR => parent.has(SyntaxKind::MUT_KW),
        SyntaxKind::BIN_EXPR => true,
        SyntaxKind::ARG_LIST => true,
        _ => false,
    })
}
