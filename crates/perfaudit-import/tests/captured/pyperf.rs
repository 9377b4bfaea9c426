//! What pyperf writes with `-o`.

use perfaudit_import::{Grouping, Iterations, MeasuredUnit, metric};
use perfaudit_result::{Of, Unit};

use super::{agrees, import, named, of, raw, sample};

/// The file holds no statistics: these are what `mean()`, `stdev()` and `median()` of pyperf 2.10 give of it.
#[test]
fn the_values_of_pyperf_give_its_statistics() {
    let imported = import("pyperf/functions.json");
    for (name, mean, std_dev, median) in [
        ("count", 2.834_778_558_893_605e-5, 1.366_784_450_264_285e-5, 2.191_197_657_452_903_5e-5),
        ("sum", 3.047_557_508_474_42e-6, 1.720_893_737_788_246_4e-7, 3.050_591_796_949_22e-6),
    ] {
        let sample = sample(raw(named(&imported, name), &metric::WALL_TIME));
        agrees(sample.mean(), mean * 1e9);
        agrees(sample.std_dev().unwrap(), std_dev * 1e9);
        agrees(sample.median(), median * 1e9);
    }
}

#[test]
fn the_values_of_pyperf_keep_their_processes_and_leave_calibration_out() {
    let imported = import("pyperf/functions.json");
    let count = named(&imported, "count");
    let times = raw(count, &metric::WALL_TIME);
    let sizes: Vec<_> = times.groups().iter().map(|group| group.values().len()).collect();
    assert_eq!((times.grouping(), sizes), (Grouping::ByProcess, vec![3, 3, 3]));
    assert_eq!(*times.groups()[0].iterations(), Iterations::Every(128.try_into().unwrap()));
    let sum = raw(named(&imported, "sum"), &metric::WALL_TIME);
    assert_eq!(*sum.groups()[0].iterations(), Iterations::Every(1024.try_into().unwrap()));
    assert_eq!(of(count, &metric::WALL_TIME), Of::BatchMean);
    assert_eq!(
        raw(count, &metric::RSS_PEAK).values().collect::<Vec<_>>(),
        [19_550_208.0, 19_513_344.0, 19_513_344.0]
    );
}

#[test]
fn a_command_under_pyperf_is_a_process_and_one_loop_a_call() {
    assert_eq!(of(&import("pyperf/command.json").workloads[0], &metric::WALL_TIME), Of::Process);
    assert_eq!(of(&import("pyperf/one-loop.json").workloads[0], &metric::WALL_TIME), Of::Call);
}

#[test]
fn memory_under_pyperf_is_in_bytes_and_not_time() {
    let imported = import("pyperf/memory.json");
    let memory = imported.workloads[0].measurement(&metric::MEMORY).unwrap();
    assert_eq!((memory.of, &memory.unit), (Of::Process, &MeasuredUnit::Known(Unit::Bytes)));
    let raw = raw(&imported.workloads[0], &metric::MEMORY);
    assert_eq!(*raw.groups()[0].iterations(), Iterations::NotRecorded);
    let values: Vec<_> = raw.values().collect();
    assert_eq!(values, [12_496_896.0, 12_562_432.0]);
}
