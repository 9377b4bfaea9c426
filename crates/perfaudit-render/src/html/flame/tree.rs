//! Stacks as a tree of functions, cut down to the frames that can be seen.
//!
//! The nodes of a profile are places in functions; a flame graph draws functions. Nodes under one parent that differ by
//! line only become one, with the line that has most. What is too narrow goes into a frame "other" of its caller, so that
//! the parts still sum to the whole.

use std::collections::HashMap;

use super::data::Stacks;

/// The parent of a frame at the root, and the function of a frame "other".
const NONE: u32 = u32::MAX;

/// A frame: a function as called by the frame above it.
#[derive(Debug, Clone, Copy)]
struct Frame {
    parent: u32,
    function: u32,
    inlined: bool,
    /// The line that has most of the first sum, and how much that is.
    line: u32,
    most: u64,
}

/// The frames of stacks, callers before callees.
#[derive(Debug)]
pub(super) struct Tree {
    frames: Vec<Frame>,
    /// How many sums a frame has: one of all lanes, or one for each lane.
    sums: usize,
    /// The sums of each frame, of what is in it and in what it calls.
    totals: Vec<u64>,
    /// Frame, lane and how much is in the frame itself, in this order and each pair once.
    own: Vec<(u32, u32, u64)>,
    /// The sums of everything.
    whole: Vec<u64>,
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
    /// Lane and how much.
    pub(super) own: Vec<(u32, u64)>,
}

impl Tree {
    /// The tree of stacks whose lanes add up to so many sums.
    pub(super) fn of(stacks: &Stacks<'_>, sums: usize) -> Self {
        let sum_of = |lane: u32| if sums == 1 { 0 } else { lane as usize };
        let mut of_nodes = vec![0_u64; stacks.nodes.len() * sums];
        let mut whole = vec![0_u64; sums];
        for &(node, lane, amount) in &stacks.own {
            add(&mut of_nodes[node as usize * sums + sum_of(lane)], amount);
            add(&mut whole[sum_of(lane)], amount);
        }
        for (index, node) in stacks.nodes.iter().enumerate().rev() {
            let Some(parent) = node.parent else { continue };
            for sum in 0..sums {
                let amount = of_nodes[index * sums + sum];
                add(&mut of_nodes[parent as usize * sums + sum], amount);
            }
        }
        let mut known: HashMap<(u32, u32, bool), u32> = HashMap::new();
        let mut frames: Vec<Frame> = Vec::new();
        let mut totals: Vec<u64> = Vec::new();
        let mut frame_of = Vec::with_capacity(stacks.nodes.len());
        for (at_node, node) in stacks.nodes.iter().enumerate() {
            let source = &stacks.frames[node.frame as usize];
            let parent = node.parent.map_or(NONE, |parent| frame_of[parent as usize]);
            let next = index(frames.len());
            let at = *known.entry((parent, source.function, source.inlined)).or_insert(next);
            if at == next {
                let (function, inlined) = (source.function, source.inlined);
                frames.push(Frame { parent, function, inlined, line: 0, most: 0 });
                totals.resize(frames.len() * sums, 0);
            }
            let of_node = &of_nodes[at_node * sums..][..sums];
            for (total, amount) in totals[at as usize * sums..].iter_mut().zip(of_node) {
                add(total, *amount);
            }
            let frame = &mut frames[at as usize];
            if of_node[0] > frame.most {
                (frame.line, frame.most) = (source.line, of_node[0]);
            }
            frame_of.push(at);
        }
        let own = stacks.own.iter().map(|&(node, lane, amount)| (frame_of[node as usize], lane, amount));
        Self { frames, sums, totals, own: summed(own.collect()), whole }
    }

    /// How many frames there are.
    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    /// How many frames have at least `share` of one of the sums.
    pub(super) fn count(&self, share: f64) -> usize {
        let least = self.least(share);
        (0..self.frames.len()).filter(|&at| self.is_wide(at, &least)).count()
    }

