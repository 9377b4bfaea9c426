//! The processed profile format of the Firefox Profiler, written by Mozilla's own library.

use std::io::{self, Write};
use std::time::Duration;

use fxprof_processed_profile::{
    CategoryColor, CategoryHandle, CpuDelta, Frame, FrameFlags, FrameInfo, Profile, ReferenceTimestamp,
    SamplingInterval, StackHandle, Timestamp,
};
use perfaudit_result::{CpuProfile, OriginKind};

use super::seconds_per_sample;

const NANOS: f64 = 1e9;

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let period_ns = (seconds_per_sample(profile).unwrap_or(1e-3) * NANOS).max(1.0) as u64;
    // A profile does not say when it was taken: time starts at 0.
    let start = ReferenceTimestamp::from_duration_since_unix_epoch(Duration::ZERO);
    let mut made = Profile::new(&profile.workload.0, start, SamplingInterval::from_nanos(period_ns));
    made.set_symbolicated(true);
    let categories: Vec<CategoryHandle> =
        profile.origins.iter().map(|origin| category(&mut made, origin.kind)).collect();
    let zero = Timestamp::from_nanos_since_reference(0);
    let process_id = profile.threads.first().map_or(0, |thread| thread.process);
    let process = made.add_process(&profile.workload.0, process_id, zero);
    let mut runs: Vec<_> = profile.samples.iter().collect();
    runs.sort_by_key(|run| (run.thread, run.block));
    for of_thread in runs.chunk_by(|a, b| a.thread == b.thread) {
        let thread = &profile.threads[of_thread[0].thread as usize];
        let handle = made.add_thread(process, thread.thread, zero, thread.thread == thread.process);
        made.set_thread_name(handle, &thread.name);
        let mut stacks: Vec<Option<StackHandle>> = vec![None; profile.nodes.len()];
        for of_block in of_thread.chunk_by(|a, b| a.block == b.block) {
            // Where in its block a sample lies is not kept: they are spread evenly.
            let width = profile.blocks.width_s * NANOS;
            for (at, run) in of_block.iter().enumerate() {
                let within = at as f64 / of_block.len() as f64;
                let time =
                    Timestamp::from_nanos_since_reference(((f64::from(run.block) + within) * width) as u64);
                let stack = stack(&mut made, profile, &categories, (handle, &mut stacks), run.node);
                let weight = i32::try_from(run.count).unwrap_or(i32::MAX);
                let cpu = CpuDelta::from_nanos(period_ns.saturating_mul(run.count));
                made.add_sample(handle, time, Some(stack), cpu, weight);
            }
        }
    }
    serde_json::to_writer(&mut *out, &made).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The stack of a node, and those of its callers, made once for each thread.
fn stack(
    made: &mut Profile,
    profile: &CpuProfile,
    categories: &[CategoryHandle],
    (thread, stacks): (fxprof_processed_profile::ThreadHandle, &mut [Option<StackHandle>]),
    node: u32,
) -> StackHandle {
    let mut pending = Vec::new();
    let mut above = None;
    for node in std::iter::successors(Some(node), |&node| profile.nodes[node as usize].parent) {
        if let Some(known) = stacks[node as usize] {
            above = Some(known);
            break;
        }
        pending.push(node);
    }
    for node in pending.into_iter().rev() {
        let frame = profile.frames[profile.nodes[node as usize].frame as usize];
        let function = &profile.functions[frame.function as usize];
        let frame = FrameInfo {
            frame: Frame::Label(made.intern_string(&function.name)),
            category_pair: categories[function.origin as usize].into(),
            flags: FrameFlags::empty(),
        };
        let frame = made.intern_frame(thread, frame);
        let stack = made.intern_stack(thread, above, frame);
        stacks[node as usize] = Some(stack);
        above = Some(stack);
    }
    above.expect("a stack has a frame")
}

fn category(made: &mut Profile, kind: OriginKind) -> CategoryHandle {
    let (name, color) = match kind {
        OriginKind::Own => ("Own code", CategoryColor::Orange),
        OriginKind::Dependency => ("Dependencies", CategoryColor::Blue),
        OriginKind::Std => ("Standard library", CategoryColor::Green),
        OriginKind::System => ("System", CategoryColor::Purple),
        OriginKind::Kernel => ("Kernel", CategoryColor::Yellow),
        OriginKind::Unknown => ("Unknown", CategoryColor::Gray),
    };
    made.add_category(name, color)
}
