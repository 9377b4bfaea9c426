//! What an iteration of a benchmark allocates.

use std::collections::HashMap;

use perfaudit_result::{
    ConfidenceLevel, Estimate, Figure, HeapCounts, HeapSite, Interval, Method, Of, PerIteration, Unit,
};

/// How many iterations a process ran, in all of its warm-up and measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Iterations {
    /// Exactly this many.
    Known(u64),
    /// This many, after a warm-up of unknown length that runs 1, 2, 4, 8 and so on iterations: 2^k - 1 in all.
    AfterDoubling(u64),
}

/// Longer warm-ups do not end in a lifetime.
const MOST_DOUBLINGS: u32 = 40;

impl Iterations {
    /// The number of iterations, from what one iteration and all of them allocated.
    ///
    /// # Errors
    /// Why it cannot be told.
    fn settle(self, first: &HeapCounts, many: &HeapCounts) -> Result<u64, String> {
        match self {
            Self::Known(iterations) => Ok(iterations),
            Self::AfterDoubling(measured) => {
                let fits = |iterations: &u64| {
                    first.count.checked_mul(*iterations) == Some(many.count)
                        && first.bytes.checked_mul(*iterations) == Some(many.bytes)
                };
                (0..MOST_DOUBLINGS).map(|k| measured + (1 << k) - 1).find(fits).ok_or_else(|| {
                    "the benchmark's source sets its warm-up time, so that the number of iterations is not known: leave `warm_up_time` out of the source".to_owned()
                })
            }
        }
    }
}

/// What a process allocated in the part that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// In all.
    pub totals: HeapCounts,
    /// By line; gets what each allocates for each iteration.
    pub sites: Vec<HeapSite>,
}

/// What iterations allocate.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// For each iteration.
    pub per_iteration: PerIteration,
    /// How many iterations the process ran that is to be shown: one, if that of many cannot be used.
    pub iterations: u64,
    /// Why that of many cannot be used.
    pub remark: Option<String>,
}

/// What an iteration allocates, from a process that ran one and a process that ran many: the difference, over one
/// iteration less than there were, is free of what only the first iteration or the process allocates. The sites of the
/// process that can be used get their part of it.
#[must_use]
pub fn per_iteration(first: &mut Part, many: Option<(&mut Part, Iterations)>) -> Each {
    let settled = match many {
        Some((many, iterations)) => iterations.settle(&first.totals, &many.totals).map(|n| Some((many, n))),
        None => Ok(None),
    };
    match settled {
        Ok(Some((many, n))) if n > 1 => {
            if many.totals.count >= first.totals.count && many.totals.bytes >= first.totals.bytes {
                return Each { per_iteration: later(first, many, n), iterations: n, remark: None };
            }
            let remark = "a process of many iterations allocated less than one of a single iteration: what is stated is that of the first iteration";
            only(first, Some(remark.to_owned()))
        }
        Ok(_) => only(first, None),
        Err(why) => only(first, Some(why)),
    }
}

/// What the first iteration allocates.
fn only(first: &mut Part, remark: Option<String>) -> Each {
    for site in &mut first.sites {
        site.count_per_iteration = Some(number(site.counts.count));
        site.bytes_per_iteration = Some(number(site.counts.bytes));
    }
    let figure = |value: u64, unit| {
        let method = "exact: counted in the first iteration of a process; later ones may differ";
        exact(number(value), 1, unit, method)
    };
    let per_iteration = PerIteration {
        count: figure(first.totals.count, Unit::Count),
        bytes: figure(first.totals.bytes, Unit::Bytes),
        once_count: None,
        once_bytes: None,
    };
    Each { per_iteration, iterations: 1, remark }
}

