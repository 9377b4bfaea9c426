//! What the tables of all formats have in common: the benchmarks by target, their counts, and the reasons behind
//! their empty cells.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use perfaudit_result::{
    AuditResult, AuditState, CellState, Estimate, Figure, Finding, Granularity, MatrixAnswer, MatrixCell,
    MetricName, Of, Unit, Workload, WorkloadAudit, WorkloadState,
};

use crate::{quantity, text};

/// The workloads of one benchmark target, in the order of the result.
pub(crate) struct Suite<'a> {
    /// The package.
    pub(crate) package: &'a str,
    /// The benchmark target.
    pub(crate) target: &'a str,
    /// Its workloads.
    pub(crate) workloads: Vec<&'a Workload>,
}

impl Suite<'_> {
    /// `package/target`, or `command`.
    pub(crate) fn name(&self) -> String {
        place(self.package, self.target)
    }

    /// The leading parts that the names of all its benchmarks share, up to and with a separator; empty when a name
    /// would be left without a part of its own, or when there is one benchmark only.
    pub(crate) fn common_prefix(&self) -> &str {
        let mut named = self.workloads.iter().filter(|workload| !workload.title.is_empty());
        let Some(first) = named.next() else { return "" };
        let separator = first.kind.separator();
        let parent = |text: &str| text.rfind(separator).map_or(0, |start| start + separator.len());
        let mut shared = &first.title[..parent(&first.title)];
        let mut others = 0;
        for workload in named {
            others += 1;
            while !workload.title.starts_with(shared) {
                shared = &shared[..parent(&shared[..shared.len() - separator.len()])];
            }
        }
        if others == 0 { "" } else { shared }
    }
}

/// The benchmarks and commands by target, in the order in which the targets come first. Builds, tests and sizes have a
/// table of their own.
pub(crate) fn suites(result: &AuditResult) -> Vec<Suite<'_>> {
    let mut suites: Vec<Suite<'_>> = Vec::new();
    let mut places = HashMap::new();
    for workload in result.workloads.iter().filter(|workload| workload.kind.own_metric().is_none()) {
        let (package, target) = (workload.package.as_str(), workload.target.as_str());
        let place = *places.entry((package, target)).or_insert_with(|| {
            suites.push(Suite { package, target, workloads: Vec::new() });
            suites.len() - 1
        });
        suites[place].workloads.push(workload);
    }
    suites
}

/// The name of a workload within its target; a target as a whole has none of its own.
pub(crate) fn title(workload: &Workload) -> String {
    if workload.title.is_empty() { "(whole target)".to_owned() } else { text::visible(&workload.title) }
}

/// The name of a workload without a prefix that its heading tells.
pub(crate) fn title_behind(prefix: &str, workload: &Workload) -> String {
    match workload.title.strip_prefix(prefix) {
        Some(rest) if !rest.is_empty() => text::visible(rest),
        _ => title(workload),
    }
}

/// What there is to gain from a finding. Blocks and bytes that are made cannot be more than those; time can, as what is left
/// may run faster by itself where caches are spared.
pub(crate) fn to_gain(finding: &Finding) -> Option<String> {
    let gain = gain(finding.ceiling_gain.as_ref()?)?;
    Some(match finding.code {
        Some(_) => format!("{gain} of its time to gain if it cost nothing"),
        None => format!("at most {gain} to gain"),
    })
}

/// An amount that a finding can gain: `5.37 MB in each iteration`.
pub(crate) fn gain(gain: &Figure) -> Option<String> {
    let value = quantity::value(gain.value()?, gain.unit);
    let value = match (gain.unit, value.trim_end()) {
        (Unit::Count, "1") => "1 block".to_owned(),
        (Unit::Count, value) => format!("{value} blocks"),
        _ => value,
    };
    Some(match gain.of {
        Of::Call => format!("{value} in each iteration"),
        Of::Process => format!("{value} in each run"),
        _ => quantity::figure(gain),
    })
}

/// The rules that flag each workload, the gravest first: findings are ranked.
pub(crate) fn flags_by_gravity(result: &AuditResult) -> HashMap<&str, Vec<&str>> {
    let mut rules: HashMap<&str, Vec<&str>> = HashMap::new();
    // What a line of the code costs says nothing against the figure.
    let is_of_figures =
        |finding: &&Finding| finding.granularity != Granularity::Line && finding.code.is_none();
    for finding in result.findings.iter().filter(is_of_figures) {
        for id in &finding.workloads {
            let known = rules.entry(id.0.as_str()).or_default();
            if !known.contains(&finding.rule.as_str()) {
                known.push(&finding.rule);
            }
        }
    }
    rules
}

/// The audits that say something is wrong with the workload.
pub(crate) fn flags(workload: &Workload) -> impl Iterator<Item = &WorkloadAudit> {
    workload.audits.iter().filter(|audit| audit.state == AuditState::Flagged)
}

