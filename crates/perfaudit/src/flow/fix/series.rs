//! Proven patches on top of each other.

use std::collections::BTreeMap;

use perfaudit_source::fix::{Edit, edited};

use super::proposal::Proposal;

/// A patch that is kept: for the source with those before it.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Which of the proposals that were proven.
    pub(super) of: usize,
    /// `001-name.patch`
    pub(super) file: String,
    pub(super) patch: String,
}

/// Proven patches on top of each other.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) members: Vec<Member>,
    /// Those that want the same text to be different from what one before them makes of it.
    pub(super) left_out: Vec<(usize, String)>,
    /// What the project's files are before and after all of them.
    pub(super) files: BTreeMap<String, (String, String)>,
}

/// Puts changes on top of each other, in their order. All are edits of the same text, so that nothing has to be searched
/// for, and an import that two of them need is added once.
pub(super) fn series(proven: &[&Proposal]) -> Series {
    let mut series = Series::default();
    let mut edits: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for (of, one) in proven.iter().enumerate() {
        let known = edits.entry(&one.file).or_default();
        let all: Vec<Edit> = known.iter().chain(&one.edits).cloned().collect();
        match (edited(&one.before, known), edited(&one.before, &all)) {
            (Ok(before), Ok(after)) => {
                let file = format!("{:03}-{}.patch", series.members.len() + 1, one.name);
                series.members.push(Member { of, file, patch: one.patch_of(&before, &after) });
                *known = all;
                series.files.insert(one.file.clone(), (one.before.clone(), after));
            }
            (_, Err(why)) | (Err(why), _) => series.left_out.push((of, why.to_string())),
        }
    }
    series
}

/// The difference of a file as `diff -u` writes it.
pub(super) fn difference(file: &str, before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after)
        .unified_diff()
        .header(&format!("a/{file}"), &format!("b/{file}"))
        .to_string()
}
