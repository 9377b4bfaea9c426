//! TRUTH.toml cites places in the source; they must hold what it says.

use std::collections::HashSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    defect: Vec<Defect>,
    benchmark_defect: Vec<BenchmarkDefect>,
    decoy: Vec<Decoy>,
}

#[derive(Deserialize)]
struct Place {
    id: String,
    file: PathBuf,
    function: Option<String>,
    item: Option<String>,
    lines: [usize; 2],
    needle: String,
}

#[derive(Deserialize)]
struct Defect {
    #[serde(flatten)]
    place: Place,
    kind: String,
    weight: Weight,
    hot_in: Vec<String>,
    cost: String,
    fix: String,
}

#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
enum Weight {
    Large,
    Medium,
    Small,
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

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn truth() -> Truth {
    toml::from_str(&fs::read_to_string(workspace().join("TRUTH.toml")).unwrap()).unwrap()
}

impl Truth {
    fn places(&self) -> impl Iterator<Item = &Place> {
        let defects = self.defect.iter().map(|defect| &defect.place);
        let benchmarks = self.benchmark_defect.iter().map(|benchmark| &benchmark.place);
        defects.chain(benchmarks).chain(self.decoy.iter().map(|decoy| &decoy.place))
    }
}

impl Place {
    fn source(&self) -> Vec<String> {
        let text = fs::read_to_string(workspace().join(&self.file)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn lines(&self) -> RangeInclusive<usize> {
        self.lines[0] - 1..=self.lines[1] - 1
    }

    /// The name of the function whose head is the last at or before the first cited line.
    fn enclosing_function(&self) -> Option<String> {
        let source = self.source();
        let (_, after) = source[..self.lines[0]].iter().rev().find_map(|line| line.split_once("fn "))?;
        after.split(['(', '<']).next().map(str::to_owned)
    }
}

#[test]
fn the_cited_lines_contain_the_needle() {
    for place in truth().places() {
        let source = place.source();
        let cited = source.get(place.lines()).unwrap_or_default();
        assert!(cited.iter().any(|line| line.contains(&place.needle)), "{}: {cited:#?}", place.id);
    }
}

#[test]
fn the_cited_lines_belong_to_the_named_function_or_item() {
    for place in truth().places() {
        match (&place.function, &place.item) {
            (Some(function), None) => {
                assert_eq!(place.enclosing_function().as_ref(), Some(function), "{}", place.id)
            }
            (None, Some(item)) => assert!(place.source()[place.lines[0] - 1].contains(item), "{}", place.id),
            _ => panic!("{}: name a function or an item", place.id),
        }
    }
}

#[test]
fn ids_are_unique() {
    let truth = truth();
    let mut seen = HashSet::new();
    for place in truth.places() {
        assert!(seen.insert(&place.id), "{}", place.id);
    }
}

#[test]
fn the_hot_workloads_belong_to_benchmark_targets_that_exist() {
    let packages = ["log-decode", "log-pipeline", "log-transform", "log-write"];
    for defect in truth().defect {
        assert!(!defect.hot_in.is_empty(), "{}", defect.place.id);
        for workload in defect.hot_in.iter().filter(|workload| !workload.starts_with("command: ")) {
            let target = workload.split('/').next().unwrap();
            let exists =
                |package| workspace().join(format!("crates/{package}/benches/{target}.rs")).is_file();
            assert!(packages.into_iter().any(exists), "{}: {workload}", defect.place.id);
        }
    }
}

#[test]
fn every_defect_says_what_it_costs_and_how_to_mend_it() {
    let truth = truth();
    let kinds: HashSet<&str> = truth.defect.iter().map(|defect| defect.kind.as_str()).collect();
    assert!(kinds.len() >= 13, "{kinds:?}");
    let weights: HashSet<&Weight> = truth.defect.iter().map(|defect| &defect.weight).collect();
    assert_eq!(weights.len(), 3);
    for defect in &truth.defect {
        assert!(!defect.cost.is_empty() && !defect.fix.is_empty(), "{}", defect.place.id);
    }
}

#[test]
fn the_benchmarks_show_every_verdict_once_or_more() {
    let truth = truth();
    let verdicts: HashSet<&Verdict> =
        truth.benchmark_defect.iter().map(|benchmark| &benchmark.verdict).collect();
    assert_eq!(verdicts.len(), 5);
    for benchmark in &truth.benchmark_defect {
        let file = format!("crates/{}/benches/{}.rs", benchmark.package, benchmark.target);
        assert_eq!(benchmark.place.file, Path::new(&file), "{}", benchmark.place.id);
        assert!(!benchmark.why.is_empty(), "{}", benchmark.place.id);
    }
}

#[test]
fn every_decoy_has_the_kind_of_a_defect() {
    let truth = truth();
    for decoy in &truth.decoy {
        assert!(truth.defect.iter().any(|defect| defect.kind == decoy.kind), "{}", decoy.place.id);
        assert!(!decoy.why.is_empty(), "{}", decoy.place.id);
    }
}
