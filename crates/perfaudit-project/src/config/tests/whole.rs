use std::time::Duration;

use perfaudit_result::{Mode, WorkloadId};

use super::super::{AcceptedExit, CommandLine, Dimension, MetricKind, OutputUse, Runs, Steps};
use super::{EVERYTHING, parse, shown, values};

#[test]
fn every_key_is_read() {
    let config = parse(EVERYTHING).unwrap();
    assert_eq!(config.audit.mode.value, Mode::Quick);
    assert_eq!(config.audit.budget.value, Some(Duration::from_secs(600)));
    assert_eq!(config.audit.keep.value.get(), 5);
    let selection = config.bench.selection();
    assert_eq!(selection.benches, ["decode", "encode"]);
    assert!(selection.features.no_default);

    assert_eq!(config.source.off.value, ["siphash"]);
    assert!(!config.source.types.value);

    assert_eq!((config.prove.workloads.value, config.prove.changed_lines.value), (1, 100));
    assert_eq!(config.prove.dependencies.value, ["rustc-hash"]);

    let slo = &config.slos[0];
    assert_eq!(slo.metric, MetricKind::WallTimeP95);
    assert_eq!((slo.limit.value(), slo.limit.dimension()), (1500.0, Dimension::Time));
    assert!(slo.workload.matches(&WorkloadId("pipeline/decode/e2e small".to_owned())));
    assert_eq!(slo.keys.location("limit").line, 21);
    assert!(config.slos[1].workload.matches(&WorkloadId("any/thing".to_owned())));

    let command = &config.commands[0];
    assert_eq!(command.directory.to_string(), "crates/x");
    assert_eq!(command.runs, Runs::Fixed(10.try_into().unwrap()));
    assert_eq!(command.exit, AcceptedExit::Codes([0, 1].into()));
    assert_eq!(command.output, OutputUse::Null);
    assert_eq!(config.commands[1].exit, AcceptedExit::Any);
}

#[test]
fn each_combination_of_parameters_is_a_workload_with_the_values_filled_in() {
    let config = parse(EVERYTHING).unwrap();
    let workloads = &config.commands[0].workloads;
    let ids: Vec<&str> = workloads.iter().map(|workload| workload.id.0.as_str()).collect();
    assert_eq!(
        ids,
        [
            "command/wordcount/1/a.txt",
            "command/wordcount/1/b.txt",
            "command/wordcount/10/a.txt",
            "command/wordcount/10/b.txt"
        ]
    );
    let Steps { run, setup, input, .. } = &workloads[3].steps;
    let line = "./target/release/wc -n 10 \"b.txt\" | awk '{print $1}'";
    assert_eq!(*run, CommandLine::Shell(line.to_owned()));
    let setup_line = CommandLine::Program {
        program: "make".to_owned(),
        arguments: vec!["b.txt".to_owned(), String::new()],
    };
    assert_eq!(*setup, Some(setup_line));
    assert_eq!(input.as_ref().unwrap().to_string(), "data/b.txt");
}

#[test]
fn an_empty_file_means_the_defaults() {
    insta::assert_snapshot!(shown(&parse("").unwrap()));
}

#[test]
fn every_value_is_shown_with_its_place() {
    insta::assert_snapshot!(shown(&parse(EVERYTHING).unwrap()));
}

#[test]
fn what_is_shown_can_be_read_again() {
    let config = parse(EVERYTHING).unwrap();
    assert_eq!(values(&parse(&shown(&config)).unwrap()), values(&config));
}
