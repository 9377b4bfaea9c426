//! What counts say of a command, and of an iteration of a benchmark.

use perfaudit_result::{ConfidenceLevel, Estimate, Figure, Interval, Method, Of, Unit};

use super::Below;

/// The instructions of a command, from those of several runs of it.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^53")]
pub fn of_command(counts: &[u64]) -> Option<Figure> {
    let (least, most) = (*counts.iter().min()?, *counts.iter().max()?);
    let method = "callgrind: every instruction of user code, in all processes";
    let estimate = if least == most && counts.len() > 1 {
        exact(least)
    } else {
        let mean = counts.iter().map(|&count| count as f64).sum::<f64>() / counts.len() as f64;
        let reason = match counts.len() {
            1 => "one run: whether another one counts the same was not tried".to_owned(),
            n => format!("{n} runs counted from {least} to {most}: the program does not repeat exactly"),
        };
        Estimate::WithoutInterval { value: mean, reason }
    };
    Some(Figure {
        estimate,
        unit: Unit::Count,
        n: counts.len() as u64,
        method: Method(method.into()),
        of: Of::Process,
    })
}

/// The instructions of an iteration, from a process that ran a single one and, where there is one, a process that ran
/// this many in several calls of the measuring function. With `x` for an iteration and `o` for what a call adds to its
/// iterations, the first counts `x + o` and the second `n x + c o`; solved for `x`. None if nothing was measured.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^53")]
pub fn of_iteration(one: Below, many: Option<(Below, u64)>) -> Option<Figure> {
    if one.calls == 0 {
        return None;
    }
    let (estimate, n, method) = match many.and_then(|(many, n)| solved(one, many, n)) {
        Some((all, over)) => {
            let method = "callgrind: below the harness's measuring function, without what its calls add, set-up inside of it included";
            let estimate = if all.is_multiple_of(over) {
                exact(all / over)
            } else {
                Estimate::WithoutInterval {
                    value: all as f64 / over as f64,
                    reason: "iterations run differently many instructions: the mean is exact, and their spread is not counted".to_owned(),
                }
            };
            (estimate, over, method)
        }
        None => {
            // A slow routine is called for each of its iterations.
            let each_called = many.filter(|(many, n)| many.calls == *n && many.calls > 1);
            let (below, reason) = match each_called {
                Some((many, _)) => (
                    many,
                    "each call of the harness's measuring function ran one iteration: what it adds is part of it",
                ),
                None => (
                    one,
                    "a single iteration, the first of a process: what the harness does around it is part of it",
                ),
            };
            let value = below.instructions as f64 / below.calls as f64;
            let estimate = Estimate::WithoutInterval { value, reason: reason.to_owned() };
            let n = each_called.map_or(1, |(_, n)| n);
            (estimate, n, "callgrind: below the harness's measuring function")
        }
    };
    Some(Figure { estimate, unit: Unit::Count, n, method: Method(method.into()), of: Of::Call })
}

/// `n x + c o - c (x + o) = (n - c) x`: that, and `n - c`.
fn solved(one: Below, many: Below, n: u64) -> Option<(u64, u64)> {
    let over = n.checked_sub(many.calls).filter(|&over| over > 0 && one.calls == 1)?;
    let all = many.instructions.checked_sub(many.calls.checked_mul(one.instructions)?)?;
    Some((all, over))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^53")]
fn exact(count: u64) -> Estimate {
    let value = count as f64;
    let interval = Interval::new(value, value).expect("a count is finite");
    Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn below(instructions: u64, calls: u64) -> Below {
        Below { instructions, calls }
    }

    #[test]
    fn what_the_calls_of_the_harness_add_is_not_part_of_an_iteration() {
        // An iteration is 70 and a call 300: 1 iteration, then 60 in 11 calls.
        let figure = of_iteration(below(370, 1), Some((below(60 * 70 + 11 * 300, 11), 60))).unwrap();
        assert_eq!((figure.value(), figure.n), (Some(70.0), 49));
        assert!(figure.interval().is_some());
        let uneven = of_iteration(below(370, 1), Some((below(60 * 70 + 11 * 300 + 1, 11), 60))).unwrap();
        assert!(uneven.interval().is_none() && uneven.reason().unwrap().contains("differently"));
    }

    #[test]
    fn a_slow_routine_that_is_called_for_each_iteration_counts_what_a_call_adds() {
        let figure = of_iteration(below(90_300, 1), Some((below(11 * 90_200, 11), 11))).unwrap();
        assert_eq!((figure.value(), figure.n), (Some(90_200.0), 11));
        assert!(figure.reason().unwrap().contains("each call"), "{figure:?}");
    }

    #[test]
    fn a_single_iteration_is_told_as_one() {
        for many in [None, Some((below(100, 11), 60))] {
            let figure = of_iteration(below(370, 1), many).unwrap();
            assert_eq!((figure.value(), figure.n), (Some(370.0), 1), "{many:?}");
            assert!(figure.reason().unwrap().contains("single iteration"));
        }
        assert_eq!(of_iteration(below(0, 0), None), None);
    }

    #[test]
    fn counts_of_a_command_are_exact_if_they_repeat() {
        let figure = of_command(&[12, 12]).unwrap();
        assert_eq!((figure.value(), figure.interval().unwrap().lower()), (Some(12.0), 12.0));
        assert!(of_command(&[12, 14]).unwrap().reason().unwrap().contains("from 12 to 14"));
        assert!(of_command(&[12]).unwrap().reason().unwrap().contains("one run"));
        assert_eq!(of_command(&[]), None);
    }
}
