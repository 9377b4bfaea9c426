use std::collections::BTreeMap;

use perfaudit_result::SamplingEvent;
use proptest::prelude::*;

use super::*;
use crate::recording::CodeAddress;

const FILES: [(&[u8], &str); 3] = [
    (
        include_bytes!("../../../../../testdata/perf-data/frame-pointers.data"),
        include_str!("../../../../../testdata/perf-data/frame-pointers.txt"),
    ),
    (
        include_bytes!("../../../../../testdata/perf-data/flat.data"),
        include_str!("../../../../../testdata/perf-data/flat.txt"),
    ),
    (
        include_bytes!("../../../../../testdata/perf-data/two-events.data"),
        include_str!("../../../../../testdata/perf-data/two-events.txt"),
    ),
];

/// Samples by innermost address in the program, as `perf script` counts them: `offset samples` in lines.
fn counted_by_perf(text: &str) -> BTreeMap<u64, u64> {
    let pair = |line: &str| {
        let (address, count) = line.split_once(' ').unwrap();
        (u64::from_str_radix(address, 16).unwrap(), count.parse().unwrap())
    };
    text.lines().map(pair).collect()
}

fn counted_here(recording: &Recording) -> BTreeMap<u64, u64> {
    let mut counts = BTreeMap::new();
    for run in &recording.samples {
        let CodeAddress::InModule { module, address, .. } = recording.stacks.nodes()[run.node as usize].1
        else {
            panic!("{:?}", recording.stacks.nodes()[run.node as usize]);
        };
        assert_eq!(recording.modules[module as usize].path, Path::new("/demo/program"));
        *counts.entry(address).or_default() += run.count;
    }
    counts
}

