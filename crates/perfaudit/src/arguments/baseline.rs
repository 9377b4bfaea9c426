//! What `perfaudit baseline` is given.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use perfaudit_history::BaselineName;

use super::StoreArgument;

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Keep a run as a baseline
    Save(SaveArguments),
    /// List the baselines of a project
    List(BaselinePlace),
    /// Remove a baseline
    Rm(RemoveArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SaveArguments {
    /// Its name
    pub(crate) name: BaselineName,
    /// Directory of the run; without it the newest run of the project
    pub(crate) run: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: BaselinePlace,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveArguments {
    /// Its name
    pub(crate) name: BaselineName,
    #[command(flatten)]
    pub(crate) place: BaselinePlace,
}

/// Whose baselines are meant.
#[derive(Debug, Args)]
pub(crate) struct BaselinePlace {
    /// Directory of the project
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}
