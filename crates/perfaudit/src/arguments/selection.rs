//! Which benchmarks of a project are meant.

use clap::Args;
use regex::Regex;

/// Which benchmarks of a project are meant, and how they are built.
#[derive(Debug, Clone, Args)]
pub(crate) struct SelectionArguments {
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
}
