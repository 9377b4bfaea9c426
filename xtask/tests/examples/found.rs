//! The rules on source find the planted defects at their lines.

use std::path::Path;

use perfaudit_source::scan::{Place, Scan, ScanRequest, scan};

use super::kinds::rules;
use super::truth::{Defect, truths};

fn read(root: &Path) -> Scan {
    let request =
        ScanRequest { root, packages: &[], skip: &[root.join("target")], exclude: &[], cache: None };
    scan(&request).expect("threads can be started")
}

fn is_found(scan: &Scan, defect: &Defect) -> bool {
    let place = &defect.place;
    let lines = place.lines[0] as u32..=place.lines[1] as u32;
    let file = scan.files.iter().find(|file| Path::new(&file.path) == place.file);
    file.is_some_and(|file| {
        assert_eq!(file.place, Place::Production, "{}", file.path);
        let mut hits = file.analysis.hits.iter();
        hits.any(|hit| lines.contains(&hit.line) && rules(&defect.kind).contains(&hit.rule.as_ref()))
    })
}

#[test]
fn each_planted_defect_is_found_at_its_line() {
    let mut missed = Vec::new();
    for (example, truth) in truths() {
        let scan = read(&example.root());
        let unfound = truth.defect.iter().filter(|defect| !is_found(&scan, defect));
        missed
            .extend(unfound.map(|defect| format!("{}: {} ({})", example.name, defect.place.id, defect.kind)));
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
