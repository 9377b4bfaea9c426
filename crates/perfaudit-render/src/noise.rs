//! The noise floor of a machine in words, the same everywhere.

use perfaudit_result::NoiseFloor;

use crate::quantity;

/// `2.1 %: 95 of 100 comparisons of a program with itself give medians closer than that ...`.
#[must_use]
pub fn noise_floor(floor: &NoiseFloor) -> String {
    let NoiseFloor { ratio, share, level, pairs, comparisons, kernels, age_s, .. } = floor;
    let each: Vec<String> =
        kernels.iter().map(|kernel| format!("{} {}", kernel.name, quantity::percent(kernel.ratio))).collect();
    let each = if each.is_empty() { String::new() } else { format!("; {}", each.join(", ")) };
    format!(
        "{}: of 100 comparisons of a program with itself, {:.0} give medians that lie no further apart ({} confidence, {comparisons} comparisons of {pairs} pairs of runs{each}; measured {})",
        quantity::percent(*ratio),
        100.0 * share,
        quantity::level(*level),
        ago(*age_s)
    )
}

fn ago(seconds: u64) -> String {
    const HOUR: u64 = 3600;
    match seconds {
        0 => "in this run".to_owned(),
        s if s < HOUR => format!("{} min ago", s.div_ceil(60)),
        s if s < 48 * HOUR => format!("{} h ago", s / HOUR),
        s => format!("{} days ago", s / (24 * HOUR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_floor_is_told_in_units_that_people_use() {
        assert_eq!([0, 59, 7200, 200_000].map(ago), ["in this run", "1 min ago", "2 h ago", "2 days ago"]);
    }
}
