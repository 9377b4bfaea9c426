//! Which workloads form sweeps and matrices.
//!
//! Benchmarks that vary parameters carry them in their names: `decode/json/gzip/10k`. Names of one target with as
//! many parts are taken together; the parts that differ are the axes. They are a group when they fill at least
//! half of the table that the axes span and most values of an axis occur more than once, else they are split by their
//! first part that differs and looked at again. A single axis makes a group only when its values are numbers: otherwise it is a list of functions.

use std::collections::BTreeMap;

use perfaudit_result::{Axis, Cell, GroupShape, Workload, WorkloadGroup, WorkloadState};

/// More axes than this cannot be shown.
const MOST_AXES: usize = 4;
/// A sweep needs this many points.
const FEWEST_POINTS: usize = 3;
/// The least share of the table that the workloads of a matrix fill.
const LEAST_FILL: f64 = 0.5;

/// The groups of all workloads, in the order of the workloads.
#[must_use]
pub fn groups(workloads: &[Workload]) -> Vec<WorkloadGroup> {
    let mut by_target: Vec<((&str, &str), Vec<Member<'_>>)> = Vec::new();
    for workload in workloads.iter().filter(|workload| !workload.title.is_empty() && counts(workload)) {
        let key = (workload.package.as_str(), workload.target.as_str());
        let member = Member { workload, parts: workload.title.split(workload.kind.separator()).collect() };
        match by_target.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(member),
            None => by_target.push((key, vec![member])),
        }
    }
    let mut groups = Vec::new();
    for (_, members) in by_target {
        let mut by_depth: BTreeMap<usize, Vec<Member<'_>>> = BTreeMap::new();
        for member in members {
            by_depth.entry(member.parts.len()).or_default().push(member);
        }
        for members in by_depth.into_values() {
            split(&members, &mut groups);
        }
    }
    groups
}

/// A duplicate that cannot be measured would stand for its namesake; builds and tests vary no parameter.
fn counts(workload: &Workload) -> bool {
    workload.state != WorkloadState::Unsupported && workload.kind.own_metric().is_none()
}

struct Member<'a> {
    workload: &'a Workload,
    parts: Vec<&'a str>,
}

fn split(members: &[Member<'_>], groups: &mut Vec<WorkloadGroup>) {
    let axes = axes_of(members);
    if let Some(group) = group_of(members, &axes) {
        groups.push(group);
        return;
    }
    let Some(first) = axes.first() else { return };
    if axes.len() == 1 {
        return;
    }
    for value in &first.values {
        let (part, value) = (first.part, *value);
        let same: Vec<Member<'_>> = members
            .iter()
            .filter(|member| member.parts[part] == value)
            .map(|member| Member { workload: member.workload, parts: member.parts.clone() })
            .collect();
        split(&same, groups);
    }
}

/// A part of the names that differs, with its values in the order of their first appearance.
struct NamePart<'a> {
    part: usize,
    values: Vec<&'a str>,
}

fn axes_of<'a>(members: &[Member<'a>]) -> Vec<NamePart<'a>> {
    let depth = members.first().map_or(0, |member| member.parts.len());
    (0..depth)
        .map(|part| {
            let mut values: Vec<&str> = Vec::new();
            for member in members {
                if !values.contains(&member.parts[part]) {
                    values.push(member.parts[part]);
                }
            }
            NamePart { part, values }
        })
        .filter(|axis| axis.values.len() > 1)
        .collect()
}

fn group_of(members: &[Member<'_>], parts: &[NamePart<'_>]) -> Option<WorkloadGroup> {
    if parts.is_empty() || parts.len() > MOST_AXES {
        return None;
    }
    let axes: Vec<Axis> = parts.iter().map(|part| axis(&part.values)).collect();
    let shape = if axes.len() == 1 { GroupShape::Sweep } else { GroupShape::Matrix };
    let is_group = match shape {
        GroupShape::Sweep => axes[0].numeric.is_some() && members.len() >= FEWEST_POINTS,
        #[expect(clippy::cast_precision_loss, reason = "the number of benchmarks is small")]
        GroupShape::Matrix => {
            let table: f64 = axes.iter().map(|axis| axis.values.len() as f64).product();
            members.len() as f64 / table >= LEAST_FILL && parts.iter().all(|part| is_shared(part, members))
        }
    };
    if !is_group {
        return None;
    }
    let mut cells: Vec<Cell> = members
        .iter()
        .map(|member| Cell {
            workload: member.workload.id.clone(),
            coordinates: parts
                .iter()
                .zip(&axes)
                .map(|(part, axis)| place(axis, member.parts[part.part]))
                .collect(),
        })
        .collect();
    cells.sort_by(|a, b| a.coordinates.cmp(&b.coordinates));
    let name = name_of(members.first()?, parts);
    let Workload { package, target, .. } = members.first()?.workload;
    Some(WorkloadGroup { id: format!("{package}/{target}/{name}"), name, shape, axes, cells })
}

/// Whether most rows, or columns, of a matrix have more than one cell. Otherwise the names have a slash in common, not
/// a parameter.
fn is_shared(part: &NamePart<'_>, members: &[Member<'_>]) -> bool {
    let occurs_again =
        |value: &&&str| members.iter().filter(|member| member.parts[part.part] == **value).nth(1).is_some();
    2 * part.values.iter().filter(occurs_again).count() > part.values.len()
}

