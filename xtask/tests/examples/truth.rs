//! TRUTH.toml cites places in the source; they must hold what it says.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Deserialize;

use super::{EXAMPLES, Example};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Truth {
    pub(super) defect: Vec<Defect>,
    #[serde(default)]
    scaling: Vec<Scaling>,
    benchmark_defect: Vec<BenchmarkDefect>,
    decoy: Vec<Decoy>,
}

#[derive(Deserialize)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) file: PathBuf,
    function: Option<String>,
    item: Option<String>,
    pub(super) lines: [usize; 2],
    needle: String,
}

#[derive(Deserialize)]
pub(super) struct Defect {
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) kind: String,
    weight: Weight,
    measured: Option<String>,
    hot_in: Vec<String>,
    cost: String,
    fix: String,
    patch: Option<PathBuf>,
}

#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
enum Weight {
    Large,
    Medium,
    Small,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scaling {
    defect: String,
    workload: String,
    parameter: String,
    law: String,
    slope: f64,
    unit: String,
    points: Vec<[u64; 2]>,
}

#[derive(Deserialize)]
struct BenchmarkDefect {
    #[serde(flatten)]
    place: Place,
    package: String,
    target: String,
    verdict: Verdict,
    why: String,
}

#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    OptimisedAway,
    ConstantFolded,
    Flat,
    Hollow,
    SetupDominates,
    Sound,
}

#[derive(Deserialize)]
struct Decoy {
    #[serde(flatten)]
    place: Place,
    kind: String,
    why: String,
}

pub(super) fn truths() -> impl Iterator<Item = (&'static Example, Truth)> {
    EXAMPLES.iter().map(|example| (example, example.read("TRUTH.toml")))
}

impl Truth {
    fn places(&self) -> impl Iterator<Item = &Place> {
        let defects = self.defect.iter().map(|defect| &defect.place);
        let benchmarks = self.benchmark_defect.iter().map(|benchmark| &benchmark.place);
        defects.chain(benchmarks).chain(self.decoy.iter().map(|decoy| &decoy.place))
    }
}

impl Place {
    fn source(&self, example: &Example) -> Vec<String> {
        example.text(&self.file).lines().map(str::to_owned).collect()
    }

    fn lines(&self) -> RangeInclusive<usize> {
        self.lines[0] - 1..=self.lines[1] - 1
    }

    /// The name of the function whose head is the last at or before the first cited line.
    fn enclosing_function(&self, example: &Example) -> Option<String> {
        let source = self.source(example);
        let (_, after) = source[..self.lines[0]].iter().rev().find_map(|line| line.split_once("fn "))?;
        after.split(['(', '<']).next().map(str::to_owned)
    }
}

#[test]
fn the_cited_lines_contain_the_needle() {
    for (example, truth) in truths() {
        for place in truth.places() {
            let source = place.source(example);
            let cited = source.get(place.lines()).unwrap_or_default();
            assert!(cited.iter().any(|line| line.contains(&place.needle)), "{}: {cited:#?}", place.id);
        }
    }
}

#[test]
fn the_cited_lines_belong_to_the_named_function_or_item() {
    for (example, truth) in truths() {
        for place in truth.places() {
            match (&place.function, &place.item) {
                (Some(function), None) => {
                    assert_eq!(place.enclosing_function(example).as_ref(), Some(function), "{}", place.id);
                }
                (None, Some(item)) => {
                    assert!(place.source(example)[place.lines[0] - 1].contains(item), "{}", place.id);
                }
                _ => panic!("{}: name a function or an item", place.id),
            }
        }
    }
}

#[test]
fn ids_are_unique() {
    for (example, truth) in truths() {
        let mut seen = HashSet::new();
        for place in truth.places() {
            assert!(seen.insert(&place.id), "{}: {}", example.name, place.id);
        }
    }
}

