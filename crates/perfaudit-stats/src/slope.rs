//! Cost of one iteration from batches of different sizes.

/// The slope of the line through the origin that fits batch times best: sum(x y) / sum(x x).
///
/// This is what Criterion computes for linear sampling; the unit is that of `times` per iteration. `None`
/// when the lists are empty or differ in length, or when the result is not finite (no iterations at all, or a
/// value that is not finite).
pub fn slope_through_origin(iterations: &[f64], times: &[f64]) -> Option<f64> {
    if iterations.len() != times.len() {
        return None;
    }
    let products: f64 = iterations.iter().zip(times).map(|(x, y)| x * y).sum();
    let squares: f64 = iterations.iter().map(|x| x * x).sum();
    let slope = products / squares;
    slope.is_finite().then_some(slope)
}
