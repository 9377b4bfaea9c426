//! Reading the file that the agent keeps a process's allocations in.

use std::fs::File;
use std::io;
use std::mem::offset_of;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::AgentError;
use crate::heap::{
    HeapCounts, HeapFrame, HeapGaps, HeapModule, HeapNode, HeapSample, HeapStack, ProcessHeap, SampledTotals,
};
use crate::heap_layout::{
    ADDRESSES_AT, APART, CALLER, CHUNK_ACCOUNTS, CUT, DIRECTORY, FIRST_NODE, Growth, HEAP_MAGIC, HeapHeader,
    INTERRUPTED, KINDS, Kind, MODULES_AT, MOST_ACCOUNTS, MOST_ADDRESSES, MOST_CHUNKS, MOST_MODULES,
    MOST_SINGLES, MOST_THREADS, MOST_WORDS, MappedFile, OVERFLOW, OWNERS_AT, PARTS, PATH_BYTES,
    SINGLE_AT_PEAK, SINGLE_EPOCH, SINGLE_FREED, SINGLE_GROWN, SINGLE_TEMPORARY, SINGLES_AT, Sampled, Single,
    Statistics, TOTALS_AT, ThreadTotals, WORDS_AT, size_class,
};

/// What stands for a node that is not there.
const NO_NODE: u32 = u32::MAX;
/// The nodes that are no return addresses; each is a frame of its own.
const SPECIAL: [(u32, HeapFrame); FIRST_NODE as usize - 1] =
    [(CUT, HeapFrame::Cut), (INTERRUPTED, HeapFrame::Interrupted), (OVERFLOW, HeapFrame::Overflow)];

/// See [`ProcessHeap::read`].
pub(crate) fn read(path: &Path) -> Result<ProcessHeap, AgentError> {
    let bytes = Bytes::open(path)?;
    let header = bytes.read(0, size_of::<HeapHeader>())?;
    match u64_at(&header, offset_of!(HeapHeader, magic)) {
        HEAP_MAGIC => {}
        0 => return Err(AgentError::Unfinished { path: path.to_owned() }),
        _ => return Err(bytes.damaged("another version of perfaudit wrote it")),
    }
    let words = count(&header, offset_of!(HeapHeader, words), MOST_WORDS);
    // Of a process that runs, what nodes refer to must not be older than they are.
    let header = bytes.read(0, size_of::<HeapHeader>())?;
    let counter = |offset| u64_at(&header, offset);
    let threads = count(&header, offset_of!(HeapHeader, threads), MOST_THREADS);
    let modules = count(&header, offset_of!(HeapHeader, modules), MOST_MODULES);
    let addresses = count(&header, offset_of!(HeapHeader, addresses), MOST_ADDRESSES);
    let (nodes, node_at) = bytes.tree(words, addresses)?;
    let mean_bytes = counter(offset_of!(HeapHeader, mean));
    let stacks = Stacks::read(&bytes, &header, &nodes, &node_at, threads)?.settled(mean_bytes != 0);
    let raw = bytes.read(TOTALS_AT, threads * size_of::<ThreadTotals>())?;
    let of_threads = |offset| raw.chunks_exact(size_of::<ThreadTotals>()).map(move |one| u64_at(one, offset));
    let sampled = (mean_bytes != 0).then(|| SampledTotals {
        mean_bytes,
        count: of_threads(offset_of!(ThreadTotals, count)).sum(),
        bytes: of_threads(offset_of!(ThreadTotals, bytes)).sum(),
    });
    let raw = bytes.read(ADDRESSES_AT, addresses * size_of::<u64>())?;
    let returns = raw.chunks_exact(size_of::<u64>()).skip(1).map(|raw| HeapFrame::Return(u64_at(raw, 0)));
    let raw = bytes.read(MODULES_AT, modules * size_of::<MappedFile>())?;
    Ok(ProcessHeap {
        process: u32_at(&header, offset_of!(HeapHeader, process)),
        modules: raw.chunks_exact(size_of::<MappedFile>()).map(module_of).collect(),
        frames: SPECIAL.into_iter().map(|(_, frame)| frame).chain(returns).collect(),
        nodes,
        stacks,
        gaps: HeapGaps {
            foreign_frees: counter(offset_of!(HeapHeader, foreign_frees)),
            unaligned: counter(offset_of!(HeapHeader, unaligned)),
            overflown: counter(offset_of!(HeapHeader, overflown)),
            shared_threads: counter(offset_of!(HeapHeader, shared_threads)),
        },
        peak_bytes: counter(offset_of!(HeapHeader, peak_bytes)).cast_signed(),
        sampled,
        is_detoured: u32_at(&header, offset_of!(HeapHeader, is_detoured)) != 0,
    })
}

