//! How often a command is timed.

use std::time::Duration;

use perfaudit_result::Mode;

use super::spec::Runs;

/// Bounds on the number of timed runs, and the time that they should fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort {
    least: u32,
    most: u32,
    time: Duration,
}

/// The number of runs is decided when this many tell how long one takes; the first alone is often slow.
pub(super) const PILOT_RUNS: u32 = 3;

impl Effort {
    pub(super) fn new(mode: Mode, runs: Runs) -> Self {
        let own = match mode {
            // A 95 % interval for the median takes 6.
            Mode::Quick => Self { least: 6, most: 1_000, time: Duration::from_secs(1) },
            // What hyperfine does.
            Mode::Standard => Self { least: 10, most: 10_000, time: Duration::from_secs(3) },
            // A two-sided 95 % interval for p95 takes 72.
            Mode::Full => Self { least: 72, most: 10_000, time: Duration::from_secs(10) },
        };
        match runs {
            Runs::Fixed(runs) => Self { least: runs.get(), most: runs.get(), time: own.time },
            Runs::Between { least, most } => {
                let least = least.map_or(own.least, std::num::NonZero::get);
                let most = most.map_or(own.most.max(least), std::num::NonZero::get);
                Self { least: least.min(most), most, time: own.time }
            }
        }
    }

    /// The runs before their number is decided.
    pub(super) fn pilot(self) -> u32 {
        PILOT_RUNS.min(self.most)
    }

    /// The fewest runs that are wanted.
    pub(super) fn least(self) -> u32 {
        self.least
    }

    /// The number of runs when each takes `cycle`, with all that is done for it, and they may take `share` in all;
    /// never fewer than were made.
    pub(super) fn runs(self, cycle: Duration, share: Option<Duration>, made: u32) -> u32 {
        let fitting = |time: Duration| whole(time.as_secs_f64() / cycle.as_secs_f64().max(1e-9));
        let wanted = fitting(self.time).clamp(self.least, self.most);
        share.map_or(wanted, |share| wanted.min(fitting(share))).max(made)
    }

    /// How long one command takes, when nothing is known of it.
    pub(super) fn time(self) -> Duration {
        self.time
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn whole(number: f64) -> u32 {
    number.floor() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    const OPEN: Runs = Runs::Between { least: None, most: None };
    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn standard_mode_fills_three_seconds_with_at_least_ten_runs() {
        let effort = Effort::new(Mode::Standard, OPEN);
        assert_eq!(effort.runs(100 * MS, None, 3), 30);
        assert_eq!(effort.runs(2000 * MS, None, 3), 10);
    }

    #[test]
    fn full_mode_makes_enough_runs_for_p95() {
        assert_eq!(Effort::new(Mode::Full, OPEN).runs(5000 * MS, None, 3), 72);
    }

    #[test]
    fn a_budget_beats_every_wish_but_cannot_undo_runs() {
        let effort = Effort::new(Mode::Full, OPEN);
        assert_eq!(effort.runs(1000 * MS, Some(5000 * MS), 3), 5);
        assert_eq!(effort.runs(1000 * MS, Some(MS), 3), 3);
    }

    #[test]
    fn a_number_in_the_configuration_is_kept() {
        let fixed = Effort::new(Mode::Quick, Runs::Fixed(NonZeroU32::new(2).unwrap()));
        assert_eq!((fixed.runs(MS, None, 2), fixed.pilot()), (2, 2));
        let most = Runs::Between { least: None, most: NonZeroU32::new(4) };
        assert_eq!(Effort::new(Mode::Standard, most).runs(MS, None, 3), 4);
    }
}
