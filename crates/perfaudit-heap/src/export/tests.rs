use std::collections::BTreeMap;
use std::io::Read;

use perfaudit_result::{
    CodeOrigin, Function, HeapStack, OriginKind, ProfileError, SourceFrame, StackNode, WorkloadId,
};

use super::*;

/// `main` allocates, and calls `a;b` from two lines, which allocates more.
fn profile() -> HeapProfile {
    let function = |name: &str| Function {
        name: name.into(),
        file: Some("src/lib.rs".into()),
        line: Some(3),
        origin: 0,
    };
    let frame = |function, line| SourceFrame { function, line, inlined: function == 1 };
    let stack = |node, count, bytes, live| HeapStack {
        node,
        counts: HeapCounts {
            count,
            bytes,
            peak: bytes / 2,
            peak_count: count,
            live,
            live_count: u64::from(live > 0),
            temporary: count - 1,
            ..HeapCounts::default()
        },
    };
    HeapProfile {
        workload: WorkloadId("command/\"quoted\"".into()),
        origins: vec![CodeOrigin { kind: OriginKind::Own, name: None }],
        functions: ["main", "a;b"].map(function).to_vec(),
        frames: vec![frame(0, 1), frame(1, 11), frame(1, 12)],
        nodes: [(None, 0), (Some(0), 1), (Some(0), 2)].map(StackNode::from).to_vec(),
        stacks: vec![stack(0, 1, 64, 64), stack(1, 5, 500, 0), stack(2, 7, 70, 0)],
    }
}

fn exported(format: HeapFormat, content: Content) -> Vec<u8> {
    let mut out = Vec::new();
    export(format, content, &profile(), &mut out).unwrap();
    out
}

#[test]
fn collapsed_stacks_have_a_file_for_each_measure_of_which_there_is_anything() {
    let format = HeapFormat::Collapsed;
    let names: Vec<String> =
        format.contents(&profile()).into_iter().map(|content| format.extension(content)).collect();
    assert_eq!(names, ["bytes.folded", "blocks.folded", "peak.folded", "temporary.folded", "live.folded"]);
    let text = |measure| String::from_utf8(exported(format, Some(measure))).unwrap();
    assert_eq!(text(Measure::Bytes), "main 64\nmain;a:b 500\nmain;a:b 70\n");
    assert_eq!(text(Measure::Temporary), "main;a:b 4\nmain;a:b 6\n");
    assert_eq!(text(Measure::Live), "main 64\n");
}

/// The keys that DHAT's viewer asks for: `buildTree` and `checkPP` of dh_view.js, valgrind 3.19.
const GLOBAL_KEYS: [&str; 12] =
    ["dhatFileVersion", "mode", "verb", "bklt", "bkacc", "tu", "Mtu", "cmd", "pid", "te", "pps", "ftbl"];

#[test]
fn a_file_of_dhat_has_the_keys_that_its_viewer_asks_for_and_every_block() {
    for (measure, sums) in [(Measure::Bytes, (634, 13)), (Measure::Peak, (317, 13)), (Measure::Live, (64, 1))]
    {
        let file: serde_json::Value =
            serde_json::from_slice(&exported(HeapFormat::Dhat, Some(measure))).unwrap();
        assert!(GLOBAL_KEYS.iter().all(|key| file.get(key).is_some()), "{file}");
        assert_eq!((&file["dhatFileVersion"], &file["bklt"]), (&2.into(), &false.into()));
        let (points, frames) = (file["pps"].as_array().unwrap(), file["ftbl"].as_array().unwrap());
        let sum = |key: &str| points.iter().map(|point| point[key].as_u64().unwrap()).sum::<u64>();
        assert_eq!((sum("tb"), sum("tbk")), sums);
        assert_eq!(frames[0], "[root]");
        let stacks: BTreeMap<String, u64> =
            points.iter().map(|point| (point["fs"].to_string(), point["tb"].as_u64().unwrap())).collect();
        assert_eq!(stacks.len(), points.len(), "the viewer refuses a stack that stands twice");
        if measure == Measure::Bytes {
            assert_eq!(stacks["[2,1]"], 500, "the innermost frame comes first");
            assert_eq!(frames[2], "a;b (src/lib.rs:11) [inlined]");
        }
    }
}

