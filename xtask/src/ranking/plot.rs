//! What was foretold beside what was achieved, as a drawing.

use std::fmt::Write as _;

/// A finding: what it can gain at most, and what mending it gained, as shares with their intervals.
pub(super) struct Point {
    pub(super) name: String,
    pub(super) foretold: f64,
    pub(super) foretold_within: Option<(f64, f64)>,
    pub(super) achieved: f64,
    pub(super) achieved_within: Option<(f64, f64)>,
}

const SIDE: f64 = 460.0;
const MARGIN: f64 = 60.0;
const LEGEND: f64 = 190.0;
const LINE: f64 = 15.0;
/// The least share that has a place of its own on the axes, which are logarithmic; what is less stands at their start.
const LEAST: f64 = 0.003;

/// Where a share stands along an axis, from 0 to 1.
fn along(share: f64) -> f64 {
    1.0 - share.clamp(LEAST, 1.0).log10() / LEAST.log10()
}

/// Points on or below the diagonal gained what was foretold, or less.
pub(super) fn draw(points: &[Point]) -> String {
    let width = SIDE + 2.0 * MARGIN + LEGEND;
    let height = SIDE + 2.0 * MARGIN;
    let x = |share: f64| MARGIN + SIDE * along(share);
    let y = |share: f64| MARGIN + SIDE * (1.0 - along(share));
    let (left, right, bottom, top) = (x(0.0), x(1.0), y(0.0), y(1.0));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#333\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (share, told) in [(LEAST, "0.3"), (0.01, "1"), (0.03, "3"), (0.1, "10"), (0.3, "30"), (1.0, "100")] {
        let (at_x, at_y) = (x(share), y(share));
        let _ = writeln!(
            svg,
            "<path d=\"M{at_x:.1} {bottom:.1}V{top:.1}M{left:.1} {at_y:.1}H{right:.1}\" stroke=\"#ddd\"/><text x=\"{at_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{told} %</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{told} %</text>",
            bottom + 16.0,
            left - 6.0,
            at_y + 4.0,
        );
    }
    let middle = f64::midpoint(left, right);
    let _ = writeln!(
        svg,
        "<path d=\"M{left:.1} {bottom:.1}L{right:.1} {top:.1}\" stroke=\"#999\" stroke-dasharray=\"5 4\"/>\n<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">foretold: what is saved if the place cost nothing</text>\n<text transform=\"translate({:.1} {:.1}) rotate(-90)\" text-anchor=\"middle\">achieved: what the remedy saves, measured</text>",
        bottom + 38.0,
        left - 44.0,
        f64::midpoint(bottom, top),
    );
    for (number, point) in (1_u32..).zip(points) {
        let (cx, cy) = (x(point.foretold), y(point.achieved));
        if let Some((lower, upper)) = point.foretold_within {
            let _ =
                writeln!(svg, "<path d=\"M{:.1} {cy:.1}H{:.1}\" stroke=\"#e69f00\"/>", x(lower), x(upper));
        }
        if let Some((lower, upper)) = point.achieved_within {
            let _ =
                writeln!(svg, "<path d=\"M{cx:.1} {:.1}V{:.1}\" stroke=\"#0072b2\"/>", y(lower), y(upper));
        }
        let _ = writeln!(
            svg,
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"3\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\">{number}</text><text x=\"{:.1}\" y=\"{:.1}\">{number} {}</text>",
            cx + 4.0,
            cy - 4.0,
            right + 16.0,
            top + LINE * f64::from(number),
            point.name
        );
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_point_with_its_intervals() {
        let point = |name: &str, within| Point {
            name: name.into(),
            foretold: 0.5,
            foretold_within: within,
            achieved: 1.7,
            achieved_within: within,
        };
        let svg = draw(&[point("a", Some((0.4, 0.6))), point("b", None)]);
        assert_eq!(svg.matches("<circle").count(), 2);
        assert_eq!(svg.matches("stroke=\"#0072b2\"").count(), 1);
        assert!(svg.contains("cy=\"60.0\""), "what is beyond the whole is drawn at its edge");
        assert!((along(LEAST), along(-0.1), along(1.0)) == (0.0, 0.0, 1.0));
    }
}
