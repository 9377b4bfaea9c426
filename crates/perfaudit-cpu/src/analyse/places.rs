//! What places in the source cost: the samples, or the allocated bytes, whose stack goes through them.

use std::collections::HashMap;

use perfaudit_result::{
    CodeOrigin, CpuProfile, Figure, Function, HeapProfile, NodeId, OriginKind, SourceFrame, StackNode,
};

use super::names::plain;
use super::shares::Whole;

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// As profiles name it: relative to the project.
    pub file: String,
    /// First and last line of each piece.
    pub lines: Vec<(u32, u32)>,
    /// First and last line of the function around them.
    pub function: Option<(u32, u32)>,
    /// The part of what the lines cost that is meant; none for all of it.
    pub part: Option<Part>,
    /// By what it is found in a program without debug information; none where it has no function.
    pub named: Option<Named>,
}

/// The name of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The package that it belongs to.
    pub package: String,
    /// `function` or `Type::function`.
    pub symbol: String,
}

/// What lines spend in some functions that they call directly or through libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// Whether functions count that other code of the project calls.
    pub in_own: bool,
    /// Words that the name of such a function holds; generic arguments are not part of it. A word that begins with `::` is
    /// how the name ends, and means functions of the project, too.
    pub words: &'static [&'static str],
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
    /// Share of samples with any function of its package on their stack, where the profile knows no files of that: then
    /// the function may be there unseen, inlined into another.
    pub package: Option<Figure>,
}

/// What a place allocates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlaceBytes {
    /// Bytes that its lines, or what they call, allocate.
    pub lines: u64,
    /// Bytes that its function, or what that calls, allocates.
    pub function: u64,
    /// Whether frames of the function have lines.
    pub has_lines: bool,
}

/// The share of each place in the samples. Shares overlap where places call each other.
#[must_use]
pub fn place_shares(profile: &CpuProfile, places: &[SourcePlace]) -> Vec<PlaceShare> {
    let marks = Marks::of(&profile.origins, &profile.functions, &profile.frames, places);
    let whole = Whole::of(profile);
    let none = || vec![vec![0_u64; whole.blocks()]; marks.counted()];
    let (mut lines, mut functions) = (none(), none());
    marks.each(&profile.nodes, profile.samples.iter().map(|run| (run.node, run)), |run, place, in_lines| {
        functions[place][run.block as usize] += run.count;
        if in_lines {
            lines[place][run.block as usize] += run.count;
        }
    });
    let shares = (0..places.len()).map(|at| PlaceShare {
        lines: whole.figure(&lines[at]),
        function: whole.figure(&functions[at]),
        is_seen: functions[at].iter().any(|hits| *hits > 0),
        has_lines: marks.has_lines[at],
        package: marks.package_of[at].map(|package| whole.figure(&functions[package])),
    });
    shares.collect()
}

/// The bytes of each place, and of all stacks.
#[must_use]
pub fn place_bytes(profile: &HeapProfile, places: &[SourcePlace]) -> (Vec<PlaceBytes>, u64) {
    let marks = Marks::of(&profile.origins, &profile.functions, &profile.frames, places);
    let mut bytes = vec![PlaceBytes::default(); marks.counted()];
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
    bytes.truncate(places.len());
    for (bytes, has_lines) in bytes.iter_mut().zip(&marks.has_lines) {
        bytes.has_lines = *has_lines;
    }
    (bytes, profile.totals().bytes)
}

/// The places that each frame lies in.
struct Marks {
    /// By frame: the place, and whether the frame lies on its lines or elsewhere in its function.
    of_frame: Vec<Vec<(usize, bool)>>,
    has_lines: Vec<bool>,
    /// By place, what stands for its package: places behind all others. None where the profile knows files of the package.
    package_of: Vec<Option<usize>>,
    /// By place, its part.
    part_of: Vec<Option<usize>>,
    /// By frame, of which parts its function is.
    named: Vec<u64>,
    /// By frame, whether it is the project's own code.
    is_own: Vec<bool>,
    /// The parts that other code of the project may call.
    in_own: u64,
}

/// The parts that are meant, and which one each place has. Rules have a handful of them: what is beyond 64 is not narrowed.
fn parts(places: &[SourcePlace]) -> (Vec<Part>, Vec<Option<usize>>) {
    let mut parts: Vec<Part> = Vec::new();
    let part_of = places.iter().map(|place| {
        let part = place.part?;
        parts.iter().position(|known| *known == part).or_else(|| {
            (parts.len() < 64).then(|| {
                parts.push(part);
                parts.len() - 1
            })
        })
    });
    let part_of = part_of.collect();
    (parts, part_of)
}

/// Functions of packages whose files a profile does not know, as of a program that was built without debug information.
struct Nameless {
    /// By function, what it is part of: places by its name, and what stands for its package.
    of_function: HashMap<u32, Vec<usize>>,
    package_of: Vec<Option<usize>>,
}

