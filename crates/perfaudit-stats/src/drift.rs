//! Is a sample still drifting in the order it was measured?

use crate::autocorrelation::{integrated_time, lagged_products};
use crate::probability::Probability;
use crate::quantile::interpolate;
use crate::random::Draws;
use crate::ranks::mid_ranks;
use crate::sample::Sample;

/// Whether and how far the values moved between the first and the last third of the sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drift {
    /// No drift was found. With fewer than 50 values none can be told from autocorrelation.
    None,
    /// The last third is lower.
    Falling {
        /// By how much, relative to the median of the first third; positive.
        share: f64,
    },
    /// The last third is higher.
    Rising {
        /// By how much, relative to the median of the first third; positive.
        share: f64,
    },
}

/// Autocorrelation cannot be estimated within thirds of fewer than 17 values.
const LEAST_LENGTH: usize = 50;

/// Longer samples are averaged over consecutive values first, so that a permutation stays cheap.
const MOST_LENGTH: usize = 1_024;

/// A drift is reported at the level (ALLOWED + 1) / (PERMUTATIONS + 1): 0.001.
const PERMUTATIONS: usize = 1_999;
const ALLOWED: usize = 1;

/// Permuting fewer blocks cannot reach that level.
const LEAST_BLOCKS: usize = 8;

/// Values are permuted one by one unless their first autocorrelation exceeds this many standard errors (10 %
/// of independent samples): a block too many costs little, one too few makes correlation look like drift.
const CORRELATED: f64 = 1.3;

/// Is the sample still drifting?
///
/// The statistic is the difference between the mean ranks of the last and the first third, divided by a
/// measure of the noise that grows with autocorrelation as the difference itself does: the root of the summed
/// squares of partial sums within both thirds, after a line is taken out of each (self-normalisation, after
/// Shao, "A self-normalized approach to confidence interval construction in time series", 2010). Its
/// distribution without drift comes from 1,999 permutations of blocks of twice the autocorrelation time,
/// which is estimated within thirds so that the drift itself does not count. A drift is reported at the 0.001
/// level; a share by the medians of the two thirds.
///
/// [`Drift::None`] also where there is no share to state: the two medians are equal, or that of the first
/// third is 0. Mostly unseen goes a change within the last seventh of a sample, and seen in about half of the
/// samples of 100 is a warm-up that is over within the first tenth.
pub fn drift(sample: &Sample, seed: u64) -> Drift {
    let values = sample.in_order();
    let n = values.len();
    if n < LEAST_LENGTH || sample.min() == sample.max() {
        return Drift::None;
    }
    let third = n / 3;
    let first = median(&values[..third]);
    let share = (median(&values[n - third..]) - first) / first.abs();
    if !share.is_finite() || share == 0.0 || !is_significant(&averaged(mid_ranks(values)), seed) {
        return Drift::None;
    }
    if share < 0.0 { Drift::Falling { share: -share } } else { Drift::Rising { share } }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    interpolate(&sorted, Probability::MEDIAN)
}

/// Means of as many consecutive values as it takes to be left with at most [`MOST_LENGTH`].
fn averaged(values: Vec<f64>) -> Vec<f64> {
    let together = values.len().div_ceil(MOST_LENGTH);
    if together == 1 {
        return values;
    }
    values.chunks_exact(together).map(|chunk| chunk.iter().sum::<f64>() / together as f64).collect()
}

/// Whether the order of the ranks separates the thirds more than 99.9 % of the permutations of its blocks do.
fn is_significant(ranks: &[f64], seed: u64) -> bool {
    let n = ranks.len();
    let observed = separation(ranks);
    let length = block_length(ranks);
    let count = n / length;
    let mut blocks: Vec<&[f64]> =
        (0..count).map(|block| &ranks[block * n / count..(block + 1) * n / count]).collect();
    let mut draws = Draws::new(seed);
    let mut permuted = Vec::with_capacity(n);
    let mut as_separate = 0;
    for _ in 0..PERMUTATIONS {
        draws.shuffle(&mut blocks);
        permuted.clear();
        permuted.extend(blocks.iter().copied().flatten());
        as_separate += usize::from(separation(&permuted) >= observed);
        if as_separate > ALLOWED {
            return false;
        }
    }
    true
}

/// The size of the self-normalised difference between the last and the first third.
fn separation(ranks: &[f64]) -> f64 {
    let third = ranks.len() / 3;
    let first = Line::through(&ranks[..third]);
    let last = Line::through(&ranks[ranks.len() - third..]);
    let difference = (last.mean - first.mean).abs();
    if difference == 0.0 {
        return 0.0;
    }
    let noise = first.squared_partial_sums() + last.squared_partial_sums();
    difference / (noise / (third as f64).powi(3)).sqrt()
}

/// Twice the autocorrelation time within thirds, at most an eighth of the values; 1 unless they are
/// correlated.
fn block_length(ranks: &[f64]) -> usize {
    let n = ranks.len();
    let third = n / 3;
    let mut products = vec![0.0; third / 2 + 1];
    for part in [&ranks[..third], &ranks[third..2 * third], &ranks[n - third..]] {
        let residuals: Vec<f64> = Line::through(part).residuals().collect();
        for (sum, product) in products.iter_mut().zip(lagged_products(&residuals, third / 2)) {
            *sum += product;
        }
    }
    if products[1] * (n as f64).sqrt() <= CORRELATED * products[0] {
        return 1;
    }
    let time = integrated_time(products.iter().map(|product| product / products[0]), third, 2);
    ((2.0 * time).ceil() as usize).min(n / LEAST_BLOCKS).max(1)
}

/// A stretch of values with the line that fits it best by least squares.
struct Line<'a> {
    values: &'a [f64],
    mean: f64,
    slope: f64,
}

impl<'a> Line<'a> {
    fn through(values: &'a [f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let middle = (n - 1.0) / 2.0;
        let products: f64 =
            values.iter().enumerate().map(|(index, value)| (index as f64 - middle) * (value - mean)).sum();
        let squares = n * (n * n - 1.0) / 12.0;
        Self { values, mean, slope: products / squares }
    }

    fn residuals(&self) -> impl Iterator<Item = f64> {
        let middle = (self.values.len() - 1) as f64 / 2.0;
        self.values
            .iter()
            .enumerate()
            .map(move |(index, value)| value - self.mean - self.slope * (index as f64 - middle))
    }

    fn squared_partial_sums(&self) -> f64 {
        let mut sum = 0.0;
        let square = |residual| {
            sum += residual;
            sum * sum
        };
        self.residuals().map(square).sum()
    }
}
