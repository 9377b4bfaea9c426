//! The part of a profile that a benchmark measures.

use perfaudit_result::{CodeOrigin, CpuProfile, Function, NamedShare, NodeId, OriginKind, SampleRun};

use super::hotspots::named_shares;
use super::names::{is_below, method, plain};
use super::rebuild::Rebuild;
use super::timed_lines::{LineKind, TimedLines};

/// What runs a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Harness {
    /// Criterion 0.5 to 0.8.
    Criterion,
    /// divan 0.1.
    Divan,
    /// The standard harness (`#[bench]`).
    Libtest,
}

/// Where to look for the measured part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What ran the benchmark.
    pub harness: Harness,
    /// The timed lines of the harness's source, of exactly the version that ran; none when it cannot be read.
    pub timed: Option<TimedLines>,
}

/// How exactly the measured part is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precision {
    /// Only what ran between the start and the end of the harness's clock.
    Timed,
    /// Everything below the harness's measuring function, set-up and dropping included, and why.
    BelowEntry(String),
    /// The harness's measuring function is in no stack, so that nothing is kept.
    NotFound,
}

/// Why samples are not part of what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Excluded {
    /// Inputs are made.
    SetUp,
    /// Outputs and inputs are dropped after the clock has ended.
    Drop,
    /// The harness between measurements, its analysis and reports.
    Harness,
    /// The benchmark's own code outside of the measured call.
    OutsideCall,
    /// An executor between polls, where set-up and routine cannot be told apart.
    Executor,
    /// Below the measuring function, at a line that debug information does not tell.
    NoLine,
    /// Stacks that could not be followed out to the measuring function.
    Truncated,
    /// Other threads, before the first or after the last measurement.
    OtherThreads,
    /// Start and end of the process, and what else is neither harness nor benchmark.
    Process,
}

impl Excluded {
    const ALL: [Self; 9] = [
        Self::SetUp,
        Self::Drop,
        Self::Harness,
        Self::OutsideCall,
        Self::Executor,
        Self::NoLine,
        Self::Truncated,
        Self::OtherThreads,
        Self::Process,
    ];

    /// In words, for reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SetUp => "set-up of inputs",
            Self::Drop => "drop of outputs and inputs",
            Self::Harness => "harness",
            Self::OutsideCall => "benchmark code outside of the measured call",
            Self::Executor => "async executor between polls",
            Self::NoLine => "unknown line of the harness",
            Self::Truncated => "stacks cut off before the measured call",
            Self::OtherThreads => "other threads, outside of the measurement",
            Self::Process => "start and end of the process",
        }
    }
}

/// The measured part of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredPart {
    /// Stacks from the harness's measuring function inwards; that function itself is the root and holds the loop.
    /// The sampler is that of the whole recording.
    pub profile: CpuProfile,
    /// What was left out, as shares of all samples, most first.
    pub excluded: Vec<NamedShare>,
    /// How exactly the part is known.
    pub precision: Precision,
    /// What a reader of the shares has to know.
    pub remarks: Vec<String>,
}

/// Where a stack stands in relation to the measured call, outermost frames first.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The measuring function has not been met.
    Above(Outside),
    /// Inside of the measuring function, on a line that is not timed.
    Entered(Excluded),
    /// Timed: the node in the new tree. `passes` while only frames that pass inputs on were met.
    Timed { node: NodeId, passes: bool },
}

/// What a stack without the measuring function has shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outside {
    innermost: Excluded,
    has_harness: bool,
}

impl Outside {
    const START: Self = Self { innermost: Excluded::Process, has_harness: false };

    fn with(self, role: Role) -> Self {
        match role {
            Role::Harness => Self { innermost: Excluded::Harness, has_harness: true },
            // What lies below a cut may have been measured or not, whatever it is.
            Role::Own if self.innermost == Excluded::Truncated => self,
            Role::Own => Self { innermost: Excluded::OutsideCall, ..self },
            Role::Truncated => Self { innermost: Excluded::Truncated, ..self },
            Role::Entry(_) | Role::Adaptor | Role::Other => self,
        }
    }
}

/// A function of the harness that reads the clock around the routine, or a closure of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// Set-up and dropping are in it too.
    Mixed,
    /// Nothing but the routine, the loop and the clock.
    RoutineOnly,
    /// The routine reads the clock itself.
    SelfTimed,
    /// A closure in the file of such functions that debug information names without its path: its lines decide.
    Closure,
}

/// What a function is to the harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Entry(Entry),
    /// Passes inputs and outputs on between the measuring function and the routine.
    Adaptor,
    Harness,
    Own,
    Truncated,
    Other,
}

