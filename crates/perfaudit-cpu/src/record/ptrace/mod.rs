//! Samples of threads that are stopped for a moment: the last way, for programs that neither the kernel's events nor a
//! preloaded library can look into, such as static ones in containers, and running processes there.
//!
//! At moments that are drawn around a fixed pace, each thread of the target that runs is traced, stopped, copied and let
//! go, so that between two looks nothing is traced and nothing can be left stopped. A sample stands for wall time in
//! which a thread ran or could have: where more threads want to run than there are CPUs, waiting for one counts too. A
//! thread in the kernel stops when it returns, so that time there is charged to the call that asked for it. A call that
//! begins to wait in the moment of a look may be interrupted (`EINTR`), as by any stop.

mod held;
mod sys;

use std::collections::HashMap;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use perfaudit_result::Rung;

use super::collect::Collector;
use super::perf::Target;
use super::proc;
use super::source::{Event, RawSample, Task};
use super::worker::{Source, Totals};
use super::{RecordOptions, Refusal, StackBytes};
use held::{Held, Waited};

/// Each look stops threads: more of them would change what is looked at.
const MOST_HZ: u32 = 249;
/// A target with more processes is not looked at as a whole.
const MOST_PROCESSES: usize = 1000;

/// A target whose threads are stopped and looked at.
pub(super) struct PtraceSource {
    root: u32,
    /// What the command line of our child is while it waits to become the program; none for a process that runs.
    waiting: Option<Vec<u8>>,
    /// Our child, if the target is one.
    child: Option<u32>,
    period: Duration,
    due: Instant,
    draws: u64,
    stack: StackBytes,
    most_stack: StackBytes,
    room: Vec<u8>,
    /// The program that each process runs.
    programs: HashMap<u32, PathBuf>,
    /// Threads that have not stopped yet, or whose end has to be taken.
    late: Vec<Held>,
    stopped: Duration,
    lost: u64,
}

/// Opens a target, if it may be traced. It is not stopped for that.
///
/// # Errors
/// With the reason when it is not.
pub(super) fn open(target: Target, options: &RecordOptions) -> Result<PtraceSource, Refusal> {
    let (root, child) = match target {
        Target::AtExec(process) => (process, Some(process)),
        Target::Running(process) => (process, None),
    };
    let refuse = |reason: String| Refusal { rung: Rung::Ptrace, reason };
    if child.is_some() && !perfaudit_exec::leaves_stops_to_tracers() {
        return Err(refuse(
            "this kernel tells the end of a child together with its stops (no pidfd)".to_owned(),
        ));
    }
    try_to_trace(root).map_err(|errno| refuse(reason(root, child, errno)))?;
    Ok(PtraceSource {
        root,
        waiting: child.and_then(proc::command_line),
        child,
        period: Duration::from_secs(1) / options.rate.get().min(MOST_HZ),
        due: Instant::now(),
        draws: 0x9E37_79B9_7F4A_7C15,
        stack: options.stack,
        most_stack: options.most_stack,
        room: Vec::new(),
        programs: HashMap::new(),
        late: Vec::new(),
        stopped: Duration::ZERO,
        lost: 0,
    })
}

/// Whether the system lets anybody trace a child, without tracing any.
pub(super) fn try_it() -> (Rung, Result<(), Refusal>) {
    let refuse = |reason: String| (Rung::Ptrace, Err(Refusal { rung: Rung::Ptrace, reason }));
    // There is no such thread, which a system that allows the call says.
    match sys::seize(i32::MAX.unsigned_abs()) {
        Err(Errno::ESRCH) | Ok(()) => match proc::setting("yama/ptrace_scope") {
            Some(scope @ 2..) => {
                refuse(format!("tracing is for administrators here (kernel.yama.ptrace_scope is {scope})"))
            }
            _ => (Rung::Ptrace, Ok(())),
        },
        Err(errno) => {
            refuse(format!("tracing is not allowed here ({}), as in some containers", errno.desc()))
        }
    }
}