#[cfg(target_arch = "x86_64")]
#[test]
fn each_address_has_as_many_samples_as_perf_itself_counts() {
    for (bytes, text) in FILES {
        let data = parse(bytes).unwrap();
        assert_eq!(counted_here(&data.recording), counted_by_perf(text));
        assert_eq!(data.recording.sampler.samples, counted_by_perf(text).values().sum::<u64>());
        let names: Vec<&str> = data.recording.threads.iter().map(|thread| thread.name.as_str()).collect();
        assert_eq!(names, ["program"]);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn how_it_was_recorded_is_told() {
    let [fp, flat, two] = FILES.map(|(bytes, _)| parse(bytes).unwrap());
    let sampler = &fp.recording.sampler;
    assert_eq!((sampler.rung, sampler.event), (Rung::Imported, SamplingEvent::CpuClock));
    assert!((sampler.asked_hz - 199.0).abs() < 1e-9 && sampler.lost == 0);
    assert!(fp.remarks[0].contains("frame pointers"), "{:?}", fp.remarks);
    assert!(flat.remarks[0].contains("without callers"), "{:?}", flat.remarks);
    assert_eq!(two.remarks[0], "5 samples of other events of the file were left out");
    let depth = |data: &PerfData| {
        let nodes = data.recording.stacks.nodes();
        let node = data.recording.samples[0].node;
        std::iter::successors(Some(node), |&node| nodes[node as usize].0).count()
    };
    assert!(depth(&fp) > 3 && depth(&flat) == 1);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn lost_records_are_counted() {
    let (bytes, _) = FILES[1];
    let mut bytes = bytes.to_vec();
    let place =
        |at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap();
    let (start, length) = (place(40), place(48));
    // The last sample becomes a record of 7 lost ones (`PERF_RECORD_LOST`: an id, a number), as long as it was.
    let mut at = start;
    let mut last = None;
    while at < start + length {
        if bytes[at..at + 4] == 9_u32.to_le_bytes() {
            last = Some(at);
        }
        at += usize::from(u16::from_le_bytes([bytes[at + 6], bytes[at + 7]]));
    }
    let last = last.unwrap();
    bytes[last..last + 4].copy_from_slice(&2_u32.to_le_bytes());
    bytes[last + 16..last + 24].copy_from_slice(&7_u64.to_le_bytes());
    let (whole, damaged) = (parse(FILES[1].0).unwrap().recording, parse(&bytes).unwrap().recording);
    assert_eq!(damaged.sampler.lost, 7);
    assert_eq!(damaged.sampler.samples + 1, whole.sampler.samples);
}

/// A file with every record of a kind changed (`PERF_RECORD_SAMPLE` is 9, `PERF_RECORD_MMAP2` is 10).
fn with_records(sound: &[u8], kind: u32, change: impl Fn(&mut [u8])) -> Vec<u8> {
    let place =
        |at: usize| usize::try_from(u64::from_le_bytes(sound[at..at + 8].try_into().unwrap())).unwrap();
    let (mut at, end) = (place(40), place(40) + place(48));
    let mut bytes = sound.to_vec();
    let mut changed = 0;
    while at < end {
        let length = usize::from(u16::from_le_bytes([bytes[at + 6], bytes[at + 7]]));
        if bytes[at..at + 4] == kind.to_le_bytes() {
            change(&mut bytes[at..at + length]);
            changed += 1;
        }
        at += length;
    }
    assert!(changed > 0);
    bytes
}

#[test]
fn a_mapping_with_a_build_id_that_is_longer_than_any_is_left_out() {
    let (sound, _) = FILES[0];
    let bytes = with_records(sound, 10, |mapping| {
        mapping[5] |= 1 << 6;
        mapping[8 + 32] = 21;
    });
    let (whole, damaged) = (parse(sound).unwrap().recording, parse(&bytes).unwrap().recording);
    assert_eq!(damaged.sampler.samples, whole.sampler.samples);
    assert!(damaged.modules.len() < whole.modules.len());
}

#[test]
fn a_sample_with_more_callers_than_it_has_room_for_is_left_out() {
    let (sound, _) = FILES[0];
    // Behind the header there are an address, a thread, a time and a period.
    let damaged = with_records(sound, 9, |sample| {
        sample[40..48].copy_from_slice(&(1_u64 << 61).to_le_bytes());
    });
    assert!(parse(sound).unwrap().recording.sampler.samples > 0);
    assert_eq!(parse(&damaged).unwrap().recording.sampler.samples, 0);
}

#[test]
fn what_is_not_read_is_refused_with_what_to_do() {
    let (sound, _) = FILES[0];
    let with = |at: usize, value: u64| {
        let mut bytes = sound.to_vec();
        bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        parse(&bytes).unwrap_err()
    };
    assert_eq!(parse(b"").unwrap_err(), PerfDataError::NotPerfData);
    assert_eq!(parse(b"PERFILE2").unwrap_err(), PerfDataError::Cut("header"));
    assert_eq!(parse(b"2ELIFREP").unwrap_err(), PerfDataError::OtherByteOrder);
    assert_eq!(with(8, 16), PerfDataError::Pipe);
    assert_eq!(with(16, 0), PerfDataError::Cut("attributes"));
    assert_eq!(with(40, u64::MAX), PerfDataError::Cut("records"));
    assert_eq!(with(48, 0), PerfDataError::Unfinished);
    let mut compressed = sound.to_vec();
    let start = usize::try_from(u64::from_le_bytes(sound[40..48].try_into().unwrap())).unwrap();
    compressed[start..start + 4].copy_from_slice(&81_u32.to_le_bytes());
    assert_eq!(parse(&compressed).unwrap_err(), PerfDataError::Compressed);
}

proptest! {
    #[test]
    fn no_damage_makes_the_reader_panic(
        file in 0_usize..3,
        length in 0_usize..13_000,
        damage in prop::collection::vec((0_usize..13_000, any::<u8>()), 0..8),
    ) {
        let mut bytes = FILES[file].0.to_vec();
        bytes.truncate(length.max(64));
        for (at, value) in damage {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        let _ = parse(&bytes);
    }
}
