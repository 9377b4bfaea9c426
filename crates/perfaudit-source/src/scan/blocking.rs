//! Functions that make their thread wait, called from async code.

use std::collections::{BTreeSet, HashMap, HashSet};

use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;
use serde::{Deserialize, Serialize};

use super::ScannedFile;
use crate::facts::attributes::is_test_code;
use crate::facts::futures::async_context;
use crate::facts::{File, function_of, symbol_of};
use crate::flat::Node;
use crate::rules::Hit;

/// A function that waits, itself or by another one of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockingFunction {
    pub(crate) name: String,
    /// What it waits in.
    pub(crate) what: String,
}

/// A call in async code that is not awaited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AsyncCall {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) function: Option<(u32, u32)>,
    pub(crate) symbol: String,
    pub(crate) is_test: bool,
}

/// The functions of a file that wait, what its async code calls, and the names of its other functions.
pub(super) fn of_file(
    file: &File<'_>,
    functions: &[Node<'_>],
    blocks: fn(&File<'_>, Node<'_>) -> Option<String>,
) -> (Vec<BlockingFunction>, Vec<AsyncCall>, BTreeSet<String>) {
    let mut waits: HashMap<&str, String> = HashMap::new();
    let mut calls: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut async_calls = Vec::new();
    let all = || file.all(SyntaxKind::CALL_EXPR).chain(file.all(SyntaxKind::METHOD_CALL_EXPR));
    for call in all() {
        let Some(name) = called_name(call) else { continue };
        if async_context(call).is_some() {
            let is_awaited = call.parent().is_some_and(|parent| parent.is(SyntaxKind::AWAIT_EXPR));
            if !is_awaited && is_of_crate(call) {
                async_calls.push(async_call(call, name));
            }
            continue;
        }
        let Some(function) = function_of(call)
            .filter(|function| !function.has(SyntaxKind::ASYNC_KW) && !is_test_code(*function))
        else {
            continue;
        };
        let Some(caller) = function.name() else { continue };
        // A closure for another thread waits there.
        if call.ancestors().take_while(|ancestor| *ancestor != function).any(is_elsewhere) {
            continue;
        }
        if let Some(what) = blocks(file, call) {
            waits.entry(caller).or_insert(what);
        } else if is_of_crate(call) {
            calls.entry(caller).or_default().insert(name);
        }
    }
    // What waits is spread to callers until nothing changes; each round reaches one more call, and names are finite.
    loop {
        let more: Vec<(&str, String)> = calls
            .iter()
            .filter(|(caller, _)| !waits.contains_key(*caller))
            .filter_map(|(caller, called)| {
                let through = called.iter().filter(|name| waits.contains_key(*name)).min()?;
                Some((
                    *caller,
                    format!("{} (by `{through}`)", waits[through].split(" (by").next().unwrap_or_default()),
                ))
            })
            .collect();
        if more.is_empty() {
            break;
        }
        waits.extend(more);
    }
    let plain =
        functions.iter().filter_map(|function| function.name()).filter(|name| !waits.contains_key(name));
    let plain_names = plain.map(str::to_owned).collect();
    let mut blocking: Vec<BlockingFunction> =
        waits.into_iter().map(|(name, what)| BlockingFunction { name: name.to_owned(), what }).collect();
    blocking.sort_by(|a, b| a.name.cmp(&b.name));
    (blocking, async_calls, plain_names)
}

fn is_elsewhere(node: Node<'_>) -> bool {
    let path = node.called().unwrap_or_default();
    let last =
        node.name().filter(|_| node.is(SyntaxKind::METHOD_CALL_EXPR)).or_else(|| path.rsplit("::").next());
    matches!(last, Some("spawn" | "spawn_blocking" | "block_in_place" | "get_or_init"))
        || path.ends_with("LazyLock::new")
}

fn called_name(call: Node<'_>) -> Option<&str> {
    if call.is(SyntaxKind::METHOD_CALL_EXPR) {
        return call.name();
    }
    let callee = call.receiver().filter(|callee| callee.is(SyntaxKind::PATH_EXPR))?;
    callee.text().rsplit("::").next()
}

/// A plain function, one of a module of the crate, or a method of `self`: others cannot be told by name.
fn is_of_crate(call: Node<'_>) -> bool {
    let Some(receiver) = call.receiver() else { return false };
    if call.is(SyntaxKind::METHOD_CALL_EXPR) {
        return receiver.text() == "self";
    }
    let text = receiver.text();
    receiver.is(SyntaxKind::PATH_EXPR)
        && (!text.contains("::")
            || ["crate::", "super::", "self::", "Self::"].iter().any(|start| text.starts_with(start)))
        && text.rsplit("::").next().is_some_and(|name| name.starts_with(char::is_lowercase))
}

fn async_call(call: Node<'_>, name: &str) -> AsyncCall {
    let position = call.position();
    AsyncCall {
        name: name.to_owned(),
        line: position.line,
        column: position.column,
        end_line: call.last_line(),
        function: function_of(call).map(|function| (function.position().line, function.last_line())),
        symbol: symbol_of(call),
        is_test: is_test_code(call),
    }
}

/// Adds a finding for each call in async code of a function of the same package that waits. A name that another function
/// has, too, proves nothing and is left out.
pub(super) fn through_helpers(files: &mut [ScannedFile]) {
    let mut waits: HashMap<(Option<usize>, String), String> = HashMap::new();
    let mut plain: HashSet<(Option<usize>, String)> = HashSet::new();
    for file in files.iter() {
        for function in &file.analysis.blocking {
            waits.insert((file.package, function.name.clone()), function.what.clone());
        }
        plain.extend(file.analysis.plain_names.iter().map(|name| (file.package, name.clone())));
    }
    if waits.is_empty() {
        return;
    }
    for file in files {
        let mut found = Vec::new();
        for call in &file.analysis.async_calls {
            let key = (file.package, call.name.clone());
            let Some(what) = waits.get(&key).filter(|_| !plain.contains(&key)) else { continue };
            found.push(Hit {
                rule: "blocking-in-async".into(),
                line: call.line,
                column: call.column,
                end_line: call.end_line,
                cost: vec![(call.line, call.end_line)],
                function: call.function,
                symbol: call.symbol.clone(),
                message: format!(
                    "`{}` makes the thread wait, and every task on it: it calls `{}`",
                    call.name,
                    what.split(" (by").next().unwrap_or(what)
                ),
                confidence: Confidence::Medium,
                is_test: call.is_test,
                allowed: None,
                question: None,
                is_guess: false,
                is_confirmed: false,
                only_from: None,
                saves_lines: false,
            });
        }
        file.analysis.hits.extend(found);
    }
}
