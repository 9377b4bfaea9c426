//! Conditions that make figures worse, with what to do about each.

use perfaudit_result::{BuildProfile, Precondition, PreconditionStatus};

use crate::load::{CpuTicks, LoadAverage};
use crate::proc_file::read;

/// More than this share of stolen time moves medians.
const STOLEN_LIMIT: f64 = 0.01;

fn precondition(code: &str, status: PreconditionStatus, message: String, remedy: &str) -> Precondition {
    let remedy = (status != PreconditionStatus::Met).then(|| remedy.to_owned());
    Precondition { code: code.to_owned(), status, message, remedy }
}

/// What can be told before anything is measured.
#[must_use]
pub fn before_measuring(cores: u32, load: Option<LoadAverage>, profile: &BuildProfile) -> Vec<Precondition> {
    [Some(idle(cores, load)), governor(), Some(optimised(profile))].into_iter().flatten().collect()
}

/// What can be told once everything is measured: `before` is the state at its beginning.
#[must_use]
pub fn after_measuring(before: Option<CpuTicks>, after: Option<CpuTicks>) -> Vec<Precondition> {
    let remedy = "measure on a machine of your own, or when its neighbours are quiet, and repeat the run";
    let stolen = match (before, after) {
        (Some(before), Some(after)) => {
            let share = after.stolen_since(before);
            let status =
                if share > STOLEN_LIMIT { PreconditionStatus::Violated } else { PreconditionStatus::Met };
            let message =
                format!("the hypervisor took {:.1} % of the CPU time while benchmarks ran", 100.0 * share);
            precondition("stolen-time", status, message, remedy)
        }
        _ => precondition(
            "stolen-time",
            PreconditionStatus::Unknown,
            "the kernel does not tell how much time a hypervisor took".to_owned(),
            "nothing on this system; compare repeated runs",
        ),
    };
    vec![stolen]
}

fn idle(cores: u32, load: Option<LoadAverage>) -> Precondition {
    let remedy = "end other work on the machine before measuring";
    match load {
        Some(LoadAverage(load)) => {
            // One benchmark thread needs one core to itself.
            let busy = load > f64::from(cores) - 0.5;
            let status = if busy { PreconditionStatus::Violated } else { PreconditionStatus::Met };
            let message = format!("load average {load:.1} on {cores} cores before measuring");
            precondition("other-load", status, message, remedy)
        }
        None => precondition(
            "other-load",
            PreconditionStatus::Unknown,
            "the kernel does not tell the load".to_owned(),
            remedy,
        ),
    }
}

fn governor() -> Option<Precondition> {
    let governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")?;
    let status =
        if governor == "performance" { PreconditionStatus::Met } else { PreconditionStatus::Violated };
    Some(precondition(
        "frequency-scaling",
        status,
        format!("the frequency governor is `{governor}`"),
        "set the governor to `performance` for the time of the run, as the machine's administrator",
    ))
}

fn optimised(profile: &BuildProfile) -> Precondition {
    let status =
        if profile.opt_level == "0" { PreconditionStatus::Violated } else { PreconditionStatus::Met };
    precondition(
        "optimised-build",
        status,
        format!("profile `{}` builds with opt-level {}", profile.name, profile.opt_level),
        "benchmarks of an unoptimised build say nothing about what ships: remove `opt-level = 0` from the profile",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(opt_level: &str) -> BuildProfile {
        BuildProfile {
            name: "bench".into(),
            opt_level: opt_level.into(),
            lto: "false".into(),
            codegen_units: "16".into(),
            panic: "unwind".into(),
            debug: "line-tables-only".into(),
            strip: "none".into(),
        }
    }

    #[test]
    fn a_busy_machine_and_an_unoptimised_build_are_told_with_their_remedies() {
        let found = before_measuring(2, Some(LoadAverage(3.0)), &profile("0"));
        for code in ["other-load", "optimised-build"] {
            let precondition = found.iter().find(|precondition| precondition.code == code).unwrap();
            assert_eq!(precondition.status, PreconditionStatus::Violated);
            assert!(precondition.remedy.is_some());
        }
    }

    #[test]
    fn a_condition_that_holds_has_no_remedy() {
        let found = before_measuring(2, Some(LoadAverage(0.1)), &profile("3"));
        let load = found.iter().find(|precondition| precondition.code == "other-load").unwrap();
        assert_eq!((load.status, &load.remedy), (PreconditionStatus::Met, &None));
    }

    #[test]
    fn what_the_kernel_does_not_tell_is_unknown() {
        assert_eq!(after_measuring(None, None)[0].status, PreconditionStatus::Unknown);
    }
}
