//! Collapsed stacks: one line for each stack, frames from the outermost inwards separated by `;`, then a space and the
//! number of samples. The format has no way to escape: `;` in a name becomes `:` and what breaks lines a space.

use std::io::{self, Write};

use perfaudit_result::CpuProfile;

use crate::analyse::own_counts;

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = profile.functions.iter().map(|function| escaped(&function.name)).collect();
    let mut stack = Vec::new();
    for (node, count) in (0..).zip(own_counts(profile)).filter(|(_, count)| *count > 0) {
        stack.clear();
        stack.extend(profile.stack(node).map(|frame| names[frame.function as usize].as_str()));
        for (at, name) in stack.iter().rev().enumerate() {
            out.write_all(if at == 0 { b"" } else { b";" })?;
            out.write_all(name.as_bytes())?;
        }
        writeln!(out, " {count}")?;
    }
    Ok(())
}

fn escaped(name: &str) -> String {
    let escape = |letter: char| match letter {
        ';' => ':',
        letter if letter.is_control() || letter == '\u{2028}' || letter == '\u{2029}' => ' ',
        letter => letter,
    };
    name.chars().map(escape).collect()
}
