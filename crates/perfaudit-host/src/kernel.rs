//! Programs of fixed work, for measuring the machine against itself.
//!
//! Both take some milliseconds: long enough that starting a process is a small part, short enough that the hundreds
//! of runs that a bound takes fit into seconds.

use std::hint::black_box;

/// A program of fixed work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseKernel {
    /// Dependent arithmetic in registers: feels the clock rate and whoever takes the core away.
    Cpu,
    /// Dependent loads from memory that no private cache holds: feels whoever shares caches, memory and page tables.
    Memory,
}

impl NoiseKernel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Memory];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }

    /// The kernel of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kernel| kernel.name() == name)
    }

    /// Does the work once. It is the same each time.
    pub fn run(self) {
        match self {
            Self::Cpu => arithmetic(),
            Self::Memory => loads(),
        }
    }
}

/// Xorshift64 (Marsaglia, 2003), six dependent cycles for each turn: about 5 ms at 3 GHz.
fn arithmetic() {
    const TURNS: u32 = 2_500_000;
    let mut state = black_box(0x9E37_79B9_7F4A_7C15_u64);
    for _ in 0..TURNS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
}

/// A walk through 4 MiB in which each place names the next: about 5 ms, some of it for getting the memory.
fn loads() {
    const PLACES: u32 = 1 << 20;
    const STEPS: u32 = 40_000;
    // A full-period linear congruential sequence (Hull and Dobell, 1962: odd increment, multiplier 1 modulo 4) visits
    // every place once, far from the one before.
    let places: Vec<u32> =
        (0..PLACES).map(|i| i.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % PLACES).collect();
    let places = black_box(places);
    let mut place = 0;
    for _ in 0..STEPS {
        place = places[place as usize];
    }
    black_box(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_is_found_by_its_name_and_ends() {
        for kernel in NoiseKernel::ALL {
            assert_eq!(NoiseKernel::named(kernel.name()), Some(kernel));
            kernel.run();
        }
        assert_eq!(NoiseKernel::named("disk"), None);
    }
}
