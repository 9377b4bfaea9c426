//! Recordings of `perf record`: its file as a recording, by the same collector that live samples go to.
//!
//! The records are those of the kernel's ring, which [`linux_perf_event_reader`] reads for live recordings, too; only
//! the file around them is read here. Stacks that were copied with their registers are followed by the tables of the
//! files that were mapped, as live ones are; a chain that the kernel walked is taken as it is. Nothing is asked of the
//! system about processes of the past: their numbers may be those of others by now.

mod file;

use std::collections::HashMap;
use std::path::Path;

use byteorder::LittleEndian;
use linux_perf_event_reader::{
    AttrFlags, HardwareEventId, PerfEventType, RawData, RawEventRecord, RecordIdParseInfo, RecordType,
    SampleFormat, SamplingPolicy, SoftwareCounterType, get_record_id, get_record_identifier,
    get_record_timestamp,
};
use perfaudit_result::{Rung, Sampler, SamplingEvent};

use super::collect::Collector;
use super::perf::Decoder;
use super::source::Event;
use crate::recording::Recording;
use file::{Feature, PerfDataFile, SampledEvent};

/// Larger files are refused: a file is read whole.
const MOST_BYTES: u64 = 4 << 30;

/// What a file of `perf record` holds.
#[derive(Debug, Clone)]
pub struct PerfData {
    /// The samples of one event.
    pub recording: Recording,
    /// What limits it, each in a sentence.
    pub remarks: Vec<String>,
    /// Whether it was recorded under the kernel that runs now, as far as its release tells.
    pub is_of_this_kernel: bool,
}

/// Why a file gives no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PerfDataError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It has too many bytes.
    #[error("it has {0} bytes, and more than {MOST_BYTES} are not read: record for a shorter time")]
    TooLarge(u64),
    /// It is something else.
    #[error("it is no file of `perf record`")]
    NotPerfData,
    /// It was made on a machine that orders bytes otherwise.
    #[error("it was recorded on a machine with another order of bytes: read it there")]
    OtherByteOrder,
    /// It was made on a machine with other registers.
    #[error("it was recorded on {0}: read it on such a machine")]
    OtherArchitecture(String),
    /// It was written to a pipe.
    #[error("it was written to a pipe, whose format is not read: record with `perf record -o FILE`")]
    Pipe,
    /// `perf record` did not end.
    #[error("it holds no records: `perf record` was ended before it could finish the file")]
    Unfinished,
    /// It is compressed.
    #[error("its records are compressed: record without `-z`")]
    Compressed,
    /// It ends too early, or states what cannot be.
    #[error("it is cut off or damaged: its {0}")]
    Cut(&'static str),
    /// Which event a sample is of cannot be told.
    #[error("it holds several events whose samples cannot be told apart: record one event")]
    Mixed,
    /// Its samples hold more than is read.
    #[error("its samples hold the counts of a group of events, which are not read: record without `:S`")]
    Counts,
}

/// Reads a file of `perf record`.
///
/// # Errors
/// When the file cannot be read as one, with what to do about it.
pub fn read(path: &Path) -> Result<PerfData, PerfDataError> {
    let unreadable = |error: std::io::Error| PerfDataError::Unreadable(error.to_string());
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(PerfDataError::Unreadable("it is not a regular file".to_owned()));
    }
    if metadata.len() > MOST_BYTES {
        return Err(PerfDataError::TooLarge(metadata.len()));
    }
    parse(&std::fs::read(path).map_err(unreadable)?)
}

