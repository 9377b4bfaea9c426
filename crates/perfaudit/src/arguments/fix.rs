//! What `perfaudit fix` is given.

use std::path::PathBuf;

use clap::Args;

use super::{
    AuditArguments, GateArguments, OutputArguments, PairingArguments, ProveArguments, StageArgument,
};

#[derive(Debug, Args)]
pub(crate) struct FixArguments {
    /// Directory of the project, as `--project`
    #[arg(value_name = "PATH", conflicts_with = "project")]
    pub(crate) path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pairing: PairingArguments,
    #[command(flatten)]
    pub(crate) gates: GateArguments,

    /// Only patches for what these rules or lints of clippy find, as in `regex-per-call` (repeatable)
    #[arg(long = "rule", value_name = "RULE", help_heading = "What to mend")]
    pub(crate) rules: Vec<String>,
    /// Also try patches for places that were measured to take less than 1 % of every workload
    #[arg(long, help_heading = "What to mend")]
    pub(crate) cold: bool,
    /// Only make the patches and print them; nothing is built, tested or measured
    #[arg(long, conflicts_with = "apply", help_heading = "How to measure")]
    pub(crate) dry_run: bool,
    /// Apply what is proven to the working tree, which must have no change that is not committed
    #[arg(long, help_heading = "What to mend")]
    pub(crate) apply: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

impl FixArguments {
    /// What judges the patches.
    pub(crate) fn judging(&self) -> ProveArguments {
        let mut pairing = self.pairing.clone();
        if let Some(path) = &self.path {
            pairing.project.clone_from(path);
        }
        ProveArguments {
            patches: Vec::new(),
            base: None,
            pairing,
            gates: self.gates.clone(),
            dry_run: false,
            output: self.output.clone(),
        }
    }

    /// What reads the source.
    pub(crate) fn reading(&self) -> AuditArguments {
        let pairing = self.judging().pairing;
        AuditArguments {
            path: pairing.project,
            selection: pairing.selection,
            measuring: pairing.measuring,
            timeout: pairing.timeout,
            resume: false,
            allow: Vec::new(),
            only: vec![StageArgument::Source],
            skip: Vec::new(),
            dry_run: false,
            output: self.output.clone(),
            baseline: None,
            allow_unlike: false,
            save_baseline: None,
            store: pairing.store,
            sampling: super::SamplingArguments::default(),
            witness: None,
            limits: Vec::new(),
            heap_sample: None,
            inlines: false,
            ir: false,
            build_times: false,
            redact: false,
        }
    }
}