#[test]
fn the_hot_benchmarks_stand_in_the_source_of_a_target() {
    for (example, truth) in truths() {
        let sources = example.benches();
        for defect in &truth.defect {
            assert!(!defect.hot_in.is_empty(), "{}", defect.place.id);
            for workload in defect.hot_in.iter().filter(|workload| !workload.starts_with("command: ")) {
                let group = workload.split('/').next().expect("a text has a first part");
                let named = format!("\"{group}");
                let is_there = sources.iter().any(|source| source.contains(&named));
                assert!(is_there, "{}: {workload}", defect.place.id);
                if example.groups_are_targets {
                    let files =
                        example.packages.iter().filter_map(|(package, _)| example.bench(package, group));
                    let is_target = files.map(|file| example.root().join(file)).any(|file| file.is_file());
                    assert!(is_target, "{}: {workload}", defect.place.id);
                }
            }
        }
    }
}

#[test]
fn every_defect_says_what_it_costs_how_that_was_measured_and_how_to_mend_it() {
    for (example, truth) in truths() {
        let kinds: HashSet<&str> = truth.defect.iter().map(|defect| defect.kind.as_str()).collect();
        assert!(kinds.len() >= example.kinds, "{}: {kinds:?}", example.name);
        let weights: HashSet<&Weight> = truth.defect.iter().map(|defect| &defect.weight).collect();
        assert_eq!(weights.len(), 3, "{}", example.name);
        for defect in &truth.defect {
            assert!(!defect.cost.is_empty() && !defect.fix.is_empty(), "{}", defect.place.id);
            let is_told = defect.measured.as_ref().is_some_and(|measured| !measured.is_empty());
            assert_eq!(is_told, example.tells_measurement, "{}", defect.place.id);
            if let Some(patch) = &defect.patch {
                assert!(
                    example.root().join("patches").join(patch).is_file(),
                    "{}: {}",
                    defect.place.id,
                    patch.display()
                );
            }
        }
    }
}

#[test]
fn the_law_of_scaling_goes_through_its_points() {
    for (_, truth) in truths() {
        for scaling in &truth.scaling {
            assert!(
                truth.defect.iter().any(|defect| defect.place.id == scaling.defect),
                "{}",
                scaling.defect
            );
            assert!(
                !scaling.workload.is_empty() && !scaling.parameter.is_empty() && !scaling.unit.is_empty()
            );
            assert_eq!(scaling.law, "linear");
            let [first, .., last] = scaling.points.as_slice() else { panic!("{}: points", scaling.defect) };
            let slope = (last[1] - first[1]) as f64 / (last[0] - first[0]) as f64;
            assert!((scaling.slope / slope - 1.0).abs() < 0.01, "{}: {slope}", scaling.defect);
            for [parameter, cost] in &scaling.points {
                let line = first[1] as f64 + slope * (parameter - first[0]) as f64;
                assert!((*cost as f64 / line - 1.0).abs() < 0.05, "{}: {parameter}", scaling.defect);
            }
        }
    }
}

#[test]
fn the_benchmarks_show_five_verdicts_once_or_more() {
    for (example, truth) in truths() {
        let verdicts: HashSet<&Verdict> =
            truth.benchmark_defect.iter().map(|benchmark| &benchmark.verdict).collect();
        assert_eq!(verdicts.len(), 5, "{}", example.name);
        for benchmark in &truth.benchmark_defect {
            let file = example.bench(&benchmark.package, &benchmark.target);
            assert_eq!(Some(&benchmark.place.file), file.as_ref(), "{}", benchmark.place.id);
            assert!(!benchmark.why.is_empty(), "{}", benchmark.place.id);
        }
    }
}

#[test]
fn every_decoy_has_the_kind_of_a_defect() {
    for (_, truth) in truths() {
        for decoy in &truth.decoy {
            assert!(truth.defect.iter().any(|defect| defect.kind == decoy.kind), "{}", decoy.place.id);
            assert!(!decoy.why.is_empty(), "{}", decoy.place.id);
        }
    }
}
