use perfaudit_result::Confidence;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::{File, loops};

rule! {
    /// ## What it does
    ///
    /// Finds `print!` and `println!` in loops.
    ///
    /// ## Why it matters
    ///
    /// Each call locks standard output, and each line is written by a system call of its own, into pipes and files too.
    ///
    /// ## Example
    ///
    ///     for row in rows {
    ///         println!("{row}");
    ///     }
    ///
    /// ## What to do
    ///
    ///     let mut out = BufWriter::new(std::io::stdout().lock());
    ///     for row in rows {
    ///         writeln!(out, "{row}")?;
    ///     }
    ///     out.flush()?;
    ///
    /// ## When not to
    ///
    /// Where a person watches the lines come, or there are few.
    id: "print-in-loop",
    title: "Standard output is locked and flushed in each turn of a loop",
    category: InputOutput,
    severity: Note,
    remedy: "write to a `BufWriter` around `stdout().lock()`, and `flush` it",
    effort: Quick,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for (call, path) in file.calls() {
        let prints = matches!(path.as_str(), "print!" | "println!" | "std::print!" | "std::println!");
        if prints && loops::enclosing_large_loop(call).is_some() {
            hits.add(call, Confidence::Low, format!("{} in each turn", shown(call)));
        }
    }
}
