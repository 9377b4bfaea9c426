//! What a remedy gains, measured as users would: by `perfaudit prove` on the workload that its finding is priced by.

use std::path::Path;
use std::process::Command;

use perfaudit_result::{Interval, MetricName};

use super::truth::root;
use crate::child;
use crate::error::TaskError;

/// What a patch saves of the time of a workload.
pub(super) struct MeasuredGain {
    /// The share of the time before.
    pub(super) share: f64,
    /// None where there were too few pairs for one.
    pub(super) interval: Option<(f64, f64)>,
    /// What `prove` says of the patch by this workload alone.
    pub(super) verdict: &'static str,
    pub(super) pairs: u32,
}

/// Measures the patch of an example on one workload.
pub(super) fn measure(
    perfaudit: &Path,
    example: &str,
    patch: &str,
    workload: &str,
    budget: &str,
) -> Result<MeasuredGain, TaskError> {
    let out = tempfile::tempdir().map_err(TaskError::file(Path::new("a temporary folder")))?;
    let mut command = Command::new(perfaudit);
    command
        .args(["prove", "--offline", "--mode", "quick", "--format", "json", "--workloads", "1"])
        // That the patches pass the tests is not in question here.
        .args(["--test", "true", "--allow-untested"])
        .args(["--budget", budget, "--filter", &format!("^{}$", escaped(workload)), "--out"])
        .arg(out.path().join("run"))
        .arg(format!("patches/{patch}"))
        .current_dir(root(example));
    let output = child::output(&mut command)?;
    let said = |what: &str| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        TaskError::Failed(format!("{example}/{patch}: {what}: {}", stderr.trim()))
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let result = perfaudit_result::from_json(&text).map_err(|_| said("no result"))?;
    let certificate = result.certificates.first().ok_or_else(|| said("no certificate"))?;
    let rows = certificate.comparison.iter().flat_map(|comparison| &comparison.rows);
    let row = rows
        .filter(|row| row.id.0 == workload && row.metric != MetricName::ALLOC_BYTES)
        .find_map(|row| Some((row, row.effect.value()?)));
    let (row, effect) = row.ok_or_else(|| said(&certificate.reason))?;
    let turned = |interval: Interval| (-interval.upper(), -interval.lower());
    Ok(MeasuredGain {
        share: -effect,
        interval: row.effect.interval().map(turned),
        verdict: certificate.verdict.as_str(),
        pairs: row.pairs,
    })
}

/// A regular expression that means this text.
fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for sign in text.chars() {
        if !sign.is_alphanumeric() && !matches!(sign, '/' | '_' | '-' | ' ') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_as_it_stands() {
        assert_eq!(escaped("itoa/bench/u128[0]/i.j"), r"itoa/bench/u128\[0\]/i\.j");
    }
}
