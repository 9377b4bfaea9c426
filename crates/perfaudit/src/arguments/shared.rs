//! What several commands are given alike.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use perfaudit_project::config::parse_duration;

use super::{FloorArgument, Format, ModeArgument};

/// How much is measured, and in what order.
#[derive(Debug, Clone, Args)]
pub(crate) struct MeasuringArguments {
    /// How much time to take; `standard` unless configured
    #[arg(long, value_enum, help_heading = "How to measure")]
    pub(crate) mode: Option<ModeArgument>,
    /// Spend at most this long on measuring, as in `90s`, `10m` or `1h`
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = "How to measure")]
    pub(crate) budget: Option<Duration>,
    /// Decides the order of measuring and all resampling; chosen at random unless given
    #[arg(long, value_name = "NUMBER", help_heading = "How to measure")]
    pub(crate) seed: Option<u32>,
    /// Keep cargo from using the network
    #[arg(long, help_heading = "How to measure")]
    pub(crate) offline: bool,
    /// Whether to measure how far this machine differs from itself, which takes up to 10 s: if it is not known or a
    /// week old unless configured
    #[arg(long, value_enum, value_name = "WHEN", help_heading = "How to measure")]
    pub(crate) noise_floor: Option<FloorArgument>,
}

/// What a run leaves, and what of it is printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArguments {
    /// Directory for this run; must be empty or new
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Keep the newest runs and remove older ones; 20 unless configured
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) keep: Option<NonZeroU16>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Terminal, help_heading = "Output")]
    pub(crate) format: Format,
    /// Show every row in the summary, however many there are
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
}

/// Whether a run is to be shown to others.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RedactArgument {
    /// Leave out of the run and its reports lines of source, what the project and its compiler print, and paths outside of
    /// the project
    #[arg(long, help_heading = "Output")]
    pub(crate) redact: bool,
}
