use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::bindings::BindingKind;
use crate::facts::types::Ty;
use crate::facts::{File, bindings, function_of, loops, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds vectors that are collected from an iterator only to be iterated over once, or counted.
    ///
    /// ## Why it matters
    ///
    /// Everything is held in memory at the same time, and written and read once more than needed.
    ///
    /// ## Example
    ///
    ///     let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    ///     for line in &lines {
    ///         parse(line);
    ///     }
    ///
    /// ## What to do
    ///
    ///     for line in text.lines() {
    ///         parse(line);
    ///     }
    ///
    /// ## When not to
    ///
    /// Where the loop changes what the iterator borrows, where all must be made before the first is used (threads that are
    /// joined, errors that must come first), or the number must be known.
    id: "collect-then-iterate",
    title: "Values are collected only to be iterated over once",
    category: Allocation,
    severity: Note,
    remedy: "iterate directly",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.methods(&["iter", "into_iter", "len", "is_empty"]) {
        let Some(collect) = call.receiver().filter(|receiver| {
            receiver.is(SyntaxKind::METHOD_CALL_EXPR) && receiver.name() == Some("collect")
        }) else {
            continue;
        };
        let is_vec = Ty::of(file, collect).is_some_and(|ty| ty.name == "Vec");
        // `rev` needs both ends, which the iterator may not have.
        let next =
            call.parent().filter(|parent| parent.is(SyntaxKind::METHOD_CALL_EXPR)).and_then(Node::name);
        if is_vec
            && !starts_work(collect)
            && !ends_borrow(call, collect)
            && !leaves_with_local(call, collect)
            && !calls_itself(call)
            && !matches!(next, Some("rev" | "next_back" | "rfind" | "chunks" | "windows"))
        {
            hits.add(
                collect,
                Confidence::High,
                format!("a vector is made for `.{}()` alone", call.name().unwrap_or_default()),
            );
        }
    }
    for statement in file.all(SyntaxKind::LET_STMT) {
        check_let(file, statement, hits);
    }
}

/// What follows uses what the values were taken from: collecting them ends the borrow.
fn ends_borrow(call: Node<'_>, collect: Node<'_>) -> bool {
    let Some(root) = loops::root_name(collect) else { return false };
    let mut outermost = call;
    for ancestor in call.ancestors() {
        match ancestor.kind() {
            SyntaxKind::METHOD_CALL_EXPR if ancestor.receiver() == Some(outermost) => {
                if ancestor.args().iter().any(|arg| mentions(*arg, root)) {
                    return true;
                }
            }
            // The iterator is kept, and runs later.
            SyntaxKind::LET_STMT => {
                let later = ancestor.parent().into_iter().flat_map(Node::parts);
                let mut later = later.filter(|statement| ancestor.precedes(*statement));
                return later.any(|statement| mentions(statement, root));
            }
            SyntaxKind::FOR_EXPR => {
                return ancestor.parts().last().is_some_and(|body| mentions(body, root));
            }
            _ => return false,
        }
        outermost = ancestor;
    }
    false
}

/// The value of the function goes through what a local of it owns.
fn leaves_with_local(call: Node<'_>, collect: Node<'_>) -> bool {
    let Some(root) = loops::root_name(collect).filter(|_| matches!(call.name(), Some("iter" | "into_iter")))
    else {
        return false;
    };
    let is_local = bindings::of_name(collect, root)
        .is_some_and(|binding| matches!(binding.kind, BindingKind::Let | BindingKind::Parameter));
    let mut outermost = call;
    for ancestor in call.ancestors() {
        match ancestor.kind() {
            SyntaxKind::METHOD_CALL_EXPR if ancestor.receiver() == Some(outermost) => {
                let goes_on = matches!(ancestor.name(), Some("map" | "filter" | "filter_map" | "enumerate"));
                if !goes_on {
                    return false;
                }
            }
            SyntaxKind::RETURN_EXPR => return is_local,
            SyntaxKind::STMT_LIST => {
                let is_body = ancestor.ancestors().nth(1).is_some_and(|owner| owner.is(SyntaxKind::FN));
                return is_local && is_body && ancestor.parts().last() == Some(outermost);
            }
            _ => return false,
        }
        outermost = ancestor;
    }
    false
}

