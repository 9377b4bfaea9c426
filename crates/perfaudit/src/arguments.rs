//! The command line.

mod baseline;
mod bench;
mod bisect;
mod build_matrix;
mod compare;
mod cpu;
mod export;
mod fix;
mod heap;
mod prove;
mod report;
mod rules;
mod selection;
mod shared;
mod size;
mod stage;
mod what_if;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use perfaudit_history::BaselineName;
use perfaudit_project::config::{FloorSource, nearest, parse_duration};
use perfaudit_result::{Limit, Mode};

use crate::error::CommandError;
pub(crate) use baseline::{BaselineCommand, BaselinePlace};
pub(crate) use bench::{BenchArguments, LineArguments};
pub(crate) use bisect::BisectArguments;
pub(crate) use build_matrix::BuildMatrixArguments;
pub(crate) use compare::{CompareArguments, PairingArguments, TreeCommandArguments};
pub(crate) use cpu::{CpuArguments, SamplingArguments, WitnessArgument};
pub(crate) use export::ExportFormat;
pub(crate) use fix::FixArguments;
pub(crate) use heap::HeapArguments;
pub(crate) use prove::{GateArguments, ProveArguments};
pub(crate) use report::ReportArguments;
pub(crate) use rules::RulesArguments;
pub(crate) use selection::SelectionArguments;
pub(crate) use shared::{MeasuringArguments, OutputArguments, RedactArgument};
pub(crate) use size::{SizeArguments, Weighable};
pub(crate) use stage::StageArgument;
pub(crate) use what_if::WhatIfArguments;

/// A performance audit that cannot lie.
///
/// Measures a project's benchmarks, says how, and says when it does not know. Without a subcommand: `audit`.
#[derive(Debug, Parser)]
#[command(
    name = "perfaudit",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 pass, 1 an objective is not kept or a gate is not passed, 2 usage or configuration, 3 not everything was measured, 4 the project's build or a workload failed, 70 internal error."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
}

