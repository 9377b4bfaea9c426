//! Several comparisons of one run, which share its budget and its rows.

use std::time::{Duration, Instant};

use perfaudit_bench::Pace;
use perfaudit_exec::Interrupt;
use perfaudit_project::config::Config;

use super::{Measured, Measuring, PairsRun, Sides};
use crate::arguments::PairingArguments;
use crate::error::CommandError;
use crate::progress::Progress;

/// What the comparisons of a run have used up to now.
#[derive(Debug, Default)]
pub(in super::super) struct Used {
    /// Time for measuring.
    spent: Duration,
    /// Rows whose pairs are kept.
    rows: usize,
    /// Comparisons, those without a pair counted in.
    measurements: u64,
}

/// One comparison among several.
pub(in super::super) struct OneOfSeveral<'a> {
    pub(in super::super) pairing: &'a PairingArguments,
    pub(in super::super) config: Config,
    /// A difference up to this does not matter, as a ratio.
    pub(in super::super) delta: f64,
    /// How many other comparisons share the error.
    pub(in super::super) others: usize,
    /// It may take one part in so many of the budget that is left.
    pub(in super::super) shares: usize,
    /// Whether an answer rests on it; otherwise what its changes rest on is not looked into.
    pub(in super::super) settles: bool,
    pub(in super::super) interrupt: &'a Interrupt,
    pub(in super::super) progress: &'a Progress,
}

impl Used {
    /// Whether nothing is left of the budget; false where there is none.
    pub(in super::super) fn is_all(&self, run: &PairsRun) -> bool {
        budget(run).is_some_and(|budget| self.spent >= budget)
    }

    /// What is left of the budget; none where there is no bound.
    pub(in super::super) fn left(&self, run: &PairsRun) -> Option<Duration> {
        budget(run).map(|budget| budget.saturating_sub(self.spent))
    }

    /// Measures both sides as they are.
    pub(in super::super) fn measure(
        &mut self,
        run: &mut PairsRun,
        sides: &mut Sides,
        one: OneOfSeveral<'_>,
    ) -> Result<Measured, CommandError> {
        let OneOfSeveral { pairing, mut config, delta, others, shares, settles, interrupt, progress } = one;
        let shares = u32::try_from(shares.max(1)).unwrap_or(u32::MAX);
        config.audit.budget.value = budget(run).map(|budget| budget.saturating_sub(self.spent) / shares);
        let (profile, began) = (run.profile(), Instant::now());
        // Each has an order of its own.
        let seed = run.seed.wrapping_add(self.measurements);
        let measuring = Measuring {
            project: &run.project,
            arguments: pairing,
            config: &config,
            seed,
            delta,
            others,
            settles,
            first_row: self.rows,
            interrupt,
            progress,
        };
        let measured = measuring.measure(sides, &profile, &mut run.directory, &mut run.stages)?;
        self.spent += began.elapsed();
        self.rows += measured.comparison.rows.len();
        self.measurements += 1;
        Ok(measured)
    }
}

fn budget(run: &PairsRun) -> Option<Duration> {
    let audit = &run.config.audit;
    Pace::new(audit.mode.value, audit.budget.value).budget()
}
