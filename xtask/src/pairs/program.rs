//! Programs whose work is told by their first argument, built as often as they are wanted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::child;
use crate::error::TaskError;

/// What a program does for each round, after making what it works on. `argument` is a number of rounds.
const FRAME: &str = r#"
use std::hint::black_box;
#[used]
static STAMP: Option<&str> = option_env!("STAMP");
#[used]
static PLACE: &str = file!();
fn main() {
    let rounds: u64 = std::env::args().nth(1).expect("rounds").parse().expect("a number");
    let mut sum = 0_u64;
    let mut state = make();
    for round in 0..rounds { sum = sum.wrapping_add(work(black_box(round), &mut state)); }
    black_box(sum);
}
"#;

const ARITHMETIC: &str = r"
fn make() {}
#[inline(never)]
fn work(round: u64, (): &mut ()) -> u64 {
    let mut state = round | 1;
    for _ in 0..4_000 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; }
    state
}
";

const MEMORY: &str = r"
fn make() -> Vec<u32> { (0..1 << 19).collect() }
#[inline(never)]
fn work(round: u64, state: &mut Vec<u32>) -> u64 {
    let mut at = round as u32;
    for _ in 0..1_500 { at = state[(at.wrapping_mul(2_654_435_761) >> 13) as usize & (state.len() - 1)].wrapping_add(at); }
    u64::from(at)
}
";

/// Rounds are alike: what they sort hangs on scrambled numbers, not on how far apart those of neighbours are.
const STRINGS: &str = r"
fn make() {}
#[inline(never)]
fn work(round: u64, (): &mut ()) -> u64 {
    let scrambled = |i: u64| (round * 60 + i).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40;
    let mut all: Vec<String> = (0..60_u64).map(|i| (scrambled(i) % 1_009).to_string()).collect();
    all.sort_unstable();
    all[7].len() as u64
}
";

/// A process of it takes about this long.
const WANTED: Duration = Duration::from_millis(25);
/// Rounds are a multiple of this, so that a hundredth of them is a whole number.
const GRAIN: u64 = 100;

/// A program that is bound by one kind of work.
pub(super) struct Program {
    /// What it is bound by.
    pub(super) name: &'static str,
    source: &'static str,
    folder: PathBuf,
    /// Rounds of a process.
    pub(super) rounds: u64,
    /// The share of its time that rounds take; the rest is its start and what it makes beforehand.
    pub(super) share_of_rounds: f64,
}

/// How the second program comes to be, which does the same as the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twin {
    /// The same file, called in other words.
    SameFile,
    /// Built again, from a source that differs in a constant.
    Rebuilt,
    /// Built again, in a folder whose name is longer.
    Elsewhere,
}

impl Twin {
    pub(super) const ALL: [Self; 3] = [Self::SameFile, Self::Rebuilt, Self::Elsewhere];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::SameFile => "the same file",
            Self::Rebuilt => "built again, another constant",
            Self::Elsewhere => "built in another directory",
        }
    }
}

impl Program {
    /// All of them, built below `folder` and gauged.
    pub(super) fn all(folder: &Path) -> Result<Vec<Self>, TaskError> {
        [("arithmetic", ARITHMETIC), ("memory", MEMORY), ("strings", STRINGS)]
            .into_iter()
            .map(|(name, source)| Self::built(name, source, folder.join(name)))
            .collect()
    }

    fn built(name: &'static str, source: &'static str, folder: PathBuf) -> Result<Self, TaskError> {
        let mut program = Self { name, source, folder, rounds: GRAIN, share_of_rounds: 1.0 };
        program.build("first", "first")?;
        for twin in Twin::ALL {
            match twin {
                Twin::SameFile => {}
                Twin::Rebuilt => program.build("again", "another constant, and a longer one")?,
                Twin::Elsewhere => program.build("elsewhere/and/further/down", "first")?,
            }
        }
        let each = program.median_time(10 * GRAIN)?.div_f64(10.0);
        let grains = (WANTED.as_secs_f64() / each.as_secs_f64()).round().max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let grains = grains as u64;
        program.rounds = grains * GRAIN;
        let start = program.median_time(0)?.as_secs_f64();
        program.share_of_rounds = 1.0 - start / program.median_time(program.rounds)?.as_secs_f64();
        Ok(program)
    }

    fn build(&self, place: &str, stamp: &str) -> Result<(), TaskError> {
        let folder = self.folder.join(place);
        std::fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
        let source = folder.join("program.rs");
        std::fs::write(&source, format!("{}{FRAME}", self.source)).map_err(TaskError::file(&source))?;
        let mut rustc = Command::new("rustc");
        rustc.args(["-O", "-g", "--edition", "2024", "-o"]).arg(folder.join("program")).arg(&source);
        child::stdout(rustc.env("STAMP", stamp)).map(drop)
    }

    fn median_time(&self, rounds: u64) -> Result<Duration, TaskError> {
        const RUNS: usize = 15;
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let began = Instant::now();
            child::stdout(Command::new(self.file("first")).arg(rounds.to_string()))?;
            times.push(began.elapsed());
        }
        times.sort_unstable();
        Ok(times[RUNS / 2])
    }

    fn file(&self, place: &str) -> PathBuf {
        self.folder.join(place).join("program")
    }

    fn line(&self, place: &str, rounds: &str) -> String {
        format!("{} {rounds}", self.file(place).display())
    }

    /// Two commands that do the same.
    pub(super) fn twins(&self, twin: Twin) -> [String; 2] {
        let rounds = self.rounds.to_string();
        let other = match twin {
            Twin::SameFile => self.line("first", &format!("0{rounds}")),
            Twin::Rebuilt => self.line("again", &rounds),
            Twin::Elsewhere => self.line("elsewhere/and/further/down", &rounds),
        };
        [self.line("first", &rounds), other]
    }

    /// Two commands of which the second has so many hundredths of rounds more to do; the truth comes with them. Both run
    /// one file: of another build, where its code lies would be part of what is measured, and of no truth that is known.
    pub(super) fn slowed(&self, percent: u64) -> ([String; 2], f64) {
        let more = self.rounds + self.rounds / GRAIN * percent;
        let lines = [self.line("first", &self.rounds.to_string()), self.line("first", &more.to_string())];
        #[expect(clippy::cast_precision_loss, reason = "a few percent")]
        let truth = percent as f64 / 100.0 * self.share_of_rounds;
        (lines, truth)
    }
}
