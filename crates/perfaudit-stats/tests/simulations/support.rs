//! Seeded samples of known distributions, with their true quantiles.

use perfaudit_stats::{Probability, Sample};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Distributions as timings have them: symmetric, skewed, with two modes, with tails too heavy for a
/// variance.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Normal,
    LogNormal,
    /// 70 % around 10, 30 % around 14, triangular and without overlap.
    Bimodal,
    /// Tail exponent 1.5: a mean, but no variance.
    Pareto,
    /// Not even a mean.
    Cauchy,
}

impl Shape {
    pub(crate) const ALL: [Self; 5] =
        [Self::Normal, Self::LogNormal, Self::Bimodal, Self::Pareto, Self::Cauchy];
    pub(crate) const UNIMODAL: [Self; 4] = [Self::Normal, Self::LogNormal, Self::Pareto, Self::Cauchy];

    pub(crate) fn draw(self, source: &mut Source) -> f64 {
        match self {
            Self::Normal => source.normal(),
            Self::LogNormal => source.normal().exp(),
            Self::Bimodal | Self::Pareto | Self::Cauchy => self.inverse(source.uniform()),
        }
    }

    pub(crate) fn sample(self, n: usize, source: &mut Source) -> Sample {
        Sample::new((0..n).map(|_| self.draw(source)).collect()).expect("finite values")
    }

    /// The true quantile; for the normal shapes only of the three probabilities with a name.
    pub(crate) fn quantile(self, p: Probability) -> f64 {
        match self {
            Self::Normal => normal_quantile(p),
            Self::LogNormal => normal_quantile(p).exp(),
            Self::Bimodal | Self::Pareto | Self::Cauchy => self.inverse(p.get()),
        }
    }

    fn inverse(self, u: f64) -> f64 {
        match self {
            Self::Normal | Self::LogNormal => unreachable!("drawn from normal numbers"),
            Self::Bimodal if u < 0.7 => 10.0 + triangular(u / 0.7),
            Self::Bimodal => 14.0 + triangular((u - 0.7) / 0.3),
            Self::Pareto => (1.0 - u).powf(-1.0 / 1.5),
            Self::Cauchy => (std::f64::consts::PI * (u - 0.5)).tan(),
        }
    }
}

/// The inverse distribution function of the triangle over -1..1.
fn triangular(u: f64) -> f64 {
    if u < 0.5 { (2.0 * u).sqrt() - 1.0 } else { 1.0 - (2.0 * (1.0 - u)).sqrt() }
}

fn normal_quantile(p: Probability) -> f64 {
    match p {
        Probability::MEDIAN => 0.0,
        Probability::P95 => 1.644_853_626_951_472_2,
        Probability::P99 => 2.326_347_874_040_840_8,
        _ => unreachable!("no table of the normal distribution here"),
    }
}

pub(crate) struct Source(ChaCha8Rng);

impl Source {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Strictly between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A stationary first-order autoregressive process with standard normal values.
    pub(crate) fn autoregressive(&mut self, n: usize, phi: f64) -> Vec<f64> {
        let mut value = self.normal();
        let mut next = || {
            value = phi * value + (1.0 - phi * phi).sqrt() * self.normal();
            value
        };
        (0..n).map(|_| next()).collect()
    }
}

/// How many of `repeats` samples a condition holds for.
pub(crate) fn count(repeats: usize, mut holds: impl FnMut() -> bool) -> usize {
    (0..repeats).filter(|_| holds()).count()
}

/// Four standard errors of a share of `repeats` whose true value is `share`.
pub(crate) fn four_sigma(share: f64, repeats: usize) -> f64 {
    4.0 * (share * (1.0 - share) / repeats as f64).sqrt()
}
