//! What rows say about workloads that have no figures: what happened, and what helps.

use std::time::Duration;

use perfaudit_exec::{Ending, Finished};
use perfaudit_result::WorkloadKind;

use crate::criterion::progress::is_progress;

/// The lines of a panic that fit into a row.
const EXCERPT_LINES: usize = 12;

pub(crate) fn standard_harness(target: &str) -> String {
    format!(
        "linked with the standard test harness, which finds no `#[bench]` function in it; if it uses Criterion or divan, put `harness = false` into its `[[bench]]` section:\n[[bench]]\nname = \"{target}\"\nharness = false"
    )
}

pub(crate) fn unknown_harness() -> String {
    "not a benchmark of a known harness: perfaudit measures Criterion 0.5 to 0.8, divan 0.1 and `#[bench]`, and does not start a program whose options it does not know".to_owned()
}

pub(crate) fn too_old_criterion() -> String {
    "its Criterion is older than 0.5: it cannot list benchmarks for other programs, nor run one alone; raise `criterion` in `[dev-dependencies]` to 0.5 or later".to_owned()
}

pub(crate) fn missing_features(features: &[String]) -> String {
    let list = features.join(",");
    format!("requires features that are not enabled: add `--features {list}`")
}

pub(crate) fn interrupted() -> String {
    "the run was interrupted before its turn came, or while it ran".to_owned()
}

pub(crate) fn out_of_budget(budget: Option<Duration>) -> String {
    let seconds = budget.unwrap_or_default().as_secs();
    format!(
        "the budget of {seconds} s was spent before its turn came: raise it with `--budget`, or measure fewer with `--filter`"
    )
}

pub(crate) fn shared_name(title: &str) -> String {
    format!(
        "`{title}` has the name of another benchmark, and Criterion runs both: give each a name of its own"
    )
}

/// Where to look when Criterion lists nothing.
pub(crate) const CRITERION_BENCHMARKS: &str =
    "is there a `criterion_group!` with functions, and does `criterion_main!` name it?";
/// Where to look when divan lists nothing.
pub(crate) const DIVAN_BENCHMARKS: &str = "is there a `#[divan::bench]` function that is not ignored, and does `main` do nothing but call `divan::main`?";

pub(crate) fn ignored(kind: WorkloadKind) -> String {
    let attribute = if kind == WorkloadKind::Divan { "ignore" } else { "#[ignore]" };
    format!("not run: its source marks it with `{attribute}`; without that it is measured")
}

pub(crate) fn lists_nothing(where_to_look: &str, foreign: &[String]) -> String {
    let mut text = format!("it lists no benchmark: {where_to_look}");
    if let Some(first) = foreign.first() {
        text.push_str(&format!(" It printed {} other lines, the first: {}", foreign.len(), shortened(first)));
    }
    text
}

pub(crate) fn listing_failed(finished: &Finished) -> String {
    format!("`--list`: {}", failed(finished))
}

pub(crate) fn hidden_duplicate(title: &str, listed: usize) -> String {
    format!(
        "{listed} benchmarks of this target are called `{}`, in different `criterion_group!`s: Criterion writes all of them to the same files, so that only the last can be read; give each a name of its own",
        shortened(title)
    )
}

pub(crate) fn no_results(title: &str, finished: &Finished) -> String {
    // Criterion reports what keeps it from writing on standard output, and exits with 0 all the same.
    let stdout = finished.stdout.text();
    let said: Vec<String> =
        stdout.lines().filter(|line| line.contains("Criterion.rs ERROR")).take(3).map(shortened).collect();
    if said.is_empty() {
        let name = shortened(title);
        format!(
            "exit code 0, but Criterion left no samples of `{name}`: the process ended by itself before it was measured, or `--exact` does not find the name{}",
            tail(finished)
        )
    } else {
        said.join("\n")
    }
}

pub(crate) fn failed(finished: &Finished) -> String {
    let how = match finished.ending {
        Ending::TimedOut => format!(
            "still running after {:.0} s and ended; `--timeout` allows more",
            finished.duration.as_secs_f64()
        ),
        ending => ending.describe(),
    };
    format!("{how}{}", tail(finished))
}

pub(crate) fn states_nothing(title: &str, finished: &Finished) -> String {
    format!(
        "exit code 0, but no figures of `{}` on standard output: the process ended by itself before it was measured, or the harness does not find the name{}",
        shortened(title),
        tail(finished)
    )
}

pub(crate) fn measures_nothing() -> String {
    "named without figures: for this argument its function does not call the `Bencher`".to_owned()
}

pub(crate) fn other_columns(columns: &str) -> String {
    format!(
        "a table with the columns {}; expected fastest, slowest, median, mean, samples, iters, as divan 0.1 prints them",
        shortened(columns)
    )
}

