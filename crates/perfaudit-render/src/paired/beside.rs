//! What stands beside the verdict on time: other metrics, counts, functions.

use perfaudit_result::{
    MetricName, PairedMetric, PairedRow, PairedVerdict, ResponsibleFunctions, Witness, WitnessOfTime,
    WitnessSays,
};

use super::effect;
use crate::difference::{self, Row};
use crate::{quantity, rows};

/// The functions behind a change, in words.
pub(crate) struct Functions<'a> {
    /// Those that changed, the slower ones first.
    pub(crate) changed: Vec<Row<'a>>,
    /// What was looked at and how, and what can be said of the others.
    pub(crate) about: String,
}

impl<'a> Functions<'a> {
    pub(super) fn of(found: &'a ResponsibleFunctions) -> Self {
        let changed = difference::changed(&found.difference);
        let [before, after] = found.samples;
        let none = if changed.is_empty() {
            "no function differs by more than chance explains: the change is spread, or too small for these profiles; "
        } else {
            ""
        };
        let about = format!(
            "{none}profiles of both sides by {}, {:.0} samples a second, {before} and {after} samples; {}",
            found.rung.label(),
            found.rate_hz,
            difference::rest(&found.difference),
        );
        Self { changed, about }
    }
}

/// A metric that could be compared.
pub(super) fn metric(metric: &PairedMetric) -> Option<String> {
    metric.effect.value()?;
    let value = |figure: &perfaudit_result::Figure| {
        figure.value().map_or_else(|| "-".to_owned(), |value| quantity::value(value, figure.unit))
    };
    let says = match metric.verdict {
        // What uses more memory is not slower.
        PairedVerdict::Worse if metric.metric == MetricName::RSS_PEAK => "more",
        PairedVerdict::Better if metric.metric == MetricName::RSS_PEAK => "less",
        says => says.label(),
    };
    Some(format!(
        "{} {says}: {}, {} -> {}",
        rows::short_name(&metric.metric),
        effect(&metric.effect),
        value(&metric.before),
        value(&metric.after),
    ))
}

/// A metric that could not, with its reason.
pub(super) fn untold(metric: &PairedMetric) -> Option<String> {
    let reason = metric.effect.reason().filter(|_| metric.effect.value().is_none())?;
    Some(format!("{}: {reason}", rows::short_name(&metric.metric)))
}

/// A count beside the verdict of a row.
pub(super) fn witness(witness: &Witness, row: &PairedRow) -> Option<String> {
    let name = rows::short_name(&witness.metric);
    let [least_a, most_a] = witness.before;
    let [least_b, most_b] = witness.after;
    #[expect(clippy::cast_precision_loss, reason = "counts and bytes of a program are below 2^53")]
    let values = [least_a, most_a, least_b, most_b].map(|count| count as f64);
    let [least_a, most_a, least_b, most_b] = quantity::told_apart(values, witness.unit);
    let shown =
        |least: String, most: String| if least == most { least } else { format!("{least} to {most}") };
    let (before, after) = (shown(least_a, most_a), shown(least_b, most_b));
    let exact = match (witness.is_exact(), witness.counts) {
        (true, 1) => " (exact)".to_owned(),
        (true, counts) => format!(" (exact, the same each of {counts} times)"),
        (false, _) => " (does not repeat exactly)".to_owned(),
    };
    // What follows from it for an open row, that row says.
    let of_time = witness
        .of_time
        .filter(|_| row.unsettled.is_none())
        .and_then(|said| of_time(said, row.layouts))
        .map_or_else(String::new, |said| format!(": {said}"));
    Some(match witness.says {
        WitnessSays::Equal => format!("{name} equal, {before}{exact}{of_time}"),
        WitnessSays::More => format!("{name} more, {before} -> {after}{exact}{of_time}"),
        WitnessSays::Less => format!("{name} less, {before} -> {after}{exact}{of_time}"),
        WitnessSays::NotExact => {
            format!("{name} cannot be told apart, {before} -> {after}{exact}")
        }
    })
}

fn of_time(said: WitnessOfTime, layouts: u32) -> Option<&'static str> {
    /// From so many on, layouts count as observations: what changed in them does not come from one of them.
    const SAMPLED: u32 = 10;
    match said {
        WitnessOfTime::Confirmed => Some("this agrees with the change of time"),
        WitnessOfTime::SuspectLayout if layouts >= SAMPLED => {
            Some("it is not more work, nor where code lies: the same instructions take another time")
        }
        WitnessOfTime::SuspectLayout => Some("it is not more work: the same instructions take another time"),
        WitnessOfTime::Opposed => Some(
            "this goes against the change of time: look at memory accesses and vectorised code before either is believed",
        ),
        WitnessOfTime::Latent => {
            Some("time did not change here, and may in another program or on another machine")
        }
        WitnessOfTime::Unchanged => None,
    }
}
