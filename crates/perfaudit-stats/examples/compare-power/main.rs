//! How often comparisons in pairs err, and how often they find what is there, on recorded processes.
//!
//!     cargo run --release -p perfaudit-stats --example compare-power
//!
//! Prints the tables of `docs/benchmarks.md`. The same replay is held against its limits by `cargo test`.

mod criterion_rule;
mod random;
mod replay;
mod reports;
mod traces;
mod wilcoxon;

#[cfg(test)]
mod tests;

use perfaudit_stats::{Design, Verdict};

use replay::{Comparison, Precision, design, replay};
use reports::{Row, reports};
use traces::{Source, Trace};

/// Injected slowdowns.
const SLOWDOWNS: [f64; 5] = [0.0, 0.01, 0.02, 0.05, 0.1];

const SEED: u64 = 1;

fn main() {
    for source in Source::ALL {
        let traces = traces::recorded(source);
        say(&format!("\n### {}\n", source.title()));
        let design = design(1);
        say(
            "| benchmark | pairs | interval of 32 (Wilcoxon) | detectable | nothing injected: CHANGED, EQUIVALENT, open | 1 % | 2 % | 5 % | 10 % |",
        );
        say("|---|---|---|---|---|---|---|---|---|");
        for trace in &traces {
            say(&row(trace, &design));
        }
        say(&format!("\nEach benchmark compared alone, looks at {:?} pairs:\n", design.looks().pairs()));
        for slowdown in SLOWDOWNS {
            say(&summary(&traces, slowdown, &design));
        }
        let looks = replay::design(traces.len());
        say(&format!("\nReports, judged together, looks at {:?} pairs:\n", looks.looks().pairs()));
        say(
            "| slower | reports | rows | CHANGED | where the noise allows it | of the unslowed CHANGED | intervals that hold the truth |",
        );
        say("|---|---|---|---|---|---|---|");
        for slowdown in SLOWDOWNS {
            say(&together(&format!("all, {}", percent(slowdown)), &reports(&traces, |_| slowdown)));
        }
        let every_second = |number: usize| if number.is_multiple_of(2) { 0.05 } else { 0.0 };
        say(&together("every second one, 5.0 %", &reports(&traces, every_second)));
        if source.batches() > 1 {
            for slowdown in [0.0, 0.02] {
                say(&criterion(&traces, slowdown, &design));
            }
        }
    }
}

/// How many were found, and after how many pairs on average.
fn row(trace: &Trace, design: &Design) -> String {
    let precision = Precision::of(trace, design);
    let mut cells = vec![
        trace.benchmark.clone(),
        (trace.processes.len() / 2).to_string(),
        format!("+-{:.2} % ({:.2} %)", 100.0 * precision.half, 100.0 * precision.half_of_wilcoxon),
        percent(precision.detectable),
    ];
    for slowdown in SLOWDOWNS {
        let comparisons = replay(trace, slowdown, design);
        let pairs = mean_pairs(comparisons.iter());
        let count = |verdict| comparisons.iter().filter(|one| one.is(verdict)).count();
        cells.push(if slowdown == 0.0 {
            let counts = [Verdict::Changed, Verdict::Equivalent, Verdict::Inconclusive].map(count);
            format!("{}, {}, {} ({pairs:.1})", counts[0], counts[1], counts[2])
        } else {
            format!("{} of {} ({pairs:.1})", count(Verdict::Changed), comparisons.len())
        });
    }
    format!("| {} |", cells.join(" | "))
}

fn mean_pairs<'a>(comparisons: impl ExactSizeIterator<Item = &'a Comparison>) -> f64 {
    let count = comparisons.len() as f64;
    comparisons.map(|one| one.judgement.pairs as f64).sum::<f64>() / count
}

fn summary(traces: &[Trace], slowdown: f64, design: &Design) -> String {
    let all: Vec<Comparison> = traces.iter().flat_map(|trace| replay(trace, slowdown, design)).collect();
    let holds = all.iter().filter(|one| one.holds_truth).count();
    let mut text = format!(
        "- {} injected: {} of {} comparisons CHANGED; {holds} hold the truth at all looks",
        percent(slowdown),
        all.iter().filter(|one| one.is(Verdict::Changed)).count(),
        all.len()
    );
    let allowed: Vec<&Comparison> =
        all.iter().filter(|one| slowdown > 0.0 && one.detectable <= replay::change(slowdown)).collect();
    if !allowed.is_empty() {
        let found = allowed.iter().filter(|one| one.is(Verdict::Changed)).count();
        text += &format!(
            "; where the noise allows it {} of {} ({:.1} %), {:.1} pairs on average",
            found,
            allowed.len(),
            100.0 * found as f64 / allowed.len() as f64,
            mean_pairs(allowed.iter().copied())
        );
    }
    text
}

/// What reports tell: of what was slowed down and of what was not.
fn together(injected: &str, reports: &[Vec<Row>]) -> String {
    let rows: Vec<&Row> = reports.iter().flatten().collect();
    let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    format!(
        "| {injected} | {} | {} | {} | {} of {} | {} of {} | {} |",
        reports.len(),
        rows.len(),
        count(&Row::is_changed),
        count(&|row| row.is_found() && row.is_allowed()),
        count(&Row::is_allowed),
        count(&|row| row.is_null() && row.is_changed()),
        count(&Row::is_null),
        count(&Row::holds_truth),
    )
}

fn criterion(traces: &[Trace], slowdown: f64, design: &Design) -> String {
    let (mut interleaved, mut blocks, mut all) = (0, 0, 0);
    for comparison in traces.iter().flat_map(|trace| replay(trace, slowdown, design)) {
        all += 1;
        let found = |[a, b]: &replay::Batches| usize::from(criterion_rule::finds_change(a, b, SEED));
        interleaved += found(&comparison.interleaved);
        blocks += found(&comparison.one_after_the_other);
    }
    format!(
        "- Criterion's rule on the batches of the same processes, {} injected: {interleaved} of {all} changed; {blocks} of {all} when all of A ran before B",
        percent(slowdown)
    )
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

#[expect(clippy::print_stdout, reason = "the tables are what this program is for")]
fn say(text: &str) {
    println!("{text}");
}
