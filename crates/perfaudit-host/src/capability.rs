//! What can be measured on this machine. A gatherer that needs something of the machine adds its row here.

use std::time::{Duration, Instant};

use perfaudit_result::{Capability, CapabilityState};

use crate::proc_file::read;

/// What was found, by trying where trying is free.
#[must_use]
pub fn capabilities() -> Vec<Capability> {
    vec![wall_clock(), stolen_time(), frequency_control()]
}

fn capability(name: &str, state: CapabilityState, reason: String) -> Capability {
    Capability { name: name.to_owned(), state, reason }
}

/// The smallest step that the monotonic clock shows.
fn wall_clock() -> Capability {
    let step = (0..200)
        .map(|_| {
            let start = Instant::now();
            loop {
                let elapsed = start.elapsed();
                if elapsed > Duration::ZERO {
                    break elapsed;
                }
            }
        })
        .min()
        .unwrap_or_default();
    let source = read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    let source = source.map_or_else(String::new, |source| format!(", clock source {source}"));
    let state =
        if step <= Duration::from_micros(1) { CapabilityState::Available } else { CapabilityState::Limited };
    capability("wall-clock", state, format!("smallest step seen {} ns{source}", step.as_nanos()))
}

fn stolen_time() -> Capability {
    match crate::load::CpuTicks::now() {
        Some(_) => capability(
            "stolen-time",
            CapabilityState::Available,
            "the kernel tells how much time the hypervisor took".to_owned(),
        ),
        None => capability(
            "stolen-time",
            CapabilityState::Missing,
            "/proc/stat cannot be read: a noisy neighbour on this machine would go unnoticed".to_owned(),
        ),
    }
}

fn frequency_control() -> Capability {
    match crate::precondition::governor() {
        Some(governor) => {
            capability("frequency-governor", CapabilityState::Available, format!("set to `{governor}`"))
        }
        None => capability(
            "frequency-governor",
            CapabilityState::Missing,
            "the kernel shows none, as on most virtual machines: changes of the clock rate would go unnoticed"
                .to_owned(),
        ),
    }
}
