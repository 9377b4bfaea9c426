//! The format of `perf.data` (the kernel's `tools/perf/Documentation/perf.data-file-format.txt`): where its parts lie.
//!
//! Nothing is believed: each place is looked up within the bytes of the file, and no room is made for what a file only
//! claims to hold.

use std::collections::HashMap;
use std::ops::Range;

use byteorder::{ByteOrder, LittleEndian};
use linux_perf_event_reader::{Endianness, PerfEventAttr, RecordParseInfo};

use super::PerfDataError;

/// Type, flags and length.
pub(super) const RECORD_HEADER: usize = 8;
/// Records from here on are those of `perf` itself, and not of the kernel.
const FIRST_OF_PERF: u32 = 64;
/// Is followed by data that its own length does not count (`PERF_RECORD_AUXTRACE`).
const AUXTRACE: u32 = 71;
/// Hold compressed records (`PERF_RECORD_COMPRESSED`, `PERF_RECORD_COMPRESSED2`).
const COMPRESSED: [u32; 2] = [81, 83];
/// An attribute is followed by the place of its ids.
const PLACE_OF_IDS: usize = 16;
/// The header of a file that was written to a pipe has this length.
const PIPE_HEADER: u64 = 16;

/// What a file holds beside records, by the bit that says so (`HEADER_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Feature {
    BuildIds = 2,
    KernelRelease = 4,
    Architecture = 6,
}

/// A file, and where its parts lie.
pub(super) struct PerfDataFile<'a> {
    bytes: &'a [u8],
    records: Range<usize>,
    features: HashMap<u32, Range<usize>>,
    /// What was sampled.
    pub(super) events: Vec<SampledEvent>,
}

/// An event that samples were taken by.
pub(super) struct SampledEvent {
    pub(super) attributes: PerfEventAttr,
    pub(super) parse: RecordParseInfo,
    /// What records name it by.
    pub(super) ids: Vec<u64>,
}

/// A record as it lies in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordBytes<'a> {
    pub(super) kind: u32,
    pub(super) flags: u16,
    pub(super) body: &'a [u8],
}

impl<'a> PerfDataFile<'a> {
    /// Finds the parts.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, PerfDataError> {
        match bytes.get(..8) {
            Some(b"PERFILE2") => {}
            Some(b"2ELIFREP") => return Err(PerfDataError::OtherByteOrder),
            _ => return Err(PerfDataError::NotPerfData),
        }
        let number = |at: usize, what| {
            let bytes = bytes.get(at..at + 8).ok_or(PerfDataError::Cut(what))?;
            Ok::<u64, PerfDataError>(LittleEndian::read_u64(bytes))
        };
        if number(8, "header")? == PIPE_HEADER {
            return Err(PerfDataError::Pipe);
        }
        let section = |at: usize, what| range(bytes, number(at, what)?, number(at + 8, what)?, what);
        let attribute_bytes = number(16, "header")?;
        let attributes = section(24, "attributes")?;
        let records = section(40, "records")?;
        if records.is_empty() {
            return Err(PerfDataError::Unfinished);
        }
        let mut features = HashMap::new();
        let mut at = records.end;
        for bit in 0..256_u32 {
            let word = number(72 + 8 * (bit / 64) as usize, "header")?;
            if word >> (bit % 64) & 1 == 1 {
                features.insert(bit, section(at, "list of features")?);
                at += 16;
            }
        }
        let events = events(bytes, &bytes[attributes], attribute_bytes)?;
        Ok(Self { bytes, records, features, events })
    }

    /// The records of the kernel, in the order of the file.
    pub(super) fn records(&self) -> impl Iterator<Item = Result<RecordBytes<'a>, PerfDataError>> + use<'a> {
        let mut rest = &self.bytes[self.records.clone()];
        std::iter::from_fn(move || {
            loop {
                if rest.is_empty() {
                    return None;
                }
                match next(&mut rest) {
                    Ok(record) if record.kind >= FIRST_OF_PERF => {}
                    Ok(record) => return Some(Ok(record)),
                    Err(error) => {
                        rest = &[];
                        return Some(Err(error));
                    }
                }
            }
        })
    }

    fn feature(&self, feature: Feature) -> &'a [u8] {
        self.features.get(&(feature as u32)).map_or(&[], |range| &self.bytes[range.clone()])
    }

    /// A text beside the records: its length, then its bytes up to the first zero.
    pub(super) fn text(&self, feature: Feature) -> Option<&'a str> {
        let bytes = self.feature(feature);
        let length = usize::try_from(LittleEndian::read_u32(bytes.get(..4)?)).ok()?;
        let text = bytes.get(4..4_usize.checked_add(length)?)?;
        std::str::from_utf8(until_zero(text)).ok()
    }

    /// The build ids of files that samples lie in, by path. Those that cannot be read are left out.
    pub(super) fn build_ids(&self) -> HashMap<&'a [u8], &'a [u8]> {
        // Flags of a record: the length of the id is given (`PERF_RECORD_MISC_BUILD_ID_SIZE`).
        const HAS_LENGTH: u16 = 1 << 15;
        let mut rest = self.feature(Feature::BuildIds);
        let mut found = HashMap::new();
        while !rest.is_empty() {
            let Ok(record) = next(&mut rest) else { break };
            // The number of a process, 20 bytes of id, its length, 3 bytes of nothing, the path.
            let Some((id, path)) = record.body.get(4..).and_then(|body| body.split_at_checked(24)) else {
                break;
            };
            let length = if record.flags & HAS_LENGTH == 0 { 20 } else { usize::from(id[20]).min(20) };
            found.insert(until_zero(path), &id[..length]);
        }
        found
    }
}

