//! The profiles that the page embeds for its flame graphs, within a budget of bytes.
//!
//! All profiles share one list of functions, of files and of origins. The frames of a profile are one run of numbers in
//! LEB128, base64-encoded; for each frame, callers before callees:
//!
//! 1. twice the number of levels it lies above a callee of the frame before it, plus 1 if it was inlined,
//! 2. its function, by its place in the list; the length of the list for "other",
//! 3. its line, 0 where it is not known,
//! 4. how many threads have samples in the frame itself, and for each of them the thread and the samples.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perfaudit_result::{
    ArtifactId, AuditResult, CodeOrigin, CpuProfile, Function, FunctionChange, OriginKind, ProfileDifference,
    Usage,
};
use serde::Serialize;

use super::tree::Tree;
use crate::html::data::{PLAIN_JSON, escape};
use crate::html::figure;
use crate::{cpu, text};

/// The bytes that all embedded profiles may take.
const BUDGET: usize = 1_000_000;
/// The bytes that usage over time and differences may take beside them.
const EXTRAS: usize = 250_000;
/// The least share of its profile that a frame must have, from all frames to the broadest only. The first under which
/// everything fits is taken for all profiles.
const LEAST_SHARES: [f64; 10] = [0.0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
/// A frame takes at least so many bytes.
const LEAST_FRAME: usize = 7;
/// The characters of a name; the artifact has all of them.
const LONGEST_NAME: usize = 240;
/// The changes in each direction that are coloured.
const MOST_CHANGES: usize = 100;
/// The points of a line over time: what a screen can tell apart.
const POINTS: usize = 400;

/// The profiles on the page.
#[derive(Debug, Default)]
pub(in crate::html) struct Embedded {
    page: Page,
    /// By the place of the workload in the CPU part of the result.
    cut: BTreeMap<usize, Cut>,
}

/// How much of a profile is on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// The least share of a frame; 0 when all are there.
    pub(super) least_share: f64,
    /// Frames on the page, without those called "other".
    pub(super) kept: usize,
    /// Frames of the profile.
    pub(super) of: usize,
}

/// All that the flame graphs read.
#[derive(Debug, Default, Serialize)]
struct Page {
    /// Kind and name.
    origins: Vec<(OriginKind, String)>,
    files: Vec<String>,
    /// Name, file, line of the declaration, origin.
    functions: Vec<(String, Option<usize>, u32, usize)>,
    profiles: BTreeMap<usize, Profile>,
    usage: BTreeMap<usize, Drawn>,
    differences: BTreeMap<usize, Changes>,
}

/// One profile.
#[derive(Debug, Serialize)]
struct Profile {
    name: String,
    threads: Vec<String>,
    frames: String,
}

/// What a flame graph colours when it shows a difference.
#[derive(Debug, Default, Serialize)]
struct Changes {
    slower: Vec<Change>,
    faster: Vec<Change>,
}

/// A function that changed: its name and file as the list of functions has them, its effect as a part of the largest one,
/// and what the tooltip tells.
#[derive(Debug, Serialize)]
struct Change(String, String, f64, String);

/// Usage over time, in few enough points to be drawn.
#[derive(Debug, Serialize)]
struct Drawn {
    step_s: f64,
    cpu: Vec<f64>,
    rss: Vec<u64>,
}

impl Embedded {
    /// The profiles of the result, the costliest workloads first: whole if they fit, else without the frames of the
    /// smallest shares, and in the end only as many as fit.
    pub(in crate::html) fn choose(result: &AuditResult, profiles: &BTreeMap<ArtifactId, CpuProfile>) -> Self {
        let trees: Vec<(usize, &CpuProfile, Tree)> = cpu::by_cost(result)
            .into_iter()
            .filter_map(|(place, row)| {
                let profile = profiles.get(row.profile.as_ref()?)?;
                Some((place, profile, Tree::of(profile)))
            })
            .collect();
        let mut embedded = Self::fitting(&trees);
        embedded.add_extras(result);
        embedded
    }

    /// Usage over time and differences, the costliest workloads first, as long as they fit.
    fn add_extras(&mut self, result: &AuditResult) {
        let mut left = EXTRAS;
        let mut take = |json: serde_json::Result<String>| {
            let after = left.checked_sub(escape(&json.expect(PLAIN_JSON)).len());
            left = after.unwrap_or(left);
            after.is_some()
        };
        for (place, row) in cpu::by_cost(result) {
            if let Some(usage) = row.usage.as_ref().and_then(drawn)
                && take(serde_json::to_string(&usage))
            {
                self.page.usage.insert(place, usage);
            }
            let difference =
                result.cpu.iter().flat_map(|cpu| &cpu.differences).find(|found| found.id == row.id);
            if let Some(changes) = difference.filter(|_| self.cut.contains_key(&place)).map(changes)
                && take(serde_json::to_string(&changes))
            {
                self.page.differences.insert(place, changes);
            }
        }
    }

    fn fitting(trees: &[(usize, &CpuProfile, Tree)]) -> Self {
        for share in LEAST_SHARES {
            let frames: usize = trees.iter().map(|(_, _, tree)| tree.count(share)).sum();
            if frames * LEAST_FRAME > BUDGET {
                continue;
            }
            let embedded = Self::of(trees, share);
            if embedded.size() <= BUDGET {
                return embedded;
            }
        }
        let broadest = LEAST_SHARES[LEAST_SHARES.len() - 1];
        let mut count = trees.len();
        while count > 0 {
            let frames: usize = trees[..count].iter().map(|(_, _, tree)| tree.count(broadest)).sum();
            let embedded = (frames * LEAST_FRAME <= BUDGET).then(|| Self::of(&trees[..count], broadest));
            if let Some(embedded) = embedded.filter(|embedded| embedded.size() <= BUDGET) {
                return embedded;
            }
            count = count * 4 / 5;
        }
        Self::default()
    }