/// What each of `n` iterations but the first allocates.
fn later(first: &Part, many: &mut Part, n: u64) -> PerIteration {
    let key = |site: &HeapSite| (site.symbol.clone(), site.file.clone(), site.line);
    let of_first: HashMap<_, &HeapCounts> =
        first.sites.iter().map(|site| (key(site), &site.counts)).collect();
    let mean = |first: u64, many: u64| (number(many) - number(first)) / number(n - 1);
    for site in &mut many.sites {
        let first = of_first.get(&key(site)).copied().copied().unwrap_or_default();
        site.count_per_iteration = Some(mean(first.count, site.counts.count).max(0.0));
        site.bytes_per_iteration = Some(mean(first.bytes, site.counts.bytes).max(0.0));
    }
    let (first, many) = (&first.totals, &many.totals);
    let (count, bytes) = (mean(first.count, many.count), mean(first.bytes, many.bytes));
    let is_constant =
        (many.count - first.count).is_multiple_of(n - 1) && (many.bytes - first.bytes).is_multiple_of(n - 1);
    let figure = |value: f64, unit| {
        if is_constant {
            let method =
                "exact: what all iterations but the first allocated, over their number, without remainder";
            return exact(value, n - 1, unit, method);
        }
        let reason = "iterations allocate differently much, as where a container grows now and then: the mean is exact, and their spread is not counted";
        let method = "mean: what all iterations but the first allocated, over their number";
        Figure {
            estimate: Estimate::WithoutInterval { value, reason: reason.to_owned() },
            unit,
            n: n - 1,
            method: Method(method.into()),
            of: Of::Call,
        }
    };
    PerIteration {
        count: figure(count, Unit::Count),
        bytes: figure(bytes, Unit::Bytes),
        once_count: Some(number(first.count) - count),
        once_bytes: Some(number(first.bytes) - bytes),
    }
}

fn exact(value: f64, n: u64, unit: Unit, method: &'static str) -> Figure {
    let interval = Interval::new(value, value).expect("a count is finite");
    Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit,
        n,
        method: Method(method.into()),
        of: Of::Call,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a process are below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(count: u64, bytes: u64) -> HeapCounts {
        HeapCounts { count, bytes, ..HeapCounts::default() }
    }

    fn told(first: HeapCounts, many: HeapCounts, iterations: Iterations) -> (PerIteration, Option<String>) {
        let part = |totals| Part { totals, sites: Vec::new() };
        let each = per_iteration(&mut part(first), Some((&mut part(many), iterations)));
        (each.per_iteration, each.remark)
    }

    #[test]
    fn what_only_the_first_iteration_allocates_is_told_apart() {
        let (each, remark) =
            told(counts(5, 1500), counts(5 + 2 * 99, 1500 + 40 * 99), Iterations::Known(100));
        assert_eq!(remark, None);
        assert_eq!((each.count.value(), each.bytes.value()), (Some(2.0), Some(40.0)));
        assert_eq!((each.once_count, each.once_bytes), (Some(3.0), Some(1460.0)));
        assert_eq!(each.bytes.interval().map(perfaudit_result::Interval::upper), Some(40.0));
    }

    #[test]
    fn iterations_that_differ_have_a_mean_without_an_interval() {
        let (each, _) = told(counts(1, 10), counts(51, 510), Iterations::Known(100));
        assert!(each.bytes.value().is_some() && each.bytes.interval().is_none());
    }

    #[test]
    fn a_warm_up_that_doubles_is_found_where_every_iteration_allocates_the_same() {
        let n = 550 + 127;
        let (each, remark) = told(counts(3, 64), counts(3 * n, 64 * n), Iterations::AfterDoubling(550));
        assert_eq!((each.bytes.value(), each.bytes.n, remark), (Some(64.0), n - 1, None));
        let (each, remark) = told(counts(3, 64), counts(3 * n + 1, 64 * n), Iterations::AfterDoubling(550));
        assert_eq!((each.bytes.value(), each.bytes.n), (Some(64.0), 1));
        assert!(remark.unwrap().contains("warm_up_time"));
    }
}
