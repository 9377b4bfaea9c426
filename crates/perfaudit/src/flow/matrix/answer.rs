//! What follows of what was tried. Pure.

use perfaudit_result::{
    BuildMatrix, CellState, MatrixAnswer, MatrixCell, PairedRow, PairedVerdict, Verdict, VerdictStatus,
};

use crate::exit::Exit;

/// The cell that is worth measuring again: of those without a risk that make something faster and nothing slower, the
/// one with the largest gain over all rows.
pub(super) fn best(cells: &[MatrixCell]) -> Option<usize> {
    let fit = cells.iter().enumerate().filter(|(_, cell)| cell.risks.is_empty() && is_gain(&cell.rows));
    fit.min_by(|(_, a), (_, b)| mean_effect(&a.rows).total_cmp(&mean_effect(&b.rows))).map(|(index, _)| index)
}

/// Whether something is faster, and nothing slower or unmeasured.
pub(super) fn is_gain(rows: &[PairedRow]) -> bool {
    let with = |verdict| rows.iter().any(|row| row.verdict == verdict);
    with(PairedVerdict::Better) && !with(PairedVerdict::Worse) && !with(PairedVerdict::NotMeasured)
}

/// The mean of `ln(B / A)` over rows; what is identical counts as no difference.
fn mean_effect(rows: &[PairedRow]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 benchmarks")]
    let n = rows.len().max(1) as f64;
    rows.iter().filter_map(|row| row.effect.value()).map(f64::ln_1p).sum::<f64>() / n
}

/// What the second measurement of the best cell says.
pub(super) fn confirmed(cell: String, again: Vec<PairedRow>) -> MatrixAnswer {
    if is_gain(&again) {
        return MatrixAnswer::Recommended { cell, again };
    }
    let with = |verdict| again.iter().filter(|row| row.verdict == verdict).count();
    let reason = if again.is_empty() {
        "the budget was spent before it could be measured again".to_owned()
    } else {
        format!(
            "the second time {} of {} rows are faster, {} slower, {} open",
            with(PairedVerdict::Better),
            again.len(),
            with(PairedVerdict::Worse),
            with(PairedVerdict::Inconclusive) + with(PairedVerdict::NotMeasured)
        )
    };
    MatrixAnswer::NotConfirmed { cell, again, reason }
}

/// Why the project's own settings stay.
pub(super) fn keep(cells: &[MatrixCell]) -> MatrixAnswer {
    let measured = cells.iter().filter(|cell| cell.state == CellState::Measured).count();
    let is_risky = |cell: &&MatrixCell| !cell.risks.is_empty() && is_gain(&cell.rows);
    let risky: Vec<&str> = cells.iter().filter(is_risky).map(|cell| cell.name.as_str()).collect();
    let but = if risky.is_empty() {
        String::new()
    } else {
        format!("; {} made something faster, but at a risk", risky.join(" and "))
    };
    MatrixAnswer::Keep {
        reason: format!(
            "none of {measured} settings that were measured made something faster and nothing slower{but}"
        ),
    }
}

/// The answer in one line, and how the command ends.
pub(super) fn verdict(matrix: &BuildMatrix, interrupted: bool) -> Verdict {
    let open: Vec<&str> =
        matrix.cells.iter().filter(|cell| is_open(cell)).map(|cell| cell.name.as_str()).collect();
    let (status, said) = match &matrix.answer {
        MatrixAnswer::Recommended { cell, again } => {
            (VerdictStatus::Pass, format!("{cell} is faster, measured twice: {}", told(again)))
        }
        MatrixAnswer::NotConfirmed { cell, reason, .. } => {
            (VerdictStatus::Inconclusive, format!("nothing is recommended: {cell} looked best, but {reason}"))
        }
        MatrixAnswer::Keep { reason } => {
            let (status, but) = match open.as_slice() {
                [] => (VerdictStatus::Pass, String::new()),
                open => (VerdictStatus::Inconclusive, format!("; open: {}", open.join(", "))),
            };
            (status, format!("keep the project's own settings: {reason}{but}"))
        }
    };
    let (status, why) =
        if interrupted { (VerdictStatus::Inconclusive, " (interrupted)") } else { (status, "") };
    Verdict { status, headline: format!("{said}{why}"), exit_code: Exit::of(status).code() }
}

