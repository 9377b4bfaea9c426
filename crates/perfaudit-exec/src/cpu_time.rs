//! CPU seconds of this process and of its children.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// CPU seconds, user and system, since the process began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CpuTime {
    /// Of this process, all threads.
    pub own: f64,
    /// Of its children that have ended and been waited for, and of theirs.
    pub children: f64,
}

impl CpuTime {
    /// What has been used up to now; zero where the system does not tell.
    #[must_use]
    pub fn now() -> Self {
        let seconds = |who| {
            getrusage(who).map_or(0.0, |usage| {
                let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
                std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs_f64()
            })
        };
        Self { own: seconds(UsageWho::RUSAGE_SELF), children: seconds(UsageWho::RUSAGE_CHILDREN) }
    }

    /// What was used since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self { own: self.own - earlier.own, children: self.children - earlier.children }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Interrupt, run};

    #[test]
    fn work_of_a_child_is_charged_to_children() {
        let before = CpuTime::now();
        let command = Command::new("sh").args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]);
        run(&command, &Interrupt::new(), &mut |_| {}).unwrap();
        assert!(CpuTime::now().since(before).children > 0.0);
    }
}
