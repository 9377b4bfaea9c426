//! What was observed of a command: the content of an artifact beside its samples.

use perfaudit_exec::Ending;
use perfaudit_exec::timed::{OutputDigest, PeakRss, Timed};
use perfaudit_result::WorkloadId;
use serde::{Deserialize, Serialize};

/// Everything that was observed of the timed runs of one command, in the order they were made. Run for run it
/// belongs to the samples of the same workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRuns {
    /// The workload.
    pub workload: WorkloadId,
    /// What was started.
    pub argv: Vec<String>,
    /// The SHA-256 of all that was asked, and of what the files that the command names are: runs are only added to
    /// those of the same.
    #[serde(default)]
    pub identity: String,
    /// How often it was to be run, once that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<u32>,
    /// How long a shell took for an empty line, in nanoseconds, if the command goes through one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty_shell_ns: Vec<u64>,
    /// Files that were dropped from the page cache before each run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_from_cache: Vec<String>,
    /// Files that should have been, and why they were not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_in_cache: Vec<String>,
    /// The different outputs, in the order they were first seen, at most [`MOST_OUTPUTS`]; empty if output was
    /// thrown away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// The runs.
    pub runs: Vec<CommandRun>,
}

/// More different outputs are not listed.
pub const MOST_OUTPUTS: usize = 20;

/// What a command printed on standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The number of bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// One run of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRun {
    /// When it began, in seconds since the first command was measured.
    pub at_s: f64,
    /// From just before its start to its end, in nanoseconds.
    pub wall_ns: u64,
    /// CPU time in user mode, in nanoseconds.
    pub user_ns: u64,
    /// CPU time in the kernel, in nanoseconds.
    pub system_ns: u64,
    /// The peak of resident memory, in bytes.
    pub peak_rss: u64,
    /// True when `peak_rss` is an upper bound: what started the command occupied as much itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub peak_rss_is_bound: bool,
    /// Page faults served without reading from a disk.
    pub minor_faults: u64,
    /// Page faults that had to read from a disk.
    pub major_faults: u64,
    /// Switches to another process because this one waited.
    pub voluntary_switches: u64,
    /// Switches to another process although this one could have gone on.
    pub involuntary_switches: u64,
    /// The exit code.
    pub exit_code: i32,
    /// Which of `outputs` it printed; a number past the end is one that is not listed any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u32>,
    /// By how many bytes the environment was padded: the stack begins elsewhere in each run.
    pub padding: u16,
    /// Processes it left behind, which were ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub strays: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl CommandRuns {
    pub(super) fn new(workload: WorkloadId, argv: Vec<String>, identity: String) -> Self {
        Self {
            workload,
            argv,
            identity,
            planned: None,
            empty_shell_ns: Vec::new(),
            dropped_from_cache: Vec::new(),
            kept_in_cache: Vec::new(),
            outputs: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Takes a run that exited.
    pub(super) fn push(&mut self, timed: &Timed, at_s: f64, padding: u16) {
        let nanoseconds =
            |duration: std::time::Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let (peak_rss, peak_rss_is_bound) = match timed.peak_rss {
            PeakRss::Measured(bytes) => (bytes, false),
            PeakRss::AtMost(bytes) => (bytes, true),
        };
        let output = timed.stdout.as_ref().map(|output| self.number_of(output));
        self.runs.push(CommandRun {
            at_s,
            wall_ns: nanoseconds(timed.wall),
            user_ns: nanoseconds(timed.user),
            system_ns: nanoseconds(timed.system),
            peak_rss,
            peak_rss_is_bound,
            minor_faults: timed.minor_faults,
            major_faults: timed.major_faults,
            voluntary_switches: timed.voluntary_switches,
            involuntary_switches: timed.involuntary_switches,
            exit_code: if let Ending::Exited(code) = timed.ending { code } else { -1 },
            output,
            padding,
            strays: timed.strays,
        });
    }

    fn number_of(&mut self, output: &OutputDigest) -> u32 {
        let known = self.outputs.iter().position(|known| known.sha256 == output.sha256);
        let number = known.unwrap_or_else(|| {
            if self.outputs.len() == MOST_OUTPUTS {
                return MOST_OUTPUTS;
            }
            self.outputs.push(Output { bytes: output.bytes, sha256: output.sha256.clone() });
            self.outputs.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }
}
