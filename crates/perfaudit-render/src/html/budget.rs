//! How many bytes of the page each part that grows with the number of profiles may take: 1.5 MB for all of them.

/// Bytes for the parts of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    /// Markup of single workloads in the section on CPU time.
    pub(super) cpu_panels: usize,
    /// The stacks of CPU profiles.
    pub(super) cpu_stacks: usize,
    /// Usage over time and differences of CPU profiles.
    pub(super) cpu_extras: usize,
    /// Markup of single workloads in the section on allocations.
    pub(super) heap_panels: usize,
    /// The stacks of allocations.
    pub(super) heap_stacks: usize,
    /// Usage over time in the section on allocations.
    pub(super) heap_extras: usize,
}

impl Budget {
    /// Where there is one of the two sections it gets nearly all.
    pub(super) fn of(has_cpu: bool, has_heap: bool) -> Self {
        if has_cpu && has_heap {
            return Self {
                cpu_panels: 280_000,
                cpu_stacks: 400_000,
                cpu_extras: 150_000,
                heap_panels: 120_000,
                heap_stacks: 200_000,
                heap_extras: 25_000,
            };
        }
        Self {
            cpu_panels: 400_000,
            cpu_stacks: 1_000_000,
            cpu_extras: 250_000,
            heap_panels: 300_000,
            heap_stacks: 1_000_000,
            heap_extras: 0,
        }
    }
}
