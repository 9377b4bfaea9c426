//! The metrics that a limit can be set for.

use std::borrow::Cow;
use std::fmt;

use perfaudit_result::{Direction, MetricName};

use super::limit::Dimension;
use super::problem::{Complaint, quote};

/// A metric that a limit can be set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricKind {
    /// The median time per call.
    WallTimeP50,
    /// The 95th percentile of the time per call.
    WallTimeP95,
    /// The 99th percentile of the time per call.
    WallTimeP99,
    /// The mean time per iteration.
    WallTimeMean,
    /// The amount of work per second.
    Throughput,
    /// The largest resident set of the process.
    RssPeak,
    /// Bytes that are allocated, per iteration or per run.
    AllocBytes,
    /// Blocks that are allocated, per iteration or per run.
    AllocCount,
    /// CPU time over wall time: 100 % is one core.
    CpuUtilisation,
    /// CPU time in user mode.
    CpuUser,
    /// CPU time in the kernel.
    CpuSystem,
    /// The duration of a build from nothing.
    BuildClean,
    /// The duration of a build after a change.
    BuildIncremental,
    /// The duration of the test suite.
    TestSuiteTime,
    /// The size of the executable file.
    BinarySize,
    /// The lines that the compiler hands to LLVM.
    IrLines,
    /// The functions that the compiler hands to LLVM, each copy counted.
    IrCopies,
}

impl MetricKind {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::WallTimeP50,
        Self::WallTimeP95,
        Self::WallTimeP99,
        Self::WallTimeMean,
        Self::Throughput,
        Self::RssPeak,
        Self::AllocBytes,
        Self::AllocCount,
        Self::CpuUtilisation,
        Self::CpuUser,
        Self::CpuSystem,
        Self::BuildClean,
        Self::BuildIncremental,
        Self::TestSuiteTime,
        Self::BinarySize,
        Self::IrLines,
        Self::IrCopies,
    ];

    /// Its name in configurations and results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WallTimeP50 => "wall_time.p50",
            Self::WallTimeP95 => "wall_time.p95",
            Self::WallTimeP99 => "wall_time.p99",
            Self::WallTimeMean => "wall_time.mean",
            Self::Throughput => "throughput",
            Self::RssPeak => "rss.peak",
            Self::AllocBytes => "alloc.bytes",
            Self::AllocCount => "alloc.count",
            Self::CpuUtilisation => "cpu.utilisation",
            Self::CpuUser => "cpu.user",
            Self::CpuSystem => "cpu.system",
            Self::BuildClean => "build.clean",
            Self::BuildIncremental => "build.incremental",
            Self::TestSuiteTime => "test_suite.time",
            Self::BinarySize => "binary.size",
            Self::IrLines => "ir.lines",
            Self::IrCopies => "ir.copies",
        }
    }

    /// The same name as results carry it.
    #[must_use]
    pub fn name(self) -> MetricName {
        MetricName(Cow::Borrowed(self.as_str()))
    }

    /// Which way is better: whether a limit is a maximum or a minimum.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Self::Throughput => Direction::HigherIsBetter,
            _ => Direction::LowerIsBetter,
        }
    }

    /// What a limit for it may be given in; the first is the usual one.
    #[must_use]
    pub fn dimensions(self) -> &'static [Dimension] {
        match self {
            Self::WallTimeP50
            | Self::WallTimeP95
            | Self::WallTimeP99
            | Self::WallTimeMean
            | Self::CpuUser
            | Self::CpuSystem
            | Self::BuildClean
            | Self::BuildIncremental
            | Self::TestSuiteTime => &[Dimension::Time],
            Self::Throughput => {
                &[Dimension::BytesPerSecond, Dimension::BitsPerSecond, Dimension::ElementsPerSecond]
            }
            Self::RssPeak | Self::AllocBytes | Self::BinarySize => &[Dimension::Bytes],
            Self::AllocCount => &[Dimension::Blocks],
            Self::IrLines => &[Dimension::Lines],
            Self::IrCopies => &[Dimension::Copies],
            Self::CpuUtilisation => &[Dimension::Share],
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Complaint> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == text).ok_or_else(|| {
            Complaint::new(format!("{} is no metric with limits", quote(text)))
                .expecting(text, &Self::ALL.map(Self::as_str))
        })
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_name() {
        for metric in MetricKind::ALL {
            assert_eq!(MetricKind::parse(metric.as_str()), Ok(metric));
        }
    }

    #[test]
    fn the_names_are_those_of_the_results() {
        for (metric, name) in [
            (MetricKind::WallTimeP50, MetricName::WALL_TIME_P50),
            (MetricKind::WallTimeP95, MetricName::WALL_TIME_P95),
            (MetricKind::WallTimeP99, MetricName::WALL_TIME_P99),
            (MetricKind::WallTimeMean, MetricName::WALL_TIME_MEAN),
            (MetricKind::Throughput, MetricName::THROUGHPUT),
            (MetricKind::RssPeak, MetricName::RSS_PEAK),
            (MetricKind::AllocBytes, MetricName::ALLOC_BYTES),
            (MetricKind::AllocCount, MetricName::ALLOC_COUNT),
            (MetricKind::CpuUtilisation, MetricName::CPU_UTILISATION),
            (MetricKind::CpuUser, MetricName::CPU_USER),
            (MetricKind::CpuSystem, MetricName::CPU_SYSTEM),
            (MetricKind::BuildClean, MetricName::BUILD_CLEAN),
            (MetricKind::BuildIncremental, MetricName::BUILD_INCREMENTAL),
            (MetricKind::TestSuiteTime, MetricName::TEST_SUITE_TIME),
            (MetricKind::BinarySize, MetricName::BINARY_SIZE),
            (MetricKind::IrLines, MetricName::IR_LINES),
            (MetricKind::IrCopies, MetricName::IR_COPIES),
        ] {
            assert_eq!(metric.name(), name);
        }
    }
}
