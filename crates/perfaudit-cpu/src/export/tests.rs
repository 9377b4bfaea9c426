use super::*;
use crate::analyse::testing::profile;
use std::collections::BTreeMap;
use std::io::Read;

/// What names of hostile programs may hold; the collapsed format writes the second instead.
const HOSTILE: [(&str, &str); 5] = [
    ("a<script>alert('x')</script>", "a<script>alert('x')</script>"),
    ("quote\"back\\slash", "quote\"back\\slash"),
    ("two\nlines\r\t\u{0}", "two lines   "),
    ("ends here; 99", "ends here: 99"),
    ("]]> & \u{2028}\u{1b}[31m\u{ffff}", "]]> &   [31m\u{ffff}"),
];

fn hostile() -> CpuProfile {
    let mut made = profile(
        4,
        &["0 m main;a 3", "1 m main;b 2", "1 w main;c 4", "2 w std||7|d 1", "3 m main;a;kernel||0|e 5"],
    );
    for (letter, (name, _)) in ["a", "b", "c", "d", "e"].iter().zip(HOSTILE) {
        made.functions.iter_mut().find(|function| function.name == *letter).unwrap().name = name.to_owned();
    }
    made
}

fn exported(format: ProfileFormat, profile: &CpuProfile) -> Vec<u8> {
    let mut out = Vec::new();
    write(format, profile, &mut out).unwrap();
    out
}

fn text(format: ProfileFormat, profile: &CpuProfile) -> String {
    String::from_utf8(exported(format, profile)).unwrap()
}

/// Samples of each stack of names, outermost first.
fn stacks(profile: &CpuProfile) -> BTreeMap<Vec<String>, u64> {
    let mut found = BTreeMap::new();
    for run in &profile.samples {
        let mut names: Vec<String> = profile
            .stack(run.node)
            .map(|frame| profile.functions[frame.function as usize].name.clone())
            .collect();
        names.reverse();
        *found.entry(names).or_insert(0) += run.count;
    }
    found
}

