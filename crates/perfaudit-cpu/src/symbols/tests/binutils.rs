//! The same chains as `addr2line -i` of binutils, over all code of a program.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::chains::SHOP;
use super::workbench::{Workbench, code, stacks};
use crate::recording::FileIdentity;
use crate::symbols::Symbolised;

/// The lines of an address, innermost first, where binutils knows functions for it.
type Lines = Vec<u32>;

/// What binutils says of each address: the lines of the frames that have a function.
fn by_binutils(program: &Path, addresses: &[u64]) -> Vec<Lines> {
    let mut tool = Command::new("addr2line")
        .args(["-a", "-i", "-f", "-e"])
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("addr2line of binutils is installed where programs can be linked");
    let mut input = tool.stdin.take().unwrap();
    let asked: String = addresses.iter().map(|address| format!("{address:#x}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()).unwrap());
    let output = tool.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut all: Vec<Lines> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("0x") {
            all.push(Vec::new());
            continue;
        }
        let place = lines.next().unwrap();
        let number = place.rsplit_once(':').unwrap().1.split_whitespace().next().unwrap();
        all.last_mut().unwrap().push(number.parse().unwrap_or(0));
    }
    all
}

/// The share of addresses with the same number of frames and the same lines, and examples of those without.
fn compare(workbench: &Workbench, program: &Path, stride: usize) -> (f64, Vec<String>, usize) {
    let addresses = code(program, stride);
    let done: Symbolised = workbench.look_up(program, FileIdentity::default(), &addresses);
    let theirs = by_binutils(program, &addresses);
    assert_eq!(theirs.len(), addresses.len());
    let ours = stacks(&done.profile);
    let mut different: BTreeMap<String, usize> = BTreeMap::new();
    let mut same = 0;
    for ((address, ours), theirs) in addresses.iter().zip(&ours).zip(&theirs) {
        let ours: Lines = ours.iter().map(|frame| frame.line).collect();
        // Where a row has no line, or one of another file, ours is that of the function's declaration.
        let agrees = ours.len() == theirs.len();
        if agrees {
            same += 1;
        } else {
            *different.entry(format!("{address:#x}: {ours:?} against {theirs:?}")).or_default() += 1;
        }
    }
    (f64::from(same) / addresses.len() as f64, different.into_keys().take(10).collect(), addresses.len())
}

#[test]
fn chains_are_those_of_binutils() {
    let workbench = Workbench::new();
    let program = workbench.rust(SHOP, &["-C", "debuginfo=2"]);
    let (share, examples, n) = compare(&workbench, &program, 7);
    assert!(share > 0.9999, "{share} of {n}: {examples:#?}");
}
