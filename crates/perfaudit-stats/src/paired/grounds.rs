//! What a change of time rests on, beside the pairs that show it.
//!
//! Pairs tell that one program takes another time than the other. A program that was built again with another constant
//! does so, too, where its code came to lie elsewhere, and no number of pairs of the same two files tells these apart.
//! What does is known of the layout of code: it lets no other instructions run, only the CPU takes longer for them, it
//! makes no program wait, and it makes none take twice as long.

use super::design::Design;
use super::judge::{Judgement, Verdict};
use super::layouts::{LayoutJudgement, LayoutScope};
use super::log_ratio::LogRatio;
use crate::exact::Witness;

/// From a change of this size on it does not come from the layout of code, as the logarithm of a ratio: twice as long or
/// half as long. The largest that was met without another instruction is 33 %.
const BEYOND_LAYOUTS: f64 = std::f64::consts::LN_2;
/// The least share of a change that CPU time must lack for it to be one of waiting.
const MOSTLY: f64 = 0.5;

/// Why a change of time is one of the programs and not of where their code lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grounds {
    /// It was shown over layouts, each of which counts as one observation.
    Layouts,
    /// Its interval lies beyond what layouts make.
    Size,
    /// CPU time does not change with it: a process waits, or more or fewer threads run at once.
    Waiting,
    /// The instructions that are run change the same way.
    Work,
    /// Both sides run the code of the same files, as with other arguments: none lies elsewhere.
    SameCode,
}

/// What is known beside the times of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Beside<'a> {
    /// What [`Design::judge_beside_cpu`] says of the differences of [`beside_cpu_time`].
    pub cpu: Option<&'a Judgement>,
    /// What counts of instructions say.
    pub instructions: Option<Witness>,
    /// Whether both sides are known to run the code of the same files.
    pub is_same_code: bool,
}

/// What a change of time rests on; `None` where the layout of code may be all of it, and where it is no change.
pub fn grounds(time: &LayoutJudgement, beside: Beside<'_>) -> Option<Grounds> {
    let LayoutJudgement { judgement, scope } = time;
    if judgement.verdict != Verdict::Changed {
        return None;
    }
    let effect = judgement.effect.get();
    let is_mostly_beside = |beside: &Judgement| {
        let beside_effect = beside.effect.get();
        beside.verdict == Verdict::Changed
            && beside_effect.signum() == effect.signum()
            && beside_effect.abs() >= MOSTLY * effect.abs()
    };
    let is_beyond = judgement.interval.is_some_and(|interval| {
        let (lower, upper) = (interval.lower.get(), interval.upper.get());
        lower >= BEYOND_LAYOUTS || upper <= -BEYOND_LAYOUTS
    });
    if matches!(scope, LayoutScope::Sampled { .. }) {
        Some(Grounds::Layouts)
    } else if is_beyond {
        Some(Grounds::Size)
    } else if beside.cpu.is_some_and(is_mostly_beside) {
        Some(Grounds::Waiting)
    } else if beside.instructions == Some(Witness::Confirmed) {
        Some(Grounds::Work)
    } else if beside.is_same_code {
        Some(Grounds::SameCode)
    } else {
        None
    }
}

/// How much more the wall time of a pair changed than its CPU time, each given for both sides; `None` unless all are
/// above zero. Code that lies elsewhere changes CPU time by at least the same ratio as wall time, also where a process
/// waits beside it, shares its CPU with others, or has several threads.
pub fn beside_cpu_time(wall: [f64; 2], cpu: [f64; 2]) -> Option<LogRatio> {
    let (wall, cpu) = (LogRatio::between(wall[0], wall[1])?, LogRatio::between(cpu[0], cpu[1])?);
    LogRatio::new(wall.get() - cpu.get())
}

impl Design {
    /// What the pairs of one comparison say of the part of a change that is not in CPU time; `None` where a pair has no
    /// such difference, or there are none.
    pub fn judge_beside_cpu(&self, differences: impl Iterator<Item = Option<LogRatio>>) -> Option<Judgement> {
        self.judge(&differences.collect::<Option<Vec<LogRatio>>>()?)
    }
}
