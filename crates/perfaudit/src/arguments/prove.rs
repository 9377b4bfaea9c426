//! What `perfaudit prove` is given.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use perfaudit_project::config::parse_duration;

use super::{OutputArguments, PairingArguments, RedactArgument};

#[derive(Debug, Args)]
pub(crate) struct ProveArguments {
    /// Patches: files as `git diff`, `git format-patch` or `diff -u` write them, a branch, or a range of commits as
    /// `main..faster`
    #[arg(value_name = "PATCH", required = true)]
    pub(crate) patches: Vec<String>,
    /// What the patches are applied to: a git revision instead of the working tree with what is not committed
    #[arg(long, value_name = "REVISION", help_heading = "What to measure")]
    pub(crate) base: Option<String>,

    #[command(flatten)]
    pub(crate) pairing: PairingArguments,
    #[command(flatten)]
    pub(crate) gates: GateArguments,

    /// Only read the patches, see whether they apply, and say what would be run
    #[arg(long, help_heading = "How to measure")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) redact: RedactArgument,
}

impl Default for GateArguments {
    /// As where none of them is given.
    fn default() -> Self {
        /// Their parser alone.
        #[derive(clap::Parser)]
        struct Gates {
            #[command(flatten)]
            gates: GateArguments,
        }
        <Gates as clap::Parser>::parse_from([""]).gates
    }
}

/// What a patch must pass.
#[derive(Debug, Clone, Args)]
pub(crate) struct GateArguments {
    /// The command that runs the tests, in the project's folder; `cargo test --workspace` unless configured
    #[arg(long, value_name = "LINE", help_heading = "What a patch must pass")]
    pub(crate) test: Option<String>,
    /// End the tests after this long
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "30m", help_heading = "What a patch must pass")]
    pub(crate) test_timeout: Duration,
    /// Let a project without tests pass
    #[arg(long, help_heading = "What a patch must pass")]
    pub(crate) allow_untested: bool,
    /// How many workloads must be faster or allocate less; where fewer are compared, all of them. 2 unless configured
    #[arg(long, value_name = "NUMBER", help_heading = "What a patch must pass")]
    pub(crate) workloads: Option<NonZeroU32>,
    /// How many lines a patch may change; 50 unless configured
    #[arg(long, value_name = "NUMBER", help_heading = "What a patch must pass")]
    pub(crate) changed_lines: Option<u32>,
    /// A new runtime dependency that a patch may add (repeatable)
    #[arg(long = "allow-dependency", value_name = "NAME", help_heading = "What a patch must pass")]
    pub(crate) dependencies: Vec<String>,
    /// A slowdown up to this needs not be ruled out, as in `5%`, which it is unless configured
    #[arg(long, value_name = "PERCENT", value_parser = super::compare::percent, help_heading = "What a patch must pass")]
    pub(crate) tolerance: Option<f64>,
}
