//! What machine this is.

use nix::sys::utsname::uname;
use perfaudit_result::Host;

use crate::calibrate::Calibration;
use crate::capability::capabilities;
use crate::proc_file::{field, read};

/// Describes this machine. Nothing is changed and no rights are needed.
#[must_use]
pub fn host(calibration: &Calibration) -> Host {
    let cpu_info = read("/proc/cpuinfo").unwrap_or_default();
    let memory = read("/proc/meminfo").unwrap_or_default();
    Host {
        cpu: cpu_model(&cpu_info),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: field(&memory, "MemTotal").and_then(|text| kibibytes(&text)).unwrap_or(0),
        os: std::env::consts::OS.to_owned(),
        kernel: uname()
            .map_or_else(|_| "unknown".into(), |name| name.release().to_string_lossy().into_owned()),
        arch: std::env::consts::ARCH.to_owned(),
        virtualised: virtualised(&cpu_info),
        cycle_ns: Some(calibration.cycle_ns),
        empty_loop_ns: Some(calibration.empty_loop_ns),
        capabilities: capabilities(),
        noise_floor: None,
    }
}

/// x86 kernels give a model name; on ARM only implementer and part numbers are there.
fn cpu_model(cpu_info: &str) -> String {
    field(cpu_info, "model name")
        .or_else(|| {
            let implementer = field(cpu_info, "CPU implementer")?;
            Some(format!("CPU implementer {implementer} part {}", field(cpu_info, "CPU part")?))
        })
        .unwrap_or_else(|| "unknown".to_owned())
}

/// x86 announces a hypervisor by a CPU flag; elsewhere only its presence can be seen, not its absence.
fn virtualised(cpu_info: &str) -> Option<bool> {
    if let Some(flags) = field(cpu_info, "flags") {
        return Some(flags.split(' ').any(|flag| flag == "hypervisor"));
    }
    read("/sys/hypervisor/type").map(|_| true)
}

fn kibibytes(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_x86_machine_is_told_by_its_flag() {
        let cpu_info = "model name\t: Some CPU\nflags\t\t: fpu sse hypervisor avx\n";
        assert_eq!(cpu_model(cpu_info), "Some CPU");
        assert_eq!(virtualised(cpu_info), Some(true));
        assert_eq!(virtualised("flags : fpu sse"), Some(false));
    }

    #[test]
    fn an_arm_machine_is_named_by_its_numbers() {
        let cpu_info = "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";
        assert_eq!(cpu_model(cpu_info), "CPU implementer 0x41 part 0xd0c");
    }
}