pub(crate) fn fewer_processes(measured: usize, planned: u32, interrupted: bool) -> String {
    if interrupted {
        format!("interrupted after {measured} of {planned} processes")
    } else {
        format!(
            "the budget allowed {measured} of {planned} processes: raise it with `--budget`, or measure fewer with `--filter`"
        )
    }
}

pub(crate) fn inexact_throughput() -> String {
    "its processes state rates, but from their digits the work of one iteration does not follow exactly: throughput is left out".to_owned()
}

/// What a failing call of cargo said, without the words for commands whose exit codes can be accepted.
pub(crate) fn as_cargo_says(text: &str) -> String {
    format!("cargo: {}", text.replacen(", which is not accepted", "", 1))
}

/// What there is to say about a benchmark that was measured.
pub(crate) fn after_measuring(finished: &Finished) -> Option<String> {
    if !finished.ending.is_success() {
        return Some(format!(
            "its samples are complete, but the process did not end well afterwards: {}",
            failed(finished)
        ));
    }
    left_behind(finished.strays)
}

pub(crate) fn left_behind(strays: usize) -> Option<String> {
    match strays {
        0 => None,
        1 => Some("it left 1 process behind, which was ended".to_owned()),
        strays => Some(format!("it left {strays} processes behind, which were ended")),
    }
}

/// The panic, if there is one, else the last lines of standard error that are not progress.
fn tail(finished: &Finished) -> String {
    const PANIC: &str = " panicked at ";
    let (stdout, stderr) = (finished.stdout.text(), finished.stderr.text());
    // The standard harness captures what a benchmark prints, and repeats it on standard output.
    let text = if !stderr.contains(PANIC) && stdout.contains(PANIC) { stdout } else { stderr };
    let is_told = |line: &&str| !is_progress(line) && !line.starts_with("Timer precision: ");
    let lines: Vec<&str> = text.lines().filter(is_told).collect();
    let panic = lines.iter().position(|line| line.contains(PANIC));
    let excerpt: Vec<String> = match panic {
        Some(start) => lines[start..]
            .iter()
            .take_while(|line| !line.starts_with("stack backtrace:") && !line.starts_with("note: run with"))
            .take(EXCERPT_LINES)
            .map(|line| shortened(line))
            .collect(),
        None => {
            lines[lines.len().saturating_sub(EXCERPT_LINES)..].iter().map(|line| shortened(line)).collect()
        }
    };
    if excerpt.is_empty() { String::new() } else { format!("\n{}", excerpt.join("\n")) }
}

/// One line of at most 300 characters.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 300;
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}...", &line[..cut]),
        None => line.to_owned(),
    }
}

/// The row of a benchmark that was measured twice.
pub(crate) fn measured_again(said: Option<String>, first: u64, width: f64) -> String {
    let why = if width.is_finite() {
        format!("the interval of the median was {:.1} % wide", 100.0 * width)
    } else {
        "there was no interval, or it did not decide an objective".to_owned()
    };
    let told = format!(
        "measured twice: after the first {first} batches {why}, and there was time left to measure it for longer; all figures are of the second measurement, whatever the first one said"
    );
    said.map_or(told.clone(), |said| format!("{said}\n{told}"))
}

/// The row of a benchmark whose second measurement came to nothing.
pub(crate) fn not_measured_again(said: Option<String>, ending: Ending) -> String {
    let told = format!(
        "a second, longer measurement came to nothing ({}); all figures are of the first",
        ending.describe()
    );
    said.map_or(told.clone(), |said| format!("{said}\n{told}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_exec::{Command, Interrupt, run};

    fn finished(script: &str) -> Finished {
        run(&Command::new("sh").args(["-c", script]), &Interrupt::new(), &mut |_| {}).unwrap()
    }

    #[test]
    fn a_panic_is_told_without_progress_and_backtrace() {
        let told = failed(&finished(
            "echo 'Benchmarking a: Warming up' >&2; echo \"thread 'main' panicked at benches/a.rs:3:5:\" >&2; echo 'out of cheese' >&2; echo 'stack backtrace:' >&2; echo '  0: core' >&2; exit 101",
        ));
        assert_eq!(told, "exit code 101\nthread 'main' panicked at benches/a.rs:3:5:\nout of cheese");
    }

    #[test]
    fn what_criterion_says_on_standard_output_explains_missing_samples() {
        let told = no_results(
            "a",
            &finished(
                "echo 'Criterion.rs ERROR: At least one measurement of benchmark a took zero time per iteration.'",
            ),
        );
        assert!(told.starts_with("Criterion.rs ERROR: At least one"), "{told}");
    }

    #[test]
    fn a_measured_benchmark_that_ends_well_needs_no_words() {
        assert_eq!(after_measuring(&finished("exit 0")), None);
        assert!(after_measuring(&finished("exit 1")).unwrap().contains("exit code 1"));
    }
}