/// Why these arguments cannot be meant, where the first is no folder and almost the name of a command: it would be taken
/// for the path of a project.
pub(crate) fn mistyped(arguments: &[OsString]) -> Option<CommandError> {
    let given = arguments.get(1)?.to_str()?;
    let command = Arguments::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let is_path = given.contains(['/', '.']) || Path::new(given).exists();
    if given.starts_with('-') || is_path || given == "help" || names.contains(&given) {
        return None;
    }
    let meant = nearest(given, names)?.to_owned();
    Some(CommandError::UnknownCommand { given: given.to_owned(), meant })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure a project and report
    Audit(Box<AuditArguments>),
    /// Measure the benchmarks of a project, or one command
    Bench(Box<BenchArguments>),
    /// Show where benchmarks, or one command, spend CPU time
    Cpu(Box<CpuArguments>),
    /// Show what benchmarks, or one command, allocate
    Heap(Box<HeapArguments>),
    /// Measure two builds, programs or commands against each other, pair by pair
    Compare(Box<CompareArguments>),
    /// Find the commit between two revisions that changed a benchmark, or the time of a command
    Bisect(Box<BisectArguments>),
    /// Try build settings: how fast, how large and how long to build, each beside the project's own
    BuildMatrix(Box<BuildMatrixArguments>),
    /// Judge patches: do they apply, pass the tests, and make the project faster
    Prove(Box<ProveArguments>),
    /// Make patches from what an audit finds, try the hottest first, and keep those that are proven
    Fix(Box<FixArguments>),
    /// Show what is gained if a function or a finding cost nothing, before anything is changed
    WhatIf(WhatIfArguments),
    /// Show where the bytes of a project's programs, or of one file, are
    Size(Box<SizeArguments>),
    /// Show what builds do with their time: by package, by phase, and what waits for what
    BuildTime(Box<AuditArguments>),
    /// Find patterns in the source that cost time, without measuring
    Source(Box<AuditArguments>),
    /// Make the reports of a run again, without measuring
    Report(ReportArguments),
    /// Show what can be measured on this machine, and what stands in the way
    Doctor(DoctorArguments),
    /// Explain a rule, or list all rules
    Explain(ExplainArguments),
    /// Search rules by words, best match first
    Rules(RulesArguments),
    /// Keep, list and remove baselines
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Write a commented perfaudit.toml for a project, or benchmarks for functions that have none
    Init(InitArguments),
    /// Show what is configured
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// Directory of the project
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Print the configuration instead of writing it
    #[arg(long)]
    pub(crate) stdout: bool,
    /// Write Criterion benchmarks with synthetic input for public functions that have none. They are compiled in a copy of
    /// the project, which calls each of these functions, and only what compiles and runs is written
    #[arg(long, conflicts_with = "stdout")]
    pub(crate) bench: bool,
    /// Only the library of this package (repeatable)
    #[arg(short, long = "package", value_name = "NAME", requires = "bench")]
    pub(crate) packages: Vec<String>,
    /// Write over benchmarks that an earlier call wrote
    #[arg(long, requires = "bench")]
    pub(crate) force: bool,
    /// Print what would be written, as a diff
    #[arg(long, requires = "bench")]
    pub(crate) dry_run: bool,
    /// Keep cargo from using the network
    #[arg(long, requires = "bench")]
    pub(crate) offline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting with its value and where that comes from
    Show(ShowArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// Directory of the project
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Directory of the project: the root of a workspace, or a package of it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    #[command(flatten)]
    pub(crate) measuring: MeasuringArguments,
    /// End a benchmark that has not announced its sampling after this long
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2m", help_heading = "How to measure")]
    pub(crate) timeout: Duration,
    /// Go on with the newest run of the project, which was cut short: what it measured of unchanged executables and
    /// commands is taken over, and what it had half measured is completed
    #[arg(long, conflicts_with = "seed", help_heading = "How to measure")]
    pub(crate) resume: bool,
    /// Do not hold this precondition against the run, as in `stolen-time` (repeatable)
    #[arg(long, value_name = "CODE", help_heading = "How to measure")]
    pub(crate) allow: Vec<String>,
    /// Only these stages (repeatable); what is profiled is measured first
    #[arg(long, value_enum, value_name = "STAGE", help_heading = "What to measure")]
    pub(crate) only: Vec<StageArgument>,
    /// Leave this stage out (repeatable)
    #[arg(long, value_enum, value_name = "STAGE", help_heading = "What to measure")]
    pub(crate) skip: Vec<StageArgument>,
    /// Only say what would be measured and how long it would take
    #[arg(long, help_heading = "How to measure")]
    pub(crate) dry_run: bool,
    /// Also make patches from what is found, test and measure the hottest in a copy of the project, and keep what is
    /// proven; measuring them takes up to TIME more: 2m in quick mode, 10m in standard mode, as long as it takes in full
    /// mode unless given
    #[arg(
        long,
        value_name = "TIME",
        num_args = 0..=1,
        require_equals = true,
        value_parser = parse_duration,
        help_heading = "What to measure"
    )]
    pub(crate) fix: Option<Option<Duration>>,

    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Leave out of the run and its reports lines of source, what the project and its compiler print, and paths outside of
    /// the project
    #[arg(long, conflicts_with_all = ["resume", "fix"], help_heading = "Output")]
    pub(crate) redact: bool,

    /// Put this run beside a baseline
    #[arg(long, value_name = "NAME", help_heading = "Baselines")]
    pub(crate) baseline: Option<BaselineName>,
    /// Compare although the machine or the settings differ
    #[arg(long, requires = "baseline", help_heading = "Baselines")]
    pub(crate) allow_unlike: bool,
    /// Keep this run as a baseline
    #[arg(long, value_name = "NAME", help_heading = "Baselines")]
    pub(crate) save_baseline: Option<BaselineName>,
    #[command(flatten)]
    pub(crate) store: StoreArgument,

    /// How profiles are sampled: `perfaudit cpu` has arguments for that.
    #[arg(skip)]
    pub(crate) sampling: SamplingArguments,
    /// Who counts instructions: `perfaudit cpu` has an argument for that.
    #[arg(skip)]
    pub(crate) witness: Option<WitnessArgument>,
    /// What is known before anything is measured that the run does not tell.
    #[arg(skip)]
    pub(crate) limits: Vec<Limit>,
    /// How many bytes lie between two that are sampled when a part of the allocations is counted: `perfaudit heap` has
    /// an argument for that.
    #[arg(skip)]
    pub(crate) heap_sample: Option<NonZeroU32>,
    /// Whether code is charged to where it was inlined from: `perfaudit size` has an argument for that.
    #[arg(skip)]
    pub(crate) inlines: bool,
    /// Whether the compiler's output is counted: `perfaudit size` has an argument for that.
    #[arg(skip)]
    pub(crate) ir: bool,
    /// Whether builds are looked into: `perfaudit build-time` does.
    #[arg(skip)]
    pub(crate) build_times: bool,
}

