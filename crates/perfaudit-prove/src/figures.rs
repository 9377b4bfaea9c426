//! What is said of one comparison, as figures.

use perfaudit_bench::median_estimate;
use perfaudit_result::{
    ConfidenceLevel, Direction, Estimate, Figure, Interval, Method, Of, PairedVerdict, Unit,
};
use perfaudit_stats::{LayoutJudgement, LayoutScope, Level, LogInterval, LogRatio, Sample, Verdict};

/// A verdict in words of better and worse.
pub(crate) fn verdict(verdict: Verdict, effect: LogRatio, direction: Direction) -> PairedVerdict {
    let is_more = effect > LogRatio::ZERO;
    match verdict {
        Verdict::Changed if is_more == (direction == Direction::LowerIsBetter) => PairedVerdict::Worse,
        Verdict::Changed => PairedVerdict::Better,
        Verdict::Equivalent => PairedVerdict::Equivalent,
        Verdict::Inconclusive => PairedVerdict::Inconclusive,
    }
}

/// `B / A - 1` as a signed-rank test says; none where nothing was measured.
pub(crate) fn effect(judged: Option<LayoutJudgement>, pairs: usize, of: Of) -> Figure {
    let Some(LayoutJudgement { judgement, scope }) = judged else {
        return none("no pair was measured".to_owned(), Unit::Ratio, of);
    };
    let layouts = match scope {
        LayoutScope::NotExcluded => "one layout of each program",
        LayoutScope::AllTried { .. } => "widened to the estimate of every layout",
        LayoutScope::Sampled { .. } => "each layout counted once",
    };
    let few = || format!("{pairs} pairs are too few for an interval at this level");
    Figure {
        estimate: judgement.interval.map_or_else(
            || Estimate::WithoutInterval { value: judgement.effect.change(), reason: few() },
            |interval| change(judgement.effect, interval, judgement.level),
        ),
        unit: Unit::Ratio,
        n: pairs as u64,
        method: Method(
            format!(
                "estimate and interval that a signed-rank test of ln(B / A) over pairs, its ranks capped at a quarter of them, inverts to; for all looks, and for all rows as the design says; {layouts}"
            )
            .into(),
        ),
        of,
    }
}

/// A change with its interval.
pub(crate) fn change(effect: LogRatio, interval: LogInterval, level: Level) -> Estimate {
    let value = effect.change();
    let (lower, upper) = (interval.lower.change(), interval.upper.change());
    match (Interval::new(lower.min(value), upper.max(value)), ConfidenceLevel::new(level.get())) {
        (Ok(interval), Ok(level)) => Estimate::WithInterval { value, interval, level },
        _ => Estimate::WithoutInterval { value, reason: "its interval is not finite".to_owned() },
    }
}

/// The median over processes.
pub(crate) fn median(values: Vec<f64>, unit: Unit, of: Of, what: &str) -> Figure {
    let n = values.len() as u64;
    let estimate = Sample::new(values).map_or_else(
        |_| Estimate::NotEstimable { reason: "no pair was measured".to_owned() },
        |sample| median_estimate(&sample, "processes"),
    );
    let method = Method(format!("median over processes{what}, order-statistic interval").into());
    Figure { estimate, unit, n, method, of }
}

/// No figure, and why.
pub(crate) fn none(reason: String, unit: Unit, of: Of) -> Figure {
    Figure {
        estimate: Estimate::NotEstimable { reason },
        unit,
        n: 0,
        method: Method("not measured".into()),
        of,
    }
}
