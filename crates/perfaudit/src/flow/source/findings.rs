//! From what rules found to findings, in the order in which they deserve attention.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use perfaudit_cpu::analyse::{Named, Part, SourcePlace};
use perfaudit_project::config::SourceSettings;
use perfaudit_result::{
    CodeFinding, CodeKind, Confidence, Evidence, Figure, Finding, Heat, KnownBy, Location, Method, RuleCount,
    Severity, Source, Verification,
};
use perfaudit_run::sha256;
use perfaudit_source::rules::{self, Hit, Rule, Saves};
use perfaudit_source::scan::{PackageRoot, Place, ScannedFile};

use super::join::{Cost, MATTERS, Price, Profiles, Seen, costs, speed_up};
use super::snippets::Snippets;
use super::{Scanned, told};

/// What there is to say of the source.
pub(crate) struct Read {
    pub(crate) source: Source,
    pub(crate) findings: Vec<Finding>,
}

/// Joins what was found with the profiles of the run.
pub(crate) fn read(scanned: Scanned, settings: &SourceSettings, profiles: Profiles<'_>, root: &Path) -> Read {
    let found: Vec<(&ScannedFile, &Hit, &'static Rule)> = scanned
        .scan
        .files
        .iter()
        .flat_map(|file| file.analysis.hits.iter().map(move |hit| (file, hit)))
        .filter_map(|(file, hit)| Some((file, hit, rules::find(&hit.rule)?)))
        .filter(|(_, _, rule)| !settings.off.value.iter().any(|off| off == rule.id))
        .collect();
    let places: Vec<Option<SourcePlace>> =
        found.iter().map(|(file, hit, rule)| place(file, &scanned.packages, hit, rule)).collect();
    let mut counts: BTreeMap<&str, RuleCount> = BTreeMap::new();
    let mut ordinals: HashMap<(&str, &str, &str), u32> = HashMap::new();
    let costs = costs(profiles, &places);
    let mut ranked: Vec<Ranked<'_>> = Vec::new();
    let mut texts = Snippets::new(root);
    for ((file, hit, rule), cost) in found.into_iter().zip(&costs) {
        let count = counts
            .entry(rule.id)
            .or_insert_with(|| RuleCount { rule: rule.id.to_owned(), ..RuleCount::default() });
        let kind = kind(file, hit);
        if hit.allowed.is_some() {
            count.allowed += 1;
            continue;
        }
        // Only told where it pays.
        if hit.only_from.is_some_and(|share| cost.largest_of_cpu() < share) {
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
        let subject = Subject { file, hit, rule, kind, cost };
        let finding = finding(&subject, *ordinal, settings, &mut texts);
        ranked.push(Ranked { saves: rule.saves, price: cost.price(), finding });
    }
    // Measured and hot first, by what it takes; tests and the like last.
    ranked.sort_by(|a, b| {
        order(a)
            .cmp(&order(b))
            .then_with(|| a.price.cmp(&b.price))
            .then_with(|| doubt(a).cmp(&doubt(b)))
            .then_with(|| where_is(&a.finding).cmp(&where_is(&b.finding)))
    });
    let findings: Vec<Finding> = ranked.into_iter().map(|ranked| ranked.finding).collect();
    let is_measured = profiles.cpu.is_some() || profiles.heap.is_some();
    let source = told::source(scanned, counts.into_values().collect(), &findings, is_measured);
    Read { source, findings }
}

fn place(file: &ScannedFile, packages: &[PackageRoot], hit: &Hit, rule: &Rule) -> Option<SourcePlace> {
    let ships = kind(file, hit) == CodeKind::Production;
    let package = file.package.filter(|_| ships).and_then(|at| packages.get(at));
    let named = package.map(|package| Named { package: package.name.clone(), symbol: hit.symbol.clone() });
    let part = match saves(hit, rule) {
        Saves::Through { in_own, words, .. } => Some(Part { in_own, words }),
        Saves::Lines | Saves::Waiting | Saves::Elsewhere => None,
    };
    (!hit.cost.is_empty()).then(|| SourcePlace {
        file: file.path.clone(),
        lines: hit.cost.clone(),
        function: hit.function,
        part,
        named: named.filter(|_| hit.function.is_some()),
    })
}

/// Which part of what its lines cost the remedy of a finding can save.
fn saves(hit: &Hit, rule: &Rule) -> Saves {
    if hit.saves_lines { Saves::Lines } else { rule.saves }
}

fn kind(file: &ScannedFile, hit: &Hit) -> CodeKind {
    match file.place {
        Place::Production if hit.is_test => CodeKind::Test,
        place => told::kind(place),
    }
}

/// A finding with what its place in the order is told by.
struct Ranked<'a> {
    saves: Saves,
    price: Price<'a>,
    finding: Finding,
}

/// Shipped code before other code, hot before not measured before cold; what saves no CPU time of its lines has no
/// price to be ranked by, and follows what has.
fn order(ranked: &Ranked<'_>) -> (Severity, bool, u8, bool) {
    let code = ranked.finding.code.as_ref();
    let elsewhere = code.is_some_and(|code| code.kind != CodeKind::Production);
    let heat = match code.map(|code| code.heat) {
        Some(Heat::Hot) => 0,
        Some(Heat::NotMeasured) => 1,
        _ => 2,
    };
    (ranked.finding.severity, elsewhere, heat, !ranked.saves.is_cpu_time())
}

/// Among those that cost the same, or of which nobody knows what they cost, the surer ones come first.
fn doubt(ranked: &Ranked<'_>) -> u8 {
    match ranked.finding.confidence {
        Confidence::High => 0,
        Confidence::Medium => 1,
        Confidence::Low => 2,
    }
}

/// A hot finding is a warning from this share of the CPU time of a workload on: less can hardly be told from noise when it
/// is mended.
const WORTH_A_WARNING: f64 = 0.02;

/// How much it matters, as the order of findings has it.
fn severity(subject: &Subject<'_>, settings: &SourceSettings) -> Severity {
    let Subject { rule, kind, cost, .. } = subject;
    let is_named = |names: &[String]| names.iter().any(|name| name == rule.id);
    if is_named(&settings.note.value) {
        return Severity::Note;
    }
    if is_named(&settings.warning.value) && *kind == CodeKind::Production {
        return Severity::Warning;
    }
    if *kind != CodeKind::Production || cost.heat != Heat::Hot {
        return Severity::Note;
    }
    if !rule.saves.is_cpu_time() {
        return rule.severity;
    }
    match cost.price().cpu {
        Some((share, _)) if share >= WORTH_A_WARNING => Severity::Warning,
        Some(_) => Severity::Note,
        None => rule.severity,
    }
}

fn where_is(finding: &Finding) -> Option<(&str, Option<u32>)> {
    finding.locations.first().map(|location| (location.file.as_str(), location.line))
}

/// What one finding is made of.
struct Subject<'a> {
    file: &'a ScannedFile,
    hit: &'a Hit,
    rule: &'static Rule,
    kind: CodeKind,
    cost: &'a Cost,
}