/// What concerns the benchmarks of a project, and is refused where these are left alone.
const OF_BENCHMARKS: &[&str] = &[
    "packages",
    "benches",
    "filter",
    "features",
    "all_features",
    "no_default_features",
    "profile",
    "offline",
    "dry_run",
];

#[derive(Debug, Clone, Args)]
pub(crate) struct StoreArgument {
    /// Directory for baselines and noise floors instead of the user's data directory
    #[arg(long = "store", value_name = "DIR", help_heading = "Baselines")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Directory of the project
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = PlainFormat::Terminal)]
    pub(crate) format: PlainFormat,
    /// Whether to measure how far this machine differs from itself, which takes up to 10 s
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = FloorArgument::Stored)]
    pub(crate) noise_floor: FloorArgument,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The rule
    pub(crate) rule: Option<String>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = PlainFormat::Terminal)]
    pub(crate) format: PlainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArgument {
    /// At most 5 minutes beyond the build
    Quick,
    /// The benchmarks' own settings
    Standard,
    /// Enough samples for p99
    Full,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Quick => Self::Quick,
            ModeArgument::Standard => Self::Standard,
            ModeArgument::Full => Self::Full,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FloorArgument {
    /// If it is not known or a week old
    Auto,
    /// Never
    Stored,
    /// Always
    Fresh,
}

impl From<FloorArgument> for FloorSource {
    fn from(source: FloorArgument) -> Self {
        match source {
            FloorArgument::Auto => Self::Auto,
            FloorArgument::Stored => Self::Stored,
            FloorArgument::Fresh => Self::Fresh,
        }
    }
}

/// What to print of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A summary for people
    Terminal,
    /// The whole result
    Json,
    /// For pull requests and job summaries
    Markdown,
    /// For code scanning
    Sarif,
    /// For test dashboards
    Junit,
    /// The interactive report
    Html,
}

/// What to print where there is no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// Text for people
    Terminal,
    /// For programs
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        let refused = |arguments: &[&str]| {
            let all = ["perfaudit", "bench"].iter().chain(arguments);
            let error = Arguments::try_parse_from(all).expect_err("it has no effect");
            assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict, "{arguments:?}");
        };
        for option in
            ["--filter=x", "--bench=x", "-px", "--mode=full", "--budget=1s", "--timeout=1s", "--resume"]
        {
            refused(&["--import", "file.json", option]);
        }
        for option in ["--filter=x", "--all-features", "--profile=x", "--dry-run"] {
            refused(&[option, "--", "true"]);
        }
        refused(&["--command", "true", "--", "true"]);
        refused(&["--command", "true", "--filter=x"]);
        let kept = ["perfaudit", "bench", "--import", "file.json", "--seed", "1", "--format", "json"];
        assert!(Arguments::try_parse_from(kept).is_ok());
        assert!(Arguments::try_parse_from(["perfaudit", "bench", "--mode", "quick", "--", "true"]).is_ok());
    }

    #[test]
    fn a_path_without_a_subcommand_is_audited() {
        let arguments = Arguments::try_parse_from(["perfaudit", "some/where", "--mode", "quick"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.audit.path, PathBuf::from("some/where"));
    }
}
