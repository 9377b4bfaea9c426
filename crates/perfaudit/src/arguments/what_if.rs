//! What `perfaudit what-if` is given.

use std::path::PathBuf;

use clap::Args;

use super::PlainFormat;

#[derive(Debug, Args)]
pub(crate) struct WhatIfArguments {
    /// What would cost nothing any more: a function by its name or the end of its path, a finding by its fingerprint, or
    /// all findings of a rule. Without it, all findings in source that were measured to be hot
    #[arg(value_name = "FUNCTION|FINDING|RULE")]
    pub(crate) what: Option<String>,
    /// Directory of the project
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Directory of the run whose profiles tell; without it the newest run of the project that was profiled
    #[arg(long, value_name = "DIR")]
    pub(crate) run: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = PlainFormat::Terminal)]
    pub(crate) format: PlainFormat,
}
