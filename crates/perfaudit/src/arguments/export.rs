//! Formats of other tools.

use clap::ValueEnum;
use perfaudit_cpu::export::ProfileFormat;

/// A format of other tools for CPU profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Lines of `frame;frame;frame count`
    Collapsed,
    /// A flame graph as one SVG file
    Svg,
    /// For speedscope.app
    Speedscope,
    /// For profiler.firefox.com
    Firefox,
    /// For `go tool pprof`
    Pprof,
}

impl From<ExportFormat> for ProfileFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Collapsed => Self::Collapsed,
            ExportFormat::Svg => Self::FlameGraph,
            ExportFormat::Speedscope => Self::Speedscope,
            ExportFormat::Firefox => Self::Firefox,
            ExportFormat::Pprof => Self::Pprof,
        }
    }
}
