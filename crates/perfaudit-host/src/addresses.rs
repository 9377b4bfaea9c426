//! Whether each process lies elsewhere in memory.

use crate::proc_file::read;

/// The flag of a process whose children get the same addresses each time (personality(2)).
const ADDR_NO_RANDOMIZE: u32 = 0x0004_0000;

/// Whether processes that are started from here have their stack, heap and pages at the same addresses each time; false
/// where the system does not tell.
#[must_use]
pub fn addresses_are_fixed() -> bool {
    let setting = read("/proc/sys/kernel/randomize_va_space");
    let personality = read("/proc/self/personality");
    are_fixed(setting.as_deref(), personality.as_deref())
}

fn are_fixed(setting: Option<&str>, personality: Option<&str>) -> bool {
    let flags = personality.and_then(|flags| u32::from_str_radix(flags, 16).ok()).unwrap_or(0);
    setting.is_some_and(|setting| setting == "0") || flags & ADDR_NO_RANDOMIZE != 0
}

#[cfg(test)]
mod tests {
    use super::are_fixed;

    #[test]
    fn addresses_are_fixed_by_the_kernel_or_by_whoever_started_the_process() {
        assert!(!are_fixed(Some("2"), Some("00000000")));
        assert!(are_fixed(Some("0"), Some("00000000")));
        assert!(are_fixed(Some("2"), Some("00040000")));
        assert!(!are_fixed(None, Some("not told")));
    }
}
