//! What the audits of allocations share: which lines they may blame, where, at what cost, and how it is told.

use perfaudit_result::{
    AuditState, Confidence, ConfidenceLevel, Estimate, Evidence as Proof, Figure, Finding, Granularity,
    HeapScope, HeapSite, Interval, Location, Method, Of, OriginKind, Severity, Trust, Unit, Verification,
    WorkloadHeap, WorkloadShare,
};

use crate::audit::Audit;
use crate::evidence::Evidence;
use crate::outcome::{Outcome, fingerprint};

/// Folders of code that measures, tests or shows the code that ships.
const BESIDE_CODE: [&str; 3] = ["benches", "tests", "examples"];
/// The lines that a finding gives as evidence.
const MOST_EVIDENCE: usize = 6;

/// What an audit says of a line in one workload, in all iterations of it.
pub(crate) struct Price {
    /// The bytes that the finding is about.
    pub(crate) bytes: u64,
    /// What would be saved at most, in bytes or blocks.
    pub(crate) gain: u64,
}

/// How an audit looks at lines and what it says of them.
pub(crate) struct LineAudit {
    pub(crate) audit: &'static Audit,
    /// None where there is nothing to say.
    pub(crate) price: fn(&WorkloadHeap, &HeapSite) -> Option<Price>,
    /// The unit of the gain.
    pub(crate) unit: Unit,
    /// How the gain was found.
    pub(crate) method: &'static str,
    /// What is wrong, behind the place and the name of the function.
    pub(crate) title: &'static str,
    /// What was counted at a line, behind its place.
    pub(crate) counted: fn(&Line<'_>) -> String,
    /// What to make of it.
    pub(crate) meaning: &'static str,
    pub(crate) remedy: &'static str,
    pub(crate) confidence: Confidence,
    /// What is said of a workload without such a line.
    pub(crate) nothing: &'static str,
}

/// A line with something to say of it in one workload.
pub(crate) struct Line<'a> {
    /// The place of the workload among all.
    index: usize,
    pub(crate) row: &'a WorkloadHeap,
    pub(crate) site: &'a HeapSite,
    price: Price,
}

impl Line<'_> {
    /// A count of all iterations, for each of them: `1.2 k`, with what it is counted in.
    pub(crate) fn each(&self, count: u64, unit: Unit) -> String {
        amount(number(count) / iterations(self.row), unit)
    }

    /// `in each iteration`, `in the whole run`.
    pub(crate) fn when(&self) -> &'static str {
        match self.row.scope {
            HeapScope::Iterations => "in each iteration",
            HeapScope::WholeRun => "in the whole run",
        }
    }

    fn share(&self) -> f64 {
        share(self.price.bytes, self.row.totals.bytes)
    }
}

/// Looks at every line of the project's own code that is neither test nor benchmark. What lines of one function say
/// becomes one finding.
pub(crate) fn check(evidence: &Evidence<'_>, rule: &LineAudit) -> Outcome {
    let mut outcome = Outcome::default();
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut allocating = 0.0;
    for row in evidence.heap.iter().flat_map(|heap| &heap.workloads) {
        let index = evidence.workloads.iter().position(|workload| workload.id == row.id);
        let (Some(index), Trust::Sound | Trust::Limited) = (index, row.trust) else { continue };
        allocating += f64::from(u8::from(row.totals.bytes > 0));
        let before = lines.len();
        for site in row.sites.iter().filter(|site| is_to_blame(evidence, site)) {
            let price = (rule.price)(row, site);
            lines.extend(price.map(|price| Line { index, row, site, price }));
        }
        let found = &lines[before..];
        if found.is_empty() {
            outcome.remark(index, AuditState::Passed, rule.nothing);
        } else {
            let all: f64 = found.iter().map(Line::share).sum();
            let lines = if found.len() == 1 { "1 line".to_owned() } else { format!("{} lines", found.len()) };
            let message = format!("{}: {lines}, {} of its bytes", rule.audit.title, percent(all));
            outcome.remark(index, AuditState::Informative, message);
        }
    }
    lines.sort_by(|a, b| b.share().total_cmp(&a.share()));
    let mut functions: Vec<Vec<Line<'_>>> = Vec::new();
    for line in lines {
        let same = |known: &&mut Vec<Line<'_>>| {
            (&known[0].site.file, &known[0].site.symbol) == (&line.site.file, &line.site.symbol)
        };
        match functions.iter_mut().find(same) {
            Some(known) => known.push(line),
            None => functions.push(vec![line]),
        }
    }
    outcome.findings.extend(functions.iter().map(|lines| finding(rule, lines, allocating)));
    outcome
}

