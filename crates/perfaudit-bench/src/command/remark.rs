//! What a reader of a command's figures should know, and what helps.

use std::collections::BTreeSet;
use std::fmt;

use perfaudit_stats::{EffectiveSize, Level, Probability, QuantileEstimate, Sample, quantile_estimate};

use super::runs::{CommandRuns, MOST_OUTPUTS};

/// Something to know about a measured command.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// It goes through a shell, whose start-up is in its time.
    Shell {
        /// The median time of an empty line, in nanoseconds.
        median_ns: f64,
        /// Its interval at 95 %, in nanoseconds.
        interval_ns: Option<(f64, f64)>,
        /// True when the command takes less than 5 ms: the shell then dominates what is measured.
        dominates: bool,
    },
    /// The first run took far longer than the others.
    SlowFirstRun {
        /// Its time over the median.
        ratio: f64,
        /// Whether it was run before it was timed.
        was_warmed_up: bool,
    },
    /// Some runs took far longer or shorter than the others.
    Outliers {
        /// How many.
        count: usize,
        /// Of how many.
        of: usize,
    },
    /// It ended with codes other than 0, which were accepted.
    ExitCodes {
        /// The codes.
        codes: BTreeSet<i32>,
    },
    /// It did not print the same in all runs.
    OutputVaries {
        /// How many different outputs there were, at least.
        outputs: usize,
    },
    /// Its files were dropped from the page cache before each run.
    ColdCache {
        /// How many.
        dropped: usize,
        /// Those that were not, with the reason.
        kept: Vec<String>,
    },
    /// It left processes behind.
    Strays {
        /// In how many runs.
        runs: usize,
    },
    /// It was run less often than wanted, because the budget was spent.
    FewRuns {
        /// How often.
        made: usize,
        /// How often at least it should have been.
        wanted: u32,
    },
}

/// A shell's start-up drowns what takes less. Hyperfine draws the line here too.
const FAST_NS: f64 = 5e6;
/// What lies further from the median than this many median absolute deviations, scaled to standard deviations, is an
/// outlier. Textbooks say 3.5 (Iglewicz and Hoaglin, 1993); times have long tails, and hyperfine takes 10 too.
const OUTLYING: f64 = 10.0;

/// What there is to say about observed runs.
pub(super) fn remarks(runs: &CommandRuns, was_warmed_up: bool, wanted: u32) -> Vec<Remark> {
    let mut remarks = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "times are below 2^53 ns")]
    let sample = |times: &mut dyn Iterator<Item = u64>| Sample::new(times.map(|time| time as f64).collect());
    let Ok(wall) = sample(&mut runs.runs.iter().map(|run| run.wall_ns)) else { return remarks };
    if let Ok(shell) = sample(&mut runs.empty_shell_ns.iter().copied()) {
        let all = EffectiveSize::all(shell.len());
        let interval_ns = match quantile_estimate(&shell, Probability::MEDIAN, Level::P95, all) {
            QuantileEstimate::Estimated { interval, .. } => Some((interval.lower, interval.upper)),
            QuantileEstimate::NotEstimable { .. } => None,
        };
        let dominates = wall.mean() - shell.median() < FAST_NS;
        remarks.push(Remark::Shell { median_ns: shell.median(), interval_ns, dominates });
    }
    if (runs.runs.len() as u64) < u64::from(wanted) {
        remarks.push(Remark::FewRuns { made: runs.runs.len(), wanted });
    }
    remarks.extend(outliers(&wall, was_warmed_up));
    let codes: BTreeSet<i32> = runs.runs.iter().map(|run| run.exit_code).filter(|&code| code != 0).collect();
    if !codes.is_empty() {
        remarks.push(Remark::ExitCodes { codes });
    }
    let outputs: BTreeSet<u32> = runs.runs.iter().filter_map(|run| run.output).collect();
    if outputs.len() > 1 {
        remarks.push(Remark::OutputVaries { outputs: outputs.len() });
    }
    if !runs.dropped_from_cache.is_empty() || !runs.kept_in_cache.is_empty() {
        let (dropped, kept) = (runs.dropped_from_cache.len(), runs.kept_in_cache.clone());
        remarks.push(Remark::ColdCache { dropped, kept });
    }
    let strays = runs.runs.iter().filter(|run| run.strays > 0).count();
    if strays > 0 {
        remarks.push(Remark::Strays { runs: strays });
    }
    remarks
}

fn outliers(wall: &Sample, was_warmed_up: bool) -> Option<Remark> {
    let (median, deviation) = (wall.median(), wall.median_abs_dev());
    let is_outlying = |time: f64| (time - median).abs() > OUTLYING * deviation.max(f64::EPSILON);
    let first = *wall.in_order().first()?;
    if first > median && is_outlying(first) {
        return Some(Remark::SlowFirstRun { ratio: first / median, was_warmed_up });
    }
    let count = wall.in_order().iter().filter(|&&time| is_outlying(time)).count();
    (count > 0).then_some(Remark::Outliers { count, of: wall.len() })
}

