//! What `perfaudit report` is given.

use std::path::PathBuf;

use clap::Args;

use super::Format;
use super::export::ExportFormat;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Directory of the run; without it the newest run of the project in the current directory
    pub(crate) run: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(crate) format: Format,
    /// Write the CPU profiles and allocations of the run in the format of another tool, too (repeatable)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) export: Vec<ExportFormat>,
    /// Put the CPU profiles of the run beside those of this one, which was made before: which functions are slower or
    /// faster
    #[arg(long, value_name = "RUN")]
    pub(crate) against: Option<PathBuf>,
    /// Compare profiles although they were taken in different ways, or the machine or the settings differ
    #[arg(long, requires = "against")]
    pub(crate) allow_unlike: bool,
    /// Open the HTML report
    #[arg(long)]
    pub(crate) open: bool,
    /// Show every benchmark in the summary, however many there are
    #[arg(short, long)]
    pub(crate) verbose: bool,
}
