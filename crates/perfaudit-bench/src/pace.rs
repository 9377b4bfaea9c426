//! How much time each benchmark gets.

use std::time::Duration;

use perfaudit_result::Mode;

/// What Criterion is told; what is none is left to the benchmark's source. Settings in the source of a group beat
/// all of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Settings {
    warm_up: Option<Duration>,
    measurement: Option<Duration>,
    sample_size: Option<u64>,
}

/// Criterion's own defaults.
const DEFAULT_WARM_UP: Duration = Duration::from_secs(3);
const DEFAULT_MEASUREMENT: Duration = Duration::from_secs(5);
/// The fewest samples Criterion takes.
const FEWEST_SAMPLES: u64 = 10;
/// What a process takes besides warming up and measuring: starting, analysing, writing.
const PROCESS_OVERHEAD: Duration = Duration::from_millis(200);

impl Settings {
    /// How many times as long a second measurement takes.
    pub(crate) const LONGER_BY: u32 = 4;
    /// For measuring a benchmark of a quick run again: four times the samples in four times the time halve the interval.
    pub(crate) const LONGER: Self = Self {
        warm_up: Some(Duration::from_millis(500)),
        measurement: Some(Duration::from_secs(6)),
        sample_size: Some(400),
    };

    /// For counts that do not depend on time: as few samples as Criterion takes, after a warm-up that is over with its
    /// first iteration, because no clock ticks so finely.
    pub(crate) const FEW: Self = Self {
        warm_up: Some(Duration::from_nanos(10)),
        measurement: Some(Duration::from_millis(50)),
        sample_size: Some(FEWEST_SAMPLES),
    };

    pub(crate) fn criterion_options(self) -> Vec<(&'static str, String)> {
        let seconds = |duration: Duration| format!("{}", duration.as_secs_f64());
        [
            ("--warm-up-time", self.warm_up.map(seconds)),
            ("--measurement-time", self.measurement.map(seconds)),
            ("--sample-size", self.sample_size.map(|size| size.to_string())),
        ]
        .into_iter()
        .filter_map(|(option, value)| Some((option, value?)))
        .collect()
    }

    /// For a routine that is to run for `time`, when its median time is known: the smallest number of samples where more
    /// of them would take far longer.
    pub(crate) fn for_profile(time: Duration, median_ns: Option<f64>) -> Self {
        /// Criterion's own number of samples.
        const USUAL_SAMPLES: f64 = 100.0;
        let least_s = median_ns.map_or(0.0, |median| USUAL_SAMPLES * median / 1e9);
        let is_slow = least_s > time.as_secs_f64();
        Self {
            warm_up: Some(time / 5),
            measurement: Some(time * 4 / 5),
            sample_size: is_slow.then_some(FEWEST_SAMPLES),
        }
    }

    /// How long a benchmark takes with these settings, if its source does not set others.
    #[must_use]
    pub fn expected(self) -> Duration {
        self.warm_up.unwrap_or(DEFAULT_WARM_UP)
            + self.measurement.unwrap_or(DEFAULT_MEASUREMENT)
            + PROCESS_OVERHEAD
    }

    /// The same with fewer samples, so that a benchmark that expects `samples` of them to take `estimated` fits
    /// into `allowed`; none when fewer would not help.
    pub(crate) fn with_fewer_samples(
        self,
        samples: u64,
        estimated: Duration,
        allowed: Duration,
    ) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "sample sizes are small")]
        let fitting = (samples as f64 * allowed.as_secs_f64() / estimated.as_secs_f64().max(1e-9)).floor();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let fitting = (fitting as u64).max(FEWEST_SAMPLES);
        (self.sample_size.is_none() && fitting < samples)
            .then_some(Self { sample_size: Some(fitting), ..self })
    }
}

/// How the time of a run is spread over its benchmarks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    mode: Mode,
    budget: Option<Duration>,
}

impl Pace {
    /// Quick mode measures for at most this long.
    const QUICK_BUDGET: Duration = Duration::from_secs(300);
    /// What quick mode gives a benchmark when there is time enough.
    const QUICK: Settings = Settings {
        warm_up: Some(Duration::from_millis(500)),
        measurement: Some(Duration::from_millis(1500)),
        sample_size: None,
    };
    /// Less than this is not worth a process.
    const LEAST: Duration = Duration::from_millis(400);

    /// The pace of a mode, under a budget if there is one.
    #[must_use]
    pub fn new(mode: Mode, budget: Option<Duration>) -> Self {
        let budget = budget.or((mode == Mode::Quick).then_some(Self::QUICK_BUDGET));
        Self { mode, budget }
    }

    /// The mode.
    pub(crate) fn mode(self) -> Mode {
        self.mode
    }

    /// How long measuring may take, if that is bounded.
    #[must_use]
    pub fn budget(self) -> Option<Duration> {
        self.budget
    }

    /// What the mode gives a benchmark when time does not matter.
    fn ample(self) -> Settings {
        match self.mode {
            Mode::Quick => Self::QUICK,
            Mode::Standard => Settings::default(),
            // A two-sided 95 % interval for p99 needs 368 samples.
            Mode::Full => {
                Settings { warm_up: None, measurement: Some(Duration::from_secs(10)), sample_size: Some(400) }
            }
        }
    }

