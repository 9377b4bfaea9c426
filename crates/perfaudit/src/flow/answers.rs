//! What programs weigh and what builds take, each in one line that answers before the tables do. Pure.

use perfaudit_render::quantity;
use perfaudit_result::{
    BinarySize, BuildTimeline, Ir, MetricName, PackageSize, Workload, WorkloadId, WorkloadState,
};

/// The crates that every program has.
const STANDARD: [&str; 3] = ["std", "core", "alloc"];
/// So many crates are named.
const NAMED: usize = 3;
/// The build from nothing.
const CLEAN: &str = "build/clean";
/// What the names of builds after a change begin with.
const INCREMENTAL: &str = "build/incremental/";

/// `notes is 2.60 MB: 43.7 % std (with core and alloc), 13.5 % regex_automata, 8.4 % aho_corasick`; none where nothing
/// was weighed.
pub(super) fn of_sizes(sizes: &[BinarySize], ir: Option<&Ir>) -> Option<String> {
    let largest = sizes.iter().max_by_key(|size| size.file_bytes)?;
    let name = largest.binary.strip_prefix("binary/").unwrap_or(&largest.binary);
    let mut answer = match sizes.len() {
        1 => String::new(),
        number => {
            let all = sizes.iter().map(|size| size.file_bytes).sum();
            format!("{number} programs, {} together; the largest, ", quantity::bytes(all))
        }
    };
    let is = if sizes.len() == 1 { " is" } else { "," };
    answer.push_str(&format!("{name}{is} {}", quantity::bytes(largest.file_bytes)));
    let shares = shares(largest);
    if !shares.is_empty() {
        answer.push_str(&format!(": {}", shares.join(", ")));
    }
    if let Some(ir) = ir {
        let most = ir.packages.iter().max_by_key(|package| package.lines);
        let of = most.and_then(|package| {
            let name = package.name.as_deref()?;
            Some(format!(", {} of them of {name}", share(package.lines, ir.lines)))
        });
        answer.push_str(&format!("; {} lines of LLVM IR{}", ir.lines, of.unwrap_or_default()));
    }
    Some(answer)
}

/// The shares of the crates that take most, those of the standard library as one.
fn shares(size: &BinarySize) -> Vec<String> {
    let is_standard = |of: &&PackageSize| of.name.as_deref().is_some_and(|name| STANDARD.contains(&name));
    let standard: u64 = size.packages.iter().filter(is_standard).map(|of| of.bytes).sum();
    let others = size.packages.iter().filter(|of| !is_standard(of));
    let named = others.filter_map(|of| Some((of.name.as_deref()?, of.bytes)));
    let mut all: Vec<(&str, u64)> = named.collect();
    all.push(("std (with core and alloc)", standard));
    all.sort_by_key(|&(_, bytes)| std::cmp::Reverse(bytes));
    let told = all.into_iter().filter(|&(_, bytes)| bytes > 0).take(NAMED);
    told.map(|(name, bytes)| format!("{} {name}", share(bytes, size.file_bytes))).collect()
}

/// `a build from nothing takes 38.9 s, 71 % of it on the longest chain (most in syn), 1.9 units at once on 2 CPUs; after
/// a change of notes 548 ms`; none where no build was looked into.
pub(super) fn of_builds(builds: &[BuildTimeline], workloads: &[Workload]) -> Option<String> {
    let clean = builds.iter().find(|build| build.build.0 == CLEAN).map(|build| {
        let longest = build.chain.iter().max_by_key(|step| step.ns);
        let most = longest.and_then(|step| build.units.get(step.unit as usize));
        let most = most.map_or_else(String::new, |unit| format!(" (most in {})", unit.package));
        format!(
            "a build from nothing takes {}, {} of it on the longest chain{most}, {:.1} units at once on {} CPUs",
            time(build, workloads, &MetricName::BUILD_CLEAN),
            share(build.chain_ns, build.wall_ns),
            ratio(build.phases.total_ns(), build.wall_ns),
            build.cpus,
        )
    });
    let changed = |build: &'_ BuildTimeline| {
        let package = build.build.0.strip_prefix(INCREMENTAL)?.to_owned();
        let ns = measured(&build.build, workloads, &MetricName::BUILD_INCREMENTAL);
        #[expect(clippy::cast_precision_loss, reason = "builds are shorter than 2^53 ns")]
        Some((package, ns.unwrap_or(build.wall_ns as f64)))
    };
    let changes: Vec<(String, f64)> = builds.iter().filter_map(changed).collect();
    let by_time = |a: &&(String, f64), b: &&(String, f64)| a.1.total_cmp(&b.1);
    let after = match (changes.iter().min_by(by_time), changes.iter().max_by(by_time)) {
        (Some((package, ns)), _) if changes.len() == 1 => {
            Some(format!("after a change of {package} {}", quantity::seconds(ns / 1e9)))
        }
        (Some((_, least)), Some((package, most))) => Some(format!(
            "after a change of one package {} to {} (most of {package})",
            quantity::seconds(least / 1e9),
            quantity::seconds(most / 1e9)
        )),
        _ => None,
    };
    let told: Vec<String> = clean.into_iter().chain(after).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What a build takes that nothing looks into; else what the one took that was looked into.
