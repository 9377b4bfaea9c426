//! From what rules found to findings, in the order in which they deserve attention.

use std::collections::{BTreeMap, HashMap};

use perfaudit_cpu::analyse::SourcePlace;
use perfaudit_project::config::SourceSettings;
use perfaudit_result::{
    CodeFinding, CodeKind, Confidence, Evidence, Finding, Granularity, Heat, KnownBy, Location, RuleCount,
    Severity, Source, Verification, VerificationState,
};
use perfaudit_run::sha256;
use perfaudit_source::rules::{self, Hit, Rule};
use perfaudit_source::scan::{Place, ScannedFile};

use super::join::{Cost, MATTERS, Profiles, Seen, costs, speed_up};
use super::{Scanned, told};

/// A hot loop is worth splitting from this share of a workload on.
const WORTH_SPLITTING: f64 = 0.1;

/// What there is to say of the source.
pub(crate) struct Read {
    pub(crate) source: Source,
    pub(crate) findings: Vec<Finding>,
}

/// Joins what was found with the profiles of the run.
pub(crate) fn read(scanned: Scanned, settings: &SourceSettings, profiles: Profiles<'_>) -> Read {
    let found: Vec<(&ScannedFile, &Hit, &'static Rule)> = scanned
        .scan
        .files
        .iter()
        .flat_map(|file| file.analysis.hits.iter().map(move |hit| (file, hit)))
        .filter_map(|(file, hit)| Some((file, hit, rules::find(&hit.rule)?)))
        .filter(|(_, _, rule)| !settings.off.value.iter().any(|off| off == rule.id))
        .collect();
    let places: Vec<Option<SourcePlace>> = found.iter().map(|(file, hit, _)| place(file, hit)).collect();
    let mut counts: BTreeMap<&str, RuleCount> = BTreeMap::new();
    let mut ordinals: HashMap<(&str, &str, &str), u32> = HashMap::new();
    let mut ranked: Vec<(f64, Finding)> = Vec::new();
    for ((file, hit, rule), cost) in found.into_iter().zip(costs(profiles, &places)) {
        let count = counts
            .entry(rule.id)
            .or_insert_with(|| RuleCount { rule: rule.id.to_owned(), ..RuleCount::default() });
        let kind = kind(file, hit);
        if hit.allowed.is_some() {
            count.allowed += 1;
            continue;
        }
        // Only told where it pays.
        if rule.only_hot && cost.largest_of_cpu() < WORTH_SPLITTING {
            continue;
        }
        match (kind, cost.heat) {
            (CodeKind::Production, Heat::Hot) => count.hot += 1,
            (CodeKind::Production, Heat::Cold) => count.cold += 1,
            (CodeKind::Production, Heat::NotMeasured) => count.not_measured += 1,
            _ => count.elsewhere += 1,
        }
        let ordinal = ordinals.entry((rule.id, &file.path, &hit.symbol)).or_default();
        *ordinal += 1;
        let rank = cost.largest();
        ranked.push((rank, finding(file, hit, rule, kind, cost, *ordinal, settings)));
    }
    // Measured and hot first, by what it takes; tests and the like last.
    ranked.sort_by(|(a_rank, a), (b_rank, b)| {
        order(a).cmp(&order(b)).then(b_rank.total_cmp(a_rank)).then_with(|| where_is(a).cmp(&where_is(b)))
    });
    let findings: Vec<Finding> = ranked.into_iter().map(|(_, finding)| finding).collect();
    let is_measured = profiles.cpu.is_some() || profiles.heap.is_some();
    let source = told::source(scanned, counts.into_values().collect(), &findings, is_measured);
    Read { source, findings }
}

fn place(file: &ScannedFile, hit: &Hit) -> Option<SourcePlace> {
    Some(SourcePlace { file: file.path.clone(), lines: hit.cost?, function: hit.function })
}

fn kind(file: &ScannedFile, hit: &Hit) -> CodeKind {
    match file.place {
        Place::Production if hit.is_test => CodeKind::Test,
        place => told::kind(place),
    }
}

/// Shipped code before other code, hot before not measured before cold.
fn order(finding: &Finding) -> (Severity, bool, u8, u8) {
    let code = finding.code.as_ref();
    let elsewhere = code.is_some_and(|code| code.kind != CodeKind::Production);
    let heat = match code.map(|code| code.heat) {
        Some(Heat::Hot) => 0,
        Some(Heat::NotMeasured) => 1,
        _ => 2,
    };
    let doubt = match finding.confidence {
        Confidence::High => 0,
        Confidence::Medium => 1,
        Confidence::Low => 2,
    };
    (finding.severity, elsewhere, heat, doubt)
}

fn where_is(finding: &Finding) -> Option<(&str, Option<u32>)> {
    finding.locations.first().map(|location| (location.file.as_str(), location.line))
}

fn finding(
    file: &ScannedFile,
    hit: &Hit,
    rule: &Rule,
    kind: CodeKind,
    cost: Cost,
    ordinal: u32,
    settings: &SourceSettings,
) -> Finding {
    let is_named = |names: &[String]| names.iter().any(|name| name == rule.id);
    let matters = kind == CodeKind::Production && cost.heat == Heat::Hot;
    let severity = if is_named(&settings.note.value) {
        Severity::Note
    } else if is_named(&settings.warning.value) && kind == CodeKind::Production {
        Severity::Warning
    } else if matters {
        rule.severity
    } else {
        Severity::Note
    };
    let place = if hit.symbol.is_empty() { file.path.clone() } else { hit.symbol.clone() };
    let hot = cost.by_workload.iter().filter(|seen| seen.largest() >= MATTERS);
    let workloads = hot.map(|seen| seen.id.clone()).collect();
    let key = format!("{}\0{}\0{}\0{ordinal}", rule.id, file.path, hit.symbol);
    Finding {
        rule: rule.id.to_owned(),
        title: format!("{}: `{place}`", rule.title),
        message: hit.message.clone(),
        remedy: rule.remedy.to_owned(),
        fingerprint: sha256(key.as_bytes())[..16].to_owned(),
        severity,
        confidence: hit.confidence,
        locations: vec![Location {
            file: file.path.clone(),
            line: Some(hit.line),
            column: Some(hit.column),
            end_line: Some(hit.end_line),
        }],
        evidence: evidence(hit, &cost),
        workloads,
        share_of_cpu: cost.share_of_cpu,
        share_of_alloc_bytes: cost.share_of_alloc_bytes,
        by_workload: cost.by_workload.iter().map(Seen::told).collect(),
        granularity: cost.granularity,
        ceiling_gain: cost.ceiling_gain,
        verification: Verification { state: VerificationState::NotTried },
        code: Some(CodeFinding {
            symbol: hit.symbol.clone(),
            category: rule.category.as_str().to_owned(),
            kind,
            heat: cost.heat,
            known_by: if hit.is_confirmed { KnownBy::Types } else { KnownBy::Syntax },
        }),
    }
}

fn evidence(hit: &Hit, cost: &Cost) -> Vec<Evidence> {
    let known = if hit.is_confirmed {
        "the compiler's types bear it out"
    } else {
        "told from the syntax of the file alone"
    };
    let mut evidence = vec![Evidence { artifact: None, text: known.to_owned() }];
    let share = |share: f64| format!("{:.1} %", 100.0 * share);
    for workload in cost.by_workload.iter().take(3) {
        let mut parts = Vec::new();
        if let Some(figure) = &workload.cpu {
            let interval = figure
                .interval()
                .map(|interval| format!(" ({} to {})", share(interval.lower()), share(interval.upper())));
            let value = figure.value().map_or_else(|| "an unknown share".to_owned(), share);
            let faster = figure
                .value()
                .map(|share| format!(", without them it is at most {:.2} times as fast", speed_up(share)));
            parts.push(format!(
                "{value}{} of its CPU time{}",
                interval.unwrap_or_default(),
                faster.unwrap_or_default()
            ));
        }
        if let Some(bytes) = workload.bytes {
            parts.push(format!("{} of its allocated bytes", share(bytes)));
        }
        let what = match cost.granularity {
            Granularity::Function => "its function",
            _ => "its lines with what they call",
        };
        let artifact =
            cost.artifact.clone().filter(|_| workload.cpu.is_some() && workload == &cost.by_workload[0]);
        evidence
            .push(Evidence { artifact, text: format!("{}: {what} take {}", workload.id, parts.join(", ")) });
    }
    evidence
}
