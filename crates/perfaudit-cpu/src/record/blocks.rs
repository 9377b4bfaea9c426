//! Samples counted by stack, thread and block of time, in memory that does not grow with time.

use std::collections::HashMap;

use perfaudit_result::{NodeId, SampleRun, TimeBlocks};

/// The width of blocks at first, in nanoseconds.
const FIRST_WIDTH: u64 = 10_000_000;
/// With more blocks than this, their width doubles.
const MOST_BLOCKS: u64 = 256;

/// Counts samples. Blocks begin narrow, and two become one whenever there are too many.
#[derive(Debug)]
pub(super) struct BlockCounter {
    /// When the first block begins, in nanoseconds of the source's clock; known with the first event.
    start: Option<u64>,
    end: u64,
    width: u64,
    counts: HashMap<(NodeId, u32, u32), u64>,
}

impl BlockCounter {
    pub(super) fn new() -> Self {
        Self { start: None, end: 0, width: FIRST_WIDTH, counts: HashMap::new() }
    }

    /// Lets time reach `now`; returns the block that it lies in. What comes late counts to the first block.
    pub(super) fn reach(&mut self, now: u64) -> u32 {
        let start = *self.start.get_or_insert(now);
        self.end = self.end.max(now);
        let since = now.saturating_sub(start);
        while since / self.width >= MOST_BLOCKS {
            self.width *= 2;
            let narrow = std::mem::take(&mut self.counts);
            for ((node, thread, block), count) in narrow {
                *self.counts.entry((node, thread, block / 2)).or_default() += count;
            }
        }
        u32::try_from(since / self.width).expect("fewer than MOST_BLOCKS")
    }

    /// Counts a sample that stands for `weight` periods.
    pub(super) fn count(&mut self, node: NodeId, thread: u32, block: u32, weight: u64) {
        *self.counts.entry((node, thread, block)).or_default() += weight;
    }

    /// The blocks from the first event to the last, and the samples in them, in a fixed order.
    pub(super) fn finish(self) -> (TimeBlocks, Vec<SampleRun>) {
        let last = self.end.saturating_sub(self.start.unwrap_or(self.end)) / self.width;
        let blocks = TimeBlocks {
            count: u32::try_from(last + 1).expect("at most MOST_BLOCKS"),
            width_s: std::time::Duration::from_nanos(self.width).as_secs_f64(),
        };
        let mut runs: Vec<SampleRun> = self
            .counts
            .into_iter()
            .map(|((node, thread, block), count)| SampleRun { node, thread, block, count })
            .collect();
        runs.sort_unstable_by_key(|run| (run.block, run.thread, run.node));
        (blocks, runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_double_until_they_hold_all_of_the_time_and_no_sample_is_lost() {
        let mut counter = BlockCounter::new();
        // Two hours, a sample each 10 ms.
        for at in 0..720_000_u64 {
            let block = counter.reach(5_000 + at * FIRST_WIDTH);
            counter.count(u32::try_from(at % 3).unwrap(), 0, block, 1);
        }
        assert!(counter.counts.len() <= 3 * 256);
        let (blocks, runs) = counter.finish();
        assert!((129..=256).contains(&blocks.count), "{blocks:?}");
        assert!(blocks.width_s * f64::from(blocks.count) >= 7200.0);
        assert_eq!(runs.iter().map(|run| run.count).sum::<u64>(), 720_000);
        assert!(runs.iter().all(|run| run.block < blocks.count));
    }

    #[test]
    fn a_sample_from_before_the_first_event_is_counted_to_the_first_block() {
        let mut counter = BlockCounter::new();
        counter.reach(1_000_000_000);
        let block = counter.reach(1);
        counter.count(0, 0, block, 1);
        let (blocks, runs) = counter.finish();
        assert_eq!((blocks.count, runs[0].block), (1, 0));
    }

    #[test]
    fn a_recording_without_events_has_one_empty_block() {
        let (blocks, runs) = BlockCounter::new().finish();
        assert_eq!((blocks.count, runs.len()), (1, 0));
    }
}
