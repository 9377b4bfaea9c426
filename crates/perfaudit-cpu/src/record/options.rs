//! What a caller may choose.

use perfaudit_result::{Rung, Sampler, StackStep};

/// Samples per second of CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateHz(u32);

impl RateHz {
    /// The kernel's clock takes no shorter period than 10 us.
    pub const MOST: u32 = 100_000;

    /// A rate, at least 1 and at most [`RateHz::MOST`].
    #[must_use]
    pub fn new(hz: u32) -> Self {
        Self(hz.clamp(1, Self::MOST))
    }

    /// Samples per CPU-second.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// How much of its stack a sample holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackBytes(u32);

impl StackBytes {
    /// A record of the kernel is shorter than 64 KiB, and holds a little else.
    pub const MOST: u32 = 64_000;

    /// A number of bytes: a multiple of 8, at least 512, at most [`StackBytes::MOST`].
    #[must_use]
    pub fn new(bytes: u32) -> Self {
        Self(bytes.clamp(512, Self::MOST) / 8 * 8)
    }

    /// The bytes.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// The next larger size to try, up to the largest there is: twice as much.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        (self.0 < Self::MOST).then(|| Self::new(self.0.saturating_mul(2)))
    }

    /// The sizes that are tried after this one, up to `most`.
    pub(super) fn up_to(self, most: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.next(), |size| size.next()).take_while(move |size| *size <= most)
    }
}

/// How to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOptions {
    /// How often.
    pub rate: RateHz,
    /// How much of its stack a sample holds at first: deeper stacks are truncated.
    pub stack: StackBytes,
    /// How much it may hold where more than [`StackStep::TOLERATED`](perfaudit_result::StackStep::TOLERATED) of the stacks are cut off.
    pub most_stack: StackBytes,
    /// The ways to take samples that are tried; the order is that of [`Rung`].
    pub rungs: Vec<Rung>,
}

impl RecordOptions {
    /// Every way to take samples, the best first.
    pub const RUNGS: [Rung; 6] = [
        Rung::CyclesUserKernel,
        Rung::CyclesUser,
        Rung::ClockUserKernel,
        Rung::ClockUser,
        Rung::Agent,
        Rung::Ptrace,
    ];
}

impl RecordOptions {
    /// How to take a recording again, if that makes more stacks whole: too many of this one are cut off, and larger pieces
    /// of stack are to be had, or were had only when many samples had been taken.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
    pub fn again(&self, sampler: &Sampler) -> Option<Self> {
        let (all, used) = (sampler.all_steps(), StackBytes::new(sampler.stack_bytes));
        if !all.cuts_too_many() {
            return None;
        }
        let with = |stack| Some(Self { stack, ..self.clone() });
        let with_last = sampler.stack_steps.iter().rfind(|step| step.kept && step.stack_bytes == used.get());
        match with_last.filter(|step| !step.cuts_too_many() && used > self.stack) {
            // They suffice; they came late.
            Some(_) => with(used),
            None => match used.next().filter(|&next| next <= self.most_stack) {
                Some(next) => with(next),
                None => {
                    let step = with_last.filter(|_| used > self.stack)?;
                    let still = step.cut_off as f64 / step.samples as f64;
                    let whole = all.cut_off as f64 - still * all.samples as f64;
                    if whole > StackStep::TOLERATED * all.samples as f64 { with(used) } else { None }
                }
            },
        }
    }
}

impl Default for RecordOptions {
    /// 999 samples per CPU-second, which does not run in step with timers of 1000 Hz; 16 KiB of stack, more where that
    /// does not suffice.
    fn default() -> Self {
        Self {
            rate: RateHz::new(999),
            stack: StackBytes::new(16 << 10),
            most_stack: StackBytes::new(StackBytes::MOST),
            rungs: Self::RUNGS.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::SamplingEvent;

    use super::*;

    fn again(steps: &[(u32, u64, u64)]) -> Option<u32> {
        let steps = steps.iter().map(|&(stack_bytes, samples, cut_off)| StackStep {
            stack_bytes,
            samples,
            cut_off,
            kept: true,
        });
        let stack_steps: Vec<StackStep> = steps.collect();
        let sampler = Sampler {
            rung: Rung::ClockUser,
            refused: Vec::new(),
            event: SamplingEvent::CpuClock,
            asked_hz: 999.0,
            reached_hz: None,
            cpu_s: None,
            system_s: None,
            samples: stack_steps.iter().map(|step| step.samples).sum(),
            lost: 0,
            truncated: 0,
            unsymbolised: 0,
            stack_bytes: stack_steps.last().map_or(0, |step| step.stack_bytes),
            stack_steps,
            stopped_s: None,
        };
        RecordOptions::default().again(&sampler).map(|options| options.stack.get())
    }

    #[test]
    fn a_recording_is_taken_again_only_where_that_makes_more_stacks_whole() {
        const MOST: u32 = StackBytes::MOST;
        // All whole, and a few cut off of many.
        assert_eq!((again(&[(16384, 1000, 0)]), again(&[(16384, 1000, 20)])), (None, None));
        // It was over before larger pieces were asked for.
        assert_eq!(again(&[(16384, 30, 10)]), Some(32_768));
        // Those that were asked for suffice; few or many were taken before.
        assert_eq!(again(&[(16384, 20, 15), (32768, 980, 2)]), None);
        assert_eq!(again(&[(16384, 20, 15), (32768, 480, 2)]), Some(32_768));
        assert_eq!(again(&[(16384, 20, 20), (32768, 20, 20), (MOST, 960, 1)]), Some(MOST));
        // There are no larger ones, and many stacks are longer still.
        assert_eq!(again(&[(16384, 20, 20), (32768, 20, 20), (MOST, 960, 900)]), None);
        assert_eq!(again(&[(16384, 500, 500), (32768, 20, 20), (MOST, 480, 100)]), Some(MOST));
        assert_eq!(again(&[]), None);
    }

    #[test]
    fn sizes_of_stack_double_up_to_what_a_record_can_hold() {
        let first = StackBytes::new(16 << 10);
        let sizes: Vec<u32> = first.up_to(StackBytes::new(StackBytes::MOST)).map(StackBytes::get).collect();
        assert_eq!(sizes, [32 << 10, StackBytes::MOST]);
        assert_eq!(first.up_to(first).count(), 0);
    }
}