impl fmt::Display for Remark {
    /// One sentence of what is so, and one of what helps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell { median_ns, interval_ns, dominates } => {
                write!(
                    f,
                    "it goes through `sh -c`, whose own start-up is part of the time: {:.2} ms",
                    median_ns / 1e6
                )?;
                if let Some((lower, upper)) = interval_ns {
                    write!(
                        f,
                        " (median of empty lines, 95 % interval {:.2} to {:.2} ms)",
                        lower / 1e6,
                        upper / 1e6
                    )?;
                }
                if *dominates {
                    f.write_str(
                        "; beyond that it takes less than 5 ms: give it as a list of program and arguments, which needs no shell",
                    )?;
                }
                Ok(())
            }
            Self::SlowFirstRun { ratio, was_warmed_up } => {
                write!(f, "the first run took {ratio:.1} times as long as the median")?;
                f.write_str(if *was_warmed_up {
                    ": a cache was filled although it was run before; use more warm-up runs, or `prepare` to clear the cache before each run"
                } else {
                    ": it probably filled caches; use warm-up runs for warm caches, or `prepare` to clear them before each run"
                })
            }
            Self::Outliers { count, of } => write!(
                f,
                "{count} of {of} runs are far from the others: something else may have run; close it and measure again, or use warm-up runs or `prepare` if a cache is behind it"
            ),
            Self::ExitCodes { codes } => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "it ended with exit code {}, which is accepted: make sure that it did its work",
                    codes.join(", ")
                )
            }
            Self::OutputVaries { outputs } => {
                let more = if *outputs > MOST_OUTPUTS { "more than " } else { "" };
                write!(
                    f,
                    "its output is not the same in all runs ({more}{} different ones): make sure that it does the same work each time",
                    (*outputs).min(MOST_OUTPUTS)
                )
            }
            Self::ColdCache { dropped, kept } => {
                write!(f, "measured cold: {dropped} files were dropped from the page cache before each run")?;
                if !kept.is_empty() {
                    write!(f, "; not dropped: {}", kept.join(", "))?;
                }
                Ok(())
            }
            Self::Strays { runs } => {
                write!(
                    f,
                    "in {runs} runs it left processes behind, which were ended: their work is not in the figures"
                )
            }
            Self::FewRuns { made, wanted } => write!(
                f,
                "the budget left time for {made} runs only, {wanted} were wanted: raise it with `--budget`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::runs::{CommandRun, Output};
    use perfaudit_result::WorkloadId;

    fn runs(times_ms: &[u64]) -> CommandRuns {
        let mut runs = CommandRuns::new(WorkloadId("command/x".into()), vec!["x".into()], String::new());
        runs.runs = times_ms
            .iter()
            .map(|time| CommandRun {
                at_s: 0.0,
                wall_ns: time * 1_000_000,
                user_ns: 0,
                system_ns: 0,
                peak_rss: 0,
                peak_rss_is_bound: false,
                minor_faults: 0,
                major_faults: 0,
                voluntary_switches: 0,
                involuntary_switches: 0,
                exit_code: 0,
                output: None,
                padding: 0,
                strays: 0,
            })
            .collect();
        runs
    }

    const STEADY: [u64; 11] = [100, 101, 99, 102, 98, 100, 101, 99, 100, 102, 98];

    #[test]
    fn steady_runs_need_no_words() {
        assert_eq!(remarks(&runs(&STEADY), true, 10), []);
    }

    #[test]
    fn a_slow_first_run_is_told_from_an_outlier_in_the_middle() {
        let mut times = STEADY;
        times[0] = 300;
        let said = remarks(&runs(&times), false, 10);
        assert_eq!(said, [Remark::SlowFirstRun { ratio: 3.0, was_warmed_up: false }]);
        assert!(said[0].to_string().contains("use warm-up runs"));
        times[0] = 100;
        times[5] = 300;
        assert_eq!(remarks(&runs(&times), false, 10), [Remark::Outliers { count: 1, of: 11 }]);
    }

    #[test]
    fn a_fast_command_behind_a_shell_is_told_to_do_without() {
        let mut fast = runs(&[2; 10]);
        fast.empty_shell_ns = vec![1_000_000; 10];
        let said = remarks(&fast, true, 10);
        assert_eq!(said.len(), 1);
        let text = said[0].to_string();
        assert!(text.contains("1.00 ms (median") && text.contains("list of program and arguments"), "{text}");
        let mut slow = runs(&STEADY);
        slow.empty_shell_ns = vec![1_000_000; 10];
        assert!(!remarks(&slow, true, 10)[0].to_string().contains("list of program"));
    }

    #[test]
    fn outputs_that_differ_and_accepted_codes_are_told() {
        let mut odd = runs(&STEADY);
        odd.outputs = vec![Output { bytes: 1, sha256: "a".into() }, Output { bytes: 1, sha256: "b".into() }];
        for (index, run) in odd.runs.iter_mut().enumerate() {
            run.output = Some(u32::from(index == 3));
            run.exit_code = 1;
        }
        let said = remarks(&odd, true, 20);
        assert_eq!(
            said,
            [
                Remark::FewRuns { made: 11, wanted: 20 },
                Remark::ExitCodes { codes: BTreeSet::from([1]) },
                Remark::OutputVaries { outputs: 2 },
            ]
        );
    }
}
