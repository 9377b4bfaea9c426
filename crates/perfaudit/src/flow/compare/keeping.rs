//! What is told of a row while it is measured, and what is written of it then.

use std::collections::BTreeMap;

use perfaudit_prove::{Both, Contested, Pair, PairRecord, RowArtifacts, Side, Standing};
use perfaudit_result::{ArtifactId, ArtifactKind, Samples};
use perfaudit_run::RunDirectory;

use crate::error::CommandError;

/// The present state of a row, for people who wait.
pub(super) fn telling(standing: &Standing<'_>) -> String {
    let Standing { id, pairs, next_look, judgement, done, of } = standing;
    let interval = judgement.and_then(|judged| judged.judgement.interval).map(|interval| {
        format!(
            ", now {:+.1} % to {:+.1} %",
            100.0 * interval.lower.change(),
            100.0 * interval.upper.change()
        )
    });
    format!("pair  {}/{next_look}{}, {done}/{of} over: {id}", pairs + 1, interval.unwrap_or_default())
}

/// Writes what was measured of one row down.
pub(super) fn write(
    name: &str,
    contested: &Contested<'_>,
    directory: &mut RunDirectory,
    samples: &mut BTreeMap<ArtifactId, Samples>,
) -> Result<RowArtifacts, CommandError> {
    let Contested { subject, pairs, judged, discarded, .. } = contested;
    if pairs.is_empty() && discarded.is_empty() {
        return Ok(RowArtifacts::default());
    }
    let record = PairRecord { workload: &subject.id, pairs, judged: *judged, discarded };
    let text = serde_json::to_vec(&record).expect("pairs hold nothing that JSON cannot");
    directory.add(ArtifactKind::Pairs, &format!("artifacts/pairs/{name}.json"), &text)?;
    let mut side = |side: Side, pairs: &[Pair]| -> Result<Option<ArtifactId>, CommandError> {
        let times = pairs.iter().map(|pair| pair.sides.get(side).value_ns).collect::<Vec<_>>();
        let Ok(values) = Samples::new(subject.id.clone(), vec![1; times.len()], times) else {
            return Ok(None);
        };
        let name = format!("artifacts/samples/{name}-{}.json", side.letter().to_lowercase());
        let artifact = directory.add_samples(&name, &values)?;
        samples.insert(artifact.clone(), values);
        Ok(Some(artifact))
    };
    Ok(RowArtifacts { samples: Both { a: side(Side::A, pairs)?, b: side(Side::B, pairs)? } })
}