/// The bytes that are allocated in a process now, by the file that the agent keeps for it; none when it cannot be read.
#[must_use]
pub fn live_bytes(path: &Path) -> Option<i64> {
    let mut bytes = [0; 8];
    let file = File::open(path).ok()?;
    file.read_exact_at(&mut bytes, offset_of!(HeapHeader, live_bytes) as u64).ok()?;
    Some(i64::from_le_bytes(bytes))
}

struct Bytes<'a> {
    file: File,
    path: &'a Path,
}

impl<'a> Bytes<'a> {
    fn open(path: &'a Path) -> Result<Self, AgentError> {
        let file = File::open(path);
        let file = file.map_err(|source| AgentError::Read { path: path.to_owned(), source })?;
        Ok(Self { file, path })
    }

    fn damaged(&self, what: &str) -> AgentError {
        let source = io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        AgentError::Read { path: self.path.to_owned(), source }
    }

    fn read(&self, at: usize, length: usize) -> Result<Vec<u8>, AgentError> {
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, at as u64);
        read.map_err(|source| AgentError::Read { path: self.path.to_owned(), source })?;
        Ok(bytes)
    }

    /// The nodes, and where the node of each word is among them.
    fn tree(&self, words: usize, addresses: usize) -> Result<(Vec<HeapNode>, Vec<u32>), AgentError> {
        let raw = self.read(WORDS_AT, words * size_of::<u32>())?;
        let mut nodes: Vec<HeapNode> = Vec::with_capacity(words);
        let mut node_at: Vec<u32> = vec![NO_NODE; words.max(FIRST_NODE as usize)];
        for (frame, (special, _)) in (0..).zip(SPECIAL) {
            node_at[special as usize] = frame;
            nodes.push(HeapNode { parent: None, frame });
        }
        let mut caller = 0;
        for (at, raw) in (0..).zip(raw.chunks_exact(size_of::<u32>())).skip(FIRST_NODE as usize) {
            let word = u32_at(raw, 0);
            if word & CALLER != 0 {
                caller = word & !CALLER;
                continue;
            }
            // The thread that was to write it was ended before.
            if word == 0 {
                continue;
            }
            let caller = if word & APART == 0 { at - 1 } else { caller };
            if caller >= at {
                return Err(self.damaged("a caller stands behind its callee"));
            }
            let parent = (caller != 0).then(|| node_at[caller as usize]);
            let number = word & !APART;
            if parent == Some(NO_NODE) || number as usize >= addresses {
                return Err(self.damaged("a node refers to what does not exist"));
            }
            node_at[at as usize] = u32::try_from(nodes.len()).expect("there are fewer nodes than words");
            nodes.push(HeapNode { parent, frame: FIRST_NODE - 2 + number });
        }
        Ok((nodes, node_at))
    }
}

/// What is counted, by the places of stacks in the order of their nodes.
struct Stacks {
    stacks: Vec<HeapStack>,
    /// The place of each node's stack plus one; 0 for none.
    place: Vec<u32>,
}