    /// From how much on a frame has `share` of each sum. At least 1: a frame of nothing is not drawn.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count; where it is not exact, a frame more or less is drawn"
    )]
    fn least(&self, share: f64) -> Vec<u64> {
        self.whole.iter().map(|&whole| ((whole as f64 * share).ceil() as u64).max(1)).collect()
    }

    fn is_wide(&self, frame: usize, least: &[u64]) -> bool {
        self.totals_of(frame).iter().zip(least).any(|(total, least)| total >= least)
    }

    fn totals_of(&self, frame: usize) -> &[u64] {
        &self.totals[frame * self.sums..][..self.sums]
    }

    /// The frames that have at least `share` of one of the sums; the others as part of an "other" each.
    pub(super) fn drawn(&self, share: f64) -> Vec<Drawn> {
        let least = self.least(share);
        // The nearest frame outwards that is kept; callers have at least what the functions have that they call.
        let mut nearest = Vec::with_capacity(self.frames.len());
        for (at, frame) in self.frames.iter().enumerate() {
            let outer = if frame.parent == NONE { NONE } else { nearest[frame.parent as usize] };
            nearest.push(if self.is_wide(at, &least) { index(at) } else { outer });
        }
        let mut own: HashMap<u32, Vec<(u32, u64)>> = HashMap::new();
        let mut others = Vec::new();
        for &(frame, lane, amount) in &self.own {
            match nearest[frame as usize] {
                at if at == frame => own.entry(frame).or_default().push((lane, amount)),
                outer => others.push((outer, lane, amount)),
            }
        }
        let mut other: HashMap<u32, Vec<(u32, u64)>> = HashMap::new();
        for (frame, lane, amount) in summed(others) {
            other.entry(frame).or_default().push((lane, amount));
        }
        let mut inner: HashMap<u32, Vec<u32>> = HashMap::new();
        for (at, frame) in self.frames.iter().enumerate().filter(|(at, _)| self.is_wide(*at, &least)) {
            inner.entry(frame.parent).or_default().push(index(at));
        }
        // The narrowest first: they are taken from the end.
        for frames in inner.values_mut() {
            frames.sort_by_key(|&at| (self.totals_of(at as usize)[0], std::cmp::Reverse(at)));
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

fn add(total: &mut u64, amount: u64) {
    *total = total.saturating_add(amount);
}

/// An index that fits: a profile numbers its nodes in 32 bits.
fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a profile that passed its check has fewer nodes than there are node numbers")
}

/// In order, with the amounts of equal frame and lane summed.
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
    use crate::html::flame::Lanes;

    /// `main` calls `a` from two lines and `b`, which calls `c`. Takes nodes, lanes and amounts.
    fn drawn_of<T>(own: &[(u32, u32, u64)], sums: usize, read: impl Fn(&Tree) -> T) -> T {
        let function = |name: &str| Function { name: name.into(), file: None, line: None, origin: 0 };
        let frame = |function, line| SourceFrame { function, line, inlined: function == 3 };
        let stacks = Stacks {
            workload: &WorkloadId("a/b/c".into()),
            origins: &[CodeOrigin { kind: OriginKind::Own, name: None }],
            functions: &["main", "a", "b", "c"].map(function),
            frames: &[frame(0, 1), frame(1, 11), frame(1, 12), frame(2, 21), frame(3, 31)],
            nodes: &[(None, 0), (Some(0), 1), (Some(0), 2), (Some(0), 3), (Some(3), 4)].map(StackNode::from),
            own: own.to_vec(),
            lanes: Lanes::Threads(Vec::new()),
        };
        read(&Tree::of(&stacks, sums))
    }

    const SAMPLES: [(u32, u32, u64); 6] =
        [(1, 0, 20), (2, 0, 40), (2, 1, 5), (3, 0, 3), (4, 1, 2), (0, 0, 30)];

    fn drawn(depth: usize, function: Option<u32>, line: u32, own: &[(u32, u64)]) -> Drawn {
        Drawn { depth, function, inlined: function == Some(3), line, own: own.to_vec() }
    }

    #[test]
    fn lines_of_one_function_become_one_frame_with_the_line_that_has_most() {
        assert_eq!(
            drawn_of(&SAMPLES, 1, |tree| tree.drawn(0.0)),
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
        drawn_of(&SAMPLES, 1, |tree| {
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
        });
    }

    #[test]
    fn what_is_narrow_by_one_measure_is_drawn_when_it_is_wide_by_another() {
        // `c` allocates few bytes in many blocks.
        let own = [(2, 0, 10_000), (2, 1, 1), (4, 0, 16), (4, 1, 9)];
        let functions = |sums| -> Vec<Option<u32>> {
            drawn_of(&own, sums, |tree| tree.drawn(0.5).iter().map(|drawn| drawn.function).collect())
        };
        assert_eq!(functions(2), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(functions(1), [Some(0), None, Some(1)]);
    }
}
