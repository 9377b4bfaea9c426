//! The CPU profiles of a run beside those of an earlier one. Measures nothing.

use std::collections::BTreeMap;

use perfaudit_cpu::analyse::{DifferenceOptions, Side, difference};
use perfaudit_history::unlike;
use perfaudit_result::{
    ArtifactId, AuditResult, CpuProfile, Estimate, Figure, Interval, Limit, MetricName, ProfileDifference,
    Trust, Unit, WorkloadCpu, WorkloadId,
};

use super::harness_source::harness;

/// A run with its profiles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProfiledRun<'a> {
    pub(crate) result: &'a AuditResult,
    pub(crate) profiles: &'a BTreeMap<ArtifactId, CpuProfile>,
}

/// What came of putting two runs side by side.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct BesideEachOther {
    /// One for each workload that both have profiled, in the same way.
    pub(crate) differences: Vec<ProfileDifference>,
    /// Workloads that were not compared, and why.
    pub(crate) limits: Vec<Limit>,
}

/// Compares the profiles of the same workloads, by their names. What was not taken in the same way, on the same machine
/// or by the same settings is refused with the reason, unless `allow_unlike`: then the reason stands beside the answer.
pub(crate) fn beside(before: ProfiledRun<'_>, after: ProfiledRun<'_>, allow_unlike: bool) -> BesideEachOther {
    let floors = [before, after].map(|run| run.result.host.noise_floor.as_ref().map(|floor| floor.ratio));
    let options = DifferenceOptions {
        noise_floor: floors.into_iter().flatten().reduce(f64::max),
        allow_unlike,
        ..DifferenceOptions::default()
    };
    let other_settings = unlike(before.result, after.result);
    let mut found = BesideEachOther::default();
    let mut refused: BTreeMap<String, Vec<&WorkloadId>> = BTreeMap::new();
    for id in workloads(before.result, after.result) {
        match pair(before, after, id, options, &other_settings) {
            Ok(difference) => found.differences.push(difference),
            Err(why) => refused.entry(why).or_default().push(id),
        }
    }
    found.limits = refused.into_iter().map(|(why, ids)| limit(&why, &ids)).collect();
    found
}

/// The workloads of both runs, those after first.
fn workloads<'a>(before: &'a AuditResult, after: &'a AuditResult) -> Vec<&'a WorkloadId> {
    let mut ids: Vec<&WorkloadId> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for row in [after, before].into_iter().flat_map(|result| &result.cpu).flat_map(|cpu| &cpu.workloads) {
        if known.insert(&row.id) {
            ids.push(&row.id);
        }
    }
    ids
}

fn pair(
    before: ProfiledRun<'_>,
    after: ProfiledRun<'_>,
    id: &WorkloadId,
    options: DifferenceOptions,
    other_settings: &[String],
) -> Result<ProfileDifference, String> {
    let there = profile(before, id).map_err(|why| format!("in the run before, {why}"))?;
    let here = profile(after, id).map_err(|why| format!("in this run, {why}"))?;
    if !other_settings.is_empty() && !options.allow_unlike {
        return Err(format!("the two runs were made otherwise: {}", other_settings.join("; ")));
    }
    let (time_there, time_here) = (divisible_time(before.result, id), divisible_time(after.result, id));
    let (side_there, side_here) = (
        Side { profile: there, median: time_there.as_ref() },
        Side { profile: here, median: time_here.as_ref() },
    );
    let found = difference(side_there, side_here, options).map_err(|error| error.to_string())?;
    let mut told = found.told(here, name(before.result), options);
    told.unlike.extend(other_settings.iter().cloned());
    Ok(told)
}

/// The profile of a workload, if it may be read.
fn profile<'a>(run: ProfiledRun<'a>, id: &WorkloadId) -> Result<&'a CpuProfile, &'static str> {
    let row = row(run.result, id).ok_or("it was not profiled")?;
    match row.trust {
        Trust::NotProfiled => return Err("it was not profiled"),
        Trust::Unfit => return Err("its profile misleads, as is said there"),
        Trust::Sound | Trust::Limited => {}
    }
    let artifact = row.profile.as_ref().ok_or("the stacks of its profile are not kept")?;
    run.profiles.get(artifact).ok_or("the stacks of its profile cannot be read")
}

fn row<'a>(result: &'a AuditResult, id: &WorkloadId) -> Option<&'a WorkloadCpu> {
    result.cpu.as_ref()?.workloads.iter().find(|row| row.id == *id)
}

/// The time that shares of samples are shares of: of a benchmark that of an iteration, of a command the CPU time of a
/// run that samples stand for. Its wall time holds waiting, too, and several threads at once.
fn divisible_time(result: &AuditResult, id: &WorkloadId) -> Option<Figure> {
    let workload = result.workloads.iter().find(|workload| workload.id == *id)?;
    let figure = |name: &MetricName| {
        let figure = &workload.metric(name)?.figure;
        (figure.unit == Unit::Nanoseconds).then(|| figure.clone())
    };
    if harness(workload.kind).is_some() {
        return figure(&MetricName::WALL_TIME_P50);
    }
    let user = figure(&MetricName::CPU_USER)?;
    let sampler = row(result, id)?.sampler.as_ref()?;
    if sampler.rung.counts_kernel() { cpu_time(user, &figure(&MetricName::CPU_SYSTEM)?) } else { Some(user) }
}

/// The sum of two times. Its interval is that of the worst case of both, which is wider than it need be.
fn cpu_time(user: Figure, system: &Figure) -> Option<Figure> {
    let value = user.value()? + system.value()?;
    let (one, other) = (user.interval()?, system.interval()?);
    let interval = Interval::new(one.lower() + other.lower(), one.upper() + other.upper()).ok()?;
    let Estimate::WithInterval { level, .. } = user.estimate else { return None };
    Some(Figure { estimate: Estimate::WithInterval { value, interval, level }, ..user })
}

/// What the run before is called in reports.
fn name(result: &AuditResult) -> String {
    let commit = result.project.vcs.as_ref().map(|vcs| {
        let short: String = vcs.commit.chars().take(12).collect();
        let dirty = if vcs.dirty { " with changes" } else { "" };
        format!(", commit {short}{dirty}")
    });
    format!("run {}{}", result.run.id, commit.unwrap_or_default())
}

fn limit(why: &str, ids: &[&WorkloadId]) -> Limit {
    const NAMES: usize = 3;
    let mut names: Vec<String> = ids.iter().take(NAMES).map(|id| format!("`{id}`")).collect();
    if ids.len() > NAMES {
        names.push(format!("{} more", ids.len() - NAMES));
    }
    Limit {
        code: "profiles-not-compared".to_owned(),
        message: format!("the profiles of {} were not put side by side: {why}", names.join(", ")),
        remedy: Some(
            "profile both runs in the same way, or add `--allow-unlike` where they differ".to_owned(),
        ),
    }
}