fn time(build: &BuildTimeline, workloads: &[Workload], metric: &MetricName) -> String {
    #[expect(clippy::cast_precision_loss, reason = "builds are shorter than 2^53 ns")]
    let ns = measured(&build.build, workloads, metric).unwrap_or(build.wall_ns as f64);
    quantity::seconds(ns / 1e9)
}

fn measured(id: &WorkloadId, workloads: &[Workload], metric: &MetricName) -> Option<f64> {
    let workload = workloads.iter().find(|row| row.id == *id && row.state == WorkloadState::Measured)?;
    workload.metric(metric)?.figure.value()
}

fn share(part: u64, all: u64) -> String {
    quantity::percent(ratio(part, all))
}

#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
fn ratio(part: u64, all: u64) -> f64 {
    part as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_result::{BuildPhases, BuildUnit, BuildUnitKind, ChainStep};

    fn size(binary: &str, bytes: u64, packages: &[(&str, u64)]) -> BinarySize {
        let package = |&(name, bytes): &(&str, u64)| PackageSize {
            name: Some(name.to_owned()),
            bytes,
            ..PackageSize::default()
        };
        BinarySize {
            binary: binary.to_owned(),
            file_bytes: bytes,
            packages: packages.iter().map(package).collect(),
            ..BinarySize::default()
        }
    }

    #[test]
    fn a_program_is_told_with_the_crates_that_take_most_and_the_standard_library_as_one() {
        let crates =
            [("core", 300_000), ("serde", 250_000), ("std", 100_000), ("small", 1000), ("least", 10)];
        let one = size("binary/p/p", 1_000_000, &crates);
        assert_eq!(
            of_sizes(std::slice::from_ref(&one), None).unwrap(),
            "p/p is 1.00 MB: 40 % std (with core and alloc), 25 % serde, 0.1 % small"
        );
        let two = [one, size("binary/p/other", 3_000_000, &[])];
        assert_eq!(
            of_sizes(&two, None).unwrap(),
            "2 programs, 4.00 MB together; the largest, p/other, 3.00 MB"
        );
        assert_eq!(of_sizes(&[], None), None);
    }

    fn timeline(build: &str, wall_ns: u64, chain_ns: u64) -> BuildTimeline {
        let phases = BuildPhases { code_ns: 2 * wall_ns, ..BuildPhases::default() };
        let unit = BuildUnit {
            package: "syn".to_owned(),
            version: "1.0.0".to_owned(),
            target: "syn".to_owned(),
            kind: BuildUnitKind::Library,
            start_ns: 0,
            phases,
            cpu_ns: None,
        };
        BuildTimeline {
            build: WorkloadId(build.to_owned()),
            answer: String::new(),
            method: String::new(),
            remarks: Vec::new(),
            wall_ns,
            cpus: 2,
            cpu_ns: 0,
            phases,
            running: Vec::new(),
            packages: Vec::new(),
            chain: vec![ChainStep { unit: 0, ns: chain_ns }],
            chain_ns,
            units: vec![unit],
        }
    }

    #[test]
    fn builds_are_told_with_what_they_wait_for() {
        let clean = timeline("build/clean", 20_000_000_000, 5_000_000_000);
        let changed = |package, ns| timeline(&format!("build/incremental/{package}"), ns, ns);
        let all = [clean, changed("a", 400_000_000), changed("b", 2_000_000_000)];
        assert_eq!(
            of_builds(&all[..2], &[]).unwrap(),
            "a build from nothing takes 20 s, 25 % of it on the longest chain (most in syn), 2.0 units at once on 2 CPUs; after a change of a 0.4 s"
        );
        assert!(
            of_builds(&all, &[])
                .unwrap()
                .ends_with("; after a change of one package 0.4 s to 2.0 s (most of b)")
        );
        assert_eq!(of_builds(&[], &[]), None);
    }
}