impl Stacks {
    fn read(
        bytes: &Bytes<'_>,
        header: &[u8],
        nodes: &[HeapNode],
        node_at: &[u32],
        threads: usize,
    ) -> Result<Self, AgentError> {
        let singles = count(header, offset_of!(HeapHeader, singles), MOST_SINGLES);
        let accounts = count(header, offset_of!(HeapHeader, accounts), MOST_ACCOUNTS);
        let singles = bytes.read(SINGLES_AT, singles * size_of::<Single>())?;
        let owners = bytes.read(OWNERS_AT, accounts * size_of::<u32>())?;
        // Of a process that runs, a stack may be younger than the nodes that were read.
        let node = |raw: &[u8]| {
            let at = node_at.get(u32_at(raw, 0) as usize);
            at.copied().filter(|&node| node != NO_NODE)
        };
        let mut place = vec![0; nodes.len()];
        let raw = singles.chunks_exact(size_of::<Single>()).chain(owners.chunks_exact(size_of::<u32>()));
        raw.filter_map(node).for_each(|node| place[node as usize] = 1);
        let mut stacks = Vec::with_capacity(place.iter().map(|&is_used| is_used as usize).sum());
        for (node, place) in (0..).zip(place.iter_mut()).filter(|(_, place)| **place != 0) {
            stacks.push(HeapStack { node, counts: HeapCounts::default(), sample: None });
            *place = u32::try_from(stacks.len()).expect("there are fewer stacks than nodes");
        }
        let mut all = Self { stacks, place };
        let epoch = u64_at(header, offset_of!(HeapHeader, epoch));
        let records = || singles.chunks_exact(size_of::<Single>());
        let followers = records().skip(1).map(Some).chain([None]);
        for (record, next) in records().zip(followers) {
            if let Some(stack) = node(record).and_then(|node| all.of(node)) {
                add_single(&mut stack.counts, record, next, epoch);
            }
        }
        let owners: Vec<Option<u32>> = owners.chunks_exact(size_of::<u32>()).map(node).collect();
        let kinds: [Chunks; KINDS] = [
            Chunks::of::<Statistics>(add_statistics),
            Chunks::of::<Growth>(add_growth),
            Chunks::of::<Sampled>(add_sampled),
        ];
        for thread in 0..threads {
            for kind in &kinds {
                all.add_chunks(bytes, kind, thread, &owners, epoch)?;
            }
        }
        Ok(all)
    }

    fn of(&mut self, node: u32) -> Option<&mut HeapStack> {
        let place = self.place[node as usize].checked_sub(1)?;
        Some(&mut self.stacks[place as usize])
    }

    /// Adds what a thread counted of a kind.
    fn add_chunks(
        &mut self,
        bytes: &Bytes<'_>,
        kind: &Chunks,
        thread: usize,
        owners: &[Option<u32>],
        epoch: u64,
    ) -> Result<(), AgentError> {
        let at = kind.directories + thread * DIRECTORY * 4;
        let directory = bytes.read(at, owners.len().div_ceil(CHUNK_ACCOUNTS) * 4)?;
        for (entry, owners) in directory.chunks_exact(4).zip(owners.chunks(CHUNK_ACCOUNTS)) {
            let Some(chunk) = (u32_at(entry, 0) as usize).checked_sub(1) else { continue };
            if chunk >= MOST_CHUNKS {
                return Err(bytes.damaged("a thread refers to a part that does not exist"));
            }
            let raw = bytes.read(kind.at + chunk * kind.bytes, kind.bytes)?;
            for (owner, raw) in owners.iter().zip(raw.chunks_exact(kind.bytes / CHUNK_ACCOUNTS)) {
                if let Some(stack) = owner.and_then(|node| self.of(node)) {
                    (kind.add)(stack, raw, epoch);
                }
            }
        }
        Ok(())
    }

    fn settled(mut self, is_sampled: bool) -> Vec<HeapStack> {
        for stack in &mut self.stacks {
            if is_sampled {
                stack.counts.settle_parts();
            } else {
                stack.sample = None;
            }
        }
        self.stacks.retain(|stack| stack.counts != HeapCounts::default());
        self.stacks
    }
}

/// A kind of counts: where they lie, and how one is added to others.
struct Chunks {
    directories: usize,
    at: usize,
    bytes: usize,
    add: fn(&mut HeapStack, &[u8], u64),
}

impl Chunks {
    fn of<K: Kind>(add: fn(&mut HeapStack, &[u8], u64)) -> Self {
        Self { directories: K::DIRECTORIES_AT, at: K::CHUNKS_AT, bytes: K::CHUNK_BYTES, add }
    }
}

fn add_single(counts: &mut HeapCounts, raw: &[u8], next: Option<&[u8]>, epoch: u64) {
    let bytes = u32_at(raw, offset_of!(Single, bytes));
    let state = u64_at(raw, offset_of!(Single, state));
    let has = |flag| state & flag != 0;
    let is_live = !has(SINGLE_FREED);
    // Untouched since the peak: what is live now was live then.
    let was_live = if state >> SINGLE_EPOCH == epoch { has(SINGLE_AT_PEAK) } else { is_live };
    counts.count += 1;
    counts.bytes += u64::from(bytes);
    if is_live {
        counts.live_count += 1;
        counts.live_bytes += i64::from(bytes);
    }
    if was_live {
        counts.peak_count += 1;
        counts.peak_bytes += i64::from(bytes);
    }
    counts.temporary += u64::from(has(SINGLE_TEMPORARY));
    if let (true, Some(next)) = (has(SINGLE_GROWN), next) {
        counts.grown_count += 1;
        counts.grown_bytes += u64_at(next, offset_of!(Single, state));
    }
    counts.sizes[size_class(bytes as usize)] += 1;
}

