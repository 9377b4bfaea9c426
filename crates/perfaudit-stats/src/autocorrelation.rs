//! Autocorrelations and their integrated time.

/// Sums of products `lag` apart, for lags 0..=`most_lags`: sum over i of x_i x_(i + lag).
///
/// The values have to be centred. Segments of one series may be added up lag by lag.
pub(crate) fn lagged_products(centred: &[f64], most_lags: usize) -> impl Iterator<Item = f64> {
    (0..=most_lags).map(move |lag| {
        let later = centred.get(lag..).unwrap_or_default();
        later.iter().zip(centred).map(|(a, b)| a * b).sum()
    })
}

/// The integrated autocorrelation time: the number of consecutive values that are worth one independent
/// value, at least 1.
///
/// `autocorrelation` starts at lag 0 and is read as far as needed. The sum ends by the initial monotone
/// positive sequence of Geyer, "Practical Markov Chain Monte Carlo" (1992): sums of neighbouring pairs are
/// added while they are positive, none larger than the one before. Removing `fitted` degrees of freedom (1
/// for the mean, 2 for a line) from each of the stretches of `length` values lowers every autocorrelation by
/// about fitted * time / length; the result is corrected for that, by a factor of 5 at most.
pub(crate) fn integrated_time(
    autocorrelation: impl IntoIterator<Item = f64>,
    length: usize,
    fitted: usize,
) -> f64 {
    let mut autocorrelation = autocorrelation.into_iter();
    let mut time = -1.0;
    let mut previous = f64::INFINITY;
    let mut lags = 0_usize;
    while let (Some(even), Some(odd)) = (autocorrelation.next(), autocorrelation.next()) {
        let pair = (even + odd).min(previous);
        if pair <= 0.0 {
            break;
        }
        time += 2.0 * pair;
        previous = pair;
        lags += 2;
    }
    let terms = (2 * lags).saturating_sub(1);
    let kept = 1.0 - (fitted * terms) as f64 / length as f64;
    (time / kept.max(0.2)).max(1.0)
}
