//! What places in the source cost: the samples, or the allocated bytes, whose stack goes through them.

use std::collections::HashMap;

use perfaudit_result::{
    CodeOrigin, CpuProfile, Figure, Function, HeapProfile, NodeId, OriginKind, SourceFrame, StackNode,
};

use super::shares::Whole;

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// As profiles name it: relative to the project.
    pub file: String,
    /// First and last line.
    pub lines: (u32, u32),
    /// First and last line of the function around them.
    pub function: Option<(u32, u32)>,
    /// Where only part of what the lines cost is meant: words that the name of a function holds which they call directly or
    /// through libraries, not through other code of the project. Empty for all of it.
    pub through: &'static [&'static str],
}

/// What a place takes of one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceShare {
    /// Share of samples with one of its lines on their stack, inlined frames included.
    pub lines: Figure,
    /// Share of samples with any line of its function on their stack.
    pub function: Figure,
    /// Whether the profile shows the function at all.
    pub is_seen: bool,
    /// Whether frames of the function have lines.
    pub has_lines: bool,
}

/// What a place allocates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlaceBytes {
    /// Bytes that its lines, or what they call, allocate.
    pub lines: u64,
    /// Bytes that its function, or what that calls, allocates.
    pub function: u64,
}

/// The share of each place in the samples. Shares overlap where places call each other.
#[must_use]
pub fn place_shares(profile: &CpuProfile, places: &[SourcePlace]) -> Vec<PlaceShare> {
    let marks = Marks::of(&profile.origins, &profile.functions, &profile.frames, places);
    let whole = Whole::of(profile);
    let none = || vec![vec![0_u64; whole.blocks()]; places.len()];
    let (mut lines, mut functions) = (none(), none());
    marks.each(&profile.nodes, profile.samples.iter().map(|run| (run.node, run)), |run, place, in_lines| {
        functions[place][run.block as usize] += run.count;
        if in_lines {
            lines[place][run.block as usize] += run.count;
        }
    });
    lines
        .iter()
        .zip(&functions)
        .enumerate()
        .map(|(at, (lines, function))| PlaceShare {
            lines: whole.figure(lines),
            function: whole.figure(function),
            is_seen: function.iter().any(|hits| *hits > 0),
            has_lines: marks.has_lines[at],
        })
        .collect()
}

/// The bytes of each place, and of all stacks.
#[must_use]
pub fn place_bytes(profile: &HeapProfile, places: &[SourcePlace]) -> (Vec<PlaceBytes>, u64) {
    let marks = Marks::of(&profile.origins, &profile.functions, &profile.frames, places);
    let mut bytes = vec![PlaceBytes::default(); places.len()];
    marks.each(
        &profile.nodes,
        profile.stacks.iter().map(|stack| (stack.node, stack)),
        |stack, place, in_lines| {
            let place = &mut bytes[place];
            place.function = place.function.saturating_add(stack.counts.bytes);
            if in_lines {
                place.lines = place.lines.saturating_add(stack.counts.bytes);
            }
        },
    );
    (bytes, profile.totals().bytes)
}

/// The places that each frame lies in.
struct Marks {
    /// By frame: the place, and whether the frame lies on its lines or elsewhere in its function.
    of_frame: Vec<Vec<(usize, bool)>>,
    has_lines: Vec<bool>,
    /// By place, its list.
    filter_of: Vec<Option<usize>>,
    /// By frame, which lists have a word in its function's name.
    named: Vec<u64>,
    /// By frame, whether it is the project's own code.
    is_own: Vec<bool>,
}

/// The lists of words, and which one each place has. Rules have a handful of them: what is beyond 64 is not narrowed.
fn filters(places: &[SourcePlace]) -> (Vec<&'static [&'static str]>, Vec<Option<usize>>) {
    let mut filters: Vec<&'static [&'static str]> = Vec::new();
    let filter_of = places.iter().map(|place| {
        if place.through.is_empty() {
            return None;
        }
        let known = filters.iter().position(|filter| *filter == place.through);
        known.or_else(|| {
            (filters.len() < 64).then(|| {
                filters.push(place.through);
                filters.len() - 1
            })
        })
    });
    let filter_of = filter_of.collect();
    (filters, filter_of)
}

impl Marks {
    fn of(
        origins: &[CodeOrigin],
        functions: &[Function],
        frames: &[SourceFrame],
        places: &[SourcePlace],
    ) -> Self {
        let mut by_file: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            by_file.entry(place.file.as_str()).or_default().push(at);
        }
        let within = |line: u32, (first, last): (u32, u32)| (first..=last).contains(&line);
        let mut has_lines = vec![false; places.len()];
        let of_frame = frames
            .iter()
            .map(|frame| {
                let function = &functions[frame.function as usize];
                let known = function.file.as_deref().and_then(|file| by_file.get(file));
                let mut marks = Vec::new();
                for &at in known.into_iter().flatten() {
                    let place = &places[at];
                    // Without a line, the declaration of the function tells where the frame is.
                    let line = if frame.line > 0 { frame.line } else { function.line.unwrap_or(0) };
                    let in_lines = frame.line > 0 && within(line, place.lines);
                    if in_lines || place.function.is_some_and(|function| within(line, function)) {
                        has_lines[at] |= frame.line > 0;
                        marks.push((at, in_lines));
                    }
                }
                marks
            })
            .collect();
        let (filters, filter_of) = filters(places);
        let function = |frame: &SourceFrame| &functions[frame.function as usize];
        let named = frames.iter().map(|frame| {
            let name = &function(frame).name;
            let has = |filter: &&[&str]| filter.iter().any(|word| name.contains(word));
            filters
                .iter()
                .enumerate()
                .filter(|(_, filter)| has(filter))
                .fold(0, |mask, (at, _)| mask | 1 << at)
        });
        let named = if filters.is_empty() { vec![0; frames.len()] } else { named.collect() };
        let is_own = frames.iter().map(|frame| {
            origins.get(function(frame).origin as usize).is_some_and(|origin| origin.kind == OriginKind::Own)
        });
        let is_own = is_own.collect();
        Self { of_frame, has_lines, filter_of, named, is_own }
    }

    /// Calls `count` once for each place on each stack.
    fn each<'a, T: 'a>(
        &self,
        nodes: &[StackNode],
        stacks: impl Iterator<Item = (NodeId, &'a T)>,
        mut count: impl FnMut(&'a T, usize, bool),
    ) {
        let mut seen: Vec<(usize, bool)> = Vec::new();
        for (node, stack) in stacks {
            seen.clear();
            let mut passed = 0_u64;
            for node in std::iter::successors(Some(node), |&node| nodes[node as usize].parent) {
                let frame = nodes[node as usize].frame as usize;
                passed |= self.named[frame];
                for &(place, in_lines) in &self.of_frame[frame] {
                    let in_lines = in_lines && self.filter_of[place].is_none_or(|at| passed >> at & 1 == 1);
                    match seen.iter_mut().find(|(known, _)| *known == place) {
                        Some((_, known)) => *known |= in_lines,
                        None => seen.push((place, in_lines)),
                    }
                }
                // What other code of the project calls is no matter of the lines that call it.
                if self.is_own[frame] {
                    passed = 0;
                }
            }
            for &(place, in_lines) in &seen {
                count(stack, place, in_lines);
            }
        }
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
