//! Which event is sampled: the best that the machine and rights allow, found by opening it.

use std::io;

use linux_perf_event_reader::{Endianness, PerfEventAttr, RecordParseInfo};
use nix::errno::Errno;
use perf_event_open_sys::bindings::{
    PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_SW_CONTEXT_SWITCHES, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_DUMMY,
    PERF_FORMAT_LOST, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_CALLCHAIN,
    PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER, PERF_SAMPLE_TID,
    PERF_SAMPLE_TIME, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, perf_event_attr,
};
use perfaudit_result::Rung;

use super::session::Session;
use super::sys;
use crate::record::proc;
use crate::record::{RateHz, Refusal, StackBytes};

/// The registers that following a stack begins with, by the kernel's numbers (`asm/perf_regs.h`).
#[cfg(target_arch = "x86_64")]
pub(super) mod register {
    pub(in super::super) const FRAME: u64 = 6;
    pub(in super::super) const STACK: u64 = 7;
    pub(in super::super) const INSTRUCTION: u64 = 8;
    pub(in super::super) const LINK: Option<u64> = None;
}
#[cfg(target_arch = "aarch64")]
pub(super) mod register {
    pub(in super::super) const FRAME: u64 = 29;
    pub(in super::super) const LINK: Option<u64> = Some(30);
    pub(in super::super) const STACK: u64 = 31;
    pub(in super::super) const INSTRUCTION: u64 = 32;
}

/// What is sampled.
#[derive(Debug, Clone, Copy)]
pub(in crate::record) enum Target {
    /// A child that waits: sampled from its `exec` on, with all that come from it.
    AtExec(u32),
    /// A process that runs: all of its threads, and all that come from them.
    Running(u32),
}

/// How samples are wanted.
#[derive(Debug, Clone, Copy)]
pub(in crate::record) struct Request<'a> {
    pub(in crate::record) target: Target,
    pub(in crate::record) rungs: &'a [Rung],
    pub(in crate::record) rate: RateHz,
    pub(in crate::record) stack: StackBytes,
    /// How much of its stack a sample may hold where that does not suffice.
    pub(in crate::record) most_stack: StackBytes,
}

/// The rungs that the kernel offers, the best first.
const RUNGS: [Rung; 4] = [Rung::CyclesUserKernel, Rung::CyclesUser, Rung::ClockUserKernel, Rung::ClockUser];

/// Whether it is a way of the kernel's events.
pub(in crate::record) fn offers(rung: Rung) -> bool {
    RUNGS.contains(&rung)
}

/// Opens the best of the wanted rungs that works; the others' reasons go to `refused`.
pub(in crate::record) fn open_best(request: &Request<'_>, refused: &mut Vec<Refusal>) -> Option<Session> {
    for rung in RUNGS.into_iter().filter(|rung| request.rungs.contains(rung)) {
        match open(rung, request) {
            Ok(session) => return Some(session),
            Err(error) => refused.push(Refusal { rung, reason: reason(rung, &error) }),
        }
    }
    None
}

/// Every rung that the kernel offers, tried on this process and closed again.
pub(in crate::record) fn try_each(
    rate: RateHz,
    stack: StackBytes,
) -> impl Iterator<Item = (Rung, Result<(), Refusal>)> {
    RUNGS.into_iter().map(move |rung| {
        let target = Target::AtExec(std::process::id());
        let opened = open(rung, &Request { target, rungs: &RUNGS, rate, stack, most_stack: stack });
        (rung, opened.map(drop).map_err(|error| Refusal { rung, reason: reason(rung, &error) }))
    })
}

fn open(rung: Rung, request: &Request<'_>) -> io::Result<Session> {
    let mut attr = attributes(rung, request);
    match Session::open(rung, &attr, request) {
        // Kernels before 6.0 do not count what each event lost.
        Err(error) if error.raw_os_error() == Some(Errno::EINVAL as i32) => {
            attr.read_format &= !u64::from(PERF_FORMAT_LOST);
            Session::open(rung, &attr, request)
        }
        opened => opened,
    }
}

/// What the kernel is asked for.
fn attributes(rung: Rung, request: &Request<'_>) -> perf_event_attr {
    let mut attr = perf_event_attr::default();
    let hz = u64::from(request.rate.get());
    match rung {
        Rung::CyclesUserKernel | Rung::CyclesUser => {
            attr.type_ = PERF_TYPE_HARDWARE;
            attr.config = PERF_COUNT_HW_CPU_CYCLES.into();
            // How many cycles a second has is not known, so the kernel adapts the period. It refuses more than this.
            let most = proc::setting("perf_event_max_sample_rate").and_then(|most| u64::try_from(most).ok());
            attr.sample_freq = most.map_or(hz, |most| hz.min(most));
            attr.set_freq(1);
        }
        _ => {
            attr.type_ = PERF_TYPE_SOFTWARE;
            attr.config = PERF_COUNT_SW_CPU_CLOCK.into();
            // The clock counts nanoseconds, so that the period is exact.
            attr.sample_period = 1_000_000_000 / hz;
        }
    }
    let mut sample = PERF_SAMPLE_IP
        | PERF_SAMPLE_TID
        | PERF_SAMPLE_TIME
        | PERF_SAMPLE_PERIOD
        | PERF_SAMPLE_REGS_USER
        | PERF_SAMPLE_STACK_USER;
    if rung.sees_kernel() {
        sample |= PERF_SAMPLE_CALLCHAIN;
        attr.set_exclude_callchain_user(1);
    } else {
        attr.set_exclude_kernel(1);
    }
    attr.sample_type = sample.into();
    attr.sample_regs_user = [register::INSTRUCTION, register::STACK, register::FRAME]
        .into_iter()
        .chain(register::LINK)
        .fold(0, |mask, register| mask | 1 << register);
    attr.sample_stack_user = request.stack.get();
    attr.read_format =
        (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_LOST).into();
    attr.set_exclude_hv(1);
    attr.set_inherit(1);
    attr.set_sample_id_all(1);
    attr.set_mmap(1);
    attr.set_mmap2(1);
    attr.set_comm(1);
    attr.set_comm_exec(1);
    attr.set_task(1);
    attr.set_use_clockid(1);
    attr.clockid = nix::libc::CLOCK_MONOTONIC;
    if matches!(request.target, Target::AtExec(_)) {
        attr.set_disabled(1);
        attr.set_enable_on_exec(1);
    }
    attr.set_watermark(1);
    attr
}

