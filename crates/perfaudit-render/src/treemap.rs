//! Areas in proportion to numbers. Source: Bruls, Huizing, van Wijk: Squarified Treemaps, 2000.

/// A rectangle, in any unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Cuts an area into as many as there are weights, which descend, each in proportion to its weight, and as square as
/// the order allows.
#[expect(clippy::cast_precision_loss, reason = "areas are drawn, not counted")]
pub(crate) fn layout(weights: &[u64], mut area: Area) -> Vec<Area> {
    let mut found = Vec::with_capacity(weights.len());
    let mut left: f64 = weights.iter().map(|weight| *weight as f64).sum();
    let mut at = 0;
    while at < weights.len() {
        if left <= 0.0 || area.width <= 0.0 || area.height <= 0.0 {
            let nothing = Area { width: 0.0, height: 0.0, ..area };
            found.extend(weights[at..].iter().map(|_| nothing));
            break;
        }
        let unit = area.width * area.height / left;
        let side = area.width.min(area.height);
        let mut row = 0.0;
        let mut end = at;
        let mut worst = f64::INFINITY;
        // A row grows as long as its least square area becomes no less square.
        while let Some(weight) = weights.get(end).map(|weight| *weight as f64 * unit) {
            let next = ratio(row + weight, weights[at] as f64 * unit, weight, side);
            if next > worst {
                break;
            }
            (row, worst, end) = (row + weight, next, end + 1);
        }
        let thickness = row / side;
        let mut along = 0.0;
        for weight in &weights[at..end] {
            let length = if thickness > 0.0 { *weight as f64 * unit / thickness } else { 0.0 };
            found.push(if area.width >= area.height {
                Area { x: area.x, y: area.y + along, width: thickness, height: length }
            } else {
                Area { x: area.x + along, y: area.y, width: length, height: thickness }
            });
            along += length;
        }
        if area.width >= area.height {
            area.x += thickness;
            area.width -= thickness;
        } else {
            area.y += thickness;
            area.height -= thickness;
        }
        left -= weights[at..end].iter().map(|weight| *weight as f64).sum::<f64>();
        at = end;
    }
    found
}

/// The largest ratio of sides in a row: of its largest or its smallest area.
fn ratio(row: f64, largest: f64, smallest: f64, side: f64) -> f64 {
    if smallest <= 0.0 {
        return f64::INFINITY;
    }
    let (side, row) = (side * side, row * row);
    (side * largest / row).max(row / (side * smallest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Area = Area { x: 0.0, y: 0.0, width: 600.0, height: 400.0 };

    #[test]
    fn areas_are_in_proportion_and_fill_the_whole() {
        let weights: [u32; 7] = [6, 6, 4, 3, 2, 2, 1];
        let areas = layout(&weights.map(u64::from), WHOLE);
        for (weight, area) in weights.into_iter().zip(&areas) {
            let expected = f64::from(weight) / 24.0 * 600.0 * 400.0;
            assert!((area.width * area.height - expected).abs() < 1e-6, "{area:?}");
            assert!(area.x >= 0.0 && area.y >= 0.0);
            assert!(area.x + area.width <= 600.000_001 && area.y + area.height <= 400.000_001);
        }
    }

    #[test]
    fn areas_are_as_square_as_in_the_paper() {
        let areas = layout(&[6, 6, 4, 3, 2, 2, 1], WHOLE);
        assert!((areas[0].width - 300.0).abs() < 1e-6 && (areas[0].height - 200.0).abs() < 1e-6, "{areas:?}");
    }

    #[test]
    fn nothing_has_no_area() {
        assert_eq!(layout(&[], WHOLE), []);
        assert!(layout(&[0, 0], WHOLE).iter().all(|area| area.width * area.height == 0.0));
        assert_eq!(layout(&[5, 0], WHOLE).len(), 2);
    }
}
