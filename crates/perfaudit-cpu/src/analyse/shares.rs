//! Figures from counts of samples.

use perfaudit_result::{ConfidenceLevel, CpuProfile, Estimate, Figure, Interval, Method, Of, Unit};
use perfaudit_stats::{
    BlockCount, Estimated, LEAST_BLOCKS, LEAST_HITS, Level, Share, ShareEstimate, Unbounded, product_interval,
};

/// How many samples each block of time holds: what shares are shares of.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    of: Vec<u64>,
    width_s: f64,
}

impl Whole {
    pub(crate) fn of(profile: &CpuProfile) -> Self {
        let mut of = vec![0; profile.blocks.count as usize];
        for run in &profile.samples {
            of[run.block as usize] += run.count;
        }
        Self { of, width_s: profile.blocks.width_s }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.of.len()
    }

    /// The share of samples with a property, from their number in each block.
    pub(crate) fn share(&self, hits: &[u64]) -> Share {
        let counts: Vec<BlockCount> =
            hits.iter().zip(&self.of).map(|(&hits, &of)| BlockCount { hits, of }).collect();
        Share::new(&counts)
    }

    /// [`Whole::share`] as a figure, at 95 %.
    pub(crate) fn figure(&self, hits: &[u64]) -> Figure {
        let share = self.share(hits);
        let estimate = match share.estimate(Level::P95) {
            ShareEstimate::Estimated { value, interval } => with_interval(value, interval),
            ShareEstimate::Unbounded { value, why } => without_interval(value, reason(why)),
        };
        let method = format!(
            "share of samples; exact interval for the number of independent samples they are worth \
             (Korn and Graubard), {} blocks of {} s, design effect {:.2}",
            self.of.iter().filter(|of| **of > 0).count(),
            self.width_s,
            share.design_effect(),
        );
        Figure { estimate, unit: Unit::Ratio, n: share.of(), method: Method(method.into()), of: Of::Sample }
    }
}

/// Why a share has no interval, for readers.
pub(crate) fn reason(why: Unbounded) -> String {
    match why {
        Unbounded::NoSamples => "there are no samples".to_owned(),
        Unbounded::TooRare { hits, of, in_blocks: _ } if 2 * hits <= of => format!(
            "seen in {hits} of {of} samples; an interval needs them in {LEAST_HITS} blocks of time at least"
        ),
        Unbounded::TooRare { hits, of, .. } if hits == of => format!("seen in all {of} samples"),
        Unbounded::TooRare { hits, of, .. } => {
            format!("missing from {} of {of} samples only, which is too few for an interval", of - hits)
        }
        Unbounded::TooFewBlocks { blocks, .. } if blocks < LEAST_BLOCKS => format!(
            "the samples lie in {blocks} blocks of time; an interval needs {LEAST_BLOCKS}: profile for longer"
        ),
        Unbounded::TooFewBlocks { independent, blocks } => format!(
            "the share changes so slowly that {blocks} blocks of time are worth {independent}: profile for longer"
        ),
    }
}

fn with_interval(value: f64, interval: perfaudit_stats::Interval) -> Estimate {
    match Interval::new(interval.lower, interval.upper) {
        Ok(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        Err(error) => Estimate::WithoutInterval { value, reason: error.to_string() },
    }
}

fn without_interval(value: Option<f64>, reason: String) -> Estimate {
    match value {
        Some(value) => Estimate::WithoutInterval { value, reason },
        None => Estimate::NotEstimable { reason },
    }
}

/// A figure's value and interval, if it has both.
pub(crate) fn estimated(figure: &Figure) -> Option<Estimated> {
    let Estimate::WithInterval { value, interval, .. } = &figure.estimate else { return None };
    let interval = perfaudit_stats::Interval { lower: interval.lower(), upper: interval.upper() };
    Some(Estimated { value: *value, interval })
}

/// A share of the measured time: the share times the median, with the errors of both.
///
/// The interval has the level of both, which are independent, as the profile and the timing come from different
/// processes; `None` when the median has no value or is no time.
pub(crate) fn time(share: &Figure, median: &Figure) -> Option<Figure> {
    let value = share.value()? * median.value()?;
    if median.unit != Unit::Nanoseconds {
        return None;
    }
    let estimate = match (share.reason(), median.reason(), level(median)) {
        (Some(reason), ..) => Estimate::WithoutInterval { value, reason: format!("its share: {reason}") },
        (_, Some(reason), _) => Estimate::WithoutInterval { value, reason: format!("the median: {reason}") },
        (.., level) if level != Some(ConfidenceLevel::P95) => Estimate::WithoutInterval {
            value,
            reason: "the interval of the median has another level than that of the share".to_owned(),
        },
        _ => match estimated(share).zip(estimated(median)).and_then(|(a, b)| product_interval(a, b)) {
            Some(product) => with_interval(product.value, product.interval),
            None => {
                Estimate::WithoutInterval { value, reason: "an interval reaches down to zero".to_owned() }
            }
        },
    };
    let method = "share of samples x measured median per iteration; errors of both combined on the scale of logarithms \
                  (Zou and Donner)";
    Some(Figure {
        estimate,
        unit: Unit::Nanoseconds,
        n: share.n,
        method: Method(method.into()),
        of: Of::Sample,
    })
}

fn level(figure: &Figure) -> Option<ConfidenceLevel> {
    match figure.estimate {
        Estimate::WithInterval { level, .. } => Some(level),
        _ => None,
    }
}