    fn of(trees: &[(usize, &CpuProfile, Tree)], least_share: f64) -> Self {
        let mut names = Names::default();
        let mut embedded = Self::default();
        let mut profiles = BTreeMap::new();
        for (place, profile, tree) in trees {
            let frames = tree.drawn(least_share);
            // "other" is told by a function that no list has; which one is known when the list is complete.
            let functions: Vec<Option<usize>> =
                frames.iter().map(|frame| Some(names.function(profile, frame.function?))).collect();
            let kept = functions.iter().flatten().count();
            embedded.cut.insert(*place, Cut { least_share, kept, of: tree.len() });
            profiles.insert(*place, (*profile, frames, functions));
        }
        let other = names.page.functions.len();
        embedded.page = names.page;
        for (place, (profile, frames, functions)) in profiles {
            let mut bytes = Vec::new();
            let mut inside = 0;
            for (frame, function) in frames.iter().zip(functions) {
                write(&mut bytes, 2 * (inside - frame.depth) as u64 + u64::from(frame.inlined));
                write(&mut bytes, function.unwrap_or(other) as u64);
                write(&mut bytes, u64::from(frame.line));
                write(&mut bytes, frame.own.len() as u64);
                for &(thread, count) in &frame.own {
                    write(&mut bytes, u64::from(thread));
                    write(&mut bytes, count);
                }
                inside = frame.depth + 1;
            }
            let threads = profile.threads.iter().map(|thread| {
                let name = shown(&thread.name);
                if name.is_empty() {
                    format!("thread {}", thread.thread)
                } else {
                    format!("{name} ({})", thread.thread)
                }
            });
            let name = shown(&profile.workload.0);
            let embed = Profile { name, threads: threads.collect(), frames: STANDARD.encode(bytes) };
            embedded.page.profiles.insert(place, embed);
        }
        embedded
    }

    /// The bytes on the page.
    fn size(&self) -> usize {
        escape(&serde_json::to_string(&self.page).expect(PLAIN_JSON)).len()
    }

    /// How much of a profile is on the page; none when it is not there.
    pub(super) fn cut(&self, place: usize) -> Option<Cut> {
        self.cut.get(&place).copied()
    }

    /// Whether there is anything to draw over time.
    pub(super) fn has_usage(&self, place: usize) -> bool {
        self.page.usage.contains_key(&place)
    }

    /// What the scripts read; none when there is nothing.
    pub(in crate::html) fn page(&self) -> Option<impl Serialize + use<'_>> {
        (!self.page.profiles.is_empty() || !self.page.usage.is_empty()).then_some(&self.page)
    }
}

/// The lists that all profiles share.
#[derive(Debug, Default)]
struct Names<'a> {
    page: Page,
    functions: HashMap<(&'a Function, &'a CodeOrigin), usize>,
    files: HashMap<&'a str, usize>,
    origins: HashMap<&'a CodeOrigin, usize>,
}

impl<'a> Names<'a> {
    fn function(&mut self, profile: &'a CpuProfile, function: u32) -> usize {
        let function = &profile.functions[function as usize];
        let origin = &profile.origins[function.origin as usize];
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
pub(super) fn shown(name: &str) -> String {
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

fn changes(difference: &ProfileDifference) -> Changes {
    let size = |change: &FunctionChange| change.effect.value().unwrap_or(0.0).abs();
    let both = difference.slower.iter().chain(&difference.faster);
    let largest = both.map(size).fold(f64::MIN_POSITIVE, f64::max);
    let listed = |changes: &[FunctionChange], word: &str| {
        let change = |change: &FunctionChange| {
            let file = change.file.as_deref().map(shown).unwrap_or_default();
            let text = format!("{word} by {}", figure::size(&change.effect));
            Change(shown(&change.symbol), file, (size(change) / largest * 100.0).round() / 100.0, text)
        };
        changes.iter().take(MOST_CHANGES).map(change).collect()
    };
    Changes { slower: listed(&difference.slower, "slower"), faster: listed(&difference.faster, "faster") }
}

/// None when there is nothing to draw, or when time does not go on.
#[expect(clippy::cast_precision_loss, reason = "a mean of a few steps")]
fn drawn(usage: &Usage) -> Option<Drawn> {
    let steps = usage.cpu.len().max(usage.rss.len());
    if steps < 2 || !(usage.step_s.is_finite() && usage.step_s > 0.0) {
        return None;
    }
    let together = steps.div_ceil(POINTS);
    let mean = |steps: &[f32]| {
        let mean = steps.iter().map(|&step| f64::from(step)).sum::<f64>() / steps.len() as f64;
        if mean.is_finite() { (mean.max(0.0) * 1e4).round() / 1e4 } else { 0.0 }
    };
    Some(Drawn {
        step_s: usage.step_s * together as f64,
        cpu: usage.cpu.chunks(together).map(mean).collect(),
        rss: usage.rss.chunks(together).map(|steps| steps.iter().copied().max().unwrap_or(0)).collect(),
    })
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

    #[test]
    fn usage_over_a_long_time_is_drawn_in_few_points() {
        let usage = Usage { step_s: 0.1, cpu: vec![1.0; 1000], rss: (0..1000).collect() };
        let drawn = drawn(&usage).unwrap();
        assert_eq!((drawn.cpu.len(), drawn.rss.len()), (334, 334));
        assert_eq!((drawn.rss[0], drawn.rss[333]), (2, 999));
        assert!((drawn.step_s - 0.3).abs() < 1e-9);
        assert!(super::drawn(&Usage { step_s: 0.0, ..usage }).is_none());
    }
}
