//! Reports: the benchmarks of a machine measured beside each other and judged together, as `perfaudit compare` does.

use perfaudit_stats::{Judgement, LogRatio, Verdict, judge_together};

use crate::replay::{Comparison, change, design, replay};
use crate::traces::Trace;

/// A benchmark in a report.
#[derive(Debug)]
pub(crate) struct Row {
    /// As the report tells it.
    pub(crate) judgement: Judgement,
    /// What was injected.
    injected: LogRatio,
    /// What as many pairs as the last look takes find nine times of ten by the stated formula, from these pairs on.
    detectable: LogRatio,
}

impl Row {
    pub(crate) fn is_changed(&self) -> bool {
        self.judgement.verdict == Verdict::Changed
    }

    pub(crate) fn is_null(&self) -> bool {
        self.injected == LogRatio::ZERO
    }

    /// Slower, and nothing else.
    pub(crate) fn is_found(&self) -> bool {
        self.is_changed() && self.judgement.effect > LogRatio::ZERO
    }

    /// Whether the noise of its benchmark allows to find what was injected.
    pub(crate) fn is_allowed(&self) -> bool {
        !self.is_null() && self.detectable <= self.injected
    }

    /// Whether the interval that is told holds the truth.
    pub(crate) fn holds_truth(&self) -> bool {
        self.judgement.interval.is_none_or(|interval| interval.contains(self.injected))
    }
}

/// One report after the other until all traces end, each of the next pairs of every trace that has some left; a trace is
/// slowed down by what `slowdown` says of its number. No process serves twice.
pub(crate) fn reports(traces: &[Trace], slowdown: impl Fn(usize) -> f64) -> Vec<Vec<Row>> {
    let design = design(traces.len());
    let mut all: Vec<(LogRatio, std::vec::IntoIter<Comparison>)> = traces
        .iter()
        .enumerate()
        .map(|(number, trace)| {
            let slowdown = slowdown(number);
            (change(slowdown), replay(trace, slowdown, &design).into_iter())
        })
        .collect();
    let mut reports = Vec::new();
    loop {
        let measured: Vec<(LogRatio, Comparison)> =
            all.iter_mut().filter_map(|(injected, rest)| Some((*injected, rest.next()?))).collect();
        if measured.is_empty() {
            return reports;
        }
        let differences: Vec<Vec<(usize, LogRatio)>> =
            measured.iter().map(|(_, one)| one.differences.iter().map(|&one| (0, one)).collect()).collect();
        let judged = judge_together(&design, &differences).into_iter().zip(measured);
        let row = |(judged, (injected, comparison)): (Option<_>, (LogRatio, Comparison))| {
            let judged: perfaudit_stats::LayoutJudgement = judged?;
            Some(Row { judgement: judged.judgement, injected, detectable: comparison.detectable })
        };
        reports.push(judged.filter_map(row).collect());
    }
}
