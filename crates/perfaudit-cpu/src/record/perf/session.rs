//! Events of a target that are open, and reading them in the order of time.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use linux_perf_event_reader::{RawData, RecordParseInfo, RecordType, get_record_timestamp};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use perf_event_open_sys::bindings::{PERF_FORMAT_LOST, perf_event_attr};
use perfaudit_result::Rung;

use super::decode::Decoder;
use super::ladder::{Request, Target, parse_info};
use super::sys::{self, Ring};
use super::waits::Waits;
use crate::record::collect::Collector;
use crate::record::options::StackBytes;
use crate::record::proc;
use crate::record::worker::{Source, Totals};

/// Rings of all CPUs together, at most, unless that makes them too small.
const ALL_RINGS_BYTES: usize = 128 << 20;
/// A ring that holds less than a few samples is of no use.
const SMALLEST_RING_BYTES: usize = 128 << 10;
/// A ring holds the samples of this much time: on a busy machine we may have to wait for our turn.
const HELD: Duration = Duration::from_millis(250);
/// A record may become visible this long after the time it bears. What is younger waits for the next round.
const SLACK: Duration = Duration::from_millis(1);

/// Open events: one for each thread and CPU, one ring for each CPU.
pub(in crate::record) struct Session {
    rung: Rung,
    rings: Vec<Waiting>,
    /// Events that write to the ring of another one.
    others: Vec<OwnedFd>,
    /// Events that only tell of switches; they write to the rings of the others. None where the kernel refuses them.
    switches: Option<Vec<OwnedFd>>,
    /// Events that take the stacks of waits; the reason where the kernel refuses them.
    waits: Result<Waits, String>,
    /// How much of its stack a sample holds by now.
    stack: StackBytes,
    /// Events that sample with more of the stack and are not switched on yet, the least first.
    deeper: Vec<Deeper>,
    /// Those of them that are, or were.
    deepened: Vec<OwnedFd>,
    ring_bytes: usize,
    counts_lost: bool,
    parse: RecordParseInfo,
    decoder: Decoder,
}

/// Events like those that sample, with a larger piece of stack. They write to the rings of the others.
struct Deeper {
    stack: StackBytes,
    events: Vec<OwnedFd>,
}

/// A ring with what is known of its next record.
pub(super) struct Waiting {
    pub(super) ring: Ring,
    /// What this round reads, ends here.
    head: u64,
    /// Whether somebody may still write to it.
    is_open: bool,
}