/// True when nothing is wrong with the workload or its figures.
pub(crate) fn is_plain(workload: &Workload) -> bool {
    workload.state == WorkloadState::Measured && flags(workload).next().is_none()
}

/// Whether a run is one of a project as it is, whatever patches it made beside that.
pub(crate) fn is_audit(result: &AuditResult) -> bool {
    !result.workloads.is_empty() || result.source.is_some()
}

/// `42 benchmarks: 39 measured (2 flagged), 1 failed, 2 not run`.
pub(crate) fn counts(result: &AuditResult) -> String {
    if let Some(search) = &result.bisection {
        let comparisons = quantity::counted(search.comparisons as usize, "comparison");
        return format!("{comparisons}, {} of processes", quantity::counted(search.pairs as usize, "pair"));
    }
    if let Some(matrix) = &result.matrix {
        let again = match &matrix.answer {
            MatrixAnswer::Recommended { again, .. } | MatrixAnswer::NotConfirmed { again, .. } => {
                again.as_slice()
            }
            MatrixAnswer::Keep { .. } => &[],
        };
        let all = matrix.cells.iter().flat_map(|cell| &cell.rows).chain(again);
        let pairs: usize = all.map(|row| row.pairs as usize).sum();
        let is_tried = |cell: &&MatrixCell| matches!(cell.state, CellState::Measured | CellState::Failed);
        let tried = matrix.cells.iter().filter(is_tried).count();
        let cells = quantity::counted(matrix.cells.len(), "setting");
        return format!("{tried} of {cells} tried, {} of processes", quantity::counted(pairs, "pair"));
    }
    if !result.certificates.is_empty() && !is_audit(result) {
        let measured = result.certificates.iter().filter_map(|one| one.comparison.as_ref());
        let pairs: usize = measured.flat_map(|one| &one.rows).map(|row| row.pairs as usize).sum();
        let patches = result.certificates.iter().filter(|one| one.patch.stacked.is_empty()).count();
        let noun = if patches == 1 { "patch" } else { "patches" };
        return format!("{patches} {noun}, {} of processes", quantity::counted(pairs, "pair"));
    }
    if let Some(comparison) = &result.paired {
        let pairs: usize = comparison.rows.iter().map(|row| row.pairs as usize).sum();
        let rows = quantity::counted(comparison.rows.len(), "row");
        return format!("{rows}, {} of processes", quantity::counted(pairs, "pair"));
    }
    if result.workloads.is_empty() {
        return "no benchmark".to_owned();
    }
    let in_state = |state| result.workloads.iter().filter(move |workload| workload.state == state);
    let mut parts = Vec::new();
    for state in WorkloadState::ALL {
        let n = in_state(state).count();
        let flagged = in_state(state).filter(|workload| flags(workload).next().is_some()).count();
        if n > 0 && flagged > 0 {
            parts.push(format!("{n} {} ({flagged} flagged)", state.label()));
        } else if n > 0 {
            parts.push(format!("{n} {}", state.label()));
        }
    }
    let has_others = result.workloads.iter().any(|workload| workload.kind.own_metric().is_some());
    let noun = if has_others { "workload" } else { "benchmark" };
    format!("{}: {}", quantity::counted(result.workloads.len(), noun), parts.join(", "))
}

/// The median, if the workload has it.
pub(crate) fn median(workload: &Workload) -> Option<&Figure> {
    figure(workload, &MetricName::WALL_TIME_P50)
}

/// The figure of a metric, if the workload has it.
pub(crate) fn figure<'a>(workload: &'a Workload, name: &MetricName) -> Option<&'a Figure> {
    workload.metric(name).map(|metric| &metric.figure)
}

/// A metric's name for a table: `p50` for `wall_time.p50`.
pub(crate) fn short_name(name: &MetricName) -> &str {
    name.0.strip_prefix("wall_time.").unwrap_or(&name.0)
}

/// What the observations of a figure are, in the plural.
pub(crate) fn observations(of: Of) -> &'static str {
    match of {
        Of::Call => "calls",
        Of::BatchMean => "batches",
        Of::Process | Of::ProcessMedian => "processes",
        Of::Sample => "samples",
        Of::File => "files",
        Of::Compilation => "compilations",
    }
}

