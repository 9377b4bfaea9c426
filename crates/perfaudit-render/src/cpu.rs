//! CPU profiles in words and in order, the same in every format.

use std::collections::HashMap;

use perfaudit_result::{
    AuditResult, BlockedIn, BoundBy, Figure, Hotspot, OffCpu, OriginKind, Sampler, SamplingEvent, Trust,
    Unit, WaitingFrame, WaitingStack, WorkloadCpu, WorkloadId,
};

use crate::{quantity, rows, trust};

/// The profiles that can be read before those that mislead, and among them the slowest workloads first: an iteration of
/// theirs costs most. Those without a median follow by the CPU time of their profile. Each with its place in the result.
pub(crate) fn by_cost(result: &AuditResult) -> Vec<(usize, &WorkloadCpu)> {
    let medians: HashMap<&WorkloadId, f64> = result
        .workloads
        .iter()
        .filter_map(|workload| Some((&workload.id, rows::median(workload)?.value()?)))
        .collect();
    let cost = |row: &WorkloadCpu| {
        let cpu = row.sampler.as_ref().and_then(|sampler| sampler.cpu_s).unwrap_or(0.0);
        (medians.get(&row.id).copied().unwrap_or(0.0), cpu)
    };
    let mut rows: Vec<(usize, &WorkloadCpu)> =
        result.cpu.as_ref().map_or_else(Vec::new, |cpu| trust::seen(&cpu.workloads));
    rows.sort_by(|(_, a), (_, b)| {
        let ((a_time, a_cpu), (b_time, b_cpu)) = (cost(a), cost(b));
        let misleads = |row: &WorkloadCpu| row.trust == Trust::Unfit;
        misleads(a).cmp(&misleads(b)).then(b_time.total_cmp(&a_time)).then(b_cpu.total_cmp(&a_cpu))
    });
    rows
}

/// Whose code, in a word or two.
pub(crate) fn origin(kind: OriginKind) -> &'static str {
    match kind {
        OriginKind::Own => "own",
        OriginKind::Dependency => "dependency",
        OriginKind::Std => "standard library",
        OriginKind::System => "system library",
        OriginKind::Kernel => "kernel",
        OriginKind::Unknown => "unknown",
    }
}

/// What makes a sample.
pub(crate) fn event(event: SamplingEvent) -> &'static str {
    match event {
        SamplingEvent::Cycles => "processor cycles",
        SamplingEvent::CpuClock => "CPU time",
        SamplingEvent::WallClock => "wall time",
        SamplingEvent::Other => "not recorded",
    }
}

/// `999 per CPU-second, 993 reached`.
pub(crate) fn rate(sampler: &Sampler) -> String {
    let reached = sampler
        .reached_hz
        .map_or_else(|| "not known what was reached".to_owned(), |hz| format!("{hz:.0} reached"));
    if sampler.asked_hz <= 0.0 {
        return format!("not known what was asked per CPU-second, {reached}");
    }
    format!("{:.0} asked per CPU-second, {reached}", sampler.asked_hz)
}

/// `12 (0.1 %)`: a number of samples, and its share of those taken and lost.
#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
pub(crate) fn counted(n: u64, sampler: &Sampler) -> String {
    let all = sampler.samples.saturating_add(sampler.lost);
    if n == 0 || all == 0 {
        return n.to_string();
    }
    format!("{n} ({})", share(n as f64 / all as f64))
}

/// A share in per cent; what is there and rounds to nothing is `< 0.1 %`.
pub(crate) fn share(share: f64) -> String {
    if share > 0.0 && share < 0.0005 { "< 0.1 %".to_owned() } else { quantity::percent(share) }
}

/// How a profile was taken, in one line.
pub(crate) fn sampled(sampler: &Sampler) -> String {
    let deepened = deepened(sampler).map_or_else(String::new, |text| format!("; {text}"));
    format!(
        "{}; {} samples, {}; lost {}, truncated {}, without symbol {}{deepened}",
        sampler.rung.label(),
        sampler.samples,
        rate(sampler),
        counted(sampler.lost, sampler),
        counted(sampler.truncated, sampler),
        counted(sampler.unsymbolised, sampler),
    )
}

/// `32 KiB of stack in each sample, since 16 KiB cut off 12 of 40 stacks`: where larger pieces were asked for, why.
pub(crate) fn deepened(sampler: &Sampler) -> Option<String> {
    let steps = sampler.stack_steps.iter();
    let smaller = steps.filter(|step| step.stack_bytes < sampler.stack_bytes || !step.kept);
    let reasons: Vec<String> = smaller
        .map(|step| {
            let again = if step.kept { "" } else { ", in a run before" };
            let (size, n) = (quantity::value(f64::from(step.stack_bytes), Unit::Bytes), step.samples);
            format!("{size} cut off {} of {n} stacks{again}", step.cut_off)
        })
        .collect();
    let size = quantity::value(f64::from(sampler.stack_bytes), Unit::Bytes);
    (!reasons.is_empty()).then(|| format!("{size} of stack in each sample, since {}", reasons.join(", ")))
}

