//! A profile as a tree of functions, cut down to the frames that can be seen.
//!
//! The nodes of a profile are places in functions; a flame graph draws functions. Nodes under one parent that differ by
//! line only become one, with the line that has most samples. What is too narrow goes into a frame "other" of its
//! caller, so that the parts still sum to the whole.

use std::collections::HashMap;

use perfaudit_result::CpuProfile;

/// The parent of a frame at the root, and the function of a frame "other".
const NONE: u32 = u32::MAX;

/// A frame: a function as called by the frame above it.
#[derive(Debug, Clone, Copy)]
struct Frame {
    parent: u32,
    function: u32,
    inlined: bool,
    /// The line that has most samples, and how many these are.
    line: u32,
    most: u64,
    /// Samples in it and in what it calls.
    total: u64,
}

/// The frames of a profile, callers before callees.
#[derive(Debug)]
pub(super) struct Tree {
    frames: Vec<Frame>,
    /// Frame, thread and samples in the frame itself, in this order and each pair once.
    own: Vec<(u32, u32, u64)>,
    total: u64,
}

/// A frame in the order of drawing: each before what it calls, wider ones before narrower ones.
#[derive(Debug, PartialEq)]
pub(super) struct Drawn {
    /// How many frames are below it.
    pub(super) depth: usize,
    /// An index into the functions of the profile; none for "other".
    pub(super) function: Option<u32>,
    pub(super) inlined: bool,
    pub(super) line: u32,
    /// Thread and samples.
    pub(super) own: Vec<(u32, u64)>,
}

impl Tree {
    /// The tree of a profile that has passed its check.
    pub(super) fn of(profile: &CpuProfile) -> Self {
        let mut totals = vec![0_u64; profile.nodes.len()];
        for run in &profile.samples {
            add(&mut totals, run.node, run.count);
        }
        for (index, node) in profile.nodes.iter().enumerate().rev() {
            if let Some(parent) = node.parent {
                let total = totals[index];
                add(&mut totals, parent, total);
            }
        }
        let mut known: HashMap<(u32, u32, bool), u32> = HashMap::new();
        let mut frames: Vec<Frame> = Vec::new();
        let mut frame_of = Vec::with_capacity(profile.nodes.len());
        for (node, &total) in profile.nodes.iter().zip(&totals) {
            let source = &profile.frames[node.frame as usize];
            let parent = node.parent.map_or(NONE, |parent| frame_of[parent as usize]);
            let next = index(frames.len());
            let at = *known.entry((parent, source.function, source.inlined)).or_insert(next);
            if at == next {
                frames.push(Frame {
                    parent,
                    function: source.function,
                    inlined: source.inlined,
                    line: 0,
                    most: 0,
                    total: 0,
                });
            }
            let frame = &mut frames[at as usize];
            frame.total = frame.total.saturating_add(total);
            if total > frame.most {
                (frame.line, frame.most) = (source.line, total);
            }
            frame_of.push(at);
        }
        let own = profile.samples.iter().map(|run| (frame_of[run.node as usize], run.thread, run.count));
        Self { frames, own: summed(own.collect()), total: profile.total() }
    }

    /// How many frames there are.
    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    /// How many frames have at least `share` of the samples.
    pub(super) fn count(&self, share: f64) -> usize {
        let least = self.least(share);
        self.frames.iter().filter(|frame| frame.total >= least).count()
    }

    /// The samples from which on a frame has `share` of all. At least 1: a frame without samples is not drawn.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count; where it is not exact, a frame more or less is drawn"
    )]
    fn least(&self, share: f64) -> u64 {
        ((self.total as f64 * share).ceil() as u64).max(1)
    }

    /// The frames that have at least `share` of the samples; the others as part of an "other" each.
    pub(super) fn drawn(&self, share: f64) -> Vec<Drawn> {
        let least = self.least(share);
        // The nearest frame outwards that is kept; callers have at least the samples of what they call.
        let mut nearest = Vec::with_capacity(self.frames.len());
        for (at, frame) in self.frames.iter().enumerate() {
            let outer = if frame.parent == NONE { NONE } else { nearest[frame.parent as usize] };
            nearest.push(if frame.total >= least { index(at) } else { outer });
        }
        let mut own: HashMap<u32, Vec<(u32, u64)>> = HashMap::new();
        let mut others = Vec::new();
        for &(frame, thread, count) in &self.own {
            match nearest[frame as usize] {
                at if at == frame => own.entry(frame).or_default().push((thread, count)),
                outer => others.push((outer, thread, count)),
            }
        }
        let mut other: HashMap<u32, Vec<(u32, u64)>> = HashMap::new();
        for (frame, thread, count) in summed(others) {
            other.entry(frame).or_default().push((thread, count));
        }
        let mut inner: HashMap<u32, Vec<u32>> = HashMap::new();
        for (at, frame) in self.frames.iter().enumerate().filter(|(_, frame)| frame.total >= least) {
            inner.entry(frame.parent).or_default().push(index(at));
        }
        // The narrowest first: they are taken from the end.
        for frames in inner.values_mut() {
            frames.sort_by_key(|&at| (self.frames[at as usize].total, std::cmp::Reverse(at)));
        }
        let mut drawn = Vec::new();
        let mut waiting = vec![(NONE, 0)];
        while let Some((at, depth)) = waiting.pop() {
            let inside = if at == NONE { depth } else { depth + 1 };
            if at != NONE {
                let Frame { function, inlined, line, .. } = self.frames[at as usize];
                let own = own.remove(&at).unwrap_or_default();
                drawn.push(Drawn { depth, function: Some(function), inlined, line, own });
            }
            if let Some(own) = other.remove(&at) {
                drawn.push(Drawn { depth: inside, function: None, inlined: false, line: 0, own });
            }
            waiting.extend(inner.remove(&at).into_iter().flatten().map(|inner| (inner, inside)));
        }
        drawn
    }
}

