//! What runs on the threads of an asynchronous runtime.

use ra_ap_syntax::SyntaxKind;

use crate::facts::File;
use crate::facts::attributes::attributes;
use crate::flat::Node;

/// The `async fn`, block or closure that a node runs in; none where it runs on a thread of its own, or later.
pub(crate) fn async_context(node: Node<'_>) -> Option<Node<'_>> {
    for ancestor in node.ancestors() {
        match ancestor.kind() {
            SyntaxKind::FN => {
                let is_async = ancestor.has(SyntaxKind::ASYNC_KW) && !may_be_blocking(ancestor);
                return is_async.then_some(ancestor);
            }
            SyntaxKind::BLOCK_EXPR if ancestor.has(SyntaxKind::ASYNC_KW) => return Some(ancestor),
            SyntaxKind::CLOSURE_EXPR if ancestor.has(SyntaxKind::ASYNC_KW) => return Some(ancestor),
            SyntaxKind::CALL_EXPR => {
                let path = ancestor.called().unwrap_or_default();
                let last = path.rsplit("::").next().unwrap_or_default();
                if matches!(last, "spawn_blocking" | "block_in_place" | "unblock" | "block_on")
                    || path.ends_with("thread::spawn")
                    || path.ends_with("thread::scope")
                    || runs_elsewhere(ancestor, node)
                {
                    return None;
                }
            }
            SyntaxKind::METHOD_CALL_EXPR
                if matches!(ancestor.name(), Some("spawn_blocking" | "block_on")) =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// Attributes such as `maybe_async` and `bisync` make a blocking function of it, too: which one it is, is not known here.
fn may_be_blocking(function: Node<'_>) -> bool {
    attributes(function).any(|attribute| attribute.contains("maybe_async") || attribute.contains("bisync"))
}

/// `run(move || work()).await`: a function that is awaited and takes a closure which is not async hands it to another
/// thread. Combinators of futures are methods.
fn runs_elsewhere(call: Node<'_>, node: Node<'_>) -> bool {
    let is_awaited = call.parent().is_some_and(|parent| parent.is(SyntaxKind::AWAIT_EXPR));
    let of_closure = |arg: &Node<'_>| arg.is(SyntaxKind::CLOSURE_EXPR) && arg.contains(node);
    is_awaited && call.args().iter().any(of_closure)
}

/// What a call waits for on the thread that runs it, if it is known to.
pub(crate) fn blocks(file: &File<'_>, call: Node<'_>) -> Option<String> {
    const PREFIXES: [&str; 5] = [
        "std::fs::",
        "reqwest::blocking::",
        "ureq::",
        "std::net::TcpStream::connect",
        "std::net::TcpListener::bind",
    ];
    const WHOLE: [&str; 5] = [
        "std::thread::sleep",
        "std::thread::park",
        "rusqlite::Connection::open",
        "futures::executor::block_on",
        "std::net::ToSocketAddrs",
    ];
    if call.is(SyntaxKind::METHOD_CALL_EXPR) {
        // `Command::new(..).output()` of the standard library.
        let runs = matches!(call.name(), Some("output" | "status")) && call.args().is_empty();
        let start = runs.then(|| chain_start(call))??;
        let path = file.resolved(&start.called()?);
        let is_awaited = call.parent().is_some_and(|parent| parent.is(SyntaxKind::AWAIT_EXPR));
        return (path == "std::process::Command::new" && !is_awaited)
            .then(|| format!("std::process::Command::{}", call.name().unwrap_or_default()));
    }
    let path = file.resolved(&call.called()?);
    let is_value = path.ends_with("::OpenOptions::new")
        || path.ends_with("::Permissions")
        || path.ends_with("DirBuilder::new");
    let blocks = (PREFIXES.iter().any(|prefix| path.starts_with(prefix)) && !is_value)
        || WHOLE.contains(&path.as_str());
    blocks.then_some(path)
}

fn chain_start(call: Node<'_>) -> Option<Node<'_>> {
    let mut node = call;
    while node.is(SyntaxKind::METHOD_CALL_EXPR) {
        node = node.receiver()?.peeled();
    }
    node.is(SyntaxKind::CALL_EXPR).then_some(node)
}
