//! What `perfaudit fix` is given.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{
    AuditArguments, GateArguments, MeasuringArguments, OutputArguments, PairingArguments, ProveArguments,
    RedactArgument, StageArgument, TreeCommandArguments,
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
    /// Those of an audit that makes patches, too; `budget` bounds the time for measuring them.
    pub(crate) fn after_audit(audit: &AuditArguments, budget: Option<Duration>) -> Self {
        let pairing = PairingArguments {
            project: audit.path.clone(),
            selection: audit.selection.clone(),
            in_tree: TreeCommandArguments { command: None, build: None, prepare: None },
            delta: PairingArguments::DELTA,
            layouts: None,
            p95: false,
            witness: None,
            timeout: audit.timeout,
            measuring: MeasuringArguments { budget, ..audit.measuring.clone() },
            store: audit.store.clone(),
        };
        Self {
            path: None,
            pairing,
            gates: GateArguments::default(),
            rules: Vec::new(),
            cold: false,
            dry_run: false,
            apply: false,
            output: audit.output.clone(),
        }
    }

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
            redact: RedactArgument { redact: false },
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
            fix: None,
        }
    }
}