/// `bound by waiting: waits 82 % of the time, ...`.
pub(crate) fn bound_by(bound: &BoundBy) -> String {
    format!("bound by {}: {}", bound.binding.label(), bound.evidence)
}

/// `blocked 38 % of the time in 12345 waits, preempted 12 times`.
pub(crate) fn blocked(off_cpu: &OffCpu) -> Option<String> {
    let total = &off_cpu.total;
    let whose = if off_cpu.threads.len() > 1 { "of the time of all threads" } else { "of the time" };
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let lost = match off_cpu.lost {
        0 => String::new(),
        lost => format!("; switches that were lost: {lost}"),
    };
    Some(format!(
        "blocked {} {whose} in {}, preempted {}{lost}",
        share(total.blocked_share()?),
        quantity::counted(number(total.waits), "wait"),
        quantity::counted(number(total.preemptions), "time"),
    ))
}

/// A place in code that threads waited in: `Mutex::lock, from pool::take at src/pool.rs:41`. The frame nearest to the wait
/// that somebody could change is named, of the own code, or else of neither a shared library nor the standard library; and
/// before it what it calls.
pub(crate) fn waited_in(stack: &WaitingStack) -> String {
    let is_own = |frame: &WaitingFrame| frame.origin.kind == OriginKind::Own;
    let is_of_program = |frame: &WaitingFrame| match frame.origin.kind {
        OriginKind::Own | OriginKind::Dependency => true,
        OriginKind::Std | OriginKind::Kernel => false,
        OriginKind::System | OriginKind::Unknown => {
            frame.file.is_some() && !frame.origin.name.as_deref().is_some_and(|name| name.contains(".so"))
        }
    };
    let frames = &stack.frames;
    let Some(place) = frames.iter().position(is_own).or_else(|| frames.iter().position(is_of_program)) else {
        return frames.first().map_or("[no stack]", |frame| frame.symbol.as_str()).to_owned();
    };
    let caller = &frames[place];
    let at = file_and_line(caller.file.as_deref(), caller.line);
    let caller = if at.is_empty() { caller.symbol.clone() } else { format!("{} at {at}", caller.symbol) };
    match place.checked_sub(1) {
        Some(callee) => format!("{}, from {caller}", frames[callee].symbol),
        None => caller,
    }
}

/// `waits in clock_nanosleep, from app::pause at src/main.rs:12 (61 %), ...`, with how many stacks that rests on where
/// some waits have none, or why it is not known; nothing where threads hardly waited.
pub(crate) fn waits(off_cpu: &OffCpu) -> Option<String> {
    /// Of less, nobody asks where it was.
    const LEAST_SHARE: f64 = 0.05;
    const PLACES: usize = 3;
    off_cpu.total.blocked_share().filter(|share| *share >= LEAST_SHARE)?;
    let waiting = match off_cpu.blocked_in.as_ref()? {
        BlockedIn::NotTaken(reason) => return Some(format!("where it waits is not known: {reason}")),
        BlockedIn::Stacks(waiting) => waiting,
    };
    let mut places: Vec<(String, f64)> = Vec::new();
    for stack in &waiting.stacks {
        let place = waited_in(stack);
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, blocked_s)) => *blocked_s += stack.blocked_s,
            None => places.push((place, stack.blocked_s)),
        }
    }
    places.sort_by(|one, other| other.1.total_cmp(&one.1));
    let of_all = |seconds: f64| share((seconds / off_cpu.total.blocked_s).min(1.0));
    let told = |(place, blocked_s): &(String, f64)| format!("{place} ({})", of_all(*blocked_s));
    let mut told: Vec<String> = places.iter().take(PLACES).map(told).collect();
    if waiting.unknown_s > LEAST_SHARE * off_cpu.total.blocked_s {
        told.push(format!("not known ({})", of_all(waiting.unknown_s)));
    }
    let (taken, waits) = (waiting.taken, off_cpu.total.waits);
    let by =
        if taken < waits { format!(", by the stacks of {taken} of {waits} waits") } else { String::new() };
    (!told.is_empty()).then(|| format!("waits in {}{by}", told.join("; ")))
}

/// `src/parse.rs:41`, `src/parse.rs`, or nothing where it is not known.
pub(crate) fn place(hotspot: &Hotspot) -> String {
    file_and_line(hotspot.file.as_deref(), hotspot.line)
}

/// `src/parse.rs:41`, `src/parse.rs`, or nothing.
pub(crate) fn file_and_line(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) if line > 0 => format!("{file}:{line}"),
        (Some(file), None | Some(_)) => file.to_owned(),
        (None, _) => String::new(),
    }
}

/// A share without its interval, to one decimal always, so that a column of them is aligned: `23.0 %`.
pub(crate) fn aligned(figure: &Figure) -> String {
    match figure.value() {
        None => "-".to_owned(),
        Some(value) if value > 0.0 && value < 0.0005 => "< 0.1 %".to_owned(),
        Some(value) => format!("{:.1} %", value * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_there_is_never_shown_as_none() {
        assert_eq!([share(0.0), share(0.0001), share(0.0124)], ["0 %", "< 0.1 %", "1.2 %"]);
    }
}
