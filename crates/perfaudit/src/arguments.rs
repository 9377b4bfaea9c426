//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use perfaudit_project::{Features, Selection};
use perfaudit_result::Mode;
use regex::Regex;

/// A performance audit that cannot lie.
///
/// Measures a project's benchmarks, says how, and says when it does not know. Without a subcommand: `audit`.
#[derive(Debug, Parser)]
#[command(
    name = "perfaudit",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 pass, 2 usage or configuration, 3 not everything was measured, 4 the project's build or a workload failed, 70 internal error."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure a project and report
    Audit(AuditArguments),
    /// Make the reports of a run again, without measuring
    Report(ReportArguments),
    /// Show what can be measured on this machine, and what stands in the way
    Doctor(DoctorArguments),
    /// Explain a rule, or list all rules
    Explain(ExplainArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Directory of the project: the root of a workspace, or a package of it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Only this package (repeatable)
    #[arg(short, long = "package", value_name = "NAME", help_heading = "What to measure")]
    pub(crate) packages: Vec<String>,
    /// Only this benchmark target (repeatable)
    #[arg(long = "bench", value_name = "NAME", help_heading = "What to measure")]
    pub(crate) benches: Vec<String>,
    /// Only benchmarks whose `package/target/name` matches this regular expression
    #[arg(long, value_name = "REGEX", help_heading = "What to measure")]
    pub(crate) filter: Option<Regex>,
    /// Features to enable, separated by commas (repeatable)
    #[arg(
        short = 'F',
        long,
        value_name = "FEATURES",
        value_delimiter = ',',
        help_heading = "What to measure"
    )]
    pub(crate) features: Vec<String>,
    /// Enable all features
    #[arg(long, help_heading = "What to measure")]
    pub(crate) all_features: bool,
    /// Leave the default features out
    #[arg(long, help_heading = "What to measure")]
    pub(crate) no_default_features: bool,
    /// Build with this profile instead of `bench`
    #[arg(long, value_name = "NAME", help_heading = "What to measure")]
    pub(crate) profile: Option<String>,

    /// How much time to take
    #[arg(long, value_enum, default_value_t = ModeArgument::Standard, help_heading = "How to measure")]
    pub(crate) mode: ModeArgument,
    /// Spend at most this long on measuring, as in `90s`, `10m` or `1h`
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "How to measure")]
    pub(crate) budget: Option<Duration>,
    /// End a benchmark that has not announced its sampling after this long
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "2m", help_heading = "How to measure")]
    pub(crate) timeout: Duration,
    /// Decides the order of measuring and all resampling; chosen at random unless given
    #[arg(long, value_name = "NUMBER", help_heading = "How to measure")]
    pub(crate) seed: Option<u32>,
    /// Keep cargo from using the network
    #[arg(long, help_heading = "How to measure")]
    pub(crate) offline: bool,
    /// Only say what would be measured and how long it would take
    #[arg(long, help_heading = "How to measure")]
    pub(crate) dry_run: bool,

    /// Directory for this run; must be empty or new
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Keep the newest runs and remove older ones
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Output")]
    pub(crate) keep: u16,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Terminal, help_heading = "Output")]
    pub(crate) format: Format,
    /// Show every benchmark in the summary, however many there are
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
}

impl AuditArguments {
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            packages: self.packages.clone(),
            benches: self.benches.clone(),
            features: Features {
                named: self.features.clone(),
                all: self.all_features,
                no_default: self.no_default_features,
            },
            profile: self.profile.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Directory of the run; without it the newest run of the project in the current directory
    pub(crate) run: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(crate) format: Format,
    /// Open the HTML report
    #[arg(long)]
    pub(crate) open: bool,
    /// Show every benchmark in the summary, however many there are
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Directory of the project
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = PlainFormat::Terminal)]
    pub(crate) format: PlainFormat,
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

/// `90s`, `10m`, `1h`, or seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (value, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{unit}` is no unit of time: expected s, m or h, as in `90s`")),
    };
    let value: f64 = value.parse().map_err(|_| "expected a number with a unit, as in `10m`".to_owned())?;
    match Duration::try_from_secs_f64(value * factor) {
        Ok(duration) if duration >= Duration::from_secs(1) => Ok(duration),
        _ => Err("expected at least one second".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h", 3600), ("1.5m", 90), ("45", 45)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "10 parsecs", "-5s", "0s", "inf"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_without_a_subcommand_is_audited() {
        let arguments = Arguments::try_parse_from(["perfaudit", "some/where", "--mode", "quick"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.audit.path, PathBuf::from("some/where"));
    }
}
