use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::types::Ty;
use crate::facts::{File, bindings, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds `write!`, small `write_all`s and reads of single bytes or lines on a bare file, socket or pipe in a loop.
    ///
    /// ## Why it matters
    ///
    /// Each piece of each `write!` is a system call of its own: a microsecond or more where a copy would take nanoseconds.
    ///
    /// ## Example
    ///
    ///     let mut file = File::create(path)?;
    ///     for row in rows {
    ///         writeln!(file, "{} {}", row.id, row.name)?;
    ///     }
    ///
    /// ## What to do
    ///
    ///     let mut file = BufWriter::new(File::create(path)?);
    ///     ...
    ///     file.flush()?;
    ///
    /// The `flush` matters: when a `BufWriter` is dropped, its errors are lost.
    ///
    /// ## When not to
    ///
    /// Where each line must be on disk, or with the reader, before the next is made.
    id: "unbuffered-io",
    title: "A file or socket is written or read in small pieces without a buffer",
    category: InputOutput,
    severity: Warning,
    remedy: "wrap it in a `BufWriter` (and `flush` it) or a `BufReader`",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for call in file.all(SyntaxKind::CALL_EXPR) {
        let is_write = call.called().is_some_and(|path| {
            matches!(path.as_str(), "write!" | "writeln!" | "std::write!" | "std::writeln!")
        });
        let Some(target) = call.args().first().copied().filter(|_| is_write) else { continue };
        note(file, call, target, hits);
    }
    for call in file.methods(&["write_all", "bytes", "read", "read_exact", "write_fmt"]) {
        let Some(target) = call.receiver() else { continue };
        let is_small = match call.name() {
            Some("write_all") => call.args().first().is_some_and(|arg| is_small_text(*arg)),
            Some("read" | "read_exact") => call.args().first().is_some_and(|arg| is_small_array(*arg)),
            Some("bytes") => {
                if call.args().is_empty() && bare(file, target).is_some_and(|name| name == "File") {
                    hits.add(
                        call,
                        Confidence::High,
                        format!("{} reads each byte by a system call of its own", shown(call)),
                    );
                }
                false
            }
            _ => true,
        };
        if is_small {
            note(file, call, target, hits);
        }
    }
}

fn note(file: &File<'_>, call: Node<'_>, target: Node<'_>, hits: &mut Hits<'_>) {
    let Some(name) = bare(file, target) else { return };
    let Some(around) = loops::enclosing_large_loop(call) else { return };
    // A file of its own in each turn is not written in pieces by that.
    let root = loops::root_name(target).and_then(|root| bindings::of_name(target, root));
    if root.is_none_or(|binding| !around.body.contains(binding.node)) {
        hits.add(
            call,
            Confidence::High,
            format!(
                "{} is a system call or more in each turn: `{}` is a bare `{name}`",
                shown(call),
                target.peeled().text()
            ),
        );
    }
}

/// The type of a file or socket without a buffer.
fn bare(file: &File<'_>, target: Node<'_>) -> Option<String> {
    let ty = Ty::of(file, target)?.through_pointers();
    matches!(
        ty.name.as_str(),
        "File" | "TcpStream" | "UnixStream" | "ChildStdin" | "ChildStdout" | "PipeWriter"
    )
    .then_some(ty.name)
}

/// A literal, or a text that was made for this turn.
fn is_small_text(argument: Node<'_>) -> bool {
    let peeled = argument.peeled();
    peeled.is(SyntaxKind::LITERAL)
        || (peeled.is(SyntaxKind::METHOD_CALL_EXPR) && peeled.name() == Some("as_bytes"))
        || (peeled.is(SyntaxKind::ARRAY_EXPR) && peeled.parts().count() <= 16)
        || (peeled.is(SyntaxKind::METHOD_CALL_EXPR)
            && matches!(peeled.name(), Some("to_le_bytes" | "to_be_bytes")))
}

fn is_small_array(argument: Node<'_>) -> bool {
    let peeled = argument.peeled();
    peeled.is(SyntaxKind::ARRAY_EXPR)
        && peeled.parts().nth(1).is_none_or(|n| n.text().parse::<u64>().is_ok_and(|n| n <= 16))
}
