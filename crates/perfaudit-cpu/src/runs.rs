//! Samples of one stack in one thread and one block of time.

use perfaudit_result::SampleRun;

/// Puts runs in the order of profiles and adds up those of the same place. In the memory that they have: there may be
/// millions, and a map of them takes twice as much.
pub(crate) fn merge(runs: &mut Vec<SampleRun>) {
    let place = |run: &SampleRun| (run.block, run.thread, run.node);
    runs.sort_unstable_by_key(place);
    runs.dedup_by(|next, kept| {
        let is_same = place(next) == place(kept);
        kept.count += if is_same { next.count } else { 0 };
        is_same
    });
    runs.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_same_stack_thread_and_block_are_one() {
        let run = |node, thread, block, count| SampleRun { node, thread, block, count };
        let mut runs =
            vec![run(1, 0, 1, 2), run(2, 0, 0, 1), run(1, 0, 1, 5), run(1, 1, 1, 3), run(1, 0, 0, 4)];
        merge(&mut runs);
        assert_eq!(runs, [run(1, 0, 0, 4), run(2, 0, 0, 1), run(1, 0, 1, 7), run(1, 1, 1, 3)]);
    }
}