fn add_statistics(HeapStack { counts, sample, .. }: &mut HeapStack, raw: &[u8], epoch: u64) {
    let (live_count, live_bytes) =
        (i64_at(raw, offset_of!(Statistics, live_count)), i64_at(raw, offset_of!(Statistics, live_bytes)));
    // As above.
    let (peak_count, peak_bytes) = if u64_at(raw, offset_of!(Statistics, epoch)) == epoch {
        (i64_at(raw, offset_of!(Statistics, peak_count)), i64_at(raw, offset_of!(Statistics, peak_bytes)))
    } else {
        (live_count, live_bytes)
    };
    let sizes =
        std::array::from_fn(|class| u64::from(u32_at(raw, offset_of!(Statistics, sizes) + 4 * class)));
    counts.add(&HeapCounts {
        count: u64_at(raw, offset_of!(Statistics, count)),
        bytes: u64_at(raw, offset_of!(Statistics, bytes)),
        live_count,
        live_bytes,
        peak_count,
        peak_bytes,
        temporary: u64_at(raw, offset_of!(Statistics, temporary)),
        grown_count: 0,
        grown_bytes: 0,
        sizes,
    });
    sample.get_or_insert_default().blocks += sizes.iter().sum::<u64>();
}

fn add_growth(HeapStack { counts, .. }: &mut HeapStack, raw: &[u8], _: u64) {
    counts.grown_count += u64_at(raw, offset_of!(Growth, grown_count));
    counts.grown_bytes += u64_at(raw, offset_of!(Growth, grown_bytes));
}

#[expect(clippy::cast_precision_loss, reason = "a weight has fewer than 2^53 parts")]
fn add_sampled(HeapStack { sample, .. }: &mut HeapStack, raw: &[u8], _: u64) {
    let float = |offset| f64::from_bits(u64_at(raw, offset));
    sample.get_or_insert_default().add(&HeapSample {
        blocks: 0,
        count_variance: float(offset_of!(Sampled, count_variance)),
        bytes_variance: float(offset_of!(Sampled, bytes_variance)),
        heaviest: u64_at(raw, offset_of!(Sampled, heaviest)) as f64 / PARTS as f64,
    });
}

fn module_of(raw: &[u8]) -> HeapModule {
    let path = &raw[offset_of!(MappedFile, path)..][..PATH_BYTES];
    let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
    HeapModule {
        bias: u64_at(raw, offset_of!(MappedFile, bias)),
        start: u64_at(raw, offset_of!(MappedFile, start)),
        end: u64_at(raw, offset_of!(MappedFile, end)),
        path: PathBuf::from(std::ffi::OsStr::from_bytes(path)),
    }
}

/// A counter of the header, which other threads may have moved past its limit.
fn count(header: &[u8], offset: usize, most: usize) -> usize {
    usize::try_from(u32_at(header, offset)).unwrap_or(usize::MAX).min(most)
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("the slice has 8 bytes"))
}

