//! What `perfaudit bisect` is given.

use clap::Args;

use super::{OutputArguments, PairingArguments, RedactArgument};

#[derive(Debug, Args)]
pub(crate) struct BisectArguments {
    /// A git revision from before the change, from which the other one descends
    #[arg(value_name = "GOOD")]
    pub(crate) good: String,
    /// A git revision from after the change
    #[arg(value_name = "BAD", default_value = "HEAD")]
    pub(crate) bad: String,

    #[command(flatten)]
    pub(crate) pairing: PairingArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) redact: RedactArgument,
}
