use std::cell::LazyCell;
use std::collections::HashSet;

use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::regex_per_call::{is_constructor, is_lazy};
use super::rule::{Check, Hits, rule, shown};
use crate::facts::types::last_name;
use crate::facts::{File, function_of, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds environment variables that are read in a plain function or in a loop, and files with a fixed name that are read
    /// in a loop or a method.
    ///
    /// ## Why it matters
    ///
    /// Reading a variable takes a lock of the process and searches the whole environment; it costs more the larger the
    /// environment is. A file costs several system calls and its parsing.
    ///
    /// ## Example
    ///
    ///     fn masking_is_on() -> bool {
    ///         env::var("MASK").is_ok()
    ///     }
    ///
    /// ## What to do
    ///
    /// Read it once, where the program starts or the value that needs it is made, and pass it on; or keep it in a
    /// `LazyLock`.
    ///
    /// ## When not to
    ///
    /// Where the setting may change while the program runs, or the function runs once.
    id: "setting-per-call",
    title: "A setting is read again for each call",
    category: Preparation,
    severity: Warning,
    remedy: "read it once and pass it on",
    effort: Quick,
    check: Check::File(check),
}

/// Words in the names of functions that read settings, and run once.
const READS_SETTINGS: [&str; 16] = [
    "config", "setting", "option", "detect", "discover", "find", "home", "dir", "path", "parse", "env",
    "locate", "arg", "version", "default", "log",
];

/// Names of functions that make a configuration from files and variables.
const LOADS: [&str; 7] = ["load", "read", "from_env", "capture", "discover", "from_file", "parse_file"];
/// How the types end that hold one.
const SETTINGS: [&str; 5] = ["Config", "Settings", "Options", "Context", "Environment"];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    // Few files ask for it.
    let repeated = LazyCell::new(|| repeated(file));
    check_loads(file, &repeated, hits);
    for (call, path) in file.calls() {
        let is_variable = matches!(path.as_str(), "std::env::var" | "std::env::var_os");
        let is_file =
            matches!(path.as_str(), "std::fs::read_to_string" | "std::fs::read" | "std::fs::File::open");
        let is_fixed = call.args().first().is_some_and(|name| is_fixed(*name));
        if !(is_variable || is_file) || !is_fixed || is_lazy(call) {
            continue;
        }
        let Some(function) = function_of(call) else { continue };
        let name = function.name().unwrap_or_default();
        if loops::enclosing_large_loop(call).is_some() {
            hits.add(call, Confidence::High, format!("{} in each turn of a loop", shown(call)));
        } else if !is_constructor(function) {
            let reads_settings = READS_SETTINGS.iter().any(|word| name.contains(word));
            let is_asked_again = takes_self(function) || repeated.contains(name) || is_question(function);
            if (is_variable && !reads_settings && is_asked_again) || (is_file && takes_self(function)) {
                hits.add(call, Confidence::Low, format!("{} in each call of `{name}`", shown(call)));
            }
        }
    }
}

/// The functions that this file calls in loops and in closures for each element.
fn repeated(file: &File<'_>) -> HashSet<String> {
    file.all(SyntaxKind::CALL_EXPR)
        .chain(file.all(SyntaxKind::METHOD_CALL_EXPR))
        .filter(|call| loops::enclosing_large_loop(*call).is_some())
        .filter_map(|call| {
            let path = call.called();
            path.as_deref().or_else(|| call.name()).map(|path| last_name(path).to_owned())
        })
        .collect()
}

/// `Config::load(root)` in a loop, or in a function that this file calls in one.
fn check_loads<F: FnOnce() -> HashSet<String>>(
    file: &File<'_>,
    repeated: &LazyCell<HashSet<String>, F>,
    hits: &mut Hits<'_>,
) {
    let is_load = |path: &str| {
        path.rsplit_once("::").is_some_and(|(ty, name)| {
            LOADS.contains(&name) && SETTINGS.iter().any(|settings| ty.ends_with(settings))
        })
    };
    let loads: Vec<_> = file
        .all(SyntaxKind::CALL_EXPR)
        .filter(|call| call.called().is_some_and(|path| is_load(&path)) && !is_lazy(*call))
        .collect();
    if loads.is_empty() {
        return;
    }
    for call in loads {
        let Some(function) = function_of(call) else { continue };
        let name = function.name().unwrap_or_default();
        if loops::enclosing_large_loop(call).is_some() {
            hits.add(call, Confidence::Medium, format!("{} in each turn of a loop", shown(call)));
        } else if repeated.contains(name) {
            let message = format!("{} in each call of `{name}`, which a loop calls", shown(call));
            hits.add(call, Confidence::Medium, message);
        }
    }
}

fn is_fixed(name: Node<'_>) -> bool {
    let name = name.peeled();
    let is_constant = name.is(SyntaxKind::PATH_EXPR)
        && name
            .text()
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | ':'));
    name.is(SyntaxKind::LITERAL) || is_constant
}

/// A function that does nothing but answer, such as `fn is_on() -> bool { ... }`: there for callers to ask whenever they
/// want to know. One that does more with what it read runs where something is prepared.
fn is_question(function: Node<'_>) -> bool {
    let body = function.child(SyntaxKind::BLOCK_EXPR).and_then(|body| body.child(SyntaxKind::STMT_LIST));
    body.is_some_and(|list| {
        let mut parts = list.parts();
        parts.next().is_some_and(|only| !matches!(only.kind(), SyntaxKind::LET_STMT | SyntaxKind::IF_EXPR))
            && parts.next().is_none()
    })
}

fn takes_self(function: Node<'_>) -> bool {
    function.child(SyntaxKind::PARAM_LIST).is_some_and(|list| list.has(SyntaxKind::SELF_PARAM))
}