/// Whether more pairs could still make it what is recommended: a risk, or a row that is slower, keeps it from that
/// whatever the others become.
fn is_open(cell: &MatrixCell) -> bool {
    let with = |verdict| cell.rows.iter().any(|row| row.verdict == verdict);
    cell.risks.is_empty()
        && match cell.state {
            CellState::NotMeasured => true,
            CellState::Measured => !with(PairedVerdict::Worse) && with(PairedVerdict::Inconclusive),
            CellState::Own | CellState::Unsupported | CellState::Failed => false,
        }
}

/// `-12.0 % to -9.1 %`, of one row or of the clearest of several.
fn told(rows: &[PairedRow]) -> String {
    let better: Vec<&PairedRow> = rows.iter().filter(|row| row.verdict == PairedVerdict::Better).collect();
    let effect = |row: &PairedRow| row.effect.value().unwrap_or(0.0);
    let Some(largest) = better.iter().min_by(|a, b| effect(a).total_cmp(&effect(b))) else {
        return String::new();
    };
    let interval = largest.effect.interval().map_or_else(String::new, |interval| {
        format!(" ({:+.1} % to {:+.1} %)", 100.0 * interval.lower(), 100.0 * interval.upper())
    });
    format!(
        "{} of {} rows, {} by {:+.1} %{interval}",
        better.len(),
        rows.len(),
        largest.id,
        100.0 * effect(largest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_prove::unmeasured;
    use perfaudit_result::{ConfidenceLevel, Estimate, Interval, WorkloadId, WorkloadKind};

    fn row(verdict: PairedVerdict, change: f64) -> PairedRow {
        let mut row = unmeasured(
            WorkloadId("p/b/work".to_owned()),
            WorkloadKind::Command,
            verdict,
            "made by hand".to_owned(),
        );
        row.effect.estimate = Estimate::WithInterval {
            value: change,
            interval: Interval::new(change - 0.01, change + 0.01).unwrap(),
            level: ConfidenceLevel::P95,
        };
        row
    }

    fn cell(name: &str, risks: &[&str], rows: Vec<PairedRow>) -> MatrixCell {
        MatrixCell {
            name: name.to_owned(),
            settings: Vec::new(),
            state: CellState::Measured,
            message: None,
            remedy: None,
            risks: risks.iter().map(|&risk| risk.to_owned()).collect(),
            outcome: None,
            rows,
        }
    }

    #[test]
    fn the_largest_gain_that_makes_nothing_slower_and_breaks_nothing_is_measured_again() {
        let faster = |change| row(PairedVerdict::Better, change);
        let cells = [
            cell("a", &[], vec![faster(-0.05), row(PairedVerdict::Equivalent, 0.0)]),
            cell("b", &[], vec![faster(-0.10), row(PairedVerdict::Inconclusive, -0.01)]),
            cell("c", &[], vec![faster(-0.40), row(PairedVerdict::Worse, 0.03)]),
            cell("d", &["it may break"], vec![faster(-0.50), faster(-0.50)]),
            cell("e", &[], vec![row(PairedVerdict::Equivalent, -0.02)]),
        ];
        assert_eq!(best(&cells), Some(1));
        assert_eq!(best(&cells[2..]), None);
        let MatrixAnswer::Keep { reason } = keep(&cells[2..]) else { panic!("nothing is recommended") };
        assert!(reason.ends_with("d made something faster, but at a risk"), "{reason}");
    }

    #[test]
    fn a_setting_is_open_while_it_may_still_be_recommended() {
        let open = |change| row(PairedVerdict::Inconclusive, change);
        let worse = row(PairedVerdict::Worse, 0.1);
        assert!(is_open(&cell("a", &[], vec![open(-0.01)])));
        assert!(!is_open(&cell("b", &[], vec![open(-0.01), worse])));
        assert!(!is_open(&cell("c", &["it may break"], vec![open(-0.01)])));
        assert!(!is_open(&cell("d", &[], vec![row(PairedVerdict::Equivalent, 0.0)])));
        let waiting = MatrixCell { state: CellState::NotMeasured, ..cell("e", &[], Vec::new()) };
        assert!(is_open(&waiting));
    }

    #[test]
    fn what_does_not_repeat_is_not_recommended() {
        let again = |verdict| confirmed("a".to_owned(), vec![row(verdict, -0.05)]);
        assert!(matches!(again(PairedVerdict::Better), MatrixAnswer::Recommended { .. }));
        for verdict in [PairedVerdict::Equivalent, PairedVerdict::Inconclusive, PairedVerdict::Worse] {
            assert!(matches!(again(verdict), MatrixAnswer::NotConfirmed { .. }), "{verdict:?}");
        }
        assert!(matches!(confirmed("a".to_owned(), Vec::new()), MatrixAnswer::NotConfirmed { .. }));
    }
}
