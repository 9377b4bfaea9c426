use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::futures::{async_context, blocks};
use crate::facts::{File, function_of};

rule! {
    /// ## What it does
    ///
    /// Finds calls in `async` code that make the thread wait: files and sockets of the standard library, `thread::sleep`,
    /// blocking HTTP clients and processes; directly, or in a function of the same crate that the `async` code calls.
    ///
    /// ## Why it matters
    ///
    /// A runtime has as many threads as cores. While one waits, none of the other tasks on it make progress: a file that is
    /// read in 10 ms adds 10 ms to requests that have nothing to do with it.
    ///
    /// ## Example
    ///
    ///     async fn config() -> String {
    ///         std::fs::read_to_string("config.toml").unwrap()
    ///     }
    ///
    /// ## What to do
    ///
    /// Use the runtime's own functions (`tokio::fs`, `tokio::time::sleep`), or move the work to `spawn_blocking`.
    ///
    /// ## When not to
    ///
    /// At the start of a program, before there are other tasks.
    id: "blocking-in-async",
    title: "Async code makes its thread wait",
    category: Async,
    severity: Warning,
    remedy: "use the runtime's own function, or move it to `spawn_blocking`",
    saves: Saves::Waiting,
    effort: Medium,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    let calls = file.all(SyntaxKind::CALL_EXPR).chain(file.all(SyntaxKind::METHOD_CALL_EXPR));
    for call in calls {
        let Some(what) = blocks(file, call) else { continue };
        if async_context(call).is_none() {
            continue;
        }
        let is_main = function_of(call).is_some_and(|function| function.name() == Some("main"));
        let confidence = if is_main { Confidence::Low } else { Confidence::High };
        hits.add(call, confidence, format!("`{what}` makes the thread wait, and every task on it"));
    }
}