/// Keeps the samples that a benchmark measures, and tells what the others are.
///
/// Of a thread in which the measuring function was seen, samples below it are kept when its line is timed. Samples of
/// other threads hold no such frame: those without frames of the harness are kept between the first and the last block
/// with timed samples, as work that the routine handed on (rayon, tokio); a remark says when set-up may be among them.
#[must_use]
pub fn measured_part(profile: &CpuProfile, scope: &Scope) -> MeasuredPart {
    let roles: Vec<Role> = (profile.functions.iter())
        .map(|function| role(function, &profile.origins[function.origin as usize], scope.harness))
        .collect();
    let mut rebuild = Rebuild::of(profile);
    let mut places: Vec<Place> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let frame = profile.frames[node.frame as usize];
        let above = node.parent.map_or(Place::Above(Outside::START), |parent| places[parent as usize]);
        places.push(match (above, roles[frame.function as usize]) {
            (Place::Timed { node, passes: true }, Role::Adaptor) => Place::Timed { node, passes: true },
            (Place::Timed { node: parent, passes }, role) => Place::Timed {
                node: rebuild.child(Some(parent), node.frame),
                passes: passes && matches!(role, Role::Entry(_)),
            },
            (above, Role::Entry(entry)) => match (scope.reason_to_leave_out(entry, frame.line), above) {
                (None, _) => Place::Timed {
                    node: rebuild.child(None, node.frame),
                    passes: matches!(entry, Entry::Mixed | Entry::Closure) && scope.timed.is_some(),
                },
                // A line that only calls another function of the harness tells less than that function.
                (Some(why), Place::Above(_) | Place::Entered(Excluded::Harness | Excluded::Executor)) => {
                    Place::Entered(why)
                }
                (Some(_), above) => above,
            },
            (Place::Entered(why), _) => Place::Entered(why),
            (Place::Above(outside), role) => Place::Above(outside.with(role)),
        });
    }
    let verdicts = verdicts(profile, &places);
    let mut copies = vec![None; profile.nodes.len()];
    for (run, verdict) in profile.samples.iter().zip(&verdicts) {
        let node = match (verdict, places[run.node as usize]) {
            (Some(_), _) => continue,
            (None, Place::Timed { node, .. }) => node,
            (None, _) => copy(profile, &mut rebuild, &mut copies, run.node),
        };
        rebuild.put(run, node);
    }
    let named = Excluded::ALL.map(|why| (why.label(), Some(why)));
    MeasuredPart {
        profile: rebuild.finish(),
        excluded: named_shares(profile, &named, |at, _| verdicts[at]),
        precision: precision(profile, scope, &roles, &places),
        remarks: remarks(profile, &places, &verdicts),
    }
}

impl Scope {
    /// Why a line of the harness's function is not timed; none when it is.
    fn reason_to_leave_out(&self, entry: Entry, line: u32) -> Option<Excluded> {
        let lines =
            self.timed.as_ref().filter(|_| self.harness != Harness::Libtest && entry != Entry::SelfTimed)?;
        match lines.kind(line) {
            Some(LineKind::Timed | LineKind::SelfTimed) => None,
            Some(LineKind::SetUp) => Some(Excluded::SetUp),
            Some(LineKind::Drop) => Some(Excluded::Drop),
            Some(LineKind::Executor) => Some(Excluded::Executor),
            Some(LineKind::Harness) => Some(Excluded::Harness),
            None if entry == Entry::Closure => Some(Excluded::Harness),
            None => (entry == Entry::Mixed).then_some(Excluded::NoLine),
        }
    }
}

/// Inlined functions often have short names in debug information (`iter_batched<M>`, `{closure#0}`), so that the file
/// and whose code it is count as much as the name.
fn role(function: &Function, origin: &CodeOrigin, harness: Harness) -> Role {
    const HARNESS_CRATES: [&str; 6] =
        ["criterion", "criterion_plot", "plotters", "oorandom", "divan", "test"];
    const ADAPTORS: [&str; 4] = ["core::iter", "alloc::vec", "core::ops::function", "core::slice::iter"];
    const ADAPTOR_FILES: [&str; 3] = ["core/src/iter/", "alloc/src/vec/", "core/src/ops/function.rs"];
    if function.name == CpuProfile::TRUNCATED {
        return Role::Truncated;
    }
    if origin.kind == OriginKind::Own {
        return Role::Own;
    }
    let name = plain(&function.name);
    let file = function.file.as_deref().unwrap_or_default();
    let package = origin.name.as_deref().unwrap_or_default();
    let is_closure = name.starts_with('{');
    let entry = match harness {
        Harness::Criterion
            if is_below(&name, "criterion::bencher")
                || (package == "criterion" && file.ends_with("bencher.rs") && !name.contains("::")) =>
        {
            match method(&name) {
                _ if is_closure => Some(Entry::Closure),
                "iter" => Some(Entry::RoutineOnly),
                "iter_custom" => Some(Entry::SelfTimed),
                method if method.starts_with("iter") => Some(Entry::Mixed),
                _ => None,
            }
        }
        Harness::Divan if is_below(&name, "divan") && name.contains("::sample_recorder::") => {
            Some(Entry::Mixed)
        }
        Harness::Divan if package == "divan" && is_closure && file.ends_with("/mod.rs") => {
            Some(Entry::Closure)
        }
        Harness::Libtest if name == "test::bench::ns_iter_inner" => Some(Entry::RoutineOnly),
        Harness::Libtest if name == "ns_iter_inner" && origin.kind == OriginKind::Std => {
            Some(Entry::RoutineOnly)
        }
        _ => None,
    };
    if let Some(entry) = entry {
        return Role::Entry(entry);
    }
    let is_std = origin.kind == OriginKind::Std;
    let is_of_harness = HARNESS_CRATES[..5].contains(&package.replace('-', "_").as_str());
    if is_of_harness || HARNESS_CRATES.iter().any(|path| is_below(&name, path)) {
        Role::Harness
    } else if is_std
        && (ADAPTORS.iter().any(|path| is_below(&name, path))
            || ADAPTOR_FILES.iter().any(|part| file.contains(part)))
    {
        Role::Adaptor
    } else {
        Role::Other
    }
}