#[test]
fn collapsed_stacks_come_back_with_their_counts() {
    let profile = hostile();
    let text = text(ProfileFormat::Collapsed, &profile);
    let read: BTreeMap<Vec<String>, u64> = text
        .lines()
        .map(|line| {
            let (stack, count) = line.rsplit_once(' ').unwrap();
            (stack.split(';').map(str::to_owned).collect(), count.parse().unwrap())
        })
        .collect();
    let replaced = |name: &String| {
        HOSTILE
            .iter()
            .find(|(hostile, _)| hostile == name)
            .map_or(name.clone(), |(_, written)| (*written).to_owned())
    };
    let expected: BTreeMap<Vec<String>, u64> = stacks(&profile)
        .into_iter()
        .map(|(stack, count)| (stack.iter().map(replaced).collect(), count))
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn a_speedscope_file_has_what_its_schema_asks_for_and_every_sample() {
    let profile = hostile();
    let file: serde_json::Value = serde_json::from_str(&text(ProfileFormat::Speedscope, &profile)).unwrap();
    assert_eq!(file["$schema"], "https://www.speedscope.app/file-format-schema.json");
    let frames = file["shared"]["frames"].as_array().unwrap();
    let mut read: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for thread in file["profiles"].as_array().unwrap() {
        assert_eq!((&thread["type"], &thread["unit"]), (&"sampled".into(), &"seconds".into()));
        let (samples, weights) =
            (thread["samples"].as_array().unwrap(), thread["weights"].as_array().unwrap());
        assert_eq!(samples.len(), weights.len());
        let sum: f64 = weights.iter().map(|weight| weight.as_f64().unwrap()).sum();
        assert!((sum - thread["endValue"].as_f64().unwrap()).abs() < 1e-12);
        assert!(thread["name"].is_string() && thread["startValue"] == 0);
        for (sample, weight) in samples.iter().zip(weights) {
            let name = |frame: &serde_json::Value| {
                frames[frame.as_u64().unwrap() as usize]["name"].as_str().unwrap().to_owned()
            };
            // The rate is 1,000 Hz.
            let count = (weight.as_f64().unwrap() * 1000.0).round() as u64;
            *read.entry(sample.as_array().unwrap().iter().map(name).collect()).or_default() += count;
        }
    }
    assert_eq!(read, stacks(&profile));
}

#[test]
fn a_firefox_profile_has_the_tables_of_the_processed_format_and_every_sample() {
    let profile = hostile();
    let file: serde_json::Value = serde_json::from_str(&text(ProfileFormat::Firefox, &profile)).unwrap();
    let meta = &file["meta"];
    assert!(meta["preprocessedProfileVersion"].as_u64().unwrap() >= 55);
    assert!(meta["categories"].as_array().unwrap().iter().all(|category| category["color"].is_string()));
    assert_eq!((&meta["symbolicated"], &meta["interval"]), (&true.into(), &1.0.into()));
    let mut read: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for thread in file["threads"].as_array().unwrap() {
        let strings = thread["stringArray"].as_array().unwrap();
        let number = |table: &str, column: &str, row: u64| thread[table][column][row as usize].as_u64();
        let samples = &thread["samples"];
        let weights = samples["weight"].as_array().unwrap();
        for (at, weight) in weights.iter().enumerate() {
            let mut stack = samples["stack"][at].as_u64();
            let mut names = Vec::new();
            while let Some(row) = stack {
                let frame = number("stackTable", "frame", row).unwrap();
                let function = number("frameTable", "func", frame).unwrap();
                let name = number("funcTable", "name", function).unwrap();
                names.push(strings[name as usize].as_str().unwrap().to_owned());
                stack = number("stackTable", "prefix", row);
            }
            names.reverse();
            *read.entry(names).or_default() += weight.as_u64().unwrap();
        }
    }
    assert_eq!(read, stacks(&profile));
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
        #[prost(message, repeated, tag = "3")]
        pub(super) label: Vec<Pair>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Location {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(message, repeated, tag = "4")]
        pub(super) line: Vec<Pair>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Function {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(int64, tag = "2")]
        pub(super) name: i64,
        #[prost(int64, tag = "4")]
        pub(super) filename: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Profile {
        #[prost(message, repeated, tag = "1")]
        pub(super) sample_type: Vec<Pair>,
        #[prost(message, repeated, tag = "2")]
        pub(super) sample: Vec<Sample>,
        #[prost(message, repeated, tag = "4")]
        pub(super) location: Vec<Location>,
        #[prost(message, repeated, tag = "5")]
        pub(super) function: Vec<Function>,
        #[prost(string, repeated, tag = "6")]
        pub(super) string_table: Vec<String>,
        #[prost(message, optional, tag = "11")]
        pub(super) period_type: Option<Pair>,
        #[prost(int64, tag = "12")]
        pub(super) period: i64,
    }
}

#[test]
fn another_decoder_finds_every_sample_in_a_pprof_file() {
    let profile = hostile();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(exported(ProfileFormat::Pprof, &profile).as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    let file: decoded::Profile = prost::Message::decode(bytes.as_slice()).unwrap();
    let string = |at: i64| file.string_table[at as usize].clone();
    assert_eq!(file.string_table[0], "");
    let types: Vec<[String; 2]> =
        file.sample_type.iter().map(|pair| [string(pair.first), string(pair.second)]).collect();
    assert_eq!(types, [["samples", "count"], ["cpu", "nanoseconds"]]);
    assert_eq!(
        (file.period, file.period_type.clone().unwrap().second),
        (1_000_000, file.sample_type[1].second)
    );
    let mut read: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for sample in &file.sample {
        let name = |id: &u64| {
            let location = file.location.iter().find(|location| location.id == *id).unwrap();
            let function = file.function.iter().find(|f| f.id == location.line[0].first as u64).unwrap();
            string(function.name)
        };
        let stack = sample.location_id.iter().rev().map(name).collect();
        assert_eq!(sample.value[1], sample.value[0] * 1_000_000);
        assert_eq!(string(sample.label[0].first), "thread");
        *read.entry(stack).or_default() += sample.value[0] as u64;
    }
    assert_eq!(read, stacks(&profile));
    assert!(file.function.iter().any(|function| string(function.filename) == "src/lib.rs"));
}

#[test]
fn a_flame_graph_is_well_formed_holds_no_markup_of_names_and_is_as_wide_as_its_samples() {
    let profile = hostile();
    let svg = text(ProfileFormat::FlameGraph, &profile);
    let tree = roxmltree::Document::parse(&svg).unwrap();
    assert!(
        tree.descendants().all(|node| !node.is_element()
            || ["svg", "g", "rect", "text", "title"].contains(&node.tag_name().name()))
    );
    let titles: Vec<&str> =
        tree.descendants().filter(|node| node.has_tag_name("title")).filter_map(|node| node.text()).collect();
    assert!(titles.contains(&"a<script>alert('x')</script> (8 samples, 53.33 %)"), "{titles:?}");
    let mut widths: BTreeMap<String, f64> = BTreeMap::new();
    for group in tree.descendants().filter(|node| node.has_tag_name("g")) {
        let rect = group.children().find(|node| node.has_tag_name("rect")).unwrap();
        let number = |name: &str| rect.attribute(name).unwrap().parse::<f64>().unwrap();
        assert!(number("x") >= 10.0 && number("x") + number("width") <= 1190.01);
        *widths.entry(rect.attribute("y").unwrap().to_owned()).or_default() += number("width");
    }
    assert!(widths.values().all(|width| *width <= 1180.1), "frames of a row do not overlap: {widths:?}");
    assert_eq!(svg, text(ProfileFormat::FlameGraph, &profile), "the same profile gives the same picture");
}

#[test]
fn an_empty_profile_can_be_written_and_a_damaged_one_is_refused() {
    let empty = crate::analyse::testing::empty(1);
    let mut damaged = hostile();
    damaged.samples[0].node = 99;
    for format in ProfileFormat::ALL {
        assert!(!format.extension().starts_with('.'));
        let _ = exported(format, &empty);
        let refused = write(format, &damaged, &mut Vec::new()).unwrap_err();
        assert!(matches!(refused, ExportError::Damaged(_)));
    }
}
