//! From records in a ring to events.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use linux_perf_event_reader::{
    ContextSwitchRecord, CpuMode, EventRecord, Mmap2FileId, RawData, RawEventRecord, RecordParseInfo,
    RecordType, SampleFormat, SampleRecord, TaskWasPreempted,
};

use super::ladder::register;
use super::sys::HEADER_BYTES;
use crate::record::source::{Content, Event, Mapping, RawSample, Registers, Task};

/// Addresses from here on are marks in a chain of calls, and no addresses (`PERF_CONTEXT_MAX` in the kernel's header).
const FIRST_MARK: u64 = (-4095_i64).cast_unsigned();
/// What follows is in the kernel (`PERF_CONTEXT_KERNEL`).
const KERNEL_MARK: u64 = (-128_i64).cast_unsigned();
/// What follows is in user code (`PERF_CONTEXT_USER`).
const USER_MARK: u64 = (-512_i64).cast_unsigned();

/// Memory is executable (`PROT_EXEC`).
const PROTECTED_EXECUTABLE: u32 = 4;

/// A mapping states a build id instead of an inode (`PERF_RECORD_MISC_MMAP_BUILD_ID`).
const HAS_BUILD_ID: u16 = 1 << 14;
/// Where its length is in the record: behind the process, the thread, the address, the length and the offset.
const BUILD_ID_LENGTH_AT: usize = 32;

/// Memory that events are put together in.
#[derive(Default)]
pub(in crate::record) struct Decoder {
    kernel: Vec<u64>,
    user: Vec<u64>,
    name: String,
}

impl Decoder {
    /// What a record says; none if it is of no interest or cannot be read.
    pub(super) fn decode<'a>(&'a mut self, record: &'a [u8], parse: &RecordParseInfo) -> Option<Event<'a>> {
        let (header, body) = record.split_at_checked(HEADER_BYTES)?;
        let kind = RecordType(u32::from_ne_bytes(header[..4].try_into().ok()?));
        let misc = u16::from_ne_bytes(header[4..6].try_into().ok()?);
        let body = RawData::Single(body);
        if kind == RecordType::SAMPLE {
            let sample = SampleRecord::parse::<byteorder::NativeEndian>(body, misc, parse);
            return self.sample(&sample.ok()?);
        }
        self.event(&RawEventRecord::new(kind, misc, body, *parse))
    }

