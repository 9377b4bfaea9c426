//! What binds a workload: computing, the kernel, waiting, allocation, memory faults.

use perfaudit_result::{
    Binding, BlockedIn, BoundBy, CpuProfile, OffCpu, OriginKind, Rung, Sampler, ThreadTime,
};

use super::composition::is_allocation;
use super::names::plain;

/// From this share of its time on, a workload is bound by waiting.
const WAITS: f64 = 0.5;
/// From these shares of CPU time on, it is bound by something else than its own computing. They are lower than a half:
/// what is called from everywhere is one thing to change, and computing is many.
const KERNEL: f64 = 0.4;
const ALLOCATES: f64 = 0.3;
const FAULTS: f64 = 0.3;

/// What is known of a workload; none where it was not measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct BindingEvidence<'a> {
    /// How it was sampled: the CPU time it used, and its part in the kernel.
    pub sampler: Option<&'a Sampler>,
    /// How long it ran, in seconds of wall time.
    pub wall_s: Option<f64>,
    /// How its threads spent their time.
    pub off_cpu: Option<&'a OffCpu>,
    /// The share of samples in an allocator or in what it calls.
    pub allocation: Option<f64>,
    /// The share of samples in which the kernel handles a fault of a page.
    pub faults: Option<f64>,
}

impl<'a> BindingEvidence<'a> {
    /// What a profile tells, with what was measured beside it.
    #[must_use]
    pub fn of(profile: &'a CpuProfile, wall_s: Option<f64>, off_cpu: Option<&'a OffCpu>) -> Self {
        let faults = profile.sampler.rung.sees_kernel().then(|| share(profile, is_fault)).flatten();
        let allocation = share(profile, |name, file, kind| is_allocation(&plain(name), file, kind));
        Self { sampler: Some(&profile.sampler), wall_s, off_cpu, allocation, faults }
    }

    /// The share of the time that the thread with most work waits; without threads, that of the whole process.
    fn waiting(&self) -> Option<f64> {
        let busiest = self.off_cpu.and_then(|off_cpu| {
            let threads = off_cpu.threads.iter().map(|one| &one.time);
            threads.max_by(|a, b| a.running_s.total_cmp(&b.running_s))
        });
        let of_process = || Some((1.0 - self.utilisation()?).max(0.0));
        busiest.and_then(ThreadTime::blocked_share).or_else(of_process)
    }

    /// CPU seconds per second of wall time.
    fn utilisation(&self) -> Option<f64> {
        Some(self.sampler?.cpu_s? / self.wall_s.filter(|&wall| wall > 0.0)?)
    }

    /// The kernel's part of CPU time.
    fn kernel(&self) -> Option<f64> {
        let sampler = self.sampler?;
        Some((sampler.system_s? / sampler.cpu_s.filter(|&cpu| cpu > 0.0)?).min(1.0))
    }
}

/// The share of samples with a function for which this holds.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
fn share(profile: &CpuProfile, holds: impl Fn(&str, &str, OriginKind) -> bool) -> Option<f64> {
    let of_function: Vec<bool> = (profile.functions.iter())
        .map(|function| {
            let kind = profile.origins[function.origin as usize].kind;
            holds(&function.name, function.file.as_deref().unwrap_or_default(), kind)
        })
        .collect();
    let mut of_node: Vec<bool> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let above = node.parent.is_some_and(|parent| of_node[parent as usize]);
        of_node.push(above || of_function[profile.frames[node.frame as usize].function as usize]);
    }
    let counted = profile.samples.iter().filter(|run| of_node[run.node as usize]);
    let found: u64 = counted.map(|run| run.count).sum();
    let total = profile.total();
    (total > 0).then(|| found as f64 / total as f64)
}

fn is_fault(name: &str, _: &str, kind: OriginKind) -> bool {
    kind == OriginKind::Kernel && (name.contains("page_fault") || name.contains("do_user_addr_fault"))
}