fn i64_at(bytes: &[u8], offset: usize) -> i64 {
    u64_at(bytes, offset).cast_signed()
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("the slice has 4 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a process that made these words of nodes and records of single blocks, of 9 addresses from 0x100 on.
    fn read_of(words: &[u32], singles: &[(u32, u32, u64)]) -> Result<ProcessHeap, AgentError> {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("heap.1.0");
        let file = File::create(&path).expect("the folder can be written");
        file.set_len(Sampled::CHUNKS_END as u64).expect("the file is sparse");
        let put = |at: usize, bytes: &[u8]| file.write_all_at(bytes, at as u64).expect("there is room");
        let length = |count: usize| u32::try_from(count).expect("they are few").to_le_bytes();
        put(offset_of!(HeapHeader, magic), &HEAP_MAGIC.to_le_bytes());
        put(offset_of!(HeapHeader, words), &length(FIRST_NODE as usize + words.len()));
        put(offset_of!(HeapHeader, addresses), &length(10));
        put(offset_of!(HeapHeader, singles), &length(1 + singles.len()));
        put(offset_of!(HeapHeader, accounts), &length(FIRST_NODE as usize));
        put(offset_of!(HeapHeader, epoch), &7_u64.to_le_bytes());
        for (at, word) in (FIRST_NODE as usize..).zip(words) {
            put(WORDS_AT + at * 4, &word.to_le_bytes());
        }
        for number in 1..10_usize {
            put(ADDRESSES_AT + number * 8, &(0x100 + number as u64).to_le_bytes());
        }
        for (number, (node, bytes, state)) in (1..).zip(singles) {
            let at = SINGLES_AT + number * size_of::<Single>();
            put(at + offset_of!(Single, node), &node.to_le_bytes());
            put(at + offset_of!(Single, bytes), &bytes.to_le_bytes());
            put(at + offset_of!(Single, state), &state.to_le_bytes());
        }
        ProcessHeap::read(&path)
    }

    /// The addresses of a node from the outermost inwards.
    fn path(heap: &ProcessHeap, node: u32) -> Vec<u64> {
        let nodes = std::iter::successors(Some(node), |&node| heap.nodes[node as usize].parent);
        let address = |node: u32| match heap.frames[heap.nodes[node as usize].frame as usize] {
            HeapFrame::Return(address) => address,
            _ => 0,
        };
        let mut path: Vec<u64> = nodes.map(address).collect();
        path.reverse();
        path
    }

    #[test]
    fn a_node_stands_behind_its_caller_or_names_it() {
        // 5 is a root, 6 below it; 8 names 5; 10 names what stands for cut stacks; 11 was never written.
        let words = [CALLER, APART | 1, 2, CALLER | 5, APART | 3, CALLER | CUT, APART | 4, 0];
        let heap = read_of(&words, &[(6, 10, 0), (8, 10, 0), (10, 10, 0)]).expect("it is whole");
        let paths: Vec<Vec<u64>> = heap.stacks.iter().map(|stack| path(&heap, stack.node)).collect();
        assert_eq!(paths, [vec![0x101, 0x102], vec![0x101, 0x103], vec![0, 0x104]]);
    }

    #[test]
    fn a_block_that_is_counted_alone_tells_what_became_of_it() {
        let words = [CALLER, APART | 1, 2];
        let counts = |singles: &[(u32, u32, u64)]| {
            read_of(&words, singles)
                .expect("it is whole")
                .stacks
                .iter()
                .map(|stack| stack.counts)
                .next()
                .unwrap()
        };
        let (at_last_peak, before) = (7 << SINGLE_EPOCH, 6 << SINGLE_EPOCH);
        let live = counts(&[(6, 100, before)]);
        assert_eq!((live.live_bytes, live.peak_bytes, live.sizes[2]), (100, 100, 1));
        let late = counts(&[(6, 100, at_last_peak)]);
        assert_eq!((late.live_bytes, late.peak_bytes), (100, 0), "allocated after the peak");
        let early = counts(&[(6, 100, before | SINGLE_FREED | SINGLE_TEMPORARY)]);
        assert_eq!((early.live_bytes, early.peak_bytes, early.temporary), (0, 0, 1));
        let there = counts(&[(6, 100, at_last_peak | SINGLE_FREED | SINGLE_AT_PEAK)]);
        assert_eq!((there.live_bytes, there.peak_bytes), (0, 100));
        let grown = counts(&[(6, 100, before | SINGLE_GROWN), (0, 0, 40), (6, 7, before)]);
        assert_eq!((grown.count, grown.bytes, grown.grown_count, grown.grown_bytes), (2, 107, 1, 40));
    }

    #[test]
    fn a_damaged_tree_is_told_and_a_block_of_an_unknown_stack_is_left_out() {
        let told = |words: &[u32]| read_of(words, &[]).expect_err("it is damaged").to_string();
        assert!(told(&[CALLER | 9, APART | 1]).contains("a caller stands behind its callee"));
        assert!(told(&[CALLER, APART | 10]).contains("refers to what does not exist"), "an address");
        assert!(told(&[0, 1]).contains("refers to what does not exist"), "a caller that is not written");
        assert!(told(&[CALLER | 0x7fff_ffff, APART | 1]).contains("behind its callee"));
        let heap = read_of(&[CALLER, APART | 1], &[(4, 1, 0), (77, 1, 0), (5, 1, 0)]).expect("it is whole");
        assert_eq!(heap.total().count, 1);
    }
}
