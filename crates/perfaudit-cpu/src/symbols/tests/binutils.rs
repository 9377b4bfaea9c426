//! The same chains as `addr2line -i` of binutils, over all code of a program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use perfaudit_result::{CpuProfile, SourceFrame};

use super::chains::SHOP;
use super::workbench::{Workbench, code, extents, stacks};
use crate::recording::FileIdentity;
use crate::symbols::name::readable;

/// A frame as binutils names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    name: String,
    file: String,
    line: u32,
}

/// What binutils says of each address, innermost first.
fn by_binutils(program: &Path, addresses: &[u64]) -> Vec<Vec<Frame>> {
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
    let mut all: Vec<Vec<Frame>> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("0x") {
            all.push(Vec::new());
            continue;
        }
        let (file, number) = lines.next().unwrap().rsplit_once(':').unwrap();
        let line_number = number.split_whitespace().next().unwrap().parse().unwrap_or(0);
        let file = tail(file);
        all.last_mut().unwrap().push(Frame { name: readable(line, None).text, file, line: line_number });
    }
    all
}

/// The last parts of a path: ours has no folders of this machine.
fn tail(path: &str) -> String {
    let start = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    path[start..].to_owned()
}

/// The frames of ours in the form of theirs; what is unknown has the form that binutils gives it.
fn in_their_form(profile: &CpuProfile, stack: &[SourceFrame]) -> Vec<Frame> {
    let frames = stack.iter().map(|frame| {
        let function = &profile.functions[frame.function as usize];
        let file = function.file.as_deref().map_or_else(|| "??".to_owned(), tail);
        Frame { name: function.name.clone(), file, line: frame.line }
    });
    frames.collect()
}

/// Whether two frames say the same. A row without a line, and one of another file, which macros make, is charged to
/// the line of the declaration.
fn agree(ours: &Frame, theirs: &Frame) -> bool {
    let unknown = theirs.name == "??" && ours.name.starts_with(CpuProfile::UNKNOWN.trim_end_matches(']'));
    let same_line = ours.line == theirs.line || theirs.line == 0 || ours.file != theirs.file;
    (ours.name == theirs.name || unknown) && same_line
}

/// Looks up every address of the code of a program at a stride in both, and asserts that they say the same.
fn assert_same(workbench: &Workbench, program: &Path, stride: usize) {
    // Between functions there is padding, which binutils gives to the function before.
    let mut addresses = code(program, stride);
    let functions = extents(program);
    addresses.retain(|address| functions.iter().any(|extent| extent.contains(address)));
    let done = workbench.look_up(program, FileIdentity::default(), &addresses);
    let theirs = by_binutils(program, &addresses);
    assert_eq!(theirs.len(), addresses.len());
    let ours = stacks(&done.profile).into_iter().map(|stack| in_their_form(&done.profile, &stack));
    let mut different = Vec::new();
    let (mut lines, mut inlined) = (0, 0);
    for ((address, ours), theirs) in addresses.iter().zip(ours).zip(theirs) {
        let same =
            ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(ours, theirs)| agree(ours, theirs));
        if !same {
            different.push(format!("{address:#x}: ours {ours:#?}, theirs {theirs:#?}"));
        }
        inlined += usize::from(ours.len() > 1);
        lines += usize::from(ours[0].line > 0);
    }
    let n = addresses.len();
    let examples = &different[..different.len().min(300)];
    assert!(different.is_empty(), "{} of {n} addresses differ, such as {examples:#?}", different.len());
    assert!(inlined * 10 > n && lines * 2 > n, "{inlined} of {n} with inlined functions, {lines} with lines");
}

#[test]
fn chains_are_those_of_binutils() {
    let workbench = Workbench::new();
    let flags = ["-C", "debuginfo=2", "-C", "symbol-mangling-version=v0"];
    let program = workbench.rust(SHOP, &flags);
    assert_same(&workbench, &program, 31);
}
