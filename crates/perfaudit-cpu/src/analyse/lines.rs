//! The lines of one function.

use std::collections::BTreeMap;

use perfaudit_result::{CpuProfile, FunctionId};

/// Samples by the line of a function that was running, or that was calling: of each stack the innermost frame of the
/// function counts. Line 0 holds those whose line is not known. Linear in the number of nodes.
#[must_use]
pub fn line_counts(profile: &CpuProfile, function: FunctionId) -> BTreeMap<u32, u64> {
    let mut line_of_node: Vec<Option<u32>> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let frame = &profile.frames[node.frame as usize];
        let outer = node.parent.and_then(|parent| line_of_node[parent as usize]);
        line_of_node.push(if frame.function == function { Some(frame.line) } else { outer });
    }
    let mut counts = BTreeMap::new();
    for run in &profile.samples {
        if let Some(line) = line_of_node[run.node as usize] {
            *counts.entry(line).or_default() += run.count;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::testing::profile;

    #[test]
    fn callees_count_at_the_line_that_calls_them_and_recursion_at_its_innermost_line() {
        let outer = |line: u32| format!("own:mine|src/lib.rs|{line}|outer");
        let leaf = "own:mine|src/lib.rs|9|leaf";
        let lines = [
            format!("0 main {};{leaf} 5", outer(3)),
            format!("0 main {};{} 2", outer(4), outer(7)),
            format!("0 main {leaf} 1"),
        ];
        let profile = profile(1, &lines.each_ref().map(String::as_str));
        let outer = profile.functions.iter().position(|function| function.name == "outer").unwrap();
        let counts = line_counts(&profile, u32::try_from(outer).unwrap());
        assert_eq!(counts, BTreeMap::from([(3, 5), (7, 2)]));
    }
}
