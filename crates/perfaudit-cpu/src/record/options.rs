//! What a caller may choose.

use perfaudit_result::Rung;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// How to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOptions {
    /// How often.
    pub rate: RateHz,
    /// How much of its stack a sample holds: deeper stacks are truncated.
    pub stack: StackBytes,
    /// The ways to take samples that are tried; the order is that of [`Rung`].
    pub rungs: Vec<Rung>,
}

impl RecordOptions {
    /// Every way to take samples, the best first.
    pub const RUNGS: [Rung; 5] =
        [Rung::CyclesUserKernel, Rung::CyclesUser, Rung::ClockUserKernel, Rung::ClockUser, Rung::Agent];
}

impl Default for RecordOptions {
    /// 999 samples per CPU-second, which does not run in step with timers of 1000 Hz; 16 KiB of stack.
    fn default() -> Self {
        Self { rate: RateHz::new(999), stack: StackBytes::new(16 << 10), rungs: Self::RUNGS.to_vec() }
    }
}
