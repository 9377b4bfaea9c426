//! `[audit]`: defaults of the command line.

use std::num::NonZeroU16;
use std::time::Duration;

use perfaudit_result::Mode;

use super::origin::Setting;
use super::problem::{Complaint, quote};
use super::section::{Report, Section};
use super::value::{boolean, duration, floor_source, keep, mode, parsed, stage, texts};

/// As many runs are kept unless somebody says otherwise.
const DEFAULT_KEEP: NonZeroU16 = NonZeroU16::new(20).expect("20 is not 0");

/// `[audit]`: defaults of the command line. A higher layer replaces a value as a whole, lists too.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// How much time to take.
    pub mode: Setting<Mode>,
    /// The most time to spend on measuring, if that is limited.
    pub budget: Setting<Option<Duration>>,
    /// How many runs are kept.
    pub keep: Setting<NonZeroU16>,
    /// Codes of preconditions that are not held against a run. Whether there is such a code is not checked here.
    pub allow: Setting<Vec<String>>,
    /// Whether cargo is kept from using the network.
    pub offline: Setting<bool>,
    /// Where the noise floor of the machine comes from.
    pub noise_floor: Setting<FloorSource>,
    /// Stages that are left out.
    pub skip: Setting<Vec<ChosenStage>>,
}

/// A stage that can be left out, or wanted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenStage {
    /// Benchmarks.
    Bench,
    /// Whole commands.
    Commands,
    /// Builds, tests and sizes that objectives name.
    Delivery,
    /// CPU profiles.
    Cpu,
    /// Allocations.
    Heap,
    /// Where the bytes of what is shipped are.
    Size,
    /// Findings from source.
    Source,
}

impl ChosenStage {
    /// Every stage, in the order of a run.
    pub const ALL: [Self; 7] =
        [Self::Bench, Self::Commands, Self::Delivery, Self::Cpu, Self::Heap, Self::Size, Self::Source];

    /// As settings name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bench => "bench",
            Self::Commands => "commands",
            Self::Delivery => "delivery",
            Self::Cpu => "cpu",
            Self::Heap => "heap",
            Self::Size => "size",
            Self::Source => "source",
        }
    }
}

/// Where the noise floor of the machine comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloorSource {
    /// From the store, or measured if there is none, or one that is too old.
    Auto,
    /// From the store, however old it is; never measured.
    Stored,
    /// Measured anew.
    Fresh,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            mode: Setting::default_of(Mode::Standard),
            budget: Setting::default_of(None),
            keep: Setting::default_of(DEFAULT_KEEP),
            allow: Setting::default_of(Vec::new()),
            offline: Setting::default_of(false),
            noise_floor: Setting::default_of(FloorSource::Auto),
            skip: Setting::default_of(Vec::new()),
        }
    }
}

impl AuditSettings {
    /// Lays the section of a file over what is there.
    pub(super) fn apply(&mut self, mut section: Section<'_>, report: &mut Report<'_>) {
        self.mode.over(section.read("mode", report, parsed(mode)));
        self.budget.over(section.read("budget", report, parsed(duration)));
        self.keep.over(section.read("keep", report, keep));
        self.allow.over(section.read("allow", report, texts(code)));
        self.offline.over(section.read("offline", report, boolean));
        self.noise_floor.over(section.read("noise-floor", report, parsed(floor_source)));
        self.skip.over(section.read("skip", report, texts(stage)));
        section.finish(report);
    }
}

/// The code of a precondition: lower-case words with hyphens.
fn code(text: &str) -> Result<String, Complaint> {
    let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.chars().all(is_code) {
        Ok(text.to_owned())
    } else {
        Err(Complaint::new(format!("{} is no code of a precondition", quote(text)))
            .hint("write it as the report shows it, as in \"stolen-time\""))
    }
}
