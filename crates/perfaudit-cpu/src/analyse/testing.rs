//! Profiles for tests, written as folded stacks.

use perfaudit_result::{
    CodeOrigin, CpuProfile, Function, OriginKind, Rung, SampleRun, Sampler, SamplingEvent, SourceFrame,
    StackNode, Thread, TimeBlocks, WorkloadId,
};

use crate::call_tree::CallTree;

/// A profile from lines of `block thread frame;frame;... count`, outermost frame first. A frame is
/// `origin|file|line|name`, where origin is `own:PACKAGE`, `dep:PACKAGE`, `std`, `sys:LIBRARY`, `kernel` or `?`; a
/// frame that holds no `|` is the name of a function of the package `mine`.
pub(crate) fn profile(blocks: u32, lines: &[&str]) -> CpuProfile {
    let mut made = empty(blocks);
    let mut tree: CallTree<u32> = CallTree::default();
    for line in lines {
        let (head, count) = line.rsplit_once(' ').unwrap();
        let mut parts = head.splitn(3, ' ');
        let block = parts.next().unwrap().parse().unwrap();
        let thread = thread(&mut made, parts.next().unwrap());
        let mut node = None;
        for frame in parts.next().unwrap().split(';') {
            let frame = intern_frame(&mut made, frame);
            node = Some(tree.child(node, frame));
        }
        made.samples.push(SampleRun { node: node.unwrap(), thread, block, count: count.parse().unwrap() });
    }
    made.nodes = tree.nodes().iter().map(|&(parent, frame)| StackNode { parent, frame }).collect();
    made.sampler.samples = made.total();
    made.check().unwrap();
    made
}

/// The same samples in every block.
pub(crate) fn repeated(blocks: u32, lines: &[&str]) -> CpuProfile {
    let lines: Vec<String> =
        (0..blocks).flat_map(|block| lines.iter().map(move |line| format!("{block} {line}"))).collect();
    profile(blocks, &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A profile without samples.
pub(crate) fn empty(blocks: u32) -> CpuProfile {
    CpuProfile {
        workload: WorkloadId("package/target/title".into()),
        sampler: Sampler {
            rung: Rung::ClockUser,
            refused: Vec::new(),
            event: SamplingEvent::CpuClock,
            asked_hz: 1000.0,
            reached_hz: Some(1000.0),
            cpu_s: None,
            system_s: None,
            samples: 0,
            lost: 0,
            truncated: 0,
            unsymbolised: 0,
            stack_bytes: 32_768,
            stack_steps: Vec::new(),
            stopped_s: None,
        },
        origins: Vec::new(),
        functions: Vec::new(),
        frames: Vec::new(),
        nodes: Vec::new(),
        threads: Vec::new(),
        blocks: TimeBlocks { count: blocks, width_s: 0.1 },
        samples: Vec::new(),
    }
}

fn thread(profile: &mut CpuProfile, name: &str) -> u32 {
    let known = profile.threads.iter().position(|thread| thread.name == name);
    let at = known.unwrap_or_else(|| {
        let thread = 100 + profile.threads.len() as u32;
        profile.threads.push(Thread { process: 100, thread, name: name.to_owned() });
        profile.threads.len() - 1
    });
    at as u32
}

fn place<T: PartialEq>(items: &mut Vec<T>, item: T) -> u32 {
    let at = items.iter().position(|known| *known == item).unwrap_or_else(|| {
        items.push(item);
        items.len() - 1
    });
    at as u32
}

fn intern_frame(profile: &mut CpuProfile, frame: &str) -> u32 {
    let parts: Vec<&str> = frame.splitn(4, '|').collect();
    let (origin, file, line, name) = match parts[..] {
        [origin, file, line, name] => (origin, Some(file), line.parse().unwrap(), name),
        _ => ("own:mine", Some("src/lib.rs"), 1, frame),
    };
    let (kind, package) = origin.split_once(':').map_or((origin, None), |(kind, name)| (kind, Some(name)));
    let kind = match kind {
        "own" => OriginKind::Own,
        "dep" => OriginKind::Dependency,
        "std" => OriginKind::Std,
        "sys" => OriginKind::System,
        "kernel" => OriginKind::Kernel,
        _ => OriginKind::Unknown,
    };
    let origin = place(&mut profile.origins, CodeOrigin { kind, name: package.map(str::to_owned) });
    let file = file.filter(|file| !file.is_empty()).map(str::to_owned);
    let function =
        place(&mut profile.functions, Function { name: name.to_owned(), file, line: None, origin });
    place(&mut profile.frames, SourceFrame { function, line, inlined: false })
}