/// What binds a workload. Waiting decides first: of a program that waits, CPU time is the smaller part.
#[must_use]
pub fn what_binds(evidence: &BindingEvidence<'_>) -> BoundBy {
    let (waiting, kernel) = (evidence.waiting(), evidence.kernel());
    let reaches = |share: Option<f64>, limit: f64| share.is_some_and(|share| share >= limit);
    let binding = if reaches(waiting, WAITS) {
        Binding::Waiting
    } else if reaches(evidence.faults, FAULTS) {
        Binding::MemoryFaults
    } else if reaches(evidence.allocation, ALLOCATES) {
        // Before the kernel: what an allocator asks the kernel for is its own.
        Binding::Allocation
    } else if reaches(kernel, KERNEL) {
        Binding::Kernel
    } else if waiting.is_some() && kernel.is_some() {
        Binding::Cpu
    } else {
        Binding::Unknown
    };
    let rung = evidence.sampler.map(|sampler| sampler.rung);
    let blocked_in = evidence.off_cpu.and_then(|off_cpu| off_cpu.blocked_in.as_ref());
    let knows_stacks = matches!(blocked_in, Some(BlockedIn::Stacks(_)));
    BoundBy {
        binding,
        evidence: told(evidence, waiting, kernel),
        next: next(binding, rung, waiting, knows_stacks),
    }
}

fn told(evidence: &BindingEvidence<'_>, waiting: Option<f64>, kernel: Option<f64>) -> String {
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    let mut say = |share: Option<f64>, before: &str, after: &str, name: &'static str| match share {
        Some(share) => known.push(format!("{before}{:.0} % {after}", 100.0 * share)),
        None => unknown.push(name),
    };
    let who = if evidence.off_cpu.is_some_and(|off_cpu| off_cpu.threads.len() > 1) {
        "of the time of its busiest thread"
    } else {
        "of the time"
    };
    say(waiting, "waits ", who, "waiting");
    say(evidence.utilisation(), "uses ", "of a CPU", "utilisation");
    say(kernel, "the kernel takes ", "of the CPU time of the process", "the kernel's part");
    say(evidence.allocation, "allocators ", "of samples", "allocation");
    say(evidence.faults, "page faults ", "of samples", "page faults");
    let mut line = known.join(", ");
    if !unknown.is_empty() {
        let separator = if line.is_empty() { "" } else { "; " };
        line = format!("{line}{separator}not measured: {}", unknown.join(", "));
    }
    line
}

