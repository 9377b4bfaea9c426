//! What the machine does with its clock, its cores and its power, as `/sys` tells it.

use std::path::{Path, PathBuf};

use perfaudit_result::{Precondition, PreconditionStatus};

use super::{BATTERY, FREQUENCY_SCALING, SMT, TURBO, precondition, status};
use crate::proc_file::read;

/// The folder `/sys` (sysfs), or one that looks like it.
#[derive(Debug, Clone)]
pub(super) struct Sys(PathBuf);

impl Sys {
    /// The folder at `path`.
    pub(super) fn at(path: impl AsRef<Path>) -> Self {
        Self(path.as_ref().to_owned())
    }

    fn read(&self, relative: &str) -> Option<String> {
        read(self.0.join(relative))
    }

    /// What decides the clock rate; none where the kernel shows none.
    pub(super) fn governor(&self) -> Option<String> {
        self.read("devices/system/cpu/cpu0/cpufreq/scaling_governor")
    }

    /// What can be told; conditions that this machine does not know are left out.
    pub(super) fn conditions(&self) -> Vec<Precondition> {
        self.steady_frequency()
            .into_iter()
            .chain([self.turbo()])
            .chain(self.smt())
            .chain(self.mains())
            .collect()
    }

    fn steady_frequency(&self) -> Option<Precondition> {
        let governor = self.governor()?;
        Some(precondition(
            FREQUENCY_SCALING,
            status(governor != "performance"),
            format!("the frequency governor is `{governor}`"),
            "set the governor to `performance` for the time of the run, as the machine's administrator",
        ))
    }

    /// `intel_pstate/no_turbo` counts the other way round than `cpufreq/boost` (Linux kernel documentation,
    /// admin-guide/pm).
    fn turbo(&self) -> Precondition {
        let is_on = match self.read("devices/system/cpu/intel_pstate/no_turbo").as_deref() {
            Some("0") => Some(true),
            Some("1") => Some(false),
            _ => match self.read("devices/system/cpu/cpufreq/boost").as_deref() {
                Some("1") => Some(true),
                Some("0") => Some(false),
                _ => None,
            },
        };
        let (status, message) = match is_on {
            Some(true) => (
                PreconditionStatus::Violated,
                "the clock rate rises above the nominal one while temperature and other cores allow (turbo)",
            ),
            Some(false) => (PreconditionStatus::Met, "the clock rate does not rise above the nominal one"),
            None => {
                (PreconditionStatus::Unknown, "the kernel does not tell whether the clock rate rises (turbo)")
            }
        };
        let remedy = "switch turbo off for the time of the run, as the machine's administrator: write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to /sys/devices/system/cpu/cpufreq/boost";
        precondition(TURBO, status, message.to_owned(), remedy)
    }

    fn smt(&self) -> Option<Precondition> {
        let (is_on, message) = match self.read("devices/system/cpu/smt/active")?.as_str() {
            "1" => (true, "two CPUs share one core (simultaneous multithreading)"),
            "0" => (false, "no two CPUs share a core"),
            _ => return None,
        };
        Some(precondition(
            SMT,
            status(is_on),
            message.to_owned(),
            "start perfaudit with `taskset` on one CPU of each core (`lscpu --extended` tells them apart), or keep other work off the machine",
        ))
    }

    /// Batteries of the machine itself: those of mice and headsets have the scope `Device` (Linux kernel
    /// documentation, ABI/testing/sysfs-class-power).
    fn mains(&self) -> Option<Precondition> {
        let supplies = std::fs::read_dir(self.0.join("class/power_supply")).ok()?;
        let states: Vec<String> = supplies
            .filter_map(Result::ok)
            .map(|supply| supply.path())
            .filter(|supply| read(supply.join("type")).as_deref() == Some("Battery"))
            .filter(|supply| read(supply.join("scope")).as_deref() != Some("Device"))
            .filter_map(|supply| read(supply.join("status")))
            .collect();
        if states.is_empty() {
            return None;
        }
        let is_discharging = states.iter().any(|state| state == "Discharging");
        let message = if is_discharging {
            "the machine runs on its battery, and slows down to spare it"
        } else {
            "the machine does not run on its battery"
        };
        Some(precondition(
            BATTERY,
            status(is_discharging),
            message.to_owned(),
            "connect the machine to the mains, and repeat the run",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The conditions of a machine whose `/sys` has these files: code and status.
    fn told(files: &[(&str, &str)]) -> Vec<(String, PreconditionStatus)> {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{content}\n")).unwrap();
        }
        let conditions = Sys::at(root.path()).conditions();
        for condition in &conditions {
            assert_eq!(
                condition.remedy.is_none(),
                condition.status == PreconditionStatus::Met,
                "{condition:?}"
            );
        }
        conditions.into_iter().map(|condition| (condition.code, condition.status)).collect()
    }

    fn status_of(code: &str, files: &[(&str, &str)]) -> Option<PreconditionStatus> {
        told(files).into_iter().find(|(found, _)| found == code).map(|(_, status)| status)
    }

    use PreconditionStatus::{Met, Unknown, Violated};

    #[test]
    fn a_machine_that_tells_nothing_has_an_unknown_turbo_and_no_other_condition() {
        assert_eq!(told(&[]), [("turbo".to_owned(), Unknown)]);
    }

    #[test]
    fn turbo_is_told_by_either_driver() {
        let no_turbo = "devices/system/cpu/intel_pstate/no_turbo";
        let boost = "devices/system/cpu/cpufreq/boost";
        assert_eq!(status_of("turbo", &[(no_turbo, "0")]), Some(Violated));
        assert_eq!(status_of("turbo", &[(no_turbo, "1")]), Some(Met));
        assert_eq!(status_of("turbo", &[(boost, "1")]), Some(Violated));
        assert_eq!(status_of("turbo", &[(boost, "0")]), Some(Met));
        assert_eq!(status_of("turbo", &[(boost, "?")]), Some(Unknown));
    }

    #[test]
    fn a_governor_other_than_performance_and_shared_cores_are_told() {
        let governor = "devices/system/cpu/cpu0/cpufreq/scaling_governor";
        assert_eq!(status_of("frequency-scaling", &[(governor, "powersave")]), Some(Violated));
        assert_eq!(status_of("frequency-scaling", &[(governor, "performance")]), Some(Met));
        assert_eq!(status_of("smt", &[("devices/system/cpu/smt/active", "1")]), Some(Violated));
        assert_eq!(status_of("smt", &[("devices/system/cpu/smt/active", "0")]), Some(Met));
    }

    #[test]
    fn only_a_battery_of_the_machine_that_discharges_counts() {
        let battery = |status| {
            [("class/power_supply/BAT0/type", "Battery"), ("class/power_supply/BAT0/status", status)]
        };
        assert_eq!(status_of("battery", &battery("Discharging")), Some(Violated));
        assert_eq!(status_of("battery", &battery("Charging")), Some(Met));
        assert_eq!(status_of("battery", &battery("Full")), Some(Met));
        let mains = [("class/power_supply/AC/type", "Mains"), ("class/power_supply/AC/online", "1")];
        assert_eq!(status_of("battery", &mains), None);
        let mouse = [("class/power_supply/BAT0/scope", "Device")];
        let mouse: Vec<_> = battery("Discharging").into_iter().chain(mouse).collect();
        assert_eq!(status_of("battery", &mouse), None);
    }
}