/// The name with a star for each axis: `decode/*/gzip/*`, or `suite::sum::*`.
fn name_of(member: &Member<'_>, parts: &[NamePart<'_>]) -> String {
    let shown = member
        .parts
        .iter()
        .enumerate()
        .map(|(index, text)| if parts.iter().any(|part| part.part == index) { "*" } else { text });
    shown.collect::<Vec<_>>().join(member.workload.kind.separator())
}

/// Numeric values are put in ascending order.
fn axis(values: &[&str]) -> Axis {
    let mut numbered: Option<Vec<(f64, &str)>> =
        values.iter().map(|value| number(value).map(|number| (number, *value))).collect();
    if let Some(pairs) = &mut numbered {
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    match numbered {
        Some(pairs) => Axis {
            values: pairs.iter().map(|(_, value)| (*value).to_owned()).collect(),
            numeric: Some(pairs.iter().map(|(number, _)| *number).collect()),
        },
        None => Axis { values: values.iter().map(|value| (*value).to_owned()).collect(), numeric: None },
    }
}

fn place(axis: &Axis, value: &str) -> u32 {
    let index =
        axis.values.iter().position(|known| known == value).expect("the axis was made from these values");
    u32::try_from(index).expect("an axis has fewer than 2^32 values")
}

/// `10k` is 10,000, `4KiB` is 4,096, `1_000` is 1,000.
fn number(text: &str) -> Option<f64> {
    let plain = text.replace(['_', ','], "");
    let digits = plain.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(plain.len());
    let (value, suffix) = plain.split_at(digits);
    let value: f64 = value.parse().ok()?;
    let suffix = suffix.trim();
    let factor = match suffix.strip_suffix(['B', 'b']).unwrap_or(suffix) {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "Ki" | "ki" => 1024.0,
        "Mi" | "mi" => 1024.0 * 1024.0,
        "Gi" | "gi" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_result::{WorkloadId, WorkloadKind, WorkloadTarget};

    const TARGET: WorkloadTarget<'static> =
        WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };

    fn workloads(titles: &[&str]) -> Vec<Workload> {
        titles
            .iter()
            .map(|title| Workload {
                id: WorkloadId(format!("p/t/{title}")),
                title: (*title).to_owned(),
                ..Workload::new(WorkloadKind::Criterion, &TARGET, title, WorkloadState::Measured)
            })
            .collect()
    }

    fn shapes(titles: &[&str]) -> Vec<(String, GroupShape, Vec<Vec<String>>)> {
        groups(&workloads(titles))
            .into_iter()
            .map(|group| (group.name, group.shape, group.axes.into_iter().map(|axis| axis.values).collect()))
            .collect()
    }

    #[test]
    fn numbers_are_read_with_their_suffixes() {
        for (text, value) in
            [("10k", 1e4), ("4KiB", 4096.0), ("1_000", 1e3), ("64B", 64.0), ("2.5M", 2.5e6), ("1GB", 1e9)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "k", "std::fmt", "10ms", "1.2.3"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn one_numeric_part_is_a_sweep_in_ascending_order() {
        let found = shapes(&["sum/1k", "sum/64", "sum/16k"]);
        assert_eq!(
            found,
            [("sum/*".to_owned(), GroupShape::Sweep, vec![vec!["64".into(), "1k".into(), "16k".into()]])]
        );
    }

    #[test]
    fn several_parts_are_a_matrix_even_when_some_cells_are_missing() {
        let found = shapes(&["d/json/10k", "d/json/250k", "d/pb/10k", "d/pb/250k", "d/pb/1M"]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "d/*/*");
        assert_eq!(found[0].2[1], ["10k", "250k", "1M"]);
    }

    #[test]
    fn unlike_groups_are_split_by_their_first_part() {
        let found = shapes(&["a/1", "a/2", "a/4", "b/x", "b/y", "c/7", "c/8", "c/9"]);
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["a/*", "c/*"]);
    }

    #[test]
    fn a_sweep_beside_a_lone_benchmark_is_no_matrix() {
        let found = shapes(&["sum/64", "sum/512", "sum/4096", "own settings/format"]);
        assert_eq!(found.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["sum/*"]);
    }

    #[test]
    fn arguments_of_divan_are_parts_of_a_path() {
        let mut workloads = workloads(&["s::sum::1", "s::sum::10", "s::sum::100", "s::parse::a/b"]);
        for workload in &mut workloads {
            workload.kind = WorkloadKind::Divan;
        }
        let found = groups(&workloads);
        assert_eq!(found.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["s::sum::*"]);
    }

    #[test]
    fn a_list_of_functions_is_no_sweep() {
        assert!(shapes(&["parse/fast", "parse/slow", "parse/naive"]).is_empty());
        assert!(shapes(&["alone"]).is_empty());
        assert!(shapes(&["a", "b", "c"]).is_empty());
    }

    #[test]
    fn every_cell_names_its_workload_by_coordinates() {
        let found = groups(&workloads(&["d/json/10k", "d/json/1k", "d/pb/10k", "d/pb/1k"]));
        let cells: Vec<(&str, &[u32])> = found[0]
            .cells
            .iter()
            .map(|cell| (cell.workload.0.as_str(), cell.coordinates.as_slice()))
            .collect();
        assert_eq!(
            cells,
            [
                ("p/t/d/json/1k", &[0, 0][..]),
                ("p/t/d/json/10k", &[0, 1]),
                ("p/t/d/pb/1k", &[1, 0]),
                ("p/t/d/pb/10k", &[1, 1]),
            ]
        );
    }
}