    /// The settings for the next of `remaining` benchmarks when `spent` is gone, each taking `overhead` besides;
    /// none when the budget is spent.
    #[must_use]
    pub fn next(self, spent: Duration, remaining: usize, overhead: Duration) -> Option<Settings> {
        let ample = self.ample();
        let Some(budget) = self.budget else { return Some(ample) };
        let left = budget.checked_sub(spent)?;
        let share = left / u32::try_from(remaining.max(1)).unwrap_or(u32::MAX);
        if ample.expected() + overhead <= share {
            return Some(ample);
        }
        // When there is too little for all, the first ones get what makes sense, and the last ones nothing.
        let time = share.saturating_sub(overhead + PROCESS_OVERHEAD).max(Self::LEAST);
        if left < time {
            return None;
        }
        let time = time.min(ample.expected());
        Some(Settings { warm_up: Some(time / 4), measurement: Some(time * 3 / 4), sample_size: None })
    }

    /// How long one benchmark may take before it is asked to take fewer samples; none without a budget.
    #[must_use]
    pub fn allowance(self, settings: Settings) -> Option<Duration> {
        self.budget.map(|_| settings.measurement.unwrap_or(DEFAULT_MEASUREMENT) * 3)
    }

    /// In how many processes a benchmark runs whose harness hands out no samples. The median needs 6 for a 95 %
    /// interval.
    pub(crate) fn processes(self) -> u32 {
        match self.mode {
            Mode::Quick => 6,
            Mode::Standard => 10,
            Mode::Full => 24,
        }
    }

    /// Whether the budget allows a further process.
    pub(crate) fn has_time(self, spent: Duration) -> bool {
        self.budget.is_none_or(|budget| spent < budget)
    }

    /// How long the next of `launches` processes may take samples, when `spent` is gone and each takes `overhead`
    /// besides; none without a budget: it is left to the source.
    pub(crate) fn longest_process(
        self,
        spent: Duration,
        launches: usize,
        overhead: Duration,
    ) -> Option<Duration> {
        /// Less than this is not worth a process.
        const LEAST: Duration = Duration::from_millis(50);
        let most = match self.mode {
            Mode::Quick => Duration::from_secs(1),
            Mode::Standard | Mode::Full => Duration::from_secs(5),
        };
        let left = self.budget?.saturating_sub(spent);
        let share = left / u32::try_from(launches.max(1)).unwrap_or(u32::MAX);
        Some(share.saturating_sub(overhead + PROCESS_OVERHEAD).clamp(LEAST, most))
    }

    /// How long `launches` processes take whose harness decides it, as far as that can be foretold.
    pub(crate) fn estimate_processes(self, launches: usize, overhead: Duration) -> Duration {
        /// Between divan's few milliseconds and the standard harness's three seconds.
        const EACH: Duration = Duration::from_millis(500);
        (EACH + overhead) * u32::try_from(launches).unwrap_or(u32::MAX)
    }

    /// How long `count` benchmarks take, as far as that can be foretold.
    #[must_use]
    pub fn estimate(self, count: usize, overhead: Duration) -> Duration {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let ample = (self.ample().expected() + overhead) * count;
        self.budget.map_or(ample, |budget| ample.min(budget))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_OVERHEAD: Duration = Duration::ZERO;

    #[test]
    fn standard_mode_leaves_everything_to_the_source() {
        let settings = Pace::new(Mode::Standard, None).next(Duration::ZERO, 1000, NO_OVERHEAD).unwrap();
        assert!(settings.criterion_options().is_empty());
    }

    #[test]
    fn full_mode_takes_enough_samples_for_p99() {
        let settings = Pace::new(Mode::Full, None).next(Duration::ZERO, 1, NO_OVERHEAD).unwrap();
        assert!(settings.criterion_options().contains(&("--sample-size", "400".to_owned())));
    }

    #[test]
    fn a_quick_run_of_many_benchmarks_stays_within_its_budget() {
        for count in [1_usize, 100, 300, 700, 5000] {
            let pace = Pace::new(Mode::Quick, None);
            let mut spent = Duration::ZERO;
            for done in 0..count {
                let Some(settings) = pace.next(spent, count - done, NO_OVERHEAD) else { break };
                spent += settings.expected();
            }
            assert!(spent <= Duration::from_secs(302), "{count}: {spent:?}");
        }
    }

    #[test]
    fn every_mode_runs_enough_processes_for_an_interval_of_the_median() {
        let needed = perfaudit_stats::least_sample_size(
            perfaudit_stats::Probability::MEDIAN,
            perfaudit_stats::Level::P95,
        );
        for mode in [Mode::Quick, Mode::Standard, Mode::Full] {
            assert!(Pace::new(mode, None).processes() as usize >= needed);
        }
    }

    #[test]
    fn a_process_gets_its_share_of_a_budget_and_without_one_what_its_source_asks_for() {
        let second = Duration::from_secs(1);
        let longest = |mode, budget, launches| {
            Pace::new(mode, budget).longest_process(Duration::ZERO, launches, NO_OVERHEAD)
        };
        assert_eq!(longest(Mode::Standard, None, 1), None);
        assert_eq!(longest(Mode::Quick, None, 1), Some(second));
        assert_eq!(longest(Mode::Quick, Some(10 * second), 20), Some(Duration::from_millis(300)));
        assert_eq!(longest(Mode::Quick, Some(second), 1000), Some(Duration::from_millis(50)));
    }

    #[test]
    fn a_benchmark_that_is_too_slow_for_its_share_takes_fewer_samples_but_never_fewer_than_ten() {
        let settings = Pace::QUICK;
        let second = Duration::from_secs;
        assert_eq!(settings.with_fewer_samples(100, second(100), second(50)).unwrap().sample_size, Some(50));
        assert_eq!(settings.with_fewer_samples(100, second(1000), second(5)).unwrap().sample_size, Some(10));
        assert_eq!(settings.with_fewer_samples(10, second(1000), second(5)), None);
    }
}
