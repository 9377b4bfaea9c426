//! What `perfaudit compare` is given.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use perfaudit_project::config::parse_duration;
use perfaudit_prove::source::ArmSource;

use super::{
    MeasuringArguments, OutputArguments, RedactArgument, SelectionArguments, StoreArgument, WitnessArgument,
};

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// What is compared with: a git revision (`rev:REV`, or bare), `work` for the working tree with what is not
    /// committed, the source of a project in a folder without git (`path:DIR`), a program (`bin:FILE`), a command
    /// (`cmd:LINE`), or a run that was recorded (`run:ID`)
    #[arg(value_name = "A", default_value = "HEAD")]
    pub(crate) a: ArmSource,
    /// What is compared with it
    #[arg(value_name = "B", default_value = "work")]
    pub(crate) b: ArmSource,
    /// Arguments for the programs of `bin:FILE`, behind `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub(crate) program_arguments: Vec<String>,

    #[command(flatten)]
    pub(crate) pairing: PairingArguments,

    /// Compile both sides once more, without optimising or linking, and count the lines and functions that each package
    /// hands to LLVM
    #[arg(long, conflicts_with = "command", help_heading = "What to measure")]
    pub(crate) ir: bool,
    /// Exit with 1 if B is worse than A anywhere, and with 3 if that is not decided everywhere
    #[arg(long, help_heading = "Output")]
    pub(crate) gate: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) redact: RedactArgument,
}

/// How two sides are built and measured in pairs.
#[derive(Debug, Clone, Args)]
pub(crate) struct PairingArguments {
    /// Directory of the project
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = "What to measure")]
    pub(crate) project: PathBuf,
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    #[command(flatten)]
    pub(crate) in_tree: TreeCommandArguments,

    /// A difference up to this does not matter, as in `2%`
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "2%", help_heading = "How to measure")]
    pub(crate) delta: f64,
    /// In how many layouts each program is measured at most: code that lies elsewhere in memory is faster or slower by
    /// itself. Each pair has one of its own where that is not given
    #[arg(long, value_name = "NUMBER", help_heading = "How to measure")]
    pub(crate) layouts: Option<NonZeroU32>,
    /// Also compare the 95th percentile of the processes of commands: takes 117 pairs of one command, whatever is decided
    /// sooner
    #[arg(long, help_heading = "How to measure")]
    pub(crate) p95: bool,
    /// Count the instructions of both sides, too, after the pairs: they repeat where times do not, and say whether a
    /// change of time comes from more work
    #[arg(long, value_enum, value_name = "WHO", help_heading = "How to measure")]
    pub(crate) witness: Option<WitnessArgument>,
    /// End a process after this long
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2m", help_heading = "How to measure")]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) measuring: MeasuringArguments,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}

impl PairingArguments {
    /// The difference up to which nothing matters unless that is said.
    pub(crate) const DELTA: f64 = 0.02;
}

/// What concerns benchmarks, and is refused where a command of each tree is measured.
const OF_BENCHMARKS: &[&str] = &[
    "packages",
    "benches",
    "filter",
    "features",
    "all_features",
    "no_default_features",
    "profile",
    "layouts",
];

/// A command that is run in the tree of each side.
#[derive(Debug, Clone, Args)]
pub(crate) struct TreeCommandArguments {
    /// Measure this command in the project's folder of each tree instead of benchmarks, as in `./tool.sh input` or
    /// `$CARGO_TARGET_DIR/release/tool`
    #[arg(long, value_name = "LINE", conflicts_with_all = OF_BENCHMARKS, help_heading = "What to measure")]
    pub(crate) command: Option<String>,
    /// What builds each tree first, as in `cargo build --release`; CARGO_TARGET_DIR is a folder of its own for each
    /// side
    #[arg(long, value_name = "LINE", requires = "command", help_heading = "What to measure")]
    pub(crate) build: Option<String>,
    /// What is run before each process that is measured, and is not measured itself, as in
    /// `rm -rf "$CARGO_TARGET_DIR"` before `cargo build`
    #[arg(long, value_name = "LINE", conflicts_with_all = OF_BENCHMARKS, help_heading = "What to measure")]
    pub(crate) prepare: Option<String>,
}

/// A share above zero and below one, from `2%` or `2`.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let share = number.parse::<f64>().ok().map(|percent| percent / 100.0);
    share
        .filter(|share| *share > 0.0 && *share < 1.0)
        .ok_or_else(|| format!("`{text}` is no percentage between 0 and 100, as in `2%`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_after_an_audit_goes_by_the_same_difference_as_a_comparison() {
        #[derive(clap::Parser)]
        struct Command {
            #[command(flatten)]
            pairing: PairingArguments,
        }
        let pairing = <Command as clap::Parser>::parse_from(["compare"]).pairing;
        assert!((pairing.delta - PairingArguments::DELTA).abs() < 1e-12);
    }

    #[test]
    fn a_percentage_is_read_with_and_without_its_sign() {
        for (text, share) in [("2%", 0.02), ("0.5 %", 0.005), ("10", 0.1)] {
            assert!((percent(text).unwrap() - share).abs() < 1e-12, "{text}");
        }
        for text in ["", "0", "-1%", "100%", "nan", "two"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