/// pprof's messages as far as they are written, for a decoder that shares nothing with the encoder.
mod decoded {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Pair {
        #[prost(int64, tag = "1")]
        pub(super) first: i64,
        #[prost(int64, tag = "2")]
        pub(super) second: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Sample {
        #[prost(uint64, repeated, tag = "1")]
        pub(super) location_id: Vec<u64>,
        #[prost(int64, repeated, tag = "2")]
        pub(super) value: Vec<i64>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Profile {
        #[prost(message, repeated, tag = "1")]
        pub(super) sample_type: Vec<Pair>,
        #[prost(message, repeated, tag = "2")]
        pub(super) sample: Vec<Sample>,
        #[prost(string, repeated, tag = "6")]
        pub(super) string_table: Vec<String>,
        #[prost(int64, tag = "12")]
        pub(super) period: i64,
        #[prost(int64, tag = "14")]
        pub(super) default_sample_type: i64,
    }
}

#[test]
fn another_decoder_finds_every_value_in_a_pprof_file() {
    let mut bytes = Vec::new();
    let file = exported(HeapFormat::Pprof, None);
    flate2::read::GzDecoder::new(file.as_slice()).read_to_end(&mut bytes).unwrap();
    let file: decoded::Profile = prost::Message::decode(bytes.as_slice()).unwrap();
    let string = |at: i64| file.string_table[at as usize].as_str();
    let types: Vec<(&str, &str)> =
        file.sample_type.iter().map(|pair| (string(pair.first), string(pair.second))).collect();
    assert_eq!(types, TYPES);
    assert_eq!((string(file.default_sample_type), file.period), ("alloc_space", 1));
    let read: Vec<(&[u64], &[i64])> =
        file.sample.iter().map(|sample| (&sample.location_id[..], &sample.value[..])).collect();
    assert_eq!(
        read,
        [
            (&[1][..], &[1, 64, 1, 64, 1, 32][..]),
            (&[2, 1], &[5, 500, 0, 0, 5, 250]),
            (&[3, 1], &[7, 70, 0, 0, 7, 35]),
        ]
    );
}

#[test]
fn the_summary_of_heaptrack_merges_stacks_by_their_innermost_function() {
    let text = String::from_utf8(exported(HeapFormat::Heaptrack, None)).unwrap();
    let calls = "MOST CALLS TO ALLOCATION FUNCTIONS\n12 calls to allocation functions with 285B peak consumption from\na;b\n  at src/lib.rs:12\n7 calls with 35B peak consumption from:\n    main\n      at src/lib.rs:1\n5 calls with 250B peak consumption from:\n    main\n      at src/lib.rs:1\n\n1 calls to allocation functions with 32B peak consumption from\nmain\n";
    assert!(text.contains(calls), "{text}");
    assert!(text.contains("MEMORY LEAKS\n64B leaked over 1 calls from\nmain\n"), "{text}");
    assert!(
        text.contains("10 temporary allocations of 12 allocations in total (83.33%) from\na;b\n"),
        "{text}"
    );
    let totals = "calls to allocation functions: 13\ntemporary memory allocations: 10\npeak heap memory consumption: 317B\ntotal memory leaked: 64B\n";
    assert!(text.ends_with(totals), "{text}");
}

#[test]
fn of_many_stacks_of_a_function_the_summary_of_heaptrack_tells_how_much_the_rest_is() {
    let mut profile = profile();
    profile.stacks[1].counts.peak = 1500;
    profile.stacks = [&profile.stacks[1]; 7].map(Clone::clone).to_vec();
    let mut out = Vec::new();
    export(HeapFormat::Heaptrack, None, &profile, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("10.50K peak memory consumed over 35 calls from"), "{text}");
    assert!(text.contains("  and 10 from 2 other places\n"), "{text}");
    assert!(text.contains("  and 3.00K from 2 other places\n"), "{text}");
}

#[test]
fn a_damaged_profile_is_refused() {
    let mut damaged = profile();
    damaged.stacks[0].node = 99;
    let refused = export(HeapFormat::Dhat, None, &damaged, &mut Vec::new()).unwrap_err();
    let ExportError::Damaged(ProfileError { of, entry, limit }) = refused else { panic!("{refused}") };
    assert_eq!((of, entry, limit), ("stacks", 0, 3));
}
