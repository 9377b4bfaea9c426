//! How many stacks are longer than the piece of them that is copied, for each size of that piece.

use std::collections::BTreeMap;

use perfaudit_result::StackStep;

/// Counts samples by the size of their piece of stack.
#[derive(Debug, Default)]
pub(super) struct StackSteps(BTreeMap<u32, StackStep>);

impl StackSteps {
    /// Counts a sample with a piece of up to `room` bytes; without one, there is nothing to count.
    pub(super) fn count(&mut self, room: usize, weight: u64, is_cut_off: bool) {
        let Some(stack_bytes) = u32::try_from(room).ok().filter(|&bytes| bytes > 0) else { return };
        let step = self.0.entry(stack_bytes).or_insert(nothing(stack_bytes));
        step.samples += weight;
        step.cut_off += if is_cut_off { weight } else { 0 };
    }

    /// What came of pieces of this size.
    pub(super) fn of(&self, stack_bytes: u32) -> StackStep {
        self.0.get(&stack_bytes).copied().unwrap_or(nothing(stack_bytes))
    }

    /// The smallest pieces first: they were tried first.
    pub(super) fn into_told(self) -> Vec<StackStep> {
        self.0.into_values().collect()
    }
}

fn nothing(stack_bytes: u32) -> StackStep {
    StackStep { stack_bytes, samples: 0, cut_off: 0, kept: true }
}
