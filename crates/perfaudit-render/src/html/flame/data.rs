//! Stacks as the page embeds them.
//!
//! All graphs of a section share one list of functions, of files and of origins. The frames of a graph are one run of
//! numbers in LEB128, base64-encoded; for each frame, callers before callees:
//!
//! 1. twice the number of levels it lies above a callee of the frame before it, plus 1 if it was inlined,
//! 2. its function, by its place in the list; the length of the list for "other",
//! 3. its line, 0 where it is not known,
//! 4. how many lanes (threads, or measures) have something in the frame itself, and for each of them the lane and how much.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perfaudit_result::{CodeOrigin, Function, NodeId, OriginKind, SourceFrame, StackNode, WorkloadId};
use serde::Serialize;

use super::tree::Tree;
use crate::html::data::{PLAIN_JSON, escape};
use crate::text;

/// The least share of its stacks that a frame must have, from all frames to the broadest only. The first under which
/// everything fits is taken for all graphs.
const LEAST_SHARES: [f64; 10] = [0.0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
/// A frame takes at least so many bytes.
const LEAST_FRAME: usize = 7;
/// The characters of a name; the artifact has all of them.
const LONGEST_NAME: usize = 240;

/// Stacks with what each has itself. The tables are those of a profile that has passed its check.
#[derive(Debug)]
pub(in crate::html) struct Stacks<'a> {
    pub(in crate::html) workload: &'a WorkloadId,
    pub(in crate::html) origins: &'a [CodeOrigin],
    pub(in crate::html) functions: &'a [Function],
    pub(in crate::html) frames: &'a [SourceFrame],
    pub(in crate::html) nodes: &'a [StackNode],
    /// The node, the lane and how much.
    pub(in crate::html) own: Vec<(NodeId, u32, u64)>,
    pub(in crate::html) lanes: Lanes,
}

/// What is told apart within a frame.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::html) enum Lanes {
    /// Samples of threads, which add up.
    Threads(Vec<String>),
    /// Amounts of different things, of which one is shown at a time: name, unit, and what it is.
    Measures(Vec<Measure>),
}

/// Something that frames have an amount of.
#[derive(Debug, Clone, Copy, Serialize)]
pub(in crate::html) struct Measure {
    pub(in crate::html) name: &'static str,
    /// `B` or `blocks`.
    pub(in crate::html) unit: &'static str,
    /// What it is, in a sentence.
    pub(in crate::html) about: &'static str,
}

impl Lanes {
    /// How many sums a frame has.
    fn sums(&self) -> usize {
        match self {
            Self::Threads(_) => 1,
            Self::Measures(measures) => measures.len(),
        }
    }
}

/// The graphs of a section.
#[derive(Debug, Default)]
pub(in crate::html) struct Graphs {
    page: Page,
    /// By the place of the workload in its part of the result.
    cut: BTreeMap<usize, Cut>,
}

/// How much of a graph is on the page.
#[derive(Debug, Clone, Copy)]
pub(in crate::html) struct Cut {
    /// The least share of a frame; 0 when all are there.
    pub(in crate::html) least_share: f64,
    /// Frames on the page, without those called "other".
    pub(in crate::html) kept: usize,
    /// Frames of the graph.
    pub(in crate::html) of: usize,
}

/// What the scripts read.
#[derive(Debug, Default, Serialize)]
pub(in crate::html) struct Page {
    /// Kind and name.
    origins: Vec<(OriginKind, String)>,
    files: Vec<String>,
    /// Name, file, line of the declaration, origin.
    functions: Vec<(String, Option<usize>, u32, usize)>,
    profiles: BTreeMap<usize, Profile>,
}

/// One graph.
#[derive(Debug, Serialize)]
struct Profile {
    name: String,
    #[serde(flatten)]
    lanes: Lanes,
    frames: String,
}

