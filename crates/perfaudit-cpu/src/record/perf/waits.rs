//! Events that take the stack of a thread in the moment in which it gives up its CPU.
//!
//! They write to rings of their own, so that many waits cannot take the room of samples. Where there are very many, other
//! events take over that take one of [`SPARSE`].

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use linux_perf_event_reader::RecordParseInfo;
use perf_event_open_sys::bindings::perf_event_attr;

use super::ladder::{no_waits, parse_info, sparse_wait_attributes, wait_attributes};
use super::session::{Waiting, map_ring};
use super::sys;
use crate::record::options::StackBytes;

/// A prime, so that waits that come by turns are all met.
const SPARSE: u64 = 61;
/// Of more waits a second than this, on all CPUs together, a part is taken: following a stack takes some 10 us.
const MOST_PER_SECOND: f64 = 2000.0;
/// Over this much time they are counted.
const WINDOW: Duration = Duration::from_millis(100);

/// Open events: two for each thread and CPU, one ring for each CPU.
pub(super) struct Waits {
    each: perf_event_attr,
    sparse: perf_event_attr,
    pub(super) parse: RecordParseInfo,
    /// Each with its CPU. Their own events take every wait.
    pub(super) rings: Vec<(u32, Waiting)>,
    /// Further events that take every wait.
    others: Vec<OwnedFd>,
    /// Those that take a part.
    sparse_events: Vec<OwnedFd>,
    is_sparse: bool,
    /// How many were taken since when.
    counted: (u64, Instant),
}

impl Waits {
    /// None is open yet. With the reason, if they cannot be.
    pub(super) fn of(sampling: &perf_event_attr, stack: StackBytes) -> Result<Self, String> {
        let each = wait_attributes(sampling, stack);
        Ok(Self {
            each,
            sparse: sparse_wait_attributes(&each, SPARSE),
            parse: parse_info(&each).map_err(|error| no_waits(&error))?,
            rings: Vec::new(),
            others: Vec::new(),
            sparse_events: Vec::new(),
            is_sparse: false,
            counted: (0, Instant::now()),
        })
    }

    /// Opens the events of a thread on a CPU.
    pub(super) fn open(&mut self, thread: i32, cpu: u32, mut ring_bytes: usize) -> io::Result<()> {
        let mut attr = self.each;
        attr.wakeup_watermark = u32::try_from(ring_bytes / 4).expect("a few megabytes");
        let event = sys::open(&attr, thread, cpu)?;
        let sparse = sys::open(&self.sparse, thread, cpu)?;
        if let Some((_, waiting)) = self.rings.iter().find(|(of, _)| *of == cpu) {
            let ring = waiting.ring.event().as_fd();
            sys::redirect(&event, ring)?;
            sys::redirect(&sparse, ring)?;
            self.others.push(event);
        } else {
            let ring = map_ring(event, &mut ring_bytes, || sys::open(&attr, thread, cpu))?;
            sys::redirect(&sparse, ring.event().as_fd())?;
            self.rings.push((cpu, Waiting::new(ring)));
        }
        self.sparse_events.push(sparse);
        Ok(())
    }

    /// Takes notice of waits that were read, and goes over to a part of them if they are too many.
    pub(super) fn took(&mut self, waits: u64) {
        self.counted.0 += waits;
        let (taken, since) = self.counted;
        let elapsed = since.elapsed();
        if elapsed < WINDOW || self.is_sparse {
            return;
        }
        self.counted = (0, Instant::now());
        #[expect(clippy::cast_precision_loss, reason = "numbers of waits are far below 2^53")]
        let per_second = taken as f64 / elapsed.as_secs_f64();
        if per_second > MOST_PER_SECOND {
            for event in self.events_of_each() {
                // One that cannot be switched off goes on, and costs more.
                let _ = sys::switch(event, false);
            }
            self.is_sparse = true;
            for event in &self.sparse_events {
                let _ = sys::switch(event, true);
            }
        }
    }

    fn events_of_each(&self) -> impl Iterator<Item = &OwnedFd> {
        self.rings.iter().map(|(_, waiting)| waiting.ring.event()).chain(&self.others)
    }
}
