//! Profiles in the formats of other tools.
//!
//! Names come from debug information of the code that was profiled and may hold anything: each format escapes what it
//! has a way to write, and replaces what would break it.

mod collapsed;
mod firefox;
mod flame_graph;
mod pprof;
mod speedscope;

use std::io::{self, Write};

use perfaudit_result::{CpuProfile, ProfileError, SamplingEvent};

pub use collapsed::{CollapsedStacks, write_collapsed};
pub use pprof::{PprofSample, PprofStacks, ValueType, write_pprof};

/// A format of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileFormat {
    /// Lines of `frame;frame;frame count`, as Brendan Gregg's `flamegraph.pl` reads them.
    Collapsed,
    /// A flame graph as one static SVG file.
    FlameGraph,
    /// JSON of <https://www.speedscope.app>.
    Speedscope,
    /// JSON of <https://profiler.firefox.com>.
    Firefox,
    /// Gzipped protocol buffer of `go tool pprof`.
    Pprof,
}

impl ProfileFormat {
    /// Every format.
    pub const ALL: [Self; 5] =
        [Self::Collapsed, Self::FlameGraph, Self::Speedscope, Self::Firefox, Self::Pprof];

    /// What names of such files end in, without the leading dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Collapsed => "folded",
            Self::FlameGraph => "svg",
            Self::Speedscope => "speedscope.json",
            Self::Firefox => "firefox.json",
            Self::Pprof => "pb.gz",
        }
    }
}

/// A profile that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Its parts do not fit together.
    #[error("the profile is damaged, so that it cannot be exported: {0}")]
    Damaged(#[from] ProfileError),
    /// The output failed.
    #[error("the export could not be written: {0}")]
    Write(#[from] io::Error),
}

/// Writes a profile in a format, piece by piece.
///
/// # Errors
/// When the profile refers to what it does not hold, and when the output fails.
pub fn write(format: ProfileFormat, profile: &CpuProfile, out: &mut dyn Write) -> Result<(), ExportError> {
    profile.check()?;
    match format {
        ProfileFormat::Collapsed => collapsed::write(profile, out),
        ProfileFormat::FlameGraph => flame_graph::write(profile, out),
        ProfileFormat::Speedscope => speedscope::write(profile, out),
        ProfileFormat::Firefox => firefox::write(profile, out),
        ProfileFormat::Pprof => pprof::write(profile, out),
    }?;
    out.flush()?;
    Ok(())
}

/// The seconds that one sample stands for, where samples are made by time: the inverse of the rate that was reached, or
/// else asked for.
fn seconds_per_sample(profile: &CpuProfile) -> Option<f64> {
    let hz = profile.sampler.reached_hz.unwrap_or(profile.sampler.asked_hz);
    let is_timed = matches!(profile.sampler.event, SamplingEvent::CpuClock | SamplingEvent::WallClock);
    (is_timed && hz.is_finite() && hz > 0.0).then(|| 1.0 / hz)
}

#[cfg(test)]
mod tests;