/// [`read`] from memory.
///
/// # Errors
/// See there.
pub fn parse(bytes: &[u8]) -> Result<PerfData, PerfDataError> {
    let file = PerfDataFile::parse(bytes)?;
    let recorded_on = file.text(Feature::Architecture);
    if let Some(other) = recorded_on.filter(|&name| name != std::env::consts::ARCH) {
        return Err(PerfDataError::OtherArchitecture(other.to_owned()));
    }
    let ids = Ids::of(&file.events)?;
    let chosen = chosen(&file.events);
    if file.events[chosen].attributes.sample_format.contains(SampleFormat::READ) {
        return Err(PerfDataError::Counts);
    }
    let mut records = Vec::new();
    for record in file.records() {
        let record = record?;
        let (kind, body) = (RecordType(record.kind), RawData::Single(record.body));
        let event = ids.event_of(kind, body);
        let parse_info = file.events[event].parse;
        let time = get_record_timestamp::<LittleEndian>(kind, body, &parse_info).unwrap_or(0);
        records.push((
            time,
            event,
            RawEventRecord { record_type: kind, misc: record.flags, data: body, parse_info },
        ));
    }
    // Each CPU writes in order, and `perf` writes one after another. Records without a time come first: they tell what
    // was there before.
    records.sort_by_key(|(time, ..)| *time);
    let build_ids = file.build_ids();
    let mut collector = Collector::of_the_past(&build_ids);
    let mut decoder = Decoder::default();
    let mut others: u64 = 0;
    let mut walked: u64 = 0;
    for (time, event, record) in &records {
        if record.record_type == RecordType::SAMPLE && *event != chosen {
            others += 1;
            continue;
        }
        if let Some(event) = decoder.event(record) {
            if let Event::Sample(sample) = &event {
                walked += u64::from(sample.registers.is_none() && !sample.chain.is_empty());
            }
            collector.apply(*time, &event);
        }
    }
    let attributes = &file.events[chosen].attributes;
    let mut remarks = Vec::new();
    if others > 0 {
        remarks.push(format!("{others} samples of other events of the file were left out"));
    }
    if walked > 0 && attributes.sample_format.contains(SampleFormat::CALLCHAIN) {
        remarks.push("callers were found by frame pointers while it was recorded: of code without them, some are missing; `perf record --call-graph dwarf` has all".to_owned());
    } else if walked > 0 {
        remarks.push(
            "it was recorded without callers: `perf record --call-graph dwarf` records them".to_owned(),
        );
    }
    let throttled = collector.throttled();
    if throttled > 0 {
        remarks.push(format!(
            "the kernel took no samples for a while, {throttled} times: record at a lower rate"
        ));
    }
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Ok(PerfData {
        recording: collector.finish(sampler(&file.events[chosen])),
        remarks,
        is_of_this_kernel: file.text(Feature::KernelRelease) == Some(kernel.trim_end()),
    })
}

/// How records tell which event they are of.
enum Ids {
    OnlyOne,
    Alike(RecordIdParseInfo, HashMap<u64, usize>),
    Identified { of_all: bool, events: HashMap<u64, usize> },
}

impl Ids {
    fn of(events: &[SampledEvent]) -> Result<Self, PerfDataError> {
        let first = &events[0];
        if events.len() == 1 {
            return Ok(Self::OnlyOne);
        }
        let known =
            events.iter().enumerate().flat_map(|(at, event)| event.ids.iter().map(move |&id| (id, at)));
        let known = known.collect();
        if events.iter().all(|event| event.parse.id_parse_info == first.parse.id_parse_info) {
            return Ok(Self::Alike(first.parse.id_parse_info, known));
        }
        let of_all = |event: &SampledEvent| event.attributes.flags.contains(AttrFlags::SAMPLE_ID_ALL);
        let is_identified = |event: &SampledEvent| {
            event.attributes.sample_format.contains(SampleFormat::IDENTIFIER)
                && of_all(event) == of_all(first)
        };
        if events.iter().all(is_identified) {
            Ok(Self::Identified { of_all: of_all(first), events: known })
        } else {
            Err(PerfDataError::Mixed)
        }
    }

    fn event_of(&self, kind: RecordType, body: RawData<'_>) -> usize {
        let found = match self {
            Self::OnlyOne => None,
            Self::Alike(info, events) => {
                get_record_id::<LittleEndian>(kind, body, info).and_then(|id| events.get(&id))
            }
            Self::Identified { of_all, events } => {
                get_record_identifier::<LittleEndian>(kind, body, *of_all).and_then(|id| events.get(&id))
            }
        };
        found.copied().unwrap_or(0)
    }
}

/// The event whose samples stand for time: the first that does, or else the first.
fn chosen(events: &[SampledEvent]) -> usize {
    events.iter().position(|event| kind(event) != SamplingEvent::Other).unwrap_or(0)
}

fn kind(event: &SampledEvent) -> SamplingEvent {
    match event.attributes.type_ {
        PerfEventType::Hardware(HardwareEventId::CpuCycles, _) => SamplingEvent::Cycles,
        PerfEventType::Software(SoftwareCounterType::CpuClock | SoftwareCounterType::TaskClock) => {
            SamplingEvent::CpuClock
        }
        _ => SamplingEvent::Other,
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates are far below 2^53")]
fn sampler(event: &SampledEvent) -> Sampler {
    let asked_hz = match (event.attributes.sampling_policy, kind(event)) {
        (SamplingPolicy::Frequency(hz), _) => hz as f64,
        // The period of a clock is in nanoseconds.
        (SamplingPolicy::Period(period), SamplingEvent::CpuClock) => 1e9 / period.get() as f64,
        _ => 0.0,
    };
    Sampler {
        rung: Rung::Imported,
        refused: Vec::new(),
        event: kind(event),
        asked_hz,
        reached_hz: None,
        cpu_s: None,
        system_s: None,
        samples: 0,
        lost: 0,
        truncated: 0,
        unsymbolised: 0,
        stack_bytes: event.attributes.sample_stack_user,
        stack_steps: Vec::new(),
        stopped_s: None,
    }
}

#[cfg(test)]
mod tests;
