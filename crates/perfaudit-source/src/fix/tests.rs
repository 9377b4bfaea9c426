//! Each template on a small file: the exact change, and traps where there must be none.

use std::fmt::Write as _;

use super::*;
use crate::scan::analyse_text;

/// What becomes of every finding of a rule in a text: the changed lines, or why there is no change.
fn mended(rule: &str, text: &str) -> String {
    let analysed = analyse_text(text).unwrap();
    let hits: Vec<_> = analysed.hits.iter().filter(|hit| hit.rule == rule).collect();
    assert!(!hits.is_empty(), "`{rule}` finds nothing");
    let places: Vec<Place<'_>> =
        hits.iter().map(|hit| Place { rule, line: hit.line, column: hit.column }).collect();
    let mut told = String::new();
    for (place, fix) in places.iter().zip(fixes(text, &places).unwrap()) {
        match fix {
            Ok(fix) => {
                writeln!(told, "line {}: {}", place.line, fix.what).unwrap();
                let after = edited(text, &fix.edits).unwrap();
                assert!(analyse_text(&after).is_ok());
                told.push_str(&difference(text, &after));
            }
            Err(why) => writeln!(told, "line {}: no change: {why}", place.line).unwrap(),
        }
    }
    told
}

/// Lines that are not in both, by the longest common sequence of lines.
fn difference(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut longest = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut told = String::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            i += 1;
            j += 1;
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            writeln!(told, "  -{}", a[i]).unwrap();
            i += 1;
        } else {
            writeln!(told, "  +{}", b[j]).unwrap();
            j += 1;
        }
    }
    told
}

mod cases;

#[test]
fn what_nobody_has_a_template_for_and_what_has_moved_is_told() {
    let place = |rule, line| Place { rule, line, column: 1 };
    let told = fixes("fn a() {}\n", &[place("siphash", 1), place("no-capacity", 1)]).unwrap();
    assert_eq!(told, [Err(NoFix::NoTemplate), Err(NoFix::Changed { line: 1 })]);
}

#[test]
fn a_release_profile_optimises_across_crates_and_one_that_says_so_itself_is_left_alone() {
    let after = |text: &str| release_profile(text).map(|fix| edited(text, &fix.edits).unwrap());
    assert_eq!(
        after("[package]\nname = \"a\"\n").unwrap(),
        "[package]\nname = \"a\"\n\n[profile.release]\nlto = \"fat\"\ncodegen-units = 1\n"
    );
    assert_eq!(
        after("[profile.release]\nlto = true\ndebug = 1\n").unwrap(),
        "[profile.release]\ncodegen-units = 1\nlto = true\ndebug = 1\n"
    );
    assert!(after("[profile.release]\nlto = \"thin\"\ncodegen-units = 4\n").is_err());
    assert!(after("profile.release = { lto = true }\n").is_err());
    assert!(after("[profile\n").is_err());
}