/// An event that samples as one with these attributes does, with larger pieces of stack, once it is switched on.
pub(super) fn deeper_attributes(sampling: &perf_event_attr, stack: StackBytes) -> perf_event_attr {
    let mut attr = *sampling;
    attr.sample_stack_user = stack.get();
    attr.set_disabled(1);
    attr.set_enable_on_exec(0);
    attr
}

/// An event that counts nothing and tells of every switch, beside one with these attributes.
pub(super) fn switch_attributes(sampling: &perf_event_attr) -> perf_event_attr {
    let mut attr = *sampling;
    attr.type_ = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_DUMMY.into();
    attr.sample_period = 0;
    attr.set_freq(0);
    // What stands at the end of each record is that of the samples in the same ring.
    attr.sample_type &= u64::from(PERF_SAMPLE_TID | PERF_SAMPLE_TIME);
    attr.sample_regs_user = 0;
    attr.sample_stack_user = 0;
    attr.set_exclude_callchain_user(0);
    attr.set_exclude_kernel(1);
    attr.set_mmap(0);
    attr.set_mmap2(0);
    attr.set_comm(0);
    attr.set_comm_exec(0);
    attr.set_task(0);
    attr.set_context_switch(1);
    attr
}

/// An event that takes the stack of a thread each time it gives up its CPU, beside one with these attributes. It happens
/// in the kernel, so that the rights to see that are needed.
pub(super) fn wait_attributes(sampling: &perf_event_attr, stack: StackBytes) -> perf_event_attr {
    let mut attr = *sampling;
    attr.type_ = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_CONTEXT_SWITCHES.into();
    attr.sample_period = 1;
    attr.set_freq(0);
    // Where the period is asked for, the kernel takes it for 1, whatever it is (`perf_swevent_event`).
    attr.sample_type &= !u64::from(PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_PERIOD);
    attr.sample_stack_user = stack.get();
    attr.set_exclude_callchain_user(0);
    attr.set_exclude_kernel(0);
    attr.set_mmap(0);
    attr.set_mmap2(0);
    attr.set_comm(0);
    attr.set_comm_exec(0);
    attr.set_task(0);
    attr
}

/// An event that does so each time that so many went by, once it is switched on.
pub(super) fn sparse_wait_attributes(each: &perf_event_attr, period: u64) -> perf_event_attr {
    let mut attr = *each;
    attr.sample_period = period;
    attr.set_disabled(1);
    attr.set_enable_on_exec(0);
    attr
}

/// Why the stacks of waits cannot be taken, in words.
pub(super) fn no_waits(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EACCES | Errno::EPERM) => {
            "the kernel lets no one see them here: that takes `perf_event_paranoid` of 1 or less, or CAP_PERFMON".to_owned()
        }
        _ => error.to_string(),
    }
}

/// How records of an event with these attributes are read.
pub(super) fn parse_info(attr: &perf_event_attr) -> io::Result<RecordParseInfo> {
    let mut stated = *attr;
    stated.size = u32::try_from(size_of::<perf_event_attr>()).expect("a small struct");
    let (attr, _) = PerfEventAttr::parse::<_, byteorder::NativeEndian>(sys::bytes_of(&stated))?;
    Ok(RecordParseInfo::new(&attr, Endianness::NATIVE))
}

/// Why a rung was refused, in words.
fn reason(rung: Rung, error: &io::Error) -> String {
    let errno = error.raw_os_error().map(Errno::from_raw);
    match errno {
        Some(Errno::ENOENT | Errno::EOPNOTSUPP) => {
            "this machine offers no such counter (as most virtual ones)".to_owned()
        }
        Some(Errno::EACCES | Errno::EPERM) => {
            let subject = if rung.sees_kernel() { "samples of the kernel" } else { "perf events" };
            let most = if rung.sees_kernel() { 1 } else { 2 };
            match proc::setting("perf_event_paranoid") {
                Some(level) if level > most => {
                    format!(
                        "{subject} are not allowed here (perf_event_paranoid is {level}, needs {most} or less)"
                    )
                }
                // What is left is a filter of system calls, as containers have, or the memory that may be locked.
                _ => format!("{subject} are not allowed here ({error}), as in many containers"),
            }
        }
        Some(Errno::ENOSYS) => "this kernel has no perf events".to_owned(),
        Some(Errno::EMFILE | Errno::ENFILE) => {
            format!("too many threads for the files that may be open ({error}): raise `ulimit -n`")
        }
        _ => error.to_string(),
    }
}