impl Nameless {
    fn of(origins: &[CodeOrigin], functions: &[Function], places: &[SourcePlace]) -> Self {
        let package = |function: &Function| {
            let origin = origins.get(function.origin as usize)?;
            origin.name.as_deref().filter(|_| origin.kind == OriginKind::Own)
        };
        // Whether each package has files.
        let mut packages: HashMap<&str, bool> = HashMap::new();
        for function in functions {
            if let Some(name) = package(function) {
                *packages.entry(name).or_default() |= function.file.is_some();
            }
        }
        let is_asked =
            |name: &str| places.iter().any(|place| place.named.as_ref().is_some_and(|of| of.package == name));
        packages.retain(|name, has_files| !*has_files && is_asked(name));
        let mut order: Vec<&str> = packages.into_keys().collect();
        order.sort_unstable();
        let place_of = |name: &str| Some(places.len() + order.iter().position(|known| *known == name)?);
        let package_of: Vec<Option<usize>> =
            places.iter().map(|place| place_of(&place.named.as_ref()?.package)).collect();
        let mut of_function: HashMap<u32, Vec<usize>> = HashMap::new();
        if package_of.iter().all(Option::is_none) {
            return Self { of_function, package_of };
        }
        let nameless: Vec<(u32, usize, String)> = (0..)
            .zip(functions)
            .filter_map(|(number, function)| {
                Some((number, place_of(package(function)?)?, plain(&function.name)))
            })
            .collect();
        let mut by_last_name: HashMap<&str, Vec<(u32, usize, &str)>> = HashMap::new();
        for (number, package, name) in &nameless {
            of_function.entry(*number).or_default().push(*package);
            let path = outer(name);
            by_last_name.entry(last_name(path)).or_default().push((*number, *package, path));
        }
        for (at, place) in places.iter().enumerate() {
            let (Some(named), Some(package)) = (&place.named, package_of[at]) else { continue };
            let is_it = |path: &str| {
                path.strip_suffix(named.symbol.as_str()).is_some_and(|path| path.ends_with("::"))
            };
            let alike = by_last_name.get(last_name(&named.symbol)).into_iter().flatten();
            let found: Vec<&(u32, usize, &str)> =
                alike.filter(|(_, of, path)| *of == package && is_it(path)).collect();
            // Of two functions with that name nobody knows which one is meant.
            if found.windows(2).all(|pair| pair[0].2 == pair[1].2) {
                found.into_iter().for_each(|found| of_function.entry(found.0).or_default().push(at));
            }
        }
        Self { of_function, package_of }
    }

    fn marks(&self, function: u32) -> Vec<(usize, bool)> {
        self.of_function.get(&function).into_iter().flatten().map(|at| (*at, false)).collect()
    }
}

/// The path of the function that a function is, or is a closure of.
fn outer(name: &str) -> &str {
    name.split_once("::{").map_or(name, |(path, _)| path)
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
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
        let nameless = Nameless::of(origins, functions, places);
        let of_frame = frames
            .iter()
            .map(|frame| {
                let function = &functions[frame.function as usize];
                let known = function.file.as_deref().and_then(|file| by_file.get(file));
                let mut marks = nameless.marks(frame.function);
                for &at in known.into_iter().flatten() {
                    let place = &places[at];
                    // Without a line, the declaration of the function tells where the frame is.
                    let line = if frame.line > 0 { frame.line } else { function.line.unwrap_or(0) };
                    let in_lines = frame.line > 0 && place.lines.iter().any(|lines| within(line, *lines));
                    if in_lines || place.function.is_some_and(|function| within(line, function)) {
                        has_lines[at] |= frame.line > 0;
                        marks.push((at, in_lines));
                    }
                }
                marks
            })
            .collect();
        let (parts, part_of) = parts(places);
        let function = |frame: &SourceFrame| &functions[frame.function as usize];
        let is_own = |frame: &SourceFrame| {
            origins.get(function(frame).origin as usize).is_some_and(|origin| origin.kind == OriginKind::Own)
        };
        let mask = |is_meant: &dyn Fn(&Part) -> bool| {
            let meant = parts.iter().enumerate().filter(|(_, part)| is_meant(part));
            meant.fold(0_u64, |mask, (at, _)| mask | 1 << at)
        };
        let named = frames.iter().map(|frame| {
            let (name, is_own) = (plain(&function(frame).name), is_own(frame));
            mask(&|part| {
                part.words.iter().any(|word| {
                    if word.starts_with("::") { name.ends_with(word) } else { !is_own && name.contains(word) }
                })
            })
        });
        let named = if parts.is_empty() { vec![0; frames.len()] } else { named.collect() };
        let is_own = frames.iter().map(is_own).collect();
        let in_own = mask(&|part| part.in_own);
        Self { of_frame, has_lines, package_of: nameless.package_of, part_of, named, is_own, in_own }
    }

    /// How many places there are, with those that stand for packages.
    fn counted(&self) -> usize {
        self.package_of.iter().flatten().max().map_or(self.package_of.len(), |last| last + 1)
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
                for &(place, in_lines) in &self.of_frame[frame] {
                    let in_lines = in_lines
                        && self.part_of.get(place).copied().flatten().is_none_or(|at| passed >> at & 1 == 1);
                    match seen.iter_mut().find(|(known, _)| *known == place) {
                        Some((_, known)) => *known |= in_lines,
                        None => seen.push((place, in_lines)),
                    }
                }
                // What other code of the project calls is as a rule no matter of the lines that call it.
                passed &= if self.is_own[frame] { self.in_own } else { u64::MAX };
                passed |= self.named[frame];
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
