//! What the source holds, for the report.

use perfaudit_result::{
    AsyncModule, CodeKind, ComplexFunction, FilesOfKind, Finding, Heat, ModuleImport, PackageDependency,
    RuleCount, Source, UnreadFile,
};
use perfaudit_source::scan::{Place, ProjectFacts};

use super::Scanned;

/// How many of the most complex functions are listed.
const MOST_COMPLEX: usize = 10;

pub(super) fn source(
    scanned: Scanned,
    rules: Vec<RuleCount>,
    findings: &[Finding],
    is_measured: bool,
) -> Source {
    let Scanned { scan, packages, oracle } = scanned;
    let facts = ProjectFacts::of(&scan.files, MOST_COMPLEX);
    let name = |at: usize| packages[at].name.clone();
    let mut dependencies = Vec::new();
    for manifest in scan.files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let Some(package) = manifest.package else { continue };
        let used = packages.iter().filter(|other| manifest.analysis.imports.contains(&other.name));
        dependencies
            .extend(used.map(|other| PackageDependency { package: name(package), on: other.name.clone() }));
    }
    Source {
        answer: answer(findings, is_measured),
        oracle,
        cache_hits: scan.cache.hits,
        cache_misses: scan.cache.misses,
        files: facts
            .files
            .iter()
            .map(|(place, files)| FilesOfKind { kind: kind(*place), files: u64::from(*files) })
            .collect(),
        lines: facts.lines,
        source_code: facts.source_code,
        test_code: facts.test_code,
        comments: facts.comments,
        functions: facts.functions,
        complex_functions: facts.complex_count,
        most_complex: facts
            .complex
            .into_iter()
            .map(|(file, function)| ComplexFunction {
                symbol: function.symbol,
                file,
                line: function.line,
                complexity: function.complexity,
            })
            .collect(),
        asynchronous: facts
            .asynchronous
            .into_iter()
            .map(|module| AsyncModule {
                file: module.path,
                functions: module.functions,
                never_await: module.never_await,
                awaits: module.awaits,
                blocking: module.blocking,
                locks_across_await: module.locks,
            })
            .collect(),
        dependencies,
        imports: facts
            .imports
            .into_iter()
            .map(|import| ModuleImport {
                package: name(import.package),
                from: import.from,
                to: import.to,
                files: import.files,
            })
            .collect(),
        unread: scan
            .unread
            .into_iter()
            .map(|unread| UnreadFile { file: unread.path, reason: unread.reason })
            .collect(),
        rules,
    }
}

/// What matters, in one line.
fn answer(findings: &[Finding], is_measured: bool) -> String {
    let with = |kind: fn(CodeKind) -> bool, heat: Option<Heat>| {
        let code = findings.iter().filter_map(|finding| finding.code.as_ref());
        code.filter(|code| kind(code.kind) && heat.is_none_or(|heat| code.heat == heat)).count()
    };
    let ships = |kind: CodeKind| kind == CodeKind::Production;
    let (all, hot, unknown) =
        (with(ships, None), with(ships, Some(Heat::Hot)), with(ships, Some(Heat::NotMeasured)));
    let places = |n: usize| if n == 1 { "1 place".to_owned() } else { format!("{n} places") };
    let elsewhere = match with(|kind| kind != CodeKind::Production, None) {
        0 => String::new(),
        n => format!("; {n} more in tests, benchmarks, examples and generated code"),
    };
    match (all, hot) {
        (0, _) => format!("no action needed: no rule finds anything in what ships{elsewhere}"),
        (all, _) if !is_measured => {
            format!(
                "{} may cost time where they run often; none was measured in this run{elsewhere}",
                places(all)
            )
        }
        (all, 0) if unknown < all => {
            let rest = if unknown > 0 { format!(", {unknown} were in no profile") } else { String::new() };
            format!("no action needed: none of {} takes 1 % of a workload{rest}{elsewhere}", places(all))
        }
        (all, 0) => format!("none of {} was in a profile: measure what runs them{elsewhere}", places(all)),
        (all, hot) => format!(
            "{hot} of {} take at least 1 % of a workload; {unknown} were in no profile{elsewhere}",
            places(all)
        ),
    }
}

pub(super) fn kind(place: Place) -> CodeKind {
    match place {
        Place::Production => CodeKind::Production,
        Place::Test => CodeKind::Test,
        Place::Bench => CodeKind::Bench,
        Place::Example => CodeKind::Example,
        Place::BuildScript => CodeKind::BuildScript,
        Place::Generated => CodeKind::Generated,
    }
}
