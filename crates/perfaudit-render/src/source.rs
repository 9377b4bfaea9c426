//! What reports say of the project's source, in all formats.

use perfaudit_result::{AuditResult, CodeKind, Finding, Heat, Severity, Source, WorkloadId};

use crate::{quantity, rows};

/// The findings that stand in front, and those that are folded: in source, in code that is not shipped, measured and
/// cheap, or, in a run that measured something else, not measured.
pub(crate) fn folded(result: &AuditResult) -> (Vec<&Finding>, Vec<&Finding>) {
    let is_measured = result.cpu.is_some() || result.heap.is_some();
    result.findings.iter().partition(|finding| match &finding.code {
        None => true,
        Some(_) if finding.severity != Severity::Note => true,
        Some(code) if code.kind != CodeKind::Production => false,
        Some(code) => code.heat == Heat::Hot || !is_measured,
    })
}

/// Folded findings by why they are.
pub(crate) fn by_reason<'a>(folded: &[&'a Finding]) -> Vec<(&'static str, Vec<&'a Finding>)> {
    let reasons = [
        "in code that no profile shows: not measured",
        "measured, and below 1 % of every workload",
        "in tests, benchmarks, examples, build scripts and generated code",
    ];
    let place = |finding: &Finding| match &finding.code {
        Some(code) if code.kind != CodeKind::Production => 2,
        Some(code) if code.heat == Heat::Cold => 1,
        _ => 0,
    };
    let with = |wanted| folded.iter().copied().filter(|finding| place(finding) == wanted).collect::<Vec<_>>();
    let all = reasons.into_iter().enumerate().map(|(at, why)| (why, with(at)));
    all.filter(|(_, findings)| !findings.is_empty()).collect()
}

/// `12 files of Rust, 3400 lines: 2100 of code, 900 of tests (0.43 for each line of code), 200 of comments`.
pub(crate) fn size(source: &Source) -> String {
    let files: u64 = source.files.iter().map(|kind| kind.files).sum();
    #[expect(clippy::cast_precision_loss, reason = "nobody writes 2^53 lines")]
    let ratio = match source.source_code {
        0 => String::new(),
        code => format!(" ({:.2} for each line of code)", source.test_code as f64 / code as f64),
    };
    format!(
        "{files} files of Rust, {} lines: {} of code, {} of tests, benchmarks and examples{ratio}, {} of comments; {} functions, {} with a complexity of 10 or more",
        source.lines,
        source.source_code,
        source.test_code,
        source.comments,
        source.functions,
        source.complex_functions,
    )
}

/// Whether types were known, and how the cache was used.
pub(crate) fn method(source: &Source) -> String {
    let oracle = &source.oracle;
    let types = if oracle.used {
        format!("{}: {} borne out, {} refuted", oracle.detail, oracle.confirmed, oracle.refuted)
    } else {
        format!("findings are from syntax alone: {}", oracle.detail)
    };
    let read = quantity::counted(usize::try_from(source.cache_misses).unwrap_or(usize::MAX), "file");
    format!("{types}; {read} read, {} known from an earlier run", source.cache_hits)
}

/// The head of the table of async code, and a row for each file that has any, those with trouble first.
pub(crate) fn asynchronous(source: &Source) -> ([&'static str; 6], Vec<[String; 6]>) {
    let mut modules: Vec<_> = source.asynchronous.iter().collect();
    modules.sort_by_key(|module| {
        std::cmp::Reverse((module.blocking + module.locks_across_await, module.never_await, module.functions))
    });
    let rows = modules.into_iter().map(|module| {
        [
            module.file.clone(),
            module.functions.to_string(),
            module.never_await.to_string(),
            module.awaits.to_string(),
            module.blocking.to_string(),
            module.locks_across_await.to_string(),
        ]
    });
    (["file", "async fns", "never await", "awaits", "blocking calls", "locks across await"], rows.collect())
}

/// `tests 3, benchmarks 2` and so on.
pub(crate) fn kinds(source: &Source) -> Vec<(String, u64)> {
    source.files.iter().map(|kind| (rows::words(kind.kind), kind.files)).collect()
}

/// The files that were not read, in a sentence; empty if there are none.
pub(crate) fn unread(source: &Source) -> String {
    match source.unread.as_slice() {
        [] => String::new(),
        [one] => format!("not read: {}: {}", one.file, one.reason),
        [first, rest @ ..] => {
            format!(
                "not read: {}: {}, and {} more",
                first.file,
                first.reason,
                quantity::counted(rest.len(), "file")
            )
        }
    }
}

/// The workload of which a finding allocates the largest share, where that is another one than the first, which can gain
/// most of its time.
pub(crate) fn most_bytes_elsewhere(finding: &Finding) -> Option<(f64, &WorkloadId)> {
    let (first, others) = finding.by_workload.split_first()?;
    let known = others.iter().filter_map(|share| Some((share.share_of_alloc_bytes?, &share.id)));
    let (most, id) = known.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (most > first.share_of_alloc_bytes.unwrap_or(0.0)).then_some((most, id))
}