fn add(totals: &mut [u64], at: u32, count: u64) {
    let total = &mut totals[at as usize];
    *total = total.saturating_add(count);
}

/// An index that fits: a profile numbers its nodes in 32 bits.
fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a profile that passed its check has fewer nodes than there are node numbers")
}

/// In order, with the counts of equal frame and thread summed.
fn summed(mut counts: Vec<(u32, u32, u64)>) -> Vec<(u32, u32, u64)> {
    counts.sort_unstable();
    counts.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 = kept.2.saturating_add(next.2);
        }
        same
    });
    counts
}

#[cfg(test)]
mod tests {
    use perfaudit_result::*;

    use super::*;

    /// `main` calls `a` from two lines and `b`, which calls `c`.
    fn profile() -> CpuProfile {
        let function = |name: &str| Function { name: name.into(), file: None, line: None, origin: 0 };
        let frame = |function, line| SourceFrame { function, line, inlined: function == 3 };
        let run = |node, thread, count| SampleRun { node, thread, block: 0, count };
        CpuProfile {
            workload: WorkloadId("a/b/c".into()),
            sampler: Sampler {
                rung: Rung::ClockUser,
                refused: Vec::new(),
                event: SamplingEvent::CpuClock,
                asked_hz: 999.0,
                reached_hz: None,
                cpu_s: None,
                system_s: None,
                samples: 100,
                lost: 0,
                truncated: 0,
                unsymbolised: 0,
                stack_bytes: 8192,
            },
            origins: vec![CodeOrigin { kind: OriginKind::Own, name: None }],
            functions: ["main", "a", "b", "c"].map(function).to_vec(),
            frames: vec![frame(0, 1), frame(1, 11), frame(1, 12), frame(2, 21), frame(3, 31)],
            nodes: [(None, 0), (Some(0), 1), (Some(0), 2), (Some(0), 3), (Some(3), 4)]
                .map(StackNode::from)
                .to_vec(),
            threads: vec![Thread { process: 1, thread: 1, name: "t".into() }; 2],
            blocks: TimeBlocks { count: 1, width_s: 1.0 },
            samples: vec![
                run(1, 0, 20),
                run(2, 0, 40),
                run(2, 1, 5),
                run(3, 0, 3),
                run(4, 1, 2),
                run(0, 0, 30),
            ],
        }
    }

    fn drawn(depth: usize, function: Option<u32>, line: u32, own: &[(u32, u64)]) -> Drawn {
        Drawn { depth, function, inlined: function == Some(3), line, own: own.to_vec() }
    }

    #[test]
    fn lines_of_one_function_become_one_frame_with_the_line_that_has_most() {
        assert_eq!(
            Tree::of(&profile()).drawn(0.0),
            [
                drawn(0, Some(0), 1, &[(0, 30)]),
                drawn(1, Some(1), 12, &[(0, 60), (1, 5)]),
                drawn(1, Some(2), 21, &[(0, 3)]),
                drawn(2, Some(3), 31, &[(1, 2)]),
            ]
        );
    }

    #[test]
    fn what_is_too_narrow_is_part_of_an_other_and_nothing_is_lost() {
        let tree = Tree::of(&profile());
        assert_eq!((tree.len(), tree.count(0.1)), (4, 2));
        assert_eq!(
            tree.drawn(0.1),
            [
                drawn(0, Some(0), 1, &[(0, 30)]),
                drawn(1, None, 0, &[(0, 3), (1, 2)]),
                drawn(1, Some(1), 12, &[(0, 60), (1, 5)]),
            ]
        );
        for share in [0.0, 0.01, 0.05, 0.5, 1.1] {
            let sum: u64 =
                tree.drawn(share).iter().flat_map(|drawn| &drawn.own).map(|(_, count)| count).sum();
            assert_eq!(sum, 100, "{share}");
        }
    }
}