impl Session {
    /// Opens an event of the target on every CPU.
    pub(super) fn open(rung: Rung, attr: &perf_event_attr, request: &Request<'_>) -> io::Result<Self> {
        let parse = parse_info(attr)?;
        let deeper: Vec<_> = request
            .stack
            .up_to(request.most_stack)
            .map(|stack| (stack, super::ladder::deeper_attributes(attr, stack)))
            .collect();
        let mut session = Self {
            rung,
            rings: Vec::new(),
            others: Vec::new(),
            switches: Some(Vec::new()),
            waits: Waits::of(attr, request.stack),
            stack: request.stack,
            deeper: deeper.iter().map(|&(stack, _)| Deeper { stack, events: Vec::new() }).collect(),
            deepened: Vec::new(),
            ring_bytes: 0,
            counts_lost: attr.read_format & u64::from(PERF_FORMAT_LOST) != 0,
            parse,
            decoder: Decoder::default(),
        };
        let cpus = proc::online_cpus();
        let mut ring_bytes = wanted_ring(request, cpus.len());
        // Of a child that waits, any thread may become the program.
        let (Target::AtExec(process) | Target::Running(process)) = request.target;
        let threads = proc::threads(process);
        allow_files(threads.len().saturating_mul(cpus.len()).saturating_mul(4 + deeper.len()));
        let switches = super::ladder::switch_attributes(attr);
        let mut last = io::Error::from_raw_os_error(Errno::ESRCH as i32);
        for &cpu in &cpus {
            let mut ring_of_cpu: Option<usize> = None;
            for &thread in &threads {
                let thread = i32::try_from(thread).expect("the system's numbers fit");
                let mut attr = *attr;
                attr.wakeup_watermark = u32::try_from(ring_bytes / 4).expect("a few megabytes");
                let event = match sys::open(&attr, thread, cpu) {
                    Ok(event) => event,
                    // A CPU that was switched off, or a thread that has ended meanwhile.
                    Err(error) if is_gone(&error) => {
                        last = error;
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let ring = if let Some(ring) = ring_of_cpu {
                    sys::redirect(&event, session.rings[ring].ring.event().as_fd())?;
                    session.others.push(event);
                    ring
                } else {
                    let ring = map_ring(event, &mut ring_bytes, || sys::open(&attr, thread, cpu))?;
                    session.rings.push(Waiting::new(ring));
                    session.rings.len() - 1
                };
                ring_of_cpu = Some(ring);
                session.open_switches(&switches, thread, cpu, ring);
                session.open_waits(thread, cpu, ring_bytes);
                for (at, (_, attr)) in deeper.iter().enumerate() {
                    session.open_deeper(at, attr, thread, cpu, ring);
                }
            }
        }
        session.ring_bytes = ring_bytes;
        if session.rings.is_empty() { Err(last) } else { Ok(session) }
    }

    /// Opens an event that tells of switches to and from a thread. Samples are worth having without it.
    fn open_switches(&mut self, attr: &perf_event_attr, thread: i32, cpu: u32, ring: usize) {
        let opened = sys::open(attr, thread, cpu).and_then(|event| {
            sys::redirect(&event, self.rings[ring].ring.event().as_fd())?;
            Ok(event)
        });
        match (opened, &mut self.switches) {
            (Ok(event), Some(events)) => events.push(event),
            (Err(error), _) if is_gone(&error) => {}
            _ => self.switches = None,
        }
    }

    /// Opens an event that takes the stacks of waits. Samples are worth having without it.
    fn open_waits(&mut self, thread: i32, cpu: u32, ring_bytes: usize) {
        if let Ok(waits) = &mut self.waits
            && let Err(error) = waits.open(thread, cpu, ring_bytes)
            && !is_gone(&error)
        {
            self.waits = Err(super::ladder::no_waits(&error));
        }
    }

    /// Opens an event that waits to be switched on. If there are too many for the system, none of its size is used.
    fn open_deeper(&mut self, at: usize, attr: &perf_event_attr, thread: i32, cpu: u32, ring: usize) {
        let Some(deeper) = self.deeper.get_mut(at) else { return };
        let opened = sys::open(attr, thread, cpu).and_then(|event| {
            sys::redirect(&event, self.rings[ring].ring.event().as_fd())?;
            Ok(event)
        });
        match opened {
            Ok(event) => deeper.events.push(event),
            Err(error) if is_gone(&error) => {}
            Err(_) => self.deeper.truncate(at),
        }
    }

    fn drain_until(&mut self, limit: u64, collector: &mut Collector) {
        let Self { rings, parse, decoder, waits, .. } = self;
        let mut sources: Vec<(&mut Waiting, &RecordParseInfo, bool)> =
            rings.iter_mut().map(|ring| (ring, &*parse, false)).collect();
        if let Ok(Waits { rings, parse, .. }) = waits {
            sources.extend(rings.iter_mut().map(|(_, ring)| (ring, &*parse, true)));
        }
        let begin = |(waiting, parse, _): &mut (&mut Waiting, &RecordParseInfo, _)| {
            waiting.head = waiting.ring.head();
            waiting.next_time(parse)
        };
        let mut waits_read = 0;
        let mut next: Vec<Option<u64>> = sources.iter_mut().map(begin).collect();
        while let Some((at, time)) = earliest(&next).filter(|&(_, time)| time < limit) {
            let (waiting, parse, is_of_waits) = &mut sources[at];
            let Some(record) = waiting.ring.next(waiting.head) else { break };
            let length = record.len();
            let event = if *is_of_waits {
                waits_read += 1;
                decoder.decode_wait(record, parse)
            } else {
                decoder.decode(record, parse)
            };
            if let Some(event) = event {
                collector.apply(time, &event);
            }
            waiting.ring.advance(length);
            waiting.ring.release();
            next[at] = waiting.next_time(parse);
        }
        if let Ok(waits) = waits {
            waits.took(waits_read);
        }
    }
}

impl Source for Session {
    fn rung(&self) -> Rung {
        self.rung
    }

    fn waiting_bytes(&self) -> usize {
        self.ring_bytes
    }

    fn stack(&self) -> StackBytes {
        self.stack
    }

    /// Switches to the events with more of the stack. For a moment both sample, so that nothing is missed.
    fn deepen(&mut self) -> bool {
        if self.deeper.is_empty() {
            return false;
        }
        let Deeper { stack, events } = self.deeper.remove(0);
        if events.iter().any(|event| sys::switch(event, true).is_err()) {
            for event in &events {
                // What cannot be switched on cannot be switched off either.
                let _ = sys::switch(event, false);
            }
            self.deepened.extend(events);
            return false;
        }
        for event in self.sampling() {
            // If it fails, it goes on to sample beside the other one, and both count their time.
            let _ = sys::switch(event, false);
        }
        self.stack = stack;
        self.deepened.extend(events);
        true
    }

    /// Sleeps until a ring is filled to a quarter, too.
    fn wait(&mut self, stop: BorrowedFd<'_>, limit: Duration) {
        let waits = self.waits.as_mut().ok().into_iter().flat_map(|waits| &mut waits.rings);
        let all = self.rings.iter_mut().chain(waits.map(|(_, waiting)| waiting));
        let mut open: Vec<&mut Waiting> = all.filter(|waiting| waiting.is_open).collect();
        let events = open.iter().map(|waiting| waiting.ring.event().as_fd());
        let mut polled: Vec<PollFd<'_>> =
            events.chain([stop]).map(|file| PollFd::new(file, PollFlags::POLLIN)).collect();
        // An error or a signal is a short sleep.
        let _ = poll(&mut polled, PollTimeout::try_from(limit).unwrap_or(PollTimeout::MAX));
        let closed: Vec<bool> = polled
            .iter()
            .map(|file| {
                file.revents().is_some_and(|found| found.intersects(PollFlags::POLLHUP | PollFlags::POLLERR))
            })
            .collect();
        // When all that were sampled have ended, the kernel says so without end. Nobody asks any more.
        for (waiting, closed) in open.iter_mut().zip(closed) {
            waiting.is_open = !closed;
        }
    }

    /// Hands over what lies in the rings, in the order of time: up to a moment ago, unless it is over.
    fn drain(&mut self, collector: &mut Collector, is_over: bool) {
        let slack = u64::try_from(SLACK.as_nanos()).unwrap_or(0);
        self.drain_until(
            if is_over { u64::MAX } else { proc::monotonic_ns().saturating_sub(slack) },
            collector,
        );
    }

    fn totals(&self) -> Totals {
        let (mut cpu, mut lost) = (Duration::ZERO, 0);
        for counted in self.sampling().filter_map(|event| self.counted(event)) {
            cpu += counted.running;
            lost += counted.lost;
        }
        let of_switches = |events: &Vec<OwnedFd>| {
            events.iter().filter_map(|event| self.counted(event)).map(|counted| counted.lost).sum()
        };
        let lost_switches = self.switches.as_ref().map(of_switches);
        let waits = self.waits.as_ref().map(|_| ()).map_err(Clone::clone);
        Totals { cpu: Some(cpu), lost, lost_switches, waits: Some(waits), ..Totals::default() }
    }
}

/// What the kernel counted of one event.
struct Counted {
    running: Duration,
    lost: u64,
}

impl Session {
    /// Events that sample, or did.
    fn sampling(&self) -> impl Iterator<Item = &OwnedFd> {
        self.rings.iter().map(|waiting| waiting.ring.event()).chain(&self.others).chain(&self.deepened)
    }

    fn counted(&self, event: &OwnedFd) -> Option<Counted> {
        // value, time enabled, time running, lost (`perf_event_open(2)`, "Reading results").
        let mut counts = [0; 32];
        let expected = if self.counts_lost { 32 } else { 24 };
        let read = nix::unistd::read(event, &mut counts[..expected]) == Ok(expected);
        let number = |at: usize| u64::from_ne_bytes(counts[at * 8..at * 8 + 8].try_into().expect("8 bytes"));
        read.then(|| Counted { running: Duration::from_nanos(number(2)), lost: number(3) })
    }
}

impl Waiting {
    pub(super) fn new(ring: Ring) -> Self {
        Self { ring, head: 0, is_open: true }
    }

    /// The time of the next record. One without a time comes first; one that cannot be is skipped with all after it.
    fn next_time(&mut self, parse: &RecordParseInfo) -> Option<u64> {
        let head = self.head;
        let Some(record) = self.ring.next(head) else {
            if self.ring.is_behind(head) {
                self.ring.skip_to(head);
            }
            return None;
        };
        let (header, body) = record.split_at(sys::HEADER_BYTES);
        let kind = RecordType(u32::from_ne_bytes(header[..4].try_into().expect("4 bytes")));
        let time = get_record_timestamp::<byteorder::NativeEndian>(kind, RawData::Single(body), parse);
        Some(time.unwrap_or(0))
    }
}

/// The earliest of the times, and whose it is.
fn earliest(next: &[Option<u64>]) -> Option<(usize, u64)> {
    next.iter().enumerate().filter_map(|(at, time)| Some((at, (*time)?))).min_by_key(|&(_, time)| time)
}

/// The size of a ring that holds the samples of [`HELD`]: a power of two.
fn wanted_ring(request: &Request<'_>, cpus: usize) -> usize {
    // Where larger pieces are asked for, it holds those of half of the time or less.
    let stack = request.stack.next().unwrap_or(request.stack).min(request.most_stack).max(request.stack);
    let per_second = u64::from(request.rate.get()) * u64::from(stack.get());
    let wanted = usize::try_from(per_second * HELD.as_millis() as u64 / 1000).unwrap_or(usize::MAX);
    let most = ALL_RINGS_BYTES / cpus.max(1);
    1 << wanted.next_power_of_two().min(most).max(SMALLEST_RING_BYTES).ilog2()
}

/// Maps a ring, a smaller one if more must not be locked in memory. An event can be mapped once, so it is opened anew.
pub(super) fn map_ring(
    event: OwnedFd,
    bytes: &mut usize,
    reopen: impl Fn() -> io::Result<OwnedFd>,
) -> io::Result<Ring> {
    let mut mapped = Ring::map(event, *bytes);
    while let Err(error) = &mapped
        && matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::EPERM | Errno::ENOMEM))
        && *bytes > SMALLEST_RING_BYTES
    {
        *bytes /= 2;
        mapped = Ring::map(reopen()?, *bytes);
    }
    mapped
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::ENODEV | Errno::ESRCH))
}

