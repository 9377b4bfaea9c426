//! Processes that a test started, directly or not.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

/// A variable that everything below one test's commands inherits.
#[derive(Debug)]
pub(crate) struct Marker(String);

impl Marker {
    pub(crate) const VARIABLE: &str = "PERFAUDIT_END_TO_END_TEST";

    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn value(&self) -> &str {
        &self.0
    }

    /// The command lines of the processes that carry the mark and are still there.
    pub(crate) fn carriers(&self) -> Vec<String> {
        let mark = format!("{}={}", Self::VARIABLE, self.0);
        let is_marked =
            |environment: &[u8]| environment.split(|&byte| byte == 0).any(|entry| entry == mark.as_bytes());
        fs::read_dir("/proc")
            .expect("the tests run where there is /proc")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|process| {
                fs::read(process.join("environ")).is_ok_and(|environment| is_marked(&environment))
            })
            .map(|process| {
                let command = fs::read(process.join("cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&command).replace('\0', " ")
            })
            .collect()
    }
}