fn finding(subject: &Subject<'_>, ordinal: u32, settings: &SourceSettings, texts: &mut Snippets) -> Finding {
    let Subject { file, hit, rule, kind, cost } = *subject;
    let matters = kind == CodeKind::Production && cost.heat == Heat::Hot;
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
        severity: severity(subject, settings),
        confidence: hit.confidence,
        locations: vec![Location {
            file: file.path.clone(),
            line: Some(hit.line),
            column: Some(hit.column),
            end_line: Some(hit.end_line),
        }],
        evidence: evidence(hit, rule, cost),
        workloads,
        share_of_cpu: cost.share_of_cpu,
        share_of_alloc_bytes: cost.share_of_alloc_bytes,
        by_workload: cost.by_workload.iter().map(Seen::told).collect(),
        granularity: cost.granularity,
        ceiling_gain: ceiling(hit, rule, cost),
        verification: Verification::default(),
        code: Some(CodeFinding {
            symbol: hit.symbol.clone(),
            category: rule.category.as_str().to_owned(),
            kind,
            heat: cost.heat,
            known_by: if hit.is_confirmed { KnownBy::Types } else { KnownBy::Syntax },
            effort: rule.effort,
            rank_key: rank_key(rule, cost),
            instead: if matters { rule.instead() } else { String::new() },
            snippet: if matters { texts.lines(&file.path, (hit.line, hit.end_line)) } else { None },
        }),
    }
}

/// What is gained of the workload where its share is largest, if it cost nothing any more.
fn ceiling(hit: &Hit, rule: &Rule, cost: &Cost) -> Option<Figure> {
    let part = match saves(hit, rule) {
        Saves::Waiting | Saves::Elsewhere => return None,
        Saves::Lines => "these lines, with what they call,".to_owned(),
        Saves::Through { doing, .. } => format!("what these lines spend on {doing},"),
    };
    let method = format!(
        "the share of CPU time of {part} in the workload where it is largest: what is saved if it costs nothing and the rest stays as fast as it is (Amdahl, 1967); where caches are spared, the rest is faster, too"
    );
    cost.ceiling_gain.clone().map(|share| Figure { method: Method(method.into()), ..share })
}

fn rank_key(rule: &Rule, cost: &Cost) -> String {
    match rule.saves {
        Saves::Waiting => "it saves no CPU time, and what it saves of waiting was not measured".to_owned(),
        Saves::Elsewhere => "what it saves is not told by what its lines cost".to_owned(),
        Saves::Lines | Saves::Through { .. } => cost.price().told(),
    }
}

fn evidence(hit: &Hit, rule: &Rule, cost: &Cost) -> Vec<Evidence> {
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
            let faster = figure.value().filter(|_| rule.saves.is_cpu_time()).map(|share| {
                format!(
                    ", without them it is {:.2} times as fast if the rest stays as it is",
                    speed_up(share)
                )
            });
            parts.push(format!(
                "{value}{} of its CPU time{}",
                interval.unwrap_or_default(),
                faster.unwrap_or_default()
            ));
        }
        if let Some(bytes) = workload.bytes {
            parts.push(format!("{} of its allocated bytes", share(bytes)));
        }
        let what = match saves(hit, rule) {
            Saves::Through { doing, .. } => format!("what its lines spend on {doing}"),
            _ => "its lines with what they call".to_owned(),
        };
        let artifact =
            cost.artifact.clone().filter(|_| workload.cpu.is_some() && workload == &cost.by_workload[0]);
        evidence.push(Evidence { artifact, text: format!("{}: {what}: {}", workload.id, parts.join(", ")) });
    }
    if let Some((id, most)) = &cost.of_function {
        let text = format!(
            "{id}: all of its function: {} of its CPU time; that program has no debug information, so that its lines are not known: build it with `debug = \"line-tables-only\"`",
            share(*most)
        );
        evidence.push(Evidence { artifact: None, text });
    }
    if let Some((id, most)) = &cost.of_crate {
        let text = format!(
            "{id}: all of its crate: {} of its CPU time; that program has no debug information, so that nothing finer is known: build it with `debug = \"line-tables-only\"`",
            share(*most)
        );
        evidence.push(Evidence { artifact: None, text });
    }
    evidence
}