/// What a reader of a table of these metrics must know: why cells are empty or lack an interval, each reason once
/// with the number of benchmarks it holds for, and what the percentiles are of.
pub(crate) fn footnotes(result: &AuditResult, names: &[MetricName]) -> Vec<String> {
    let mut notes = Vec::new();
    for name in names {
        let mut reasons: BTreeMap<(bool, &str), usize> = BTreeMap::new();
        for figure in result.workloads.iter().filter_map(|workload| figure(workload, name)) {
            match &figure.estimate {
                Estimate::WithInterval { .. } => {}
                Estimate::WithoutInterval { reason, .. } => *reasons.entry((true, reason)).or_default() += 1,
                Estimate::AtMost { reason, .. } | Estimate::NotEstimable { reason } => {
                    *reasons.entry((false, reason)).or_default() += 1;
                }
            }
        }
        for has_value in [true, false] {
            let mut same: Vec<(&str, usize)> = reasons
                .iter()
                .filter(|((with_value, _), _)| *with_value == has_value)
                .map(|((_, reason), n)| (*reason, *n))
                .collect();
            same.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            notes.extend(footnote(name, has_value, &same));
        }
    }
    let medians = || result.workloads.iter().filter_map(median).filter(|figure| figure.value().is_some());
    if medians().any(|figure| figure.of == Of::BatchMean) {
        notes.push("Percentiles of batches are those of batch means; single calls spread wider.".to_owned());
    }
    if medians().any(|figure| figure.of == Of::ProcessMedian) {
        notes.push(
            "Where n counts processes, an observation is the median of one process; single calls spread wider."
                .to_owned(),
        );
    }
    if medians().any(|figure| figure.unit == Unit::Unknown) {
        notes.push("`units` are those of a custom measurement, which does not record them.".to_owned());
    }
    notes
}

/// The most frequent reason, and how many benchmarks have others.
fn footnote(name: &MetricName, has_value: bool, reasons: &[(&str, usize)]) -> Option<String> {
    let ((reason, n), others) = reasons.split_first()?;
    // Most reasons begin with what is missing.
    let what = if has_value && !reason.starts_with("no ") { "no interval, " } else { "" };
    let name = text::one_line(short_name(name));
    let others: usize = others.iter().map(|(_, n)| n).sum();
    let others = if others > 0 {
        format!(", and the like for {} more", quantity::counted(others, "benchmark"))
    } else {
        String::new()
    };
    Some(format!("{name}: {what}{}: {}{others}", text::one_line(reason), quantity::counted(*n, "benchmark")))
}

/// Workloads without a figure that share state and message.
pub(crate) struct Unmeasured<'a> {
    /// What became of them.
    pub(crate) state: WorkloadState,
    /// Why.
    pub(crate) message: Option<&'a str>,
    /// Them, in the order of the result.
    pub(crate) workloads: Vec<&'a Workload>,
}

/// The workloads that `wanted` picks, by state and message, in the order in which these come first.
pub(crate) fn unmeasured(
    result: &AuditResult,
    wanted: impl Fn(WorkloadState) -> bool,
) -> Vec<Unmeasured<'_>> {
    let mut groups: Vec<Unmeasured<'_>> = Vec::new();
    let mut places = HashMap::new();
    for workload in result.workloads.iter().filter(|workload| wanted(workload.state)) {
        let (state, message) = (workload.state, workload.message.as_deref());
        let place = *places.entry((state, message)).or_insert_with(|| {
            groups.push(Unmeasured { state, message, workloads: Vec::new() });
            groups.len() - 1
        });
        groups[place].workloads.push(workload);
    }
    groups
}

/// `package/target`; what has no target is in its package directly.
fn place(package: &str, target: &str) -> String {
    if target.is_empty() { package.to_owned() } else { format!("{package}/{target}") }
}

/// A workload's full name: its id, or `package/target` for a target as a whole.
pub(crate) fn full_name(workload: &Workload) -> Cow<'_, str> {
    if workload.title.is_empty() {
        Cow::Owned(place(&workload.package, &workload.target))
    } else {
        Cow::Borrowed(&workload.id.0)
    }
}

/// The name of an enum's variant as it stands in result.json, with spaces.
pub(crate) fn words<T: serde::Serialize>(variant: T) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    }
}
/// Commands that were compared with each other, one sentence each: the figure, and how it was made.
pub(crate) fn relative(result: &AuditResult) -> Vec<String> {
    let name = &MetricName::WALL_TIME_RELATIVE;
    let compared = result.workloads.iter().filter_map(|workload| Some((workload, workload.metric(name)?)));
    compared
        .map(|(workload, metric)| {
            let figure = &metric.figure;
            let value = match (&figure.estimate, figure.interval()) {
                (_, Some(interval)) => format!(
                    "{:.2} [{:.2} to {:.2}] times as long",
                    figure.value().unwrap_or(f64::NAN),
                    interval.lower(),
                    interval.upper()
                ),
                (Estimate::WithoutInterval { value, reason }, None) => {
                    format!("{value:.2} times as long ({reason})")
                }
                _ => format!("not estimable ({})", figure.reason().unwrap_or_default()),
            };
            format!("`{}`: {value}: {}; {} rounds", workload.title, figure.method.0, figure.n)
        })
        .collect()
}
