//! Samples counted by stack, thread and block of time, in memory that does not grow with time.

use perfaudit_result::{NodeId, SampleRun, TimeBlocks};

/// The width of blocks at first, in nanoseconds.
const FIRST_WIDTH: u64 = 10_000_000;
/// With more blocks than this, their width doubles.
const MOST_BLOCKS: u64 = 256;
/// Fewer samples are not worth the work to count equal ones among them.
const LEAST_TO_COUNT: usize = 4096;

/// Counts samples. Blocks begin narrow, and two become one whenever there are too many.
#[derive(Debug)]
pub(super) struct BlockCounter {
    /// When the first block begins, in nanoseconds of the source's clock; known with the first event.
    start: Option<u64>,
    end: u64,
    width: u64,
    /// What each block holds, up to the last one that holds samples.
    blocks: Vec<Pile>,
}

/// The samples of a block. Equal ones are counted now and then: a table of them would be a search for each sample and
/// half empty, and two tables would be there at once whenever blocks become wider.
#[derive(Debug, Default)]
struct Pile {
    counts: Vec<Count>,
    /// So many of them, the first ones, are in order and different.
    counted: usize,
}

/// Samples of one stack in one thread.
#[derive(Debug, Clone, Copy)]
struct Count {
    thread: u32,
    node: NodeId,
    count: u64,
}

impl Pile {
    fn put(&mut self, count: Count) {
        self.counts.push(count);
        if self.counts.len() >= (2 * self.counted).max(LEAST_TO_COUNT) {
            self.settle();
        }
    }

    /// Counts equal ones.
    fn settle(&mut self) {
        if self.counted == self.counts.len() {
            return;
        }
        let place = |count: &Count| (count.thread, count.node);
        self.counts.sort_unstable_by_key(place);
        self.counts.dedup_by(|next, kept| {
            let is_same = place(next) == place(kept);
            kept.count += if is_same { next.count } else { 0 };
            is_same
        });
        self.counted = self.counts.len();
    }

    /// Takes no more memory than it needs: nothing more is expected.
    fn close(&mut self) {
        self.settle();
        self.counts.shrink_to_fit();
    }
}

impl BlockCounter {
    pub(super) fn new() -> Self {
        Self { start: None, end: 0, width: FIRST_WIDTH, blocks: Vec::new() }
    }

    /// Lets time reach `now`; returns the block that it lies in. What comes late counts to the first block.
    pub(super) fn reach(&mut self, now: u64) -> u32 {
        let start = *self.start.get_or_insert(now);
        self.end = self.end.max(now);
        let since = now.saturating_sub(start);
        while since / self.width >= MOST_BLOCKS {
            self.width *= 2;
            self.join_neighbours();
        }
        u32::try_from(since / self.width).expect("fewer than MOST_BLOCKS")
    }

    fn join_neighbours(&mut self) {
        let mut narrow = std::mem::take(&mut self.blocks).into_iter();
        while let Some(mut wide) = narrow.next() {
            if let Some(mut second) = narrow.next() {
                wide.counts.append(&mut second.counts);
                wide.counted = 0;
                wide.close();
            }
            self.blocks.push(wide);
        }
    }

    /// Counts a sample that stands for `weight` periods.
    pub(super) fn count(&mut self, node: NodeId, thread: u32, block: u32, weight: u64) {
        let block = block as usize;
        if block >= self.blocks.len() {
            if let Some(last) = self.blocks.last_mut() {
                last.close();
            }
            self.blocks.resize_with(block + 1, Pile::default);
        }
        self.blocks[block].put(Count { thread, node, count: weight });
    }

    /// The blocks from the first event to the last, and the samples in them, in a fixed order.
    pub(super) fn finish(mut self) -> (TimeBlocks, Vec<SampleRun>) {
        let last = self.end.saturating_sub(self.start.unwrap_or(self.end)) / self.width;
        let blocks = TimeBlocks {
            count: u32::try_from(last + 1).expect("at most MOST_BLOCKS"),
            width_s: std::time::Duration::from_nanos(self.width).as_secs_f64(),
        };
        self.blocks.iter_mut().for_each(Pile::settle);
        let mut runs = Vec::with_capacity(self.blocks.iter().map(|pile| pile.counts.len()).sum());
        for (block, pile) in (0..).zip(self.blocks) {
            let run = |Count { thread, node, count }| SampleRun { node, thread, block, count };
            runs.extend(pile.counts.into_iter().map(run));
        }
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
        assert!(counter.blocks.len() <= 256);
        assert!(counter.blocks.iter().all(|pile| pile.counts.capacity() <= 2 * LEAST_TO_COUNT));
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