/// Raises the limit of open files as far as the system lets anybody, if it does not suffice.
fn allow_files(events: usize) {
    const OTHERS: u64 = 256;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = (events as u64).saturating_add(OTHERS).min(hard);
    if wanted > soft {
        // If it fails, opening says so.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::record::perf::open_best;
    use crate::record::{RateHz, RecordOptions};

    /// A child that works until it is dropped.
    struct Busy(std::process::Child);

    impl Drop for Busy {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn what_does_not_fit_into_the_rings_is_counted_as_lost() {
        let busy = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let busy = Busy(busy);
        let request = Request {
            target: Target::Running(busy.0.id()),
            rungs: &RecordOptions::default().rungs,
            rate: RateHz::new(20_000),
            stack: StackBytes::new(StackBytes::MOST),
            most_stack: StackBytes::new(StackBytes::MOST),
        };
        let mut session = open_best(&request, &mut Vec::new()).unwrap();
        // Nobody reads, so the rings fill up.
        let begun = Instant::now();
        while session.totals().lost == 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing is lost");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut collector = Collector::new();
        session.drain(&mut collector, true);
        assert!(collector.samples() > 0);
        assert!(session.totals().cpu.unwrap() > Duration::ZERO);
    }

    #[test]
    fn a_ring_is_a_power_of_two_and_not_too_small() {
        let request = |hz, stack| Request {
            target: Target::Running(1),
            rungs: &[],
            rate: RateHz::new(hz),
            stack: StackBytes::new(stack),
            most_stack: StackBytes::new(stack),
        };
        assert_eq!(wanted_ring(&request(999, 16 << 10), 2), 4 << 20);
        assert_eq!(wanted_ring(&request(1, 512), 2), SMALLEST_RING_BYTES);
        assert_eq!(wanted_ring(&request(100_000, 64_000), 2), 64 << 20);
        assert_eq!(wanted_ring(&request(999, 16 << 10), 4096), SMALLEST_RING_BYTES);
    }
}
