//! How long one cycle and one turn of an empty benchmark loop take on this machine.
//!
//! A benchmark that is not slower than the loop around it measured the loop. Criterion's loop hides the result of
//! each call from the optimiser; what that costs depends on the type of the result, so that several shapes are
//! timed. The cycle comes from a chain in which each instruction needs the result of the one before: it can
//! neither be shortened by the compiler nor run in parallel.

use std::hint::black_box;
use std::time::Instant;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// One cycle, in nanoseconds.
    pub cycle_ns: f64,
    /// One turn of an empty loop, in nanoseconds: the slowest of the shapes.
    pub empty_loop_ns: f64,
}

/// Turns of each loop: about a tenth of a millisecond.
const TURNS: u64 = 100_000;
/// The fastest of so many repetitions counts: everything else only adds time.
const REPETITIONS: usize = 40;

/// Measures; takes about 20 ms.
#[must_use]
pub fn calibrate() -> Calibration {
    let unit = fastest(|| (0..TURNS).for_each(|_| black_box(())));
    let word = fastest(|| {
        for i in 0..TURNS {
            black_box(i);
        }
    });
    let wide = fastest(|| {
        for i in 0..TURNS {
            black_box([i; 3]);
        }
    });
    Calibration { cycle_ns: cycle(), empty_loop_ns: unit.max(word).max(wide) }
}

/// Xorshift64 (Marsaglia, 2003): three pairs of a shift and an exclusive or, each of one cycle, each waiting for
/// the one before.
fn cycle() -> f64 {
    const CYCLES_PER_TURN: f64 = 6.0;
    let mut state = black_box(0x9E37_79B9_7F4A_7C15_u64);
    let turn = fastest(|| {
        for _ in 0..TURNS {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }
        black_box(state);
    });
    turn / CYCLES_PER_TURN
}

/// Nanoseconds per turn of the fastest repetition.
#[expect(clippy::cast_precision_loss, reason = "the number of turns is small")]
fn fastest(mut turns: impl FnMut()) -> f64 {
    (0..REPETITIONS)
        .map(|_| {
            let start = Instant::now();
            turns();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
        * 1e9
        / TURNS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_a_time() {
        let Calibration { cycle_ns, empty_loop_ns } = calibrate();
        assert!(cycle_ns.is_finite() && cycle_ns > 0.0);
        assert!(empty_loop_ns.is_finite() && empty_loop_ns > 0.0);
    }
}