impl Graphs {
    /// Graphs of these stacks, each with its place: whole if they fit, else without the frames of the smallest shares,
    /// and in the end only as many as fit.
    pub(in crate::html) fn fitting(stacks: &[(usize, Stacks<'_>)], budget: usize) -> Self {
        let trees: Vec<Tree> =
            stacks.iter().map(|(_, stacks)| Tree::of(stacks, stacks.lanes.sums())).collect();
        let frames = |share, count: usize| trees[..count].iter().map(|tree| tree.count(share)).sum::<usize>();
        for share in LEAST_SHARES {
            if frames(share, trees.len()) * LEAST_FRAME > budget {
                continue;
            }
            let graphs = Self::of(stacks, &trees, share);
            if graphs.size() <= budget {
                return graphs;
            }
        }
        let broadest = LEAST_SHARES[LEAST_SHARES.len() - 1];
        let mut count = trees.len();
        while count > 0 {
            let may_fit = frames(broadest, count) * LEAST_FRAME <= budget;
            let graphs = may_fit.then(|| Self::of(&stacks[..count], &trees[..count], broadest));
            if let Some(graphs) = graphs.filter(|graphs| graphs.size() <= budget) {
                return graphs;
            }
            count = count * 4 / 5;
        }
        Self::default()
    }

    fn of(stacks: &[(usize, Stacks<'_>)], trees: &[Tree], least_share: f64) -> Self {
        let mut names = Names::default();
        let mut graphs = Self::default();
        let mut drawn = Vec::with_capacity(trees.len());
        for ((place, stacks), tree) in stacks.iter().zip(trees) {
            let frames = tree.drawn(least_share);
            // "other" is told by a function that no list has; which one is known when the list is complete.
            let functions: Vec<Option<usize>> =
                frames.iter().map(|frame| Some(names.function(stacks, frame.function?))).collect();
            let kept = functions.iter().flatten().count();
            graphs.cut.insert(*place, Cut { least_share, kept, of: tree.len() });
            drawn.push((*place, stacks, frames, functions));
        }
        let other = names.page.functions.len();
        graphs.page = names.page;
        for (place, stacks, frames, functions) in drawn {
            let mut bytes = Vec::new();
            let mut inside = 0;
            for (frame, function) in frames.iter().zip(functions) {
                write(&mut bytes, 2 * (inside - frame.depth) as u64 + u64::from(frame.inlined));
                write(&mut bytes, function.unwrap_or(other) as u64);
                write(&mut bytes, u64::from(frame.line));
                write(&mut bytes, frame.own.len() as u64);
                for &(lane, amount) in &frame.own {
                    write(&mut bytes, u64::from(lane));
                    write(&mut bytes, amount);
                }
                inside = frame.depth + 1;
            }
            let profile = Profile {
                name: shown(&stacks.workload.0),
                lanes: stacks.lanes.clone(),
                frames: STANDARD.encode(bytes),
            };
            graphs.page.profiles.insert(place, profile);
        }
        graphs
    }

    /// The bytes on the page.
    fn size(&self) -> usize {
        escape(&serde_json::to_string(&self.page).expect(PLAIN_JSON)).len()
    }

    /// How much of a graph is on the page; none when it is not there.
    pub(in crate::html) fn cut(&self, place: usize) -> Option<Cut> {
        self.cut.get(&place).copied()
    }

    /// What the scripts read.
    pub(in crate::html) fn page(&self) -> &Page {
        &self.page
    }

    /// Whether there is nothing to draw.
    pub(in crate::html) fn is_empty(&self) -> bool {
        self.page.profiles.is_empty()
    }
}

/// The lists that all graphs of a section share.
#[derive(Debug, Default)]
struct Names<'a> {
    page: Page,
    functions: HashMap<(&'a Function, &'a CodeOrigin), usize>,
    files: HashMap<&'a str, usize>,
    origins: HashMap<&'a CodeOrigin, usize>,
}

impl<'a> Names<'a> {
    fn function(&mut self, stacks: &Stacks<'a>, function: u32) -> usize {
        let function = &stacks.functions[function as usize];
        let origin = &stacks.origins[function.origin as usize];
        let page = &mut self.page;
        *self.functions.entry((function, origin)).or_insert_with(|| {
            let origin = *self.origins.entry(origin).or_insert_with(|| {
                page.origins.push((origin.kind, shown(origin.name.as_deref().unwrap_or_default())));
                page.origins.len() - 1
            });
            let file = function.file.as_deref().map(|file| {
                *self.files.entry(file).or_insert_with(|| {
                    page.files.push(shown(file));
                    page.files.len() - 1
                })
            });
            page.functions.push((shown(&function.name), file, function.line.unwrap_or(0), origin));
            page.functions.len() - 1
        })
    }
}

/// Foreign text for a canvas: visible, and not endless.
pub(in crate::html) fn shown(name: &str) -> String {
    text::shorten(&text::one_line(name), LONGEST_NAME)
}

/// Unsigned LEB128: seven bits a byte, the lowest first, the highest bit set on all bytes but the last.
fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_a_byte_for_each_seven_bits() {
        let mut bytes = Vec::new();
        for number in [0, 127, 128, 300, u64::MAX] {
            write(&mut bytes, number);
        }
        assert_eq!(bytes[..6], [0, 127, 0x80, 1, 0xac, 2]);
        assert_eq!(bytes.len(), 6 + 10);
    }
}
