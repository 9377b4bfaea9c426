//! What a reader of an imported workload must know.

use std::collections::BTreeSet;
use std::fmt;

use perfaudit_result::MetricName;
use perfaudit_stats::Sample;

use crate::model::metric;
use crate::values::{Raw, Summary};

/// A statistic that a tool states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// How many values there were.
    N,
    /// The arithmetic mean.
    Mean,
    /// The median.
    Median,
    /// The sample standard deviation.
    StdDev,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::N => "number of values",
            Self::Mean => "mean",
            Self::Median => "median",
            Self::StdDev => "standard deviation",
            Self::Min => "minimum",
            Self::Max => "maximum",
        })
    }
}

/// What bears on how far an imported workload can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Some runs of the command failed; their values are among the others.
    FailedRuns {
        /// How many failed.
        failed: usize,
        /// Of how many.
        runs: usize,
        /// The different exit codes of those that failed; `None` for a run that has none, as after a signal.
        codes: BTreeSet<Option<i64>>,
    },
    /// The file does not record the unit; it is taken for the tool's default.
    UnitAssumed {
        /// The metric.
        metric: MetricName,
    },
    /// Values of zero: below what the tool can tell, as when it subtracts the start of a shell.
    Zeros {
        /// The metric.
        metric: MetricName,
        /// How many are zero.
        zeros: usize,
        /// Of how many.
        n: usize,
    },
    /// The file states something else than its own raw values give: it was edited, merged or cut.
    SummaryDisagrees {
        /// The metric.
        metric: MetricName,
        /// What is stated.
        statistic: Statistic,
        /// As the file states it, in base units.
        stated: f64,
        /// As the raw values give it.
        computed: f64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailedRuns { failed, runs, codes } => {
                let codes = codes.iter().map(|code| match code {
                    Some(code) => format!("exit code {code}"),
                    None => "no exit code".to_owned(),
                });
                let codes = codes.collect::<Vec<_>>().join(", ");
                write!(f, "{failed} of {runs} runs failed ({codes}); their times are counted with the others")
            }
            Self::UnitAssumed { metric } => {
                write!(f, "{}: the file records no unit; taken for nanoseconds", metric.0)
            }
            Self::Zeros { metric, zeros, n } => {
                write!(f, "{}: {zeros} of {n} values are 0: below what the tool can tell", metric.0)
            }
            Self::SummaryDisagrees { metric, statistic, stated, computed } => write!(
                f,
                "{}: the file states a {statistic} of {stated}, but its values give {computed}: it was edited, \
                 merged or cut",
                metric.0
            ),
        }
    }
}

/// Tools round what they state; more than this is another number.
const RELATIVE_TOLERANCE: f64 = 1e-6;

/// What a file states of its own raw values that they do not give.
pub(crate) fn disagreements(metric: &MetricName, raw: &Raw, stated: &Summary) -> Vec<Warning> {
    let Ok(sample) = Sample::new(raw.values().collect()) else {
        return Vec::new();
    };
    #[expect(clippy::cast_precision_loss, reason = "no file holds 2^53 values")]
    let pairs = [
        (Statistic::N, stated.n.map(|n| n as f64), Some(sample.len() as f64)),
        (Statistic::Mean, stated.mean, Some(sample.mean())),
        (Statistic::Median, stated.median, Some(sample.median())),
        (Statistic::StdDev, stated.std_dev, sample.std_dev()),
        (Statistic::Min, stated.min, Some(sample.min())),
        (Statistic::Max, stated.max, Some(sample.max())),
    ];
    let scale = sample.max().abs().max(sample.min().abs());
    let differs = |(statistic, stated, computed): (Statistic, Option<f64>, Option<f64>)| {
        let (stated, computed) = (stated?, computed?);
        // A spread is a difference of values and carries their rounding.
        let size = if statistic == Statistic::N { 0.0 } else { scale };
        ((stated - computed).abs() > RELATIVE_TOLERANCE * size).then(|| Warning::SummaryDisagrees {
            metric: metric.clone(),
            statistic,
            stated,
            computed,
        })
    };
    pairs.into_iter().filter_map(differs).collect()
}

/// Tells of wall times of zero, which nothing takes.
pub(crate) fn zeros(metric: &MetricName, raw: &Raw) -> Option<Warning> {
    let zeros = raw.values().filter(|value| *value == 0.0).count();
    (zeros > 0 && *metric == metric::WALL_TIME).then(|| Warning::Zeros {
        metric: metric.clone(),
        zeros,
        n: raw.len(),
    })
}
