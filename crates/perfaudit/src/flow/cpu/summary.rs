//! From profiles to what the report says of them. Reads the source of hot functions; measures nothing.

use std::collections::BTreeMap;
use std::path::Path;

use perfaudit_audits::{ActivityShare, CpuEvidence};
use perfaudit_bench::StatedWhileProfiled;
use perfaudit_cpu::analyse::{
    Activity, BindingEvidence, HotspotLimits, Precision, Scope, View, composition, fold, hotspots,
    line_counts, measured_part, origin_shares, own_code_evidence, what_binds,
};
use perfaudit_result::{
    ArtifactId, ArtifactKind, ConfidenceLevel, Cpu, CpuProfile, Estimate, Figure, Hotspot, Interval, Method,
    MetricName, Of, OriginKind, SourceExcerpt, Trust, Unit, Workload, WorkloadCpu, WorkloadId,
};
use perfaudit_run::{RunDirectory, RunDirectoryError};

use super::harness_source::{harness, timed_lines};
use super::trust::{Case, judge};
use super::{Beside, Profiled, Taken, own_file};

/// Everything that is read from profiles.
#[derive(Debug, Default)]
pub(crate) struct Summarised {
    pub(crate) cpu: Option<Cpu>,
    pub(crate) profiles: BTreeMap<ArtifactId, CpuProfile>,
    /// What audits judge by.
    pub(crate) evidence: BTreeMap<WorkloadId, CpuEvidence>,
}

/// Cuts the measured parts out, reads them, and keeps them as artifacts. `root` is where own source files are.
pub(crate) fn summarise(
    profiled: Vec<Profiled>,
    workloads: &[Workload],
    root: &Path,
    directory: &mut RunDirectory,
) -> Result<Summarised, RunDirectoryError> {
    let mut summarised = Summarised::default();
    if profiled.is_empty() {
        return Ok(summarised);
    }
    let mut cpu = Cpu::default();
    for (number, one) in profiled.into_iter().enumerate() {
        let workload = workloads.iter().find(|workload| workload.id == one.id);
        let (Ok(taken), Some(workload)) = (&one.outcome, workload) else {
            let why = one.outcome.err().unwrap_or_else(|| "it was not measured".to_owned());
            cpu.workloads.push(not_profiled(one.id, why));
            continue;
        };
        let mut row = Reading::of(taken, workload).row(taken, workload, root, &mut summarised.evidence);
        let json = serde_json::to_vec(&row.1).expect("a profile has only finite numbers and string keys");
        let artifact =
            directory.add(ArtifactKind::CpuProfile, &format!("artifacts/cpu/{number:04}.json"), &json)?;
        row.0.profile = Some(artifact.clone());
        summarised.profiles.insert(artifact, row.1);
        cpu.workloads.push(row.0);
    }
    cpu.workloads.sort_by_key(|row| workloads.iter().position(|workload| workload.id == row.id));
    summarised.cpu = Some(cpu);
    Ok(summarised)
}

fn not_profiled(id: WorkloadId, why: String) -> WorkloadCpu {
    WorkloadCpu {
        id,
        trust: Trust::NotProfiled,
        remarks: vec![why],
        sampler: None,
        slowdown: None,
        excluded: Vec::new(),
        origins: Vec::new(),
        hotspots: Vec::new(),
        profile: None,
        excerpts: Vec::new(),
        usage: None,
        off_cpu: None,
        bound_by: None,
    }
}

/// The part of a profile that counts.
struct Reading {
    kept: CpuProfile,
    excluded: Vec<perfaudit_result::NamedShare>,
    precision: Option<Precision>,
    remarks: Vec<String>,
}

impl Reading {
    fn of(taken: &Taken, workload: &Workload) -> Self {
        match harness(workload.kind) {
            Some(harness) => {
                let scope = Scope { harness, timed: timed_lines(harness, &taken.profile.functions) };
                let part = measured_part(&taken.profile, &scope);
                Self {
                    kept: part.profile,
                    excluded: part.excluded,
                    precision: Some(part.precision),
                    remarks: part.remarks,
                }
            }
            None => Self {
                kept: taken.profile.clone(),
                excluded: Vec::new(),
                precision: None,
                remarks: Vec::new(),
            },
        }
    }

    fn row(
        self,
        taken: &Taken,
        workload: &Workload,
        root: &Path,
        evidence: &mut BTreeMap<WorkloadId, CpuEvidence>,
    ) -> (WorkloadCpu, CpuProfile) {
        let median = workload.metric(&MetricName::WALL_TIME_P50).map(|metric| &metric.figure);
        let median = median.filter(|figure| figure.unit == Unit::Nanoseconds);
        let slowdown = match harness(workload.kind) {
            Some(_) => median.and_then(|median| slowdown(taken, median)),
            None => cpu_slowdown(taken, workload),
        };
        let (trust, mut remarks) = judge(&Case {
            kept: &self.kept,
            precision: self.precision.as_ref(),
            symbols: &taken.symbols,
            others: &taken.remarks,
            slowdown: slowdown.as_ref(),
        });
        remarks.extend(self.remarks);
        // The time of a command is that of all its threads and of waiting, too: a share of samples is no share of it.
        let divisible = median.filter(|_| self.precision.is_some());
        // Frames of the runtime would take the places of what they call.
        let readable = fold(&self.kept, &View::READABLE);
        let hotspots = match trust {
            Trust::Sound | Trust::Limited => hotspots(&readable, divisible, HotspotLimits::default()),
            Trust::Unfit | Trust::NotProfiled => Vec::new(),
        };
        if self.precision.is_some() && matches!(trust, Trust::Sound | Trust::Limited) {
            evidence.insert(workload.id.clone(), evidence_of(&self.kept, workload));
        }
        let Beside { wall, off_cpu, .. } = &taken.beside;
        let evidence = BindingEvidence::of(&self.kept, Some(wall.as_secs_f64()), off_cpu.as_ref());
        let bound_by = what_binds(&evidence);
        let row = WorkloadCpu {
            id: workload.id.clone(),
            trust,
            remarks,
            sampler: Some(taken.profile.sampler.clone()),
            slowdown,
            excluded: self.excluded,
            origins: origin_shares(&self.kept),
            excerpts: excerpts(&readable, &hotspots, root),
            hotspots,
            profile: None,
            usage: taken.beside.usage.clone(),
            off_cpu: taken.beside.off_cpu.clone(),
            bound_by: (trust != Trust::Unfit).then_some(bound_by),
        };
        (row, self.kept)
    }
}

