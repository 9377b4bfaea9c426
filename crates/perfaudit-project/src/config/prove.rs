//! `[prove]`: what a patch must pass.

use super::origin::Setting;
use super::section::{Report, Section};
use super::value::{boolean, count, count_or_none, parsed, process_text, share, texts};

/// `[prove]`: what a patch must pass.
#[derive(Debug, Clone)]
pub struct ProveSettings {
    /// The command line that runs the project's tests, in the project's folder.
    pub test: Setting<String>,
    /// How many workloads must gain; where fewer are compared, all of them.
    pub workloads: Setting<u32>,
    /// How many lines a patch may change.
    pub changed_lines: Setting<u32>,
    /// New runtime dependencies that a patch may add.
    pub dependencies: Setting<Vec<String>>,
    /// A slowdown of a workload up to this, as a ratio, needs not be ruled out.
    pub tolerance: Setting<f64>,
    /// Whether a project without tests passes.
    pub allow_untested: Setting<bool>,
}

impl Default for ProveSettings {
    fn default() -> Self {
        Self {
            test: Setting::default_of("cargo test --workspace".to_owned()),
            workloads: Setting::default_of(2),
            changed_lines: Setting::default_of(50),
            dependencies: Setting::default_of(Vec::new()),
            tolerance: Setting::default_of(0.05),
            allow_untested: Setting::default_of(false),
        }
    }
}

impl ProveSettings {
    /// Lays the section of a file over what is there.
    pub(super) fn apply(&mut self, mut section: Section<'_>, report: &mut Report<'_>) {
        self.test.over(section.read("test", report, parsed(process_text)));
        self.workloads.over(section.read("workloads", report, count));
        self.changed_lines.over(section.read("changed-lines", report, count_or_none));
        self.dependencies.over(section.read("dependencies", report, texts(process_text)));
        self.tolerance.over(section.read("tolerance", report, share));
        self.allow_untested.over(section.read("allow-untested", report, boolean));
        section.finish(report);
    }
}