/// Whether it is a line of the project's own code that is neither test nor benchmark.
fn is_to_blame(evidence: &Evidence<'_>, site: &HeapSite) -> bool {
    let (Some(file), Some(_), OriginKind::Own) = (&site.file, site.line, site.origin.kind) else {
        return false;
    };
    let is_beside = file.split('/').any(|part| BESIDE_CODE.contains(&part));
    !is_beside && evidence.workloads.iter().all(|workload| workload.source != *file)
}

/// The finding of a function whose lines these are, the costliest first.
fn finding(rule: &LineAudit, lines: &[Line<'_>], allocating: f64) -> Finding {
    let worst = &lines[0];
    let file = worst.site.file.clone().unwrap_or_default();
    let symbol = &worst.site.symbol;
    let mut by_workload: Vec<WorkloadShare> = Vec::new();
    for line in lines {
        let same = |known: &&mut WorkloadShare| known.id == line.row.id;
        match by_workload.iter_mut().find(same).and_then(|known| known.share_of_alloc_bytes.as_mut()) {
            Some(share) => *share += line.share(),
            None => by_workload.push(WorkloadShare {
                id: line.row.id.clone(),
                share_of_cpu: None,
                share_of_alloc_bytes: Some(line.share()),
            }),
        }
    }
    let of = |workload: &WorkloadShare| workload.share_of_alloc_bytes.unwrap_or(0.0);
    by_workload.sort_by(|a, b| of(b).total_cmp(&of(a)));
    let in_all: f64 = by_workload.iter().map(of).sum::<f64>() / allocating;
    let mut places: Vec<u32> = Vec::new();
    for place in lines.iter().filter_map(|line| line.site.line) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let place = |line: u32| Location { file: file.clone(), line: Some(line), column: None, end_line: None };
    let counted = |line: &Line<'_>| {
        let at = line.site.line.unwrap_or(0);
        format!("{}, {file}:{at}: {}", line.row.id, (rule.counted)(line))
    };
    let of_worst: u64 =
        lines.iter().filter(|line| line.index == worst.index).map(|line| line.price.gain).sum();
    Finding {
        rule: rule.audit.rule.to_owned(),
        title: format!("{file}:{} (`{}`) {}", places.first().unwrap_or(&0), short(symbol), rule.title),
        message: format!("{}. {}", counted(worst), rule.meaning),
        remedy: rule.remedy.to_owned(),
        fingerprint: fingerprint(&[rule.audit.rule, &file, symbol]),
        severity: Severity::Note,
        confidence: rule.confidence,
        locations: places.into_iter().map(place).collect(),
        evidence: lines
            .iter()
            .take(MOST_EVIDENCE)
            .map(|line| Proof { artifact: line.row.profile.clone(), text: counted(line) })
            .collect(),
        workloads: by_workload.iter().map(|workload| workload.id.clone()).collect(),
        share_of_cpu: None,
        share_of_alloc_bytes: Some(in_all.min(1.0)),
        by_workload,
        granularity: Granularity::Line,
        ceiling_gain: Some(gain(rule, worst.row, of_worst)),
        verification: Verification::default(),
        code: None,
    }
}

/// The last part of a symbol without its generic arguments: `visit_map` of `<A<T> as B>::visit_map::<C>`. Of a closure
/// the function that holds it, too.
fn short(symbol: &str) -> &str {
    let mut depth = 0_u32;
    let (mut start, mut before, mut end) = (0, 0, symbol.len());
    let mut last = ' ';
    for (at, letter) in symbol.char_indices() {
        match letter {
            '<' => {
                depth += 1;
                if depth == 1 && at > start {
                    end = at;
                }
            }
            // `->` in the type of a function closes nothing.
            '>' if last != '-' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && last == ':' && !symbol[at + 1..].starts_with('<') => {
                (before, start, end) = (start, at + 1, symbol.len());
            }
            _ => {}
        }
        last = letter;
    }
    let from = if symbol[start..].starts_with('{') { before } else { start };
    symbol[from..end].trim_end_matches("::")
}

/// What would be saved at most in a workload: for each iteration of a benchmark, in all of a command.
fn gain(rule: &LineAudit, row: &WorkloadHeap, gain: u64) -> Figure {
    let value = number(gain) / iterations(row);
    let (estimate, n, of, whole) = match row.scope {
        HeapScope::Iterations => {
            let reason = "a mean over counted iterations: how much these differ is not counted".to_owned();
            (Estimate::WithoutInterval { value, reason }, row.iterations.unwrap_or(1), Of::Call, "iteration")
        }
        HeapScope::WholeRun if row.exact => {
            let interval = Interval::new(value, value).expect("a count is finite");
            (Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 }, 1, Of::Process, "run")
        }
        HeapScope::WholeRun => {
            let reason = "not every process could be counted: it is at least that".to_owned();
            (Estimate::WithoutInterval { value, reason }, 1, Of::Process, "run")
        }
    };
    let method = Method(format!("{}, counted, for each {whole} of {}", rule.method, row.id).into());
    Figure { estimate, unit: rule.unit, n, method, of }
}

