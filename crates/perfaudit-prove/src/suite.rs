//! The project's tests, run in the tree of an arm.

use std::sync::LazyLock;
use std::time::Duration;

use perfaudit_bench::CommandLine;
use perfaudit_exec::{Ending, Interrupt, OutputLimit, run};
use regex::Regex;

use crate::tree::Tree;
use crate::tree_command::TreeCommandError;
use crate::workbench::{Side, Workbench};

/// How much of what tests say is kept.
const SAID: OutputLimit = OutputLimit(256 * 1024);
/// How many failed tests are named.
const NAMED: usize = 5;
/// The last lines of a command that failed which are told.
const LINES: usize = 12;

/// What runs a project's tests.
#[derive(Debug, Clone, Copy)]
pub struct Suite<'a> {
    /// A command line, run in the project's folder.
    pub line: &'a str,
    /// How long it may take.
    pub patience: Duration,
}

/// What tests said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteRun {
    /// How it ended.
    pub end: SuiteEnd,
    /// How many tests passed, as far as Rust's test harness told.
    pub passed: u64,
}

/// How the run of a project's tests ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuiteEnd {
    /// With exit code 0.
    Passed,
    /// Something does not compile.
    DoesNotCompile(String),
    /// Tests failed: which, or what was said last.
    Failed(String),
    /// It was ended because it took too long.
    TooLong,
    /// The user interrupted.
    Interrupted,
}

/// `test result: ok. 12 passed; ...`, as libtest writes.
static RESULT: LazyLock<Regex> = LazyLock::new(|| expression(r"^test result: \w+\. (\d+) passed"));
/// `test some::test ... FAILED`.
static FAILED: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^test (.+?)(?: - should panic)? \.\.\. FAILED"));
/// `    some::test` below `failures:`, which is all that `--quiet` tells.
static LISTED: LazyLock<Regex> = LazyLock::new(|| expression(r"^    (\S+)$"));

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("the expression is well-formed")
}

impl Suite<'_> {
    /// Writes the source of an arm and runs its tests. The arm is seated then.
    ///
    /// # Errors
    /// When the source cannot be had, or the command cannot be started.
    pub fn run(
        &self,
        workbench: &mut Workbench,
        side: Side,
        tree: &Tree,
        interrupt: &Interrupt,
    ) -> Result<SuiteRun, TreeCommandError> {
        tree.lay_down(workbench, side, interrupt)?;
        let folder = workbench.tree().join(&tree.folder);
        if !folder.is_dir() {
            return Err(TreeCommandError::NoFolder { folder: tree.folder.clone() });
        }
        let command = CommandLine::Line(self.line.to_owned())
            .command()
            .directory(&folder)
            .env("CARGO_TARGET_DIR", workbench.target())
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TERM_COLOR", "never")
            .time_limit(self.patience)
            .output_limit(SAID);
        let finished = run(&command, interrupt, &mut |_| {})?;
        let said = finished.stdout.text();
        let passed = said.lines().filter_map(|line| RESULT.captures(line)?[1].parse::<u64>().ok()).sum();
        let errors = finished.stderr.text();
        let end = match finished.ending {
            Ending::Exited(0) => SuiteEnd::Passed,
            Ending::Interrupted => SuiteEnd::Interrupted,
            Ending::TimedOut => SuiteEnd::TooLong,
            _ if errors.contains("could not compile `") => SuiteEnd::DoesNotCompile(first_error(&errors)),
            ending => SuiteEnd::Failed(failures(&said).unwrap_or_else(|| {
                let lines = finished.stderr.last_lines(LINES).join("\n");
                format!("it ended with {}\n{lines}", ending.describe()).trim().to_owned()
            })),
        };
        Ok(SuiteRun { end, passed })
    }
}

/// The first error of the compiler, with its place.
fn first_error(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("error"));
    let first = lines.next().unwrap_or("the compiler does not say why").to_owned();
    let place = lines.next().map(str::trim).filter(|line| line.starts_with("-->"));
    place.map_or(first.clone(), |place| format!("{first} ({})", place.trim_start_matches("--> ")))
}

/// The names of the tests that failed, if they are told.
fn failures(said: &str) -> Option<String> {
    let mut names: Vec<&str> =
        said.lines().filter_map(|line| FAILED.captures(line)?.get(1).map(|name| name.as_str())).collect();
    if names.is_empty() {
        let listed = said.lines().skip_while(|line| *line != "failures:");
        names = listed.filter_map(|line| LISTED.captures(line)?.get(1).map(|name| name.as_str())).collect();
    }
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    let mut told = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        told.push_str(&format!(" and {more} more"));
    }
    (!names.is_empty()).then(|| format!("{told} {}", if names.len() == 1 { "fails" } else { "fail" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_named_loud_or_quiet() {
        let loud = "test a::b ... ok\ntest a::c ... FAILED\ntest d - should panic ... FAILED\n\nfailures:\n\nfailures:\n    a::c\n    d\n";
        assert_eq!(failures(loud).unwrap(), "a::c, d fail");
        let quiet = "..F\nfailures:\n\n---- a::c stdout ----\npanicked\n\nfailures:\n    a::c\n\ntest result: FAILED. 2 passed; 1 failed\n";
        assert_eq!(failures(quiet).unwrap(), "a::c fails");
        assert_eq!(failures("nothing of the kind"), None);
    }

    #[test]
    fn the_first_error_of_the_compiler_is_told_with_its_place() {
        let said = "   Compiling x\nwarning: w\nerror[E0106]: missing lifetime specifier\n  --> src/note.rs:4:17\n   |\nerror: could not compile `x`\n";
        assert_eq!(first_error(said), "error[E0106]: missing lifetime specifier (src/note.rs:4:17)");
    }
}
