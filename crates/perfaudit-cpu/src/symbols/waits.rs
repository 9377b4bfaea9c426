//! The stacks in which threads waited, with symbols.

use std::collections::HashMap;
use std::time::Duration;

use perfaudit_result::{
    CpuProfile, NodeId, SampleRun, Sampler, SourceFrame, Thread, TimeBlocks, WaitingFrame, WaitingStack,
    WaitingStacks, WorkloadId,
};

use super::{ProjectSources, SymbolPlaces, symbolise};
use crate::call_tree::CallTree;
use crate::recording::{Recording, WaitRun, WaitStacks};

/// So many stacks of addresses get symbols: those with most blocked time.
const LOOKED_UP: usize = 64;
/// So many stacks are told.
const TOLD: usize = 16;

/// Gives the stacks of waits their functions. `recording` is the one that they were taken beside.
#[must_use]
pub fn waiting_stacks(
    recording: &Recording,
    waits: &WaitStacks,
    project: &ProjectSources,
    places: &SymbolPlaces,
) -> WaitingStacks {
    let seconds = |ns| Duration::from_nanos(ns).as_secs_f64();
    let mut longest: Vec<&WaitRun> = waits.waits.iter().collect();
    longest.sort_by_key(|run| (std::cmp::Reverse(run.blocked_ns), run.node));
    longest.truncate(LOOKED_UP);
    let mut stacks: Vec<WaitingStack> = Vec::new();
    for (frames, run) in symbolised(recording, waits, &longest, project, places) {
        if let Some(known) = stacks.iter_mut().find(|known| known.frames == frames) {
            known.blocked_s += seconds(run.blocked_ns);
            known.waits += run.waits;
        } else {
            stacks.push(WaitingStack { frames, blocked_s: seconds(run.blocked_ns), waits: run.waits });
        }
    }
    stacks.sort_by(|one, other| other.blocked_s.total_cmp(&one.blocked_s));
    stacks.truncate(TOLD);
    WaitingStacks {
        taken: waits.waits.iter().map(|run| run.taken).sum(),
        unknown_s: seconds(waits.unknown_ns),
        stacks,
    }
}

/// The frames of each of the waits, the innermost first.
fn symbolised<'a>(
    recording: &Recording,
    waits: &WaitStacks,
    chosen: &[&'a WaitRun],
    project: &ProjectSources,
    places: &SymbolPlaces,
) -> Vec<(Vec<WaitingFrame>, &'a WaitRun)> {
    let all = waits.stacks.nodes();
    let mut stacks = CallTree::default();
    let mut samples = Vec::with_capacity(chosen.len());
    for (thread, run) in (0..).zip(chosen) {
        let mut frames = Vec::new();
        let mut at = Some(run.node);
        while let Some(node) = at {
            let (caller, address) = all[node as usize];
            frames.push(address);
            at = caller;
        }
        let innermost = frames.iter().rev().fold(None, |caller, &frame| Some(stacks.child(caller, frame)));
        let node = innermost.expect("a stack has a frame");
        // Each wait is a thread of its own here: what is made of it is found by that again.
        samples.push(SampleRun { node, thread, block: 0, count: 1 });
    }
    let thread = Thread { process: 0, thread: 0, name: String::new() };
    let as_samples = Recording {
        sampler: Sampler { samples: samples.len() as u64, ..recording.sampler.clone() },
        modules: recording.modules.clone(),
        threads: vec![thread; chosen.len()],
        stacks,
        blocks: TimeBlocks { count: 1, width_s: 1.0 },
        samples,
    };
    let profile = symbolise(&as_samples, WorkloadId(String::new()), project, places).profile;
    let nodes: HashMap<u32, NodeId> = profile.samples.iter().map(|run| (run.thread, run.node)).collect();
    (0..)
        .zip(chosen)
        .filter_map(|(thread, &run)| Some((frames(&profile, *nodes.get(&thread)?), run)))
        .collect()
}

fn frames(profile: &CpuProfile, innermost: NodeId) -> Vec<WaitingFrame> {
    let mut frames = Vec::new();
    let mut at = Some(innermost);
    while let Some(node) = at {
        let node = profile.nodes[node as usize];
        let SourceFrame { function, line, .. } = profile.frames[node.frame as usize];
        let function = &profile.functions[function as usize];
        frames.push(WaitingFrame {
            symbol: function.name.clone(),
            file: function.file.clone(),
            line: (line > 0).then_some(line),
            origin: profile.origins[function.origin as usize].clone(),
        });
        at = node.parent;
    }
    frames
}