/// Whether there is so much of something that a person should look: a share of bytes or blocks of the workload, and
/// enough of it in each iteration, or in the whole run of a command.
pub(crate) fn is_much(row: &WorkloadHeap, share: f64, [each, run]: [u64; 2], count: u64) -> bool {
    let least = match row.scope {
        HeapScope::Iterations => each.saturating_mul(row.iterations.unwrap_or(1)),
        HeapScope::WholeRun => run,
    };
    count >= least && share >= LEAST_SHARE
}

/// Less than this share of a workload's bytes or blocks is not worth a line.
const LEAST_SHARE: f64 = 0.01;

/// A part of a whole that may be empty.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}

/// `12 %`, `0.4 %`.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        ..0.05 => "< 0.1 %".to_owned(),
        ..9.95 => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}

/// An amount to three digits: `1.23 kB`, `17 blocks`, `2.5 k blocks`.
fn amount(value: f64, unit: Unit) -> String {
    let name = if unit == Unit::Bytes { "B" } else { " blocks" };
    let scales = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let (factor, prefix) =
        scales.into_iter().find(|(factor, _)| value >= 0.9995 * factor).unwrap_or((1.0, ""));
    let scaled = value / factor;
    let is_whole = factor == 1.0 && value.fract() == 0.0;
    let places = match scaled {
        _ if is_whole => 0,
        99.95.. => 0,
        9.995.. => 1,
        _ => 2,
    };
    let gap = if unit == Unit::Bytes || !prefix.is_empty() { " " } else { "" };
    let text = format!("{scaled:.places$}{gap}{prefix}{name}");
    if text == "1 blocks" { "1 block".to_owned() } else { text }
}

fn iterations(row: &WorkloadHeap) -> f64 {
    match row.scope {
        HeapScope::Iterations => number(row.iterations.unwrap_or(1).max(1)),
        HeapScope::WholeRun => 1.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of processes are below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use perfaudit_result::HeapCounts;

    use super::*;
    use crate::testing::{Case, findings, site};

    #[test]
    fn a_symbol_is_told_by_its_last_part() {
        for (symbol, expected) in [
            ("main", "main"),
            ("p::parse::decode", "decode"),
            ("p::map::<u8, Vec<T>>", "map"),
            ("p::map<u8>", "map"),
            ("<A<T> as B<fn(u8) -> u8>>::visit_map<serde_json::de::MapAccess<R>>", "visit_map"),
            ("p::rows::{closure#0}", "rows::{closure#0}"),
            ("", ""),
            (">>::", ""),
        ] {
            assert_eq!(short(symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn amounts_have_three_digits() {
        assert_eq!(amount(1.0, Unit::Count), "1 block");
        assert_eq!(amount(17.0, Unit::Count), "17 blocks");
        assert_eq!(amount(2512.0, Unit::Count), "2.51 k blocks");
        assert_eq!(amount(99_960.0, Unit::Bytes), "100 kB");
        assert_eq!(amount(12.5, Unit::Bytes), "12.5 B");
    }

    fn grown() -> HeapCounts {
        HeapCounts { count: 900, bytes: 90_000, grow_count: 800, grow_bytes: 45_000, ..HeapCounts::default() }
    }

    #[test]
    fn code_of_benchmarks_and_tests_and_of_others_is_not_blamed() {
        let mut case = Case::new(&[("a", &[50.0; 10])]);
        let mut of_bench = site("bench", 7, grown());
        of_bench.file = Some("benches/t.rs".into());
        let mut of_test = site("test", 7, grown());
        of_test.file = Some("crates/x/tests/common/mod.rs".into());
        let mut of_other = site("other", 7, grown());
        of_other.origin.kind = OriginKind::Dependency;
        case.allocates(0, Some(100), vec![of_bench, of_test, of_other]);
        assert!(findings(&case, "container-growth").is_empty());
    }

    #[test]
    fn lines_of_one_function_in_several_workloads_are_one_finding_with_the_share_in_each() {
        let mut case = Case::new(&[("a", &[50.0; 10]), ("b", &[50.0; 10])]);
        case.allocates(0, Some(100), vec![site("parse", 7, grown()), site("parse", 9, grown())]);
        let plain = HeapCounts { count: 1, bytes: 270_000, ..HeapCounts::default() };
        case.allocates(1, Some(100), vec![site("parse", 9, grown()), site("plain", 1, plain)]);
        let found = findings(&case, "container-growth");
        assert_eq!(found.len(), 1);
        let shares: Vec<Option<f64>> =
            found[0].by_workload.iter().map(|workload| workload.share_of_alloc_bytes).collect();
        assert_eq!(shares, [Some(0.5), Some(0.125)]);
        assert_eq!(found[0].share_of_alloc_bytes, Some(0.3125));
        assert_eq!(found[0].locations.len(), 2);
    }
}
