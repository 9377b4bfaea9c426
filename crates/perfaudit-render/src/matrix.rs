//! Build settings beside the project's own in words, the same in every format.

use perfaudit_result::{
    BuildMatrix, BuildOutcome, BuildSetting, CellState, Estimate, MatrixAnswer, MatrixCell, PairedRow,
    PairedVerdict,
};

use crate::{paired, quantity};

/// One row of the table.
pub(crate) struct Row {
    /// `lto=fat`.
    pub(crate) name: String,
    /// `measured, 3 faster, 1 slower`.
    pub(crate) state: String,
    /// `transform/10k: faster, -5.1 % (-6.0 % to -4.2 %), 16 pairs`.
    pub(crate) speed: Vec<String>,
    /// `1.20 MB (-12.3 %)`.
    pub(crate) size: String,
    /// `41.2 s +-0.4`.
    pub(crate) build: String,
    /// What else there is to know, each a sentence without its full stop.
    pub(crate) remarks: Vec<String>,
}

/// The project's own settings, then everything that was tried.
pub(crate) fn rows(matrix: &BuildMatrix) -> Vec<Row> {
    let own = Row {
        name: "the project's own settings".to_owned(),
        state: "built".to_owned(),
        speed: Vec::new(),
        size: size(&matrix.outcome, None),
        build: quantity::figure(&matrix.outcome.build_time),
        remarks: vec![settings(&matrix.own)],
    };
    std::iter::once(own).chain(matrix.cells.iter().map(|cell| row(cell, &matrix.outcome))).collect()
}

fn row(cell: &MatrixCell, own: &BuildOutcome) -> Row {
    let outcome = cell.outcome.as_ref();
    let mut remarks: Vec<String> = cell.message.iter().cloned().collect();
    remarks.extend(cell.remedy.iter().map(|remedy| format!("what helps: {remedy}")));
    remarks.extend(cell.risks.iter().map(|risk| format!("risk: {risk}")));
    Row {
        name: cell.name.clone(),
        state: match cell.state {
            CellState::Measured => format!("measured, {}", counted(&cell.rows)),
            CellState::Own => "own".to_owned(),
            CellState::Unsupported => "unsupported".to_owned(),
            CellState::Failed => "failed".to_owned(),
            CellState::NotMeasured => "not measured".to_owned(),
        },
        speed: cell.rows.iter().map(speed).collect(),
        size: outcome.map_or_else(|| "-".to_owned(), |outcome| size(outcome, Some(own))),
        build: outcome.map_or_else(|| "-".to_owned(), |outcome| quantity::figure(&outcome.build_time)),
        remarks,
    }
}

/// `3 faster, 1 slower`.
fn counted(rows: &[PairedRow]) -> String {
    let with = |verdict: PairedVerdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let order = [
        PairedVerdict::Better,
        PairedVerdict::Worse,
        PairedVerdict::Equivalent,
        PairedVerdict::Identical,
        PairedVerdict::Inconclusive,
        PairedVerdict::NotMeasured,
    ];
    let all = order.into_iter().map(|verdict| (with(verdict), verdict.label())).filter(|(n, _)| *n > 0);
    all.map(|(n, label)| format!("{n} {label}")).collect::<Vec<_>>().join(", ")
}

fn speed(row: &PairedRow) -> String {
    let effect = paired::effect(&row.effect);
    let mut parts = vec![row.verdict.label().to_owned()];
    if !effect.is_empty() {
        parts.push(effect);
    }
    if row.pairs > 0 {
        parts.push(quantity::counted(row.pairs as usize, "pair"));
    }
    format!("{}: {}", row.id, parts.join(", "))
}

/// Both are exact, and so is what they differ by.
fn size(outcome: &BuildOutcome, own: Option<&BuildOutcome>) -> String {
    let Some(bytes) = outcome.size.value() else { return "-".to_owned() };
    let told = quantity::value(bytes, outcome.size.unit);
    match own.and_then(|own| own.size.value()) {
        Some(own) if own > 0.0 => format!("{told} ({})", quantity::signed_percent(bytes / own - 1.0)),
        _ => told,
    }
}

