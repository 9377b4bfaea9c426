//! States and kinds in words, each with the tone that colours it.

use maud::{Markup, html};
use perfaudit_result::{
    ArtifactKind, AuditState, CapabilityState, Confidence, Of, PreconditionStatus, SamplingMode, Severity,
    SloStatus, StageName, StageState, TreeChangeKind, Trust, VerdictStatus, WorkloadState,
};

use crate::trust;

/// The class of a badge. The colour repeats what the word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Warn,
    Quiet,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "badge good",
            Self::Bad => "badge bad",
            Self::Warn => "badge warn",
            Self::Quiet => "badge",
        }
    }
}

/// A word in a coloured frame.
pub(super) fn badge((word, tone): (&str, Tone)) -> Markup {
    html! { span class=(tone.class()) { (word) } }
}

pub(super) fn verdict(status: VerdictStatus) -> (&'static str, Tone) {
    match status {
        VerdictStatus::Pass => ("pass", Tone::Good),
        VerdictStatus::SloCritical => ("objective not kept", Tone::Bad),
        VerdictStatus::Regressed => ("became worse", Tone::Bad),
        VerdictStatus::Inconclusive => ("inconclusive", Tone::Warn),
        VerdictStatus::ProjectFailed => ("project failed", Tone::Bad),
    }
}

pub(super) fn objective(status: SloStatus) -> (&'static str, Tone) {
    let tone = match status {
        SloStatus::Ok => Tone::Good,
        SloStatus::Warning | SloStatus::NotMeasured => Tone::Warn,
        SloStatus::Critical => Tone::Bad,
    };
    (status.label(), tone)
}

pub(super) fn workload(state: WorkloadState) -> (&'static str, Tone) {
    let tone = match state {
        WorkloadState::Measured => Tone::Good,
        state if state.is_failure() => Tone::Bad,
        _ => Tone::Quiet,
    };
    (state.label(), tone)
}

pub(super) fn severity(severity: Severity) -> (&'static str, Tone) {
    match severity {
        Severity::Critical => ("critical", Tone::Bad),
        Severity::Warning => ("warning", Tone::Warn),
        Severity::Note => ("note", Tone::Quiet),
    }
}

pub(super) fn audit(state: AuditState) -> (&'static str, Tone) {
    match state {
        AuditState::Passed => ("passed", Tone::Good),
        AuditState::Flagged => ("flagged", Tone::Warn),
        AuditState::Informative => ("note", Tone::Quiet),
        AuditState::NotMeasured => ("not measured", Tone::Quiet),
    }
}

pub(super) fn trust(of: Trust) -> (&'static str, Tone) {
    let tone = match of {
        Trust::Sound => Tone::Good,
        Trust::Limited => Tone::Warn,
        Trust::Unfit => Tone::Bad,
        Trust::NotProfiled => Tone::Quiet,
    };
    (trust::word(of), tone)
}

pub(super) fn stage_state(state: StageState) -> (&'static str, Tone) {
    match state {
        StageState::Done => ("done", Tone::Good),
        StageState::Partial => ("partial", Tone::Warn),
        StageState::Failed => ("failed", Tone::Bad),
        StageState::Skipped => ("skipped", Tone::Quiet),
    }
}

pub(super) fn capability(state: CapabilityState) -> (&'static str, Tone) {
    match state {
        CapabilityState::Available => ("available", Tone::Good),
        CapabilityState::Limited => ("limited", Tone::Warn),
        CapabilityState::Missing => ("missing", Tone::Quiet),
    }
}

pub(super) fn precondition(status: PreconditionStatus) -> (&'static str, Tone) {
    match status {
        PreconditionStatus::Met => ("met", Tone::Good),
        PreconditionStatus::Allowed => ("allowed", Tone::Good),
        PreconditionStatus::Violated => ("violated", Tone::Warn),
        PreconditionStatus::Unknown => ("unknown", Tone::Quiet),
    }
}

pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high: follows from what was measured",
        Confidence::Medium => "medium: other explanations exist",
        Confidence::Low => "low: a hint",
    }
}

pub(super) fn stage(name: StageName) -> &'static str {
    match name {
        StageName::Discover => "discover",
        StageName::Host => "host",
        StageName::Build => "build",
        StageName::List => "list",
        StageName::Bench => "bench",
        StageName::Commands => "commands",
        StageName::Compare => "both sides by turns",
        StageName::Cpu => "cpu",
        StageName::Instructions => "instructions",
        StageName::Heap => "heap",
        StageName::Source => "source",
        StageName::CleanBuild => "clean build",
        StageName::IncrementalBuild => "incremental build",
        StageName::TestSuite => "test suite",
        StageName::BinarySize => "binary size",
        StageName::Ir => "LLVM IR",
        StageName::Analyse => "analyse",
        StageName::Fix => "patches",
    }
}

pub(super) fn of(of: Of) -> &'static str {
    match of {
        Of::Call => "call",
        Of::BatchMean => "batch mean",
        Of::Process => "process",
        Of::File => "file",
        Of::Compilation => "compilation",
        Of::ProcessMedian => "median of a process",
        Of::Sample => "sample",
    }
}

pub(super) fn sampling(mode: SamplingMode) -> &'static str {
    match mode {
        SamplingMode::Linear => "linear",
        SamplingMode::Flat => "flat",
        SamplingMode::Processes => "processes",
    }
}

pub(super) fn artifact(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Samples => "samples",
        ArtifactKind::Harness => "harness",
        ArtifactKind::BenchProcess => "benchmark process",
        ArtifactKind::CommandRuns => "command runs",
        ArtifactKind::BuildLog => "build log",
        ArtifactKind::WorkloadLog => "workload log",
        ArtifactKind::CpuProfile => "CPU profile",
        ArtifactKind::HeapProfile => "heap profile",
        ArtifactKind::Pairs => "pairs of processes",
    }
}

pub(super) fn tree_change(kind: TreeChangeKind) -> &'static str {
    match kind {
        TreeChangeKind::Added => "added",
        TreeChangeKind::Modified => "modified",
        TreeChangeKind::Removed => "removed",
    }
}
