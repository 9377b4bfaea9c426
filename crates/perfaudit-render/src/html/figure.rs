//! Figures in markup. The digits come from [`crate::quantity`].

use maud::{Markup, html};
use perfaudit_result::{Estimate, Figure, Interval};

use super::text::Line;
use crate::quantity;

/// A value above its interval, for a table cell: `1.84 ms` over `±0.02`.
pub(super) fn stacked(figure: &Figure) -> Markup {
    match &figure.estimate {
        Estimate::NotEstimable { reason } => html! { span.why title=(Line(reason)) { "not estimable" } },
        Estimate::AtMost { reason, .. } => {
            html! { span.why title=(Line(reason)) { (quantity::figure(figure)) } }
        }
        Estimate::WithoutInterval { reason, .. } => html! {
            (quantity::figure(figure)) small.why title=(Line(reason)) { "no interval" }
        },
        Estimate::WithInterval { .. } => {
            let text = quantity::figure(figure);
            let (value, margin) = text.split_once(" +").unwrap_or((&text, ""));
            html! { (value) small { (signs(margin)) } }
        }
    }
}

/// `-0.02` after a `+` was split off, or `0.05 -0.02`, with the signs that print uses.
fn signs(margin: &str) -> String {
    match margin.strip_prefix('-') {
        Some(both) => format!("\u{b1}{both}"),
        None => format!("+{}", margin.replace('-', "\u{2212}")),
    }
}

/// A figure in one line: `1.84 ms ±0.02`.
pub(super) fn inline(figure: &Figure) -> String {
    match figure.estimate {
        Estimate::NotEstimable { .. } => "not estimable".to_owned(),
        _ => quantity::figure(figure).replace("+-", "\u{b1}").replace(" -", " \u{2212}"),
    }
}

/// How large an effect is, in one line: what it is without its sign.
pub(super) fn size(effect: &Figure) -> String {
    let mut size = effect.clone();
    if let Estimate::WithInterval { value, interval, .. } = &mut size.estimate
        && *value < 0.0
        && let Ok(turned) = Interval::new(-interval.upper(), -interval.lower())
    {
        (*value, *interval) = (-*value, turned);
    } else if let Estimate::WithoutInterval { value, .. } = &mut size.estimate {
        *value = value.abs();
    }
    inline(&size)
}

/// The value alone, or what it is at most.
pub(super) fn value(figure: &Figure) -> String {
    if let Estimate::AtMost { .. } = figure.estimate {
        return quantity::figure(figure);
    }
    figure.value().map_or_else(|| "not estimable".to_owned(), |value| quantity::value(value, figure.unit))
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{ConfidenceLevel, Method, Of, Unit};

    use super::*;

    fn figure(lower: f64, upper: f64) -> Figure {
        let interval = Interval::new(lower, upper).unwrap();
        Figure {
            estimate: Estimate::WithInterval { value: 1.84e6, interval, level: ConfidenceLevel::P95 },
            unit: Unit::Nanoseconds,
            n: 100,
            method: Method("quantile".into()),
            of: Of::Call,
        }
    }

    #[test]
    fn a_symmetric_interval_is_one_margin() {
        let figure = figure(1.82e6, 1.86e6);
        assert_eq!(stacked(&figure).into_string(), "1.84 ms<small>\u{b1}0.02</small>");
        assert_eq!(inline(&figure), "1.84 ms \u{b1}0.02");
    }

    #[test]
    fn the_size_of_an_effect_has_no_sign() {
        let mut figure = figure(-1.89e6, -1.82e6);
        if let Estimate::WithInterval { value, .. } = &mut figure.estimate {
            *value = -1.84e6;
        }
        assert_eq!(size(&figure), "1.84 ms +0.05 \u{2212}0.02");
    }

    #[test]
    fn a_lopsided_interval_is_two_margins() {
        let figure = figure(1.82e6, 1.89e6);
        assert_eq!(stacked(&figure).into_string(), "1.84 ms<small>+0.05 \u{2212}0.02</small>");
        assert_eq!(inline(&figure), "1.84 ms +0.05 \u{2212}0.02");
    }
}