fn settings(settings: &[BuildSetting]) -> String {
    let all: Vec<String> =
        settings.iter().map(|setting| format!("{}={}", setting.key, setting.value)).collect();
    all.join(", ")
}

/// What follows, each a sentence.
pub(crate) fn told(matrix: &BuildMatrix) -> Vec<String> {
    match &matrix.answer {
        MatrixAnswer::Recommended { cell, again } => {
            let mut lines = vec![format!("Recommended: {cell}. The second measurement, of fresh pairs:")];
            lines.extend(again.iter().map(|row| format!("- {}", speed(row))));
            let is_allocator = |setting: &BuildSetting| setting.key == ALLOCATOR;
            let place = if recommended(matrix).iter().any(is_allocator) {
                "In the source of each program, with the dependency in Cargo.toml:"
            } else {
                "In Cargo.toml:"
            };
            lines.push(place.to_owned());
            lines
        }
        MatrixAnswer::NotConfirmed { cell, again, reason } => {
            let mut lines = vec![format!("{cell} looked best, but {reason}: nothing is recommended.")];
            lines.extend(again.iter().map(|row| format!("- {}", speed(row))));
            lines
        }
        MatrixAnswer::Keep { reason } => vec![format!("Keep the project's own settings: {reason}.")],
    }
}

/// The setting that is made in the source.
const ALLOCATOR: &str = "allocator";

/// What is recommended.
fn recommended(matrix: &BuildMatrix) -> &[BuildSetting] {
    let MatrixAnswer::Recommended { cell: name, .. } = &matrix.answer else { return &[] };
    let cell = matrix.cells.iter().find(|cell| cell.name == *name);
    cell.map(|cell| cell.settings.as_slice()).unwrap_or_default()
}

/// The lines that choose an allocator; none for one that no crate is known of.
fn global_allocator(name: &str) -> Option<Vec<String>> {
    let (package, path) = match name {
        "jemalloc" => ("tikv-jemallocator", "tikv_jemallocator::Jemalloc"),
        "mimalloc" => ("mimalloc", "mimalloc::MiMalloc"),
        "tcmalloc" => ("tcmalloc", "tcmalloc::TCMalloc"),
        _ => return None,
    };
    Some(vec![
        format!("// cargo add {package}"),
        "#[global_allocator]".to_owned(),
        format!("static GLOBAL: {path} = {path};"),
    ])
}

/// The lines of a manifest, or of a program, that make what is recommended the project's own settings; none where nothing
/// is.
pub(crate) fn manifest(matrix: &BuildMatrix) -> Vec<String> {
    let settings = recommended(matrix);
    if let Some(allocator) = settings.iter().find(|setting| setting.key == ALLOCATOR) {
        return global_allocator(&allocator.value).unwrap_or_default();
    }
    if settings.is_empty() {
        return Vec::new();
    }
    let line = |setting: &BuildSetting| {
        let is_bare =
            setting.value.parse::<i64>().is_ok() || ["true", "false"].contains(&setting.value.as_str());
        if is_bare {
            format!("{} = {}", setting.key, setting.value)
        } else {
            format!("{} = \"{}\"", setting.key, setting.value)
        }
    };
    // The profile of benchmarks takes what that of releases says.
    let profile = if matrix.profile == "bench" { "release" } else { &matrix.profile };
    std::iter::once(format!("[profile.{profile}]")).chain(settings.iter().map(line)).collect()
}

/// How it was measured.
pub(crate) fn method(matrix: &BuildMatrix) -> String {
    let build = &matrix.outcome.build_time;
    let reason = match &build.estimate {
        Estimate::WithoutInterval { reason, .. } | Estimate::NotEstimable { reason } => {
            format!(" ({reason})")
        }
        Estimate::WithInterval { .. } | Estimate::AtMost { .. } => String::new(),
    };
    format!(
        "Settings of the profile `{}`. Time: pairs of fresh processes beside the project's own settings, each setting judged by itself at {}; of many settings some look better by chance, so what looks best is measured again. Size: {}. Build: {}, n = {}{reason}.",
        matrix.profile,
        quantity::percent(1.0 - matrix.alpha),
        matrix.outcome.size.method.0,
        build.method.0,
        build.n,
    )
}
