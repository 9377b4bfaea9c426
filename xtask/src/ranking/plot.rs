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

/// Points on or below the diagonal gained what was foretold at most.
pub(super) fn draw(points: &[Point]) -> String {
    let width = SIDE + 2.0 * MARGIN + 120.0;
    let height = SIDE + 2.0 * MARGIN;
    let x = |share: f64| MARGIN + SIDE * share.clamp(0.0, 1.0);
    let y = |share: f64| MARGIN + SIDE * (1.0 - share.clamp(0.0, 1.0));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#333\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for share in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}V{:.1}M{:.1} {:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0} %</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>",
            x(share),
            y(0.0),
            y(1.0),
            x(0.0),
            y(share),
            x(1.0),
            x(share),
            y(0.0) + 16.0,
            100.0 * share,
            x(0.0) - 6.0,
            y(share) + 4.0,
            100.0 * share,
        );
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#999\" stroke-dasharray=\"5 4\"/>\n<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">foretold: at most this share of the workload's time</text>\n<text transform=\"translate({:.1} {:.1}) rotate(-90)\" text-anchor=\"middle\">achieved by the remedy, measured</text>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        x(0.5),
        y(0.0) + 38.0,
        x(0.0) - 42.0,
        y(0.5),
    );
    for point in points {
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
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"3\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\">{}</text>",
            cx + 5.0,
            cy + 3.0,
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
        assert!(svg.contains("cx=\"290.0\" cy=\"60.0\""), "what is beyond the whole is drawn at its edge");
    }
}
