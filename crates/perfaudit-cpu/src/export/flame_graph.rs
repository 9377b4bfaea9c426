//! A flame graph as one static SVG file: no scripts, nothing loaded from elsewhere.
//!
//! The root is at the bottom, callees stand above their callers in the order of their names, and the width of a frame is
//! its share of samples. What is narrower than [`LEAST_WIDTH`] is not drawn, and the head says how many frames that is.

use std::io::{self, Write};

use perfaudit_result::{CpuProfile, FunctionId, NodeId, OriginKind};

use crate::analyse::{own_counts, total_counts};
use crate::call_tree::CallTree;

/// Pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const ROW: f64 = 18.0;
const HEAD: f64 = 56.0;
const LEAST_WIDTH: f64 = 0.3;
/// The width of a letter of the fixed-width font at its size, with some room.
const LETTER: f64 = 7.0;

/// A frame of the graph: all frames of a function with the same callers.
struct Drawn {
    parent: Option<NodeId>,
    function: FunctionId,
    total: u64,
    depth: u32,
    /// Samples to the left of it.
    left: u64,
}

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let total = profile.total();
    let mut frames = merged(profile);
    place(&mut frames, profile);
    let per_sample = (WIDTH - 2.0 * MARGIN) / total.max(1) as f64;
    let is_drawn = |frame: &&Drawn| frame.total as f64 * per_sample >= LEAST_WIDTH;
    let rows = frames.iter().filter(is_drawn).map(|frame| frame.depth + 1).max().unwrap_or(0);
    let hidden = frames.len() - frames.iter().filter(is_drawn).count();
    let height = HEAD + f64::from(rows) * ROW + MARGIN;

    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"ui-monospace, monospace\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{MARGIN}\" y=\"20\" font-size=\"14\">{}</text>\n<text x=\"{MARGIN}\" y=\"40\">{total} samples, {}",
        escaped(&profile.workload.0),
        escaped(profile.sampler.rung.label()),
    )?;
    if hidden > 0 {
        write!(out, "; {hidden} narrow frames are not drawn")?;
    }
    writeln!(out, "</text>")?;
    legend(profile, out)?;
    for frame in frames.iter().filter(is_drawn) {
        let function = &profile.functions[frame.function as usize];
        let (x, width) = (MARGIN + frame.left as f64 * per_sample, frame.total as f64 * per_sample);
        let y = height - MARGIN - f64::from(frame.depth + 1) * ROW;
        let share = 100.0 * frame.total as f64 / total as f64;
        let name = escaped(&function.name);
        let color = color(profile.origins[function.origin as usize].kind, &function.name);
        write!(
            out,
            "<g><title>{name} ({} samples, {share:.2} %)</title><rect x=\"{x:.2}\" y=\"{y:.0}\" width=\"{width:.2}\" \
             height=\"{:.0}\" fill=\"{color}\" stroke=\"#fff\" stroke-width=\"0.5\"/>",
            frame.total,
            ROW - 1.0,
        )?;
        let letters = (width / LETTER) as usize;
        if letters >= 3 {
            write!(
                out,
                "<text x=\"{:.2}\" y=\"{:.0}\">{}</text>",
                x + 3.0,
                y + 13.0,
                shortened(&function.name, letters)
            )?;
        }
        writeln!(out, "</g>")?;
    }
    writeln!(out, "</svg>")
}

/// The tree with one node for a function below the same callers, whatever the line.
fn merged(profile: &CpuProfile) -> Vec<Drawn> {
    let mut tree: CallTree<FunctionId> = CallTree::default();
    let mut ids = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let parent = node.parent.map(|parent| ids[parent as usize]);
        ids.push(tree.child(parent, profile.frames[node.frame as usize].function));
    }
    let mut frames: Vec<Drawn> = tree
        .nodes()
        .iter()
        .map(|&(parent, function)| Drawn { parent, function, total: 0, depth: 0, left: 0 })
        .collect();
    let totals = total_counts(profile, own_counts(profile));
    for (&id, total) in ids.iter().zip(totals) {
        frames[id as usize].total += total;
    }
    for at in 0..frames.len() {
        frames[at].depth = frames[at].parent.map_or(0, |parent| frames[parent as usize].depth + 1);
    }
    frames
}

/// Sets callees side by side above their callers, by name.
fn place(frames: &mut [Drawn], profile: &CpuProfile) {
    let name = |frame: &Drawn| &profile.functions[frame.function as usize].name;
    let mut order: Vec<usize> = (0..frames.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&frames[a], &frames[b]);
        (a.depth, a.parent, name(a), a.function).cmp(&(b.depth, b.parent, name(b), b.function))
    });
    let mut filled = vec![0; frames.len()];
    let mut filled_roots = 0;
    for at in order {
        let total = frames[at].total;
        frames[at].left = match frames[at].parent {
            Some(parent) => {
                let left = frames[parent as usize].left + filled[parent as usize];
                filled[parent as usize] += total;
                left
            }
            None => {
                filled_roots += total;
                filled_roots - total
            }
        };
    }
}

/// Colours that people with any colour vision tell apart (Okabe and Ito, 2008), lightened so that black text is read.
const PALETTE: [(OriginKind, &str, [u8; 3]); 6] = [
    (OriginKind::Own, "own", [0xe6, 0x9f, 0x00]),
    (OriginKind::Dependency, "dependencies", [0x56, 0xb4, 0xe9]),
    (OriginKind::Std, "standard library", [0x00, 0x9e, 0x73]),
    (OriginKind::System, "system", [0xcc, 0x79, 0xa7]),
    (OriginKind::Kernel, "kernel", [0xf0, 0xe4, 0x42]),
    (OriginKind::Unknown, "unknown", [0x99, 0x99, 0x99]),
];

/// The colour of whose code it is; the name decides how light it is, so that neighbours differ.
fn color(kind: OriginKind, name: &str) -> String {
    let (.., base) =
        PALETTE[PALETTE.iter().position(|(known, ..)| *known == kind).unwrap_or(PALETTE.len() - 1)];
    // FNV-1a: the same name has the same colour in every graph.
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let light = 0.25 + 0.3 * f64::from(hash % 101) / 100.0;
    let [red, green, blue] = base.map(|channel| (f64::from(channel) * (1.0 - light) + 255.0 * light) as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn legend(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let used = PALETTE.iter().filter(|(kind, ..)| profile.origins.iter().any(|origin| origin.kind == *kind));
    let mut x = WIDTH - MARGIN;
    for (kind, label, _) in used.collect::<Vec<_>>().into_iter().rev() {
        x -= LETTER * (label.len() + 4) as f64;
        writeln!(
            out,
            "<rect x=\"{x:.0}\" y=\"10\" width=\"12\" height=\"12\" fill=\"{}\"/><text x=\"{:.0}\" y=\"20\">{label}</text>",
            color(*kind, ""),
            x + 16.0,
        )?;
    }
    Ok(())
}

/// A name as text of XML; characters that XML does not allow become the replacement character.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            letter => out.push(letter),
        }
    }
    out
}

fn shortened(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return escaped(name);
    }
    let kept: String = name.chars().take(letters.saturating_sub(2)).collect();
    escaped(&kept) + ".."
}