fn next(binding: Binding, rung: Option<Rung>, waiting: Option<f64>, knows_stacks: bool) -> String {
    match binding {
        Binding::Cpu => "the hotspots of this profile".to_owned(),
        Binding::Kernel if rung.is_some_and(Rung::counts_kernel) => {
            "the system calls among the hotspots and who calls them: fewer and larger ones, such as buffered output"
                .to_owned()
        }
        Binding::Kernel => {
            "`perfaudit cpu --rung agent`, which charges the kernel's time to the calls that asked for it".to_owned()
        }
        Binding::Waiting => format!(
            "{}: hotspots are shares of the other {:.0} %",
            if knows_stacks { "the code below that waits" } else { "what it waits for, as by `strace -f -c -w`" },
            100.0 * (1.0 - waiting.unwrap_or_default())
        ),
        Binding::Allocation => "`perfaudit heap`: which code allocates, how much and how often".to_owned(),
        Binding::MemoryFaults => {
            "`perfaudit heap`: which code takes new memory that could be used again".to_owned()
        }
        Binding::Unknown => "a profile of a run that takes longer: `--mode full`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{Thread, ThreadOffCpu};

    use super::*;
    use crate::analyse::testing::{empty, repeated};

    fn sampled(cpu_s: f64, system_s: f64) -> Sampler {
        Sampler { cpu_s: Some(cpu_s), system_s: Some(system_s), ..empty(1).sampler }
    }

    fn thread(running_s: f64, blocked_s: f64) -> ThreadOffCpu {
        let time = ThreadTime { running_s, blocked_s, waits: 3, ..ThreadTime::default() };
        ThreadOffCpu { thread: Thread { process: 1, thread: 1, name: "t".into() }, time }
    }

    fn bound(evidence: &BindingEvidence<'_>) -> Binding {
        what_binds(evidence).binding
    }

    #[test]
    fn what_takes_most_of_the_time_binds() {
        let computing = sampled(1.0, 0.05);
        let evidence =
            BindingEvidence { sampler: Some(&computing), wall_s: Some(1.02), ..BindingEvidence::default() };
        let told = what_binds(&evidence);
        assert_eq!(told.binding, Binding::Cpu);
        assert_eq!(
            told.evidence,
            "waits 2 % of the time, uses 98 % of a CPU, the kernel takes 5 % of the CPU time of the process; \
             not measured: allocation, page faults"
        );
        assert_eq!(bound(&BindingEvidence { wall_s: Some(4.0), ..evidence }), Binding::Waiting);
        assert_eq!(bound(&BindingEvidence { allocation: Some(0.35), ..evidence }), Binding::Allocation);
        assert_eq!(bound(&BindingEvidence { faults: Some(0.5), ..evidence }), Binding::MemoryFaults);
        assert_eq!(bound(&BindingEvidence { wall_s: None, ..evidence }), Binding::Unknown);
        assert_eq!(bound(&BindingEvidence::default()), Binding::Unknown);
    }

    #[test]
    fn hidden_time_in_the_kernel_asks_for_a_way_that_shows_it() {
        let writing = sampled(1.0, 0.7);
        let evidence =
            BindingEvidence { sampler: Some(&writing), wall_s: Some(1.0), ..BindingEvidence::default() };
        let told = what_binds(&evidence);
        assert_eq!(told.binding, Binding::Kernel);
        assert!(told.next.contains("--rung agent"), "{}", told.next);
        let charged = Sampler { rung: Rung::Agent, ..writing.clone() };
        let told = what_binds(&BindingEvidence { sampler: Some(&charged), ..evidence });
        assert!(!told.next.contains("--rung"));
    }

    #[test]
    fn the_thread_with_most_work_decides_whether_it_waits_and_not_those_that_idle() {
        let computing = sampled(1.0, 0.0);
        let pool = OffCpu { threads: vec![thread(0.0, 9.0), thread(0.9, 0.1)], ..OffCpu::default() };
        let evidence = BindingEvidence {
            sampler: Some(&computing),
            wall_s: Some(1.0),
            off_cpu: Some(&pool),
            ..BindingEvidence::default()
        };
        let told = what_binds(&evidence);
        assert_eq!(told.binding, Binding::Cpu);
        assert!(
            told.evidence.starts_with("waits 10 % of the time of its busiest thread"),
            "{}",
            told.evidence
        );
        // Two threads that take turns use one CPU together, and each waits for the other.
        let turns = OffCpu { threads: vec![thread(0.5, 0.5), thread(0.5, 0.5)], ..OffCpu::default() };
        assert_eq!(bound(&BindingEvidence { off_cpu: Some(&turns), ..evidence }), Binding::Waiting);
    }

    #[test]
    fn allocation_and_faults_are_read_from_stacks_whoever_calls() {
        let lines = [
            "t main;std||1|<alloc::vec::Vec<T> as core::clone::Clone>::clone;sys:libc.so.6||0|malloc 3",
            "t main;sys:libc.so.6||0|malloc;kernel||0|asm_exc_page_fault;kernel||0|clear_page 1",
            "t main 6",
        ];
        let mut profile = repeated(10, &lines);
        let evidence = BindingEvidence::of(&profile, None, None);
        assert_eq!((evidence.allocation, evidence.faults), (Some(0.4), None), "the rung sees no kernel");
        profile.sampler.rung = Rung::ClockUserKernel;
        assert_eq!(BindingEvidence::of(&profile, None, None).faults, Some(0.1));
        assert_eq!(BindingEvidence::of(&empty(1), None, None).allocation, None);
    }
}