/// What the vector's iterator is asked for is what the function around is: of the iterator itself it would be without end.
fn calls_itself(call: Node<'_>) -> bool {
    let next = call.parent().filter(|parent| parent.is(SyntaxKind::METHOD_CALL_EXPR)).and_then(Node::name);
    next.is_some() && function_of(call).and_then(Node::name) == next
}

fn check_let(file: &File<'_>, statement: Node<'_>, hits: &mut Hits<'_>) {
    let (Some(name), Some(initial)) = (bindings::let_name(statement), bindings::initial(statement)) else {
        return;
    };
    if !initial.is(SyntaxKind::METHOD_CALL_EXPR) || initial.name() != Some("collect") || starts_work(initial)
    {
        return;
    }
    let spelled = statement.parts().skip(1).find_map(Ty::of_node);
    let Some(ty) = spelled.or_else(|| Ty::of(file, initial)).filter(|ty| ty.name == "Vec") else { return };
    let Some(list) = statement.parent() else { return };
    let uses: Vec<Node<'_>> = list
        .descendants()
        .filter(|node| statement.end() <= node.start())
        .filter(|node| match node.kind() {
            SyntaxKind::PATH_EXPR => node.text() == name,
            // Macros that are not read, and format strings.
            SyntaxKind::TOKEN_TREE | SyntaxKind::STRING => mentions(*node, name),
            _ => false,
        })
        .collect();
    let (sizes, others): (Vec<Node<'_>>, Vec<Node<'_>>) = uses.into_iter().partition(|place| is_size(*place));
    let [once] = others[..] else { return };
    let Some(loop_node) = iterates(once) else { return };
    if sizes.len() > 1 || runs_again(once, list) || borrows_source(initial, loop_node) {
        return;
    }
    let lent = lends(once, loop_node) && ty.args.first().is_none_or(|element| !element.is_reference);
    let is_sure = sizes.is_empty() && !lent && loops::root_name(initial).is_some();
    let confidence = if is_sure { Confidence::Medium } else { Confidence::Low };
    let but = if lent { "; what the loop keeps of it must own it then" } else { "" };
    hits.add(statement, confidence, format!("`{name}` is iterated over once: {}{but}", shown(initial)));
}

fn is_size(place: Node<'_>) -> bool {
    place.parent().is_some_and(|call| {
        call.is(SyntaxKind::METHOD_CALL_EXPR) && matches!(call.name(), Some("len" | "is_empty"))
    })
}

