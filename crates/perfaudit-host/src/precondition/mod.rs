//! Conditions that make figures worse, with what to do about each.

mod build;
mod machine;

use perfaudit_result::{BuildProfile, Precondition, PreconditionStatus};

use crate::load::{LoadAverage, Meanwhile};
use machine::Sys;

pub use build::{CodeSettings, like_shipped};

/// More than this share of stolen time moves medians.
const STOLEN_LIMIT: f64 = 0.01;
/// More than this share for other processes: they were on the benchmark's core now and then.
const OTHERS_LIMIT: f64 = 0.05;

/// The codes of all preconditions.
pub const PRECONDITION_CODES: [&str; 8] =
    [STOLEN_TIME, OTHER_LOAD, FREQUENCY_SCALING, TURBO, SMT, BATTERY, OPTIMISED_BUILD, SHIPPING_PROFILE];

const BATTERY: &str = "battery";
const SHIPPING_PROFILE: &str = "shipping-profile";
const SMT: &str = "smt";
const TURBO: &str = "turbo";
const FREQUENCY_SCALING: &str = "frequency-scaling";
const OPTIMISED_BUILD: &str = "optimised-build";
const STOLEN_TIME: &str = "stolen-time";
const OTHER_LOAD: &str = "other-load";
const OTHER_LOAD_REMEDY: &str = "end other work on the machine, and repeat the run";

fn precondition(code: &str, status: PreconditionStatus, message: String, remedy: &str) -> Precondition {
    let remedy = (status != PreconditionStatus::Met).then(|| remedy.to_owned());
    Precondition { code: code.to_owned(), status, message, remedy }
}

/// What can be told before anything is measured.
#[must_use]
pub fn before_measuring(profile: &BuildProfile) -> Vec<Precondition> {
    Sys::at("/sys").conditions().into_iter().chain([build::optimised(profile)]).collect()
}

/// What decides the clock rate, as Linux names it; none where the kernel shows none.
#[must_use]
pub fn governor() -> Option<String> {
    Sys::at("/sys").governor()
}

/// Whether the machine is idle now.
#[must_use]
pub fn idle_now(cores: u32, load: Option<LoadAverage>) -> Precondition {
    let Some(LoadAverage(load)) = load else { return untold(OTHER_LOAD, OTHER_LOAD_REMEDY) };
    // One benchmark thread needs one core to itself.
    let is_busy = load > f64::from(cores) - 0.5;
    let message = format!("load average {load:.1} on {cores} cores");
    precondition(OTHER_LOAD, status(is_busy), message, OTHER_LOAD_REMEDY)
}

/// What can be told once everything is measured.
#[must_use]
pub fn after_measuring(meanwhile: Option<Meanwhile>) -> Vec<Precondition> {
    let stolen_remedy =
        "measure on a machine of your own, or when its neighbours are quiet, and repeat the run";
    let Some(Meanwhile { stolen, others }) = meanwhile else {
        return vec![untold(STOLEN_TIME, stolen_remedy), untold(OTHER_LOAD, OTHER_LOAD_REMEDY)];
    };
    let share = |who: &str, share: f64| {
        format!("{who} took {:.1} % of the CPU time while benchmarks ran", 100.0 * share)
    };
    vec![
        precondition(
            STOLEN_TIME,
            status(stolen > STOLEN_LIMIT),
            share("the hypervisor", stolen),
            stolen_remedy,
        ),
        precondition(
            OTHER_LOAD,
            status(others > OTHERS_LIMIT),
            share("other processes", others),
            OTHER_LOAD_REMEDY,
        ),
    ]
}

fn status(is_violated: bool) -> PreconditionStatus {
    if is_violated { PreconditionStatus::Violated } else { PreconditionStatus::Met }
}

fn untold(code: &str, remedy: &str) -> Precondition {
    let message = "the kernel does not tell what else the machine does".to_owned();
    precondition(code, PreconditionStatus::Unknown, message, remedy)
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
        let busy = idle_now(2, Some(LoadAverage(3.0)));
        let unoptimised = before_measuring(&profile("0")).pop().unwrap();
        let disturbed = after_measuring(Some(Meanwhile { stolen: 0.02, others: 0.2 }));
        for found in [busy, unoptimised].into_iter().chain(disturbed) {
            assert_eq!(found.status, PreconditionStatus::Violated, "{}", found.code);
            assert!(found.remedy.is_some(), "{}", found.code);
        }
    }

    #[test]
    fn a_condition_that_holds_has_no_remedy() {
        let quiet = after_measuring(Some(Meanwhile { stolen: 0.001, others: 0.01 }));
        for found in [idle_now(2, Some(LoadAverage(0.1)))].into_iter().chain(quiet) {
            assert_eq!((found.status, &found.remedy), (PreconditionStatus::Met, &None), "{}", found.code);
        }
    }

    #[test]
    fn what_the_kernel_does_not_tell_is_unknown() {
        assert!(after_measuring(None).iter().all(|found| found.status == PreconditionStatus::Unknown));
    }
}
