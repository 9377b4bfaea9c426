//! What `perfaudit build-matrix` is given.

use std::num::NonZeroU32;

use clap::Args;

use super::{OutputArguments, PairingArguments};
use crate::flow::MatrixCellName;

#[derive(Debug, Args)]
pub(crate) struct BuildMatrixArguments {
    /// What to try, separated by commas, settings that belong together joined by `+`: opt-level, lto, codegen-units,
    /// panic, target-cpu, pgo (optimised by a profile of its own runs), allocator (one that is installed, preloaded)
    #[arg(
        long,
        value_name = "CELLS",
        value_delimiter = ',',
        default_value = "opt-level=2,opt-level=3,opt-level=s,lto=thin,lto=fat,codegen-units=1,codegen-units=1+lto=fat,panic=abort,target-cpu=native,pgo,allocator",
        help_heading = "What to measure"
    )]
    pub(crate) cells: Vec<MatrixCellName>,
    /// What trains `pgo`: a filter of benchmarks, or with `--command` another line [default: what is measured]
    #[arg(long, value_name = "REGEX | LINE", help_heading = "What to measure")]
    pub(crate) train: Option<String>,
    /// How often each build into an empty target directory is timed; 6 give an interval
    #[arg(long, value_name = "N", default_value = "1", help_heading = "How to measure")]
    pub(crate) builds: NonZeroU32,

    #[command(flatten)]
    pub(crate) pairing: PairingArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}