/// Why each run of samples is left out; none for those that are kept.
fn verdicts(profile: &CpuProfile, places: &[Place]) -> Vec<Option<Excluded>> {
    let mut measures: Vec<bool> =
        profile.threads.iter().map(|thread| thread.thread == thread.process).collect();
    let mut timed_blocks: Option<(u32, u32)> = None;
    for run in &profile.samples {
        let place = places[run.node as usize];
        measures[run.thread as usize] |= !matches!(place, Place::Above(_));
        if matches!(place, Place::Timed { .. }) {
            let (first, last) = timed_blocks.unwrap_or((run.block, run.block));
            timed_blocks = Some((first.min(run.block), last.max(run.block)));
        }
    }
    let verdict = |run: &SampleRun| match places[run.node as usize] {
        Place::Timed { .. } => None,
        Place::Entered(why) => Some(why),
        Place::Above(outside) if measures[run.thread as usize] || outside.has_harness => {
            Some(outside.innermost)
        }
        Place::Above(_) => match timed_blocks {
            Some((first, last)) if (first..=last).contains(&run.block) => None,
            _ => Some(Excluded::OtherThreads),
        },
    };
    profile.samples.iter().map(verdict).collect()
}

/// The node of the same stack in the new tree.
fn copy(
    profile: &CpuProfile,
    rebuild: &mut Rebuild<'_>,
    copies: &mut [Option<NodeId>],
    node: NodeId,
) -> NodeId {
    let mut pending = Vec::new();
    let mut next = Some(node);
    let mut parent = None;
    while let Some(node) = next {
        if let Some(copied) = copies[node as usize] {
            parent = Some(copied);
            break;
        }
        pending.push(node);
        next = profile.nodes[node as usize].parent;
    }
    for node in pending.into_iter().rev() {
        let copied = rebuild.child(parent, profile.nodes[node as usize].frame);
        copies[node as usize] = Some(copied);
        parent = Some(copied);
    }
    parent.expect("a stack has a frame")
}

fn precision(profile: &CpuProfile, scope: &Scope, roles: &[Role], places: &[Place]) -> Precision {
    let entries: Vec<Entry> = (profile.nodes.iter().zip(places))
        .filter(|(_, place)| matches!(place, Place::Timed { .. }))
        .filter_map(|(node, _)| match roles[profile.frames[node.frame as usize].function as usize] {
            Role::Entry(entry) => Some(entry),
            _ => None,
        })
        .collect();
    if entries.is_empty() {
        Precision::NotFound
    } else if entries.contains(&Entry::SelfTimed) {
        Precision::BelowEntry(
            "the benchmark times itself (`iter_custom`): what it times cannot be seen".to_owned(),
        )
    } else if entries.contains(&Entry::Mixed) && scope.timed.is_none() {
        Precision::BelowEntry(
            "the source of the harness could not be read: set-up and dropping of inputs are among the samples".to_owned(),
        )
    } else {
        Precision::Timed
    }
}

/// Untimed work, as a share of the kept samples, above which kept samples of other threads may well belong to it.
const MUCH_SET_UP: f64 = 0.05;

fn remarks(profile: &CpuProfile, places: &[Place], verdicts: &[Option<Excluded>]) -> Vec<String> {
    let (mut timed, mut others, mut untimed, mut truncated) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (run, verdict) in profile.samples.iter().zip(verdicts) {
        match (verdict, places[run.node as usize]) {
            (None, Place::Timed { .. }) => timed += run.count,
            (None, _) => others += run.count,
            (Some(Excluded::SetUp | Excluded::Drop | Excluded::OutsideCall), _) => untimed += run.count,
            (Some(Excluded::Truncated), _) => truncated += run.count,
            _ => {}
        }
    }
    let mut remarks = Vec::new();
    if others > 0 && untimed as f64 > MUCH_SET_UP * timed as f64 {
        remarks.push(format!(
            "{others} samples are of other threads, which do not tell whether they work for the routine or for its \
             set-up"
        ));
    }
    if truncated > 0 {
        remarks.push(format!(
            "{truncated} stacks were cut off before the measured call and are left out: sample larger stacks"
        ));
    }
    remarks
}

#[cfg(test)]
#[path = "measured_tests.rs"]
mod tests;