/// Traces a process without stopping it, by a thread that ends at once: the kernel then traces it no more.
fn try_to_trace(process: u32) -> Result<(), Errno> {
    std::thread::scope(|scope| match scope.spawn(|| sys::seize(process)).join() {
        Ok(tried) => tried,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Why a process cannot be traced, in words.
fn reason(process: u32, child: Option<u32>, errno: Errno) -> String {
    if errno == Errno::ESRCH {
        return "the process has ended".to_owned();
    }
    if let Some(tracer) = proc::tracer(process) {
        return format!("process {tracer} traces it already, as a debugger does");
    }
    match proc::setting("yama/ptrace_scope") {
        Some(1) if child.is_none() => "only children may be traced here (kernel.yama.ptrace_scope is 1): run the program with `perfaudit cpu -- COMMAND`".to_owned(),
        Some(scope @ 2..) => format!("tracing is for administrators here (kernel.yama.ptrace_scope is {scope})"),
        _ if proc::is_of_another_user(process) => "it is a process of another user".to_owned(),
        _ => format!("tracing it is not allowed here ({}), as in some containers", errno.desc()),
    }
}

impl Source for PtraceSource {
    fn rung(&self) -> Rung {
        Rung::Ptrace
    }

    fn waiting_bytes(&self) -> usize {
        0
    }

    fn stack(&self) -> StackBytes {
        self.stack
    }

    fn deepen(&mut self) -> bool {
        match self.stack.next().filter(|&next| next <= self.most_stack) {
            Some(next) => self.stack = next,
            None => return false,
        }
        true
    }

    fn wait(&mut self, stop: BorrowedFd<'_>, limit: Duration) {
        let mut polled = [PollFd::new(stop, PollFlags::POLLIN)];
        let pause = self.due.saturating_duration_since(Instant::now()).min(limit);
        // An error or a signal is a short sleep.
        let _ = ppoll(&mut polled, Some(TimeSpec::from_duration(pause)), None);
    }

    fn drain(&mut self, collector: &mut Collector, is_over: bool) {
        for held in std::mem::take(&mut self.late) {
            self.finish(held, collector);
        }
        let now = Instant::now();
        if is_over || now < self.due {
            return;
        }
        self.look(collector);
        let pause = self.pause();
        self.due = (self.due + pause).max(now + pause / 2);
    }

    fn totals(&self) -> Totals {
        Totals { lost: self.lost, stopped: Some(self.stopped), ..Totals::default() }
    }
}

impl PtraceSource {
    /// Looks at every thread that runs.
    fn look(&mut self, collector: &mut Collector) {
        if let Some(line) = &self.waiting {
            if proc::command_line(self.root).is_none_or(|now| now == *line) {
                return;
            }
            self.waiting = None;
        }
        let family = proc::family(self.root, MOST_PROCESSES);
        self.programs.retain(|process, _| family.contains(process));
        for process in family {
            let running = proc::threads(process)
                .into_iter()
                .map(|thread| Task { process, thread })
                .filter(|&task| proc::is_running(task));
            for task in running.collect::<Vec<_>>() {
                if self.late.iter().any(|held| held.task == task) {
                    continue;
                }
                self.learn(process, collector);
                match Held::stop(task, self.child) {
                    Ok(held) => self.finish(held, collector),
                    // It ended meanwhile.
                    Err(Errno::ESRCH) => {}
                    Err(_) => self.lost += 1,
                }
            }
        }
    }

    /// Takes the sample of a thread when it stands still, and lets it go on.
    fn finish(&mut self, held: Held, collector: &mut Collector) {
        let held = match held.wait() {
            Waited::Stopped(held) => held,
            Waited::NotYet(held) => return self.late.push(held),
            Waited::Ended => return,
        };
        let stack_room = usize::try_from(self.stack.get()).unwrap_or(usize::MAX);
        self.room.resize(stack_room, 0);
        let registers = held.registers();
        let copied = registers.map_or(0, |registers| held.copy_stack(registers.stack, &mut self.room));
        let task = held.task;
        let (stopped, killed) = held.let_go();
        self.stopped += stopped;
        self.late.extend(killed);
        if registers.is_none() {
            self.lost += 1;
            return;
        }
        let stack = &self.room[..copied.min(stack_room)];
        let sample = RawSample { task, weight: 1, kernel: &[], chain: &[], registers, stack, stack_room };
        collector.apply(proc::monotonic_ns(), &Event::Sample(sample));
    }

    /// Takes what a process has mapped, if it is new or runs another program than before.
    fn learn(&mut self, process: u32, collector: &mut Collector) {
        let Ok(program) = std::fs::read_link(format!("/proc/{process}/exe")) else { return };
        if self.programs.get(&process) == Some(&program) {
            return;
        }
        self.programs.insert(process, program);
        let task = Task { process, thread: process };
        let name = proc::thread_name(task).unwrap_or_default();
        collector.apply(proc::monotonic_ns(), &Event::Exec { task, name: &name });
        collector.look_up(process);
    }

    /// Three to five quarters of the period, so that looks do not run in step with anything (xorshift, Marsaglia, 2003).
    fn pause(&mut self) -> Duration {
        self.draws ^= self.draws << 13;
        self.draws ^= self.draws >> 7;
        self.draws ^= self.draws << 17;
        let part = u32::try_from(self.draws >> 48).expect("16 bits");
        self.period * 3 / 4 + self.period / 2 * part / 0xFFFF
    }
}