    /// The wait that a record of an event of waits tells of; none if it is another record.
    pub(super) fn decode_wait<'a>(
        &'a mut self,
        record: &'a [u8],
        parse: &RecordParseInfo,
    ) -> Option<Event<'a>> {
        match self.decode(record, parse)? {
            Event::Sample(raw) => Some(Event::Wait(raw)),
            _ => None,
        }
    }

    /// The same of a record that was taken apart.
    pub(in crate::record) fn event<'a>(&'a mut self, record: &RawEventRecord<'a>) -> Option<Event<'a>> {
        if record.record_type == RecordType::LOST_SAMPLES {
            return Some(Event::Lost(record.data.clone().read_u64::<byteorder::LittleEndian>().ok()?));
        }
        if has_no_possible_build_id(record) || has_no_possible_chain(record) {
            return None;
        }
        match record.parse().ok()? {
            EventRecord::Sample(sample) => self.sample(&sample),
            EventRecord::Fork(fork) => {
                Some(Event::Fork { child: task(fork.pid, fork.tid)?, parent: task(fork.ppid, fork.ptid)? })
            }
            EventRecord::Exit(exit) => Some(Event::Exit { task: task(exit.pid, exit.tid)? }),
            EventRecord::Comm(comm) => {
                self.name.clear();
                self.name.push_str(&String::from_utf8_lossy(bytes(comm.name)?));
                let (task, name) = (task(comm.pid, comm.tid)?, self.name.as_str());
                Some(if comm.is_execve { Event::Exec { task, name } } else { Event::Name { task, name } })
            }
            EventRecord::Mmap(map) if map.is_executable => {
                let path = Path::new(OsStr::from_bytes(bytes(map.path)?));
                let content = Content::of_name(path, map.page_offset, None);
                Some(Event::Map {
                    process: u32::try_from(map.pid).ok()?,
                    mapping: Mapping { start: map.address, length: map.length, content },
                })
            }
            EventRecord::Mmap2(map) if map.protection & PROTECTED_EXECUTABLE != 0 => {
                let inode = match map.file_id {
                    Mmap2FileId::InodeAndVersion(file) => Some(file.inode),
                    Mmap2FileId::BuildId(_) => None,
                };
                let path = Path::new(OsStr::from_bytes(bytes(map.path)?));
                let content = Content::of_name(path, map.page_offset, inode);
                Some(Event::Map {
                    process: u32::try_from(map.pid).ok()?,
                    mapping: Mapping { start: map.address, length: map.length, content },
                })
            }
            EventRecord::ContextSwitch(switch) => {
                let written_by = record.common_data().ok()?;
                let task = task(written_by.pid?, written_by.tid?)?;
                Some(match switch {
                    ContextSwitchRecord::In { .. } => Event::SwitchIn { task },
                    ContextSwitchRecord::Out { preempted, .. } => {
                        Event::SwitchOut { task, preempted: preempted == TaskWasPreempted::Yes }
                    }
                })
            }
            EventRecord::Lost(lost) => Some(Event::Lost(lost.count)),
            EventRecord::Throttle(_) => Some(Event::Throttled),
            _ => None,
        }
    }

    fn sample<'a>(&'a mut self, sample: &SampleRecord<'a>) -> Option<Event<'a>> {
        self.kernel.clear();
        self.user.clear();
        if let Some(chain) = sample.callchain {
            let mut mark = 0;
            for address in (0..chain.len()).filter_map(|at| chain.get(at)) {
                match mark {
                    _ if address >= FIRST_MARK => mark = address,
                    KERNEL_MARK => self.kernel.push(address),
                    USER_MARK => self.user.push(address),
                    _ => {}
                }
            }
        } else if let (Some(address), None) = (sample.ip, &sample.user_regs) {
            match sample.cpu_mode {
                CpuMode::Kernel => self.kernel.push(address),
                CpuMode::User => self.user.push(address),
                _ => {}
            }
        }
        let registers = sample.user_regs.as_ref().and_then(|registers| {
            Some(Registers {
                instruction: registers.get(register::INSTRUCTION)?,
                stack: registers.get(register::STACK)?,
                frame: registers.get(register::FRAME)?,
                link: register::LINK.and_then(|link| registers.get(link)).unwrap_or(0),
            })
        });
        let (stack, stack_room) = match sample.user_stack {
            Some((room, copied)) => {
                let room = bytes(room)?;
                (room.get(..usize::try_from(copied).ok()?).unwrap_or(room), room.len())
            }
            None => (&[][..], 0),
        };
        let task = task(sample.pid?, sample.tid?)?;
        let chain = if registers.is_some() { &[][..] } else { &self.user };
        let kernel = &self.kernel;
        Some(Event::Sample(RawSample { task, weight: 1, kernel, chain, registers, stack, stack_room }))
    }
}

/// Whether a record of a mapping states a build id that is longer than its place: the parser would panic.
fn has_no_possible_build_id(record: &RawEventRecord<'_>) -> bool {
    let has_one = record.record_type == RecordType::MMAP2 && record.misc & HAS_BUILD_ID != 0;
    let mut data = record.data;
    has_one && data.skip(BUILD_ID_LENGTH_AT).and_then(|()| data.read_u8()).is_ok_and(|length| length > 20)
}

/// Whether a sample states a chain of calls that is longer than itself: the parser would compute its length with an
/// overflow. Samples that hold counts, whose length varies, are not handed over.
fn has_no_possible_chain(record: &RawEventRecord<'_>) -> bool {
    let format = record.parse_info.sample_format;
    if record.record_type != RecordType::SAMPLE || !format.contains(SampleFormat::CALLCHAIN) {
        return false;
    }
    let before = SampleFormat::IDENTIFIER
        | SampleFormat::IP
        | SampleFormat::TID
        | SampleFormat::TIME
        | SampleFormat::ADDR
        | SampleFormat::ID
        | SampleFormat::STREAM_ID
        | SampleFormat::CPU
        | SampleFormat::PERIOD;
    let before = (format & before).bits().count_ones() as usize * size_of::<u64>();
    let mut data = record.data;
    let length = data.skip(before).and_then(|()| data.read_u64::<byteorder::LittleEndian>());
    length.is_ok_and(|length| length > data.len() as u64 / 8)
}

/// Records are handed over in one piece.
fn bytes(data: RawData<'_>) -> Option<&[u8]> {
    match data {
        RawData::Single(bytes) => Some(bytes),
        RawData::Split(..) => None,
    }
}

fn task(process: i32, thread: i32) -> Option<Task> {
    Some(Task { process: u32::try_from(process).ok()?, thread: u32::try_from(thread).ok()? })
}