/// Takes the first record off.
fn next<'a>(rest: &mut &'a [u8]) -> Result<RecordBytes<'a>, PerfDataError> {
    let cut = PerfDataError::Cut("records");
    let header = rest.get(..RECORD_HEADER).ok_or(cut.clone())?;
    let length = usize::from(LittleEndian::read_u16(&header[6..]));
    let record = RecordBytes {
        kind: LittleEndian::read_u32(header),
        flags: LittleEndian::read_u16(&header[4..]),
        body: rest.get(RECORD_HEADER..length).ok_or(cut.clone())?,
    };
    if COMPRESSED.contains(&record.kind) {
        return Err(PerfDataError::Compressed);
    }
    let beyond = match record.kind {
        AUXTRACE => {
            let size = record.body.get(..8).ok_or(cut.clone())?;
            usize::try_from(LittleEndian::read_u64(size)).map_err(|_| cut.clone())?
        }
        _ => 0,
    };
    *rest = length.checked_add(beyond).and_then(|length| rest.get(length..)).ok_or(cut)?;
    Ok(record)
}

fn events(bytes: &[u8], attributes: &[u8], attribute_bytes: u64) -> Result<Vec<SampledEvent>, PerfDataError> {
    let damaged = || PerfDataError::Cut("attributes");
    let length = usize::try_from(attribute_bytes).map_err(|_| damaged())?;
    if length <= PLACE_OF_IDS || !attributes.len().is_multiple_of(length) {
        return Err(damaged());
    }
    let event = |entry: &[u8]| {
        let (attributes, place) = entry.split_at(length - PLACE_OF_IDS);
        let (attributes, _) = PerfEventAttr::parse::<_, LittleEndian>(attributes).map_err(|_| damaged())?;
        let place = [LittleEndian::read_u64(place), LittleEndian::read_u64(&place[8..])];
        let ids = &bytes[range(bytes, place[0], place[1], "ids of events")?];
        Ok(SampledEvent {
            parse: RecordParseInfo::new(&attributes, Endianness::LittleEndian),
            attributes,
            ids: ids.chunks_exact(8).map(LittleEndian::read_u64).collect(),
        })
    };
    let events: Result<Vec<SampledEvent>, PerfDataError> =
        attributes.chunks_exact(length).map(event).collect();
    events.and_then(|events| if events.is_empty() { Err(damaged()) } else { Ok(events) })
}

/// A part of the file by offset and length.
fn range(bytes: &[u8], offset: u64, length: u64, what: &'static str) -> Result<Range<usize>, PerfDataError> {
    let place = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
    let range = place.and_then(|(start, length)| Some(start..start.checked_add(length)?));
    range.filter(|range| range.end <= bytes.len()).ok_or(PerfDataError::Cut(what))
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}
