//! Collapsed stacks: one line for each stack, frames from the outermost inwards separated by `;`, then a space and the
//! number of samples, bytes or whatever is counted. The format has no way to escape: `;` in a name becomes `:` and what breaks lines a space.

use std::io::{self, Write};

use perfaudit_result::{CpuProfile, Function, NodeId, SourceFrame, StackNode};

use crate::analyse::own_counts;

/// Stacks for [`write_collapsed`]. The tables are those of a profile that has passed its check.
#[derive(Debug, Clone, Copy)]
pub struct CollapsedStacks<'a> {
    /// The functions.
    pub functions: &'a [Function],
    /// The places in functions.
    pub frames: &'a [SourceFrame],
    /// The tree of stacks.
    pub nodes: &'a [StackNode],
}

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let tables =
        CollapsedStacks { functions: &profile.functions, frames: &profile.frames, nodes: &profile.nodes };
    write_collapsed(tables, (0..).zip(own_counts(profile)), out)
}

/// Writes stacks, each by its innermost node with its own amount, as collapsed stacks; none for an amount of 0.
///
/// # Errors
/// When the output fails.
pub fn write_collapsed(
    tables: CollapsedStacks<'_>,
    amounts: impl Iterator<Item = (NodeId, u64)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let CollapsedStacks { functions, frames, nodes } = tables;
    let names: Vec<String> = functions.iter().map(|function| escaped(&function.name)).collect();
    let mut stack = Vec::new();
    for (node, amount) in amounts.filter(|(_, amount)| *amount > 0) {
        stack.clear();
        let inner = std::iter::successors(Some(node), |&node| nodes[node as usize].parent);
        stack.extend(inner.map(|node| frames[nodes[node as usize].frame as usize].function));
        for (at, &function) in stack.iter().rev().enumerate() {
            out.write_all(if at == 0 { b"" } else { b";" })?;
            out.write_all(names[function as usize].as_bytes())?;
        }
        writeln!(out, " {amount}")?;
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