/// The `for` or the call that goes through it from front to end, and needs none of it afterwards.
fn iterates(place: Node<'_>) -> Option<Node<'_>> {
    let mut node = place;
    let mut lends = false;
    let parent = place.parent()?;
    if parent.is(SyntaxKind::REF_EXPR) {
        node = parent;
    }
    while let Some(parent) = node.parent() {
        match parent.kind() {
            SyntaxKind::FOR_EXPR => return (loops::iterated(parent) == Some(node)).then_some(parent),
            SyntaxKind::METHOD_CALL_EXPR if parent.receiver() == Some(node) => match parent.name()? {
                "iter" => lends = true,
                "into_iter" => {}
                _ if node == place => return None,
                "enumerate" | "copied" | "cloned" | "zip" | "skip" | "take" | "map" | "filter"
                | "filter_map" | "flat_map" => {}
                "sum" | "fold" | "for_each" | "all" | "any" | "count" => return Some(parent),
                // What is lent must outlive what is collected from it.
                "collect" if !lends => return Some(parent),
                _ => return None,
            },
            _ => return None,
        }
        node = parent;
    }
    None
}

/// Within another loop than the statement: it is gone through again.
fn runs_again(place: Node<'_>, list: Node<'_>) -> bool {
    let within = place.ancestors().take_while(|ancestor| *ancestor != list);
    let mut child = place;
    for ancestor in within {
        let is_loop = matches!(
            ancestor.kind(),
            SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR | SyntaxKind::CLOSURE_EXPR
        );
        let is_over = ancestor.is(SyntaxKind::FOR_EXPR) && loops::iterated(ancestor) == Some(child);
        if is_loop && !is_over {
            return true;
        }
        child = ancestor;
    }
    false
}

/// The loop uses what the iterator borrows, or may change it.
fn borrows_source(initial: Node<'_>, loop_node: Node<'_>) -> bool {
    let root = loops::root_name(initial);
    let body = if loop_node.is(SyntaxKind::FOR_EXPR) { loop_node.parts().last() } else { Some(loop_node) };
    match (root, body) {
        (Some(root), Some(body)) => {
            let taken = loop_node.is(SyntaxKind::METHOD_CALL_EXPR);
            if taken { mentions(loop_node, root) } else { mentions(body, root) }
        }
        // A call can borrow what it is given.
        (None, Some(body)) => {
            let mut start = initial;
            while start.is(SyntaxKind::METHOD_CALL_EXPR) {
                match start.receiver() {
                    Some(inner) => start = inner.peeled(),
                    None => break,
                }
            }
            match start.kind() {
                SyntaxKind::RANGE_EXPR => false,
                SyntaxKind::CALL_EXPR => !reads_arguments(start, body),
                _ => true,
            }
        }
        _ => true,
    }
}

/// A function of the crate that is given references to what the loop does not use.
fn reads_arguments(call: Node<'_>, body: Node<'_>) -> bool {
    // What is read from outside of the program may change with what the loop does.
    let is_plain = call.called().is_some_and(|path| !path.contains("::") && !path.ends_with('!'));
    let args = call.args();
    is_plain
        && !args.is_empty()
        && args.iter().all(|arg| {
            let is_shared = arg.is(SyntaxKind::REF_EXPR) && !arg.has(SyntaxKind::MUT_KW);
            is_shared && loops::root_name(*arg).is_some_and(|root| root != "self" && !mentions(body, root))
        })
}

/// A loop over references keeps some of them beyond its turn: as an argument of a method of what it does not bind.
fn lends(place: Node<'_>, loop_node: Node<'_>) -> bool {
    let by_reference = place.parent().is_some_and(|parent| {
        parent.is(SyntaxKind::REF_EXPR)
            || (parent.is(SyntaxKind::METHOD_CALL_EXPR) && parent.name() == Some("iter"))
    });
    let pattern = loops::pattern(loop_node).filter(|pattern| pattern.is(SyntaxKind::IDENT_PAT));
    let (Some(name), Some(body)) = (pattern.and_then(Node::name), loop_node.parts().last()) else {
        return false;
    };
    let calls = body.descendants().filter(|node| node.is(SyntaxKind::METHOD_CALL_EXPR));
    let mut keeping = calls
        .filter(|call| matches!(call.name(), Some("push" | "insert" | "entry" | "push_back" | "extend")));
    by_reference && keeping.any(|call| call.args().iter().any(|arg| loops::root_name(*arg) == Some(name)))
}

/// Making the values starts something that must go on at the same time, or has effects in an order that matters.
fn starts_work(chain: Node<'_>) -> bool {
    let mut words = chain.descendants().filter(|node| node.is(SyntaxKind::NAME_REF));
    words.any(|word| {
        matches!(
            word.text(),
            "spawn"
                | "send"
                | "lock"
                | "read"
                | "borrow"
                | "borrow_mut"
                | "par_iter"
                | "into_par_iter"
                | "spawn_blocking"
                | "drain"
                | "sort"
                | "spawn_scoped"
                | "write"
        )
    })
}
