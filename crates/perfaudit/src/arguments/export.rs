//! Formats of other tools.

use clap::ValueEnum;
use perfaudit_cpu::export::ProfileFormat;
use perfaudit_heap::export::HeapFormat;

/// A format of other tools for CPU profiles, for allocations, or for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Lines of `frame;frame;frame count`, of allocations a file for each measure
    Collapsed,
    /// A flame graph of CPU time as one SVG file
    Svg,
    /// CPU time for speedscope.app
    Speedscope,
    /// CPU time for profiler.firefox.com
    Firefox,
    /// For `go tool pprof`
    Pprof,
    /// Allocations for the viewer of valgrind's DHAT, in bytes, at the peak and at exit
    Dhat,
    /// Allocations as `heaptrack_print` of heaptrack summarises them, as text
    Heaptrack,
}

impl ExportFormat {
    /// The format of CPU profiles; none when it is for allocations only.
    pub(crate) fn of_cpu(self) -> Option<ProfileFormat> {
        match self {
            Self::Collapsed => Some(ProfileFormat::Collapsed),
            Self::Svg => Some(ProfileFormat::FlameGraph),
            Self::Speedscope => Some(ProfileFormat::Speedscope),
            Self::Firefox => Some(ProfileFormat::Firefox),
            Self::Pprof => Some(ProfileFormat::Pprof),
            Self::Dhat | Self::Heaptrack => None,
        }
    }

    /// The format of allocations; none when it is for CPU profiles only.
    pub(crate) fn of_heap(self) -> Option<HeapFormat> {
        match self {
            Self::Collapsed => Some(HeapFormat::Collapsed),
            Self::Pprof => Some(HeapFormat::Pprof),
            Self::Dhat => Some(HeapFormat::Dhat),
            Self::Heaptrack => Some(HeapFormat::Heaptrack),
            Self::Svg | Self::Speedscope | Self::Firefox => None,
        }
    }
}
