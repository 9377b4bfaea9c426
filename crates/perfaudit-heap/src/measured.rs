//! The allocations that a benchmark measures.

use perfaudit_cpu::analyse::{Precision, Scope, measured_part};
use perfaudit_result::{HeapCounts, HeapProfile};

use crate::symbolise::SymbolisedHeap;

/// The allocations that a benchmark measures.
#[derive(Debug, Clone)]
pub struct MeasuredHeap {
    /// What is kept: stacks from the harness's measuring function inwards, and those of other threads that are not the
    /// harness's.
    pub profile: HeapProfile,
    /// What else the process allocated.
    pub excluded: HeapCounts,
    /// How exactly the part is known.
    pub precision: Precision,
    /// What a reader has to know.
    pub remarks: Vec<String>,
}

/// Keeps the allocations that a benchmark measures: of a thread in which the measuring function was seen, those below its
/// timed lines; of other threads, those without frames of the harness.
#[must_use]
pub fn measured_heap(heap: &SymbolisedHeap, scope: &Scope) -> MeasuredHeap {
    let part = measured_part(&heap.carrier, scope);
    let profile = heap.of(&part.profile);
    let mut excluded = HeapCounts::default();
    heap.stacks.iter().for_each(|stack| excluded.add(&stack.counts));
    excluded.subtract(&profile.totals());
    let of_others = part.profile.threads.iter().filter(|thread| thread.thread != thread.process);
    let others: u64 = of_others.map(|thread| heap.stacks[thread.process as usize].counts.count).sum();
    let mut remarks = Vec::new();
    if others > 0 {
        remarks.push(format!(
            "{others} blocks were allocated by other threads, which do not tell whether they work for the routine or for its set-up"
        ));
    }
    MeasuredHeap { profile, excluded, precision: part.precision, remarks }
}