fn evidence_of(kept: &CpuProfile, workload: &Workload) -> CpuEvidence {
    let own = own_code_evidence(kept, |file| file == workload.source);
    let around = [Activity::Clone, Activity::Drop, Activity::Harness].map(Activity::label);
    let composition = composition(kept).into_iter().map(|named| ActivityShare {
        is_around: around.contains(&named.name.as_str()),
        name: named.name,
        share: named.share,
    });
    CpuEvidence {
        samples: own.samples,
        library: own.library,
        library_upper: own.upper,
        composition: composition.collect(),
    }
}

/// The profiled time over the unprofiled one. With intervals of both, each bound is that of the worst case of both,
/// which covers at least the sum of what the two leave out (Bonferroni): 90 % of two of 95 %.
fn slowdown(taken: &Taken, unprofiled: &Figure) -> Option<Figure> {
    let base = unprofiled.value().filter(|value| *value > 0.0)?;
    let figure = |value: f64, interval: Option<Interval>, n: u64, of: Of| Figure {
        estimate: match interval {
            Some(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P90 },
            None => Estimate::WithoutInterval {
                value,
                reason: "one of the two medians has no interval".to_owned(),
            },
        },
        unit: Unit::Ratio,
        n,
        method: Method("median while profiled over the median without".into()),
        of,
    };
    match &taken.stated {
        Some(StatedWhileProfiled::Median(profiled)) => {
            let value = profiled.value()?;
            let interval = profiled.interval().zip(unprofiled.interval()).and_then(|(profiled, base)| {
                Interval::new(profiled.lower() / base.upper(), profiled.upper() / base.lower()).ok()
            });
            Some(figure(value / base, interval, profiled.n, profiled.of))
        }
        Some(StatedWhileProfiled::Printed(median)) => Some(figure(median / base, None, 1, Of::ProcessMedian)),
        None => None,
    }
}

/// The CPU time of a command while it was profiled over that without: starting it to be profiled takes wall time that is
/// not its own.
fn cpu_slowdown(taken: &Taken, workload: &Workload) -> Option<Figure> {
    let nanoseconds = |name: &MetricName| workload.metric(name)?.figure.value();
    let unprofiled = nanoseconds(&MetricName::CPU_USER)? + nanoseconds(&MetricName::CPU_SYSTEM)?;
    let profiled = taken.profile.sampler.cpu_s? * 1e9 / f64::from(taken.runs);
    (unprofiled > 0.0).then(|| Figure {
        estimate: Estimate::WithoutInterval {
            value: profiled / unprofiled,
            reason: "the CPU time of profiled runs is known as a sum".to_owned(),
        },
        unit: Unit::Ratio,
        n: u64::from(taken.runs),
        method: Method("mean CPU time while profiled over the median without".into()),
        of: Of::Process,
    })
}

/// The source around the hottest lines of the project's own functions.
fn excerpts(profile: &CpuProfile, hotspots: &[Hotspot], root: &Path) -> Vec<SourceExcerpt> {
    /// More would bury the rest of the report.
    const MOST: usize = 4;
    let own = hotspots.iter().filter(|hotspot| hotspot.origin.kind == OriginKind::Own);
    own.filter_map(|hotspot| excerpt(profile, hotspot, root)).take(MOST).collect()
}

fn excerpt(profile: &CpuProfile, hotspot: &Hotspot, root: &Path) -> Option<SourceExcerpt> {
    /// Lines above the first and below the last with samples.
    const AROUND: u32 = 2;
    /// Longer functions are shown around their hottest line.
    const LONGEST: u32 = 60;
    let file = hotspot.file.as_ref()?;
    let function = profile
        .functions
        .iter()
        .position(|function| function.name == hotspot.symbol && function.file.as_ref() == Some(file))?;
    let counts = line_counts(profile, u32::try_from(function).ok()?);
    let hottest = counts
        .iter()
        .filter(|(line, _)| **line > 0)
        .max_by_key(|(_, count)| **count)
        .map(|(line, _)| *line)?;
    let first = *counts.keys().find(|line| **line > 0)?;
    let last = *counts.keys().next_back()?;
    let first = first.saturating_sub(AROUND).max(hottest.saturating_sub(LONGEST / 2)).max(1);
    let last = (last + AROUND).min(first + LONGEST);
    let text = std::fs::read_to_string(own_file(root, file)?).ok()?;
    let lines: Vec<String> =
        text.lines().skip(first as usize - 1).take((last + 1 - first) as usize).map(str::to_owned).collect();
    let samples_per_line =
        (first..).take(lines.len()).map(|line| counts.get(&line).copied().unwrap_or(0)).collect();
    Some(SourceExcerpt {
        symbol: hotspot.symbol.clone(),
        file: file.clone(),
        first_line: first,
        lines,
        samples_per_line,
    })
}
